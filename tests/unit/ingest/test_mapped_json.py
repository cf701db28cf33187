"""JSON and JSON Lines by a mapping."""

import json
from decimal import Decimal

import pytest

from services.ingest.domain.draft import Stated
from services.ingest.mapping.trace import PathCounts, add_traces, path_lines
from services.ingest.ports import Broken, FetchFailedError, Item, UnusableItemError
from tests.support.mapped_feeds import JSON_FIELDS, drafts, items, mapped, only_draft, parts, reasons, titles

JOBS = [{"id": 1, "title": "Baker"}, {"id": 2, "title": "Miller"}]


@pytest.mark.parametrize(
    ("where", "body"),
    [
        ("", JOBS),
        ("$", JOBS),
        ("jobs", {"jobs": JOBS}),
        ("jobs[*]", {"jobs": JOBS}),
        ("$.data.open jobs", {"data": {"before": {"jobs": [1]}, "open jobs": JOBS}}),
        ("$.teams[*].jobs[*]", {"teams": [{"jobs": JOBS[:1]}, {"jobs": JOBS[1:]}]}),
        ("$.all[?@.kind == 'job']", {"all": [{"kind": "news"}, *({**job, "kind": "job"} for job in JOBS)]}),
        ("jobs", {"jobs": {"a": JOBS[0], "b": JOBS[1]}}),
    ],
)
def test_rows_are_found_wherever_they_lie(where: str, body: object) -> None:
    known = mapped(f"kind = 'json'\nitems = \"{where}\"" + JSON_FIELDS)
    assert titles(drafts(known, json.dumps(body))) == ["Baker", "Miller"]


def test_the_names_of_an_object_of_rows_can_be_their_ids() -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'\nkey = 'id'" + JSON_FIELDS)
    found = items(known, json.dumps({"jobs": {"j-1": {"title": "Baker"}, "j-2": {"title": "Miller"}}}))
    assert [item.source_id for item in found] == ["j-1", "j-2"]


@pytest.mark.parametrize("row", [JOBS[0], {"title": "Baker", "employer": {"name": "B"}, "id": 1}])
def test_a_list_of_one_may_be_written_as_its_row(row: dict[str, object]) -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'" + JSON_FIELDS)
    assert titles(drafts(known, json.dumps({"jobs": row}))) == ["Baker"]
    cut = json.dumps({"jobs": row})[:-2]
    last = parts(known, cut)[-1]
    assert isinstance(last, Broken)
    assert last.ends_feed


def test_json_lines_are_rows() -> None:
    known = mapped("kind = 'jsonl'" + JSON_FIELDS.replace(', "$.board"', ""))
    found = parts(
        known, '{"id": 1, "title": "Baker"}\n\nnot json\n{"id": 2, "title": "Miller"} {}\n{"id": 3, "title": "Smith"}'
    )
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "3"]
    reasons = [part.reason for part in found if isinstance(part, Broken)]
    assert [words[:17] for words in reasons] == ["not JSON: line 3:", "not JSON: line 4:"]


def test_what_stands_around_the_rows_can_be_read_before_and_behind_them() -> None:
    known = mapped("kind = 'json'\nitems = 'data.jobs'" + JSON_FIELDS.replace("$.board", "$.data.board.name"))
    before = {"data": {"board": {"name": "Nimbus Fern"}, "jobs": JOBS}}
    behind = {"data": {"jobs": JOBS, "board": {"name": "Nimbus Fern"}}}
    for body in (before, behind):
        assert {draft.company for draft in drafts(known, json.dumps(body))} == {"Nimbus Fern"}


def test_what_a_long_list_has_behind_it_is_found_too() -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'\npaging = { next = 'next' }" + JSON_FIELDS)
    rows = [{"id": number, "title": "Baker", "text": "x" * 1000} for number in range(4000)]
    assert known.next_page("https://acme.example/jobs", json.dumps({"jobs": rows, "next": "?page=2"}).encode()) == (
        "https://acme.example/jobs?page=2"
    )


