"""Faults of feeds and pushes: each code is met, and neither names nor letters hang on how a fault is worded."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any, get_args

import pytest

from schemas.codec import digest_of, encode
from schemas.posting import posting_id_of
from schemas.raw import RawPosting
from services.ingest.adapters.formats.base import MOST_ROWS, cut
from services.ingest.adapters.formats.reading import MOST_BYTES
from services.ingest.adapters.formats.registry import format_named
from services.ingest.adapters.push.gate import RequestCode
from services.ingest.domain.polling.listing import ListedItem
from services.ingest.events import MOST_ITEM, dead_letter, fault_of, seen_of
from services.ingest.faults import FAULT_CODES, FaultCode, FeedFault
from services.ingest.normaliser import Normaliser
from services.ingest.ports import Broken, Item, Skip
from services.runtime.errors import PoisonError
from services.runtime.records import Record
from services.runtime.strict_json import Refusal
from tests.support import feed_server as serve
from tests.support.collecting import NOON, bench, json_lines, line, source
from tests.support.feed_bodies import broken
from tests.support.feed_server import FeedServer
from tests.support.mapped_feeds import CSV_FIELDS, JSON_FIELDS, mapped, parts

DOCS = Path(__file__).resolve().parents[3] / "docs"
RSS = '<rss version="2.0"><channel><title>Fern</title>{}</channel></rss>'
LINE: dict[str, Any] = {"title": "Baker", "company": "Fern", "url": "https://fern.example/1"}
TABLE = mapped('kind = "csv"' + CSV_FIELDS)
TREE = mapped('kind = "json"\nitems = "jobs"' + JSON_FIELDS)


def of_line(**fields: Any) -> list[Broken]:
    return broken("posting_lines", json.dumps(LINE | fields))


def of_text(text: str) -> list[Broken]:
    return broken("posting_lines", json.dumps(LINE) + "\n" + text)


def of_mapped(known: Any, body: str) -> list[Broken]:
    return [part for part in parts(known, body) if isinstance(part, Broken)]


def of_item(source_id: str, **data: Any) -> list[Broken]:
    found: ListedItem | Broken = seen_of(format_named("posting_lines"), Item(source_id, LINE | data), NOON)
    return [found] if isinstance(found, Broken) else []


def of_one(found: Any) -> list[Broken]:
    return [part for part in found if isinstance(part, Broken)]


BROKEN: dict[FaultCode, Callable[[], list[Broken]]] = {
    "bad_encoding": lambda: broken("posting_lines", json.dumps(LINE).encode() + b"\n\xff"),
    "bad_id": lambda: of_item("a\0b"),
    "body_empty": lambda: of_mapped(mapped('kind = "json"\nitems = ""' + JSON_FIELDS), "  "),
    "body_too_large": lambda: broken("posting_lines", bytes(MOST_BYTES + 1)),
    "cut_short": lambda: broken("ashby", '{"jobs": [{"id": "1"'),
    "dtd_refused": lambda: broken("syndication", "<!DOCTYPE rss [<!ENTITY a 'b'>]>" + RSS.format("")),
    "given_up": lambda: broken("ashby", '{"jobs": [' + ", ".join(['{"a" 1}'] * 200) + "]}"),
    "goes_on": lambda: of_text(json.dumps(LINE) + " and more"),
    "item_too_large": lambda: of_item("1", description="x" * MOST_ITEM),
    "key_twice": lambda: of_text('{"title": "Baker", "title": "Miller"}'),
    "missing": lambda: of_line(company=None),
    "no_rows": lambda: of_mapped(TREE, '{"data": [{"id": 1}]}'),
    "not_a_number": lambda: of_text('{"salary_min": NaN}'),
    "not_an_object": lambda: of_text("[1]"),
    "not_csv": lambda: of_mapped(TABLE, "Id,Job Title\n1," + "x" * 2_200_000 + "\n"),
    "not_json": lambda: of_text("{title}"),
    "not_writable": lambda: of_item("1", title={1, 2}),
    "not_xml": lambda: broken("weworkremotely", RSS.format("<item><title>Baker</titel></item>")),
    "number_too_large": lambda: of_text('{"salary_min": 1e999}'),
    "number_too_long": lambda: of_text('{"salary_min": ' + "9" * 60 + "}"),
    "out_of_order": lambda: of_line(salary_min=9, salary_max=8),
    "too_deep": lambda: of_text("[" * 50 + "]" * 50),
    "too_heavy": lambda: broken(
        "syndication", RSS.format("<item><title " + " ".join(f'a{n}="1"' for n in range(300)) + ">B</title></item>")
    ),
    "too_long": lambda: of_line(id="7" * 2_000),
    "too_many_cells": lambda: of_mapped(TABLE, "Id,Job Title\n1,Baker,Porto\n"),
    "too_many_items": lambda: of_one(cut((LINE for _ in range(MOST_ROWS + 1)), lambda _: Skip("of no account"), str)),
    "unknown_field": lambda: of_line(titles="Baker"),
    "unknown_value": lambda: of_line(workplace="moon"),
    "wrong_form": lambda: broken("ashby", "[]"),
    "wrong_type": lambda: of_line(remote="yes"),
}
NOT_OF_A_BODY: set[FaultCode] = {"adapter_failed", "unknown_format"}


@pytest.mark.parametrize("code", BROKEN)
def test_a_body_has_the_code_of_its_fault(code: FaultCode) -> None:
    assert code in {part.fault.code for part in BROKEN[code]()}


def test_every_code_is_met_and_explained() -> None:
    assert BROKEN.keys() | NOT_OF_A_BODY == set(FAULT_CODES)
    assert set(get_args(Refusal)) <= set(FAULT_CODES)
    page = (DOCS / "formats.md").read_text(encoding="utf-8").partition("## Faults")[2].partition("\n## ")[0]
    assert sorted(re.findall(r"^\| `(\w+)` \|", page, re.MULTILINE)) == sorted(FAULT_CODES)
    push = (DOCS / "push.md").read_text(encoding="utf-8")
    assert [code for code in get_args(RequestCode) if f"`{code}`" not in push] == []


def raw(format: str, **item: Any) -> Record:
    posting = RawPosting(
        posting_id=posting_id_of("board", "1"), source="board", source_id="1", format=format, item=item,
        content_hash="0" * 32, fetched_at=NOON,
    )  # fmt: skip
    return Record("raw.v1", 0, 7, b"key", encode(posting), {}, NOON)


@pytest.mark.parametrize(
    ("record", "code", "field"),
    [
        (raw("gone", id="1"), "unknown_format", None),
        (raw("posting_lines", **LINE | {"salary_min": True}), "wrong_type", None),
        (raw("remotive", id=1), "missing", "title"),
    ],
)
def test_a_record_that_can_be_no_posting_dies_with_the_code_of_its_fault(
    record: Record, code: FaultCode, field: str | None
) -> None:
    formats = {name: format_named(name) for name in ("posting_lines", "remotive")}
    with pytest.raises(PoisonError) as died:
        Normaliser(formats, lambda draft, raw: pytest.fail("it is read")).handle([record])
    assert (died.value.code, died.value.field, died.value.offset) == (code, field, 7)


def worded(sentence: str, **changes: Any) -> Broken:
    return replace(Broken(FeedFault("missing", sentence, "title"), "an excerpt"), **changes)


def test_a_fault_is_named_by_what_it_is_and_not_by_how_it_is_said() -> None:
    first = worded('line 3: "title" is missing')
    assert fault_of("board", first) == fault_of("board", worded("there is no title in line 4"))
    others = [
        replace(first, fault=FeedFault("wrong_type", first.reason, "title")),
        replace(first, fault=FeedFault("missing", first.reason, "company")),
        replace(first, excerpt="another"),
        replace(first, source_id="7"),
    ]
    assert len({fault_of("board", part) for part in (first, *others)} | {fault_of("other", first)}) == 6


def test_a_letter_tells_code_and_field_and_no_address_in_them() -> None:
    headers = dead_letter("board", worded("there is no title"), NOON).headers
    assert (headers["code"], headers["field"], headers["error"]) == ("missing", "title", "there is no title")
    strange = Broken(FeedFault("key_twice", "twice", "kim@fern.example\0\ud800"))
    assert "kim@" not in dead_letter("board", strange, NOON).headers["field"]
    assert dead_letter("board", strange, NOON).headers["field"].isprintable()
    assert "field" not in dead_letter("board", Broken(FeedFault("not_json", "not JSON")), NOON).headers


def test_words_that_change_send_no_second_letter(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    body = json_lines(line("1"), {"id": "bad", "title": "No company"}) + b"no JSON\n" + b'{"id": "cut'
    on = bench(tmp_path, source(server.on("/feed", serve.served(body), serve.served(body))))
    on.poll()
    assert sorted(letter.headers["code"] for letter in on.sent.letters()) == ["missing", "not_json", "not_json"]
    on.sent.records.clear()
    monkeypatch.setattr(FeedFault, "at", lambda fault, place, field=None: replace(fault, sentence="said anew"))
    assert {part.reason for part in broken("posting_lines", body)} == {"said anew"}
    assert on.poll().counts.broken == 3
    assert on.sent.letters() == []


def test_what_an_earlier_release_has_sent_a_letter_for_is_not_sent_again(server: FeedServer, tmp_path: Path) -> None:
    mixed = json_lines(line("1"), {"id": "bad", "title": "No company"}) + b"no JSON\n"
    body = mixed + b'{"id": "new"}\n'
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (body, body)))))
    # As releases until 2026-11 named them: by the sentence, its numbers left out.
    earlier = [
        digest_of("board", 'line #: "company" is missing', "bad"),
        digest_of("board", "line #: not JSON: expecting value", "no JSON"),
    ]
    on.ledger.note_faults("board", earlier, NOON)
    on.poll()
    assert [letter.headers["source_id"] for letter in on.sent.letters()] == ["new"]
    now_known = {fault_of("board", part) for part in broken("posting_lines", body)}
    assert len(now_known) == 3
    assert on.ledger.new_faults("board", now_known) == frozenset()


def test_an_adapter_that_fails_costs_one_item_and_says_so_by_its_code(
    server: FeedServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*_: object) -> ListedItem:
        raise LookupError("of no concern")

    on = bench(tmp_path, source(server.on("/feed", serve.served(json_lines(line("1"))))))
    monkeypatch.setattr("services.ingest.poll.seen_of", fails)
    on.poll()
    (letter,) = on.sent.letters()
    assert (letter.headers["code"], letter.headers["source_id"]) == ("adapter_failed", "1")
    assert letter.headers["error"] == "the format posting_lines failed: LookupError"
