"""A matcher that is killed while Elasticsearch is out of reach: another soon has its partitions; nothing is lost."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.support.cut_line import CutLine
from tests.support.matcher_workers import Workers, matcher_workers
from tests.support.matching import criteria_out
from tests.support.racing import asking, fitting, pairs
from tests.support.waiting import soonest

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

WITHIN_S = 6.0
"""As docs/deployed.md says."""
SHARED_S = 60.0
TRIED_S = 1.5
PAIRS = range(60)


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
@pytest.mark.parametrize("away", ["breaks", "falls_silent"])
def test_partitions_are_taken_over_while_elasticsearch_is_away(tmp_path: Path, lines: list[CutLine], away: str) -> None:
    def seconds() -> float:
        folder = tmp_path / str(len(lines))
        folder.mkdir()
        with matcher_workers(folder, "elasticsearch", way=way_over(lines)) as workers:
            took = take_over(workers, lines[-1], away)
        print(f"taken over after {took:.1f} s while Elasticsearch {away.replace('_', ' ')}")
        return took

    assert soonest(seconds, WITHIN_S) < WITHIN_S


def take_over(workers: Workers, line: CutLine, away: str) -> float:
    """Kill one of two workers amid postings that they cannot match; for how long its partitions were nobody's."""
    workers.start(2)
    first, second, third = PAIRS[:20], PAIRS[20:40], PAIRS[40:]
    workers.producer.produce([criteria_out(number, asking(number)) for number in PAIRS])
    workers.producer.produce([fitting(number) for number in first])
    workers.until_done()

    line.breaks() if away == "breaks" else line.falls_silent()
    workers.producer.produce([fitting(number) for number in second])
    stays(workers, len(second))
    workers.kill(0)
    took = workers.shared(SHARED_S)
    workers.producer.produce([fitting(number) for number in third])
    stays(workers, len(second) + len(third))

    line.passes()
    workers.until_done()
    assert Counter(workers.pairs()) == Counter(pairs(PAIRS))
    return took
