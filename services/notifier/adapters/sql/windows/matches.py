"""Matches as packed rows, one a record, and the newest version of each posting.

Of one posting also which record gave it to a search, and which window took that.
"""

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, case, insert, select, update

from schemas.codec import decode, encode
from schemas.keys import Keys, joined, keys_of, pack, unpack, without
from schemas.posting import PostingCore
from schemas.sql.tables import cuts, digest_searches, digests, matches, positions, postings
from services.notifier.adapters.sql.rows import chunks, squeeze, unsqueeze
from services.notifier.adapters.sql.windows.cuts import load_cuts
from services.notifier.domain.windows import Arrival
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import bytewise, reading, retried, upsert, writing

_NONE = keys_of(())


@dataclass(frozen=True, slots=True)
class MatchRecord:
    """A record of matches.v1 that first named criteria for a posting."""

    near: bool
    partition: int
    position: int
    cut: int | None
    """The first cut that is kept and has it; None where none was taken since."""
    stored_by: datetime | None
    """When that cut was taken: when the record came is not kept."""


@dataclass(frozen=True, slots=True)
class ClosedWindow:
    """A window of a search that a digest, or one that was held, closed."""

    due_at: datetime
    since: datetime | None
    """When the cut was taken at which it begins; None for the beginning, or a cut that is not kept any more."""
    until: datetime | None


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


def match_records(engine: Engine, posting_id: str, keys: Sequence[int]) -> dict[int, MatchRecord]:
    """By key of criteria: the record that first gave the posting to them, a match before a near one.

    Raises UnavailableError.
    """
    found: dict[int, MatchRecord] = {}
    with reading(engine) as connection:
        query = select(matches).where(matches.c.posting_id == posting_id)
        rows = connection.execute(query.order_by(matches.c.partition, matches.c.offset)).all()
        for row in rows:
            own: dict[int, bool] = {}
            for near, named in ((True, row.near), (False, row.matched)):
                own |= dict.fromkeys(set(keys).intersection(unpack(named).tolist()), near)
            first = {key: near for key, near in own.items() if key not in found or (found[key].near and not near)}
            if not first:
                continue
            cut, stored_by = _first_cut_with(connection, row.partition, row.offset)
            for key, near in first.items():
                found[key] = MatchRecord(near, row.partition, row.offset, cut, stored_by)
    return found


def window_that_took(engine: Engine, subscriber_id: str, search_id: str, cut: int) -> ClosedWindow | None:
    """The window of a search in which a cut lies; None where no digest of it is kept. Raises UnavailableError."""
    of = digest_searches.c
    query = (
        select(digests.c.due_at, of.from_cut, of.to_cut)
        .join(digest_searches, of.digest_id == digests.c.digest_id)
        .where(digests.c.subscriber_id == subscriber_id, of.search_id == search_id)
        .where(of.from_cut < cut, of.to_cut >= cut)
        .order_by(digests.c.due_at)
    )
    with reading(engine) as connection:
        row = connection.execute(query.limit(1)).one_or_none()
        if row is None:
            return None
        return ClosedWindow(row.due_at, _taken_at(connection, row.from_cut), _taken_at(connection, row.to_cut))


def taken_at(engine: Engine, cut: int) -> datetime | None:
    """When a cut was taken; None for the beginning, or one that is not kept any more. Raises UnavailableError."""
    with reading(engine) as connection:
        return _taken_at(connection, cut)


def _taken_at(connection: Connection, cut: int) -> datetime | None:
    return connection.execute(select(cuts.c.taken_at).where(cuts.c.cut == cut)).scalar_one_or_none()


def _first_cut_with(connection: Connection, partition: int, position: int) -> tuple[int | None, datetime | None]:
    """Positions only grow from cut to cut, so that a few of them tell."""
    kept = connection.execute(select(cuts.c.cut, cuts.c.taken_at).order_by(cuts.c.cut)).all()

    def has_it(row: Row[int, datetime]) -> bool:
        return load_cuts(connection, [row.cut])[row.cut].position(partition) > position

    at = bisect_left(kept, True, key=has_it)
    return (kept[at].cut, kept[at].taken_at) if at < len(kept) else (None, None)
