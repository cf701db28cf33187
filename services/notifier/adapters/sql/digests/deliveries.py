"""Deliveries: every step is a transition of `services.notifier.domain.delivery`, committed under the row's lock."""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, bindparam, case, func, select, type_coerce, update

from schemas.sql.tables import deliveries, digests, subscribers
from services.notifier.adapters.sql.digests.delivery_steps import (
    FREE,
    SOUND,
    begun_of,
    claimed_of,
    first_waiting,
    hold_reader,
    movable,
    move,
    move_all,
    settle,
    why_unwanted,
)
from services.notifier.adapters.sql.digests.waiting import put_back
from services.notifier.adapters.sql.people.suppressions import MAIL_SERVER, NO_MAILBOX, suppress
from services.notifier.adapters.sql.rows import IN_CHUNK, chunks, hold_person, unpack_email
from services.notifier.domain.delivery import (
    CANCELLABLE,
    ENDS_UNSENT,
    EVENTS,
    TRANSITIONS,
    UNSENT,
    Event,
    Fault,
    Outcome,
)
from services.notifier.ports import ClaimedDelivery, Receipt, UnknownDelivery
from services.runtime.pauses import sending_paused
from services.runtime.sql.day_limit import DayLimit
from services.runtime.sql.ran_ahead import AHEAD
from services.runtime.sql.store import Value, bytewise, reading, retried, writing

_DID_NOT_GO: frozenset[Event] = frozenset({"defer", "withhold"})
"""Answers after which a mail has no place among those of its day."""
_TOO_LATE = "it waited for too long to be of use"


def _ended(now: Value[datetime], ahead: Value[datetime]) -> ColumnElement[bool]:
    """Leases that ran out, or that a clock which ran ahead gave: they end later than `ahead`."""
    return (deliveries.c.lease <= now) | (deliveries.c.lease > ahead)


def _stale(too_old: Value[datetime]) -> ColumnElement[bool]:
    return (deliveries.c.state == "pending") & (deliveries.c.due_at < too_old)


# Each tick asks these, mostly for nothing: to build a statement takes longer than to ask it.
_LEFT = (
    select(deliveries.c.delivery_id)
    .where(_ended(bindparam("now"), bindparam("ahead")) | _stale(bindparam("too_old")))
    .limit(1)
)


