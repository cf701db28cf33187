"""Addresses that must not be mailed, kept as keyed hashes so that they outlive the people without naming them."""

from datetime import datetime

from sqlalchemy import Connection, Engine, delete, select, update

from schemas.sql.tables import deliveries, subscribers, suppressions
from services.notifier.domain.delivery import CANCELLABLE
from services.notifier.domain.ids import Ids
from services.runtime.store import reading, retried, upsert, writing


class SqlSuppressions:
    """The list of suppressed addresses."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    @retried
    def suppress(self, address: str, reason: str, now: datetime) -> None:
        """Never mail this address again; what waits for it is cancelled. The first reason stays."""
        own_hash = self._ids.address_hash(address)
        with writing(self._engine) as connection:
            values = {"address_hash": own_hash, "reason": reason, "created_at": now, "exact": True}
            row = upsert(connection, suppressions).values(values)
            connection.execute(row.on_conflict_do_nothing())
            people = select(subscribers.c.subscriber_id).where(subscribers.c.address_hash == own_hash)
            for subscriber_id in connection.execute(people.with_for_update(key_share=True)).scalars().all():
                cancel_waiting(connection, subscriber_id, reason, now)

    @retried
    def allow(self, address: str) -> bool:
        """Undo `suppress`; False where the address was not suppressed."""
        own = suppressions.c.address_hash == self._ids.address_hash(address)
        with writing(self._engine) as connection:
            return connection.execute(delete(suppressions).where(own)).rowcount > 0

    def reason(self, address: str) -> str | None:
        """Why an address is suppressed; None where it is not."""
        own = suppressions.c.address_hash == self._ids.address_hash(address)
        with reading(self._engine) as connection:
            return connection.execute(select(suppressions.c.reason).where(own)).scalar_one_or_none()


def cancel_waiting(connection: Connection, subscriber_id: str, reason: str, now: datetime) -> int:
    """Cancel the deliveries of a person that are not on their way; returns how many."""
    waiting = update(deliveries).where(deliveries.c.subscriber_id == subscriber_id, deliveries.c.state.in_(CANCELLABLE))
    values = {"state": "cancelled", "reason": reason, "worker": None, "lease": None, "changed_at": now}
    return connection.execute(waiting.values(values)).rowcount
