"""Plots drawn here, as plain SVG: each has its numbers in a table beside it, for who does not see it."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.runtime.web.bars import Bar, Drawing

DRAWING: Final = Drawing(width=480.0, height=72.0, gap=2.0, least=1.5)
"""Where there is something, at least a line is seen."""


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
    """Bars from left to right."""
    titles = [f"{label}: {count:,}" for label, count in zip(labels, counts, strict=True)]
    return Plot(name, DRAWING.bars(counts, titles), tuple(zip(labels, counts, strict=True)))
