"""Deliveries as an operator looks at them, or whoever they went to, and what an operator has found out about one."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, get_args

from sqlalchemy import Engine, Row, func, select, update

from schemas.sql.tables import deliveries, digest_items, digests, subscribers
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.domain.delivery import State
from services.notifier.ports import UnknownDelivery
from services.runtime.errors import UsageError
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
