"""What the store says of mails: who waits for a digest, and which did not go out, why and since when."""

import json
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, and_, case, func, literal, not_, or_, select, true

from schemas.sql.base import Moment
from schemas.sql.tables import cuts, deliveries, mail_events, positions, saved_searches, subscribers, suppressions
from services.runtime.figures.arriving import CAME_BACK, HEARD_WITHIN, REFUSED_WITHIN, Arriving, read_arriving
from services.runtime.figures.cut_off import Nowhere
from services.runtime.figures.hours import HOUR, MAIL_EVENTS_REFUSED, by_minute, hour_of, minute_of, read_counts
from services.runtime.privacy.redaction import without_people
from services.runtime.sql.built_ahead import LONGEST_LEAD, is_built_ahead
from services.runtime.sql.day_limit import begun_on, next_day
from services.runtime.sql.suppressed import is_suppressed

FAULTS = ("settings", "away", "busy", "policy", "mailbox", "message", "withheld", "expired")
"""What may be wrong with an attempt, as the notifier names it; mails that are lost are counted by their state."""
LATELY = timedelta(days=1)
"""For how long mails that will not be tried again are told of."""
_WAITING = ("pending", "claimed", "sending")
_OVER = ("failed", "not_sent")


_OF_ALL = ("settings", "away")
"""Faults that keep all mails from going out."""


@dataclass(frozen=True, slots=True)
class MailFault:
    """Mails with which one thing is wrong."""

    fault: str
    waiting: bool
    """They are tried again; else it is over with them, within the last day."""
    mails: int
    since: datetime
    """When the first attempt of any of them failed."""
    last: datetime
    """When the last one did."""
    said: str
    """What the mail server said at the last, without people and secrets."""


@dataclass(frozen=True, slots=True)
class DayFigures:
    """A day of the warm-up plan."""

    limit: int
    """Mails that the day may have."""
    begun: int
    """That it had."""
    waiting: int
    """Digests that wait to be handed over."""
    until: datetime
    """When the next day begins, or the plan."""

    @property
    def full(self) -> bool:
        """Whether no digest is made any more before the next day."""
        return self.begun + self.waiting >= self.limit


@dataclass(frozen=True, slots=True)
class MailPlan:
    """What the settings lead to expect of mails at one time."""

    most_today: int | None = None
    """Mails that the warm-up plan lets this day have; None: any number."""
    hears: bool = False
    """The mail provider tells what becomes of mails."""
    nowhere: Nowhere | None = None
    """Why no mail reaches anybody."""
    begins: datetime | None = None
    """When the warm-up plan begins, where it has not."""
    public_url: str = ""
    """Where links in mails lead."""
    sender: str = ""
    """The address that mails are from."""


@dataclass(frozen=True, slots=True)
class MailFigures:
    """How mails go out."""

    faults: tuple[MailFault, ...] = ()
    last_accepted: datetime | None = None
    day: DayFigures | None = None
    """None where a day may have any number."""
    came_back: dict[str, int] = field(default_factory=dict)
    """Mails of the last day that came back, by whether that was for good: `bounced`, `soft_bounced`."""
    untaken: int = 0
    """Mails that may be handed over now and that no attempt has been made to hand over, or none that is over."""
    untaken_since: datetime | None = None
    """Since when the longest waiting one may be."""
    unheard: int = 0
    """Mails that were accepted hours ago, or minutes where events are refused, since when none was told of any mail."""
    unheard_since: datetime | None = None
    """When the first of them was accepted."""
    events_refused: int = 0
    """Minutes of the last day in which events came that the provider's key did not sign, be they of strangers."""
    arriving: Arriving = field(default_factory=Arriving)
    suppressed: int = 0
    """Addresses that must not be mailed."""
    ahead: tuple[tuple[datetime, int], ...] = ()
    """Mails that were built ahead of their hour and wait for nothing else, by that hour; no other figure has them."""

    def went_out_since(self, fault: MailFault) -> bool:
        """Whether some mail was accepted after the last attempt that failed so."""
        return self.last_accepted is not None and self.last_accepted > fault.last

    def keeps_all(self, fault: MailFault) -> bool:
        """Whether no mail at all went out since the first attempt failed so."""
        return fault.waiting and (self.last_accepted is None or self.last_accepted < fault.since)

    def has_passed(self, fault: MailFault) -> bool:
        """Whether what kept all mails from going out keeps none any more, though some still wait for their next try."""
        return fault.waiting and fault.fault in _OF_ALL and self.went_out_since(fault)

    def waiting(self, fault: str) -> int:
        """How many mails wait after an attempt that failed so, where that has not passed."""
        return sum(
            kept.mails for kept in self.faults if kept.waiting and kept.fault == fault and not self.has_passed(kept)
        )

    def over(self, fault: str) -> int:
        """How many were given up for it within the last day."""
        return sum(kept.mails for kept in self.faults if not kept.waiting and kept.fault == fault)


