"""What all formats share: encodings, JSON item by item, absurd values, contacts."""

import json
import time
from typing import Any

import pytest

from services.ingest.adapters.formats.contacts import is_contact, masked, without_contacts
from services.ingest.adapters.formats.json_rows import rows
from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.adapters.formats.registry import detect, format_named, named_formats
from services.ingest.ports import Broken, Item, Merged, Skip
from services.runtime.errors import UsageError
from services.runtime.strict_json import MOST_DEPTH
from tests.support.feed_bodies import (
    ashby,
    ashby_job,
    broken,
    greenhouse,
    greenhouse_job,
    himalayas_item,
    himalayas_rss,
    items,
    parts,
    wwr,
    wwr_item,
)
from tests.support.long_form import LONG


def test_a_truncated_list_gives_the_whole_items_and_then_the_cut() -> None:
    body = greenhouse(*(greenhouse_job(number) for number in range(1, 6)))
    third = body.index(b'"id": 3')
    found = parts("greenhouse", body[:third])
    assert [part.source_id for part in found[:2]] == ["1", "2"]
    assert [type(part) for part in found] == [Item, Item, Broken]
    assert found[-1].ends_feed
    assert found[-1].reason == "the body is cut short or garbled after 2 whole items"


def test_every_cut_of_a_body_gives_whole_items_and_one_end() -> None:
    body = ashby(*(ashby_job(number) for number in range(3)))
    for end in range(len(body)):
        found = parts("ashby", body[:end])
        whole = [part for part in found if isinstance(part, Item)]
        assert whole == items("ashby", body)[: len(whole)]
        last = found[-1]
        assert isinstance(last, Broken), end
        assert last.ends_feed


@pytest.mark.parametrize(
    "bad",
    [
        '{"id": 2, "title": }',
        '{"id": 2, "title": "an unescaped " quote", "x": [}',
        '{"id": 2 "title": 3}',
        "{'id': 2}",
        "undefined",
        '{"id": 2, "x": ' + "[" * 100 + "]" * 100 + "}",
        '{"id": 2, "x": ' + "[" * 100_000 + "]" * 100_000 + "}",
    ],
)
def test_a_bad_item_in_the_middle_costs_only_itself(bad: str) -> None:
    jobs = [json.dumps(greenhouse_job(1)), bad, json.dumps(greenhouse_job(3))]
    first, fault, three = parts("greenhouse", '{"jobs": [' + ",".join(jobs) + '], "meta": {}}')
    assert (first.source_id, three.source_id) == ("1", "3")
    assert isinstance(fault, Broken)
    assert not fault.ends_feed
    assert bad[:20] in fault.excerpt
    assert len(fault.excerpt) <= 500


def test_what_is_no_object_or_has_no_id_is_broken_for_itself() -> None:
    found = parts("greenhouse", json.dumps({"jobs": [None, 3, "x", [], {"title": "no id"}, greenhouse_job(1)]}))
    assert [type(part) for part in found] == [Broken] * 5 + [Item]
    assert "null" in found[0].reason
    assert '"id"' in found[4].reason


@pytest.mark.parametrize("absurd", ["9" * 5_000, "NaN", "-Infinity", "1e999", '{"b": 1, "b": 2}'])
def test_an_item_with_what_is_no_number_or_a_key_twice_is_broken_for_itself(absurd: str) -> None:
    fault, row = rows(f'[{{"id": 1, "a": {absurd}}}, {{"id": 2}}]', None)
    assert isinstance(fault, Broken)
    assert fault.reason.startswith('"a" ')
    assert not fault.ends_feed
    assert row == {"id": 2}


def test_many_items_that_are_refused_are_not_taken_for_a_garbled_body() -> None:
    found = list(rows("[" + '{"a": NaN},' * 5_000 + '{"id": 2}]', None))
    assert sum(isinstance(row, Broken) for row in found) == 5_000
    assert found[-1] == {"id": 2}


def test_an_integer_of_many_digits_is_kept_as_a_text() -> None:
    assert list(rows('[{"e": 12345678901234567890}]', None)) == [{"e": "12345678901234567890"}]


def test_lone_surrogates_and_nul_become_replacement_characters() -> None:
    (row,) = rows(r'[{"a\ud800": "x\udfffy", "b": "\u0000", "c": "\ud83d\ude00"}]', None)
    assert row == {"a�": "x�y", "b": "�", "c": "😀"}


def test_nesting_is_capped() -> None:
    deep: Any = 1
    for _ in range(MOST_DEPTH + 1):
        deep = [deep]
    (fault,) = rows(json.dumps([deep]), None)
    assert isinstance(fault, Broken)
    assert "nested deeper" in fault.reason


def test_a_fault_before_the_list_does_not_hide_it() -> None:
    body = '{"updated": oops, "note": "\\"jobs\\": [", "jobs": [' + json.dumps(greenhouse_job(1)) + "]}"
    assert len(items("greenhouse", body)) == 1


def test_a_body_of_another_shape_says_what_was_wanted() -> None:
    for body in (b"", b"[]", b"{}", b'{"jobs": {}}', b"<html>", b"\xff\xfe\xff"):
        fault = broken("greenhouse", body)[0]
        assert fault.ends_feed
        assert 'a list "jobs"' in fault.reason


def test_many_malformed_items_are_given_up() -> None:
    faults = broken("lever", "[" + "{x},\n" * 5_000 + "]")
    assert len(faults) == 101
    assert faults[-1].ends_feed


