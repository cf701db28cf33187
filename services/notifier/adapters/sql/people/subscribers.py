"""Subscribers: the one place where people are known, and from which they can vanish."""

import itertools
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, delete, insert, select, update
from sqlalchemy.exc import IntegrityError

from schemas.sql.doors import api_tokens, new_addresses, sessions, sign_in_links, sign_ups
from schemas.sql.tables import saved_searches, subscribers
from services.notifier.adapters.sql.digests.delivery_steps import open_notice
from services.notifier.adapters.sql.people import consents
from services.notifier.adapters.sql.people.kept_data import addresses_of, data_of, erase_within, keep_address, with_id
from services.notifier.adapters.sql.people.recipients import profile_in, recipients_of, said_columns
from services.notifier.adapters.sql.people.searches import rescheduled, searches_of
from services.notifier.adapters.sql.people.standing import go_on, readdress, stop
from services.notifier.adapters.sql.people.suppressions import keep_former
from services.notifier.adapters.sql.rows import hold_person
from services.notifier.domain.consent import Consent, last_pause, require_asked_for
from services.notifier.domain.ids import Ids
from services.notifier.domain.model import Recipient
from services.notifier.domain.people import Profile, Status, Subscriber
from services.notifier.ports import Email
from services.runtime.errors import ChangedError, UsageError
from services.runtime.figures.hours import MAIL_EVENTS, add_to_hours, counted_at
from services.runtime.sql.store import bytewise, reading, retried, scrub, writing
from services.runtime.sql.suppressed import is_suppressed


