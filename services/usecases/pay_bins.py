"""What a plot of pay shows: bins of round widths, and the round steps in which somebody chooses a floor."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from services.rules.money import ANNUAL_FACTORS

_BINS: Final = 10
_STEPS: Final = 40
_ROUND: Final = (1, 2, 5, 10)


@dataclass(frozen=True, slots=True)
class PayBin:
    """How many postings pay at most so much in a year."""

    least: int
    """Included."""
    below: int
    count: int


@dataclass(frozen=True, slots=True)
class PayRange:
    """From where to where somebody may choose what they want to be paid, and in what steps."""

    least: int
    most: int
    step: int


def bins_of(pays: Sequence[int]) -> tuple[PayBin, ...]:
    """About ten bins of a round width, the topmost and lowest twentieth in the bins at the ends."""
    if len(pays) < _BINS:
        return ()
    ordered = sorted(pays)
    low, high = ordered[len(ordered) // 20], ordered[-1 - len(ordered) // 20]
    width = _round_up((high - low) / _BINS)
    first = low // width
    last = max(high // width, first)
    counts = Counter(min(max(pay // width, first), last) for pay in ordered)
    return tuple(PayBin(at * width, (at + 1) * width, counts[at]) for at in range(first, last + 1))


def range_of(bins: Sequence[PayBin], period: str) -> PayRange | None:
    """What they pay in a period, in round steps; None where there are none, or it is no period that pay has."""
    factor = ANNUAL_FACTORS.get(period)
    if not bins or factor is None:
        return None
    step = _round_up((bins[-1].below - bins[0].least) / factor / _STEPS)
    least, most = bins[0].least // factor // step, -(-bins[-1].below // factor // step)
    return PayRange(least * step, most * step, step)


def _round_up(width: float) -> int:
    """1, 2 or 5 times a power of ten."""
    scale: int = 10 ** (len(str(int(max(width, 1)))) - 1)
    widths = (scale * digit for digit in _ROUND)
    return next(round_width for round_width in widths if round_width >= width)