def test_a_bad_row_costs_only_itself() -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'" + JSON_FIELDS)
    found = parts(
        known, '{"jobs": [{"id": 1, "title": "Baker"}, {"id": 2, "title": oops}, 7, {"id": 4, "title": "Smith"}]}'
    )
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "4"]
    assert len([part for part in found if isinstance(part, Broken)]) == 2


def test_an_empty_list_is_no_fault_and_a_list_that_is_not_there_is() -> None:
    known = mapped("kind = 'json'\nitems = 'data.vacancies'" + JSON_FIELDS)
    assert parts(known, '{"data": {"vacancies": []}}') == []
    assert parts(known, '{"data": {"vacancies": null}}') == []
    assert reasons(known, '{"data": {"vacancy": [], "total": 3}}') == [
        'items: "data.vacancies" is not there; near: data.vacancy'
    ]
    assert reasons(known, '{"data": []}') == ['items: "data.vacancies" is not there; "data" is a list']
    assert all(part.ends_feed for part in parts(known, "[]") if isinstance(part, Broken))


FULL = """
kind = "json"
[fields]
source_id = "id"
title = "name"
company = { path = "employer", default = "Nimbus Fern" }
url = { template = "https://acme.example/jobs/{id}" }
description = { all = ["intro", "tasks"] }
skills = { path = "tags", split = "," }
restriction = "only"
restriction_open = { constant = "true" }
locations = { path = ["places[*].name", "city"] }
workplace = { path = "remote", values = { true = "remote", false = "onsite" } }
timezones = "zones"
employment = { path = "type", values = { FT = "full time", other = "" } }
seniority = { path = "name", after = "(", before = ")" }
posted_at = { path = "day", date = "%d.%m.%Y" }
language = { constant = "de" }
[fields.pay]
min = "pay.low"
max = "pay.high"
currency = { path = "pay.unit", default = "EUR" }
period = { constant = "month" }
"""


def test_each_kind_of_rule() -> None:
    draft = only_draft(
        mapped(FULL),
        json.dumps(
            [
                {
                    "id": 7,
                    "name": "Baker &amp; Miller (Senior)",
                    "intro": "&lt;p&gt;Bread&lt;/p&gt;",
                    "tasks": "Knead.\n\nBake.",
                    "tags": "Flour, Water,,flour",
                    "places": [{"name": "Porto"}, {"name": "Lyon"}],
                    "remote": True,
                    "zones": [1, "2", 99],
                    "pay": {"low": 1800, "high": "2000.50"},
                    "type": "ft",
                    "day": "11.08.2026",
                }
            ]
        ),
    )
    assert (draft.source_id, draft.title, draft.company) == ("7", "Baker & Miller (Senior)", "Nimbus Fern")
    assert draft.url == "https://acme.example/jobs/7"
    assert draft.html == "<p>Bread</p>\n<p>Knead.</p><p>Bake.</p>"
    assert [skill.text for skill in draft.skills] == ["Flour", "Water"]
    assert draft.restriction_open
    assert draft.locations == (Stated("places[*].name", "Porto"), Stated("places[*].name", "Lyon"))
    assert draft.workplace == (Stated("remote", "remote"),)
    assert draft.timezones == (1.0, 2.0)
    assert [(band.field, band.min, band.max, band.currency, band.period) for band in draft.pay] == [
        ("pay.low", Decimal(1800), Decimal("2000.50"), "EUR", "month")
    ]
    assert [quote.text for quote in draft.employment] == ["full time"]
    assert [quote.text for quote in draft.seniority] == ["Senior"]
    assert draft.posted_at == "2026-08-11T00:00:00"
    assert draft.language == "de"


