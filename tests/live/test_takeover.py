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

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

WITHIN_S = 6.0
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


def waiting(workers: Workers, count: int) -> None:
    """That many records are tried in vain: none is handled, though there was time for it."""
    time.sleep(TRIED_S)
    assert workers.lag() == count


@pytest.mark.parametrize("away", ["breaks", "falls_silent"])
def test_partitions_are_taken_over_while_elasticsearch_is_away(tmp_path: Path, lines: list[CutLine], away: str) -> None:
    with matcher_workers(tmp_path, "elasticsearch", way=way_over(lines)) as workers:
        (line,) = lines
        workers.start(2)
        first, second, third = PAIRS[:20], PAIRS[20:40], PAIRS[40:]
        workers.producer.produce([criteria_out(number, asking(number)) for number in PAIRS])
        workers.producer.produce([fitting(number) for number in first])
        workers.until_done()

        line.breaks() if away == "breaks" else line.falls_silent()
        workers.producer.produce([fitting(number) for number in second])
        waiting(workers, len(second))
        workers.kill(0)
        took = workers.shared(20)
        workers.producer.produce([fitting(number) for number in third])
        waiting(workers, len(second) + len(third))

        line.passes()
        workers.until_done()
        found = Counter(workers.pairs())
    assert found == Counter(pairs(PAIRS))
    print(f"taken over after {took:.1f} s while Elasticsearch {away.replace('_', ' ')}")
    assert took < WITHIN_S
