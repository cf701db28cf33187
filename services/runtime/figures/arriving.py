"""Whether the mails that a mailer took arrive, by what the mail provider tells of them."""

from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Connection, and_, func, select

from schemas.sql.tables import deliveries, mail_events
from services.runtime.figures.hours import DAY, HOUR, MAIL_EVENTS, hour_of, read_counts
from services.runtime.metrics.catalogue import MAIL_ATTEMPTS

CAME_BACK: Final = ("bounced", "soft_bounced")
NOT_ARRIVED: Final = (*CAME_BACK, "dropped", "dropped_address")
"""Kinds of events that end a mail which its reader does not have."""
HEARD_WITHIN: Final = timedelta(hours=2)
"""A provider tells within minutes that it has taken a mail on."""
REFUSED_WITHIN: Final = timedelta(minutes=10)
"""Beside events that somebody else signed, which strangers send too, the provider's own are missed sooner."""
MUCH: Final = 0.1
LEAST: Final = 3
"""Beyond this share, and so many, what does not arrive is a failure: a few always do not."""
FEW: Final = 2
"""Where so many have an end and none of them arrived it is a failure, too: a small board sends no more. One mail, or
all to one reader, says something of that mailbox alone."""
_MUCH_SPAM, _LEAST_SPAM = 0.01, 2
"""Of complaints mailbox providers bear fewer than of what comes back: Gmail asks for less than 0.3 %."""
_ENDS: Final = ("delivered", *NOT_ARRIVED)
"""Kinds of events of which each mail has one, as a rule."""
_HANDED_OVER = "handed over"
_TELLING = 20
"""Of so many of the newest mails a share says something; of fewer in a day all are taken."""
SAID_FROM = 0.02
"""The share from which it is told of mails that did not arrive."""
_PUT_OFF_FOR = timedelta(hours=1)
"""A server that has put a mail off for so long does not just greylist it."""


@dataclass(frozen=True, slots=True)
class EventCounts:
    """What was told of mails in some of the last hours."""

    of: int = 0
    """Mails that were accepted in these hours, or whose end was told in them, whichever are more."""
    kinds: dict[str, int] = field(default_factory=dict)
    """Events by kind: delivered, bounced, soft_bounced, dropped, dropped_address, spam and the like."""
    since: datetime | None = None
    said: dict[str, str] = field(default_factory=dict)
    """By kind, of those of some share: why, in the last such event's words."""
    missed: int = 0
    """Readers whom no mail has reached, where none arrived at all."""

    def share(self, kind: str) -> float:
        """Of the mails, those of which an event of that kind was told."""
        return min(self.kinds.get(kind, 0) / self.of, 1.0) if self.of else float(self.kinds.get(kind, 0) > 0)

    @property
    def refused(self) -> int:
        """Mails that ended without being read by anybody."""
        return sum(self.kinds.get(kind, 0) for kind in NOT_ARRIVED)

    @property
    def none_arrives(self) -> bool:
        """Whether of all mails that came to an end none arrived, and more than one reader has missed some."""
        return not self.kinds.get("delivered") and self.refused >= FEW and self.missed >= FEW

    def and_before(self, begins: datetime, counts: Counter[str]) -> "EventCounts":
        """With one hour more, by kinds of events and what was handed over."""
        kinds = Counter(self.kinds) + counts
        handed_over = kinds.pop(_HANDED_OVER, 0)
        of = max(handed_over, sum(counts[kind] for kind in _ENDS))
        return EventCounts(self.of + of, dict(kinds), begins)


@dataclass(frozen=True, slots=True)
class Arriving:
    """How mails fare after they were handed over."""

    told: EventCounts = field(default_factory=EventCounts)
    told_day: EventCounts = field(default_factory=EventCounts)
    """The same of the whole day: complaints come long after their mails."""
    put_off: int = 0
    """Mails of the last day that their readers' servers have put off for an hour and longer."""
    unended: int = 0
    """Mails of the last day, accepted hours ago, of which it was told neither that they arrived nor that they did not
    nor that they are put off."""
    ended: int = 0
    """Those of the same time of which it was told that they arrived, or that they did not."""

    @property
    def many_leave(self) -> bool:
        """Whether more readers unsubscribed in the day than mails that they did not want explain."""
        return is_much(self.told_day.kinds.get("unsubscribed", 0), self.told_day.of)

    @property
    def many_complain(self) -> bool:
        """Whether more readers called a mail spam in the day than mailbox providers bear."""
        spam = self.told_day.kinds.get("spam", 0)
        return spam >= _LEAST_SPAM and self.told_day.share("spam") > _MUCH_SPAM

    @property
    def leaving(self) -> dict[str, int]:
        """Readers of the day who want no mail any more, by what they did, where these are a failure; else none."""
        much = {"unsubscribed": self.many_leave, "spam": self.many_complain}
        return {kind: self.told_day.kinds.get(kind, 0) if too_many else 0 for kind, too_many in much.items()}

    @property
    def much_is_put_off(self) -> bool:
        of = max(self.told_day.of, self.put_off)
        return is_much(self.put_off, of) or self.put_off == of >= FEW

    @property
    def much_has_no_end(self) -> bool:
        return is_much(self.unended, self.unended + self.ended) or (not self.ended and self.unended >= FEW)

    def much(self, kind: str) -> bool:
        """Whether more of the newest mails ended so than always do, or all that ended did not arrive."""
        number = self.told.kinds.get(kind, 0)
        return is_much(number, self.told.of) or (number > 0 and self.told.none_arrives)

    @property
    def failing(self) -> dict[str, int]:
        """Mails that do not arrive, by why, where these are a failure; else none."""
        found = {kind: self.told.kinds[kind] if self.much(kind) else 0 for kind in NOT_ARRIVED}
        found["put_off"] = self.put_off if self.much_is_put_off else 0
        return found | {"no_end": self.unended if self.much_has_no_end else 0}


