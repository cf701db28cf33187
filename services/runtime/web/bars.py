"""Bars of plots that pages draw as plain SVG."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Bar:
    """One bar of a plot, in the units of its drawing."""

    x: float
    y: float
    width: float
    height: float
    title: str
    lower: bool = False
    """Whether it lies below a floor."""


@dataclass(frozen=True, slots=True)
class Drawing:
    """How large a plot is, what lies between two bars, and how high that of something is at the least."""

    width: float
    height: float
    gap: float
    least: float = 0.0

    def bars(self, counts: Sequence[int], titles: Sequence[str]) -> list[Bar]:
        """From left to right; the highest is as high as the drawing."""
        most, step = max(counts, default=0), self.width / max(len(counts), 1)
        found = []
        for at, (count, title) in enumerate(zip(counts, titles, strict=True)):
            height = max(self.height * count / most, self.least) if count else 0.0
            x, y = round(at * step, 2), round(self.height - height, 2)
            found.append(Bar(x, y, round(step - self.gap, 2), round(height, 2), title))
        return found
