"""XML by a mapping."""

import pytest

from services.ingest.ports import Broken, Item
from tests.support.mapped_feeds import XML_FIELDS, drafts, items, mapped, only_draft, parts, reasons, titles

KNOWN = mapped('kind = "xml"\nitems = "job"' + XML_FIELDS)


def feed(*jobs: str, root: str = "<jobs>", end: str = "</jobs>") -> str:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{root}<board>Nimbus Fern</board>{"".join(jobs)}{end}'


def job(number: int = 1, more: str = "") -> str:
    return f"<job><id>{number}</id><title>Baker</title>{more}</job>"


def test_elements_become_rows_and_the_feed_around_them_can_be_read() -> None:
    found = drafts(KNOWN, feed(job(1), job(2, "<company>Coral &amp; Ledger</company>")))
    assert [(draft.source_id, draft.company) for draft in found] == [("1", "Nimbus Fern"), ("2", "Coral & Ledger")]


@pytest.mark.parametrize(
    "text",
    [
        "<![CDATA[<p>Bread &amp; more</p>]]>",
        "&lt;p&gt;Bread &amp;amp; more&lt;/p&gt;",
        "<p>Bread &amp; more</p>",
    ],
)
def test_a_description_is_markup_however_it_is_written(text: str) -> None:
    assert only_draft(KNOWN, feed(job(1, f"<text>{text}</text>"))).html == "<p>Bread &amp; more</p>"


def test_a_malformed_row_costs_only_itself() -> None:
    found = parts(KNOWN, feed(job(1), "<job><id>2</id><title>Bro<ken</job>", job(3, "R&D & more")))
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "3"]
    assert [part.reason[:8] for part in found if isinstance(part, Broken)] == ["not XML:"]


def test_a_row_without_an_end_costs_only_itself() -> None:
    found = parts(KNOWN, feed(job(1), "<job><id>2</id>", job(3), job(4)))
    assert [part.source_id for part in found if isinstance(part, Item)] == ["1", "3", "4"]
    assert reasons(KNOWN, feed("<job><id>2</id>", job(3))) == ["not XML: a row has no end"]


def test_a_row_may_hold_an_element_of_its_name() -> None:
    known = mapped('kind = "xml"\nitems = "job"' + XML_FIELDS.replace('"title"', '"job"'))
    assert titles(
        drafts(known, feed("<job><id>1</id><job>Baker</job></job>", "<job><id>2</id><job>Miller</job></job>"))
    ) == [
        "Baker",
        "Miller",
    ]


@pytest.mark.parametrize("cut", [30, 90, 130, -1, -7, -9])
def test_a_feed_that_is_cut_short_is_not_whole(cut: int) -> None:
    last = parts(KNOWN, feed(job(1), job(2))[:cut])[-1]
    assert isinstance(last, Broken)
    assert last.ends_feed


def test_a_dtd_is_refused() -> None:
    bomb = '<!DOCTYPE jobs [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>' + feed(job(1, "&b;")).partition("?>")[2]
    assert reasons(KNOWN, bomb) == ["the document declares a DTD, which is refused"]


def test_an_empty_feed_is_no_fault_and_rows_of_another_name_are() -> None:
    assert parts(KNOWN, "<jobs><board>B</board></jobs>") == []
    assert reasons(KNOWN, "<jobs><Job><id>1</id></Job></jobs>") == ["items: there is no element <job>; near: Job"]
    assert reasons(KNOWN, "<all>" + "<post><no>1</no></post>" * 3 + "</all>") == [
        "items: there is no element <job>; there are: post, no"
    ]


PREFIXED = XML_FIELDS.replace('"title"', '"g:title"').replace('"text"', '"g:text/@lang"').replace('"id"', '"@id"')


@pytest.mark.parametrize(
    ("root", "prefix"),
    [
        ('<jobs xmlns:g="urn:goods">', "g"),
        ('<jobs xmlns:other="urn:goods">', "other"),
        ('<jobs xmlns="urn:any" xmlns:g="urn:goods">', "g"),
    ],
)
def test_prefixes_mean_what_the_mapping_says(root: str, prefix: str) -> None:
    known = mapped('kind = "xml"\nitems = "job"\nnamespaces = { g = "urn:goods" }' + PREFIXED)
    row = f'<job id="1"><{prefix}:title>Baker</{prefix}:title><{prefix}:text lang="pt"/></job>'
    draft = only_draft(known, feed(row, root=root))
    assert (draft.source_id, draft.title, draft.html) == ("1", "Baker", "<p>pt</p>")


