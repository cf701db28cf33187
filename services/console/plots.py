"""Plots drawn here, as plain SVG: each has its numbers in a table beside it, for who does not see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

WIDTH: Final = 480.0
HEIGHT: Final = 72.0
_GAP: Final = 2.0


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar, in the units of its drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str


@dataclass(frozen=True, slots=True)
class Plot:
    """A row of bars, and what they say."""

    name: str
    bars: Sequence[Bar]
    rows: Sequence[tuple[str, int]]
    """The same as numbers, by what each bar is of."""

    @property
    def whole(self) -> int:
        """All together."""
        return sum(number for _, number in self.rows)

    @property
    def most(self) -> int:
        """The highest."""
        return max((number for _, number in self.rows), default=0)


def plot(name: str, labels: Sequence[str], counts: Sequence[int]) -> Plot:
    """Bars from left to right; where there is something, at least a line is seen."""
    most, each = max(counts, default=0), WIDTH / max(len(counts), 1)
    bars = []
    for at, (label, count) in enumerate(zip(labels, counts, strict=True)):
        height = max(HEIGHT * count / most, 1.5) if count else 0.0
        x, y = round(at * each, 2), round(HEIGHT - height, 2)
        bars.append(Bar(x, y, round(each - _GAP, 2), round(height, 2), f"{label}: {count:,}"))
    return Plot(name, bars, tuple(zip(labels, counts, strict=True)))
