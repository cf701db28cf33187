"""What every index of criteria must do. An adapter joins by its factory."""

import random
from collections.abc import Callable
from functools import partial

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.criteria import Criteria, CriteriaRecord, SkillTerms
from schemas.posting import PostingCore, Skill
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.ports import CriteriaIndex
from services.rules.criteria import criteria_id
from tests.support import generate
from tests.support.judging import a_posting, floor, having, paying, skills
from tests.support.long_form import LONG, examples
from tests.support.search_indices import empty_criteria_index
from tests.support.strategies import seeds
from tests.support.truth import same_hits, true_hits

FACTORIES = [
    pytest.param(MemoryCriteriaIndex, id="memory"),
    pytest.param(partial(MemoryCriteriaIndex, "numba"), id="memory-compiled"),
    pytest.param(empty_criteria_index, id="elasticsearch", marks=pytest.mark.live),
]

pytestmark = pytest.mark.parametrize("make", FACTORIES)
Make = Callable[[], CriteriaIndex]

GO = skills(all=("Go",))
RUST = skills(all=("Rust",))


def record(key: int, asked: Criteria, version: int = 1, removed: bool = False) -> CriteriaRecord:
    return CriteriaRecord(key=key, criteria_id=criteria_id(asked), version=version, removed=removed, criteria=asked)


def keys(index: CriteriaIndex, posting: PostingCore) -> list[int]:
    return [int(key) for key in index.match([posting])[0].keys]


def test_an_empty_index_matches_nothing(make: Make) -> None:
    index = make()
    assert len(index) == 0
    assert keys(index, having("Go")) == []
    assert index.match([]) == []


def test_what_is_applied_is_visible_at_once(make: Make) -> None:
    index = make()
    index.apply([record(7, GO), record(3, GO), record(5, RUST)])
    assert len(index) == 3
    assert keys(index, having("Go")) == [3, 7]


def test_hits_come_in_the_order_of_the_postings(make: Make) -> None:
    index = make()
    index.apply([record(1, GO), record(2, RUST)])
    found = index.match([having("Rust"), having("PHP"), having("Go"), having("Go", "Rust")])
    assert [answer.keys.tolist() for answer in found] == [[2], [], [1], [1, 2]]


def test_what_a_posting_only_mentions_meets_a_search_that_says_so(make: Make) -> None:
    index = make()
    needed, some = SkillTerms(all=("Go", "Kafka", "Rust")), SkillTerms(any=("Go", "JavaScript"), at_least=2)
    asks, none = SkillTerms(any=("JavaScript",)), SkillTerms(any=("SQL",), none=("React",))
    asked = [needed, some, asks, none]
    asked += [terms.model_copy(update={"mentions": True}) for terms in asked]
    index.apply([record(number, Criteria(skills=terms)) for number, terms in enumerate(asked)])
    named = dict.fromkeys(("Kafka", "Rust", "SQL"), "required") | {"React": "wanted"}
    for strength, found in (("bonus", [2, 4, 5, 6]), ("wanted", [0, 1, 2, 4, 5, 6]), (None, [0, 1, 2, 4, 5, 6])):
        with_own = named | {"Go": strength}
        posting = a_posting(skills=tuple(Skill(name=name, strength=meant) for name, meant in with_own.items()))
        assert keys(index, posting) == found, strength


def test_hits_are_sorted_distinct_disjoint_unsigned_integers(make: Make) -> None:
    index = make()
    asked = Criteria(salary_floor=floor(100_000), skills=skills(any=("Go", "Rust")).skills)
    index.apply([record(key, asked) for key in (2**32 - 1, 0, 9, 4)])
    posting = having("Go", "Rust", salary=paying({"EUR": 95_000}).salary)
    found = index.match([posting])[0]
    assert found.keys.dtype == found.near.dtype == np.uint32
    assert (found.keys.tolist(), found.near.tolist()) == ([], [0, 4, 9, 2**32 - 1])


def test_a_newer_version_replaces_the_older(make: Make) -> None:
    index = make()
    index.apply([record(1, GO, version=1)])
    index.apply([record(1, RUST, version=2)])
    assert len(index) == 1
    assert (keys(index, having("Go")), keys(index, having("Rust"))) == ([], [1])


@pytest.mark.parametrize("version", [1, 2])
def test_a_record_that_is_not_newer_changes_nothing(make: Make, version: int) -> None:
    index = make()
    index.apply([record(1, GO, version=2)])
    index.apply([record(1, RUST, version=version)])
    index.apply([record(1, GO, version=version, removed=True)])
    assert (keys(index, having("Go")), keys(index, having("Rust"))) == ([1], [])


def test_several_versions_in_one_batch_leave_the_newest(make: Make) -> None:
    index = make()
    index.apply([record(1, RUST, version=3), record(1, GO, version=1), record(1, GO, version=2, removed=True)])
    assert (len(index), keys(index, having("Rust"))) == (1, [1])


