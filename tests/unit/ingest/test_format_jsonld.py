"""schema.org JobPosting, as pages really carry it."""

import html
import json
from decimal import Decimal
from typing import Any

import pytest

from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.draft import PayBand
from services.ingest.ports import Broken, Item, Merged, UnusableItemError
from tests.support.feed_bodies import broken, draft, drafts, items, job_posting, page, parts, texts

JSON_LD = format_named("jsonld")


def test_a_posting_comes_out_field_by_field() -> None:
    made = draft("jsonld", page(job_posting()))
    assert (made.source_id, made.title, made.company) == ("NF-42", "Senior Data Engineer", "Nimbus Fern")
    assert made.company_url == "https://nimbus.example"
    assert made.html == "<p>Build it.</p>"
    assert texts(made.skills) == ["Python", "Kafka"]
    assert texts(made.restriction) == ["USA", "Ontario, Canada"]
    assert texts(made.workplace) == ["remote"]
    assert texts(made.employment) == ["FULL_TIME", "CONTRACTOR"]
    assert made.pay == (PayBand("baseSalary", Decimal(120000), Decimal(150000), "USD", "YEAR"),)
    assert (made.posted_at, made.expires_at) == ("2026-08-11", "2026-10-10T00:00:00+00:00")


def numbered(number: int, **changes: Any) -> dict[str, Any]:
    return job_posting(identifier=f"NF-{number}", **changes)


@pytest.mark.parametrize(
    "value",
    [
        {"@context": "https://schema.org", "@graph": [{"@type": "WebPage"}, numbered(1), numbered(2)]},
        [numbered(1), {"@type": "BreadcrumbList"}, numbered(2)],
        {"@type": "ItemList", "itemListElement": [{"item": numbered(1)}, {"item": numbered(2)}]},
        [[numbered(1)], [[numbered(2)]]],
    ],
    ids=["@graph", "list", "nested", "lists of lists"],
)
def test_postings_are_found_wherever_they_stand(value: Any) -> None:
    assert [item.source_id for item in items("jsonld", page(value))] == ["NF-1", "NF-2"]


def test_several_scripts_each_give_theirs_and_a_repeat_is_skipped() -> None:
    found = parts("jsonld", page(numbered(1), {"@type": "Organization"}, numbered(2), numbered(1)))
    assert [type(part) for part in found] == [Item, Item, Merged]


@pytest.mark.parametrize("kind", ["JobPosting", ["Thing", "JobPosting"], "http://schema.org/JobPosting"])
def test_the_type_may_be_written_in_several_ways(kind: Any) -> None:
    assert len(items("jsonld", page(numbered(1, **{"@type": kind})))) == 1


def test_what_is_referred_to_by_id_is_put_in_place() -> None:
    graph = [
        {"@type": "Organization", "@id": "#us", "name": "Nimbus Fern", "url": "https://nimbus.example"},
        numbered(1, hiringOrganization={"@id": "#us"}),
    ]
    made = draft("jsonld", page({"@graph": graph}))
    assert (made.company, made.company_url) == ("Nimbus Fern", "https://nimbus.example")


@pytest.mark.parametrize(
    ("salary", "more", "bounds"),
    [
        (120000, {"salaryCurrency": "usd"}, (120000, 120000, "USD", None)),
        ("120000", {"salaryCurrency": "USD"}, (120000, 120000, "USD", None)),
        ({"currency": "EUR", "value": 50000}, {}, (50000, 50000, "EUR", None)),
        ({"currency": "EUR", "value": {"value": 30, "unitText": "HOUR"}}, {}, (30, 30, "EUR", "HOUR")),
        ({"currency": "EUR", "value": {"minValue": "40000.00", "unitText": "YEAR"}}, {}, (40000, None, "EUR", "YEAR")),
        ({"currency": "EUR", "value": {"minValue": 0, "maxValue": 60}}, {}, (None, 60, "EUR", None)),
        ({"currency": "EUR", "minValue": 1, "maxValue": 2, "unitText": "DAY"}, {}, (1, 2, "EUR", "DAY")),
        ([{"currency": "EUR", "value": [{"minValue": 1, "maxValue": 2}]}], {}, (1, 2, "EUR", None)),
    ],
)
def test_base_salary_comes_in_all_shapes(salary: Any, more: dict[str, Any], bounds: tuple[Any, ...]) -> None:
    (pay,) = draft("jsonld", page(job_posting(baseSalary=salary, **more))).pay
    assert (pay.min, pay.max, pay.currency, pay.period) == bounds