@pytest.mark.parametrize(
    ("start", "again"),
    [
        ('{"jobs": [{"a": "', '\\"'),
        ('{"jobs": [{"a": "x', '\\"'),
        ('{"jobs": [', '{"id": [1},'),
        ('{"jobs": [', '{"a":'),
        ("<rss><channel>", "<item "),
        ("<rss><channel><item>", "<![CDATA["),
        ("<html>JobPosting", "<script type=application/ld+json "),
        ("<html>JobPosting application/ld+json", "<link rel=canonical "),
        ("", "<!---->"),
        ("", " "),
    ],
)
def test_ten_times_the_hostile_body_takes_about_ten_times_the_time(start: str, again: str) -> None:
    def seconds(size: int) -> float:
        body = (start + again * (size // len(again))).encode()
        began = time.perf_counter()
        detect(body)
        for known in named_formats():
            if known.name != "syndication" or not known.detects(body):
                list(known.split(body))
        return time.perf_counter() - began

    size = 300_000 if LONG else 200_000
    assert seconds(10 * size) < 20 * seconds(size) + 2


def test_a_body_that_is_too_large_is_refused_unread() -> None:
    (fault,) = broken("lever", b"[" + b" " * MOST_BYTES)
    assert fault.ends_feed
    assert "larger than" in fault.reason


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "utf-32-le"])
def test_encodings_are_told_apart(encoding: str) -> None:
    body = (
        '{"jobs": ['
        + json.dumps(greenhouse_job(1, title="Gärtner 🌱"), ensure_ascii=False)
        + '], "meta": {"total": 1}}'
    )
    (item,) = parts("greenhouse", body.encode(encoding))
    assert isinstance(item, Item)
    assert item.data["title"] == "Gärtner 🌱"
    assert detect(body.encode(encoding)) is format_named("greenhouse")


def test_invalid_utf_8_is_replaced_and_said() -> None:
    body = greenhouse(greenhouse_job(1, title="Xrtner")).replace(b"Xrtner", b"G\xe4rtner")
    item, fault = parts("greenhouse", body)
    assert isinstance(item, Item)
    assert item.data["title"] == "G�rtner"
    assert isinstance(fault, Broken)
    assert "not valid UTF-8" in fault.reason
    assert not fault.ends_feed


@pytest.mark.parametrize("declared", ["rot13", "zlib", "punycode", "no-such-thing", "unicode_escape", "utf-16"])
def test_declared_encodings_that_are_none_of_text_are_ignored(declared: str) -> None:
    assert read_text(f'<?xml version="1.0" encoding="{declared}"?><rss>ä'.encode()).text.endswith("ä")


@pytest.mark.parametrize(
    "name",
    [
        *(
            "recruiter",
            "Recruiter Name",
            "recruiter_email",
            "hiringManager",
            "contact",
            "contactPhone",
            "contact-person",
        ),
        *("author", "applicationContact", "mailbox_email", "telephone", "e-mail", "hiringTeam", "contactPoint"),
    ],
)
def test_contact_fields_are_known_in_any_spelling(name: str) -> None:
    assert is_contact(name)
    assert without_contacts({"a": [{name: "Robin", "kept": 1}]}) == {"a": [{"kept": 1}]}


@pytest.mark.parametrize(
    "name", ["company", "title", "contract", "headphones_allowance", "description", "telecommuting"]
)
def test_other_fields_are_not(name: str) -> None:
    assert not is_contact(name)


def test_addresses_in_excerpts_are_blotted_out() -> None:
    (fault,) = broken("lever", '[{"id": 1, "recruiter": "robin.example@fern.example" x}]')
    assert "robin" not in fault.excerpt
    assert masked("a b@c.example") == "a ***@c.example"


def test_contacts_reach_no_item_of_any_json_format() -> None:
    job = ashby_job(recruiter={"name": "Robin", "email": "robin@fern.example"}, hiringTeam=[{"name": "Robin"}])
    (item,) = items("ashby", ashby(job))
    assert "obin" not in json.dumps(item.data)


def test_formats_are_named_and_distinct() -> None:
    names = [known.name for known in named_formats()]
    assert len(set(names)) == len(names)
    assert all(format_named(name).name == name for name in names)
    with pytest.raises(UsageError, match="himalayas"):
        format_named("smoke signals")


def test_only_whole_boards_are_complete_listings() -> None:
    whole = {"greenhouse", "lever", "ashby", "workable", "smartrecruiters", "recruitee"}
    assert {known.name for known in named_formats() if known.complete} == whole


def test_boards_that_ask_for_attribution_get_it() -> None:
    asked = {known.name: known.attribution.url for known in named_formats() if known.attribution}
    assert asked == {
        "himalayas": "https://himalayas.app",
        "himalayas_rss": "https://himalayas.app",
        "weworkremotely": "https://weworkremotely.com",
        "remoteok": "https://remoteok.com",
        "remotive": "https://remotive.com",
        "jobicy": "https://jobicy.com",
        "themuse": "https://www.themuse.com",
        "arbeitnow": "https://www.arbeitnow.com",
    }


@pytest.mark.parametrize(
    ("name", "body", "title"),
    [
        ("weworkremotely", wwr(*[wwr_item()] * 3), "Senior Python Engineer"),
        ("himalayas_rss", himalayas_rss(*[himalayas_item(1)] * 3), "Senior Data Engineer"),
    ],
)
def test_of_rows_with_one_id_one_of_another_title_is_no_repeat_but_unread(name: str, body: str, title: str) -> None:
    before, _, behind = body.rpartition(title)
    found = parts(name, f"{before}Baker{behind}")
    assert [type(part) for part in found] == [Item, Merged, Skip]
    assert isinstance(found[-1], Skip)
    assert found[-1].is_unread
