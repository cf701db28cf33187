"""What each worker says of itself every few seconds, under a name of its own, so that one page can show all of them.

What a killed worker held is freed by the next of its name, so two that run must never share one, and a restart must
find its name again. A name is the service, the machine, an id that the data folder keeps, and the first number that no
other process over that folder holds; a lock of the operating system holds it, which ends with the process however that
ends. Processes over two folders see none of each other's locks, so the id must tell them apart.
"""

import fcntl
import os
import re
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import Any, Literal, Protocol

import structlog
from sqlalchemy import Connection, Engine, Row, Select, delete, select, text, update

from schemas.sql.workers import workers
from services.runtime.clock import Clock
from services.runtime.errors import JobchimeError, Mend, UnavailableError, UsageError
from services.runtime.figures.hours import WORKER_RESTARTS, add_to_hours, counted_at
from services.runtime.files.datadir import words_of
from services.runtime.files.private import privately
from services.runtime.health.last_words import WITHOUT_A_WORD, LastWords, keep_last_words
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.store import is_postgresql, lacks_room, reading, upsert, writing

HEARTBEAT_EVERY_S = 5.0
MISSED = timedelta(seconds=4 * HEARTBEAT_EVERY_S)
"""A worker that has said nothing for so long is taken for dead."""
FORGOTTEN_AFTER = timedelta(days=1)
"""Since its last heartbeat a worker is remembered for so long."""

_events = structlog.get_logger(__name__)
_FOLDER = "workers"
_ID_FILE = "id"
_MOST = 1_000
_MISSED_IN_ROW = 3


@dataclass(frozen=True, slots=True)
class Heartbeat:
    """One service of one worker, as it is now."""

    service: str
    ready: bool
    reason: str | None = None
    """Why it is not ready."""
    mend: Mend | None = None
    """What must be done before it is; None: it goes on by itself."""
    handled: int = 0
    per_second: float = 0.0
    lag: int = 0
    dead: int = 0
    freshness_s: float | None = None
    last_error: str | None = None
    """What fails and has not passed."""
    last_error_since: datetime | None = None
    last_error_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Worker:
    """A heartbeat, and whose and when it was."""

    worker: str
    host: str
    pid: int
    version: str
    started_at: datetime
    seen_at: datetime
    stopped: bool
    probes: str | None
    heartbeat: Heartbeat

    def alive(self, now: datetime) -> bool:
        """Whether it may be taken to run."""
        return not self.stopped and now - self.seen_at < MISSED

    def lost(self, now: datetime) -> bool:
        """Whether it went silent without a goodbye."""
        return not self.stopped and not self.alive(now)

    def state(self, now: datetime) -> Literal["alive", "lost", "stopped"]:
        """The three in one word."""
        return "stopped" if self.stopped else "alive" if self.alive(now) else "lost"


class Heartbeats(Protocol):
    """Where they go. Raises UnavailableError where that is away."""

    def publish(self, heartbeats: Sequence[Heartbeat], now: datetime) -> None: ...

    def goodbye(self, now: datetime, why: str | None = None) -> None:
        """The worker ends: as it should, or by itself, and why."""
        ...


