"""Events of the mail provider: each taken once, with all that follows from it in one transaction."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import Connection, Engine, Select, bindparam, literal, select, union_all

from schemas.sql.doors import letters
from schemas.sql.tables import deliveries, digests, mail_events, subscribers
from services.notifier.adapters.sql.digests.delivery_steps import settle
from services.notifier.adapters.sql.people import consents
from services.notifier.adapters.sql.people.standing import go_on, soft_bounces_of, stop
from services.notifier.adapters.sql.people.suppressions import PROVIDER, suppress, suppression_of
from services.notifier.adapters.sql.rows import chunks, hold_person, unpack_email
from services.notifier.domain.consent import Consent
from services.notifier.domain.ids import Ids
from services.notifier.domain.mail_events import (
    ACCEPTED_FOR_BOUNCES,
    ACCEPTED_FOR_COMPLAINTS,
    OUTCOMES,
    SUPPRESSES,
    TO_STRANGERS,
    MailEvent,
    Tally,
    why_to_give_up,
    why_to_stop,
)
from services.runtime.figures.hours import (
    MAIL_EVENTS,
    MAIL_EVENTS_REFUSED,
    MINUTE,
    add_hours,
    add_to_hours,
    by_minute,
    counted_at,
    minute_of,
    read_counts,
)
from services.runtime.pauses import SqlPauses
from services.runtime.privacy.redaction import without_people
from services.runtime.sql.store import reading, retried, upsert, writing

_AT_ONCE = 200
"""Events a transaction: what a crash undoes comes again."""
_STANDING = ("unsubscribed", "resubscribed")
"""Kinds that say whether somebody wants mails."""
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

    def note_refused(self, now: datetime) -> None:
        """Remember that events came which are signed by somebody else; once a minute, since anybody can send some."""
        with reading(self._engine) as connection:
            known = read_counts(connection, minute_of(now), (by_minute(MAIL_EVENTS_REFUSED),), MINUTE)
        if not known:
            add_hours(self._engine, dict.fromkeys(counted_at(now, MAIL_EVENTS_REFUSED, ""), 1))

    def take(self, events: Sequence[MailEvent], now: datetime) -> TakenEvents:
        """Take events in any order, each once; where it fails midway, the same request may come again."""
        taken = aside = 0
        # What concerns one person together, in the order in which it happened.
        ordered = sorted(events, key=lambda event: (event.address, event.delivery_id, event.at, event.event_id))
        for some in chunks(ordered, _AT_ONCE):
            new = self._take(some, now)
            taken += len(new)
            aside += sum(event.kind == "unknown" for event in new)
        return TakenEvents(taken, len(events) - taken, aside)

    @retried
    def _take(self, events: Sequence[MailEvent], now: datetime) -> list[MailEvent]:
        """Those that are new."""
        with writing(self._engine) as connection:
            people = self._people(connection, events)
            taken: list[MailEvent] = []
            # Together, but for what is judged by what came before it.
            new = self._keep(connection, [event for event in events if event.kind not in _STANDING], people, now)
            distinct = _each_once(events)
            settled = [
                event for event in distinct if event.event_id in new and event.kind in OUTCOMES and event.delivery_id
            ]
            settle(connection, [(e.delivery_id, OUTCOMES[e.kind], without_people(e.reason)) for e in settled], now)
            for event in distinct:
                if event.event_id in new or (event.kind in _STANDING and self._keep(connection, [event], people, now)):
                    self._act(connection, event, people.get(event.event_id), now)
                    taken.append(event)
            kinds = Counter(event.kind for event in taken)
            counts = {at: number for kind, number in kinds.items() for at in counted_at(now, MAIL_EVENTS, kind)}
            add_to_hours(connection, counts)
            return taken

    def _keep(
        self, connection: Connection, events: Sequence[MailEvent], people: Mapping[str, str], now: datetime
    ) -> set[str]:
        """The ids of those that were not known."""
        if not events:
            return set()
        rows = [self._row(event, people.get(event.event_id), now) for event in events]
        kept = upsert(connection, mail_events).values(rows).on_conflict_do_nothing()
        # What it gives back, and not its row count, which PostgreSQL's driver does not tell of an INSERT.
        return set(connection.execute(kept.returning(mail_events.c.event_id)).scalars())

    @staticmethod
    def _row(event: MailEvent, own_id: str | None, now: datetime) -> dict[str, Any]:
        row = {"event_id": event.event_id, "kind": event.kind, "at": event.at, "delivery_id": event.delivery_id}
        return row | {"subscriber_id": own_id, "reason": without_people(event.reason), "taken_at": now}

    def _act(self, connection: Connection, event: MailEvent, own_id: str | None, now: datetime) -> None:
        reason = without_people(event.reason)
        if event.kind in SUPPRESSES:
            self._suppress(connection, event, own_id, reason, now)
        if event.kind == "soft_bounced" and own_id is not None:
            self._give_up(connection, own_id, reason, now)
        if own_id is not None and event.kind == "unsubscribed":
            self._unsubscribe(connection, own_id, event, now)
        if own_id is not None and event.kind == "resubscribed":
            self._subscribe_again(connection, own_id, event, now)

    def _suppress(
        self, connection: Connection, event: MailEvent, own_id: str | None, reason: str, now: datetime
    ) -> None:
        """The address that it names, else the one that the mail went to."""
        address = event.address or _mailed(connection, event.delivery_id)
        own_hash = self._ids.address_hash(address) if address else _posted(connection, event.delivery_id)
        if not own_hash and own_id is not None:
            person = hold_person(connection, own_id)
            own_hash = person and person.address_hash
        if own_hash:
            why = f"{SUPPRESSES[event.kind]}: {reason}" if reason else SUPPRESSES[event.kind]
            suppress(connection, own_hash, why, now, PROVIDER)

    def _give_up(self, connection: Connection, own_id: str, reason: str, now: datetime) -> None:
        """Mail an address no more from which mails came back for long; from anew where a person lifted that."""
        person = hold_person(connection, own_id)
        if person is None:
            return
        kept = suppression_of(connection, person.address_hash)
        why = why_to_give_up(soft_bounces_of(connection, own_id, kept.lifted_at if kept else None))
        if why is not None:
            suppress(connection, person.address_hash, f"{why}: {reason}" if reason else why, now, PROVIDER)

    def _people(self, connection: Connection, events: Sequence[MailEvent]) -> dict[str, str]:
        """Whom each event concerns, by its id: by the address, else by the delivery.

        All are locked before anything else is, in the order of their ids: two requests never wait for each other.
        """
        hashes = {event.address: self._ids.address_hash(event.address) for event in events if event.address}
        query = select(subscribers.c.address_hash, subscribers.c.subscriber_id)
        found = connection.execute(query.where(subscribers.c.address_hash.in_(set(hashes.values()))))
        by_hash = {row.address_hash: row.subscriber_id for row in found}
        by_address = {address: by_hash.get(own_hash) for address, own_hash in hashes.items()}
        others = {event.delivery_id for event in events if by_address.get(event.address) is None}
        of_delivery = select(deliveries.c.delivery_id, deliveries.c.subscriber_id)
        # What a former address was told says nothing of them.
        theirs = deliveries.c.delivery_id.in_(others) & deliveries.c.address_hash.is_(None)
        found = connection.execute(of_delivery.where(theirs))
        by_delivery = {row.delivery_id: row.subscriber_id for row in found}
        own_ids = {
            event.event_id: by_address.get(event.address) or by_delivery.get(event.delivery_id) for event in events
        }
        people = select(subscribers.c.subscriber_id).where(
            subscribers.c.subscriber_id.in_(set(own_ids.values()) - {None})
        )
        locked = people.order_by(subscribers.c.subscriber_id).with_for_update(key_share=True)
        there = set(connection.execute(locked).scalars())
        return {event_id: own_id for event_id, own_id in own_ids.items() if own_id is not None and own_id in there}

    def _unsubscribe(self, connection: Connection, own_id: str, event: MailEvent, now: datetime) -> None:
        """Unless they have said since then that they want mails: events come late, and in any order."""
        person = hold_person(connection, own_id)
        if person is None or person.status == "unsubscribed" or _came_back_since(connection, own_id, event.at, now):
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


def _mailed(connection: Connection, delivery_id: str) -> str:
    """Where a mail went, which is not where they are mailed now if they moved since; empty where it is kept no more."""
    mail = select(digests.c.body).join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
    body = connection.execute(mail.where(deliveries.c.delivery_id == delivery_id)).scalar_one_or_none()
    return unpack_email(body).to_address if body else ""


def _posted(connection: Connection, letter_id: str) -> str | None:
    """The hash of where a letter went; None for what is none, or went out longer than a day ago."""
    own = select(letters.c.to_hash).where(letters.c.letter_id == letter_id)
    return connection.execute(own).scalar_one_or_none()


def _each_once(events: Sequence[MailEvent]) -> list[MailEvent]:
    """An event may stand twice in one request."""
    return list({event.event_id: event for event in reversed(events)}.values())[::-1]


def _came_back_since(connection: Connection, own_id: str, at: datetime, now: datetime) -> bool:
    """By themselves, here or at the provider; that an operator took them in says nothing of what they want.

    Of what a clock dated in the future that is set back by now nobody knows whether it was later: they have left.
    """
    own = (mail_events.c.subscriber_id == own_id) & (mail_events.c.kind == "resubscribed") & (mail_events.c.at > at)
    if connection.execute(select(mail_events.c.event_id).where(own).limit(1)).first() is not None:
        return True
    ledger = consents.consents_of(connection, own_id)
    return any(
        consent.kind == "given" and consent.origin != "operator" and at < consent.at <= now for consent in ledger
    )


class SendingBrake:
    """Looks once a minute, and stops the sending where it must; a person has it go on again.

    Where it must only for letters to addresses that nobody has confirmed, these stop alone: who fills in forms with
    addresses of others must not stop the digests of all.
    """

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
        pauses = self._pauses.read()
        if pauses.sending:
            return None
        asked_for, whole = self.tallies(now)
        why = why_to_stop(asked_for)
        if why is not None:
            self._pauses.stop_sending(why, now)
        elif not pauses.confirmations_stopped_because:
            why = why_to_stop(whole)
            if why is not None:
                self._pauses.stop_confirmations(why, now)
        return why

    def tallies(self, now: datetime) -> tuple[Tally, Tally]:
        """What it goes by: of the mails to addresses that are confirmed, and of all, since a person last looked."""
        since = now - _LOOKED_BACK
        with reading(self._engine) as connection:
            news = max(self._pauses.sending_resumed_at() or since, since)
            return _tallies(connection, since, news)


def _tallies(connection: Connection, since: datetime, news: datetime) -> tuple[Tally, Tally]:
    """Of the mails since then to addresses that are confirmed, and of all: what was heard of them from `news` on.

    What a person has seen counts no more.
    """
    rows = connection.execute(_newest(), {"since": since}).all()
    if not rows:
        return Tally(0, 0, 0), Tally(0, 0, 0)
    # Nothing is heard of a mail before it is due: this bounds what is read of a table that may be long.
    heard = mail_events.c.taken_at >= max(news, min(row.due_at for row in rows))
    events = select(mail_events.c.kind, mail_events.c.delivery_id).where(heard)
    ids: dict[str, set[str]] = {"spam": set(), "bounced": set()}
    for row in connection.execute(events.where(mail_events.c.kind.in_(ids))):
        ids[row.kind].add(row.delivery_id)
    refused = select(deliveries.c.delivery_id).where(
        deliveries.c.state == "failed", deliveries.c.due_at >= since, deliveries.c.fault == "mailbox"
    )
    ids["bounced"] |= set(connection.execute(refused.where(deliveries.c.changed_at >= news)).scalars())
    ids["bounced"] |= {row.delivery_id for row in rows if row.refused and row.due_at >= news}

    def tally(mails: Sequence[str]) -> Tally:
        recent = set(mails[:ACCEPTED_FOR_BOUNCES])
        return Tally(len(mails), len(ids["spam"].intersection(mails)), len(ids["bounced"] & recent))

    return tally([row.delivery_id for row in rows if not row.to_stranger]), tally([row.delivery_id for row in rows])


@cache
def _newest() -> Select[Any]:
    """The mails last handed over `since` then, the newest first, by the index of states and due times; letters too.

    `refused`: a letter that was, at once.
    """
    since = bindparam("since", type_=deliveries.c.due_at.type)
    no = literal(False)
    columns = (deliveries.c.delivery_id, deliveries.c.due_at, no.label("to_stranger"), no.label("refused"))
    refused = select(*columns).where(deliveries.c.state == "failed", deliveries.c.fault == "mailbox")
    queries = [select(*columns).where(deliveries.c.state == state) for state in _OUT] + [refused]
    due = [query.where(deliveries.c.due_at >= since).order_by(deliveries.c.due_at.desc()) for query in queries]
    no_mailbox = (letters.c.state == "failed") & (letters.c.fault == "mailbox")
    posted = select(letters.c.letter_id.label("delivery_id"), letters.c.at.label("due_at"))
    posted = posted.add_columns(letters.c.kind.in_(TO_STRANGERS).label("to_stranger"), no_mailbox.label("refused"))
    posted = posted.where((letters.c.state == "accepted") | no_mailbox, letters.c.at >= since)
    parts = [query.limit(ACCEPTED_FOR_COMPLAINTS).subquery() for query in (*due, posted.order_by(letters.c.at.desc()))]
    every = union_all(*(select(part) for part in parts)).subquery()
    in_order = select(every).order_by(every.c.due_at.desc(), every.c.delivery_id)
    return in_order.limit(ACCEPTED_FOR_COMPLAINTS)
