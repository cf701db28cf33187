"""What an operator has paused: sending, services, sources. Kept in the store, obeyed within a second."""

import json
import threading
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import structlog
from sqlalchemy import ColumnElement, Connection, Engine, Row, Text, delete, literal_column, select, text

from schemas.sql.tables import flags
from services.runtime.errors import JobchimeError
from services.runtime.privacy.redaction import redacted
from services.runtime.sql.flag_rows import set_value
from services.runtime.sql.store import reading, retried, upsert, writing

SENDING = "sending_paused"
"""The flag that deliveries are held by."""
BY_OPERATOR = "paused by operator"
_BRAKE = "sending_stopped_because"
"""The flag that says why sending stopped by itself; its text is empty where it did not, or a person resumed it."""
_CONFIRMATIONS = "confirmations_stopped_because"
"""The flag that says why letters to addresses that nobody has confirmed stopped by themselves; empty likewise."""
_WRITTEN = "store_written_as"
"""The flag that knows a store which was restored: see `keep_identity`."""
_SERVICE = "service_paused:"
_SOURCE = "source_paused:"
_TERMS = "pause_terms:"
"""Before the name of a flag: what was said as it was set. In a row of its own: a release before reads flags alone."""
_ON, _OFF = "1", "0"

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Terms:
    """What an operator says of a pause; all of it may be left out."""

    until: datetime | None = None
    """Until then it is as it should be; it does not end by itself."""
    why: str = ""
    by: str = ""

    @property
    def said(self) -> str:
        """In words, behind what is paused: ` until 2026-12-24 08:00Z (ada: holidays)`; empty where nothing was said."""
        return (f" until {self.until:%Y-%m-%d %H:%MZ}" if self.until else "") + self.spoken

    @property
    def spoken(self) -> str:
        """Who said what of it, without until when."""
        told = ": ".join(filter(None, (self.by, self.why)))
        return f" ({told})" if told else ""


@dataclass(frozen=True, slots=True)
class Pause:
    """One that an operator made."""

    since: datetime
    terms: Terms = field(default_factory=Terms)

    def is_planned(self, now: datetime) -> bool:
        """Whether it is to last until a time that has not come."""
        return self.terms.until is not None and now < self.terms.until


@dataclass(frozen=True, slots=True)
class Pauses:
    """What is paused at one time."""

    sending: bool = False
    services: frozenset[str] = frozenset()
    """Names of services; `ingest` stands for all of its own."""
    sources: frozenset[str] = frozenset()
    stopped_because: str = ""
    """Why sending stopped by itself; empty where it did not."""

    confirmations_stopped_because: str = ""
    """Why letters to addresses that nobody has confirmed stopped by themselves, and nothing else did."""

    restored: bool = False
    """Whether the store is an older copy, which must be told first who opted out since; sending waits for that."""

    of: Mapping[str, Pause] = field(default_factory=dict, compare=False)
    """By each of the paused services, and `sending`."""
    of_sources: Mapping[str, Pause] = field(default_factory=dict, compare=False)
    """By each of the paused sources."""

    @property
    def confirmations_stopped(self) -> bool:
        """Whether such letters do not go out."""
        return bool(self.restored or self.stopped_because or self.confirmations_stopped_because)

    def holds(self, service: str) -> bool:
        """Whether a service takes nothing: paused by its name, or by that of the process it belongs to."""
        return service in self.services or service.partition(".")[0] in self.services

    def paused_by(self, service: str) -> str:
        """The name to resume, of a service that is held: that of its process, where that is paused, else its own."""
        process = service.partition(".")[0]
        return process if process in self.services else service

    def pause_of(self, service: str) -> Pause | None:
        """What holds a service; None where nothing does, or it is not known."""
        return self.of.get(self.paused_by(service))

    def holds_source(self, source: str) -> bool:
        """Whether a source is neither polled nor pushed to."""
        return source in self.sources


def read_pauses(connection: Connection) -> Pauses:
    """What is paused, in the caller's transaction."""
    query = select(flags.c.name, flags.c.value, flags.c.changed_at, _written_as(connection))
    rows = connection.execute(query).all()
    values, restored = {row.name: row.value for row in rows}, any(map(_is_restored, rows))
    on = {row.name: Pause(row.changed_at, _terms_of(values, row.name)) for row in rows if row.value == _ON}
    return Pauses(
        sending=restored or SENDING in on,
        services=frozenset(name.removeprefix(_SERVICE) for name in on if name.startswith(_SERVICE)),
        sources=frozenset(name.removeprefix(_SOURCE) for name in on if name.startswith(_SOURCE)),
        stopped_because=values.get(_BRAKE, "") if SENDING in on else "",
        confirmations_stopped_because=values.get(_CONFIRMATIONS, ""),
        restored=restored,
        of={
            "sending" if name == SENDING else name.removeprefix(_SERVICE): pause
            for name, pause in on.items()
            if name == SENDING or name.startswith(_SERVICE)
        },
        of_sources={name.removeprefix(_SOURCE): pause for name, pause in on.items() if name.startswith(_SOURCE)},
    )


def _terms_of(values: Mapping[str, str], flag: str) -> Terms:
    said: dict[str, str] = json.loads(values.get(_TERMS + flag, "{}"))
    until = datetime.fromisoformat(said["until"]) if said.get("until") else None
    return Terms(until, said.get("why", ""), said.get("by", ""))


def sending_paused(connection: Connection) -> bool:
    """Whether nothing is handed over, in the caller's transaction: by an operator, by itself, in a restored store."""
    query = select(flags.c.name, flags.c.value, _written_as(connection)).where(flags.c.name.in_((SENDING, _WRITTEN)))
    return any(row.value == _ON if row.name == SENDING else _is_restored(row) for row in connection.execute(query))


