"""So many mails a day (UTC) and no more, whoever sends them: counted in the transaction that begins each."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

from sqlalchemy import Connection, select, update

from schemas.sql.tables import counters
from services.runtime.sql.store import upsert


def unlimited(at: datetime) -> None:
    """As many as there are."""


class DayLimit:
    """Takes each mail's place of its day; of a day without a limit nothing is counted."""

    def __init__(self, limit: Callable[[datetime], int | None] = unlimited) -> None:
        """`limit`: how many the day of a moment may have; None: any number."""
        self._limit = limit

    def room(self, connection: Connection, now: datetime) -> int | None:
        """How many places of the day are left; None where there is no limit."""
        limit = self._limit(now)
        return None if limit is None else max(limit - begun_on(connection, now), 0)

    def take(self, connection: Connection, now: datetime) -> bool:
        """Take one in the caller's transaction, which must not commit where this is False: the day is full."""
        limit = self._limit(now)
        if limit is None:
            return True
        if limit < 1:
            return False
        first = upsert(connection, counters).values(name=_name(now), value=1)
        more = {"value": counters.c.value + 1}
        counted = first.on_conflict_do_update(
            index_elements=[counters.c.name], set_=more, where=counters.c.value < limit
        )
        # What it gives back, and not its row count, which PostgreSQL's driver does not tell of an INSERT.
        return connection.execute(counted.returning(counters.c.value)).first() is not None

    def count(self, connection: Connection, now: datetime) -> None:
        """Take one beyond the limit if need be, in the caller's transaction: of a mail that waits for nobody."""
        if self._limit(now) is not None:
            first = upsert(connection, counters).values(name=_name(now), value=1)
            more = {"value": counters.c.value + 1}
            connection.execute(first.on_conflict_do_update(index_elements=[counters.c.name], set_=more))

    def give_back(self, connection: Connection, begun_at: datetime) -> None:
        """Of a mail that surely did not go out after all."""
        own = (counters.c.name == _name(begun_at)) & (counters.c.value > 0)
        connection.execute(update(counters).where(own).values(value=counters.c.value - 1))


def begun_on(connection: Connection, at: datetime) -> int:
    """How many mails took a place of the day of a moment."""
    query = select(counters.c.value).where(counters.c.name == _name(at))
    return int(connection.execute(query).scalar_one_or_none() or 0)


def next_day(at: datetime) -> datetime:
    """When the day after that of a moment begins."""
    return at.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _name(at: datetime) -> str:
    return f"mails begun on {at.astimezone(UTC):%Y-%m-%d}"