@pytest.mark.parametrize(
    ("row", "at"),
    [
        ({"place": "Nulle-Part", "lat": 46.25, "lng": "6.11"}, [(46.25, 6.11)]),
        ({"place": "Nulle-Part", "lat": "46.25"}, [None]),
        ({"place": "Nulle-Part", "lat": "0", "lng": 0}, [None]),
        ({"place": "Nulle-Part", "lat": "46,25", "lng": "north"}, [None]),
        ({"place": "Nulle-Part", "lat": 146, "lng": 6}, [None]),
        ({"place": ["Nulle-Part", "Gex"], "lat": [46.25, 46.33], "lng": [6.11, 6.06]}, [(46.25, 6.11), (46.33, 6.06)]),
        ({"place": ["Nulle-Part", "Gex"], "lat": 46.25, "lng": 6.11}, [None, None]),
    ],
)
def test_places_have_the_coordinates_that_a_row_gives(row: dict[str, object], at: list[object]) -> None:
    known = mapped(f"kind = 'json'{JSON_FIELDS}locations = 'place'\nlatitude = 'lat'\nlongitude = 'lng'")
    draft = only_draft(known, json.dumps([{"id": 1, "title": "Baker", **row}]))
    assert [place.at for place in draft.locations] == at


def test_a_restriction_closes_what_is_open_without_one() -> None:
    draft = only_draft(mapped(FULL), '[{"id": 1, "name": "Baker", "only": "Portugal", "type": "other"}]')
    assert not draft.restriction_open
    assert draft.restriction == (Stated("only", "Portugal"),)
    assert draft.employment == ()


@pytest.mark.parametrize(
    ("places", "text"),
    [
        ({"city": "Porto", "region": "Norte", "country": "Portugal"}, "Porto (Norte), Portugal"),
        ({"city": "Porto", "country": "Portugal"}, "Porto, Portugal"),
        ({"region": "Norte", "country": "Portugal"}, "(Norte), Portugal"),
        ({"city": "Porto"}, "Porto"),
        ({"country": "Portugal"}, "Portugal"),
        ({"city": "Singapore", "country": "Singapore"}, "Singapore"),
        ({"place": "by the sea"}, "by the sea"),
    ],
)
def test_what_is_not_there_leaves_nothing_behind_in_a_template(places: dict[str, str], text: str) -> None:
    known = mapped(
        "kind = 'json'" + JSON_FIELDS + "locations = { template = ['{city} ({region}), {country}', '{place}'] }"
    )
    assert [
        location.text for location in only_draft(known, json.dumps([{"id": 1, "title": "Baker", **places}])).locations
    ] == [text]


def test_a_row_without_an_id_or_a_title_names_the_path_and_what_is_near() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS.replace('"id"', '"job_id"'))
    assert reasons(known, '[{"jobId": 1, "title": "Baker"}]') == ['no source_id: "job_id" is not there; near: jobId']
    known = mapped("kind = 'json'" + JSON_FIELDS.replace('"title"', '["headline", "name"]'))
    (item,) = items(known, '[{"id": 1, "name": {"de": "Bäcker"}}]')
    with pytest.raises(ValueError, match=r'no title: "name" is an object: name what is in it, such as name\.de'):
        known.draft(item.data)


@pytest.mark.parametrize(
    ("row", "path", "instead"),
    [
        ({"tags": []}, "tags", '"tags" is an empty list'),
        ({"tags": None}, "tags", '"tags" is null'),
        ({"tags": ""}, "tags", '"tags" is empty'),
        ({"place": [{"city": "Porto"}]}, "place.city", '"place.city" lies in a list: write place[*].city'),
        (
            {"place": [{"city": "Porto"}]},
            "place",
            '"place" is a list of objects: name what is in it, such as place[*].city',
        ),
        ({"place": None}, "place.city", '"place.city" lies in place, which is null'),
        ({"place": "Porto"}, "place.city", '"place.city" lies in place, which is no object'),
        ({"where": {"city": "Porto"}}, "city", '"city" is not there; near: where.city'),
        ({"author": "Ada"}, "author", '"author" is not there: contact fields are dropped before anything is read'),
        ({}, "$.board", '"$.board" is not in the feed around its rows'),
    ],
)
def test_a_path_that_finds_nothing_says_what_is_there(row: dict[str, object], path: str, instead: str) -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS + f'locations = "{path}"')
    (item,) = items(known, json.dumps([{"id": 1, "title": "Baker", **row}]))
    (trace,) = (trace for trace in known.traces(item.data) if trace.field == "locations")
    assert (trace.found, trace.instead) == (False, instead)


