"""What readers made of the jobs that they were mailed, and whether the bars are where they should be."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from schemas.counted import counted
from services.notifier.adapters.sql.people.feedback import JudgedJob, judged_jobs
from services.notifier.domain.curation.bar_check import (
    FEWEST_JUDGED,
    FEWEST_READERS,
    Band,
    BarCheck,
    Judged,
    band_of,
    bounds,
    checked,
    holds,
)
from services.notifier.domain.curation.curate import CurateSettings
from services.usecases.installation import Installation

_ACCEPTS: Final = ("applied", "saved", "more_like")
_BAND: Final = 10
_DIGESTS_LOOKED_AT: Final = 2_000


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
class ForeseenBand:
    """What was foreseen about as likely: how much of it was mailed, and what readers made of it."""

    mailed: int
    band: Band


@dataclass(frozen=True, slots=True)
class BarView:
    """What was foreseen beside what came true, and where the bar stands in it."""

    things: str
    """`Jobs` or `Mails`."""
    setting: str
    bar: float
    said: str
    """Whether the bar is where it should be, in a sentence; what is to be typed stands between backticks."""
    bands: tuple[ForeseenBand, ...]
    """Those of which something was mailed and those at the bar, the highest first."""
    not_kept: int
    """Mailed by a release that did not keep what it foresaw."""


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
    """That of jobs, and that of mails."""


def relevance(installation: Installation) -> Relevance:
    """Over all readers, none of whom is named. Raises UnavailableError."""
    jobs = judged_jobs(installation.engine, _DIGESTS_LOOKED_AT)
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
        _bars(jobs, installation.settings.notifier.curate),
    )


def _shared(name: str, jobs: Sequence[JudgedJob]) -> AcceptedShare:
    accepted = sum(job.verdict in _ACCEPTS for job in jobs)
    return AcceptedShare(name, len(jobs), accepted, sum(bool(job.verdict) for job in jobs) - accepted)


_JOBS: Final = ("Jobs", "jobs", "notifier.curate.least_chance", "are accepted")
_MAILS: Final = ("Mails", "mails", "notifier.curate.least_mail_chance", "hold a job that is accepted")
_Words = tuple[str, str, str, str]
_USUAL: Final = CurateSettings()


def _bars(jobs: Sequence[JudgedJob], settings: CurateSettings) -> tuple[BarView, ...]:
    mails: dict[int, list[JudgedJob]] = {}
    for job in jobs:
        if not job.near:
            mails.setdefault(job.mail, []).append(job)
    return (
        _bar(_JOBS, settings.least_chance, _USUAL.least_chance, [_foreseen([job]) for job in jobs]),
        _bar(_MAILS, settings.least_mail_chance, _USUAL.least_mail_chance, map(_foreseen, mails.values())),
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


def _bar(words: _Words, bar: float, usual: float, foreseen: Iterable[_Foreseen]) -> BarView:
    things, _, setting, _ = words
    mailed = list(foreseen)
    chances = [mail.chance for mail in mailed if mail.chance is not None]
    judged = [mail.judged for mail in mailed if mail.judged is not None]
    bands = [
        ForeseenBand(sum(holds(*ends, chance) for chance in chances), band_of(*ends, judged)) for ends in bounds(bar)
    ]
    shown = tuple(band for band in bands if band.mailed or bar in (band.band.least, band.band.below))
    said = in_a_sentence(words, checked(bar, usual, judged))
    return BarView(things, setting, bar, said, shown, len(mailed) - len(chances))


def in_a_sentence(words: _Words, found: BarCheck) -> str:
    """Whether the bar is where it should be, why, and what to change."""
    things, thing, setting, right = words
    above = found.above
    if found.standing == "none":
        return f"No {thing} are kept back: `{setting}` is 0."
    if found.standing == "too_few":
        by = f", by {counted(above.readers, 'reader')}" if above.readers else ""
        return (
            f"Too few judgements to say whether the bar is where it should be: of {thing} just above it "
            f"({_ends(above)}) {above.judged} were judged{by}; it takes {FEWEST_JUDGED}, by {FEWEST_READERS} readers."
        )
    true = f"{right} in {_shares(above)}, where {_percent(above.foreseen or 0.0)} was foreseen"
    if found.standing == "keep":
        said = f"The bar is where it should be, by what was judged: {thing} just above it ({_ends(above)}) {true}."
        return f"{said} Those below it, sent when it was lower, in {_shares(found.below)}." if found.below else said
    why = "" if found.standing == "raise" else ", so that some below it are likely to be as well"
    return f"{things} just above the bar ({_ends(above)}) {true}{why}: {found.standing} `{setting}` to `{found.to:g}`."


def _ends(band: Band) -> str:
    return f"{100 * band.least:.3g} to {100 * band.below:.3g} %"


def _shares(band: Band) -> str:
    low, high = band.range
    return f"{_percent(band.share or 0.0)} ({100 * low:.0f} to {100 * high:.0f} %) of {band.judged}"


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"