class SqlSubscribers:
    """The people, by id. Profiles are checked already, see `services.notifier.domain.people`."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    @retried
    def add(
        self, profile: Profile, now: datetime, consent: Consent, subscriber_id: str = "", status: Status = "active"
    ) -> Subscriber:
        """Take someone in. Raises UsageError where the address is known already.

        `consent`: theirs, or what an operator declares of it. `status`: active, or unconfirmed.
        """
        try:
            with writing(self._engine) as connection:
                own_id = subscriber_id or self._free_id(connection, profile.address, now)
                values = {"subscriber_id": own_id, "status": status, "created_at": now, "changed_at": now}
                connection.execute(insert(subscribers).values(values | self._columns(profile)))
                consents.keep(connection, own_id, consent)
                keep_former(connection, self._ids, profile.address)
                return _require(connection, own_id)
        except IntegrityError:
            raise UsageError(f"{profile.address} is subscribed already.") from None

    @retried
    def change(
        self,
        subscriber_id: str,
        profile: Profile,
        now: datetime,
        moved: Consent | None = None,
        known: Profile | None = None,
    ) -> Subscriber:
        """Replace someone's facts. Raises UsageError; ChangedError where they are not those that are `known`.

        In another time zone their searches are due by its clock; what waits to be sent goes to another address.
        `moved`: what an operator declares of another mailbox, without which nobody is given one.
        """
        try:
            with writing(self._engine) as connection:
                subscriber = _locked(connection, subscriber_id)
                if known is not None and subscriber.profile != known:
                    raise ChangedError("their facts were changed meanwhile")
                before = subscriber.profile.address
                if moved is None and self._ids.address_hash(profile.address) != self._ids.address_hash(before):
                    raise UsageError("another address must be confirmed there, or declared by an operator")
                _set(connection, subscriber_id, self._columns(profile) | {"changed_at": now})
                if profile.address != before:
                    spelt = Consent("moved", now, "operator", "")
                    self._moved(connection, subscriber, profile.address, moved or spelt)
                if profile.time_zone != subscriber.profile.time_zone:
                    for search in searches_of(connection, subscriber_id):
                        values = rescheduled(connection, search, profile.time_zone, now)
                        own = saved_searches.c.search_id == search.search_id
                        connection.execute(update(saved_searches).where(own).values(values))
                return _require(connection, subscriber_id)
        except IntegrityError:
            raise UsageError(f"{profile.address} is subscribed already.") from None

    @retried
    def move(self, subscriber_id: str, address: str, moved: Consent, notice: Email | None = None) -> Subscriber:
        """Mail somebody at another address, which they have confirmed. Said again it changes nothing.

        `notice`: what the old one is told, if anything, also of the paused and unsubscribed, unless it is suppressed.

        What led to them by the old one is over: links that sign in, browsers, programs, links that change searches in
        mails that went there. Raises UsageError where they are gone, or somebody else is subscribed with it by now.
        """
        try:
            with writing(self._engine) as connection:
                subscriber = _locked(connection, subscriber_id)
                if address != subscriber.profile.address:
                    columns = self._columns(replace(subscriber.profile, address=address))
                    _set(connection, subscriber_id, columns | {"changed_at": moved.at, "seen_at": moved.at})
                    self._moved(connection, subscriber, address, moved)
                    old = self._ids.address_hash(subscriber.profile.address)
                    if notice is not None:
                        open_notice(connection, subscriber_id, "old_address", notice, moved.at, old)
                return _require(connection, subscriber_id)
        except IntegrityError:
            raise UsageError(f"{address} is subscribed already.") from None

    @retried
    def pause(self, subscriber_id: str, paused: Consent, until: datetime | None = None) -> Subscriber:
        """Send this person nothing until they go on; what waits is cancelled. Said again it changes nothing.

        `until`: when they go on by themself; said again it may be another time, or none, as an operator says.

        They themselves may pause who unsubscribed, and are served at no moment between; an operator may not, as that
        would undo it. Raises UsageError; of who has not confirmed too, whom it would have agree to more than they said.
        """
        with writing(self._engine) as connection:
            subscriber = _locked(connection, subscriber_id)
            if subscriber.status == "unconfirmed" or paused.origin == "operator":
                _require_subscribed(subscriber)
            if subscriber.status != "paused":
                stop(connection, subscriber_id, "paused", paused.at, until)
                consents.keep(connection, subscriber_id, paused)
                return _require(connection, subscriber_id)
            last = last_pause(consents.consents_of(connection, subscriber_id))
            # Whoever paused them before: from now on it is their own wish.
            theirs = paused.origin == "page" and last is not None and last.origin != "page"
            if theirs or until != subscriber.paused_until:
                # With a day they will be back: nobody is asked meanwhile whether they want mails.
                asked = {"asked_at": None} if until else {}
                _set(connection, subscriber_id, {"paused_until": until, "changed_at": paused.at} | asked)
                consents.keep(connection, subscriber_id, paused)
            return _require(connection, subscriber_id)

    @retried
    def resume(self, subscriber_id: str, resumed: Consent) -> Subscriber:
        """Serve this person again, looking back seven days at most. Said again it changes nothing.

        Raises UsageError; of who unsubscribed or has not confirmed too. Raises FieldError where an operator would undo
        a wish of theirs and does not declare that they asked for it.
        """
        with writing(self._engine) as connection:
            subscriber = _locked(connection, subscriber_id)
            _require_subscribed(subscriber)
            if not subscriber.is_served(resumed.at):
                require_asked_for(resumed, consents.consents_of(connection, subscriber_id))
                go_on(connection, subscriber_id, subscriber.profile.time_zone, resumed.at)
                if resumed.given_at is not None:
                    # To ask for it is a sign of life, else they are asked at once whether they still want it.
                    seen_at = max(resumed.given_at, subscriber.seen_at or resumed.given_at)
                    _set(connection, subscriber_id, {"seen_at": seen_at})
                consents.keep(connection, subscriber_id, resumed)
            return _require(connection, subscriber_id)

    @retried
    def unsubscribe(self, subscriber_id: str, withdrawn: Consent) -> Subscriber:
        """Send this person nothing more; what waits is cancelled. Said again it changes nothing. Raises UsageError."""
        with writing(self._engine) as connection:
            subscriber = _locked(connection, subscriber_id)
            if subscriber.status != "unsubscribed":
                stop(connection, subscriber_id, "unsubscribed", withdrawn.at)
                consents.keep(connection, subscriber_id, withdrawn)
                if withdrawn.origin != "operator":
                    left = counted_at(withdrawn.at, MAIL_EVENTS, "unsubscribed")
                    add_to_hours(connection, dict.fromkeys(left, 1))
            return _require(connection, subscriber_id)

    @retried
    def subscribe_again(self, subscriber_id: str, given: Consent) -> Subscriber:
        """Serve this person who says that they want it, whatever they were. Said again it changes nothing.

        Raises UsageError.
        """
        with writing(self._engine) as connection:
            subscriber = _locked(connection, subscriber_id)
            served = subscriber.is_served(given.at)
            if not served:
                go_on(connection, subscriber_id, subscriber.profile.time_zone, given.at)
            if not served or subscriber.asked_at is not None:
                _set(connection, subscriber_id, {"seen_at": given.at, "asked_at": None})
                consents.keep(connection, subscriber_id, given)
            return _require(connection, subscriber_id)

    @retried
    def seen(self, subscriber_id: str, now: datetime) -> None:
        """They gave a sign of life: nothing more is asked of them, unless they have yet to confirm."""
        own = subscribers.c.subscriber_id == subscriber_id
        with writing(self._engine) as connection:
            connection.execute(update(subscribers).where(own).values(seen_at=now))
            answered = update(subscribers).where(own, subscribers.c.status != "unconfirmed")
            connection.execute(answered.values(asked_at=None))

    @retried
    def declare(self, subscriber_id: str, declared: Consent) -> None:
        """Keep an operator's word that somebody agreed; it makes nobody active. Raises UsageError."""
        with writing(self._engine) as connection:
            _locked(connection, subscriber_id)
            consents.keep(connection, subscriber_id, declared)

    @retried
    def say_why(self, subscriber_id: str, why: str) -> None:
        """Keep with the last withdrawal why they left. Raises UsageError."""
        with writing(self._engine) as connection:
            _locked(connection, subscriber_id)
            consents.say_why(connection, subscriber_id, why)

    def consents(self, subscriber_id: str) -> list[Consent]:
        """Each change of their consent, the oldest first."""
        with reading(self._engine) as connection:
            return consents.consents_of(connection, subscriber_id)

    def find(self, id_or_address: str) -> Subscriber:
        """Raises UsageError where there is no such person."""
        found = self.with_id(id_or_address) or self.with_address(id_or_address)
        if found is None:
            raise UsageError(f"Nobody is subscribed with the id or address {id_or_address}.")
        return found

    def recipient(self, subscriber_id: str) -> Recipient:
        """Someone as curation takes them. Raises UsageError where there is no such person."""
        with reading(self._engine) as connection:
            found = recipients_of(connection, [subscriber_id])
        if subscriber_id not in found:
            raise UsageError(f"Nobody is subscribed as {subscriber_id}.")
        return found[subscriber_id]

    def with_id(self, subscriber_id: str) -> Subscriber | None:
        """Whoever has this id; None where nobody has."""
        with reading(self._engine) as connection:
            return _first(connection, subscribers.c.subscriber_id == subscriber_id)

    def with_address(self, address: str) -> Subscriber | None:
        """Whoever has this mailbox; None where nobody has."""
        with reading(self._engine) as connection:
            return _first(connection, subscribers.c.address_hash == self._ids.address_hash(address))

    def all(self) -> list[Subscriber]:
        """Everybody, by address."""
        with reading(self._engine) as connection:
            in_order = select(subscribers).order_by(bytewise(connection, subscribers.c.address))
            rows = connection.execute(in_order).all()
        return [subscriber_in(row) for row in rows]

    def suppressed(self) -> frozenset[str]:
        """The ids of those to whose address no mail goes."""
        query = select(subscribers.c.subscriber_id).where(is_suppressed(subscribers.c.address_hash))
        with reading(self._engine) as connection:
            return frozenset(connection.execute(query).scalars())

    def export(self, subscriber_id: str) -> dict[str, Any]:
        """All that is held about a person, ready for JSON. Raises UsageError."""
        with reading(self._engine) as connection:
            _require(connection, subscriber_id)
            return data_of(connection, self._ids, subscriber_id)

    def addresses(self, subscriber_id: str) -> frozenset[str]:
        """The hashes of all addresses that somebody has, had or asked for, but for those that others have by now."""
        with reading(self._engine) as connection:
            return addresses_of(connection, subscriber_id)

    @retried
    def erase(self, subscriber_id: str, now: datetime) -> frozenset[str]:
        """Delete every row of a person, unreadably; a suppression stays, as a hash, and their id.

        Gives what `addresses` did. Raises UsageError.
        """
        with writing(self._engine) as connection:
            subscriber = _locked(connection, subscriber_id)
            hashes = addresses_of(connection, subscriber_id)
            erase_within(connection, self._ids, subscriber, now)
        scrub(self._engine)
        return hashes

    def _free_id(self, connection: Connection, address: str, now: datetime) -> str:
        """By address and time; counted on where somebody has it whose address was taken for this one."""
        ids = (self._ids.subscriber_id(address, now, again) for again in itertools.count())
        return next(subscriber_id for subscriber_id in ids if not connection.execute(with_id(subscriber_id)).first())

    def _moved(self, connection: Connection, before: Subscriber, address: str, moved: Consent) -> None:
        """What follows from another address, within a transaction that has locked its person and set it."""
        own_id = before.subscriber_id
        keep_address(connection, own_id, self._ids.address_hash(before.profile.address))
        keep_former(connection, self._ids, address)
        readdress(connection, own_id, address, moved.at)
        for table in (sign_in_links, sessions, new_addresses, api_tokens):
            connection.execute(delete(table).where(table.c.subscriber_id == own_id))
        connection.execute(delete(sign_ups).where(sign_ups.c.address_hash == self._ids.address_hash(address)))
        _set(connection, own_id, {"address_since": moved.at})
        consents.keep(connection, own_id, moved)

    def _columns(self, profile: Profile) -> dict[str, str | int | None]:
        return {
            "address": profile.address,
            "address_hash": self._ids.address_hash(profile.address),
            "name": profile.name,
            "time_zone": profile.time_zone,
            "currency": profile.currency,
            "locale": profile.locale,
            **said_columns(profile),
        }


