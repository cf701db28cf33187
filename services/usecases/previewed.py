"""What a preview shows: what fits, each day and by its pay, and what of it mails would hold.

Pay is in bins of round widths, and a floor is chosen in round steps.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.posting import PostingCore
from services.matcher.adapters.memory.past import Opening, PastFindings
from services.matcher.adapters.memory.past_kinds import PastKind, PastKinds
from services.notifier.domain.model import Digest, Hold, Item
from services.notifier.domain.weights import Chance
from services.rules.criterion import Relaxation
from services.rules.money import ANNUAL_FACTORS
from services.usecases.kinds import is_far_level

__all__ = [
    "FEW",
    "FirstMail",
    "LivePreview",
    "Loosened",
    "Opening",
    "PastFindings",
    "PastKind",
    "PastKinds",
    "PayBin",
    "PayRange",
    "Taste",
    "bins_of",
    "mailed_of",
    "mails_a_week",
]

FEW: Final = 5
"""Of fewer jobs the number says more than is known."""
_WEEK: Final = timedelta(days=7)
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


@dataclass(frozen=True, slots=True)
class Taste:
    """What a mail would be like: what curation makes of the newest that fit."""

    weighed: int
    """How many of these there are."""
    passing: int
    """Jobs that pass the bar; copies of one job count once."""
    mails_a_week: float
    jobs_a_week: float
    """Of these that pass the bar."""
    unlikely: tuple[tuple[PostingCore, Chance], ...]
    """Of those that fit and do not pass, at most ten."""
    best: tuple[Item, ...]
    near: tuple[Item, ...]
    mailed: frozenset[str]
    """Those that pass the bar, by posting."""
    left_out: int = 0
    """Jobs that pass for who does not say where they live or how long they have worked, and not for the reader."""
    brought_in: int = 0
    """The other way round."""


@dataclass(frozen=True, slots=True)
class Loosened:
    """What a search that asks for less would find."""

    relaxations: tuple[Relaxation, ...]
    """Each made of what the one before it asks for: several, where none by itself would have more mailed."""
    more: int
    """Postings that fit besides."""
    jobs_a_week: float
    """What would be mailed of all that fit then, as the preview of it says."""


@dataclass(frozen=True, slots=True)
class FirstMail:
    """What the first mail of a search would hold now."""

    jobs: tuple[PostingCore, ...]
    """Open ones, the newest first, as many as one mail holds."""
    waits: bool
    """They are too unsure for a mail by themselves, and go with others."""


@dataclass(frozen=True, slots=True)
class LivePreview:
    """What criteria would have found in some days."""

    days: int
    postings: int
    """Of these days, whether they fit or not."""
    found: PastFindings
    by_day: tuple[tuple[date, int], ...]
    """The matching ones, each day, UTC."""
    pay: tuple[PayBin, ...]
    """Of those that match whatever they pay and say what that is; empty where hardly any does."""
    currency: str
    """Of that pay."""
    floor: int
    """What is asked for in a year, in that currency; 0 where nothing is."""
    taste: Taste
    kinds: PastKinds

    def pay_range(self, period: str) -> PayRange | None:
        """What such jobs pay in a period, in round steps; None where hardly any says so."""
        return _range_of(self.pay, period)

    def gains(self, most: int) -> Sequence[tuple[Relaxation, int]]:
        """What lets in the most besides, one of each criterion and its best smaller step, the largest first."""
        best: dict[tuple[str, bool], tuple[Relaxation, int]] = {}
        for made, more in (*self.found.without, *self.found.steps):
            if is_far_level(made):
                continue
            best.setdefault((made.criterion, made.step == "without"), (made, more))
        return sorted(best.values(), key=lambda gain: -gain[1])[:most]


def mailed_of(outcome: Digest | Hold) -> list[PostingCore]:
    """What mails would hold: this one, and what has no room in it."""
    if isinstance(outcome, Hold):
        return []
    return [*(item.posting for item in outcome.items), *(left.posting for left in outcome.rest)]


def mails_a_week(passing: Iterable[PostingCore], zone: ZoneInfo, span: timedelta) -> float:
    """Days of the reader on which something came, for a week."""
    days = {posting.seen_at.astimezone(zone).date() for posting in passing}
    return min(len(days) * (_WEEK / span), 7.0)


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


def _range_of(bins: Sequence[PayBin], period: str) -> PayRange | None:
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
