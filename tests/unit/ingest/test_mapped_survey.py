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


@given(st.binary(max_size=200) | st.text("<>/ab \"'{}[]:,1\n;", max_size=80).map(str.encode))
def test_any_bytes_are_looked_at_or_refused_in_words(body: bytes) -> None:
    try:
        found = survey(body)
    except UsageError:
        return
    assert found.paths
    assert found.items in found.places
