"""All criteria published anew, for topics that lost some, or that have seen more than a restored store knows."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Engine, Row, case, select, update

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.sql.tables import counters
from schemas.sql.tables import criteria as table
from services.notifier.adapters.sql.criteria.membership import KEYS, lock_criteria, outgoing, post, record_of
from services.notifier.adapters.sql.rows import IN_CHUNK, chunks, hold
from services.runtime.records import Record
from services.runtime.sql.store import reading, retried, writing


@dataclass(frozen=True, slots=True)
class Published:
    """What the topic holds of one key."""

    last: bytes
    """The newest record's value: what stays."""
    version: int
    """The highest of any of its records: what the index may have taken."""


@dataclass(frozen=True, slots=True)
class Drift:
    """What of the criteria differs between the store and the topic."""

    newest: tuple[int, ...]
    """Keys of which the topic lacks the newest state."""
    strangers: tuple[int, ...]
    """Keys that the topic holds as wanted, and the store does not know."""

    def __bool__(self) -> bool:
        return bool(self.newest or self.strangers)


def published_of(records: Iterable[Record]) -> dict[int, Published]:
    """By key, what all records of criteria.v1 come to; the unreadable are left out."""
    found: dict[int, Published] = {}
    for record in records:
        try:
            state = decode(CriteriaRecord, record.value)
        except UnreadableError:
            continue
        before = found.get(state.key)
        found[state.key] = Published(record.value, max(state.version, before.version if before else 0))
    return found


class CriteriaRepair:
    """Compares, and queues what is missing. All raises UnavailableError."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def drift(self, published: Mapping[int, Published]) -> Drift:
        """What differs now. What waits in the outbox counts as different: the topic lacks it still."""
        newest: list[int] = []
        known: set[int] = set()
        for rows in self._all():
            known.update(row.key for row in rows)
            newest += [row.key for row in rows if _differs(row, published.get(row.key))]
        unknown = {key: decode(CriteriaRecord, state.last) for key, state in published.items() if key not in known}
        strangers = [key for key, record in unknown.items() if not record.removed]
        return Drift(tuple(newest), tuple(sorted(strangers)))

    def publish(self, drift: Drift, published: Mapping[int, Published], now: datetime) -> None:
        """Queue what the topic lacks, newer than all that it holds; new keys are drawn beyond all that it holds.

        Services may be at work meanwhile.
        """
        if published:
            self._draw_beyond(max(published))
        for some in chunks(drift.newest):
            self._publish(some, published, now)
        for some in chunks(drift.strangers):
            self._remove(some, published, now)

    def _all(self) -> Iterator[list[Row[Any]]]:
        """All rows, some at a time."""
        after = -1
        while True:
            query = select(table).where(table.c.key > after).order_by(table.c.key).limit(IN_CHUNK)
            with reading(self._engine) as connection:
                rows = list(connection.execute(query).all())
            if not rows:
                return
            yield rows
            after = rows[-1].key

    @retried
    def _draw_beyond(self, key: int) -> None:
        with writing(self._engine) as connection:
            hold(connection, KEYS)
            higher = case((counters.c.value < key, key), else_=counters.c.value)
            connection.execute(update(counters).where(counters.c.name == KEYS).values(value=higher))

    @retried
    def _publish(self, keys: Iterable[int], published: Mapping[int, Published], now: datetime) -> None:
        with writing(self._engine) as connection:
            for row in lock_criteria(connection, sorted(keys)):
                state = published.get(row.key)
                if state is not None and state.version >= row.version:
                    newer = {"version": state.version + 1, "changed_at": now}
                    changed = update(table).where(table.c.key == row.key).values(newer).returning(*table.c)
                    row = connection.execute(changed).one()
                post(connection, record_of(row))

    @retried
    def _remove(self, keys: Iterable[int], published: Mapping[int, Published], now: datetime) -> None:
        """Of keys that nobody in the store has: they are removed, and never drawn again."""
        with writing(self._engine) as connection:
            for key in keys:
                last = decode(CriteriaRecord, published[key].last)
                gone = last.model_copy(update={"removed": True, "version": published[key].version + 1})
                post(connection, outgoing(gone, now))


def _differs(row: Row[Any], state: Published | None) -> bool:
    """Whether the topic tells something else of a key than its row, or might be overruled by what it told before."""
    if state is None:
        return bool(row.members)
    last = decode(CriteriaRecord, state.last)
    same = last.criteria_id == row.criteria_id and last.removed == (row.members == 0)
    return not (same and state.version == last.version == int(row.version))
