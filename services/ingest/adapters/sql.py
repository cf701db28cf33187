"""The source ledger in the SQL store."""

import json
import zlib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Row, Table, and_, delete, func, literal, or_, select, update

from schemas import giving
from schemas.sql.ingest import source_faults, source_items, sources
from services.ingest.domain.polling.listing import PENDING, KnownItem, Shrunk
from services.ingest.domain.polling.schedule import Counts, SourceHealth, Validators
from services.ingest.ports import JsonObject, KeptItem
from services.runtime.chunks import chunked
from services.runtime.figures.hours import (
    SOURCE_FAILURES,
    SOURCE_POLLS,
    SOURCE_SEEN,
    SOURCE_UNREAD,
    SOURCE_YIELD,
    Part,
    add_to_hours,
    hour_of,
)
from services.runtime.sql.ran_ahead import is_ahead
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing

_AT_ONCE = 500
_KNOWN = tuple(column for column in source_items.c if column.name != "item")


class SqlSourceLedger:
    """What was seen of every source, and how it fares. Each write is one transaction, durable on return.

    All raise `UnavailableError` where the store is away. The tables are `schemas.sql.ingest`.
    """

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    @retried
    def register(self, sources_: Iterable[str], now: datetime) -> None:
        """Add the sources that are not known yet, due at once."""
        names = sorted(set(sources_))
        rows = [{"source": name, "added_at": now, "next_due": now, "failures": 0, "counts": "{}"} for name in names]
        with reading(self._engine) as connection:
            known = set(connection.execute(select(sources.c.source).where(sources.c.source.in_(names))).scalars())
        rows = [row for row in rows if row["source"] not in known]
        if not rows:
            return
        with writing(self._engine) as connection:
            connection.execute(upsert(connection, sources).on_conflict_do_nothing(), rows)

    def health(self, source: str) -> SourceHealth | None:
        with reading(self._engine) as connection:
            row = connection.execute(select(sources).where(sources.c.source == source)).one_or_none()
        return None if row is None else _health(row)

    def healths(self) -> Sequence[SourceHealth]:
        """Of all sources, by name; those too that are no longer in the settings."""
        with reading(self._engine) as connection:
            in_order = select(sources).order_by(bytewise(connection, sources.c.source))
            return [_health(row) for row in connection.execute(in_order)]

    @retried
    def claim(
        self, sources_: Collection[str], now: datetime, *, most: int, worker: str, lease: timedelta
    ) -> Sequence[str]:
        # Looked for first, among what may be a thousand names: only a source that is due is worth the write lock.
        """Take the due ones among `sources`, the longest due first, that no other worker holds at `now`.

        They count as asked since then, until they are settled.
        """
        while found := self._due(sources_, now, most, worker):
            due = select(sources.c.source).where(sources.c.source.in_(found), _claimable(now, worker))
            with writing(self._engine) as connection:
                due = due.order_by(sources.c.next_due, bytewise(connection, sources.c.source))
                names = list(connection.execute(due.with_for_update(skip_locked=True)).scalars())
                if names:
                    claimed = {"claimed_by": worker, "claimed_until": now + lease, "asked_since": now}
                    connection.execute(update(sources).where(sources.c.source.in_(names)).values(claimed))
                    return names
            sources_ = set(sources_) - set(found)  # Another worker was quicker.
        return []

    def _due(self, sources_: Collection[str], now: datetime, most: int, worker: str) -> Sequence[str]:
        due = select(sources.c.source).where(sources.c.source.in_(sorted(sources_)), _claimable(now, worker))
        with reading(self._engine) as connection:
            due = due.order_by(sources.c.next_due, bytewise(connection, sources.c.source)).limit(most)
            return list(connection.execute(due).scalars())

    @retried
    def settle(self, health: SourceHealth, gave: Counts | None = None, unread: int = 0) -> None:
        """Write how a source fares, and let go of the claim on it.

        `gave`: what a poll came to, counted by its hour, as are its rows of which nothing could be read.
        """
        values: dict[str, Any] = {
            "added_at": health.added_at,
            "next_due": health.next_due,
            "last_attempt": health.last_attempt,
            "last_success": health.last_success,
            "listed_at": health.listed_at,
            "settled_at": health.settled_at,
            "failures": health.failures,
            "last_error": health.last_error,
            "format": health.format,
            "etag": health.validators.etag,
            "last_modified": health.validators.last_modified,
            "validates": health.validators.request,
            "counts": json.dumps(asdict(health.counts)),
            "claimed_by": None,
            "claimed_until": None,
            "asked_since": None,
            "hangs": health.hangs,
            "notes": health.notes,
            "shrunk": health.shrunk and _shrunk_text(health.shrunk),
            "giving": giving.written(health.giving),
        }
        began = health.last_attempt if health.failures else None
        with writing(self._engine) as connection:
            insert = upsert(connection, sources).values(source=health.source, failing_since=began, **values)
            # A row of failures goes on; a first failure begins one, whatever a release that knew no such date left.
            since = (
                func.coalesce(sources.c.failing_since, insert.excluded.failing_since) if health.failures > 1 else began
            )
            changed = values | {"failing_since": since}
            connection.execute(insert.on_conflict_do_update(index_elements=["source"], set_=changed))
            add_to_hours(connection, _hours_of(health, gave, unread))

    @retried
    def forget_validators(self, source: str) -> None:
        """A poll has begun to change what is known of a source; its claim stays."""
        vouched = or_(sources.c.etag.is_not(None), sources.c.last_modified.is_not(None))
        nothing = {"etag": None, "last_modified": None, "validates": None}
        with writing(self._engine) as connection:
            connection.execute(update(sources).where(sources.c.source == source, vouched).values(nothing))

    @retried
    def poll_now(self, source: str) -> None:
        """Make a poll due at once; one that is in hand is left to its end."""
        with writing(self._engine) as connection:
            connection.execute(update(sources).where(sources.c.source == source).values(next_due=sources.c.added_at))

    @retried
    def accept_shrunk(self, source: str) -> Shrunk | None:
        """Take an operator's word for how a listing shrank, and make a poll due at once; gives None where none did."""
        with writing(self._engine) as connection:
            found = connection.execute(select(sources.c.shrunk).where(sources.c.source == source)).scalar()
            if found is None:
                return None
            shrunk = _shrunk(found)
            # A source that would say that nothing changed has to list anew what it lacks.
            anew = {"etag": None, "last_modified": None, "validates": None, "next_due": sources.c.added_at}
            accepted = {"shrunk_accepted": shrunk.since, **anew}
            connection.execute(update(sources).where(sources.c.source == source).values(accepted))
        return shrunk

    @retried
    def accept_giving(self, source: str, now: datetime) -> None:
        """Take an operator's word that what is odd in what a source gives is right, until it was otherwise."""
        with writing(self._engine) as connection:
            accepted = {"giving_accepted": now, "next_due": sources.c.added_at}
            connection.execute(update(sources).where(sources.c.source == source).values(accepted))

    @retried
    def send_again(self, source: str | None) -> int:
        """Have all open items of a source, or of all, go out when they are next found; a poll is due at once.

        Returns how many there are. Raises UnavailableError.
        """
        sent = source_items.c.content_hash
        unsure = update(source_items).where(source_items.c.is_open, ~sent.startswith(PENDING, autoescape=True))
        polls = update(sources).values(etag=None, last_modified=None, validates=None, next_due=sources.c.added_at)
        if source is not None:
            unsure, polls = unsure.where(source_items.c.source == source), polls.where(sources.c.source == source)
        with writing(self._engine) as connection:
            connection.execute(polls)
            return connection.execute(unsure.values(content_hash=literal(PENDING) + sent)).rowcount

    def known(self, source: str, source_ids: Collection[str]) -> Mapping[str, KnownItem]:
        with reading(self._engine) as connection:
            return {row.source_id: _known(row) for row in _rows(connection, _KNOWN, source, source_ids)}

    def unseen_since(self, source: str, since: datetime) -> Sequence[KnownItem]:
        """The open items of a source that were last seen before `since`."""
        return self._open_items(source, source_items.c.last_seen < since)

    def count_open(self, source: str) -> int:
        query = select(func.count()).where(source_items.c.source == source, source_items.c.is_open)
        with reading(self._engine) as connection:
            return connection.execute(query).scalar_one()

    def seen_since(self, source: str, since: datetime) -> Sequence[KnownItem]:
        """The open items of a source that were last seen at `since` or later."""
        return self._open_items(source, source_items.c.last_seen >= since)

    def _open_items(self, source: str, condition: ColumnElement[bool]) -> Sequence[KnownItem]:
        query = select(*_KNOWN).where(source_items.c.source == source, source_items.c.is_open, condition)
        with reading(self._engine) as connection:
            query = query.order_by(bytewise(connection, source_items.c.source_id))
            return [_known(row) for row in connection.execute(query)]

    def ended(self, now: datetime, most: int) -> Sequence[KnownItem]:
        """Open items of any source whose end has come."""
        query = select(*_KNOWN).where(source_items.c.is_open, source_items.c.ends_at <= now).limit(most)
        with reading(self._engine) as connection:
            owner, own = (bytewise(connection, column) for column in (source_items.c.source, source_items.c.source_id))
            query = query.order_by(source_items.c.ends_at, owner, own)
            return [_known(row) for row in connection.execute(query)]

    def items(self, source: str, source_ids: Collection[str]) -> Mapping[str, JsonObject]:
        """Items as they were last seen."""
        columns = (source_items.c.source_id, source_items.c.item)
        with reading(self._engine) as connection:
            rows = _rows(connection, columns, source, source_ids)
            return {row.source_id: _unpack(row.item) for row in rows if row.item is not None}

    @retried
    def keep(self, rows: Iterable[KeptItem]) -> None:
        """Write rows; a closed one keeps its hash and loses its item."""
        in_order = sorted(rows, key=lambda row: (row.known.source, row.known.source_id))
        closed = [_values(row) | {"item": None} for row in in_order if not row.known.is_open]
        open_ = [row for row in in_order if row.known.is_open]
        renewed = [_values(row) | {"item": _pack(row.item)} for row in open_ if row.item is not None]
        as_before = [_values(row) for row in open_ if row.item is None]
        with writing(self._engine) as connection:
            for values in (closed, renewed, as_before):
                if values:
                    _write(connection, source_items, values, keys=("source", "source_id"))

    def new_faults(self, source: str, faults: Collection[str]) -> frozenset[str]:
        """Those of the faults, named by their digests, that no poll has met before."""
        met: set[str] = set()
        with reading(self._engine) as connection:
            for some in chunked(sorted(set(faults)), _AT_ONCE):
                query = select(source_faults.c.fault).where(
                    source_faults.c.source == source, source_faults.c.fault.in_(some)
                )
                met.update(connection.execute(query).scalars())
        return frozenset(faults) - met

    @retried
    def note_faults(self, source: str, faults: Collection[str], now: datetime) -> None:
        """Remember faults as met at `now`."""
        values = [{"source": source, "fault": fault, "last_met": now} for fault in sorted(set(faults))]
        if not values:
            return
        with writing(self._engine) as connection:
            _write(connection, source_faults, values, keys=("source", "fault"))

    @retried
    def prune(self, before: datetime) -> int:
        """Drop closed items last seen, and faults last met, before a time; gives the number of rows."""
        old_items = and_(source_items.c.is_open.is_(False), source_items.c.last_seen < before)
        with writing(self._engine) as connection:
            dropped = connection.execute(delete(source_items).where(old_items)).rowcount
            dropped += connection.execute(delete(source_faults).where(source_faults.c.last_met < before)).rowcount
        return dropped


