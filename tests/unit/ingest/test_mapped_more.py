"""What a mapping can say of a board's habits: words for all the world, names beside values, texts that say nothing."""

import json
import tomllib
from decimal import Decimal
from pathlib import Path

import pytest

from schemas.codec import digest_of
from services.ingest.adapters.formats.registry import named_formats
from services.ingest.adapters.mapped.format import Mapped
from services.ingest.domain.draft import STATED_FIELDS, PayBand, Stated
from services.ingest.mapping.files import OF_NO_BOARD
from services.ingest.mapping.rules import FieldRules
from services.runtime.errors import UsageError
from tests.support.mapped_feeds import JSON_FIELDS, drafts, mapped, only_draft

BOARDS = Path(__file__).resolve().parents[3] / "services" / "ingest" / "boards"
CSV_ROWS = "Id,Job Title,Level\n1,Baker,\n"


def read(fields: str, row: dict[str, object], before: str = "") -> list[Stated]:
    """What a rule for `skills` finds in a row."""
    known = mapped(f"kind = 'json'\n{before}{JSON_FIELDS}{fields}")
    return list(only_draft(known, json.dumps([{"id": 1, "title": "Baker", **row}])).skills)


@pytest.mark.parametrize(
    ("served", "places", "is_open"),
    [
        ("Worldwide", [], True),
        ("anywhere, Peru", ["Peru"], True),
        ("Peru,Chile", ["Peru", "Chile"], False),
        ("", [], False),
    ],
)
def test_words_for_all_the_world_are_no_places(served: str, places: list[str], is_open: bool) -> None:
    fields = 'restriction = { path = "where", split = "," }\nworldwide = ["worldwide", "Anywhere"]'
    known = mapped("kind = 'json'" + JSON_FIELDS + fields)
    draft = only_draft(known, json.dumps([{"id": 1, "title": "Baker", "where": served}]))
    assert ([place.text for place in draft.restriction], draft.restriction_open) == (places, is_open)


def test_a_mapping_says_what_all_jobs_of_its_board_are() -> None:
    row = json.dumps([{"id": 1, "title": "Baker"}])
    assert only_draft(mapped("kind = 'json'\nworkplace = 'remote'" + JSON_FIELDS), row).board_workplace == "remote"
    assert only_draft(mapped("kind = 'json'" + JSON_FIELDS), row).board_workplace is None


def test_values_are_found_by_the_names_beside_them() -> None:
    details = [
        {"name": "Known Tools", "value": ["Go", "SQL"]},
        {"name": "Team", "value": "Core"},
        {"name": "known tool", "value": {"a": 1}},
        {"name": None, "value": "x"},
        "odd",
    ]
    rule = "skills = { named = { among = 'details', words = ['TOOL'] } }"
    assert read(rule, {"details": details}) == [
        Stated("details.Known Tools", "Go"),
        Stated("details.Known Tools", "SQL"),
    ]
    rule = "skills = { named = { among = 'details', words = 'tool', name = 'label', value = 'is.it' } }"
    assert read(rule, {"details": {"label": "tool", "is": {"it": "Go"}}}) == [Stated("details.tool", "Go")]
    assert read(rule, {"details": None}) == []


def test_names_beside_values_are_of_json_alone() -> None:
    rule = "\nskills = { named = { among = 'details', words = ['tool'] } }"
    with pytest.raises(UsageError, match=r"fields\.skills: named is for json and jsonl, not for csv"):
        mapped("kind = 'csv'\n[fields]\nsource_id = 'Id'\ntitle = 'Job Title'" + rule)


def test_pieces_of_a_text_are_left_out_and_what_has_no_end_stays() -> None:
    rule = "skills = { path = 'text', cut = [{ begin = '<i', end = '>' }, { begin = 'Note:', end = '.' }] }"
    assert read(rule, {"text": "Go<i a> and<i b> SQL"}) == [Stated("text", "Go and SQL")]
    assert read(rule, {"text": "Note: mail us. Go Note: not"}) == [Stated("text", "Go Note: not")]


def test_characters_are_replaced_before_a_meaning_is_looked_up() -> None:
    rule = "skills = { path = 'tags', split = ';', replace = { '-' = ' ' }, values = { 'go lang' = 'Go' } }"
    assert read(rule, {"tags": "go-lang;big-data"}) == [Stated("tags", "Go"), Stated("tags", "big data")]


def test_evidence_calls_a_place_as_the_mapping_does() -> None:
    row: dict[str, object] = {"a": "Go", "b": "SQL"}
    assert read("skills = { all = ['a', 'b'], called = 'a and b' }", row) == [
        Stated("a and b", "Go"),
        Stated("a and b", "SQL"),
    ]
    assert read("skills = { all = ['a', 'b'], called = ['A', 'B'] }", row) == [Stated("A", "Go"), Stated("B", "SQL")]
    with pytest.raises(UsageError, match="called holds one name, or one for each path"):
        read("skills = { all = ['a', 'b'], called = ['A', 'B', 'C'] }", row)


