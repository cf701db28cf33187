"""Sees that no record of a partition is left out, since what is never handed over would count as done with the next.

When two rebalances follow each other closely, Faust may skip some records of the first and hand over those behind them;
it reads the skipped ones again only later. Here what lies behind a gap is refused until the gap is closed. Only a
stretch of records that begins where the last one ended closes it, see `fetch`: no waiting makes a gap real.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any


@dataclass(slots=True)
class Handed:
    """What a batch comes to."""

    due: dict[Any, list[Any]] = field(default_factory=dict)
    """By partition, in order and without gaps: records that are not done; maybe none."""
    missing: dict[Any, int] = field(default_factory=dict)
    """By partition: from which offset to read again."""


class Order:
    """Checks batches against the next offset of each partition."""

    def __init__(self) -> None:
        self._sought: dict[Any, tuple[int, int]] = {}

    def sort(self, events: Sequence[Any], generation: int, following: Mapping[Any, int]) -> Handed:
        """Take from a batch what is of this generation and not done; `following` holds the next offset by partition.

        A partition that is not in it is left alone. What was fetched before a gap was sought again tells nothing new.
        """
        found = Handed()
        expected = dict(following)
        for event in events:
            message = event.message
            if message.generation_id == generation and message.tp in expected:
                self._sort(message.tp, message.chunk, generation, expected, found)
        return found

    def sought(self, tp: Any, generation: int, seeks: int) -> None:
        """Learn that a gap is read again; what is fetched after so many seeks is fresh."""
        self._sought[tp] = (generation, seeks)

    def _sort(self, tp: Any, chunk: Any, generation: int, expected: dict[Any, int], found: Handed) -> None:
        due = found.due.setdefault(tp, [])
        if chunk.begins > expected[tp]:
            since, seeks = self._sought.get(tp, (generation, 0))
            if since != generation or chunk.seeks >= seeks:
                found.missing[tp] = expected[tp]
            del expected[tp]
            return
        due += [record for record in chunk if record.offset >= expected[tp]]
        expected[tp] = max(expected[tp], chunk[-1].offset + 1)
