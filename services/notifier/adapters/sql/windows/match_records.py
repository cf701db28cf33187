"""Where the store has the record by which a search got a posting, and the window that took it."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, Engine, Row, select

from schemas.keys import unpack
from schemas.sql.tables import cuts, digest_searches, digests, matches
from services.notifier.adapters.sql.windows.cuts import load_cuts
from services.runtime.sql.store import reading


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
