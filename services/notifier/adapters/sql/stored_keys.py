"""Which keys the store has for some postings, for whoever checks it."""

from collections.abc import Iterable

from sqlalchemy import Engine, select

from schemas.keys import Keys, joined, keys_of, unpack
from schemas.sql.tables import matches
from services.notifier.adapters.sql.rows import chunks
from services.runtime.store import reading


def stored_keys(engine: Engine, posting_ids: Iterable[str]) -> dict[str, tuple[Keys, Keys]]:
    """Matched and nearly matched keys of each posting; those of which nothing is stored are left out.

    Raises UnavailableError.
    """
    found: dict[str, tuple[Keys, Keys]] = {}
    none = keys_of(())
    with reading(engine) as connection:
        for some in chunks(list(posting_ids)):
            columns = (matches.c.posting_id, matches.c.matched, matches.c.near)
            query = select(*columns).where(matches.c.posting_id.in_(some))
            for row in connection.execute(query):
                keys, near = found.get(row.posting_id, (none, none))
                found[row.posting_id] = joined(keys, unpack(row.matched)), joined(near, unpack(row.near))
    return found
