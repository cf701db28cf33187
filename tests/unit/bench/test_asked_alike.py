"""The bench of Elasticsearch asks all ways alike, has them answer alike, and counts the best percolator."""

from collections import Counter
from collections.abc import Callable, Sequence
from itertools import groupby

import pytest
from rich.progress import Progress

from bench import corpus
from bench.elasticsearch import Figure, Plan, Way, measure, report
from schemas.keys import keys_of
from schemas.posting import PostingCore
from services.matcher.ports import Hits
from services.rules.text import TextQuery

PLAN = Plan(warm_up=3, rounds=4, postings=2)
Match = Callable[[Sequence[PostingCore]], list[Hits]]


def answering(keys: Sequence[int], near: Sequence[int] = ()) -> Match:
    return lambda postings: [Hits(keys_of(keys), keys_of(near)) for _ in postings]


def way(name: str, calls: list[tuple[str, list[str]]]) -> Way:
    answer = answering([1])

    def match(postings: Sequence[PostingCore]) -> list[Hits]:
        calls.append((name, [posting.description_text for posting in postings]))
        return answer(postings)

    return Way(name, match)


def measured(*ways: Way, plan: Plan = PLAN) -> list[Figure]:
    return measure(ways, 10, plan, Progress(disable=True))


def in_rounds(calls: list[tuple[str, list[str]]]) -> list[tuple[str, str]]:
    """Which way was given which text, without those of the warm-up, by which each finds how it does best."""
    seen = Counter(text for name, texts in calls if name == "a" for text in texts)
    return [(name, text) for name, texts in calls for text in texts if seen[text] == 1]


def test_every_way_is_given_the_same_postings_as_often_and_none_twice() -> None:
    calls: list[tuple[str, list[str]]] = []
    figures = measured(*(way(name, calls) for name in "abc"))
    given = {name: Counter(text for asked, texts in calls if asked == name for text in texts) for name in "abc"}
    assert given["a"] == given["b"] == given["c"]
    of_a = [text for name, text in in_rounds(calls) if name == "a"]
    assert len(of_a) >= PLAN.rounds * PLAN.postings
    assert len(set(of_a)) == len(of_a)
    assert len({len(figure.rounds) for figure in figures}) == 1


def test_the_order_of_the_ways_rotates() -> None:
    calls: list[tuple[str, list[str]]] = []
    measured(*(way(name, calls) for name in "abc"))
    assert "".join(name for name, _ in groupby(name for name, _ in in_rounds(calls))).startswith("bcacababcbca")


@pytest.mark.parametrize(
    ("keys", "near", "what"),
    [([1, 2], [3], "other matches"), ([1], [], "other near misses"), ([3], [1], "other matches"), ([], [3], "0 and 1")],
)
def test_a_way_that_answers_otherwise_ends_the_run(keys: list[int], near: list[int], what: str) -> None:
    with pytest.raises(SystemExit, match=f"^odd returns .*{what}"):
        measured(Way("memory", answering([1], [3])), Way("odd", answering(keys, near)))


def test_the_best_percolator_of_all_forms_counts() -> None:
    took = {
        "memory": 1.0,
        "elasticsearch": 2.0,
        "terms_set": 5.0,
        "elasticsearch7, plain": 50.0,
        "opensearch, packed": 30.0,
    }
    figures = [Figure(name, 100_000, (ms, ms, 9 * ms)) for name, ms in took.items()]
    assert report(figures)["ratios"] == {
        "es_vs_percolator_100k": 15.0,
        "ours_vs_stack_model_100k": 2.5,
        "es_vs_memory_100k": 0.5,
    }


def test_the_corpus_holds_every_kind_of_text() -> None:
    queries = [TextQuery.parse(criterion.text) for criterion in corpus.criteria(2_000) if criterion.text]
    kinds = {
        "a word": any(query.wanted and " " not in query.wanted[0] for query in queries),
        "a phrase": any(query.wanted and " " in query.wanted[0] for query in queries),
        "several": any(len(query.wanted) > 1 for query in queries),
        "excluded": any(query.excluded for query in queries),
        "alternatives": any(query.either for query in queries),
    }
    assert all(kinds.values()), kinds
