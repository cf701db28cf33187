"""The simulated fleet loses no posting, and has them wait for what is too slow and for partitions that are nobody's."""

import numpy as np
import pytest
from numpy.typing import NDArray

from bench.fleet import KILLED_S, Change, delays, handled

PARTITIONS, SPAN_S = 4, 120


def one_a_second() -> NDArray[np.float64]:
    return np.ones((SPAN_S, PARTITIONS))


@pytest.mark.parametrize("changes", [[], [Change(30, 1)], [Change(30, 2, killed=2), Change(60, 4)]])
def test_what_fits_into_the_cores_is_done_in_the_end(changes: list[Change]) -> None:
    came = one_a_second()
    came[-20:] = 0
    done = handled(came, 0.1, 4, changes, pause_s=2)
    assert done.sum(axis=0) == pytest.approx(came.sum(axis=0))
    assert (done.cumsum(axis=0) <= came.cumsum(axis=0) + 1e-6).all()


def test_two_workers_of_one_core_do_two_core_seconds_a_second() -> None:
    done = handled(one_a_second(), 1.0, 2, [], pause_s=2)
    assert done.sum() == pytest.approx(2 * SPAN_S)


@pytest.mark.parametrize(("killed", "longest"), [(0, 2), (2, KILLED_S)])
def test_postings_wait_as_long_as_nobody_has_their_partitions(killed: int, longest: float) -> None:
    came = one_a_second()
    late, _ = delays(came, handled(came, 0.001, 4, [Change(30, 4, killed)], pause_s=2))
    assert longest - 1 <= late.max() <= longest + 1