def test_a_text_that_says_nothing_makes_way_for_the_next_path_unless_it_has_a_meaning() -> None:
    before = "nothing = ['N/A', 'false']\n"
    assert read("skills = ['a', 'b']", {"a": "n/a", "b": "Go"}, before) == [Stated("b", "Go")]
    assert read("skills = ['a', 'b']", {"a": False, "b": "Go"}, before) == [Stated("b", "Go")]
    rule = "skills = { path = ['a', 'b'], values = { false = 'none' } }"
    assert read(rule, {"a": False, "b": "Go"}, before) == [Stated("a", "none")]
    assert read("skills = ['a', 'b']", {"a": "n/a", "b": "Go"}) == [Stated("a", "n/a")]


def test_a_second_band_of_pay_may_count_only_where_the_first_is_not_there() -> None:
    pay = (
        "\n[[fields.pay]]\nmin = 'low'\ncalled = 'low, high'\n[[fields.pay]]\nmin = 'old'\n"
        "period = { constant = 'year' }\notherwise = true"
    )
    known = mapped("kind = 'json'" + JSON_FIELDS + pay)
    rows = [{"low": 5, "old": 7}, {"low": 0, "old": 7}, {}]
    made = drafts(known, json.dumps([{"id": number, "title": "Baker", **row} for number, row in enumerate(rows)]))
    first = PayBand("low, high", Decimal(5), None, None, None)
    assert [draft.pay for draft in made] == [(first,), (PayBand("old", Decimal(7), None, None, "year"),), ()]


def recognising(condition: str, kind: str = "json") -> Mapped:
    if kind == "csv":
        return mapped(f"kind = 'csv'\nrecognise = {condition}\n[fields]\nsource_id = 'Id'\ntitle = 'Job Title'")
    return mapped(f"kind = 'json'\nitems = 'jobs'\nrecognise = {condition}{JSON_FIELDS}")


def test_a_feed_is_known_by_members_that_may_be_empty() -> None:
    by_text, by_member = recognising("{ has = ['tags'] }"), recognising("{ members = ['tags'] }")
    for tags in (["Go"], [], None):
        body = json.dumps({"jobs": [{"id": 1, "title": "Baker", "tags": tags}]}).encode()
        assert (by_text.detects(body), by_member.detects(body)) == (bool(tags), True)
    assert not by_member.detects(json.dumps({"jobs": [{"id": 1}]}).encode())
    assert recognising("{ members = ['level'] }", "csv").detects(CSV_ROWS.encode())
    assert not recognising("{ members = ['Grade'] }", "csv").detects(CSV_ROWS.encode())


def test_a_feed_without_rows_is_known_by_what_stands_around_them() -> None:
    known = recognising("{ members = ['title'], empty = ['$.count'] }")
    assert known.detects(b'{"count": 0, "jobs": []}')
    assert not known.detects(b'{"jobs": []}')
    assert not known.detects(b'{"count": 1, "jobs": [{"name": "x"}]}')
    assert not recognising("{ members = ['title'] }").detects(b'{"count": 0, "jobs": []}')


def test_what_a_feed_is_known_by_begins_with_a_row() -> None:
    with pytest.raises(UsageError, match="a feed is known by what its first row has: has or members"):
        recognising("{ empty = ['$.count'] }")


@pytest.mark.parametrize(
    ("around", "following"),
    [
        ({"meta": {"page": 4}, "more": True}, "https://b.example/?page=5"),
        ({"meta": {"page": 4}, "more": None}, None),
        ({"meta": {"page": -4}, "more": "yes"}, None),
        ({"meta": [], "more": "yes"}, None),
    ],
)
def test_a_feed_may_say_which_page_it_is_and_whether_more_follow(around: object, following: str | None) -> None:
    paging = "{ page = { parameter = 'page', current = '$.meta.page', more = '$.more' } }"
    known = mapped(f"kind = 'json'\nitems = 'jobs'\npaging = {paging}" + JSON_FIELDS)
    assert isinstance(around, dict)
    assert known.next_page("https://b.example/?page=1", json.dumps({"jobs": [], **around}).encode()) == following


def test_each_text_that_a_draft_may_state_can_be_mapped() -> None:
    assert set(STATED_FIELDS) <= FieldRules.model_fields.keys()


def test_each_board_that_comes_along_is_read_by_its_mapping() -> None:
    known = {board.name for board in named_formats()}
    assert {file.stem for file in BOARDS.glob("*.toml")} == (known - {"posting_lines"}) | set(OF_NO_BOARD)


def test_a_field_that_is_new_to_drafts_makes_no_posting_come_out_as_changed() -> None:
    """Whoever adds a field to drafts names it in `_LATER` of `mapped.format`, and this digest stays."""
    known = mapped("kind = 'json'" + JSON_FIELDS)
    fingerprint = json.dumps(known.fingerprint({"row": {"id": 1, "title": "Baker"}}), sort_keys=True)
    assert digest_of(fingerprint) == "c8153d71506af603293f0562b2430b35"


def test_boards_for_remote_jobs_alone_say_so() -> None:
    remote = {board for board in BOARDS.glob("*.toml") if tomllib.loads(board.read_text()).get("workplace") == "remote"}
    boards = {"himalayas", "himalayas_rss", "jobicy", "remoteok", "remotive", "weworkremotely"}
    assert {board.stem for board in remote} == boards