def read_mail_figures(connection: Connection, now: datetime, plan: MailPlan) -> MailFigures:
    """By kind of fault, within the caller's transaction."""
    waiting = deliveries.c.state.in_(_WAITING)
    over = deliveries.c.state.in_(_OVER) & (deliveries.c.changed_at > now - LATELY)
    # Of a time to come is what a clock dated that ran ahead: it proves nothing of now.
    accepted = select(func.max(deliveries.c.accepted_at)).where(deliveries.c.accepted_at <= now)
    suppressed = select(func.count()).select_from(suppressions).where(suppressions.c.lifted_at.is_(None))
    refused = _events_refused(connection, now) if plan.hears else 0
    unheard, unheard_since = _unheard(connection, now) if plan.hears else (0, None)
    untaken, untaken_since = _untaken(connection, now)
    return MailFigures(
        faults=(*_faults(connection, waiting, waiting=True), *_faults(connection, over, waiting=False)),
        last_accepted=connection.execute(accepted).scalar_one_or_none(),
        day=None if plan.most_today is None else _day(connection, now, plan.most_today, plan.begins),
        came_back=_came_back(connection, now),
        untaken=untaken,
        untaken_since=untaken_since,
        unheard=unheard,
        unheard_since=unheard_since,
        events_refused=refused,
        arriving=read_arriving(connection, now, hears=plan.hears),
        suppressed=int(connection.execute(suppressed).scalar_one()),
        ahead=_ahead(connection, now),
    )


def _ahead(connection: Connection, now: datetime) -> tuple[tuple[datetime, int], ...]:
    due_at = deliveries.c.due_at
    query = select(due_at, func.count().label("mails")).where(is_built_ahead(now, now + LONGEST_LEAD))
    return tuple((row.due_at, int(row.mails)) for row in connection.execute(query.group_by(due_at).order_by(due_at)))


def _came_back(connection: Connection, now: datetime) -> dict[str, int]:
    """Found by the mails of the day, which are few, and by whom they were for: the table of events may be long."""
    events = mail_events.c
    same = (events.subscriber_id == deliveries.c.subscriber_id) & (events.delivery_id == deliveries.c.delivery_id)
    query = (
        select(events.kind, func.count(deliveries.c.delivery_id.distinct()).label("mails"))
        .join(deliveries, same)
        .where(deliveries.c.state == "bounced", deliveries.c.due_at > now - LATELY, events.kind.in_(CAME_BACK))
        .group_by(events.kind)
    )
    return {row.kind: int(row.mails) for row in connection.execute(query)}


