"""A small plot of counts, in characters."""

from collections.abc import Sequence
from datetime import date, timedelta
from typing import Final

_EIGHTHS: Final = " ▁▂▃▄▅▆▇█"
_WIDE: Final = 34
"""So many bars stand apart from each other in 80 columns."""
_MOST: Final = 68
_UNITS: Final = ((1, "a day"), (7, "a week"), (30, "30 days"), (365, "365 days"))
"""What a bar may stand for."""


def plot(counts: Sequence[tuple[date, int]], *, height: int = 4) -> list[str]:
    """Lines of one bar a day, or for more days where they are many; the highest count, the first and the last day."""
    days, unit = next(((days, unit) for days, unit in _UNITS if len(counts) <= days * _MOST), _UNITS[-1])
    spans = _spans(counts, days)
    most = max((count for _, count in spans), default=0)
    if most == 0:
        return []
    gap = " " if len(spans) <= _WIDE else ""
    axis = len(f"{most:,}")
    lines = [
        f"{f'{most:,}' if row == height - 1 else '':>{axis}} ┤"
        + gap.join(_cell(count, most, row, height) for _, count in spans)
        for row in reversed(range(height))
    ]
    width = len(spans) + len(gap) * (len(spans) - 1)
    first, last = f"{spans[0][0]:%-d %b %Y}", f"{counts[-1][0]:%-d %b %Y}"
    below = f"{first}{unit:^{max(len(unit) + 2, width - len(first) - len(last))}}{last}"
    return [*(line.rstrip() for line in lines), f"{'0':>{axis}} └{'─' * width}", f"{'':>{axis}}  {below}"]


def _cell(count: int, most: int, row: int, height: int) -> str:
    eighths = round(count * height * 8 / most) - row * 8
    if count and row == 0:
        eighths = max(1, eighths)
    return _EIGHTHS[max(0, min(8, eighths))]


def _spans(counts: Sequence[tuple[date, int]], days: int) -> list[tuple[date, int]]:
    """By spans of so many days, counted back from the last one; the first may be shorter."""
    ends = counts[-1][0]
    found: dict[int, int] = {}
    for day, count in counts:
        back = (ends - day).days // days
        found[back] = found.get(back, 0) + count
    return [
        (max(counts[0][0], ends - timedelta(days=days * (back + 1) - 1)), found[back])
        for back in sorted(found, reverse=True)
    ]
