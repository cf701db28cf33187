"""Pairs of criteria and a posting that fit each other and nobody else, produced at nearly the same time."""

import random
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime

from schemas.criteria import Criteria, SkillTerms
from services.runtime.records import Outgoing
from tests.support.judging import having
from tests.support.matcher_workers import Workers
from tests.support.matching import criteria_out, posting_out
from tests.support.truth_check import Pair

Act = Callable[[int], object]
"""Does something about the pair of a number."""
APART_S = 1.5
_LANES = 3
"""So that one that takes its time delays no other."""


def asking(number: int) -> Criteria:
    return Criteria(skills=SkillTerms(all=("Go",)), text=f"job{number}")


def fitting(number: int) -> Outgoing:
    words = {"posting_id": f"p{number}", "description_text": f"job{number}"}
    return posting_out(having("Go", **words, fetched_at=datetime.now(UTC)))


def pair(number: int) -> Pair:
    return number, f"p{number}"


def race(workers: Workers, numbers: Sequence[int], over_s: float, chance: random.Random) -> None:
    """Produce a pair for each number."""
    produce = workers.producer.produce
    apart(
        numbers,
        over_s,
        chance,
        lambda number: produce([criteria_out(number, asking(number))]),
        lambda number: produce([fitting(number)]),
    )


def apart(
    numbers: Sequence[int],
    over_s: float,
    chance: random.Random,
    ask: Callable[[int], None],
    post: Callable[[int], None],
) -> None:
    """For each number ask at a time within a span, and post up to `APART_S` before or after that."""
    asks = [(APART_S + chance.uniform(0, over_s), number) for number in numbers]
    posts = [(at + chance.uniform(-APART_S, APART_S), number) for at, number in asks]
    began = time.monotonic()
    threads = [
        threading.Thread(target=_do, args=(act, sorted(moments)[lane::_LANES], began))
        for act, moments in ((ask, asks), (post, posts))
        for lane in range(_LANES)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _do(act: Act, moments: Sequence[tuple[float, int]], began: float) -> None:
    for at, number in moments:
        time.sleep(max(began + at - time.monotonic(), 0))
        act(number)


class Stream:
    """Pairs that go on, some a second, until it is left."""

    def __init__(self, workers: Workers, first: int, a_second: int, seed: int) -> None:
        self.numbers: list[int] = []
        self._workers = workers
        self._next = first
        self._a_second = a_second
        self._chance = random.Random(seed)
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._run, args=(lane,)) for lane in range(2)]

    def _run(self, lane: int) -> None:
        # Two lanes overlap, so that there is no pause between one second's pairs and the next.
        time.sleep(lane * 1.5)
        while not self._stop.is_set():
            numbers = range(self._next, self._next + self._a_second)
            self._next += self._a_second
            self.numbers += numbers
            race(self._workers, numbers, 1.0, self._chance)

    def __enter__(self) -> "Stream":
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()


def pairs(numbers: Sequence[int]) -> Iterator[Pair]:
    return map(pair, numbers)