def test_a_salary_in_words_is_kept_as_text_and_an_estimate_is_marked() -> None:
    made = draft("jsonld", page(job_posting(baseSalary="€50k a year", estimatedSalary={"value": 9, "currency": "EUR"})))
    assert texts(made.pay_text) == ["€50k a year"]
    assert [band.kind for band in made.pay] == ["estimate"]


@pytest.mark.parametrize("served", [None, {}, [], {"value": None}, {"value": {}}, False])
def test_an_empty_salary_is_no_pay(served: Any) -> None:
    assert draft("jsonld", page(job_posting(baseSalary=served))).pay == ()


@pytest.mark.parametrize("served", [True, {"value": True}, {"value": {"minValue": True}}])
def test_true_is_no_salary(served: Any) -> None:
    with pytest.raises(UnusableItemError, match="true stands where an amount"):
        draft("jsonld", page(job_posting(baseSalary=served)))


def test_a_posting_with_what_is_no_number_costs_the_others_of_its_script_nothing() -> None:
    graph = {"@graph": [job_posting(identifier=str(n)) for n in range(3)]}
    body = page(graph).replace('"identifier": "1"', '"identifier": NaN')
    fault, *whole = sorted(parts("jsonld", body), key=lambda part: isinstance(part, Item))
    assert isinstance(fault, Broken)
    assert fault.reason == '"identifier" is NaN, which is no number'
    assert len(whole) == 2


@pytest.mark.parametrize(
    ("location", "places"),
    [
        ({"@type": "Place", "address": {"addressLocality": "Ghent", "addressCountry": "BE"}}, ["Ghent, BE"]),
        ({"address": {"addressRegion": "Texas", "addressCountry": {"name": "US"}}}, ["Texas, US"]),
        ([{"address": "Main Street 1, Ghent"}, {"address": {"addressCountry": "NL"}}], ["Main Street 1, Ghent", "NL"]),
        ({"name": "Our Ghent office"}, ["Our Ghent office"]),
        ("Ghent", ["Ghent"]),
        ([None, 3, {}], ["3"]),
    ],
)
def test_locations_come_in_all_shapes(location: Any, places: list[str]) -> None:
    assert texts(draft("jsonld", page(job_posting(jobLocation=location))).locations) == places


GHENT = {"addressLocality": "Ghent", "addressCountry": "BE"}


@pytest.mark.parametrize(
    ("address", "geo", "at"),
    [
        (GHENT, {"latitude": 51.05, "longitude": "3.72"}, (51.05, 3.72)),
        (GHENT, {"latitude": "-33", "longitude": " +151.2 "}, (-33.0, 151.2)),
        (GHENT, {"latitude": "51.05"}, None),
        (GHENT, {"latitude": "north", "longitude": 3.72}, None),
        (GHENT, {"latitude": 0, "longitude": 0.0}, None),
        (GHENT, None, None),
        ({"addressCountry": "BE"}, {"latitude": 50.5, "longitude": 4.5}, None),  # the midst of a country
    ],
)
def test_a_place_that_names_a_locality_has_its_coordinates(address: Any, geo: Any, at: Any) -> None:
    (place,) = draft("jsonld", page(job_posting(jobLocation={"address": address, "geo": geo}))).locations
    assert place.at == at