def _untaken(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    """What failed is told of by its fault, and what is being sent ends by its lease."""
    columns = deliveries.c
    waits = columns.state.in_(("pending", "claimed")) & (columns.not_before <= now) & columns.fault.is_(None)
    row = connection.execute(
        select(func.count().label("mails"), func.min(columns.not_before).label("since")).where(waits)
    ).one()
    return int(row.mails), row.since


def _events_refused(connection: Connection, now: datetime) -> int:
    """Of a day, for which a provider sends again what was refused: a wrong key stays the cause while nothing comes."""
    found = read_counts(connection, hour_of(now - LATELY), (MAIL_EVENTS_REFUSED,), HOUR)
    return sum(count.number for count in found)


def _refused_lately(connection: Connection, now: datetime) -> bool:
    return bool(read_counts(connection, minute_of(now) - HOUR, (by_minute(MAIL_EVENTS_REFUSED),), HOUR))


def _unheard(connection: Connection, now: datetime) -> tuple[int, datetime | None]:
    # What a clock that ran ahead dated says nothing of the time since.
    newest = select(func.max(mail_events.c.taken_at)).where(mail_events.c.taken_at <= now)
    last = connection.execute(newest).scalar_one_or_none()
    accepted_at = deliveries.c.accepted_at
    quiet = accepted_at > last if last is not None else true()
    own = (deliveries.c.state == "accepted") & (deliveries.c.due_at > now - HEARD_WITHIN - 2 * LATELY)
    query = select(func.count().label("mails"), func.min(accepted_at).label("since"))
    patience = REFUSED_WITHIN if _refused_lately(connection, now) else HEARD_WITHIN
    row = connection.execute(query.where(own, quiet, accepted_at < now - patience)).one()
    return int(row.mails), row.since


def _day(connection: Connection, now: datetime, limit: int, begins: datetime | None) -> DayFigures:
    waiting = select(func.count()).where(deliveries.c.state.in_(("pending", "claimed")))
    begun = begun_on(connection, now)
    return DayFigures(limit, begun, int(connection.execute(waiting).scalar_one()), begins or next_day(now))


def _faults(connection: Connection, condition: ColumnElement[bool], *, waiting: bool) -> list[MailFault]:
    own = condition & deliveries.c.fault.is_not(None)
    since, last = func.min(deliveries.c.failing_since), func.max(deliveries.c.changed_at)
    query: Any = (
        select(deliveries.c.fault, func.count().label("mails"), since.label("since"), last.label("last"))
        .where(own)
        .group_by(deliveries.c.fault)
        .order_by(deliveries.c.fault)
    )
    found = []
    for row in connection.execute(query).all():
        newest = select(deliveries.c.reason).where(own, deliveries.c.fault == row.fault)
        said = connection.execute(newest.order_by(deliveries.c.changed_at.desc()).limit(1)).scalar_one()
        begun, words = row.since or row.last, without_people(said)
        found.append(MailFault(row.fault, waiting, int(row.mails), begun, row.last, words))
    return found


@dataclass(frozen=True, slots=True)
class Due:
    """Those who wait."""

    subscribers: int = 0
    since: datetime | None = None
    """Since when the longest waiting one does."""
    retried: int = 0
    """Of them: whose digest a worker has in hand, or could not build and tries again when its claim ends."""


def read_due(connection: Connection, now: datetime) -> Due:
    """Count those who wait, in the caller's transaction.

    An instant search waits only once records have come that it was not served with, and since they came: without
    news its next time stands still. A paused search, somebody paused or suppressed, and what today's cap put off
    until tomorrow wait for nothing.
    """
    newest, moved = _cut(connection)
    came_at = select(func.min(cuts.c.taken_at)).where(cuts.c.cut > saved_searches.c.served_cut).scalar_subquery()
    instant = saved_searches.c.cadence == "instant"
    has_news = saved_searches.c.served_cut < newest + moved
    # What no cut tells of yet has come since the last tick.
    news_at = func.coalesce(came_at, literal(now, Moment))
    # A cut of a time to come was taken by a clock that ran ahead.
    is_news = and_(instant, news_at > saved_searches.c.next_due_at, news_at <= now)
    since = case((is_news, news_at), else_=saved_searches.c.next_due_at)
    claimed = subscribers.c.build_lease > now
    ripe = (
        select(saved_searches.c.subscriber_id, since.label("since"), claimed.label("claimed"))
        .join(subscribers, subscribers.c.subscriber_id == saved_searches.c.subscriber_id)
        .where(
            saved_searches.c.next_due_at <= now,
            not_(saved_searches.c.paused),
            or_(not_(instant), has_news),
            subscribers.c.status == "active",
            not_(is_suppressed(subscribers.c.address_hash)),
        )
        .subquery()
    )
    number, longest = connection.execute(
        select(func.count(ripe.c.subscriber_id.distinct()), func.min(ripe.c.since))
    ).one()
    retried = connection.execute(select(func.count(ripe.c.subscriber_id.distinct())).where(ripe.c.claimed)).scalar_one()
    return Due(int(number), longest, int(retried))


def _cut(connection: Connection) -> tuple[int, int]:
    """The newest cut, and 1 where records have come since, which the next tick will number."""
    row = connection.execute(select(cuts.c.cut, cuts.c.positions).order_by(cuts.c.cut.desc()).limit(1)).one_or_none()
    known = {} if row is None else {int(at): position for at, position in json.loads(row.positions).items()}
    present = {
        row.partition: row.position for row in connection.execute(select(positions).where(positions.c.position > 0))
    }
    return (0 if row is None else row.cut), int(present != known)