PAYS: list[object] = ["65k", "70k", {"from": "65,000"}]


@pytest.mark.parametrize(
    ("field", "value", "instead"),
    [
        ("workplace", "Home office", "is none of remote, hybrid, onsite"),
        ("posted_at", "11/08/2026", "is no date that is understood"),
        ("url", "/jobs/1", "is no http(s) address"),
        ("timezones", "CET", "is no number of hours"),
        ("pay.min", "1,800 EUR", "is no plain number"),
    ],
)
def test_a_value_that_is_not_understood_is_told_too(field: str, value: str, instead: str) -> None:
    rule = 'pay = { min = "value" }' if field == "pay.min" else f'{field} = "value"'
    known = mapped("kind = 'json'" + JSON_FIELDS + rule)
    (item,) = items(known, json.dumps([{"id": 1, "title": "Baker", "value": value}]))
    (trace,) = (trace for trace in known.traces(item.data) if trace.field == field)
    assert instead in trace.instead
    assert value in trace.instead


def test_contact_fields_are_dropped_before_they_are_mapped() -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'" + JSON_FIELDS.replace("$.board", "$.contactEmail"))
    body = '{"contactEmail": "ada@example.com", "jobs": [{"id": 1, "title": "Baker", "recruiter": {"name": "Ada"}}]}'
    (item,) = items(known, body)
    assert "ada" not in json.dumps(item.data).casefold()


def test_a_date_that_is_not_of_its_form_is_told_with_the_form() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS + "posted_at = { path = 'day', date = '%d/%m/%Y' }")
    (item,) = items(known, '[{"id": 1, "title": "Baker", "day": "31.12.26"}]')
    (trace,) = (trace for trace in known.traces(item.data) if trace.field == "posted_at")
    assert (trace.found, trace.instead) == (False, '"31.12.26" is not written as date says, %d/%m/%Y')


@pytest.mark.parametrize(
    ("form", "text", "read"),
    [
        ("%d. %B %Y", "11. März 2026", "2026-03-11"),
        ("%d. %B %Y", "11. Jänner 2026", None),
        ("%d %B %Y", "1 août 2026", "2026-08-01"),
        ("%d de %B de %Y", "5 de Agosto de 2026", "2026-08-05"),
        ("%d de %B de %Y", "5 de março de 2026", "2026-03-05"),
        ("%d %b. %Y", "5 Dez. 2026", "2026-12-05"),
        ("%d %b. %Y", "5 Mai 2026", "2026-05-05"),
        ("%d %b %Y", "5 déc. 2026", "2026-12-05"),
        ("%d %b %Y", "5 févr. 2026", "2026-02-05"),
        ("%B %d, %Y", "May 5, 2026", "2026-05-05"),
        ("%d %B %Y", "5 Brumaire 2026", None),
        ("%Y%m%dT%H%M%S%z", "20260811T053011+0200", "2026-08-11"),
    ],
)
def test_months_of_dates_are_read_in_several_languages(form: str, text: str, read: str | None) -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS + f"posted_at = {{ path = 'day', date = '{form}' }}")
    served = only_draft(known, json.dumps([{"id": 1, "title": "Baker", "day": text}])).posted_at
    assert str(served)[:10] == read if read else served == text


def test_truths_and_numbers_may_stand_for_texts() -> None:
    rules = "restriction_open = { constant = true }\ndepartments = { path = 'd', values = { a = 7 }, default = 9 }"
    known = mapped("kind = 'json'" + JSON_FIELDS + rules)
    first, second = drafts(known, '[{"id": 1, "title": "T", "d": "a"}, {"id": 2, "title": "U"}]')
    assert first.restriction_open
    assert [draft.departments[0].text for draft in (first, second)] == ["7", "9"]