@pytest.mark.parametrize(
    ("served", "names"),
    [
        ({"@type": "Country", "name": "US"}, ["US"]),
        (["USA", {"@type": "AdministrativeArea", "name": "Bavaria"}], ["USA", "Bavaria"]),
        ({"@type": "Place", "address": {"addressCountry": "DE"}}, ["DE"]),
    ],
)
def test_applicants_places_may_be_one_or_many(served: Any, names: list[str]) -> None:
    assert texts(draft("jsonld", page(job_posting(applicantLocationRequirements=served))).restriction) == names


def test_an_escaped_description_is_unescaped() -> None:
    escaped = html.escape("<p>R&amp;D</p>")
    assert draft("jsonld", page(job_posting(description=escaped))).html == "<p>R&amp;D</p>"


def test_other_spellings_of_single_fields_are_read() -> None:
    made = draft(
        "jsonld",
        page(
            job_posting(
                title=None,
                name="Data Engineer",
                hiringOrganization="Nimbus Fern",
                skills=[{"@type": "DefinedTerm", "name": "SQL"}, "dbt"],
                employmentType="PER_DIEM",
                responsibilities="Own the tables.",
                inLanguage={"@type": "Language", "name": "German"},
            )
        ),
    )
    assert (made.title, made.company, made.language) == ("Data Engineer", "Nimbus Fern", "German")
    assert texts(made.skills) == ["SQL", "dbt"]
    assert texts(made.employment) == ["PER_DIEM"]
    assert "Own the tables." in made.html


@pytest.mark.parametrize(
    ("changes", "source_id"),
    [
        ({"identifier": "A-1"}, "A-1"),
        ({"identifier": 7}, "7"),
        ({"identifier": [{"value": "B"}]}, "B"),
        ({"identifier": None, "url": "https://nimbus.example/1"}, "https://nimbus.example/1"),
        ({"identifier": {"value": ""}, "@id": "#job"}, "#job"),
    ],
)
def test_the_id_is_the_identifier_else_an_address(changes: dict[str, Any], source_id: str) -> None:
    (item,) = items("jsonld", page(job_posting(**changes)))
    assert item.source_id == source_id


def test_without_any_id_it_is_made_of_the_posting_and_stays_the_same() -> None:
    first, again = (items("jsonld", page(job_posting(identifier=None)))[0] for _ in range(2))
    other = items("jsonld", page(job_posting(identifier=None, title="Other")))[0]
    assert first.source_id == again.source_id != other.source_id


def test_the_page_address_serves_where_the_posting_has_none() -> None:
    for link in (
        '<link rel="canonical" href="https://nimbus.example/1">',
        "<link href='https://nimbus.example/1' rel=canonical>",
    ):
        assert draft("jsonld", page(job_posting(), head=link)).url == "https://nimbus.example/1"


def test_the_page_address_is_read_by_the_rules_of_html() -> None:
    link = '<LINK data-of="a > b" href="https://nimbus.example/?a=1&amp;b=2" rel="Canonical alternate">'
    assert draft("jsonld", page(job_posting(), head=link)).url == "https://nimbus.example/?a=1&b=2"


@pytest.mark.parametrize(
    "attributes",
    [
        'type="application/ld&#x2B;json"',
        "type='application/ld&#43;json'",
        'type="application/ld&plus;json"',
        'type="&#97;pplication&#x2F;ld+json"',
        'type="Application/LD+JSON"',
        'TYPE=" application/ld+json ; charset=utf-8"',
        "type=application/ld+json async",
        'data-of="a > b" type="application/ld+json"',
        'type\n=\n"application/ld+json"',
    ],
)
def test_a_script_is_known_by_its_type_however_html_lets_it_be_written(attributes: str) -> None:
    body = page(job_posting()).replace('type="application/ld+json"', attributes)
    assert attributes in body
    assert detect(body.encode()) is JSON_LD
    assert draft("jsonld", body).title == "Senior Data Engineer"


@pytest.mark.parametrize(
    "attributes",
    ['type="application/json"', 'type="text/plain; application/ld+json"', 'data-type="application/ld+json"', ""],
)
def test_a_script_of_another_type_is_none(attributes: str) -> None:
    body = page(job_posting()).replace('type="application/ld+json"', attributes)
    assert detect(body.encode()) is not JSON_LD
    assert len(broken("jsonld", body)) == 1