def is_much(number: int, of: int) -> bool:
    """Whether so many are more than a few that always are."""
    return number >= LEAST and number > MUCH * of


def read_arriving(connection: Connection, now: datetime, *, hears: bool) -> Arriving:
    """Within the caller's transaction; `hears`: whether somebody tells what becomes of mails."""
    newest, day = _counted(connection, now)
    put_off = _put_off(connection, now) if day.kinds.get("deferred") else 0
    waiting, ended = _ends(connection, now) if hears else (0, 0)
    return Arriving(newest, day, put_off, max(waiting - put_off, 0), ended)


def _counted(connection: Connection, now: datetime) -> tuple[EventCounts, EventCounts]:
    """Of the newest mails, in as many whole hours back as it takes to say something, and of the whole day.

    So what was mended is over once newer mails fare well. A mailer that is not told what arrives tells how many it
    accepted.
    """
    hours: dict[datetime, Counter[str]] = {}
    for count in read_counts(connection, hour_of(now) - DAY, (MAIL_ATTEMPTS.name, MAIL_EVENTS), HOUR):
        # A clock that ran ahead left hours that have not come.
        if count.begins <= now and (count.measure == MAIL_EVENTS or count.part == "accepted"):
            part = count.part if count.measure == MAIL_EVENTS else _HANDED_OVER
            hours.setdefault(count.begins, Counter())[part] += count.number
    newest = day = EventCounts()
    for begins in sorted(hours, reverse=True):
        day = day.and_before(begins, hours[begins])
        newest = day if newest.of < _TELLING else newest
    some = [kind for kind in NOT_ARRIVED if newest.share(kind) >= SAID_FROM]
    said = {kind: _last_words(connection, kind, newest.since) for kind in some}
    missed = _missed(connection, newest) if newest.refused and not newest.kinds.get("delivered") else 0
    return replace(newest, said=said, missed=missed), day


def _missed(connection: Connection, newest: EventCounts) -> int:
    events = mail_events.c
    query = select(func.count(events.subscriber_id.distinct()))
    query = query.where(events.kind.in_(NOT_ARRIVED), events.taken_at >= newest.since)
    return int(connection.execute(query).scalar_one())


def _last_words(connection: Connection, kind: str, since: datetime | None) -> str:
    events = mail_events.c
    query = select(events.reason).where(events.kind == kind, events.taken_at >= since)
    return connection.execute(query.order_by(events.taken_at.desc()).limit(1)).scalar_one_or_none() or ""


def _put_off(connection: Connection, now: datetime) -> int:
    """By the events of the last hours, which are few: a provider tries again, and tells, every few hours at least."""
    events = mail_events.c
    query = (
        select(func.count(deliveries.c.delivery_id.distinct()))
        .join(mail_events, events.delivery_id == deliveries.c.delivery_id)
        .where(events.kind == "deferred", events.taken_at > now - DAY, deliveries.c.state == "accepted")
        .where(deliveries.c.accepted_at < now - _PUT_OFF_FOR, deliveries.c.due_at > now - DAY - HEARD_WITHIN)
    )
    return int(connection.execute(query).scalar_one())


def _ends(connection: Connection, now: datetime) -> tuple[int, int]:
    """Of the mails of a day that were accepted hours ago: those that nothing more was told of, and those that ended."""
    due = deliveries.c.due_at.between(now - DAY - HEARD_WITHIN, now)
    over = deliveries.c.state.in_(("delivered", "bounced")) | _dropped()
    waiting = (deliveries.c.state == "accepted") & (deliveries.c.accepted_at < now - HEARD_WITHIN)
    number = select(func.count()).select_from(deliveries)
    return (
        int(connection.execute(number.where(due, waiting)).scalar_one()),
        int(connection.execute(number.where(due, over)).scalar_one()),
    )


def _dropped() -> ColumnElement[bool]:
    """What ended by an event; a mailer that refuses leaves its fault."""
    return and_(deliveries.c.state == "failed", deliveries.c.fault.is_(None))