def _hours_of(health: SourceHealth, gave: Counts | None, unread: int) -> Mapping[Part, int]:
    """What a poll counts for: what it listed, what of it was new or changed or could not be read, and its failure."""
    if gave is None or health.last_attempt is None:
        return {}
    counts = {
        SOURCE_POLLS: 1,
        SOURCE_SEEN: gave.items,
        SOURCE_YIELD: gave.new + gave.changed,
        SOURCE_FAILURES: int(health.failing),
        SOURCE_UNREAD: unread,
    }
    hour = hour_of(health.last_attempt)
    return {(hour, measure, health.source): number for measure, number in counts.items() if number}


def _claimable(now: datetime, worker: str) -> ColumnElement[bool]:
    until = sources.c.claimed_until
    free = or_(until.is_(None), until <= now, is_ahead(until, now), sources.c.claimed_by == worker)
    # By its last poll: how long it asked to be left alone after that is its own affair.
    return and_(or_(sources.c.next_due <= now, is_ahead(sources.c.last_attempt, now)), free)


def _write(connection: Connection, table: Table, values: Sequence[Mapping[str, Any]], *, keys: tuple[str, str]) -> None:
    insert = upsert(connection, table)
    changed = {name: insert.excluded[name] for name in values[0] if name not in keys}
    connection.execute(insert.on_conflict_do_update(index_elements=list(keys), set_=changed), list(values))


