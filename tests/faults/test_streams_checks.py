"""What is said of a run under faults would differ if a match were lost, doubled or wrong, or a job came twice."""

from dataclasses import replace
from datetime import UTC, datetime
from itertools import combinations

import numpy as np
import pytest

from schemas.keys import Keys, keys_of
from services.rules.signature import same_job
from tests.support.generate import criteria, postings
from tests.support.long_form import LONG
from tests.support.streams.items import alike, jobs_of
from tests.support.streams.material import Step, normalised, raw_of, steps
from tests.support.streams.pairs import Expected, PairTally, Stored, Versions, check_pairs, check_truth, fits_of

NOW = datetime(2026, 8, 3, 12, tzinfo=UTC)
COUNT = 80


@pytest.fixture(scope="module")
def versions() -> Versions:
    """Each posting in two versions, the second of them another posting's content."""
    found = postings(COUNT, 1)
    return {
        posting.posting_id: (posting, other.model_copy(update={"posting_id": posting.posting_id, "version": 2}))
        for posting, other in zip(found, found[1:] + found[:1], strict=True)
    }


@pytest.fixture(scope="module")
def expected(versions: Versions) -> Expected:
    asked = dict(enumerate(criteria(COUNT, 1, postings(COUNT, 1))))
    return Expected(asked, fits_of(asked, versions), keys_of(asked), keys_of(()), frozenset())


def stored_of(expected: Expected) -> dict[str, Stored]:
    return {own: Stored(fits.matched, fits.near) for own, fits in expected.fits.items()}


def checked(expected: Expected, stored: dict[str, Stored], versions: Versions) -> tuple[PairTally, list[str]]:
    tally, faults = check_pairs(expected, stored, versions)
    return tally, faults + check_truth(tally, expected, stored, versions, 40_000 if LONG else 16_000, seed=2)


def with_most(expected: Expected) -> str:
    """The posting that matches most and nearly matches some."""
    return max(expected.fits, key=lambda own: (expected.fits[own].near.size > 0, expected.fits[own].matched.size))


def without_first(keys: Keys) -> Keys:
    return keys[1:]


def test_a_store_that_holds_all_pairs_has_no_fault(expected: Expected, versions: Versions) -> None:
    tally, faults = checked(expected, stored_of(expected), versions)
    assert faults == []
    assert (tally.lost, tally.doubled, tally.wrong, tally.differing) == (0, 0, 0, 0)
    assert tally.expected == tally.found > 1_000


@pytest.mark.parametrize("what", ["matched", "near"])
def test_a_lost_pair_is_told_and_the_truth_told_of_it(expected: Expected, versions: Versions, what: str) -> None:
    stored, own = stored_of(expected), with_most(expected)
    stored[own] = replace(stored[own], **{what: without_first(getattr(stored[own], what))})
    tally, faults = checked(expected, stored, versions)
    assert (tally.lost, tally.found) == (1, tally.expected - 1)
    assert tally.differing > 0
    assert own in faults[0]


def test_a_pair_that_is_stored_twice_is_told(expected: Expected, versions: Versions) -> None:
    stored, own = stored_of(expected), with_most(expected)
    stored[own] = replace(stored[own], matched=np.append(stored[own].matched, stored[own].matched[:1]))
    assert check_pairs(expected, stored, versions)[0].doubled == 1


def test_a_pair_that_no_version_gives_is_told(expected: Expected, versions: Versions) -> None:
    stored, own = stored_of(expected), with_most(expected)
    strangers = np.setdiff1d(expected.steady, np.union1d(expected.fits[own].matched, expected.fits[own].near_ever))[:10]
    stored[own] = replace(stored[own], matched=np.union1d(stored[own].matched, strangers))
    tally, faults = checked(expected, stored, versions)
    assert tally.wrong == strangers.size > 0
    assert tally.differing > 0
    assert faults[0].startswith("wrong match")


def test_of_criteria_that_came_late_only_what_all_versions_give_is_demanded(
    expected: Expected, versions: Versions
) -> None:
    late = replace(expected, steady=keys_of(()), later=expected.steady)
    surely = {own: Stored(fits.surely, fits.surely_near) for own, fits in late.fits.items()}
    tally, faults = check_pairs(late, surely, versions)
    assert faults == []
    assert 0 < tally.expected < sum(fits.matched.size for fits in late.fits.values())


def test_copies_are_found_as_if_all_two_were_compared() -> None:
    made = [normalised(raw_of(Step(kind, n), 1, 3, NOW, NOW)) for kind in ("new", "copied") for n in range(40)]
    clusters = [version.cluster for version in made]
    slowly = {(a, b) for a, b in combinations(range(len(clusters)), 2) if same_job(clusters[a], clusters[b])}
    assert set(alike(clusters)) == slowly
    assert len(slowly) >= 40
    jobs = jobs_of({version.posting_id: [version.core()] for version in made})
    assert all(jobs[made[at].posting_id] == jobs[made[at + 40].posting_id] for at in range(40))


def test_the_flow_has_everything_that_becomes_of_a_job_and_each_lot_a_posting_once() -> None:
    lots = list(steps(2_000, 1))
    kinds = [step.kind for lot in lots for step in lot]
    assert kinds.count("new") == 2_000
    assert all(kinds.count(kind) > 20 for kind in ("changed", "again", "closed", "copied"))
    for lot in lots:
        ids = [(step.kind == "copied", step.number) for step in lot]
        assert len(ids) == len(set(ids))
