"""What `bench.match` measures: times of single postings, and what of the memory an index takes."""

import gc
import random
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import chain
from typing import Any, Final

import numpy as np

from bench.match_corpus import Corpus
from schemas.posting import PostingCore
from services.matcher.adapters.memory.columns import Growing
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.adapters.memory.literals import Literals
from services.matcher.adapters.memory.vocabulary import Vocabulary
from services.matcher.ports import Hits
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge

Match = Callable[[Sequence[PostingCore]], list[Hits]]

_JUDGED: Final = 2_000


@dataclass(frozen=True)
class Times:
    """Microseconds of the processor that each posting took, at its best."""

    each: tuple[float, ...]

    @property
    def mean(self) -> float:
        """Of all postings."""
        return float(np.mean(self.each))

    def percentile(self, share: float) -> float:
        """The time within which so many percent of the postings are done."""
        return float(np.percentile(self.each, share))

    def first(self, count: int) -> float:
        """The median of the first postings, to compare with ways that are too slow for all."""
        return float(np.median(self.each[:count]))


def timed(match: Match, postings: Sequence[PostingCore], rounds: int) -> Times:
    """Match each posting by itself, several times in turn, and keep its best time.

    Time of the processor: where others keep it busy, a long run is interrupted, a short one rarely, and the clock on
    the wall would flatter the short one.
    """
    best = [float("inf")] * len(postings)
    with still():
        for _ in range(rounds):
            for at, posting in enumerate(postings):
                started = time.thread_time()
                match([posting])
                best[at] = min(best[at], time.thread_time() - started)
    return Times(tuple(1e6 * seconds for seconds in best))


@contextmanager
def still() -> Iterator[None]:
    """No search for garbage."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()


def same(found: Sequence[Hits], other: Sequence[Hits]) -> bool:
    """Whether two ways of matching found the same."""
    return all(
        np.array_equal(mine.keys, its.keys) and np.array_equal(mine.near, its.near)
        for mine, its in zip(found, other, strict=True)
    )


def against_truth(corpus: Corpus, postings: Sequence[PostingCore], hits: Sequence[Hits]) -> int:
    """Judge a sample of pairs, half of them found; how many there were. Exits where index and truth differ."""
    random_ = random.Random(3)
    asked: dict[int, set[int]] = {}
    for at, found in enumerate(hits):
        every = np.concatenate((found.keys, found.near)).tolist()
        some = random_.sample(every, min(_JUDGED // 2, len(every)))
        asked[at] = {*some, *(random_.randrange(corpus.size) for _ in range(_JUDGED // 2))}
    criteria = corpus.criteria(sorted(set().union(*asked.values())))
    for at, keys in asked.items():
        prepared = PreparedPosting(postings[at])
        matched, near = set(hits[at].keys.tolist()), set(hits[at].near.tolist())
        for key in keys:
            found_as = "match" if key in matched else "near" if key in near else "reject"
            truth = judge(criteria[key], prepared).outcome
            if truth != found_as:
                sys.exit(f"{corpus.kind}: the truth says {truth} of {criteria[key]!r}, the index says {found_as}")
    return sum(map(len, asked.values()))


def memory_bytes(index: MemoryCriteriaIndex) -> int:
    """What columns, ledger and vocabulary take of the memory."""
    return index.nbytes + _deep(index.vocabulary, set())


def _deep(value: Any, seen: set[int]) -> int:
    """What an object and all that it holds take, each counted once."""
    if id(value) in seen:
        return 0
    seen.add(id(value))
    parts: Iterable[Any] = ()
    if isinstance(value, Growing):
        return value.nbytes
    if isinstance(value, (Vocabulary, Literals)):
        parts = vars(value).values()
    elif isinstance(value, dict):
        parts = chain(value, value.values())
    elif isinstance(value, (list, tuple, set)):
        parts = value
    return sys.getsizeof(value) + sum(_deep(part, seen) for part in parts)
