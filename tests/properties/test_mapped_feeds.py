"""Mapped feeds: every row is accounted for, whatever it holds, and no bytes make a mapping raise."""

import csv
import io
import json
from contextlib import suppress
from datetime import timedelta
from xml.sax.saxutils import escape

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.ingest.adapters.mapped.format import Mapped
from services.ingest.ports import FetchFailedError
from tests.support.feed_damage import ANY_JSON, check_items, damaged
from tests.support.long_form import examples
from tests.support.mapped_feeds import CSV_FIELDS, JSON_FIELDS, XML_FIELDS, mapped, parts

KINDS: dict[str, Mapped] = {
    "json": mapped('kind = "json"\nitems = "data.jobs"\npaging = { next = "links.next" }' + JSON_FIELDS),
    "json list": mapped('kind = "json"\npaging = { page = { parameter = "page" } }' + JSON_FIELDS),
    "json path": mapped('kind = "json"\nitems = "$.data[*].jobs[*]"' + JSON_FIELDS),
    "json object": mapped('kind = "json"\nitems = "jobs"\nkey = "id"' + JSON_FIELDS),
    "jsonl": mapped(
        'kind = "jsonl"\npaging = { offset = { parameter = "skip", size = 2 } }'
        + JSON_FIELDS.replace(', "$.board"', "")
    ),
    "xml": mapped('kind = "xml"\nitems = "job"\npaging = { next = "/jobs/next/@href" }' + XML_FIELDS),
    "csv": mapped('kind = "csv"' + CSV_FIELDS),
}
SEEDS: dict[str, list[bytes]] = {
    "json": [b'{"board": "B", "data": {"jobs": [{"id": 1, "title": "T"}, {"id": 2}]}, "links": {"next": "?page=2"}}'],
    "json list": [b'[{"id": 1, "title": "T", "employer": {"name": "N"}}, {"id": "2", "title": ["T"]}]'],
    "json path": [b'{"data": [{"jobs": [{"id": 1, "title": "T"}]}, {"jobs": []}]}'],
    "json object": [b'{"jobs": {"a": {"title": "T"}, "b": {"title": "U"}, "c": 3}}'],
    "jsonl": [b'{"id": 1, "title": "T"}\n\n{"id": 2, "title": "U"}\r\nnot json\n'],
    "xml": [
        b'<?xml version="1.0"?><jobs xmlns="urn:a" xmlns:g="urn:g"><board>B</board><job><id>1</id>'
        b"<title>T &amp; U</title><text><![CDATA[<p>x</p>]]></text></job><job/><next href='?p=2'/></jobs>"
    ],
    "csv": [b'Id,Job Title\n1,"T, U"\n2,"a\nb"\n', b"Id;Job Title\r\n1;T\r\n"],
}
FRAGMENTS = [
    *(b"{", b"}", b"[", b"]", b'"', b"\\", b",", b":", b"null", b"1e999", b"NaN", b"{}", b"\\ud800", b"\x00", b"\xff"),
    *(b"<job>", b"</job>", b"<job/>", b"<![CDATA[", b"]]>", b"<!--", b"<!DOCTYPE a [", b"&a;", b"&#0;", b"</jobs>"),
    *(b"\n", b"\r", b";", b'""', b"\xef\xbb\xbf", b'"data":', b'"jobs":', b'"id":', b"'", b"<g:job>", b"xmlns='x'"),
]
LENIENT = settings(
    max_examples=examples(80), deadline=timedelta(seconds=10), suppress_health_check=[HealthCheck.too_slow]
)


def check(known: Mapped, body: bytes) -> None:
    """All that a poll does with a body."""
    for item in check_items(known, body):
        list(known.traces(item.data))
    with suppress(FetchFailedError):
        known.next_page("https://feed.example/jobs?limit=2", body)
    known.detects(body)


@pytest.mark.parametrize("kind", KINDS)
@LENIENT
@given(data=st.data())
def test_a_damaged_feed_raises_nothing(kind: str, data: st.DataObject) -> None:
    check(KINDS[kind], data.draw(st.sampled_from(SEEDS[kind]).flatmap(lambda body: damaged(body, FRAGMENTS))))


@LENIENT
@given(st.binary(max_size=200) | st.lists(st.sampled_from(FRAGMENTS), max_size=30).map(b"".join))
def test_any_bytes_raise_nothing(body: bytes) -> None:
    for known in KINDS.values():
        check(known, body)


TEXT = st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="\x00\ufffe\uffff"), max_size=12)


@LENIENT
@given(st.lists(st.dictionaries(st.sampled_from(["id", "title", "employer", "text"]), ANY_JSON) | ANY_JSON, max_size=6))
def test_each_row_of_a_json_list_is_accounted_for(rows: list[object]) -> None:
    for kind, body in (
        ("json list", rows),
        ("json", {"data": {"jobs": rows}}),
        ("json path", {"data": [{"jobs": rows}]}),
    ):
        found = parts(KINDS[kind], json.dumps(body))
        assert len(found) == len(rows) + (kind == "json path" and not rows), (kind, found)
        check(KINDS[kind], json.dumps(body).encode())


@LENIENT
@given(st.dictionaries(TEXT, ANY_JSON, max_size=6))
def test_each_member_of_an_object_of_rows_is_accounted_for(rows: dict[str, object]) -> None:
    assert len(parts(KINDS["json object"], json.dumps({"jobs": rows}))) == len(rows)


@LENIENT
@given(st.lists(ANY_JSON | st.just("{"), max_size=6))
def test_each_line_of_json_lines_is_accounted_for(rows: list[object]) -> None:
    lines = [row if row == "{" else json.dumps(row) for row in rows]
    assert len(parts(KINDS["jsonl"], "\n".join(map(str, lines)))) == len(rows)


@LENIENT
@given(st.lists(st.tuples(TEXT, TEXT, st.booleans()), max_size=6))
def test_each_element_of_xml_is_accounted_for(rows: list[tuple[str, str, bool]]) -> None:
    elements = [
        f"<job><id>{escape(row_id)}</id><title>{escape(other)}</title>{'<oops>' if broken else ''}</job>"
        for row_id, other, broken in rows
    ]
    assert len(parts(KINDS["xml"], f"<jobs>{''.join(elements)}</jobs>")) == len(rows)


@LENIENT
@given(
    st.lists(st.tuples(TEXT, st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=9)))
)
def test_each_row_of_a_table_is_accounted_for(rows: list[tuple[str, str]]) -> None:
    out = io.StringIO(newline="")
    csv.writer(out).writerows([("Id", "Job Title"), *rows])
    wanted = [row for row in rows if any(cell.strip() for cell in row)]
    assert len(parts(KINDS["csv"], out.getvalue())) == len(wanted)
