"""The room for facets in the index in memory."""

from services.matcher.adapters.memory.columns import UNKNOWN_PLACE
from services.rules.criterion import FACETS
from tests.support import generate


def test_the_values_of_all_facets_have_a_bit_each_below_the_flags() -> None:
    assert 1 << sum(len(facet.values) for facet in FACETS) <= UNKNOWN_PLACE


def test_one_facet_alone_has_several_values_a_posting_since_a_scan_asks_for_one_of_them_once() -> None:
    several = {
        facet.name for posting in generate.postings(400, 11) for facet in FACETS if len(facet.standing(posting)) > 1
    }
    assert several == {"employment"}
