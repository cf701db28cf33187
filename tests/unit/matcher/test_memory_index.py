"""The index in memory: what is particular to it."""

import random
import sys
from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bench.match_columns import fill
from bench.match_corpus import KINDS, Corpus, Kind
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import Reach
from services.matcher.adapters.memory.index import KernelName, MemoryCriteriaIndex, Sizes
from services.matcher.adapters.memory.vocabulary import MOST_RANK, rank_of
from services.rules.criteria import canonical
from services.runtime.errors import UsageError
from tests.support.judging import floor, having, paying, skills
from tests.support.long_form import examples
from tests.support.strategies import seeds
from tests.support.truth import same_hits, true_hits

kernels = pytest.mark.parametrize("kernel", get_args(KernelName))
CURRENCIES = ("EUR", "USD", "JPY", "INR", "XTS")
amounts = st.one_of(st.integers(1, 10**13), st.integers(30_000, 120_000))


def record(key: int, asked: Criteria) -> CriteriaRecord:
    return CriteriaRecord(key=key, criteria_id="", version=1, criteria=asked)


@pytest.mark.one_of("kernel")
@kernels
@pytest.mark.parametrize("kind", KINDS)
def test_criteria_that_are_filled_in_are_found_like_those_that_came_one_by_one(kind: Kind, kernel: KernelName) -> None:
    corpus = Corpus(kind, 300)
    asked, postings = corpus.criteria(range(300)), corpus.postings(6)
    filled, applied = MemoryCriteriaIndex(kernel), MemoryCriteriaIndex(kernel, Sizes(memtable=64))
    fill(corpus, filled)
    applied.apply([record(key, criteria) for key, criteria in asked.items()])
    expected = true_hits(asked, postings)
    assert all(canonical(criteria) == criteria for criteria in asked.values())
    assert same_hits(filled.match(postings), expected)
    assert same_hits(applied.match(postings), expected)
    assert sum(answer.keys.size + answer.near.size for answer in expected) > 0


def test_criteria_that_are_drawn_in_several_parts_are_filled_in_whole() -> None:
    for kind in ("full", "any of"):
        corpus, index = Corpus(kind, 300, part=70), MemoryCriteriaIndex()
        fill(corpus, index)
        postings = corpus.postings(4)
        assert same_hits(index.match(postings), true_hits(corpus.criteria(range(300)), postings))


def test_an_index_that_was_filled_goes_on_like_any() -> None:
    corpus = Corpus("full", 300)
    by_key = corpus.criteria(range(300))
    index, postings = MemoryCriteriaIndex(sizes=Sizes(memtable=8, piece=16, least_small=32)), corpus.postings(4)
    fill(corpus, index)
    for key, criteria in Corpus("full", 150, seed=8).criteria(range(150)).items():
        index.apply([CriteriaRecord(key=2 * key, criteria_id="", version=2, removed=key % 3 == 0, criteria=criteria)])
        by_key.pop(2 * key)
        by_key |= {} if key % 3 == 0 else {2 * key: criteria}
    assert same_hits(index.match(postings), true_hits(by_key, postings))


@pytest.mark.parametrize("last", [2**32 - 3, 2**32 - 2, 2**32 - 1, 2**32, 2**62])
def test_a_version_of_any_size_is_held_against_the_next(last: int) -> None:
    index, posting = MemoryCriteriaIndex(), having("Go")
    asked = {True: Criteria(skills=skills(all=("Go",)).skills), False: Criteria(skills=skills(all=("Rust",)).skills)}
    found = []
    for version, fits in ((last, True), (last, False), (last - 1, False), (last + 1, False), (last, True)):
        index.apply([CriteriaRecord(key=5, criteria_id="", version=version, criteria=asked[fits])])
        found.append(index.match([posting])[0].keys.tolist())
    assert found == [[5], [5], [5], [], []]


@kernels
@settings(max_examples=examples(25))
@given(
    floors=st.lists(st.tuples(amounts, st.sampled_from(CURRENCIES)), min_size=1, max_size=20),
    tops=st.dictionaries(st.sampled_from((*CURRENCIES, "GBP")), st.one_of(amounts, st.just(0))),
)
def test_whatever_rates_pay_was_reckoned_with_no_floor_that_it_reaches_is_cut_off(
    kernel: KernelName, floors: list[tuple[int, str]], tops: dict[str, int]
) -> None:
    """In one long run, whose rows are ordered by rates of another day."""
    pay = {amount for amount, _ in floors} | set(tops.values())
    near = sorted(
        {max(1, some) for amount in pay for some in (amount, amount + 1, amount * 10 // 9, amount * 10 // 9 + 1)}
    )
    asked = [
        Criteria(skills=skills(all=("Go",)).skills, salary_floor=floor(near[at % len(near)], CURRENCIES[at % 5]))
        for at in range(700)
    ]
    index, by_key = MemoryCriteriaIndex(kernel, Sizes(memtable=700)), dict(enumerate(asked))
    index.apply([record(key, criteria) for key, criteria in by_key.items()])
    index.apply([record(700, Criteria(text="words"))])
    by_key[700] = Criteria(text="words")
    posting = having("Go", salary=paying(tops).salary)
    assert same_hits(index.match([posting]), true_hits(by_key, [posting]))


@kernels
@settings(max_examples=examples(20))
@given(seed=seeds)
def test_rows_that_ask_for_nothing_but_a_place_are_found_among_those_of_their_skill_that_ask_more(
    kernel: KernelName, seed: int
) -> None:
    """In one long run, of which some rows are dead; postings also tell nothing of places."""
    random_ = random.Random(seed)
    base = Criteria(skills=skills(all=("Go",)).skills)
    more: tuple[dict[str, object], ...] = (
        {},
        {},
        {},
        {"salary_floor": floor(60_000, "EUR")},
        {"workplace": ("remote",)},
        {"languages": ("de",)},
    )
    asked = [
        base.model_copy(
            update={
                "places": random_.choice(((), ("DE",), ("FR",), ("worldwide",))),
                "accept_unknown_place": random_.random() < 0.5,
                **random_.choice(more),
            }
        )
        for _ in range(300)
    ]
    gone = random_.sample(range(300), random_.randrange(100))
    index = MemoryCriteriaIndex(kernel, Sizes(memtable=100, least_small=200, most_small=300))
    index.apply([record(key, criteria) for key, criteria in enumerate(asked)])
    index.apply([record(key, asked[key]).model_copy(update={"version": 2, "removed": True}) for key in gone])
    by_key = {key: criteria for key, criteria in enumerate(asked) if key not in gone}
    reaches = (Reach(), Reach(scope="worldwide"), Reach(scope="listed", countries=("DE",)))
    postings = [having("Go", reach=reach, workplace="onsite") for reach in reaches]
    assert same_hits(index.match(postings), true_hits(by_key, postings))


@given(st.floats(0, 1e14), st.floats(0, 1e14))
def test_ranks_never_fall_where_floors_rise(floor: float, other: float) -> None:
    assert rank_of(min(floor, other)) <= rank_of(max(floor, other)) < MOST_RANK


def test_a_kernel_that_is_not_installed_is_asked_for_in_vain(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "numba", None)
    monkeypatch.delitem(sys.modules, "services.matcher.adapters.memory.compiled", raising=False)
    with pytest.raises(UsageError, match=r"pip install 'jobchime\[compiled\]'"):
        MemoryCriteriaIndex("numba")