def test_what_is_no_list_is_told_with_its_beginning() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS)
    assert reasons(known, 'callback([{"id": 1}]);') == [
        'the body is neither a list nor an object; it begins: callback([{"id": 1}]);'
    ]


@pytest.mark.parametrize(
    ("bad", "why"),
    [('"id": NaN', '"id" is NaN, which is no number'), ('"id": 1, "id": 2', 'has the key "id" twice')],
)
def test_a_row_that_is_refused_costs_only_itself_by_whichever_path_rows_are_found(bad: str, why: str) -> None:
    rows = f'[{{{bad}, "title": "Baker"}}, {{"id": 3, "title": "Smith"}}]'
    for items_path, body in (("", rows), ("jobs", f'{{"jobs": {rows}}}'), ("$..jobs[*]", f'{{"jobs": {rows}}}')):
        known = mapped(f"kind = 'json'\nitems = '{items_path}'" + JSON_FIELDS)
        fault, whole = parts(known, body)
        assert isinstance(fault, Broken)
        assert why in fault.reason
        assert isinstance(whole, Item)


def test_true_is_no_pay_of_a_mapped_feed() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS + "pay = { min = 'pay.from' }")
    with pytest.raises(UnusableItemError, match="true stands where an amount"):
        only_draft(known, '[{"id": 1, "title": "Baker", "pay": {"from": true}}]')


@pytest.mark.parametrize("number", [2**53, 2**63 - 1, 2**64, 2**128])
def test_an_id_of_many_digits_is_kept_to_the_last(number: int) -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS)
    assert only_draft(known, f'[{{"id": {number}, "title": "Baker"}}]').source_id == str(number)


def test_an_empty_row_is_told_as_such() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS)
    assert reasons(known, "[{}]") == ["no source_id: the row is empty"]


def test_of_a_path_that_finds_nothing_more_than_one_reason_is_told() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS + "pay = { min = 'pay.from' }")
    counts: PathCounts = {}
    for item in items(known, json.dumps([{"id": n, "title": "T", "pay": pay} for n, pay in enumerate(PAYS)])):
        add_traces(counts, known.traces(item.data))
    text = "\n".join(path_lines(counts))
    assert '"pay.from" lies in pay, which is no object' in text
    assert '"65,000" is no plain number: pay_text takes any text' in text


def test_what_no_path_reads_may_change_and_an_edit_of_the_mapping_is_a_change() -> None:
    known = mapped("kind = 'json'" + JSON_FIELDS)
    before, after = ({"row": {"id": 1, "title": "Baker", "views": views, "city": "Porto"}} for views in (3, 4))
    assert known.fingerprint(before) == known.fingerprint(after)
    edited = mapped("kind = 'json'" + JSON_FIELDS + "locations = 'city'")
    assert edited.fingerprint(before) != known.fingerprint(before)


@pytest.mark.parametrize(
    ("paging", "url", "body", "following"),
    [
        (
            "{ next = 'links.next' }",
            "https://a.example/",
            {"links": {"next": "?p=2"}, "jobs": JOBS},
            "https://a.example/?p=2",
        ),
        ("{ next = 'links.next' }", "https://a.example/", {"links": {"next": None}, "jobs": JOBS}, None),
        ("{ page = { parameter = 'page' } }", "https://a.example/", {"jobs": JOBS}, "https://a.example/?page=2"),
        (
            "{ page = { parameter = 'page' } }",
            "https://a.example/?page=2&q=x",
            {"jobs": JOBS},
            "https://a.example/?q=x&page=3",
        ),
        ("{ page = { parameter = 'page' } }", "https://a.example/?page=3", {"jobs": []}, None),
        (
            "{ offset = { parameter = 'start', size = 2 } }",
            "https://a.example/",
            {"jobs": JOBS},
            "https://a.example/?start=2",
        ),
        ("{ offset = { parameter = 'start', size = 3 } }", "https://a.example/", {"jobs": JOBS}, None),
        (
            "{ cursor = { parameter = 'after', path = 'more' } }",
            "https://a.example/",
            {"jobs": JOBS, "more": "x y"},
            "https://a.example/?after=x+y",
        ),
        ("{ cursor = { parameter = 'after', path = 'more' } }", "https://a.example/", {"jobs": JOBS}, None),
    ],
)
def test_the_next_page_is_the_one_that_the_mapping_leads_to(
    paging: str, url: str, body: object, following: str | None
) -> None:
    known = mapped(f"kind = 'json'\nitems = 'jobs'\npaging = {paging}" + JSON_FIELDS)
    assert known.next_page(url, json.dumps(body).encode()) == following