def _require_subscribed(subscriber: Subscriber) -> None:
    if subscriber.status == "unconfirmed":
        raise UsageError("they have not confirmed yet that they want mails; nothing else is sent to them until they do")
    if subscriber.status == "unsubscribed":
        raise UsageError("they unsubscribed; only they themselves can subscribe again, by a link in any of their mails")


def _locked(connection: Connection, subscriber_id: str) -> Subscriber:
    row = hold_person(connection, subscriber_id)
    if row is None:
        raise UsageError(f"There is no subscriber {subscriber_id}.")
    return subscriber_in(row)


def _require(connection: Connection, subscriber_id: str) -> Subscriber:
    found = _first(connection, subscribers.c.subscriber_id == subscriber_id)
    if found is None:
        raise UsageError(f"There is no subscriber {subscriber_id}.")
    return found


def _first(connection: Connection, condition: ColumnElement[bool]) -> Subscriber | None:
    row = connection.execute(select(subscribers).where(condition)).one_or_none()
    return subscriber_in(row) if row is not None else None


def subscriber_in(row: Row[Any]) -> Subscriber:
    """Somebody by their row."""
    times = row.created_at, row.seen_at, row.asked_at, row.address_since, row.paused_until
    return Subscriber(row.subscriber_id, profile_in(row), row.status, *times)


def _set(connection: Connection, subscriber_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(subscribers).where(subscribers.c.subscriber_id == subscriber_id).values(values))
