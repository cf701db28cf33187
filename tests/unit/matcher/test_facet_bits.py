"""The room for facets in the index in memory."""

from services.matcher.adapters.memory.columns import UNKNOWN_PLACE
from services.rules.criterion import FACETS


def test_the_values_of_all_facets_have_a_bit_each_below_the_flags() -> None:
    assert 1 << sum(len(facet.values) for facet in FACETS) <= UNKNOWN_PLACE
