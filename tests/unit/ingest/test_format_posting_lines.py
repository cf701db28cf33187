"""JSON lines of our own posting fields: friendly in, and errors that name the field."""

import json
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Broken, Item, JsonObject
from tests.support.feed_bodies import broken, draft, items, parts, texts

LINES = format_named("posting_lines")


def line(**changes: Any) -> JsonObject:
    fields = {"id": "p-1", "title": "Gardener", "company": "Thorn Ltd", "url": "https://thorn.example/1"} | changes
    return {name: value for name, value in fields.items() if value is not ...}


def body(*rows: JsonObject | str) -> str:
    return "\n".join(row if isinstance(row, str) else json.dumps(row, ensure_ascii=False) for row in rows)


def test_a_line_comes_out_field_by_field() -> None:
    made = draft(
        "posting_lines",
        body(
            line(
                description_html="<p>Prune.</p>",
                location="Ghent",
                locations=["Antwerp"],
                countries=["BE", "NL"],
                remote=True,
                salary_min=3000,
                salary_max="3500.50",
                salary_currency="eur",
                salary_period="month",
                salary="3000 to 3500",
                skills="Roses, Hedges",
                seniority="senior",
                employment="full_time",
                department="Outdoors",
                language="en",
                timezones=[1, 2],
                posted_at="2026-11-18",
                expires_at=1795000000,
            )
        ),
    )
    assert (made.title, made.company, made.html) == ("Gardener", "Thorn Ltd", "<p>Prune.</p>")
    assert texts(made.locations) == ["Ghent", "Antwerp"]
    assert texts(made.restriction) == ["BE", "NL"]
    assert texts(made.workplace) == ["remote"]
    assert made.pay == (PayBand("salary_min, salary_max", Decimal(3000), Decimal("3500.50"), "EUR", "month"),)
    assert texts(made.skills) == ["Roses", "Hedges"]
    assert made.timezones == (1.0, 2.0)
    assert (made.posted_at, made.expires_at) == ("2026-11-18", 1795000000)


def test_a_plain_description_becomes_paragraphs() -> None:
    assert draft("posting_lines", body(line(description="One < two.\n\nThree & four."))).html == (
        "<p>One &lt; two.</p><p>Three &amp; four.</p>"
    )


def test_worldwide_among_the_countries_opens_it() -> None:
    made = draft("posting_lines", body(line(countries=["Worldwide"])))
    assert made.restriction_open
    assert made.restriction == ()


def test_workplace_beats_remote_and_remote_false_is_onsite() -> None:
    assert texts(draft("posting_lines", body(line(workplace="hybrid", remote=True))).workplace) == ["hybrid"]
    assert texts(draft("posting_lines", body(line(remote=False))).workplace) == ["onsite"]
    assert draft("posting_lines", body(line())).workplace == ()


@pytest.mark.parametrize(
    ("changes", "named"),
    [
        ({"title": ...}, '"title" is missing'),
        ({"company": "  "}, '"company" is missing'),
        ({"url": ...}, 'one of "url", "description" and "description_html" is needed'),
        ({"title": "T", "location": ["Ghent"]}, '"location" is not text'),
        ({"skills": [1]}, '"skills" is not a list of texts'),
        ({"salary_min": True}, '"salary_min" is not an amount: True'),
        ({"salary_min": False}, '"salary_min" is not an amount: False'),
        ({"salary_min": float("nan")}, '"salary_min" is NaN, which is no number'),
        ({"salary_min": "lots"}, '"salary_min" is not an amount: lots'),
        ({"salary_max": -1}, '"salary_max" is not an amount: -1'),
        ({"salary_min": 5, "salary_max": 4}, '"salary_min" is more than "salary_max"'),
        ({"remote": "yes"}, '"remote" is not true or false'),
        ({"timezones": [99]}, '"timezones" is not a list of hours'),
        ({"timezones": "UTC"}, '"timezones" is not a list of hours'),
        ({"workplace": "moon"}, '"workplace" is none of remote, hybrid, onsite: moon'),
        ({"posted_at": {"year": 2026}}, '"posted_at" is neither text nor a number'),
        ({"salery_min": 5}, 'there is no field "salery_min"; did you mean "salary_min"?'),
    ],
)
def test_a_faulty_field_is_named_with_its_line(changes: dict[str, Any], named: str) -> None:
    (fault,) = broken("posting_lines", body(line(id="0"), "", line(**changes)))
    assert fault.reason.startswith("line 3: ")
    assert named in fault.reason
    assert not fault.ends_feed


@pytest.mark.parametrize("bad", ["{", "[1]", "3", '{"title": }', '{"title":"a","company":"b","url":"c"} x', "nul"])
def test_a_faulty_line_costs_only_itself(bad: str) -> None:
    found = parts("posting_lines", body(line(id="1"), bad, line(id="2")))
    assert [type(part) for part in found] == [Item, Broken, Item]


def test_unknown_fields_are_kept_and_null_is_unstated() -> None:
    (item,) = items("posting_lines", body(line(our_ref="x", skills=None, salary_min=None)))
    assert item.data["our_ref"] == "x"


def test_the_id_falls_back_to_the_address_and_then_to_what_the_job_is() -> None:
    by_url, by_job, again = items(
        "posting_lines",
        body(
            line(id=...), line(id=..., url=..., description="a"), line(id=..., url=..., description="b", title="Other")
        ),
    )
    assert by_url.source_id == "https://thorn.example/1"
    assert len({by_url.source_id, by_job.source_id, again.source_id}) == 3


def test_a_line_separator_within_a_text_ends_no_line() -> None:
    assert len(items("posting_lines", body(line(description="a\u2028b")))) == 1


def test_windows_line_ends_and_a_mark_are_borne() -> None:
    served = ("\ufeff" + body(line(id="1"), line(id="2")).replace("\n", "\r\n")).encode()
    assert detect(served) is LINES
    assert len(items("posting_lines", served)) == 2


def test_contacts_are_dropped() -> None:
    (item,) = items("posting_lines", body(line(recruiter="Robin", contact_email="robin@thorn.example", phone="555")))
    assert item.data.keys() == {"id", "title", "company", "url"}


def test_many_faulty_lines_among_sound_ones_end_nothing_but_a_flood_of_them_does() -> None:
    mixed = body(*(row for number in range(1_500) for row in (line(id=str(number)), line(id=f"b{number}"), "{")))
    assert len(items("posting_lines", mixed)) == 3_000
    flood = broken("posting_lines", "{\n" * 5_000)
    assert len(flood) == 1_001
    assert flood[-1].ends_feed


def test_it_is_detected_by_its_first_line() -> None:
    assert detect(("\n" + body(line())).encode()) is LINES
    assert detect(b'{"title": "a feed", "items": []}') is None
    assert not LINES.complete


def test_a_first_line_of_half_a_megabyte_does_not_hide_the_format() -> None:
    assert detect(body(line(description="bread " * 90_000)).encode()) is LINES
