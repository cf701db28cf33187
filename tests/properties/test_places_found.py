"""Places are found in whatever language, place and text they stand; no text takes long."""

import time
from collections import defaultdict
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.reach.reading import read_reach
from services.ingest.domain.zones.reading import read_timezones
from services.rules.places.data import Sense, place_data
from services.rules.places.known import find_places, is_country, is_subdivision, places_in_field
from services.rules.sections import document_of
from services.rules.text import fold
from tests.support.long_form import examples

_MEANT: dict[str, set[str]] = defaultdict(set)
for _name, _sense in place_data().text:
    _MEANT[fold(_name)].add(_sense.code[:2])
_COUNTRIES = [
    (name, sense) for name, sense in place_data().text if sense.kind == "country" and len(_MEANT[fold(name)]) == 1
]
"""Names of one place each: Georgia and Kongo are others' too."""
_FIELDS = sorted(place_data().fields.items())
_PIECES = st.sampled_from([
    "must be based in", "located in", "Remote", "remote - ", "open to candidates in", "excluding", "not ",
    "outside of", "Location: ", "Germany", "US", "TX, CA", "EMEA", "Austin, TX", "Georgia", "Québec", "worldwide",
    "anywhere", "hire", "only", "-based", "(", ")", ", ", " and ", "\n", "\n• ", ". ", ":", "CET", "±2", "UTC-5",
    "GMT", "ET", "9am - 5pm", "Eastern", "time zone", "if", "salary", "İ", "ß",
])  # fmt: skip
_TEXTS = st.one_of(
    st.text(max_size=200), st.lists(_PIECES, max_size=40).map("".join), st.lists(_PIECES, max_size=40).map(" ".join)
)


@given(st.sampled_from(_COUNTRIES))
@settings(max_examples=examples(300))
def test_a_country_is_found_in_running_text_by_each_of_its_names(country: tuple[str, Sense]) -> None:
    name, sense = country
    found = find_places(f"You must be based in {name}, and work there.")
    assert sense.code in {mention.code[:2] for mention in found}, name


@given(st.sampled_from(_FIELDS))
@settings(max_examples=examples(300))
def test_a_boards_field_names_a_country_in_any_language(field: tuple[str, str]) -> None:
    name, code = field
    reach = read_reach(_draft(restriction=name), document_of("Engineer", "")).value
    if is_country(code):
        assert code in reach.countries, name
    elif is_subdivision(code):
        assert code[:2] in reach.countries, name
    else:
        assert code in (*reach.groups, reach.scope), name


@given(_TEXTS)
def test_mentions_lie_in_the_text_in_order(text: str) -> None:
    for found in (find_places(text), places_in_field(text)):
        assert all(text[mention.start : mention.end] == mention.text for mention in found)
        assert all(place.end <= two.start for place, two in pairwise(found))


@given(title=_TEXTS, text=_TEXTS, field=_TEXTS)
def test_any_text_at_all_gives_a_reach_and_zones(title: str, text: str, field: str) -> None:
    draft, document = _draft(restriction=field), document_of(title, text)
    reach = read_reach(draft, document)
    assert (reach.value.scope == "listed") == bool(
        reach.value.countries or reach.value.groups or reach.value.subdivisions
    )
    assert reach.value.scope == "unknown" or reach.evidence
    zones = read_timezones(draft, document).value
    assert zones is None or -12 <= zones.min <= zones.max <= 14


@pytest.mark.parametrize(
    "piece",
    [
        "must be based in ", "remote ", "US, ", "TX, CA, ", "open to candidates in Germany ", "only ",
        "Location: Europe\n", "worldwide ",
        "not in ", "UTC-5 ", "9am - 5pm ET ", "Eastern or ", "a (", "the the the ", "hiring in the in the in the ",
    ],
)  # fmt: skip
def test_repeating_a_cue_takes_time_in_proportion(piece: str) -> None:
    def seconds(times: int) -> float:
        document = document_of("", piece * times)
        assert document.kind_at(0)
        began = time.process_time()
        read_reach(_draft(), document)
        read_timezones(_draft(), document)
        return time.process_time() - began

    few, many = 6_000 // len(piece), 60_000 // len(piece)
    seconds(few)
    assert min(seconds(many) for _ in range(3)) < 0.05 + 30 * min(seconds(few) for _ in range(3))


def _draft(restriction: str = "") -> Draft:
    return Draft("x", "t", "c", restriction=(Stated("restriction", restriction),) if restriction else ())
