"""What readers made of the jobs that they were mailed, beside what was foreseen."""

import math
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import Final

from services.notifier.adapters.sql.people.feedback import JudgedJob, judged_jobs
from services.notifier.domain.curation.curate import CurateSettings
from services.usecases.bars import Band, BarNames, Judged, band_of, bounds, checked, holds, in_a_sentence
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


_JOBS: Final = BarNames("Jobs", "job", "notifier.curate.least_chance", "are accepted")
_NEAR: Final = BarNames(
    "Near misses", "near miss", "notifier.curate.least_mail_chance", "are accepted", " (the bar of mails too)"
)
_MAILS: Final = BarNames("Mails", "mail", "notifier.curate.least_mail_chance", "hold a job that is accepted")
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
    names: BarNames, bar: float, usual: float, foreseen: Iterable[_Foreseen], left_out: Sequence[_Foreseen]
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
    said = in_a_sentence(names, checked(bar, usual, judged))
    return BarView(
        names.things, names.thing, names.setting, bar, said, shown, len(mailed) - len(chances), len(left_out)
    )
