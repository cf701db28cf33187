"""Whether readers who were mailed before are not any more, though all that runs is well: by settings, or by a list."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from statistics import fmean
from typing import Final, Literal, get_args

from sqlalchemy import ColumnElement, Connection, exists, func, select

from schemas.sql.tables import deliveries, digests, mail_events, subscribers, suppressions
from schemas.sql.workers import measured_hours, workers
from services.runtime.figures.arriving import FEW, is_much
from services.runtime.figures.hours import hour_of
from services.runtime.health.heartbeat import MISSED
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.catalogue import Metric

Nowhere = Literal["folder", "sandbox", "warm_up"]
"""What of the settings lets no mail reach anybody: all go into a folder; SendGrid checks them and sends none; the
warm-up plan has not begun."""
NobodyMailed = Literal[Nowhere, "held", "quiet"]
"""Or that each digest is held, as by bars that nothing passes; or, whatever it is by, that no mail goes out any more,
as where a program of the board paused all readers, or changed all their searches."""
NOBODY_MAILED: Final[tuple[NobodyMailed, ...]] = (*get_args(Nowhere), "held", "quiet")
MANY_HELD: Final = 20
"""Digests of a day; of fewer it is chance that none was sent."""
_MISSED = 7
"""So many digests of a day would have been sent by the share of the week before, or so many mails went out on each day
of it, from which on it is no chance that none was: of what does not depend on each other once in a thousand days."""
_LATER: Final = timedelta(hours=2)
"""A day's mails may be so much later than those of the day before, as where all go out at one hour, of which clocks
were put back, and are counted by the hour."""
_AS_BEFORE: Final = 0.5
"""The share of the postings of other days with which a day has news."""
_FRESH, _DAY, _WEEK, _MONTH = timedelta(hours=1), timedelta(days=1), timedelta(weeks=1), timedelta(days=30)
_BY_MAIL = ("provider", "mail server")
"""Who suppresses addresses since a mail did not arrive, which is told of these mails."""


@dataclass(frozen=True, slots=True)
class CutOff:
    """Readers who were mailed before."""

    nobody: NobodyMailed | None = None
    """Why not one of them is."""
    nowhere: Nowhere | None = None
    """What of the settings lets no mail reach anybody, whether or not one did before."""
    went_out: datetime | None = None
    """When a mail last reached a reader, in a month, where settings let none do so."""
    suppressed: int = 0
    """Who were mailed and were suppressed in the last day by whoever operates this, where these are many; else none."""
    of: int = 0
    """All that are subscribed."""
    kept: int = 0
    """Mails that went into a folder in the last hour though the settings name another mailer, since the notifiers that
    run were started: one of them has other settings."""
    usual: float = 0.0
    """Where it is quiet: mails that a day of the week before had, in the mean."""


def read_cut_off(
    connection: Connection, now: datetime, nowhere: Nowhere | None, held: Mapping[str, int], *, paused: bool = False
) -> CutOff:
    """In the caller's transaction; `held`: digests of the last day by outcome. `paused`: something is held."""
    went_out, readers = _went_out(connection, now, nowhere) if nowhere else (None, 0)
    # One may be whoever tried it out.
    nobody: NobodyMailed | None = nowhere if readers >= FEW else None
    if nowhere is None and (kept := _kept(connection, now)):
        return _suppressed(connection, now, CutOff("folder", kept=kept))
    if nobody is None and is_all_held(held) and held["hold"] * _share_sent(connection, now) >= _MISSED:
        nobody = "held"
    if nobody is None and not (nowhere or paused) and (usual := _missed(connection, now)):
        return replace(_suppressed(connection, now, CutOff("quiet", nowhere, went_out)), usual=usual)
    return _suppressed(connection, now, CutOff(nobody, nowhere, went_out))


