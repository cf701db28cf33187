"""Matches as packed rows, one a record, and the newest version of each posting."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, case, insert, select, update

from schemas.codec import decode, encode
from schemas.keys import Keys, joined, keys_of, pack, unpack, without
from schemas.posting import PostingCore
from schemas.sql.tables import matches, positions, postings
from services.notifier.adapters.sql.rows import chunks, squeeze, unsqueeze
from services.notifier.domain.windows import Arrival
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing

_NONE = keys_of(())


class SqlMatches:
    """Matches as they came, each key once a posting, and the newest version of each posting."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._reached: dict[int, int] = {}

    @retried
    def store(self, partition: int, records: Sequence[Arrival], now: datetime) -> int:
        """Keep records of one partition, in order, and advance its position, in one transaction.

        What lies below the position is skipped, and keys that the store has for a posting are subtracted: a redone,
        replayed or re-chunked record adds only what is new. Returns how many records were new. Raises UnavailableError,
        also where the store has lost what was stored through this object.
        """
        with writing(self._engine) as connection:
            position, base = _position(connection, partition)
            if position < self._reached.get(partition, 0):
                raise UnavailableError(
                    "the store was set back while this notifier ran: stop the notifiers, then run `jobchime republish`",
                    mend="republish",
                )
            fresh = [record for record in records if record.offset + base >= position]
            if fresh:
                position = fresh[-1].offset + base + 1
                # Before what the store has is read: this locks the postings, should another partition bring the same.
                _keep_newest(connection, fresh, now)
                rows = list(_rows(partition, base, fresh, _stored(connection, fresh)))
                if rows:
                    connection.execute(insert(matches), rows)
                _advance(connection, partition, position)
        self._reached[partition] = position
        return len(fresh)

    def postings(self, posting_ids: Sequence[str]) -> dict[str, PostingCore]:
        """The newest versions; the unknown are left out. Raises UnavailableError."""
        found: dict[str, PostingCore] = {}
        with reading(self._engine) as connection:
            for some in chunks(posting_ids):
                query = select(postings.c.posting_id, postings.c.document).where(postings.c.posting_id.in_(some))
                for row in connection.execute(query):
                    found[row.posting_id] = decode(PostingCore, unsqueeze(row.document))
        return found

    def versions(self, posting_ids: Sequence[str]) -> dict[str, int]:
        """Of the newest versions which they are; the unknown are left out. Raises UnavailableError."""
        found: dict[str, int] = {}
        with reading(self._engine) as connection:
            for some in chunks(posting_ids):
                query = select(postings.c.posting_id, postings.c.version).where(postings.c.posting_id.in_(some))
                found.update((row.posting_id, row.version) for row in connection.execute(query))
        return found

    def newest(self, since: datetime, most: int) -> dict[str, int]:
        """The versions of the newest `most` open postings that were first seen since then and are news, newest first.

        Equally new ones come in the order of their ids. Raises UnavailableError.
        """
        # No posting is stored before it is seen, and there is an index of when they were.
        news = (postings.c.stored_at >= since, postings.c.seen_at >= since, postings.c.status == "open")
        with reading(self._engine) as connection:
            query = select(postings.c.posting_id, postings.c.version).where(*news, postings.c.backlog.is_(False))
            newest_first = (postings.c.seen_at.desc(), bytewise(connection, postings.c.posting_id))
            rows = connection.execute(query.order_by(*newest_first).limit(most))
            return {row.posting_id: row.version for row in rows}


def _position(connection: Connection, partition: int) -> tuple[int, int]:
    """Where a partition stands, locked: a worker that lost it to another stores after that one, and finds it done.

    With it what is to be added to the offsets of its records.
    """
    query = select(positions.c.position, positions.c.base).where(positions.c.partition == partition).with_for_update()
    row = connection.execute(query).one_or_none()
    if row is None:
        # A row that is not there cannot be locked.
        connection.execute(
            upsert(connection, positions).values(partition=partition, position=0).on_conflict_do_nothing()
        )
        row = connection.execute(query).one()
    return row.position, row.base


