"""A posting in the console: what it was made of, who got it, and a field that was read wrongly kept as an example."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.codec import encode
from schemas.posting import Evidence, Posting
from schemas.topics import POSTINGS
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.ports import KeptItem
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.usecases import operators
from services.usecases.explaining import marked_by
from tests.support.console import ServedConsole, served_console
from tests.support.notifying import GO, NOW, NotifierStore, arrival, posting
from tests.support.serving import DAY, HOUR, commit, due

HOSTILE = "<script>alert(1)</script>"
JOB = posting("one", description_text=f"Fully remote. {HOSTILE} You write  Python daily.", seniority="senior")
EVIDENCE = {"workplace": (Evidence.model_validate({"from": "text", "text": "fully remote"}),)}


@pytest.fixture
def console(tmp_path: Path) -> Iterator[ServedConsole]:
    with served_console(tmp_path) as made:
        made.now = NOW + HOUR
        store = NotifierStore(made.installation.engine)
        ada, grace, joan = (store.person(name) for name in ("ada", "grace", "joan"))
        key, go = store.search(ada, hour=8).key, store.search(joan, criteria=GO, hour=8).key
        store.matches.store(0, [arrival(0, JOB, (key,), (go,))], NOW)
        person = next(each for each in due(store, NOW + 3 * HOUR) if each.recipient.subscriber_id == ada.subscriber_id)
        commit(store, person, store.windows.take_cut(NOW + 3 * HOUR), NOW + 2 * HOUR, "one")
        store.search(grace, hour=9)
        known = KnownItem(
            JOB.source, JOB.source_id, "remoteok", "hash", True, False, None, None, NOW, NOW, NOW + DAY, 0
        )
        SqlSourceLedger(store.engine).keep([KeptItem(known, {"position": HOSTILE})])
        with SqliteLog(tmp_path / LOG_FILE) as log:
            whole = Posting(**JOB.model_dump(), evidence=EVIDENCE)
            log.produce([Outgoing(POSTINGS.name, JOB.posting_id.encode(), encode(whole))])
        made.sign_in()
        yield made


def test_it_is_shown_raw_beside_normalised_with_what_decided_its_fields(console: ServedConsole) -> None:
    page = console.client.get("/postings", params={"posting": JOB.posting_id}, follow_redirects=True).text
    assert "<script>alert" not in page
    assert "&#34;position&#34;" in page
    assert '<mark title="workplace">Fully remote' in page
    assert console.client.get("/postings/nowhere").status_code == 400


def test_who_got_it_and_who_nearly_is_told_without_an_address(console: ServedConsole) -> None:
    page = console.client.get(f"/postings/{JOB.posting_id}").text
    rows = [row for row in page.partition("Who got it")[2].split("<tr>") if "/people/" in row]
    fits = [("<td>yes</td>" in row, "2026-07-01" in row) for row in rows]
    assert (True, True) in fits
    assert (False, False) in fits
    assert "@example.com" not in page


def test_a_wrong_field_is_kept_as_an_example(console: ServedConsole) -> None:
    path = f"/postings/{JOB.posting_id}"
    fields = {"field": "seniority", "right": "mid", "token": console.form_token()}
    assert "Kept in" in console.client.post(path, data=fields).text
    assert console.client.post(path, data=fields | {"field": "__class__"}).status_code == 400
    assert console.client.post(path, data=fields | {"right": " "}).status_code == 400
    [line] = (console.installation.settings.data / "labels.jsonl").read_text().splitlines()
    label = json.loads(line)
    assert (label["field"], label["read"], label["right"], label["by"]) == ("seniority", "senior", "mid", "operator")
    assert (label["format"], label["item"]) == ("remoteok", {"position": HOSTILE})
    assert label["fetched_at"] == JOB.fetched_at.isoformat()
    assert ("label seniority", JOB.posting_id) in [
        (act.act, act.about) for act in operators.latest(console.installation)
    ]


WORDS = st.lists(st.sampled_from(["remote", "senior", "Python", "(m/f)", "a.b"]), max_size=12)


@given(WORDS, st.lists(WORDS, max_size=4))
def test_pieces_are_the_whole_text_and_marks_lie_where_the_words_stand(
    words: list[str], excerpts: list[list[str]]
) -> None:
    text = "  ".join(words)
    evidence = {
        f"field{at}": (Evidence.model_validate({"from": "text", "text": " ".join(some)}),)
        for at, some in enumerate(excerpts)
    }
    pieces = marked_by(text, evidence)
    assert "".join(piece.text for piece in pieces) == text
    marked = {field for piece in pieces for field in piece.fields}
    stand = {name for name, (own,) in evidence.items() if own.text and f" {own.text} " in f" {' '.join(words)} "}
    assert stand <= marked


@pytest.mark.parametrize(
    ("excerpt", "marked"),
    [
        ("remote, eighteen ho", ["remote, eighteen hours"]),
        ("…ote, eighteen", ["remote, eighteen"]),
        ("eight", ["eight"]),
    ],
)
def test_words_in_which_an_excerpt_was_cut_are_marked_as_a_whole(excerpt: str, marked: list[str]) -> None:
    evidence = {"workplace": (Evidence.model_validate({"from": "text", "text": excerpt}),)}
    pieces = marked_by("Fully remote, eighteen hours a week.", evidence)
    assert [piece.text for piece in pieces if piece.fields] == marked