class SqlHeartbeats:
    """Those of one worker, in the store's table `workers`."""

    def __init__(
        self,
        engine: Engine,
        worker: str,
        now: datetime,
        *,
        probes: str | None = None,
        counts_restarts: bool = True,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._engine = engine
        self._monotonic = monotonic
        self._who = {"worker": worker, "host": socket.gethostname(), "pid": os.getpid()}
        self._facts = {"version": version("jobchime"), "started_at": now, "probes": probes}
        self._is_counted = not counts_restarts
        self._has_begun = False

    def publish(self, heartbeats: Sequence[Heartbeat], now: datetime) -> None:
        """Write one row a service, and drop those of workers long gone.

        The first counts a restart, where it is one, and drops rows of services that this worker served before and no
        longer does, as where the portal was switched off: nobody would ever hear of them again.
        """
        if not heartbeats:
            return
        if full := lacks_room(self._engine):
            heartbeats = [replace(beat, ready=False, reason=full, mend="disk") for beat in heartbeats]
        worker, asked_s = str(self._who["worker"]), self._monotonic()
        with writing(self._engine) as connection:
            store_time = _store_time(connection)
            # It may have hung: who is heard of after that lives.
            now += timedelta(seconds=int(self._monotonic() - asked_s))
            if store_time is not None and MISSED <= (behind := store_time - now) < FORGOTTEN_AFTER:
                # By its own clock it would be taken for dead.
                now += behind
                reason = f"its clock is {behind.total_seconds():,.0f} s behind the store's, and what it does is late"
                heartbeats = [replace(beat, ready=False, reason=reason, mend="clock") for beat in heartbeats]
            rows = [
                self._who | self._facts | {"seen_at": now, "stopped": False} | _values(heartbeat)
                for heartbeat in heartbeats
            ]
            if not self._is_counted and (known := connection.execute(_known_worker(worker)).first()) is not None:
                add_to_hours(connection, dict.fromkeys(counted_at(now, WORKER_RESTARTS, worker), 1))
                if not known.stopped:
                    keep_last_words(connection, worker, LastWords(worker, known.seen_at, WITHOUT_A_WORD), now)
            if not self._has_begun:
                serves = [row["service"] for row in rows]
                former = workers.c.service.not_in(serves)
                connection.execute(delete(workers).where(workers.c.worker == worker, former))
            insert = upsert(connection, workers)
            changed = {name: insert.excluded[name] for name in rows[0] if name not in ("service", "worker")}
            connection.execute(insert.on_conflict_do_update(index_elements=["service", "worker"], set_=changed), rows)
            connection.execute(delete(workers).where(workers.c.seen_at < now - FORGOTTEN_AFTER))
        self._is_counted = self._has_begun = True

    def goodbye(self, now: datetime, why: str | None = None) -> None:
        """Mark this worker's rows, unless another process has taken the name over; keep why it ends by itself."""
        worker = str(self._who["worker"])
        own = (workers.c.worker == worker, workers.c.pid == self._who["pid"])
        with writing(self._engine) as connection:
            connection.execute(update(workers).where(*own).values(stopped=True, ready=False, seen_at=now))
            keep_last_words(connection, worker, None if why is None else LastWords(worker, now, why), now)


def _store_time(connection: Connection) -> datetime | None:
    """By the clock of its server; a file has none."""
    if not is_postgresql(connection):
        return None
    at: datetime = connection.execute(text("SELECT clock_timestamp()")).scalar_one()
    return at


def _known_worker(worker: str) -> Select[Any]:
    """What was last heard under that name, in the day for which it is remembered."""
    heard = select(workers.c.stopped, workers.c.seen_at).where(workers.c.worker == worker)
    return heard.order_by(workers.c.seen_at.desc()).limit(1)


def read_workers(engine: Engine) -> tuple[Worker, ...]:
    """All workers of the last day, by service and name. Raises UnavailableError."""
    with reading(engine) as connection:
        return workers_in(connection)


def workers_in(connection: Connection) -> tuple[Worker, ...]:
    """All workers of the last day, in the caller's transaction."""
    rows = connection.execute(select(workers).order_by(workers.c.service, workers.c.worker)).all()
    return tuple(_worker(row) for row in rows)


def forget_worker(engine: Engine, name: str, now: datetime) -> None:
    """Drop what is known of a worker that is gone. Raises UsageError where there is none or it runs."""
    with writing(engine) as connection:
        rows = [worker for worker in workers_in(connection) if worker.worker == name]
        if not rows:
            raise UsageError(f"there is no worker {name}; `jobchime worker list` names those that there are")
        # Of one that was last heard of in a time to come nobody knows whether it runs: its word may be that of a clock.
        if any(worker.alive(now) and worker.seen_at - now < MISSED for worker in rows):
            raise UsageError(f"{name} runs: it was heard of a moment ago; stop it first")
        connection.execute(delete(workers).where(workers.c.worker == name))


class HeartbeatThread:
    """Publishes what `read` says, and calls `also` with it, until it is left; one that fails is tried again."""

    def __init__(
        self,
        read: Callable[[], Sequence[Heartbeat]],
        heartbeats: Heartbeats,
        *,
        clock: Clock,
        every_s: float = HEARTBEAT_EVERY_S,
        also: Callable[[Sequence[Heartbeat]], None] = lambda heartbeats: None,
    ) -> None:
        self._read = read
        self._heartbeats = heartbeats
        self._clock = clock
        self._every_s = every_s
        self._also = also
        self._stop = threading.Event()
        self._missed = 0
        self._error = ""
        self._thread = threading.Thread(target=self._run, name="heartbeat", daemon=True)

    @property
    def unheard(self) -> str | None:
        """Why nobody hears of this worker, once heartbeats in a row were missed; None where they are heard."""
        return f"its heartbeats are not heard: {self._error}" if self._missed >= _MISSED_IN_ROW else None

    def _publish(self) -> None:
        """An error is logged the first time and passes."""
        try:
            heartbeats = self._read()
            self._also(heartbeats)
            self._heartbeats.publish(heartbeats, self._clock.now())
        except Exception as error:
            self._error = redacted(error)
            if not self._missed:
                bug = None if isinstance(error, JobchimeError) else error
                _events.warning("the heartbeat does not reach the store", error=self._error, exc_info=bug)
            self._missed += 1
        else:
            self._missed = 0

    def __enter__(self) -> "HeartbeatThread":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=self._every_s)
        why = words_of(error) if isinstance(error, Exception) else None
        try:
            self._heartbeats.goodbye(self._clock.now(), why)
        except UnavailableError as away:
            _events.info("no goodbye in the store", error=redacted(away))

    def _run(self) -> None:
        while not self._stop.is_set():
            self._publish()
            self._stop.wait(self._every_s)


