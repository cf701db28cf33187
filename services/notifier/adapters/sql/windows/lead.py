"""Who is to be served before they are due, as the store foresees it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection, Engine, func, select

from schemas.sql.tables import deliveries
from services.notifier.domain.schedule import begins
from services.runtime.figures.peak import read_day_ahead
from services.runtime.health.heartbeat import workers_in
from services.runtime.sql.store import reading, retried

_READ_EVERY: Final = timedelta(minutes=5)
"""What falls due within the hour is dear to count where that is much, and changes little."""


@dataclass(frozen=True, slots=True)
class ComingHour:
    """A due time to come, for which building has begun."""

    due_at: datetime
    each: timedelta
    """What a digest takes one notifier."""
    free_until: datetime
    """When the next mail that waits for its hour may be handed over, or those of this one."""


class SqlLead:
    """Which hour to build for, once nobody is due any more."""

    def __init__(self, engine: Engine, longest: timedelta) -> None:
        """`longest`: how long before an hour building for it may begin; without any it never does."""
        self._engine = engine
        self._longest = longest
        self._read_at: datetime | None = None
        self._each = timedelta()
        self._notifiers = 1
        self._due: Sequence[tuple[datetime, int]] = ()
        self._begun: datetime | None = None

    def at(self, now: datetime) -> ComingHour | None:
        """The hour to build for now; None where all there is to build is built in time later. Raises UnavailableError.

        What was begun is gone on with, however soon it would be enough now.
        """
        if not self._longest:
            return None
        if self._begun is None or not timedelta() < self._begun - now <= self._longest:
            self._begun = self._due_to_begin(now)
        if self._begun is None:
            return None
        return ComingHour(self._begun, self._each, min(self._begun, self._next_mail(now) or self._begun))

    def is_served(self, due_at: datetime) -> None:
        """Nobody is left of those due then: whoever comes to them yet is served at the hour itself."""
        self._due = [hour for hour in self._due if hour[0] > due_at]
        self._begun = None

    def _due_to_begin(self, now: datetime) -> datetime | None:
        if self._read_at is None or not timedelta() <= now - self._read_at < _READ_EVERY:
            self._read(now)
        coming = [hour for hour in self._due if hour[0] > now]
        begun = begins(coming, self._each / self._notifiers, self._longest)
        return coming[0][0] if coming and begun[0] <= now else None

    @retried
    def _read(self, now: datetime) -> None:
        with reading(self._engine) as connection:
            found = read_day_ahead(connection, now, self._longest + _READ_EVERY)
            self._notifiers = max(_alive(connection, now), 1)
        self._due, self._each = found.due, timedelta(seconds=found.each_s or 0.0)
        self._read_at = now

    @retried
    def _next_mail(self, now: datetime) -> datetime | None:
        waits = (deliveries.c.state == "pending") & (deliveries.c.due_at > now)
        with reading(self._engine) as connection:
            found: datetime | None = connection.execute(select(func.min(deliveries.c.due_at)).where(waits)).scalar_one()
        return found


def _alive(connection: Connection, now: datetime) -> int:
    return sum(worker.heartbeat.service == "notifier" and worker.alive(now) for worker in workers_in(connection))
