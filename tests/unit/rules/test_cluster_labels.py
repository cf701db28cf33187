"""The labelled pairs, and how precision and recall are counted over them."""

import pytest

from bench.clusters import Pair, figures_of, read_pairs, read_strata


def pair(number: int, stratum: str, same: bool) -> Pair:
    return Pair(("a.json", str(number)), ("b.json", str(number)), stratum, same, "because")


def test_there_are_pairs_enough_and_each_is_there_once_with_its_reason() -> None:
    pairs = read_pairs()
    assert len({frozenset((pair.a, pair.b)) for pair in pairs}) == len(pairs) > 400
    assert all(pair.why and pair.a != pair.b for pair in pairs)
    assert {pair.half for pair in pairs} == {"A", "B"}
    assert sum(pair.same for pair in pairs) > 100


def test_a_stratum_has_at_least_the_pairs_that_were_drawn_of_it() -> None:
    strata, pairs = read_strata(), read_pairs()
    assert {pair.stratum for pair in pairs} == strata.keys()
    assert all(sum(pair.stratum == name for pair in pairs) <= size for name, size in strata.items())


def test_a_pair_counts_as_often_as_its_stratum_is_larger_than_what_was_drawn() -> None:
    few = [pair(1, "small", True), pair(2, "small", False)]
    many = [pair(3, "large", True), pair(4, "large", True)]
    joined = {few[0]: True, few[1]: True, many[0]: True, many[1]: False}
    raw = figures_of([*few, *many], joined)
    assert (raw.right, raw.wrong, raw.missed) == (2, 1, 1)
    weighted = figures_of([*few, *many], joined, {"small": 2, "large": 20})
    assert (weighted.right, weighted.wrong, weighted.missed) == (11, 1, 10)
    assert weighted.precision == pytest.approx(11 / 12)
    assert weighted.recall == pytest.approx(11 / 21)