def _rows(
    connection: Connection, columns: Sequence[Any], source: str, source_ids: Collection[str]
) -> Iterator[Row[Any]]:
    for some in chunked(sorted(set(source_ids)), _AT_ONCE):
        query = select(*columns).where(source_items.c.source == source, source_items.c.source_id.in_(some))
        yield from connection.execute(query)


def _health(row: Row[Any]) -> SourceHealth:
    return SourceHealth(
        source=row.source,
        added_at=row.added_at,
        next_due=row.next_due,
        last_attempt=row.last_attempt,
        last_success=row.last_success,
        listed_at=row.listed_at,
        settled_at=row.settled_at,
        failures=row.failures,
        last_error=row.last_error,
        format=row.format,
        validators=Validators(row.etag, row.last_modified, row.validates),
        counts=Counts(**json.loads(row.counts)),
        notes=row.notes or "",
        asked_since=row.asked_since,
        hangs=row.hangs or 0,
        shrunk=None if row.shrunk is None else _shrunk(row.shrunk),
        shrunk_accepted=row.shrunk_accepted,
        giving=giving.read(row.giving),
        giving_accepted=row.giving_accepted,
    )


def _shrunk_text(shrunk: Shrunk) -> str:
    return json.dumps(asdict(shrunk) | {"since": shrunk.since.isoformat()})


def _shrunk(text: str) -> Shrunk:
    values = json.loads(text)
    return Shrunk(**values | {"since": datetime.fromisoformat(values["since"])})


def _known(row: Row[Any]) -> KnownItem:
    return KnownItem(**{column.name: getattr(row, column.name) for column in _KNOWN})


def _values(row: KeptItem) -> dict[str, Any]:
    return {column.name: getattr(row.known, column.name) for column in _KNOWN}


def _pack(item: JsonObject) -> bytes:
    return zlib.compress(json.dumps(item, ensure_ascii=True, separators=(",", ":")).encode("ascii"), 6)


def _unpack(data: bytes) -> JsonObject:
    item: JsonObject = json.loads(zlib.decompress(data))
    return item
