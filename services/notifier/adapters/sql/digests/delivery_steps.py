"""Steps of a delivery in the transaction of whoever takes them: opened, claimed, settled, or moved on by an event."""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Integer,
    Row,
    Select,
    bindparam,
    case,
    exists,
    false,
    func,
    insert,
    select,
    type_coerce,
    update,
)

from schemas.sql.tables import deliveries, digest_items, digests, subscribers
from services.notifier.adapters.sql.digests.waiting import put_back
from services.notifier.adapters.sql.rows import chunks, hold_person, pack_email, packed, unpack_email
from services.notifier.domain.consent import ASKED, NOTICE
from services.notifier.domain.delivery import (
    ENDS_UNSENT,
    EVENTS,
    NOT_OUT,
    TRANSITIONS,
    UNSENT,
    Event,
    Outcome,
    State,
    after,
)
from services.notifier.domain.quiet import QUIET
from services.notifier.ports import ClaimedDelivery, Email
from services.runtime.sql.built_ahead import LONGEST_LEAD
from services.runtime.sql.suppressed import is_suppressed

FREE: dict[str, Any] = {"worker": None, "lease": None}
"""Of a delivery that nobody is at work on."""
SOUND: dict[str, Any] = {"fault": None, "failing_since": None}
"""Of one whose last attempt did not fail."""
# What was changed later than now was put off by a clock that is set back since.
_READY = (deliveries.c.not_before <= bindparam("now")) | (deliveries.c.changed_at > bindparam("now"))


def _waiting(due: ColumnElement[bool]) -> Select[Any]:
    waits = select(deliveries.c.delivery_id).where(deliveries.c.state == "pending", due, _READY)
    in_turn = waits.order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    return in_turn.limit(bindparam("most", type_=Integer))


# Two ranges of an index, between which a crowd waits for its hour: what is due, and what a clock that ran ahead built.
_WAITING = _waiting(deliveries.c.due_at < bindparam("soon")), _waiting(deliveries.c.due_at > bindparam("furthest"))
_SOON = timedelta(milliseconds=1)
"""Letters of one moment are due microseconds apart."""


def open_notice(
    connection: Connection,
    subscriber_id: str,
    notice: str,
    email: Email,
    now: datetime,
    address_hash: str | None = None,
    dropped: Sequence[tuple[str, Any]] = (),
) -> None:
    """Have a mail without jobs delivered as digests are, within a transaction that has locked its person.

    `address_hash`: of where it goes, if that is not the person's own address. `dropped`: what it speaks of as left out.
    """
    # Digests are due at whole minutes, and two of one time there are not.
    due_at = now.replace(microsecond=now.microsecond or 1)
    others = (digests.c.subscriber_id == subscriber_id) & (digests.c.due_at >= due_at)
    taken = set(connection.execute(select(digests.c.due_at).where(others)).scalars())
    while due_at in taken:
        due_at += timedelta(microseconds=1)
    row = {"digest_id": email.delivery_id, "subscriber_id": subscriber_id, "due_at": due_at, "created_at": now}
    row |= {"outcome": NOTICE, "reason": notice, "instant": False, "subject": email.subject}
    row |= {"body": pack_email(email), "dropped": packed(dropped), "remembered": True}
    connection.execute(insert(digests).values(row))
    open_delivery(connection, subscriber_id, due_at, email.delivery_id, email.delivery_id, now, address_hash)


def open_delivery(
    connection: Connection,
    subscriber_id: str,
    due_at: datetime,
    digest_id: str,
    delivery_id: str,
    now: datetime,
    address_hash: str | None = None,
) -> None:
    """Have a notice's email wait for its mailer, in the transaction that keeps it."""
    row = delivery_row(subscriber_id, due_at, digest_id, delivery_id, now, address_hash)
    connection.execute(insert(deliveries).values(row))


def delivery_row(
    subscriber_id: str,
    due_at: datetime,
    digest_id: str,
    delivery_id: str,
    now: datetime,
    address_hash: str | None = None,
) -> dict[str, Any]:
    """A delivery that waits for its mailer."""
    return {
        "delivery_id": delivery_id,
        "digest_id": digest_id,
        "subscriber_id": subscriber_id,
        "due_at": due_at,
        "state": "pending",
        "attempts": 0,
        "not_before": now,
        "reason": "",
        "created_at": now,
        "changed_at": now,
        "address_hash": address_hash,
    }


