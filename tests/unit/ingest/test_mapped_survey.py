"""What a feed that nobody mapped holds: its rows, what stands in them, and which field each path may be."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.adapters.mapped.survey import survey
from services.runtime.errors import UsageError


@pytest.mark.parametrize(
    ("body", "kind", "items", "guessed"),
    [
        (b'[{"id": 1, "title": "a"}]', "json", "", {"source_id": "id", "title": "title"}),
        (b'{"id":1,"title":"a"}\n{"id":2,"title":"b"}', "jsonl", "", {"source_id": "id", "title": "title"}),
        (
            b'{"teams": [{"name": "T", "jobs": [{"id": 1, "title": "a", "url": "u"}]}]}',
            "json",
            "teams[*].jobs[*]",
            {"source_id": "id", "title": "title", "url": "url"},
        ),
        (
            b'<r><job id="1"><title>A</title><city>X</city></job><job id="2"><title>B</title></job></r>',
            "xml",
            "job",
            {"source_id": "@id", "title": "title", "locations": "city"},
        ),
        (b"Job Title;Link\nNurse;https://a.example/1\n", "csv", "", {"title": "Job Title", "url": "Link"}),
    ],
)
def test_rows_are_where_most_fields_of_a_posting_have_a_name(
    body: bytes, kind: str, items: str, guessed: dict[str, str]
) -> None:
    found = survey(body)
    assert (found.kind, found.items) == (kind, items)
    assert guessed.items() <= found.guesses.items()


def test_another_place_of_rows_may_be_chosen() -> None:
    body = b'{"jobs": [{"id": 1, "title": "a"}], "offices": [{"town": "Porto"}, {"town": "Faro"}]}'
    assert survey(body).places == ("jobs", "offices")
    assert [path.samples for path in survey(body, "offices").paths] == [("Porto", "Faro")]


def test_rows_that_lie_in_an_object_by_name_are_found_and_their_names_are_ids() -> None:
    body = b"""{"total": 2, "board": {"name": "Fern", "town": "Porto"}, "data": {"jobs": {
        "a-1": {"title": "A", "url": "https://fern.example/1"}, "b-2": {"title": "B", "url": "https://fern.example/2"}}}}"""
    found = survey(body)
    assert (found.items, found.places, found.key, found.rows) == ("data.jobs", ("data.jobs",), "key", 2)
    assert found.paths[0].samples == ("a-1", "b-2")
    assert found.guesses["source_id"] == "key"
    assert survey(body, "data.jobs").key == "key"


def test_a_name_that_rows_have_already_is_not_taken_for_that_of_the_row() -> None:
    found = survey(b'{"1": {"key": "x", "title": "A"}, "2": {"key": "y", "title": "B"}}')
    assert (found.items, found.key) == ("", "row_key")
    assert {path.path for path in found.paths} == {"row_key", "key", "title"}


def test_objects_that_are_not_alike_are_no_rows() -> None:
    with pytest.raises(UsageError, match="no rows"):
        survey(b'{"meta": {"title": "A", "x": 1}, "links": {"next": "/2", "self": "/1"}}')


@pytest.mark.parametrize(
    ("around", "next_at"),
    [
        (b'"links": {"self": "/feed", "next": "/feed?page=2"}', "links.next"),
        (b'"next_page_url": "https://a.example/2"', "next_page_url"),
        (b'"nextPage": "?page=2"', "nextPage"),
        (b'"next_cursor": "x7"', None),
        (b'"nextPage": 2', None),
        (b'"context": "https://a.example/"', None),
        (b'"links": {"next": null}', None),
    ],
)
def test_the_next_pages_address_is_known_by_its_name_and_by_being_one(around: bytes, next_at: str | None) -> None:
    assert survey(b'{"jobs": [{"id": 1, "title": "a"}], %s}' % around).next_at == next_at


def test_of_links_of_xml_that_to_the_next_page_is_told() -> None:
    links = b'<link rel="self" href="https://a.example/1"/><link rel="next" href="https://a.example/2"/>'
    found = survey(b'<feed>%s<job id="1"><title>A</title></job><job id="2"><title>B</title></job></feed>' % links)
    assert found.next_at == "link[@rel='next']/@href"


@given(st.binary(max_size=200) | st.text("<>/ab \"'{}[]:,1\n;", max_size=80).map(str.encode))
def test_any_bytes_are_looked_at_or_refused_in_words(body: bytes) -> None:
    try:
        found = survey(body)
    except UsageError:
        return
    assert found.paths
    assert found.items in found.places