def _suppressed(connection: Connection, now: datetime, cut_off: CutOff) -> CutOff:
    by_hand = suppressions.c.added_by.is_(None) | suppressions.c.added_by.not_in(_BY_MAIL)
    query = select(func.count()).select_from(subscribers.join(suppressions, _same_address()))
    query = query.where(subscribers.c.status == "active", suppressions.c.lifted_at.is_(None), by_hand)
    # Who comes with a list of those who opted out elsewhere, as on the first day, loses no mail by it.
    query = query.where(exists().where(_was_mailed()))
    query = query.where(suppressions.c.created_at.between(now - _DAY, now))
    suppressed = int(connection.execute(query).scalar_one())
    if not suppressed:
        return cut_off
    active = select(func.count()).where(subscribers.c.status == "active")
    of = int(connection.execute(active).scalar_one())
    return replace(cut_off, suppressed=suppressed, of=of) if is_much(suppressed, of) else cut_off


def is_all_held(outcomes: Mapping[str, int]) -> bool:
    """Whether so many digests of a day were built, and none of them sent, that it may be no chance."""
    return outcomes.get("hold", 0) >= MANY_HELD and not outcomes.get("digest")


def _missed(connection: Connection, now: datetime) -> float:
    """The mails of a usual day, where the last one had none though postings came as before; else 0."""
    last, *week = _by_day(connection, now, listed.MAIL_ATTEMPTS, "accepted")
    if last or min(week) < _MISSED:
        return 0.0
    came, *before = _by_day(connection, now, listed.FETCHED_TO_STORED)
    return fmean(week) if came >= _AS_BEFORE * fmean(before) > 0 else 0.0


def _by_day(connection: Connection, now: datetime, metric: Metric, part: str | None = None) -> list[int]:
    """What was counted in the last day and a little more, and in each of the seven days before."""
    columns, days = measured_hours.c, [0] * 8
    began = hour_of(now) - _LATER - _DAY - _WEEK
    query = select(columns.hour, func.sum(columns.number).label("number")).group_by(columns.hour)
    query = query.where(columns.measure == metric.name, columns.hour > began, columns.hour <= now)
    for row in connection.execute(query if part is None else query.where(columns.part == part)):
        days[max(hour_of(now) - _LATER - row.hour, timedelta(0)) // _DAY] += int(row.number)
    return days


def _same_address() -> ColumnElement[bool]:
    return suppressions.c.address_hash == subscribers.c.address_hash


def _was_mailed() -> ColumnElement[bool]:
    own = deliveries.c.subscriber_id == subscribers.c.subscriber_id
    return own & deliveries.c.accepted_at.is_not(None)


def _went_out(connection: Connection, now: datetime, nowhere: Nowhere) -> tuple[datetime | None, int]:
    """When a mail last left for real, and for how many readers any did.

    Of a sandbox, which answers as SendGrid does, by what was told of their end.
    """
    of, at, really = deliveries.c.subscriber_id, deliveries.c.accepted_at, deliveries.c.mailer != "folder"
    if nowhere == "sandbox":
        of, at, really = mail_events.c.subscriber_id, mail_events.c.taken_at, mail_events.c.kind == "delivered"
    query = select(func.max(at), func.count(of.distinct())).where(really, at.between(now - _MONTH, now))
    last, number = connection.execute(query).one()
    return last, int(number)


def _kept(connection: Connection, now: datetime) -> int:
    """What all of them kept before they were started with the present settings was wanted then."""
    run = (workers.c.service == "notifier") & workers.c.stopped.is_(False) & (workers.c.seen_at > now - MISSED)
    began = connection.execute(select(func.min(workers.c.started_at)).where(run)).scalar()
    if began is None:
        return 0
    # By their state and their hour, of which there is an index: the table is that of all mails of a year.
    own = (deliveries.c.state == "accepted") & (deliveries.c.due_at > now - _DAY) & (deliveries.c.mailer == "folder")
    lately = deliveries.c.accepted_at.between(max(began, now - _FRESH), now)
    return int(connection.execute(select(func.count()).where(own, lately)).scalar_one())


def _share_sent(connection: Connection, now: datetime) -> float:
    """Of the digests of the week before the last day; 0 where there were none."""
    outcome = digests.c.outcome
    before = digests.c.created_at.between(now - _DAY - _WEEK, now - _DAY) & outcome.in_(("digest", "hold"))
    counts = {
        row.outcome: int(row.number)
        for row in connection.execute(select(outcome, func.count().label("number")).where(before).group_by(outcome))
    }
    return counts.get("digest", 0) / max(1, sum(counts.values()))