def settle(connection: Connection, outcomes: Sequence[tuple[str, Outcome, str]], now: datetime) -> bool:
    """`SqlDeliveries.settle` of several, each with a reason, within a transaction that has locked their people.

    Whether that changed anything.
    """
    states: dict[str, State] = {}
    for some in chunks(sorted({delivery_id for delivery_id, _, _ in outcomes})):
        own = select(deliveries.c.delivery_id, deliveries.c.state).where(deliveries.c.delivery_id.in_(some))
        rows = connection.execute(own.order_by(deliveries.c.delivery_id).with_for_update())
        states |= {row.delivery_id: row.state for row in rows}
    changes: dict[str, dict[str, Any]] = {}
    went_out: set[str] = set()
    for delivery_id, outcome, reason in outcomes:
        state = after(states[delivery_id], EVENTS[outcome]) if delivery_id in states else None
        if state is not None and state != states[delivery_id]:
            states[delivery_id] = state
            changes[delivery_id] = {"own_id": delivery_id, "to": state, "said": reason}
            went_out |= set() if state in NOT_OUT else {delivery_id}
    accepted_at = deliveries.c.accepted_at
    values: dict[str, Any] = {
        "state": bindparam("to"),
        "reason": bindparam("said"),
        "changed_at": now,
        **FREE,
        **SOUND,
    }
    change = update(deliveries).where(deliveries.c.delivery_id == bindparam("own_id")).values(values)
    if out := [changes[delivery_id] for delivery_id in changes if delivery_id in went_out]:
        since = func.coalesce(accepted_at, type_coerce(now, accepted_at.type))
        connection.execute(change.values(accepted_at=since), out)
    if rest := [changes[delivery_id] for delivery_id in changes if delivery_id not in went_out]:
        connection.execute(change, rest)
    put_back(connection, [delivery_id for delivery_id in changes if states[delivery_id] in UNSENT])
    return bool(changes)


def why_unwanted(connection: Connection, delivery_ids: Sequence[str], now: datetime) -> dict[str, str]:
    """Of some deliveries, those that must not go out any more, each with why."""
    suppressed = is_suppressed(func.coalesce(deliveries.c.address_hash, subscribers.c.address_hash))
    later = digests.alias()
    came = exists().where(
        later.c.subscriber_id == digests.c.subscriber_id, later.c.due_at > digests.c.due_at, later.c.outcome == "digest"
    )
    query = (
        select(deliveries.c.delivery_id, subscribers.c.status, subscribers.c.asked_at, subscribers.c.paused_until)
        .add_columns(suppressed.label("suppressed"), digests.c.outcome, digests.c.reason)
        .add_columns(case((digests.c.reason == QUIET, came), else_=false()).label("came"))
        .join(deliveries, deliveries.c.subscriber_id == subscribers.c.subscriber_id)
        .join(digests, digests.c.digest_id == deliveries.c.digest_id)
    )
    found = dict.fromkeys(delivery_ids, "the subscriber is gone")
    for some in chunks(delivery_ids):
        for row in connection.execute(query.where(deliveries.c.delivery_id.in_(some))):
            found[row.delivery_id] = _why_unwanted(row, now)
    return {delivery_id: why for delivery_id, why in found.items() if why}


def _why_unwanted(row: Row[Any], now: datetime) -> str:
    if row.suppressed:
        return "the address is suppressed"
    if row.came:
        return "a digest came meanwhile"
    if row.outcome == NOTICE and row.reason != QUIET:
        if row.reason not in ASKED:
            return ""
        waits = row.status == ASKED[row.reason] and row.asked_at is not None
        return "" if waits else "the subscriber answered"
    if row.status == "active" and row.paused_until is not None and row.paused_until > now:
        return "the subscriber paused"
    return "" if row.status == "active" else f"the subscriber {row.status}"


