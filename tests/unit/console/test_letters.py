"""Dead letters in the console: found by reason, opened, mended and sent back, and seen to with a reason."""

import re
from datetime import UTC, datetime

import pytest

from schemas.topics import EMBEDDED_PARTITIONS, RAW, dead_of
from services.ingest.events import dead_letter
from services.ingest.faults import FeedFault
from services.ingest.ports import Broken
from services.runtime.errors import PoisonError
from services.runtime.letters.writing import letter_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import partition_of
from services.usecases import dead_letters, operators
from services.usecases.dead_letters import Chosen
from tests.support.console import ServedConsole

RECORD = b'{"source":"board","title":"</textarea>\\u0022"}'


def raw_values(log: SqliteLog) -> list[bytes]:
    return [record.value for record in log.read_all(RAW.name)]


def do(console: ServedConsole, **fields: str) -> str:
    answer = console.client.post("/letters/do", data=fields | {"token": console.form_token()})
    return answer.text if answer.status_code == 200 else str(answer.status_code)


def letter_at(offset: int) -> str:
    """Records of one key lie in one partition, in their order."""
    return f"{dead_of(RAW.name)}:{partition_of(b'key', EMBEDDED_PARTITIONS)}:{offset}"


def test_letters_are_listed_by_reason_and_one_by_one(console: ServedConsole) -> None:
    page = console.client.get("/letters").text
    assert page.count("no title") >= 2
    assert "<script>alert" not in page
    only = console.client.get("/letters", params={"error": "no title"}).text
    assert letter_at(0) in only
    assert letter_at(1) not in only


def test_one_is_opened_with_its_record(console: ServedConsole) -> None:
    page = console.client.get(f"/letters/{letter_at(0)}").text
    assert "&lt;/textarea&gt;" in page
    assert "no title" in page
    assert console.client.get(f"/letters/{letter_at(9)}").status_code == 400


def test_one_is_sent_back_as_it_was(console: ServedConsole, log: SqliteLog) -> None:
    assert "1 sent back; 0 left out" in do(console, act="replay", letter=letter_at(0))
    assert raw_values(log) == [RECORD]
    assert letter_at(0) not in console.client.get("/letters").text
    assert letter_at(0) in console.client.get("/letters", params={"seen": "true"}).text


def test_of_what_a_feed_served_the_page_says_that_its_next_poll_reads_it_again(
    console: ServedConsole, log: SqliteLog
) -> None:
    broken = Broken(FeedFault("missing", "its title is missing", "title"), "{}", "17")
    log.produce([dead_letter("board", broken, console.now)])
    page = console.client.get("/letters").text
    row = page.partition("its title is missing")[2].partition("</tr>")[0]
    assert ("of a feed: its next poll reads it again" in row, "<button" in row) == (True, False)
    assert "<button" in page.partition("no title")[2].partition("</tr>")[0]
    of_feed = console.client.get("/letters", params={"code": "missing"}).text
    assert ("Send all of these back" in of_feed, "Have all of these count as seen to" in of_feed) == (False, True)


def test_a_mended_copy_is_sent_back(console: ServedConsole, log: SqliteLog) -> None:
    mended = '{"source":"board",\r\n"title":"Engineer"}'
    assert "mended copy was sent back" in do(console, act="replay mended", letter=letter_at(0), value=mended)
    assert raw_values(log) == [b'{"source":"board",\n"title":"Engineer"}']
    assert [(act.act, act.about) for act in operators.latest(console.installation)] == [
        ("replay mended letters", letter_at(0))
    ]


def test_its_history_says_when_it_died_was_sent_back_and_by_whom_and_why_it_was_seen_to(
    console: ServedConsole, log: SqliteLog
) -> None:
    letter = letter_at(0)
    do(console, act="replay mended", letter=letter, value="{}")
    [sent] = log.read_all(RAW.name)
    later = datetime.now(UTC)
    log.produce([letter_of(sent, PoisonError("still no title"), attempts=2, consumer="normaliser", failed_at=later)])
    do(console, act="replay", topic=RAW.name, error="still no title")
    do(console, act="discard", letter=letter_at(1), why="a test of ours")
    rows = history(console, letter)
    assert [row[1:] for row in rows] == [
        ["died at try 1", "normaliser", "no title"],
        ["sent back, mended", "operator", ""],
        ["died again at try 2", "normaliser", "still no title"],
        ["sent back", "operator", ""],
    ]
    assert [row[0] for row in rows] == sorted(row[0] for row in rows)
    assert history(console, letter_at(1))[-1][1:] == ["seen to", "operator", "a test of ours"]


def test_nobody_is_named_for_what_they_meant_to_do_and_another_did(console: ServedConsole) -> None:
    operators.note(console.installation, "somebody who failed", "replay letters", letter_at(0), console.now)
    dead_letters.replay(console.installation.settings, Chosen(letters=letter_at(0)), again=False)
    operators.note(console.installation, "somebody who failed", "discard letters", letter_at(1), console.now)
    do(console, act="discard", letter=letter_at(1), why="a test of ours")
    assert history(console, letter_at(0))[-1][1:] == ["sent back", "by a command", ""]
    assert history(console, letter_at(1))[-1][1:] == ["seen to", "operator", "a test of ours"]


def history(console: ServedConsole, letter: str) -> list[list[str]]:
    table = console.client.get(f"/letters/{letter}").text.partition("What happened to it")[2].partition("</table>")[0]
    return [re.findall(r"<t[hd][^>]*>(.*?)</t[hd]>", row) for row in table.split("<tr>")[2:]]


def test_all_of_a_reason_are_sent_back(console: ServedConsole, log: SqliteLog) -> None:
    assert "1 sent back" in do(console, act="replay", topic=RAW.name, error="no title")
    assert raw_values(log) == [RECORD]


def test_what_needs_no_eye_is_discarded_with_a_reason(console: ServedConsole) -> None:
    assert do(console, act="discard", letter=letter_at(0)) == "400"
    assert "1 count as seen to" in do(console, act="discard", letter=letter_at(0), why="the board has mended it")
    assert "the board has mended it" in console.client.get(f"/letters/{letter_at(0)}").text


@pytest.mark.parametrize(
    "fields", [{"act": "replay"}, {"act": "explode", "letter": "x"}, {"act": "replay", "letter": "x"}]
)
def test_nothing_is_done_where_nothing_is_named(console: ServedConsole, log: SqliteLog, fields: dict[str, str]) -> None:
    assert do(console, **fields) == "400"
    assert raw_values(log) == []
