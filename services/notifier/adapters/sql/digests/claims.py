"""Which deliveries a worker takes: what may be handed over now, in order of due time."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Connection, Integer, Select, bindparam, func, select

from schemas.sql.tables import deliveries, digest_items, digests
from services.notifier.adapters.sql.rows import chunks, unpack_email
from services.notifier.ports import ClaimedDelivery
from services.runtime.sql.built_ahead import LONGEST_LEAD

# What was changed later than now was put off by a clock that is set back since.
_READY = (deliveries.c.not_before <= bindparam("now")) | (deliveries.c.changed_at > bindparam("now"))


def _waiting(due: ColumnElement[bool]) -> Select[Any]:
    waits = select(deliveries.c.delivery_id).where(deliveries.c.state == "pending", due, _READY)
    in_turn = waits.order_by(deliveries.c.due_at, deliveries.c.delivery_id)
    return in_turn.limit(bindparam("most", type_=Integer))


# Two ranges of an index, between which a crowd waits for its hour: what is due, and what a clock that ran ahead built.
_WAITING = _waiting(deliveries.c.due_at < bindparam("soon")), _waiting(deliveries.c.due_at > bindparam("furthest"))
_SOON = timedelta(milliseconds=1)
"""Letters of one moment are due microseconds apart."""


def first_waiting(connection: Connection, now: datetime, most: int, *, locked: bool = False) -> list[str]:
    """Of what may be handed over now, what was due first; nothing before its hour."""
    given = {"now": now, "soon": now + _SOON, "furthest": now + LONGEST_LEAD}
    found: list[str] = []
    for query in _WAITING:
        if len(found) < most:
            own = query.with_for_update(skip_locked=True) if locked else query
            found += connection.execute(own, {**given, "most": most - len(found)}).scalars()
    return found


def claimed_of(connection: Connection, taken: Sequence[str]) -> list[ClaimedDelivery]:
    """With all that handing them over takes, in order of due time."""
    found: list[ClaimedDelivery] = []
    own = digest_items.c.digest_id == deliveries.c.digest_id
    jobs = select(func.count()).where(own).scalar_subquery()
    for some in chunks(taken):
        query = (
            select(deliveries, digests.c.body, jobs.label("jobs"))
            .join(digests, digests.c.digest_id == deliveries.c.digest_id)
            .where(deliveries.c.delivery_id.in_(some))
        )
        found += [
            ClaimedDelivery(row.delivery_id, row.attempts, row.due_at, unpack_email(row.body), row.digest_id, row.jobs)
            for row in connection.execute(query)
        ]
    # Not as the database's language orders ids: in Danish "aa" comes last.
    return sorted(found, key=lambda delivery: (delivery.due_at, delivery.delivery_id))