def move(
    connection: Connection, delivery_id: str, attempt: int, event: Event, now: datetime, **values: Any
) -> State | None:
    """The state after an event has happened; None where it is gone, in another attempt, or in no state for it."""
    if event in ENDS_UNSENT:
        hold_reader(connection, delivery_id)
    state = movable(connection, [(delivery_id, attempt)], event).get(delivery_id)
    if state is not None:
        own = deliveries.c.delivery_id == delivery_id
        connection.execute(update(deliveries).where(own).values(state=state, changed_at=now, **values))
    return state


def movable(connection: Connection, attempts: Iterable[tuple[str, int]], event: Event) -> dict[str, State]:
    """By delivery, locked, its state after an event; those gone, in another attempt or in no state for it left out."""
    wanted = set(attempts)
    found: dict[str, State] = {}
    for some in chunks(sorted({delivery_id for delivery_id, _ in wanted})):
        own = deliveries.c.delivery_id
        rows = select(own, deliveries.c.state, deliveries.c.attempts).where(own.in_(some)).order_by(own)
        for row in connection.execute(rows.with_for_update()):
            state = after(row.state, event) if (row.delivery_id, row.attempts) in wanted else None
            if state is not None:
                found[row.delivery_id] = state
    return found


def hold_reader(connection: Connection, delivery_id: str) -> None:
    """Lock whose delivery it is before the delivery, as whoever builds a digest or changes a person does."""
    reader = select(deliveries.c.subscriber_id).where(deliveries.c.delivery_id == delivery_id)
    subscriber_id = connection.execute(reader).scalar_one_or_none()
    if subscriber_id is not None:
        hold_person(connection, subscriber_id)


def move_all(
    connection: Connection,
    condition: ColumnElement[bool],
    state: State,
    event: Event,
    now: datetime,
    *,
    wait: bool = False,
    **values: Any,
) -> Sequence[str]:
    """Let an event happen to all of one state; without `wait`, those that someone is at work on are left out."""
    own = (
        select(deliveries.c.delivery_id)
        .where(condition, deliveries.c.state == state)
        .order_by(deliveries.c.delivery_id)
    )
    taken = connection.execute(own.with_for_update(skip_locked=not wait)).scalars().all()
    for some in chunks(taken):
        change = update(deliveries).where(deliveries.c.delivery_id.in_(some))
        connection.execute(change.values(state=TRANSITIONS[state, event], changed_at=now, **FREE, **values))
    return taken


def begun_of(connection: Connection, delivery_id: str, attempt: int) -> datetime | None:
    """When a request was begun that has had no answer yet."""
    own = (deliveries.c.delivery_id == delivery_id) & (deliveries.c.attempts == attempt)
    query = select(deliveries.c.changed_at).where(own, deliveries.c.state == "sending")
    return connection.execute(query).scalar_one_or_none()


def first_waiting(connection: Connection, now: datetime, most: int, *, locked: bool = False) -> list[str]:
    """Of what may be handed over now, what was due first; nothing before its hour."""
    given = {"now": now, "soon": now + _SOON, "furthest": now + LONGEST_LEAD}
    found: list[str] = []
    for query in _WAITING:
        if len(found) < most:
            own = query.with_for_update(skip_locked=True) if locked else query
            found += connection.execute(own, {**given, "most": most - len(found)}).scalars()
    return found


def claimed_of(connection: Connection, taken: Sequence[str]) -> list[ClaimedDelivery]:
    """With all that handing them over takes, in order of due time."""
    found: list[ClaimedDelivery] = []
    own = digest_items.c.digest_id == deliveries.c.digest_id
    jobs = select(func.count()).where(own).scalar_subquery()
    for some in chunks(taken):
        query = (
            select(deliveries, digests.c.body, jobs.label("jobs"))
            .join(digests, digests.c.digest_id == deliveries.c.digest_id)
            .where(deliveries.c.delivery_id.in_(some))
        )
        found += [
            ClaimedDelivery(row.delivery_id, row.attempts, row.due_at, unpack_email(row.body), row.digest_id, row.jobs)
            for row in connection.execute(query)
        ]
    # Not as the database's language orders ids: in Danish "aa" comes last.
    return sorted(found, key=lambda delivery: (delivery.due_at, delivery.delivery_id))
