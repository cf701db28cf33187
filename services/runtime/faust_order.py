"""Sees that no record of a partition is left out, since what is never handed over would count as done with the next.

When two rebalances follow each other closely, Faust may skip some records of the first and hand over those behind them;
it reads the skipped ones again only later. Here what lies behind a gap is refused until the gap is closed.
"""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

_REAL_AFTER_S = 5.0
_SEEK_EVERY_S = 1.0


@dataclass(slots=True)
class Handed:
    """What a batch comes to."""

    due: dict[Any, list[Any]] = field(default_factory=dict)
    """By partition, in order and without gaps: records that are not done; maybe none."""
    missing: dict[Any, int] = field(default_factory=dict)
    """By partition: from which offset to read again."""


@dataclass(slots=True)
class _Gap:
    expected: int
    since: float
    sought_at: float


class Order:
    """Checks batches against the next offset of each partition."""

    def __init__(self, may_have_gaps: Callable[[Any], bool], monotonic: Callable[[], float] = time.monotonic) -> None:
        """`may_have_gaps` of a partition: whether its topic is compacted, so that gaps are its nature."""
        self._may_have_gaps = may_have_gaps
        self._monotonic = monotonic
        self._gaps: dict[Any, _Gap] = {}

    def sort(self, events: Sequence[Any], generation: int, following: Mapping[Any, int]) -> Handed:
        """Take from a batch what is of this generation and not done; `following` holds the next offset by partition.

        A gap that stays for seconds, although it is read again, is real: those records are gone from the topic.
        """
        found = Handed()
        expected = dict(following)
        for event in events:
            message = event.message
            if message.generation_id == generation and message.tp in expected:
                self._sort(message.tp, message.chunk, expected, found)
        return found

    def _sort(self, tp: Any, chunk: Sequence[Any], expected: dict[Any, int], found: Handed) -> None:
        due = found.due.setdefault(tp, [])
        for record in chunk:
            if record.offset > expected[tp] and not self._is_real(tp, expected[tp], found):
                del expected[tp]
                return
            if record.offset >= expected[tp]:
                expected[tp] = record.offset + 1
                due.append(record)

    def _is_real(self, tp: Any, expected: int, found: Handed) -> bool:
        if self._may_have_gaps(tp):
            return True
        now, gap = self._monotonic(), self._gaps.get(tp)
        if gap is None or gap.expected != expected:
            self._gaps[tp] = _Gap(expected, now, now)
            found.missing[tp] = expected
            return False
        if now - gap.since >= _REAL_AFTER_S:
            return True
        if now - gap.sought_at >= _SEEK_EVERY_S:
            gap.sought_at = now
            found.missing[tp] = expected
        return False
