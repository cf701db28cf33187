"""Deliveries as an operator looks at them, or whoever they went to: all, those of a job, and one that is in doubt."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Engine, Row, func, select, update

from schemas.sql.tables import deliveries, digest_items, digests, mail_events, subscribers
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digest_rows import chance_in
from services.notifier.domain.delivery import State
from services.notifier.ports import UnknownDelivery
from services.runtime.errors import UsageError
from services.runtime.sql.built_ahead import LONGEST_LEAD, is_built_ahead
from services.runtime.sql.store import reading, retried, writing


@dataclass(frozen=True, slots=True)
class ListedDelivery:
    """One delivery."""

    delivery_id: str
    state: State
    attempts: int
    due_at: datetime
    changed_at: datetime
    """When it came into its state."""
    mailer: str
    provider_id: str
    reason: str
    address: str
    """Personal: shown only to who asks for it."""


@dataclass(frozen=True, slots=True)
class MailedDigest:
    """A digest as its reader finds it in a list."""

    due_at: datetime
    subject: str
    state: State
    posting_ids: tuple[str, ...]
    """Its jobs in the order of the mail, near misses last."""
    whole: bool
    """Whether the mail is kept as it was sent."""


@dataclass(frozen=True, slots=True)
class ProviderEvent:
    """What the mail provider told of a mail, while that is kept."""

    kind: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class MailedJob:
    """A mail that holds the job."""

    due_at: datetime
    subject: str
    place: int
    """Of the job in the mail, from 1 on."""
    near: bool
    score: float
    chance: float | None
    """None of a release that did not keep it."""
    state: State
    reason: str
    """Why its last attempt failed, or it was given up or cancelled; empty where it was not."""
    attempts: int
    mailer: str
    built_at: datetime
    failing_since: datetime | None
    accepted_at: datetime | None
    changed_at: datetime
    """When it came into its state."""
    events: tuple[ProviderEvent, ...]


class DeliveryList:
    """What there is, and the settling of what nobody knows. Everything raises UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def of(self, state: State, most: int, *, newest: bool = False) -> Sequence[ListedDelivery]:
        """Deliveries in a state, the oldest due first, or the `newest`."""
        due = deliveries.c.due_at.desc() if newest else deliveries.c.due_at
        query = _QUERY.where(deliveries.c.state == state).order_by(due, deliveries.c.delivery_id)
        with reading(self._engine) as connection:
            return [_listed(row) for row in connection.execute(query.limit(most))]

    @retried
    def retry(self, now: datetime) -> int:
        """Those that wait for their next try need not wait any more; gives how many."""
        waits = (deliveries.c.state == "pending") & (deliveries.c.not_before > now)
        # What is built ahead waits for its hour and for no other try.
        waits &= ~is_built_ahead(now, now + LONGEST_LEAD)
        with writing(self._engine) as connection:
            return connection.execute(update(deliveries).where(waits).values(not_before=now)).rowcount

    def of_person(
        self, subscriber_id: str, most: int, *, before: datetime | None = None, due_at: datetime | None = None
    ) -> Sequence[MailedDigest]:
        """Their digests with a delivery, the newest first; only those due `before` a moment, or at one."""
        query = (
            select(digests.c.digest_id, digests.c.due_at, digests.c.subject, deliveries.c.state)
            .add_columns(digests.c.body.is_not(None).label("whole"))
            .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
            .where(digests.c.subscriber_id == subscriber_id, digests.c.outcome == "digest")
        )
        if before is not None:
            query = query.where(digests.c.due_at < before)
        if due_at is not None:
            query = query.where(digests.c.due_at == due_at)
        jobs: dict[str, list[str]] = {}
        with reading(self._engine) as connection:
            found = connection.execute(query.order_by(digests.c.due_at.desc()).limit(most)).all()
            items = select(digest_items.c.digest_id, digest_items.c.posting_id)
            own = digest_items.c.digest_id.in_([row.digest_id for row in found])
            for row in connection.execute(items.where(own).order_by(digest_items.c.digest_id, digest_items.c.rank)):
                jobs.setdefault(row.digest_id, []).append(row.posting_id)
        return [
            MailedDigest(row.due_at, row.subject, row.state, tuple(jobs.get(row.digest_id, ())), row.whole)
            for row in found
        ]

    def waiting(self, now: datetime) -> int:
        """How many wait to be handed over, but for those that wait for their hour."""
        own = (deliveries.c.state == "pending") & ~is_built_ahead(now, now + LONGEST_LEAD)
        with reading(self._engine) as connection:
            return int(connection.execute(select(func.count()).where(own)).scalar_one())

    def counts(self) -> Mapping[State, int]:
        """How many there are in each state that has any."""
        query = select(deliveries.c.state, func.count().label("number")).group_by(deliveries.c.state)
        with reading(self._engine) as connection:
            found = {row.state: int(row.number) for row in connection.execute(query)}
        return {state: found[state] for state in get_args(State) if state in found}

    def get(self, delivery_id: str) -> ListedDelivery:
        """Raises UsageError where there is none."""
        with reading(self._engine) as connection:
            row = connection.execute(_QUERY.where(deliveries.c.delivery_id == delivery_id)).one_or_none()
        if row is None:
            raise UsageError(f"there is no delivery {delivery_id!r}; `jobchime delivery list` shows those in doubt")
        return _listed(row)

    def settle(self, delivery_id: str, now: datetime, *, accepted: bool, resend: bool = False) -> State:
        """Say of an unknown delivery whether it went out; its state then. `resend`: one that did not goes out now.

        Raises UsageError where there is none, or something is known of it.
        """
        found = self.get(delivery_id)
        if found.state != "unknown":
            raise UsageError(f"the delivery {delivery_id} is {found.state}: there is nothing to settle")
        states = SqlDeliveries(self._engine)
        if accepted:
            states.settle(delivery_id, "accepted", now, "an operator found that it went out")
        else:
            states.disproved(UnknownDelivery(delivery_id, found.attempts, found.due_at), now, resend=resend)
        return self.get(delivery_id).state


