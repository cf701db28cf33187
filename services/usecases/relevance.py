"""What readers made of the jobs that they were mailed, and whether the bars are where they should be."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final, Literal, NamedTuple

from schemas.counted import counted
from services.notifier.adapters.sql.people.feedback import JudgedJob, judged_jobs
from services.notifier.domain.curation.curate import CurateSettings
from services.usecases.installation import Installation

_ACCEPTS: Final = ("applied", "saved", "more_like")
_BAND: Final = 10
_DIGESTS_LOOKED_AT: Final = 2_000
STEP: Final = 0.1
"""A bar is moved by this much, and looked at by what passed it by no more."""
FEWEST_JUDGED: Final = 20
FEWEST_READERS: Final = 5
"""What one reader says, however much, is of their taste."""
_Z: Final = 1.96
"""Of the normal distribution, for 95 %."""


@dataclass(frozen=True, slots=True)
class AcceptedShare:
    """How many of some jobs were mailed, and what their readers made of them."""

    name: str
    mailed: int
    """0 where it was not counted."""
    accepted: int
    refused: int

    @property
    def share(self) -> float | None:
        """Of those that were judged; None where none was."""
        judged = self.accepted + self.refused
        return self.accepted / judged if judged else None


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


@dataclass(frozen=True, slots=True)
class ForeseenBand:
    """What was foreseen about as likely: how much of it was mailed, and what readers made of it, mailed or not."""

    mailed: int
    band: Band


@dataclass(frozen=True, slots=True)
class BarView:
    """What was foreseen beside what came true, and where the bar stands in it."""

    things: str
    """`Jobs`, `Near misses` or `Mails`."""
    thing: str
    """One of them."""
    setting: str
    bar: float
    said: str
    """Whether the bar is where it should be, in a sentence; what is to be typed stands between backticks."""
    bands: tuple[ForeseenBand, ...]
    """Those of which something was mailed and those at the bar, the highest first."""
    not_kept: int
    """Mailed by a release that did not keep what it foresaw."""
    left_out: int
    """Of what was judged, what no mail had, as it was too unlikely: its reader answered it where a mail lists that."""


@dataclass(frozen=True, slots=True)
class Relevance:
    """What readers made of the jobs of the last digests. Most say nothing, and who does is no fair sample of all."""

    digests: int
    """Looked at, at the most."""
    by_feedback: tuple[tuple[str, int], ...]
    by_fit: tuple[AcceptedShare, ...]
    by_score: tuple[AcceptedShare, ...]
    by_source: tuple[AcceptedShare, ...]
    """Of what was judged alone, the most judged first."""
    bars: tuple[BarView, ...]
    """Those of jobs, near misses and mails, by readers of the usual choice alone: others have bars of their own."""
    choosing: int
    """How many readers that leaves out."""


def relevance(installation: Installation) -> Relevance:
    """Over all readers, none of whom is named. Raises UnavailableError."""
    every = judged_jobs(installation.engine, _DIGESTS_LOOKED_AT)
    jobs = [job for job in every if not job.left_out]
    judged = [job for job in jobs if job.verdict]
    known = installation.matches.postings(sorted({job.posting_id for job in judged}))
    by_source: dict[str, list[JudgedJob]] = {}
    for job in judged:
        name = known[job.posting_id].source if job.posting_id in known else "forgotten by now"
        by_source.setdefault(name, []).append(job)
    bands = sorted({int(job.score) // _BAND for job in jobs}, reverse=True)
    return Relevance(
        _DIGESTS_LOOKED_AT,
        tuple(Counter(job.verdict for job in judged).most_common()),
        tuple(
            _shared(name, [job for job in jobs if job.near == near])
            for name, near in (("match", False), ("near", True))
        ),
        tuple(
            _shared(
                f"{band * _BAND} to {band * _BAND + _BAND - 1}",
                [job for job in jobs if int(job.score) // _BAND == band],
            )
            for band in bands
        ),
        tuple(
            replace(_shared(name, some), mailed=0)
            for name, some in sorted(by_source.items(), key=lambda source: (-len(source[1]), source[0]))
        ),
        _bars([job for job in every if job.usual], installation.settings.notifier.curate),
        len({job.reader for job in jobs if not job.usual}),
    )


def _shared(name: str, jobs: Sequence[JudgedJob]) -> AcceptedShare:
    accepted = sum(job.verdict in _ACCEPTS for job in jobs)
    return AcceptedShare(name, len(jobs), accepted, sum(bool(job.verdict) for job in jobs) - accepted)


class _Words(NamedTuple):
    things: str
    thing: str
    setting: str
    right: str
    also: str = ""


_JOBS: Final = _Words("Jobs", "job", "notifier.curate.least_chance", "are accepted")
_NEAR: Final = _Words(
    "Near misses", "near miss", "notifier.curate.least_mail_chance", "are accepted", " (the bar of mails too)"
)
_MAILS: Final = _Words("Mails", "mail", "notifier.curate.least_mail_chance", "hold a job that is accepted")
_USUAL: Final = CurateSettings()


def _bars(every: Sequence[JudgedJob], settings: CurateSettings) -> tuple[BarView, ...]:
    """By readers of the usual choice."""
    jobs, left_out = ([job for job in every if job.left_out == left] for left in (False, True))
    mails: dict[int, list[JudgedJob]] = {}
    for job in jobs:
        if not job.near:
            mails.setdefault(job.mail, []).append(job)
    of_mails = settings.least_mail_chance, _USUAL.least_mail_chance
    return (
        _bar(
            _JOBS,
            settings.least_chance,
            _USUAL.least_chance,
            [_foreseen([job]) for job in jobs if not job.near],
            [_foreseen([job]) for job in left_out if not job.near],
        ),
        _bar(
            _NEAR,
            max(settings.least_chance, settings.least_mail_chance),
            of_mails[1],
            [_foreseen([job]) for job in jobs if job.near],
            [_foreseen([job]) for job in left_out if job.near],
        ),
        _bar(_MAILS, *of_mails, map(_foreseen, mails.values()), ()),
    )


@dataclass(frozen=True, slots=True)
class _Foreseen:
    chance: float | None
    judged: Judged | None


def _foreseen(jobs: Sequence[JudgedJob]) -> _Foreseen:
    """That one of these is accepted; whether one was is known where all of them were judged.

    One that was accepted beside others of which nothing is known tells as little as one that was refused: mails that
    hold much would be right more often than they are.
    """
    chances = [job.chance for job in jobs if job.chance is not None]
    if len(chances) < len(jobs):
        return _Foreseen(None, None)
    chance = 1.0 - math.prod(1.0 - probability for probability in chances)
    if not all(job.verdict for job in jobs):
        return _Foreseen(chance, None)
    return _Foreseen(chance, Judged(chance, any(job.verdict in _ACCEPTS for job in jobs), jobs[0].reader))


def _bar(
    words: _Words, bar: float, usual: float, foreseen: Iterable[_Foreseen], left_out: Sequence[_Foreseen]
) -> BarView:
    mailed = list(foreseen)
    chances = [mail.chance for mail in mailed if mail.chance is not None]
    judged = [each.judged for each in (*mailed, *left_out) if each.judged is not None]
    bands = [
        ForeseenBand(sum(holds(*ends, chance) for chance in chances), band_of(*ends, judged)) for ends in bounds(bar)
    ]
    shown = tuple(
        band for band in bands if band.mailed or band.band.judged or bar in (band.band.least, band.band.below)
    )
    said = in_a_sentence(words, checked(bar, usual, judged))
    return BarView(
        words.things, words.thing, words.setting, bar, said, shown, len(mailed) - len(chances), len(left_out)
    )


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


def in_a_sentence(words: _Words, found: BarCheck) -> str:
    """Whether the bar is where it should be, why, and what to change."""
    things, right, setting, above = words.things.lower(), words.right, words.setting, found.above
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
    do = f"{found.standing} `{setting}`{words.also} to `{found.to:g}`"
    return f"{words.things} just above the bar ({_ends(above)}) {true}{why}: {do}."


def _ends(band: Band) -> str:
    return f"{100 * band.least:.3g} to {100 * band.below:.3g} %"


def _shares(band: Band) -> str:
    low, high = band.range
    return f"{_percent(band.share or 0.0)} ({100 * low:.0f} to {100 * high:.0f} %) of {band.judged}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
