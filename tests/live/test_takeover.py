"""Matchers that are killed while Elasticsearch is out of reach: others soon have their partitions; nothing is lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.cut_line import CutLine
from tests.support.matcher_workers import Workers, matcher_workers
from tests.support.matching import criteria_out
from tests.support.racing import asking, fitting, pairs

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1), pytest.mark.decisive]

WITHIN_S = 6.0
"""As docs/deployed.md says. A session lasts 5 s from the last heartbeat, which is up to 0.4 s before the kill; the
others hear of its end with their next one, up to 0.4 s later, and join again: tries differ by where the kill falls."""
SHARED_S = 60.0
TRIED_S = 1.5
LOT = 20


@pytest.fixture
def lines() -> Iterator[list[CutLine]]:
    """The lines to Elasticsearch that `way_over` has laid."""
    made: list[CutLine] = []
    yield made
    for line in made:
        line.close()


def way_over(lines: list[CutLine]) -> Callable[[str], str]:
    def way(url: str) -> str:
        server = urlsplit(url)
        lines.append(CutLine(server.hostname or "", server.port or 9200))
        return f"http://127.0.0.1:{lines[-1].port}"

    return way


def stays(workers: Workers, count: int) -> None:
    """That many records are tried in vain: none is handled, though there was time for it."""
    time.sleep(TRIED_S)
    assert workers.lag() == count


@pytest.mark.timeout(900)
def test_partitions_are_taken_over_while_elasticsearch_is_away(tmp_path: Path, lines: list[CutLine]) -> None:
    lots = [range(at, at + LOT) for at in range(0, 5 * LOT, LOT)]
    with matcher_workers(tmp_path, "elasticsearch", way=way_over(lines)) as workers:
        workers.start(5)
        workers.producer.produce([criteria_out(number, asking(number)) for lot in lots for number in lot])
        post(workers, lots[0])
        workers.until_done()
        (line,) = lines
        took = {
            "breaks": taken_over(workers, line, line.breaks, lots[1:3]),
            "falls silent": taken_over(workers, line, line.falls_silent, lots[3:]),
        }
        assert Counter(workers.pairs()) == Counter(pairs(range(5 * LOT)))
    for away, seconds in took.items():
        print(f"taken over after {', '.join(f'{took:.1f} s' for took in seconds)} while Elasticsearch {away}")
    assert max(max(seconds) for seconds in took.values()) < WITHIN_S


def post(workers: Workers, numbers: range) -> None:
    workers.producer.produce([fitting(number) for number in numbers])


def taken_over(workers: Workers, line: CutLine, cut: Callable[[], None], lots: Sequence[range]) -> list[float]:
    """Kill workers amid postings that nobody can match; for how long the partitions of each were nobody's."""
    cut()
    post(workers, lots[0])
    stays(workers, LOT)
    took = []
    for number in (0, -1):  # the first to join leads the group
        workers.kill(number)
        took.append(workers.shared(SHARED_S))
    post(workers, lots[1])
    stays(workers, 2 * LOT)
    line.passes()
    workers.until_done()
    return took