_QUERY = select(deliveries, subscribers.c.address).join(
    subscribers, subscribers.c.subscriber_id == deliveries.c.subscriber_id
)


def _listed(row: Row[Any]) -> ListedDelivery:
    return ListedDelivery(
        delivery_id=row.delivery_id,
        state=row.state,
        attempts=row.attempts,
        due_at=row.due_at,
        changed_at=row.changed_at,
        mailer=row.mailer or "",
        provider_id=row.provider_id or "",
        reason=row.reason,
        address=row.address,
    )


def mails_with(engine: Engine, subscriber_id: str, posting_id: str) -> tuple[MailedJob, ...]:
    """Somebody's mails that hold a job, the newest first. Raises UnavailableError."""
    query = (
        select(digests.c.due_at, digests.c.subject)
        .add_columns(digest_items.c.rank, digest_items.c.kind, digest_items.c.score, digest_items.c.found_by)
        .add_columns(
            *(column for column in deliveries.c if column.name not in ("due_at", "digest_id", "subscriber_id"))
        )
        .join(digest_items, digest_items.c.digest_id == digests.c.digest_id)
        .join(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(digests.c.subscriber_id == subscriber_id, digest_items.c.posting_id == posting_id)
        .order_by(digests.c.due_at.desc())
    )
    by_delivery: dict[str, list[ProviderEvent]] = {}
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        events = mail_events.c
        of_these = (events.subscriber_id == subscriber_id) & events.delivery_id.in_([row.delivery_id for row in rows])
        for event in connection.execute(select(mail_events).where(of_these).order_by(events.at, events.event_id)):
            by_delivery.setdefault(event.delivery_id, []).append(ProviderEvent(event.kind, event.at, event.reason))
    return tuple(_mailed(row, by_delivery.get(row.delivery_id, ())) for row in rows)


def _mailed(row: Row[Any], events: Sequence[ProviderEvent]) -> MailedJob:
    return MailedJob(
        due_at=row.due_at,
        subject=row.subject,
        place=row.rank + 1,
        near=row.kind == "near",
        score=row.score,
        chance=chance_in(row.found_by),
        state=row.state,
        reason=row.reason,
        attempts=row.attempts,
        mailer=row.mailer or "",
        built_at=row.created_at,
        failing_since=row.failing_since,
        accepted_at=row.accepted_at,
        changed_at=row.changed_at,
        events=tuple(events),
    )