def _advance(connection: Connection, partition: int, position: int) -> None:
    connection.execute(update(positions).where(positions.c.partition == partition).values(position=position))


def _keep_newest(connection: Connection, records: Iterable[Arrival], now: datetime) -> None:
    """Keep the higher version whole, whichever came first; but the earliest time at which any version was seen."""
    row = upsert(connection, postings)
    newer = row.excluded.version > postings.c.version
    columns = ("version", "status", "backlog", "document")
    chosen: dict[str, Any] = {name: case((newer, row.excluded[name]), else_=postings.c[name]) for name in columns}
    earlier = row.excluded.seen_at < postings.c.seen_at
    chosen["seen_at"] = case((earlier, row.excluded.seen_at), else_=postings.c.seen_at)
    chosen["stored_at"] = row.excluded.stored_at
    newest: dict[str, dict[str, Any]] = {}
    for record in records:
        posting = record.posting
        known = newest.get(posting.posting_id)
        if known is None or posting.version > known["posting"].version:
            seen_at = min(posting.seen_at, known["seen_at"]) if known else posting.seen_at
            newest[posting.posting_id] = {"posting": posting, "seen_at": seen_at}
        else:
            known["seen_at"] = min(posting.seen_at, known["seen_at"])
    connection.execute(
        row.on_conflict_do_update(index_elements=[postings.c.posting_id], set_=chosen),
        [_posting_row(newest[own_id]["posting"], newest[own_id]["seen_at"], now) for own_id in sorted(newest)],
    )


def _posting_row(posting: PostingCore, seen_at: datetime, now: datetime) -> dict[str, Any]:
    return {
        "posting_id": posting.posting_id,
        "version": posting.version,
        "status": posting.status,
        "backlog": posting.backlog,
        "seen_at": seen_at,
        "document": squeeze(encode(posting)),
        "stored_at": now,
    }


class _StoredKeys:
    """The keys that the store has for one posting."""

    def __init__(self, keys: Keys, near: Keys) -> None:
        self.keys = keys
        self.near = near

    def add(self, keys: Keys, near: Keys) -> None:
        self.keys = joined(self.keys, keys)
        self.near = joined(self.near, near)


def _stored(connection: Connection, records: Iterable[Arrival]) -> dict[str, _StoredKeys]:
    posting_ids = dict.fromkeys(record.posting.posting_id for record in records)
    stored = read_keys(connection, posting_ids)
    return {posting_id: _StoredKeys(*stored.get(posting_id, (_NONE, _NONE))) for posting_id in posting_ids}


def _rows(
    partition: int, base: int, records: Iterable[Arrival], stored: dict[str, _StoredKeys]
) -> Iterable[dict[str, Any]]:
    """One row a record that brings something new. Matched keys count apart from near ones: near may become matched."""
    for record in records:
        known = stored[record.posting.posting_id]
        keys = without(record.keys, known.keys)
        known.add(keys, _NONE)
        near = without(without(record.near, known.near), known.keys)
        known.add(_NONE, near)
        if keys.size or near.size:
            yield {
                "partition": partition,
                "offset": record.offset + base,
                "posting_id": record.posting.posting_id,
                "matched": pack(keys),
                "near": pack(near),
            }


def stored_keys(engine: Engine, posting_ids: Iterable[str]) -> dict[str, tuple[Keys, Keys]]:
    """As `read_keys`, for whoever checks the store. Raises UnavailableError."""
    with reading(engine) as connection:
        return read_keys(connection, posting_ids)


def read_keys(connection: Connection, posting_ids: Iterable[str]) -> dict[str, tuple[Keys, Keys]]:
    """Matched and nearly matched keys of each posting; those of which nothing is stored are left out."""
    found: dict[str, tuple[Keys, Keys]] = {}
    none = keys_of(())
    for some in chunks(posting_ids):
        columns = (matches.c.posting_id, matches.c.matched, matches.c.near)
        query = select(*columns).where(matches.c.posting_id.in_(some))
        for row in connection.execute(query):
            keys, near = found.get(row.posting_id, (none, none))
            found[row.posting_id] = joined(keys, unpack(row.matched)), joined(near, unpack(row.near))
    return found
