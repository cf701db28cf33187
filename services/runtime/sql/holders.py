"""What keeps PostgreSQL from taking writes though it answers: sessions that others wait for; it may be a standby."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from sqlalchemy import Connection, Engine, text

from schemas.counted import counted
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import is_postgresql, place_of, reading

HELD_FOR: Final = timedelta(seconds=30)
"""Ours wait for each other for seconds; who holds what they need for so long is a hand, or stands still."""
_HOLDERS = text(
    """
    SELECT holder.pid, holder.usename, holder.application_name, host(holder.client_addr) AS host,
           extract(epoch FROM now() - holder.xact_start) AS held_s, count(DISTINCT waiting.pid) AS waiting
    FROM pg_stat_activity AS waiting
    CROSS JOIN LATERAL unnest(pg_blocking_pids(waiting.pid)) AS blocks (pid)
    JOIN pg_stat_activity AS holder ON holder.pid = blocks.pid
    WHERE waiting.datname = current_database() AND waiting.wait_event_type = 'Lock'
      AND cardinality(pg_blocking_pids(holder.pid)) = 0
    GROUP BY 1, 2, 3, 4, 5
    ORDER BY waiting DESC, holder.pid
    """
)
"""The roots of what waits: https://www.postgresql.org/docs/current/functions-info.html#FUNCTIONS-INFO-SESSION."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A session of the server that holds what others wait for; nothing of what it does, which may name people."""

    pid: int
    who: str
    held: timedelta | None
    """None where we may not see it: it belongs to another user."""
    waiting: int

    @property
    def said(self) -> str:
        """In a sentence, with what ends it."""
        held = "" if self.held is None else f", for {self.held.total_seconds():,.0f} s now"
        return (
            f"the session {self.pid} ({self.who}) holds what {counted(self.waiting, 'other')} of this store"
            f" {'waits' if self.waiting == 1 else 'wait'} for{held}: `SELECT pg_terminate_backend({self.pid})` ends it"
        )


def read_holders(engine: Engine, held_for: timedelta = HELD_FOR) -> tuple[Holder, ...]:
    """Who has others wait for long, the worst first; nobody of SQLite, which knows of none. Raises UnavailableError."""
    if not is_postgresql(engine):
        return ()
    with reading(engine) as connection:
        rows = connection.execute(_HOLDERS).all()
    found = (
        Holder(
            row.pid,
            " ".join(filter(None, (row.application_name, f"of {row.usename}", row.host and f"from {row.host}"))),
            None if row.held_s is None else timedelta(seconds=float(row.held_s)),
            int(row.waiting),
        )
        for row in rows
    )
    return tuple(holder for holder in found if holder.held is None or holder.held >= held_for)


def require_primary(connection: Connection) -> None:
    """Raises UnavailableError where the server is a standby: all can be read, and nothing is done."""
    if is_postgresql(connection) and connection.execute(text("SELECT pg_is_in_recovery()")).scalar_one():
        raise UnavailableError(
            f"the server at {place_of(connection.engine.url)} is a standby, which takes no writes: promote it"
            " (`SELECT pg_promote()`) if it is to be the primary, or have `store` lead to that"
        )
