"""Whether the store still knows what it last sent. It does not where rows were deleted, or restored from an older copy.

Each search keeps when the digest was due that last served it with jobs. Where that digest, its delivery or its sent
jobs are gone, a mail that waited is lost, and what was sent may be sent again.
"""

from collections.abc import Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, Connection, Engine, exists, select, update

from schemas.counted import counted
from schemas.sql.tables import deliveries, digests, saved_searches, sent_jobs
from services.notifier.adapters.sql.rows import chunks
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import reading, retried, writing

KEPT_FOR_SURE = timedelta(days=365)
"""Younger digests are forgotten by nothing but a hand; see `retention.KEEP_DIGESTS`."""
_LOOKED_AT = 1_000
"""Searches, while nobody of them is due: a table that was emptied or restored lacks rows of any of them."""
_TABLES = "digests, digest_items, digest_searches, deliveries and sent_jobs"


def require_remembered(engine: Engine, now: datetime, people: Iterable[str] | None = None) -> None:
    """Raises UnavailableError where what was last sent to one of these people is not known any more.

    `people`: their ids; without them, some searches stand for all.
    """
    with reading(engine) as connection:
        if people is None:
            lost = _lost(connection, saved_searches.c.search_id.in_(_some()), now)
        else:
            parts = (saved_searches.c.subscriber_id.in_(some) for some in chunks(sorted(people)))
            lost = [due for part in parts for due in _lost(connection, part, now)]
    if lost:
        raise UnavailableError(
            f"the store lacks what {counted(len(lost), 'search', 'searches')} that it was asked of had last sent, on"
            f" {min(lost):%Y-%m-%d %H:%MZ} at the earliest: rows of {_TABLES} were deleted, or restored from an older"
            " copy",
            mend="sent",
        )


@retried
def accept_lost(engine: Engine, now: datetime) -> int:
    """Go on without what is lost, of all searches; returns of how many. Raises UnavailableError."""
    with writing(engine) as connection:
        return connection.execute(update(saved_searches).where(_is_lost(now)).values(mailed_due_at=None)).rowcount


def _some() -> ColumnElement[str]:
    mailed = select(saved_searches.c.search_id).where(saved_searches.c.mailed_due_at.is_not(None))
    return mailed.order_by(saved_searches.c.search_id).limit(_LOOKED_AT).scalar_subquery()


def _lost(connection: Connection, asked: ColumnElement[bool], now: datetime) -> list[datetime]:
    return list(connection.execute(select(saved_searches.c.mailed_due_at).where(asked, _is_lost(now))).scalars())


def _is_lost(now: datetime) -> ColumnElement[bool]:
    person, due = saved_searches.c.subscriber_id, saved_searches.c.mailed_due_at
    kept = (
        select(deliveries.c.delivery_id)
        .join(digests, digests.c.digest_id == deliveries.c.digest_id)
        .where(digests.c.subscriber_id == person, digests.c.due_at == due)
    )
    brought = select(sent_jobs.c.posting_id).where(sent_jobs.c.subscriber_id == person, sent_jobs.c.due_at == due)
    return (due > now - KEPT_FOR_SURE) & ~(exists(kept) & exists(brought))
