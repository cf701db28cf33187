"""The outbox relay: what a store transaction decided, published in order, by one of many at a time.

A compacted topic keeps the last record of a key: an older state that came after a newer one would stay. So there is a
lease on publishing. A relay publishes only while its lease has far more left than sending can take, and another takes
over only once it has run out. A process can still be stopped between looking at its lease and sending, for as long as
it pleases someone; what it then sends late may undo what another published meanwhile. It notices when it goes on, and
posts the newest state of what it sent anew, so that this comes last after all."""

import secrets
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Protocol

import structlog
from sqlalchemy import Connection, Engine, delete, func, or_, select

from schemas.sql.workers import leases
from services.runtime.errors import LateError, UnavailableError
from services.runtime.records import Outgoing, Producer, TicksAlone
from services.runtime.sql.store import is_postgresql, retried, upsert, writing

_events = structlog.get_logger(__name__)
_RENEW_BELOW = 0.75


@dataclass(frozen=True, slots=True)
class OutboxRow:
    """A record that a committed transaction wants published. Ids grow in the order of publishing."""

    id: int
    topic: str
    key: bytes
    value: bytes
    headers: Mapping[str, str] = field(default_factory=dict)


class Outbox(Protocol):
    """The outbox table of a store."""

    def pending(self, limit: int) -> Sequence[OutboxRow]:
        """The first `limit` unpublished rows, by id."""
        ...

    def mark_published(self, ids: Sequence[int]) -> None:
        """Say that these rows need not be published again."""
        ...

    def post_again(self, rows: Sequence[OutboxRow]) -> None:
        """Add new rows with the newest state of what these rows tell of."""
        ...


class Lease(Protocol):
    """The right to do something that only one worker may do at a time."""

    def take(self) -> bool:
        """Take it, or make it last longer; False while another holds it. Raises UnavailableError."""
        ...

    def left(self) -> float:
        """Seconds for which nobody else can take it; 0 once somebody could."""
        ...

    def give_up(self) -> None:
        """Let another take it at once. Raises UnavailableError."""
        ...


class OwnLease:
    """The lease of a worker that is alone, as the embedded form is."""

    def take(self) -> bool:
        return True

    def left(self) -> float:
        return float("inf")

    def give_up(self) -> None:
        """Nobody waits for it."""


class OutboxRelay(TicksAlone):
    """A service without inputs that empties an outbox into the log.

    It marks rows only after the producer returned: a crash between the two publishes them again, in the same order,
    and whoever reads them goes by the version that each carries.
    """

    name = "outbox.relay"

    def __init__(
        self,
        outbox: Outbox,
        producer: Producer,
        *,
        most: int = 500,
        lease: Lease | None = None,
        sending_s: float = 0.0,
        drop: Callable[[], None] = lambda: None,
    ) -> None:
        """`sending_s` bounds one call of the producer, and `drop` has it send nothing more of a call that failed.

        Where there is a lease, the producer is this relay's own.
        """
        if most < 1:
            raise ValueError("a relay publishes at least one row at a time")
        self._outbox = outbox
        self._producer = producer
        self._most = most
        self._lease = lease or OwnLease()
        self._least_left_s = 2 * sending_s
        self._drop = drop
        self._doubtful: dict[tuple[str, bytes], OutboxRow] = {}
        self._late: tuple[LateError, list[int]] | None = None
        """Rows that were sent and not acknowledged in time, and may be yet."""

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Publish all that is pending, unless another does. Raises `UnavailableError` from the log or the store.

        Nothing is lost then.
        """
        self._make_good()
        if self._late is not None and self._may_publish():
            self._settle(*self._late)
        if self._late is None and self._outbox.pending(1):
            # Read again under the lease: what was pending before may have been published by another.
            while self._may_publish() and (rows := self._outbox.pending(self._most)):
                self._publish(rows)
        return ()

    def close(self) -> None:
        """Leave publishing to others at once. Raises UnavailableError."""
        self._make_good()
        self._lease.give_up()

    def _may_publish(self) -> bool:
        return self._lease.take() and self._lease.left() > self._least_left_s

    def _publish(self, rows: Sequence[OutboxRow]) -> None:
        self._doubtful |= {(row.topic, row.key): row for row in rows}
        try:
            self._producer.produce([Outgoing(row.topic, row.key, row.value, row.headers) for row in rows])
        except UnavailableError as error:
            if not self._make_good() and isinstance(error, LateError):
                self._late = error, [row.id for row in rows]
            raise
        self._mark([row.id for row in rows])

    def _settle(self, late: LateError, ids: list[int]) -> None:
        """Mark rows whose acknowledgement came late, or have them published again where it cannot come any more.

        Where they were only published again, a broker that is slower than the producer waits would have them for ever.
        Raises UnavailableError while it may come yet.
        """
        arrived = late.arrived()
        self._late = None
        if arrived:
            self._mark(ids)

    def _mark(self, ids: list[int]) -> None:
        if not self._make_good():
            self._doubtful.clear()
            self._outbox.mark_published(ids)

    def _make_good(self) -> bool:
        """Where the lease ran out over what was being sent: see that the newest states are published after it."""
        if not self._doubtful or self._lease.left() > 0:
            return False
        _events.warning("the outbox relay was held up past its lease", keys=len(self._doubtful))
        self._drop()
        self._late = None
        self._outbox.post_again(list(self._doubtful.values()))
        self._doubtful.clear()
        return True


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