def test_a_removed_key_is_not_revived_by_a_late_older_record(make: Make) -> None:
    index = make()
    index.apply([record(1, GO, version=5, removed=True)])
    index.apply([record(1, GO, version=4)])
    assert (len(index), keys(index, having("Go"))) == (0, [])
    index.apply([record(1, GO, version=6)])
    assert (len(index), keys(index, having("Go"))) == (1, [1])


def test_a_closed_posting_matches_nobody(make: Make) -> None:
    index = make()
    index.apply([record(1, GO)])
    assert keys(index, having("Go", status="closed")) == []


def test_criteria_without_any_skill_are_found(make: Make) -> None:
    index = make()
    index.apply([record(1, Criteria(workplace=("remote",))), record(2, Criteria(text="payments -crypto"))])
    assert keys(index, a_posting(workplace="remote")) == [1]
    assert keys(index, a_posting(description_text="We do payments")) == [2]
    assert keys(index, a_posting(description_text="Crypto payments", workplace="remote")) == [1]


def test_a_phrase_is_more_than_its_words(make: Make) -> None:
    index = make()
    index.apply(
        [record(1, Criteria(text='"machine learning"')), record(2, Criteria(text='machine -"machine learning"'))]
    )
    assert keys(index, a_posting(description_text="learning to run a machine")) == [2]
    assert keys(index, a_posting(description_text="Machine-learning team")) == [1]


def test_one_of_several_words_is_enough(make: Make) -> None:
    index = make()
    index.apply(
        [
            record(1, Criteria(text="payments OR lending")),
            record(2, Criteria(text='payments OR "machine learning" -crypto')),
            record(3, Criteria(text="senior payments OR lending")),
            record(4, Criteria(text="payments OR lending", skills=GO.skills)),
        ]
    )
    assert keys(index, a_posting(description_text="We do lending")) == [1]
    assert keys(index, a_posting(description_text="Machine-learning team")) == [2]
    assert keys(index, a_posting(description_text="Payments, not crypto, for seniors")) == [1]
    assert keys(index, a_posting(description_text="A senior role in payments")) == [1, 2, 3]
    assert keys(index, having("Go", description_text="Lending")) == [1, 4]


def test_a_currency_that_no_posting_knew_before_is_undisclosed(make: Make) -> None:
    index = make()
    index.apply([record(1, Criteria(salary_floor=floor(1, "JPY"), accept_undisclosed=False))])
    found = index.match([paying({"EUR": 95_000}), paying({"JPY": 1})])
    assert [(answer.keys.tolist(), answer.near.tolist()) for answer in found] == [([], [1]), ([1], [])]


def test_the_index_returns_what_the_truth_accepts_through_edits_and_removals(make: Make) -> None:
    # On a server an example takes a second, and most of that is a new index.
    count = examples(15 if make is empty_criteria_index else 60)

    @settings(max_examples=count, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=seeds, rounds=st.integers(1, 4))
    def holds(seed: int, rounds: int) -> None:
        random_ = random.Random(seed)
        index, stored, versions = make(), dict[int, Criteria](), dict[int, int]()
        for _ in range(rounds):
            postings = [generate.posting(random_, number) for number in range(4)]
            batch = [_edit(random_, stored, versions, postings) for _ in range(random_.randint(1, 15))]
            index.apply(batch)
            assert len(index) == len(stored)
            assert same_hits(index.match(postings), true_hits(stored, postings))

    holds()


def _edit(
    random_: random.Random, stored: dict[int, Criteria], versions: dict[int, int], models: list[PostingCore]
) -> CriteriaRecord:
    """Add, change, remove, or send something stale; keep the books of what must be held."""
    key, kind = random_.randrange(20), random_.random()
    asked = generate.criteria(1, random_.randrange(2**32), models)[0]
    if kind < 0.15 and key in versions:
        return record(key, asked, versions[key] - random_.randint(0, 2), removed=random_.random() < 0.5)
    versions[key] = versions.get(key, 0) + random_.randint(1, 3)
    if kind < 0.35:
        stored.pop(key, None)
        return record(key, asked, versions[key], removed=True)
    stored[key] = asked
    return record(key, asked, versions[key])


def test_the_index_returns_what_the_truth_accepts_after_thousands_of_edits(make: Make) -> None:
    """Long enough that what was replaced is swept away, more than once, by the indices that sweep it themselves."""
    at_once = 2_500 if LONG or make is not empty_criteria_index else 500
    models = generate.postings(40, seed=1)
    found = generate.criteria(3_000, seed=2, models=models)
    index, random_ = make(), random.Random(3)
    stored: dict[int, Criteria] = {}
    for version in range(1, 7):
        chosen = [(random_.randrange(1_500), random_.choice(found)) for _ in range(at_once)]
        index.apply([record(key, asked, version * 10_000 + at) for at, (key, asked) in enumerate(chosen)])
        stored |= dict(chosen)
    for key in list(stored)[::3]:
        index.apply([record(key, stored.pop(key), 10**6, removed=True)])
    postings = models[:12]
    assert len(index) == len(stored)
    expected = true_hits(stored, postings)
    assert sum(answer.keys.size for answer in expected) > 100
    assert sum(answer.near.size for answer in expected) > 20
    assert same_hits(index.match(postings), expected)
