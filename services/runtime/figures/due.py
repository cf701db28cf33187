"""Who waits for a digest: those whom the next tick of a notifier would serve, and nobody else."""

import json
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Connection, and_, case, func, literal, not_, or_, select

from schemas.sql.base import Moment
from schemas.sql.tables import cuts, positions, saved_searches, subscribers
from services.runtime.sql.suppressed import is_suppressed


@dataclass(frozen=True, slots=True)
class Due:
    """Those who wait."""

    subscribers: int = 0
    since: datetime | None = None
    """Since when the longest waiting one does."""
    retried: int = 0
    """Of them: whose digest a worker has in hand, or could not build and tries again when its claim ends."""


def read_due(connection: Connection, now: datetime) -> Due:
    """Count those who wait, in the caller's transaction.

    An instant search waits only once records have come that it was not served with, and since they came: without
    news its next time stands still. A paused search, somebody paused or suppressed, and what today's cap put off
    until tomorrow wait for nothing.
    """
    newest, moved = _cut(connection)
    came_at = select(func.min(cuts.c.taken_at)).where(cuts.c.cut > saved_searches.c.served_cut).scalar_subquery()
    instant = saved_searches.c.cadence == "instant"
    has_news = saved_searches.c.served_cut < newest + moved
    # What no cut tells of yet has come since the last tick.
    news_at = func.coalesce(came_at, literal(now, Moment))
    since = case((and_(instant, news_at > saved_searches.c.next_due_at), news_at), else_=saved_searches.c.next_due_at)
    claimed = subscribers.c.build_lease > now
    ripe = (
        select(saved_searches.c.subscriber_id, since.label("since"), claimed.label("claimed"))
        .join(subscribers, subscribers.c.subscriber_id == saved_searches.c.subscriber_id)
        .where(
            saved_searches.c.next_due_at <= now,
            not_(saved_searches.c.paused),
            or_(not_(instant), has_news),
            subscribers.c.status == "active",
            not_(is_suppressed(subscribers.c.address_hash)),
        )
        .subquery()
    )
    number, longest = connection.execute(
        select(func.count(ripe.c.subscriber_id.distinct()), func.min(ripe.c.since))
    ).one()
    retried = connection.execute(select(func.count(ripe.c.subscriber_id.distinct())).where(ripe.c.claimed)).scalar_one()
    return Due(int(number), longest, int(retried))


def _cut(connection: Connection) -> tuple[int, int]:
    """The newest cut, and 1 where records have come since, which the next tick will number."""
    row = connection.execute(select(cuts.c.cut, cuts.c.positions).order_by(cuts.c.cut.desc()).limit(1)).one_or_none()
    known = {} if row is None else {int(at): position for at, position in json.loads(row.positions).items()}
    present = {
        row.partition: row.position for row in connection.execute(select(positions).where(positions.c.position > 0))
    }
    return (0 if row is None else row.cut), int(present != known)