def test_prefixes_of_the_feed_need_not_be_declared_again() -> None:
    known = mapped('kind = "xml"\nitems = "g:job"' + PREFIXED)
    row = '<g:job id="1"><g:title>Baker</g:title></g:job>'
    assert only_draft(known, feed(row, root='<jobs xmlns:g="urn:goods">')).title == "Baker"


def test_rows_in_the_default_namespace_can_be_given_a_prefix() -> None:
    known = mapped('kind = "xml"\nitems = "g:job"\nnamespaces = { g = "urn:goods" }' + PREFIXED)
    row = '<job id="1"><title>Baker</title></job>'
    assert only_draft(known, feed(row, root='<jobs xmlns="urn:goods">')).title == "Baker"


def test_names_without_a_prefix_are_those_of_a_namespace_that_a_row_declares_for_itself() -> None:
    rows = '<job xmlns="urn:goods" id="1"><title>Baker</title></job><job id="2"><title>Miller</title></job>'
    plain = mapped('kind = "xml"\nitems = "job"' + XML_FIELDS.replace('"id"', '"@id"'))
    assert titles(drafts(plain, feed(rows))) == ["Baker", "Miller"]
    known = mapped('kind = "xml"\nitems = "job"\nnamespaces = { g = "urn:goods" }' + PREFIXED)
    assert only_draft(known, feed(rows.partition("</job>")[0] + "</job>")).title == "Baker"


@pytest.mark.parametrize(
    ("path", "instead"),
    [
        ("there", '"there" is there in a namespace of its own: give that a prefix in namespaces'),
        ("Title", '"Title" is not there; near: title'),
        ("town", '"town" is not there; near: place/town'),
        ("x:place", '"x:place" is not there: no element here has the prefix x'),
        ("link", '"link" is empty but for its attributes: link/@href'),
        ("empty", '"empty" is empty'),
        ("/jobs/name", '"/jobs/name" is not in the feed around its rows'),
    ],
)
def test_a_path_that_finds_nothing_says_what_is_there(path: str, instead: str) -> None:
    known = mapped('kind = "xml"\nitems = "job"' + XML_FIELDS + f'locations = "{path}"')
    row = job(
        1, '<place><town>Porto</town></place><link href="https://a.example"/><empty/><there xmlns="urn:y">x</there>'
    )
    (item,) = items(known, feed(row))
    (trace,) = (trace for trace in known.traces(item.data) if trace.field == "locations")
    assert (trace.found, trace.instead) == (False, instead)


def test_contact_elements_are_dropped_and_what_stands_behind_them_is_not() -> None:
    row = job(1, "<text>Write <email>ada@example.com</email> soon</text><contact phone='1'>Ada</contact>")
    (item,) = items(KNOWN, feed(row))
    assert "ada" not in str(item.data).casefold()
    assert KNOWN.draft(item.data).html == "<p>Write  soon</p>"


def test_xpath_can_choose_and_count() -> None:
    rules = """
locations = "place[@kind='work']/town"
seniority = { path = "count(skill)", values = { 2 = "senior" } }
skills = "skill"
"""
    known = mapped('kind = "xml"\nitems = "job"' + XML_FIELDS + rules)
    places = "<place kind='seat'><town>Lyon</town></place><place kind='work'><town>Porto</town></place>"
    draft = only_draft(known, feed(job(1, f"{places}<skill>A</skill><skill>B</skill>")))
    assert [[location.text for location in field] for field in (draft.locations, draft.seniority, draft.skills)] == [
        ["Porto"],
        ["senior"],
        ["A", "B"],
    ]


def test_the_next_page_may_stand_behind_the_rows() -> None:
    known = mapped('kind = "xml"\nitems = "job"\npaging = { next = "/jobs/next/@href" }' + XML_FIELDS)
    body = feed(job(1), '<next href="?p=2&amp;q=1"/>').encode()
    assert known.next_page("https://a.example/feed", body) == "https://a.example/feed?p=2&q=1"
