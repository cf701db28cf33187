"""Leases in the store: one worker at a time does what only one may do."""

import secrets
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, Engine, delete, func, or_, select

from schemas.sql.workers import leases
from services.runtime.sql.store import is_postgresql, retried, upsert, writing

_RENEW_BELOW = 0.75


class SqlLease:
    """`relay.Lease` as a row. It runs by the store's clock, and this process measures what is left by its own.

    No clocks are compared: what is left counts from before the store was asked. Each process holds under a name of its
    own; one that is started anew waits until the lease of its killed forerunner, which may only be stopped, runs out.
    """

    def __init__(
        self,
        engine: Engine,
        name: str,
        worker: str,
        length: timedelta,
        *,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._name = name
        self._holder = f"{worker}/{secrets.token_hex(8)}"
        self._length = length
        self._monotonic = monotonic
        self._ends_at = float("-inf")

    def take(self) -> bool:
        """Take it, or make it last longer; False while another holds it. Raises UnavailableError."""
        if self.left() > _RENEW_BELOW * self._length.total_seconds():
            return True
        asked_at = self._monotonic()
        if not self._write():
            self._ends_at = float("-inf")
            return False
        self._ends_at = asked_at + self._length.total_seconds()
        return True

    def left(self) -> float:
        """Seconds for which nobody else can take it; 0 once somebody could."""
        return max(self._ends_at - self._monotonic(), 0.0)

    @retried
    def give_up(self) -> None:
        """Let another take it at once. Raises UnavailableError."""
        self._ends_at = float("-inf")
        with writing(self._engine) as connection:
            own = delete(leases).where(leases.c.name == self._name, leases.c.holder == self._holder)
            connection.execute(own)

    @retried
    def _write(self) -> bool:
        with writing(self._engine) as connection:
            now = _store_time(connection)
            row = upsert(connection, leases).values(name=self._name, holder=self._holder, until=now + self._length)
            free = or_(leases.c.holder == self._holder, leases.c.until <= now)
            changed = {"holder": row.excluded.holder, "until": row.excluded.until}
            taken = row.on_conflict_do_update(index_elements=[leases.c.name], set_=changed, where=free)
            return connection.execute(taken.returning(leases.c.name)).first() is not None


def _store_time(connection: Connection) -> datetime:
    """The server's time; of a file, this machine's."""
    if not is_postgresql(connection):
        return datetime.now(UTC)
    now: datetime = connection.execute(select(func.clock_timestamp())).scalar_one()
    return now
