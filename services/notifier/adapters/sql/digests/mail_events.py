"""Events of the mail provider: each taken once, with all that follows from it in one transaction."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import Connection, Engine, Select, func, select, union_all

from schemas.sql.tables import deliveries, mail_events, subscribers
from services.notifier.adapters.sql.digests.deliveries import settle
from services.notifier.adapters.sql.people import consents
from services.notifier.adapters.sql.people.standing import go_on, stop
from services.notifier.adapters.sql.people.suppressions import PROVIDER, suppress
from services.notifier.adapters.sql.rows import chunks, hold_person
from services.notifier.domain.consent import Consent
from services.notifier.domain.ids import Ids
from services.notifier.domain.mail_events import (
    ACCEPTED_FOR_BOUNCES,
    ACCEPTED_FOR_COMPLAINTS,
    LEAST_BOUNCES,
    LEAST_COMPLAINTS,
    OUTCOMES,
    SUPPRESSES,
    MailEvent,
    Tally,
    why_to_stop,
)
from services.runtime.pauses import SqlPauses
from services.runtime.privacy.redaction import without_people
from services.runtime.sql.store import reading, retried, upsert, writing

_IN_ONE = 200
"""Events a transaction: what a crash undoes comes again."""
_OUT = ("accepted", "delivered", "bounced")
_LOOKED_BACK = timedelta(days=30)
_CHECKED_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class TakenEvents:
    """What became of a request's events."""

    taken: int = 0
    known: int = 0
    """Of these we had heard before."""
    aside: int = 0
    """Taken, and of a kind that is not known."""


class SqlMailEvents:
    """The events taken so far. All raise UnavailableError."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    def take(self, events: Sequence[MailEvent], now: datetime) -> TakenEvents:
        """Take events in any order, each once; where it fails midway, the same request may come again."""
        taken = aside = 0
        # Of one person in one order whoever takes them, so that two requests never wait for each other.
        ordered = sorted(events, key=lambda event: (event.address, event.delivery_id, event.at, event.event_id))
        for some in chunks(ordered, _IN_ONE):
            new = self._take(some, now)
            taken += len(new)
            aside += sum(event.kind == "unknown" for event in new)
        return TakenEvents(taken, len(events) - taken, aside)

    def soft_bounces(self, subscriber_id: str) -> int:
        """How many mails in a row came back for the time being, since one was delivered or since they are known."""
        own = mail_events.c.subscriber_id == subscriber_id
        last = select(func.max(mail_events.c.at)).where(own, mail_events.c.kind == "delivered").scalar_subquery()
        since = last.is_(None) | (mail_events.c.at > last)
        count = select(func.count()).where(own, mail_events.c.kind == "soft_bounced", since)
        with reading(self._engine) as connection:
            return int(connection.execute(count).scalar_one())

    @retried
    def _take(self, events: Sequence[MailEvent], now: datetime) -> list[MailEvent]:
        """Those that are new."""
        with writing(self._engine) as connection:
            return [event for event in events if self._take_one(connection, event, now)]

    def _take_one(self, connection: Connection, event: MailEvent, now: datetime) -> bool:
        own_id = self._person(connection, event)
        reason = without_people(event.reason)
        row = {"event_id": event.event_id, "kind": event.kind, "at": event.at, "delivery_id": event.delivery_id}
        row |= {"subscriber_id": own_id, "reason": reason, "taken_at": now}
        kept = upsert(connection, mail_events).values(row).on_conflict_do_nothing()
        # What it gives back, and not its row count, which PostgreSQL's driver does not tell of an INSERT.
        if connection.execute(kept.returning(mail_events.c.event_id)).first() is None:
            return False
        if event.kind in OUTCOMES and event.delivery_id:
            settle(connection, event.delivery_id, OUTCOMES[event.kind], now, reason)
        if event.kind in SUPPRESSES:
            self._suppress(connection, event, own_id, reason, now)
        if own_id is not None and event.kind == "unsubscribed":
            self._unsubscribe(connection, own_id, event, now)
        if own_id is not None and event.kind == "resubscribed":
            self._subscribe_again(connection, own_id, event, now)
        return True

    def _suppress(
        self, connection: Connection, event: MailEvent, own_id: str | None, reason: str, now: datetime
    ) -> None:
        """The address that it names, else that of whom the delivery is for."""
        person = hold_person(connection, own_id) if own_id is not None and not event.address else None
        own_hash = self._ids.address_hash(event.address) if event.address else person and person.address_hash
        if own_hash:
            why = f"{SUPPRESSES[event.kind]}: {reason}" if reason else SUPPRESSES[event.kind]
            suppress(connection, own_hash, why, now, PROVIDER)

    def _person(self, connection: Connection, event: MailEvent) -> str | None:
        """Whom an event concerns, locked before anything else is: by the address, else by the delivery."""
        found = None
        if event.address:
            own_hash = self._ids.address_hash(event.address)
            query = select(subscribers.c.subscriber_id).where(subscribers.c.address_hash == own_hash)
            found = connection.execute(query).scalar_one_or_none()
        if found is None and event.delivery_id:
            query = select(deliveries.c.subscriber_id).where(deliveries.c.delivery_id == event.delivery_id)
            found = connection.execute(query).scalar_one_or_none()
        return found if found is not None and hold_person(connection, found) is not None else None

    def _unsubscribe(self, connection: Connection, own_id: str, event: MailEvent, now: datetime) -> None:
        """Unless they have said since then that they want mails: events come late, and in any order."""
        person = hold_person(connection, own_id)
        if person is None or person.status == "unsubscribed" or _came_back_since(connection, own_id, event.at):
            return
        stop(connection, own_id, "unsubscribed", now)
        consents.keep(connection, own_id, Consent("withdrawn", event.at, "provider", ""))

    def _subscribe_again(self, connection: Connection, own_id: str, event: MailEvent, now: datetime) -> None:
        """Only what the provider's own list took away does it give back."""
        person, ledger = hold_person(connection, own_id), consents.consents_of(connection, own_id)
        last = ledger[-1] if ledger else None
        if person is None or last is None or (last.kind, last.origin) != ("withdrawn", "provider"):
            return
        if person.status == "unsubscribed" and event.at > last.at:
            go_on(connection, own_id, person.time_zone, now)
            consents.keep(connection, own_id, Consent("given", event.at, "provider", ""))