def test_a_script_that_is_commented_out_or_shown_as_text_is_none() -> None:
    script = page(job_posting()).partition("<script")
    body = "".join((script[0], f"<!-- <script{script[2].partition('</head>')[0]} -->", page(numbered(2))))
    body += f"<textarea><script{script[2]}</textarea>"
    assert [item.source_id for item in items("jsonld", body)] == ["NF-2"]


def test_letters_and_references_within_a_script_stay_as_they_are() -> None:
    body = page(json.dumps(job_posting(title="Zoë &amp; Söhne"), ensure_ascii=False), head='<meta charset="latin1">')
    (item,) = items("jsonld", body)
    assert item.data["title"] == "Zoë &amp; Söhne"


@pytest.mark.parametrize(
    "piece", ["<div>", "<script ", "<p><b><i>", "<!-- ", '<a b="', "<table>", "</p>", "<svg><style>"]
)
def test_a_page_of_nothing_but_markup_holds_no_posting(piece: str) -> None:
    (fault,) = broken("jsonld", f"<html>JobPosting{piece * 20_000}")
    assert fault.ends_feed


@pytest.mark.parametrize(
    "wrapping", ["<!--{}-->", "//<![CDATA[\n{}\n//]]>", "/*<![CDATA[*/{}/*]]>*/", "\n{};", "{}\n<!-- end -->"]
)
def test_wrappings_of_scripts_are_seen_through(wrapping: str) -> None:
    assert len(items("jsonld", page(wrapping.replace("{}", json.dumps(job_posting()))))) == 1


def test_raw_newlines_within_texts_are_borne() -> None:
    source = json.dumps(job_posting(description="one|two")).replace("|", "\n")
    assert "one\ntwo" in draft("jsonld", page(source)).html


def test_a_malformed_script_is_broken_and_the_others_come_out() -> None:
    first, second = parts("jsonld", page('{"@type": "JobPosting", "title": }', job_posting()))
    assert isinstance(first, Broken)
    assert not first.ends_feed
    assert isinstance(second, Item)


def test_a_page_that_is_cut_short_gives_what_was_whole() -> None:
    whole = page(numbered(1), numbered(2))
    *before, last = parts("jsonld", whole[: whole.rindex('"skills"')])
    assert [type(part) for part in before] == [Item]
    assert isinstance(last, Broken)
    assert last.ends_feed


@pytest.mark.parametrize("body", [page({"@type": "WebPage"}), "<html></html>", ""])
def test_a_page_without_postings_says_so(body: str) -> None:
    (fault,) = broken("jsonld", body)
    assert fault.reason == "the page holds no JobPosting"


def test_contacts_are_dropped_at_any_depth() -> None:
    organization = {"name": "Nimbus Fern", "email": "jobs@nimbus.example", "contactPoint": {"telephone": "+1 555 0100"}}
    (item,) = items(
        "jsonld",
        page(
            job_posting(hiringOrganization=organization, applicationContact={"name": "Robin", "email": "r@x.example"})
        ),
    )
    assert item.data["hiringOrganization"] == {"name": "Nimbus Fern"}
    assert "Robin" not in str(item.data)


def test_bare_json_ld_is_read_and_pages_are_detected() -> None:
    bare = json.dumps(job_posting()).encode()
    assert detect(bare) is JSON_LD
    assert len(drafts("jsonld", bare)) == 1
    for body in (page(job_posting()), "<!-- c -->\n<!DOCTYPE html>" + page(job_posting())):
        assert detect(body.encode()) is JSON_LD
    assert detect(b"<html><p>We use schema.org JobPosting</p></html>") is None


def test_a_posting_without_a_title_is_unusable() -> None:
    with pytest.raises(UnusableItemError, match="title"):
        JSON_LD.draft(job_posting(title=None))