@pytest.mark.parametrize("paging", ["{ page = { parameter = 'at' } }", "{ offset = { parameter = 'at', size = 2 } }"])
def test_a_malformed_row_does_not_make_a_page_the_last(paging: str) -> None:
    known = mapped(f"kind = 'json'\nitems = 'jobs'\npaging = {paging}" + JSON_FIELDS)
    for rows in ('{"id": 1 "title": "T"}, {"id": 2, "title": "U"}', '{"id": 1 "title": "T"}, {"id" 2}'):
        assert known.next_page("https://a.example/", f'{{"jobs": [{rows}]}}'.encode()) is not None
    for nothing in (b'{"jobs": []}', b"<html>sorry", b""):
        assert known.next_page("https://a.example/", nothing) is None


def test_json_lines_that_end_within_a_line_are_cut_short() -> None:
    known = mapped("kind = 'jsonl'" + JSON_FIELDS.replace(', "$.board"', ""))
    whole = '{"id": 1, "title": "T"}\n{"id": 2, "title": "U"}'
    assert titles(drafts(known, whole)) == ["T", "U"]
    for cut in range(whole.index("\n") + 2, len(whole)):
        last = parts(known, whole[:cut])[-1]
        assert isinstance(last, Broken)
        assert last.ends_feed
    last = parts(known, whole[:-1] + "\n")[-1]
    assert isinstance(last, Broken)
    assert not last.ends_feed, "a line that has an end costs only itself"


def test_a_next_page_that_is_no_address_is_a_fault_of_the_feed() -> None:
    known = mapped("kind = 'json'\nitems = 'jobs'\npaging = { next = 'next' }" + JSON_FIELDS)
    with pytest.raises(FetchFailedError, match='the next page, at "next", is no address'):
        known.next_page("https://a.example/", b'{"jobs": [], "next": "file:///etc/passwd"}')


def test_values_can_be_joined_and_markup_that_is_escaped_too_often_is_told() -> None:
    rules = """
departments = { path = "teams", join = " / " }
seniority = { all = ["level", "grade"], join = ", " }
employment = { path = "terms", escaped = 2 }
"""
    row = {"id": 1, "title": "Baker", "teams": ["Ovens", "Shop"], "grade": "senior", "terms": "part&amp;amp;amp;full"}
    draft = only_draft(mapped("kind = 'json'" + JSON_FIELDS + rules), json.dumps([row]))
    assert [[quote.text for quote in field] for field in (draft.departments, draft.seniority, draft.employment)] == [
        ["Ovens / Shop"],
        ["senior"],
        ["part&full"],
    ]


def test_a_body_found_by_more_than_names_is_bounded() -> None:
    known = mapped("kind = 'json'\nitems = '$.teams[*].jobs[*]'" + JSON_FIELDS)
    body = '{"teams": [{"jobs": [{"id": 1, "title": "' + "x" * 8_400_000 + '"}]}]}'
    assert reasons(known, body) == ["rows found by more than names lie in bodies of at most 8 MiB"]
    assert reasons(known, '{"teams": [{"job": []}]}') == [
        'items: "$.teams[*].jobs[*]" finds nothing; near: teams[*].job'
    ]