def _came_back_since(connection: Connection, own_id: str, at: datetime) -> bool:
    """By themselves, here or at the provider; that an operator took them in says nothing of what they want."""
    own = (mail_events.c.subscriber_id == own_id) & (mail_events.c.kind == "resubscribed") & (mail_events.c.at > at)
    if connection.execute(select(mail_events.c.event_id).where(own).limit(1)).first() is not None:
        return True
    ledger = consents.consents_of(connection, own_id)
    return any(one.kind == "given" and one.origin != "operator" and one.at > at for one in ledger)


class SendingBrake:
    """Looks once a minute, and stops the sending where it must; a person has it go on again."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._pauses = SqlPauses(engine)
        self._looked_at: datetime | None = None

    def check(self, now: datetime) -> str | None:
        """Why it stopped the sending just now. Raises UnavailableError."""
        if self._looked_at is not None and timedelta(0) <= now - self._looked_at < _CHECKED_EVERY:
            return None
        self._looked_at = now
        return self.check_now(now)

    def check_now(self, now: datetime) -> str | None:
        """The same without waiting for the minute."""
        if self._pauses.read().sending:
            return None
        since = max(self._pauses.sending_resumed_at() or now - _LOOKED_BACK, now - _LOOKED_BACK)
        with reading(self._engine) as connection:
            why = why_to_stop(_tally(connection, since))
        if why is not None:
            self._pauses.stop_sending(why, now)
        return why


def _tally(connection: Connection, since: datetime) -> Tally:
    """What was due since then; the mails are only looked through where enough went wrong with them."""
    complaints = set(connection.execute(_events("spam", since)).scalars())
    bounces = set(connection.execute(_events("bounced", since)).scalars())
    refused = select(deliveries.c.delivery_id).where(
        deliveries.c.state == "failed", deliveries.c.due_at >= since, deliveries.c.fault == "mailbox"
    )
    bounces |= set(connection.execute(refused).scalars())
    if len(complaints) < LEAST_COMPLAINTS and len(bounces) < LEAST_BOUNCES:
        return Tally(0, 0, 0)
    newest = connection.execute(_newest(since)).scalars().all()
    recent = set(newest[:ACCEPTED_FOR_BOUNCES])
    return Tally(len(newest), len(complaints & set(newest)), len(bounces & recent))


def _events(kind: str, since: datetime) -> Select[tuple[str]]:
    return select(mail_events.c.delivery_id).where(mail_events.c.kind == kind, mail_events.c.at >= since)


def _newest(since: datetime) -> Select[tuple[str]]:
    """The mails last handed over, the newest first, by the index of states and due times."""
    columns = (deliveries.c.delivery_id, deliveries.c.due_at)
    refused = select(*columns).where(deliveries.c.state == "failed", deliveries.c.fault == "mailbox")
    each = [select(*columns).where(deliveries.c.state == state) for state in _OUT] + [refused]
    some = [
        query.where(deliveries.c.due_at >= since)
        .order_by(deliveries.c.due_at.desc())
        .limit(ACCEPTED_FOR_COMPLAINTS)
        .subquery()
        for query in each
    ]
    every = union_all(*(select(one.c.delivery_id, one.c.due_at) for one in some)).subquery()
    in_order = select(every.c.delivery_id).order_by(every.c.due_at.desc(), every.c.delivery_id)
    return in_order.limit(ACCEPTED_FOR_COMPLAINTS)
