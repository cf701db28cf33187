"""Whether a bar is where it should be, by what readers judged of what passed it."""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from schemas.counted import counted

STEP: Final = 0.1
"""A bar is moved by this much, and looked at by what passed it by no more."""
FEWEST_JUDGED: Final = 20
FEWEST_READERS: Final = 5
"""What one reader says, however much, is of their taste."""
_Z: Final = 1.96
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class Judged:
    """A job, or a mail, of which a reader told whether they accept it."""

    chance: float
    """As it was foreseen."""
    accepted: bool
    reader: int
    """Who: equal for one reader alone."""


@dataclass(frozen=True, slots=True)
class Band:
    """What was judged of all that was foreseen about as likely."""

    least: float
    below: float
    judged: int
    accepted: int
    readers: int
    foreseen: float | None
    """The mean chance of what was judged; None where nothing was."""

    @property
    def share(self) -> float | None:
        """What was accepted of what was judged."""
        return self.accepted / self.judged if self.judged else None

    @property
    def range(self) -> tuple[float, float]:
        """Where the share lies that as many judgements can tell."""
        return interval(self.accepted, self.judged)

    @property
    def tells(self) -> bool:
        """Whether enough readers judged enough of it."""
        return self.judged >= FEWEST_JUDGED and self.readers >= FEWEST_READERS


Standing = Literal["none", "too_few", "raise", "lower", "keep"]


@dataclass(frozen=True, slots=True)
class BarCheck:
    """Where a bar should be, and why."""

    standing: Standing
    bar: float
    to: float
    """The bar as it should be: another one of `raise` and `lower` alone."""
    above: Band
    """What just passed it."""
    below: Band | None = None
    """Of `keep`: what passed it when it was lower, where that is why it is not lowered."""


class BarNames(NamedTuple):
    """What a bar is called in a sentence, and what passes it."""

    things: str
    thing: str
    setting: str
    right: str
    also: str = ""


def interval(accepted: int, judged: int) -> tuple[float, float]:
    """Wilson's, by 95 %: it stays between 0 and 1, and holds for few judgements."""
    if not judged:
        return 0.0, 1.0
    share, square = accepted / judged, _Z * _Z / judged
    middle = share + square / 2.0
    half = math.sqrt(square * (share * (1.0 - share) + square / 4.0))
    return max(0.0, (middle - half) / (1.0 + square)), min(1.0, (middle + half) / (1.0 + square))


def band_of(least: float, below: float, judged: Sequence[Judged]) -> Band:
    """Of all that was foreseen from `least` on and below `below`."""
    own = [judgement for judgement in judged if holds(least, below, judgement.chance)]
    foreseen = math.fsum(judgement.chance for judgement in own) / len(own) if own else None
    return Band(
        least,
        below,
        len(own),
        sum(judgement.accepted for judgement in own),
        len({judgement.reader for judgement in own}),
        foreseen,
    )


def holds(least: float, below: float, chance: float) -> bool:
    """Whether a band has that chance; the last one has what is certain too."""
    return least <= chance and (chance < below or below >= 1.0)


def bounds(bar: float) -> list[tuple[float, float]]:
    """Where bands begin and end, the highest first: a step each, and the bar ends one."""
    steps = range(-round(1.0 / STEP), round(1.0 / STEP) + 1)
    edges = sorted({0.0, 1.0, *(edge for at in steps if 0.0 < (edge := _moved(bar, STEP * at)) < 1.0)})
    return list(pairwise(edges))[::-1]


def checked(bar: float, usual: float, judged: Sequence[Judged]) -> BarCheck:
    """Whether a bar is where it should be; `usual`: the bar of who sets none.

    What just passes it is to be accepted as often as the bar says, or as the usual one does, where that is lower: who
    has raised the bar for a chance that is foreseen too high is not to raise it again for the same judgements. It
    should be lower where what just passes it is accepted surely more often than anything there was foreseen, unless
    what it kept out then was tried and is known not to be worth it.
    """
    above = _band_from(bar, judged)
    if bar <= 0.0:
        return BarCheck("none", bar, bar, above)
    if not above.tells:
        return BarCheck("too_few", bar, bar, above)
    to, band = bar, above
    while _too_low(band, usual) and to < 1.0:
        to = min(1.0, _moved(to, STEP))
        band = _band_from(to, judged)
    if to > bar:
        return BarCheck("raise", bar, to, above)
    if above.range[0] <= above.below:
        return BarCheck("keep", bar, bar, above)
    lower = band_of(max(0.0, _moved(bar, -STEP)), bar, judged)
    if _too_low(lower, usual):
        return BarCheck("keep", bar, bar, above, lower)
    return BarCheck("lower", bar, lower.least, above)


def _band_from(least: float, judged: Sequence[Judged]) -> Band:
    return band_of(least, min(1.0, _moved(least, STEP)), judged)


def _too_low(band: Band, usual: float) -> bool:
    """Whether a bar where this band begins is known to let pass what is not worth it."""
    return band.tells and band.range[1] < min(band.least, usual)


def _moved(bar: float, by: float) -> float:
    return round(bar + by, 4)


def in_a_sentence(names: BarNames, found: BarCheck) -> str:
    """Whether the bar is where it should be, why, and what to change."""
    things, right, setting, above = names.things.lower(), names.right, names.setting, found.above
    if found.standing == "none":
        return f"No {things} are kept back: `{setting}` is 0."
    if found.standing == "too_few":
        by = f", by {counted(above.readers, 'reader')}" if above.readers else ""
        return (
            f"Too few judgements to say whether the bar is where it should be: of {things} just above it "
            f"({_ends(above)}) {above.judged} were judged{by}; it takes {FEWEST_JUDGED}, by {FEWEST_READERS} readers."
        )
    true = f"{right} in {_shares(above)}, where {_percent(above.foreseen or 0.0)} was foreseen"
    if found.standing == "keep":
        said = f"The bar is where it should be, by what was judged: {things} just above it ({_ends(above)}) {true}."
        return f"{said} Those below it, sent when it was lower, in {_shares(found.below)}." if found.below else said
    why = "" if found.standing == "raise" else ", so that some below it are likely to be as well"
    do = f"{found.standing} `{setting}`{names.also} to `{found.to:g}`"
    return f"{names.things} just above the bar ({_ends(above)}) {true}{why}: {do}."


def _ends(band: Band) -> str:
    return f"{100 * band.least:.3g} to {100 * band.below:.3g} %"


def _shares(band: Band) -> str:
    low, high = band.range
    return f"{_percent(band.share or 0.0)} ({100 * low:.0f} to {100 * high:.0f} %) of {band.judged}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
