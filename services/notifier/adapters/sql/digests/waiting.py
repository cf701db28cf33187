"""The column of a saved search that holds the postings for which its digests had no room, or whose mails did not go."""

import json
from collections.abc import Sequence

from sqlalchemy import Connection, bindparam, not_, select, update

from schemas.sql.tables import deliveries, digest_items, saved_searches, subscribers
from services.notifier.adapters.sql.rows import chunks, packed, unpacked
from services.notifier.domain.curation.waiting import waiting_again
from services.runtime.sql.suppressed import is_suppressed


def waiting_written(posting_ids: Sequence[str]) -> bytes | None:
    """Ids as bytes, in their order; None where there are none."""
    return packed(list(posting_ids)) if posting_ids else None


def waiting_read(column: bytes | None) -> tuple[str, ...]:
    """Undo `waiting_written`."""
    return tuple(unpacked(column) or ())


def put_back(connection: Connection, delivery_ids: Sequence[str]) -> None:
    """Let the jobs of mails that did not go out wait with the searches that found them; not of who is suppressed.

    The people are locked. What waits already waits once, so that it is safe to repeat.
    """
    unsent: dict[str, list[str]] = {}
    for some in chunks(delivery_ids):
        items = (
            select(digest_items.c.posting_id, digest_items.c.found_by)
            .join(deliveries, deliveries.c.digest_id == digest_items.c.digest_id)
            .join(subscribers, subscribers.c.subscriber_id == deliveries.c.subscriber_id)
            .where(deliveries.c.delivery_id.in_(some), not_(is_suppressed(subscribers.c.address_hash)))
            .order_by(deliveries.c.due_at.desc(), digest_items.c.digest_id, digest_items.c.rank)
        )
        for posting_id, found_by in connection.execute(items):
            for search in json.loads(found_by):
                unsent.setdefault(search["search_id"], []).append(posting_id)
    for searches in chunks(sorted(unsent)):
        own = saved_searches.c.search_id
        rows = select(own, saved_searches.c.waiting).where(own.in_(searches)).order_by(own).with_for_update()
        changed = [
            {
                "own_id": row.search_id,
                "waits": waiting_written(waiting_again(waiting_read(row.waiting), unsent[row.search_id])),
            }
            for row in connection.execute(rows).all()
        ]
        if changed:
            wait = update(saved_searches).where(own == bindparam("own_id")).values(waiting=bindparam("waits"))
            connection.execute(wait, changed)