def _values(heartbeat: Heartbeat) -> dict[str, Any]:
    hidden = None if heartbeat.last_error is None else redacted(Exception(heartbeat.last_error))
    reason = None if heartbeat.reason is None else redacted(Exception(heartbeat.reason))
    safe = replace(heartbeat, last_error=hidden, reason=reason)
    return {name: getattr(safe, name) for name in Heartbeat.__dataclass_fields__}


def _worker(row: Row[Any]) -> Worker:
    heartbeat = Heartbeat(**{name: getattr(row, name) for name in Heartbeat.__dataclass_fields__})
    names = [name for name in Worker.__dataclass_fields__ if name != "heartbeat"]
    return Worker(**{name: getattr(row, name) for name in names}, heartbeat=heartbeat)


@contextmanager
def own_name(folder: Path, service: str, named: str = "", *, host: str | None = None) -> Iterator[str]:
    """A name for this process while it runs: `notifier@host-3f9a1c`, the next `notifier@host-3f9a1c-2`, or `named`.

    `folder` is the data folder, whose id is the name's part. Raises UsageError where another process over it is `named`
    so, UnavailableError where the folder takes no file.
    """
    locks = folder / _FOLDER
    try:
        locks.mkdir(mode=0o700, parents=True, exist_ok=True)
        wanted = f"{service}@{host or socket.gethostname()}-{_id_of(locks)}"
        for name in [named] if named else [wanted, *(f"{wanted}-{number}" for number in range(2, _MOST))]:
            descriptor = _locked(locks / (re.sub(r"[^A-Za-z0-9@._-]", "_", f"{service} {name}") + ".lock"))
            if descriptor is not None:
                break
        else:
            raise UsageError(
                f"another {service} on this machine is named {named} already; give each worker a name of its own"
                if named
                else f"{_MOST} workers of {service} run over {folder} already"
            )
    except OSError as error:
        raise UnavailableError(f"the names of workers cannot be kept in {locks}: {error.strerror}") from error
    try:
        yield name
    finally:
        os.close(descriptor)


def _id_of(locks: Path) -> str:
    """What the folder keeps to be told from others; made by whoever comes first, also where its file is spoilt."""
    with open(locks / _ID_FILE, "a+", encoding="ascii", errors="replace", opener=privately) as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        file.seek(0)
        kept = file.read()
        if re.fullmatch("[0-9a-f]{6}", kept):
            return kept
        made = secrets.token_hex(3)
        file.truncate(0)
        file.write(made)
        file.flush()
        os.fsync(file.fileno())
        return made


def _locked(path: Path) -> int | None:
    """A descriptor that holds the lock of a file; None where another holds it."""
    descriptor = os.open(path, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    with suppress(BlockingIOError):
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
        return descriptor
    os.close(descriptor)
    return None