def keep_identity(connection: Connection) -> None:
    """Have a store know itself, unless it does or should: a row tells which table and transaction wrote it.

    A dump carries what the row says, and whoever restores it writes the row anew, into another table or by another
    transaction. So a copy is known at any look at the pauses, with nothing kept outside the store. A copy of
    PostgreSQL's files is no other row: it is known where Kafka counts more than it has, see `hold_restored`.
    """
    if connection.dialect.name == "postgresql":
        row = upsert(connection, flags).values(name=_WRITTEN, value=_NOW_WRITTEN, changed_at=datetime.now(UTC))
        connection.execute(row.on_conflict_do_nothing())


_NOW_WRITTEN = text(
    "CAST(CAST(CAST('flags' AS regclass) AS oid) AS text) || ':' || CAST(txid_current() % 4294967296 AS text)"
)
_UNKNOWN = "unknown"


def _written_as(connection: Connection) -> ColumnElement[str]:
    """Which table and transaction wrote a row; `xmin` has 32 bits, and a freeze leaves it as it was."""
    own = "CAST(tableoid AS text) || ':' || CAST(xmin AS text)" if connection.dialect.name == "postgresql" else "''"
    return literal_column(own, Text).label("written_as")


def _is_restored(row: Row[Any]) -> bool:
    return bool(row.name == _WRITTEN and row.value != row.written_as)


class SqlPauses:
    """The switches. All raise UnavailableError where the store is away."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def read(self) -> Pauses:
        """What is paused now."""
        with reading(self._engine) as connection:
            return read_pauses(connection)

    def set_sending(self, paused: bool, now: datetime, terms: Terms | None = None) -> None:
        """Stop or resume handing mails over; digests are built all the same. To resume ends what stopped by itself."""
        off = {SENDING: _OFF, _BRAKE: "", _CONFIRMATIONS: ""}
        self._set({SENDING: _ON, _BRAKE: ""} if paused else off, now, terms)
        if not paused:
            self.end_restored()

    def hold_restored(self, now: datetime) -> None:
        """Hold sending in a store that is found to be an older copy, until it is told who opted out since."""
        self._set({_WRITTEN: _UNKNOWN}, now)

    @retried
    def end_restored(self) -> None:
        """The store knows who opted out since it was copied, or nobody can tell: it is the one and only from now on."""
        with writing(self._engine) as connection:
            connection.execute(delete(flags).where(flags.c.name == _WRITTEN))
            keep_identity(connection)

    def stop_sending(self, why: str, now: datetime) -> None:
        """Stop handing mails over by itself; where it is stopped already, nothing changes."""
        if not self.read().sending:
            self._set({SENDING: _ON, _BRAKE: why}, now)

    def stop_confirmations(self, why: str, now: datetime) -> None:
        """Stop letters to addresses that nobody has confirmed, by itself; all else goes on."""
        self._set({_CONFIRMATIONS: why}, now)

    def sending_resumed_at(self) -> datetime | None:
        """When a person last had it go on; None where sending never was paused, or is now."""
        query = select(flags.c.changed_at).where(flags.c.name == SENDING, flags.c.value == _OFF)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one_or_none()

    def set_service(self, service: str, paused: bool, now: datetime, terms: Terms | None = None) -> None:
        """Stop or resume a service."""
        self._set({_SERVICE + service: _ON if paused else _OFF}, now, terms)

    def set_source(self, source: str, paused: bool, now: datetime, terms: Terms | None = None) -> None:
        """Stop or resume the polling of a source and the pushing to it."""
        self._set({_SOURCE + source: _ON if paused else _OFF}, now, terms)

    @retried
    def _set(self, values: Mapping[str, str], now: datetime, terms: Terms | None = None) -> None:
        """`terms`: of what is paused by it; what was said of an earlier pause holds no more."""
        paused = [name for name, value in values.items() if value == _ON]
        until = terms.until.isoformat() if terms and terms.until else None
        said = {_TERMS + name: json.dumps(asdict(terms) | {"until": until}) for name in paused if terms}
        with writing(self._engine) as connection:
            connection.execute(delete(flags).where(flags.c.name.in_([_TERMS + name for name in values])))
            for name, value in {**values, **said}.items():
                set_value(connection, name, value, now)


class PauseWatch:
    """The pauses as a worker's loop asks for them, at no cost: a thread reads them each second while this is entered.

    While the store is away the last answer holds.
    """

    def __init__(self, read: Callable[[], Pauses], *, every_s: float = 1.0) -> None:
        self._read = read
        self._every_s = every_s
        self._pauses = Pauses()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, name="pauses", daemon=True)

    def __call__(self) -> Pauses:
        """What was paused when last read."""
        return self._pauses

    def holds(self, service: str) -> bool:
        """Whether a service is paused."""
        return self._pauses.holds(service)

    def refresh(self) -> None:
        """Read once; where that fails, what was read before holds."""
        try:
            self.learn()
        except JobchimeError as error:
            _events.debug("pauses cannot be read; the last known hold", error=redacted(error))

    def learn(self) -> None:
        """Read once, for whoever must not begin without knowing. Raises UnavailableError."""
        pauses = self._read()
        if pauses != self._pauses:
            what = {"services": sorted(pauses.services), "sources": sorted(pauses.sources)}
            _events.info("pauses changed", sending=pauses.sending, **what)
        self._pauses = pauses

    def __enter__(self) -> "PauseWatch":
        """What was paused before the start holds from the start."""
        self.refresh()
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._thread.join(timeout=self._every_s)

    def _run(self) -> None:
        while not self._stop.wait(self._every_s):
            try:
                self.refresh()
            except Exception:
                _events.exception("pauses cannot be read")
