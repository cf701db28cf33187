"""Which keys the store has for some postings."""

from collections.abc import Iterable

from sqlalchemy import Connection, Engine, select

from schemas.keys import Keys, joined, keys_of, unpack
from schemas.sql.tables import matches
from services.notifier.adapters.sql.rows import chunks
from services.runtime.sql.store import reading


def stored_keys(engine: Engine, posting_ids: Iterable[str]) -> dict[str, tuple[Keys, Keys]]:
    """As `held_keys`, for whoever checks the store. Raises UnavailableError."""
    with reading(engine) as connection:
        return held_keys(connection, posting_ids)


def held_keys(connection: Connection, posting_ids: Iterable[str]) -> dict[str, tuple[Keys, Keys]]:
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