class SqlDeliveries:
    """The states of deliveries, see `services.notifier.domain.delivery`.

    An answer counts only for the attempt that it belongs to.
    """

    def __init__(self, engine: Engine, day: DayLimit | None = None) -> None:
        """`day`: how many may begin in a day; without it any number."""
        self._engine = engine
        self._day = day or DayLimit()

    @retried
    def claim(self, worker: str, mailer: str, now: datetime, lease: timedelta, most: int) -> list[ClaimedDelivery]:
        """Take up to `most` pending deliveries, the oldest due first; none while sending is paused or the day is full.

        Raises UnavailableError.
        """
        with reading(self._engine) as connection:
            room = self._day.room(connection, now)
            most = most if room is None else min(room, most)
            if not most or sending_paused(connection) or not first_waiting(connection, now, 1):
                return []
        with writing(self._engine) as connection:
            taken = first_waiting(connection, now, most, locked=True)
            values: dict[str, Any] = {"state": TRANSITIONS["pending", "claim"], "worker": worker, "mailer": mailer}
            values |= {"lease": now + lease, "changed_at": now, "attempts": deliveries.c.attempts + 1}
            for some in chunks(taken):
                connection.execute(update(deliveries).where(deliveries.c.delivery_id.in_(some)).values(values))
            return claimed_of(connection, taken)

    def begin(
        self,
        claimed: Sequence[ClaimedDelivery],
        now: datetime,
        lease: timedelta,
        start: Callable[[ClaimedDelivery], None] = lambda begun: None,
    ) -> list[ClaimedDelivery]:
        """Commit of some that their requests are about to be made, and that the day has as many mails more.

        The others must not be: suppressed, erased, taken over, the day full. `start` is given each that is begun before
        anything else is done, which may wait or fail. Raises UnavailableError.
        """
        begun, unwanted, beyond = self._begin(claimed, now, lease)
        for delivery in begun:
            start(delivery)
        for delivery in unwanted:
            self._cancel(delivery, now)
        for delivery in beyond:
            self.put_back(delivery, now)
        return begun

    def room(self, now: datetime) -> int | None:
        """How many digests may be made for today, those that wait for their mail left out; None: any number.

        Raises UnavailableError.
        """
        with reading(self._engine) as connection:
            room = self._day.room(connection, now)
            if room is None:
                return None
            waiting = select(func.count()).where(deliveries.c.state.in_(CANCELLABLE))
            return max(room - int(connection.execute(waiting).scalar_one()), 0)

    @retried
    def _begin(
        self, claimed: Sequence[ClaimedDelivery], now: datetime, lease: timedelta
    ) -> tuple[list[ClaimedDelivery], list[ClaimedDelivery], list[ClaimedDelivery]]:
        """Those that are begun, those that nobody wants any more, and those that the day has no place for."""
        with writing(self._engine) as connection:
            if sending_paused(connection):
                for delivery in claimed:
                    move(connection, delivery.delivery_id, delivery.attempt, "release", now, **FREE)
                return [], [], []
            why = why_unwanted(connection, [delivery.delivery_id for delivery in claimed], now)
            wanted = [delivery for delivery in claimed if delivery.delivery_id not in why]
            free = movable(connection, ((delivery.delivery_id, delivery.attempt) for delivery in wanted), "send")
            ours = [delivery for delivery in wanted if delivery.delivery_id in free]
            begun = list(takewhile(lambda _: self._day.take(connection, now), ours))
            for some in chunks(delivery.delivery_id for delivery in begun):
                values = {"state": TRANSITIONS["claimed", "send"], "changed_at": now, "lease": now + lease}
                connection.execute(update(deliveries).where(deliveries.c.delivery_id.in_(some)).values(values))
            return begun, [delivery for delivery in claimed if delivery.delivery_id in why], ours[len(begun) :]

    @retried
    def _cancel(self, claimed: ClaimedDelivery, now: datetime) -> None:
        """Of a delivery that nobody wanted a moment ago: cancelled, or given back where somebody does again."""
        key = (claimed.delivery_id, claimed.attempt)
        with writing(self._engine) as connection:
            hold_reader(connection, claimed.delivery_id)
            why = why_unwanted(connection, [claimed.delivery_id], now).get(claimed.delivery_id)
            if why:
                move(connection, *key, "cancel", now, reason=why, **FREE)
            else:
                move(connection, *key, "release", now, **FREE)

    @retried
    def accepted(self, receipts: Sequence[tuple[str, int, Receipt]], now: datetime) -> None:
        """The mailer took some: each a delivery, which attempt of it, and the receipt. Raises UnavailableError."""
        with writing(self._engine) as connection:
            taken = movable(connection, ((delivery_id, attempt) for delivery_id, attempt, _ in receipts), "accept")
            rows = [
                {"own_id": delivery_id, "to": taken[delivery_id], "receipt": receipt.provider_id}
                for delivery_id, _, receipt in receipts
                if delivery_id in taken
            ]
            values = {"state": bindparam("to"), "provider_id": bindparam("receipt"), "accepted_at": now}
            values |= {"changed_at": now, "reason": "", **FREE, **SOUND}
            if rows:
                own = deliveries.c.delivery_id == bindparam("own_id")
                connection.execute(update(deliveries).where(own).values(values), rows)

    @retried
    def refused(self, delivery_id: str, attempt: int, reason: str, now: datetime, fault: Fault = "message") -> None:
        """The mailer never will. Of a `mailbox` that is not there, its address is suppressed in the same transaction.

        Raises UnavailableError.
        """
        with writing(self._engine) as connection:
            # The person first, as whoever changes or suppresses one does.
            person = _recipient(connection, delivery_id) if fault == "mailbox" else None
            refused = move(connection, delivery_id, attempt, "refuse", now, **FREE, **_failed(fault, reason, now))
            if refused and person is not None:
                suppress(connection, person, f"{NO_MAILBOX}: {reason}", now, MAIL_SERVER)
            if refused:
                put_back(connection, [delivery_id])

    def deferred(
        self, delivery_id: str, attempt: int, reason: str, now: datetime, wait: timedelta, fault: Fault = "away"
    ) -> None:
        """The mailer did not now. Raises UnavailableError."""
        failed = _failed(fault, reason, now)
        self._settle(delivery_id, attempt, "defer", now, not_before=now + wait, **failed)

    def not_made(self, claimed: ClaimedDelivery, now: datetime) -> None:
        """Its request was not made, whether or not it was begun: it is nobody's fault. Raises UnavailableError."""
        self._settle(claimed.delivery_id, claimed.attempt, "defer", now, not_before=now)

    def lost(self, delivery_id: str, attempt: int, reason: str, now: datetime) -> None:
        """Nobody can tell. Raises UnavailableError."""
        self._settle(delivery_id, attempt, "lose", now, **_failed("lost", reason, now))

    def withheld(self, delivery_id: str, attempt: int, reason: str, now: datetime) -> None:
        """The settings do not allow it to be sent. Raises UnavailableError."""
        self._settle(delivery_id, attempt, "withhold", now, **_failed("withheld", reason, now))

    @retried
    def settle(self, delivery_id: str, outcome: Outcome, now: datetime, reason: str = "") -> bool:
        """Apply what a provider's signed event tells, whichever attempt it was; events may come twice and out of order.

        False where it changes nothing: the delivery is gone, or what is known of it already says more. Raises
        UnavailableError.
        """
        with writing(self._engine) as connection:
            if EVENTS[outcome] in ENDS_UNSENT:
                hold_reader(connection, delivery_id)
            return settle(connection, [(delivery_id, outcome, reason)], now)

    def put_back(self, claimed: ClaimedDelivery, now: datetime) -> None:
        """Give back one that was not begun. Raises UnavailableError."""
        self._settle(claimed.delivery_id, claimed.attempt, "release", now)

    @retried
    def sweep(self, now: datetime, too_old: datetime) -> None:
        """End leases that ran out; give up what was due before `too_old` and still waits. Raises UnavailableError."""
        given = {"now": now, "ahead": now + AHEAD, "too_old": too_old}
        with reading(self._engine) as connection:
            if connection.execute(_LEFT, given).first() is None:
                return
        ended, stale = _ended(now, now + AHEAD), _stale(too_old)
        with writing(self._engine) as connection:
            move_all(connection, ended, "claimed", "expire", now)
            move_all(connection, ended, "sending", "expire", now, reason="the worker did not say how it ended")
        while self._give_up(stale, now):
            pass

    def _give_up(self, stale: ColumnElement[bool], now: datetime) -> bool:
        """Give up some that wait and are stale, of people at whom nobody is at work; whether there may be more."""
        with writing(self._engine) as connection:
            chosen = connection.execute(
                select(deliveries.c.delivery_id, deliveries.c.subscriber_id).where(stale).limit(IN_CHUNK)
            ).all()
            people = select(subscribers.c.subscriber_id).where(
                subscribers.c.subscriber_id.in_({row.subscriber_id for row in chosen})
            )
            locked = people.order_by(subscribers.c.subscriber_id).with_for_update(skip_locked=True, key_share=True)
            free = set(connection.execute(locked).scalars())
            own = deliveries.c.delivery_id.in_([row.delivery_id for row in chosen if row.subscriber_id in free])
            given_up = move_all(
                connection, own & stale, "pending", "give_up", now, **_failed("expired", _TOO_LATE, now)
            )
            put_back(connection, given_up)
            return len(given_up) == IN_CHUNK

    def doubts(self, mailer: str, most: int) -> list[UnknownDelivery]:
        """Unknown deliveries of this mailer, the oldest first. Raises UnavailableError."""
        query = (
            select(deliveries.c.delivery_id, deliveries.c.attempts, deliveries.c.due_at)
            .where(deliveries.c.state == "unknown", deliveries.c.mailer == mailer)
            .limit(most)
        )
        with reading(self._engine) as connection:
            in_order = query.order_by(deliveries.c.due_at, bytewise(connection, deliveries.c.delivery_id))
            return [UnknownDelivery(row.delivery_id, row.attempts, row.due_at) for row in connection.execute(in_order)]

    @retried
    def disproved(self, doubt: UnknownDelivery, now: datetime, *, resend: bool) -> None:
        """Nothing went out: not sent, and pending again where it is to be sent after all. Raises UnavailableError."""
        with writing(self._engine) as connection:
            proven = {"reason": "it is proven that nothing went out", **SOUND}
            if not move(connection, doubt.delivery_id, doubt.attempt, "disprove", now, **proven):
                return
            if resend:
                move(connection, doubt.delivery_id, doubt.attempt, "resend", now, not_before=now)
            else:
                put_back(connection, [doubt.delivery_id])

    @retried
    def release(self, worker: str, now: datetime) -> None:
        """End the leases of this worker, which was killed: claimed ones are pending again, sending ones unknown.

        Raises UnavailableError.
        """
        own = deliveries.c.worker == worker
        with writing(self._engine) as connection:
            move_all(connection, own, "claimed", "expire", now, wait=True)
            move_all(connection, own, "sending", "expire", now, wait=True, reason="the worker was killed while it sent")

    def states(self) -> dict[str, int]:
        """How many deliveries are in each state. Raises UnavailableError."""
        query = select(deliveries.c.state, func.count().label("number")).group_by(deliveries.c.state)
        with reading(self._engine) as connection:
            in_order = query.order_by(bytewise(connection, deliveries.c.state))
            return {row.state: row.number for row in connection.execute(in_order)}

    @retried
    def _settle(self, delivery_id: str, attempt: int, event: Event, now: datetime, **values: Any) -> None:
        with writing(self._engine) as connection:
            begun_at = begun_of(connection, delivery_id, attempt) if event in _DID_NOT_GO else None
            state = move(connection, delivery_id, attempt, event, now, **FREE, **values)
            if state in UNSENT:
                put_back(connection, [delivery_id])
            if state and begun_at:
                self._day.give_back(connection, begun_at)


def _failed(fault: Fault, reason: str, now: datetime) -> dict[str, Any]:
    """What to write of an attempt that failed: since when they do is known from the first of them."""
    since = deliveries.c.failing_since
    at = type_coerce(now, since.type)
    # A time to come is of a clock that ran ahead, and would hide for how long it fails.
    return {"fault": fault, "reason": reason, "failing_since": case((since <= at, since), else_=at)}


def _recipient(connection: Connection, delivery_id: str) -> str | None:
    """The hash of the address that a delivery goes to, its person locked; None where they have another one by now."""
    query = (
        select(deliveries.c.subscriber_id, deliveries.c.address_hash, digests.c.body)
        .join(digests, digests.c.digest_id == deliveries.c.digest_id)
        .where(deliveries.c.delivery_id == delivery_id)
    )
    row = connection.execute(query).one_or_none()
    person = hold_person(connection, row.subscriber_id) if row is not None else None
    if row is None or person is None:
        return None
    if row.address_hash:
        return str(row.address_hash)
    if not row.body or unpack_email(row.body).to_address != person.address:
        return None
    return str(person.address_hash)
