"""Who is served, and who of them is sent nothing, with what the store knows of why."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Connection, Engine, Select, and_, exists, func, not_, or_, select

from schemas.sql.tables import deliveries, digests, postings, saved_searches, subscribers
from services.notifier.adapters.sql.digests.digest_rows import (
    KeptDropped,
    code_of,
    kept_as,
    kept_dropped,
    kept_rest,
)
from services.notifier.adapters.sql.rows import unpacked
from services.notifier.domain.consent import ASKED, NOTICE
from services.notifier.domain.delivery import NOT_OUT
from services.notifier.domain.quiet import FIRST, HOUR, QUIET, Quiet, spans, tells
from services.runtime.sql.store import Value, reading
from services.runtime.sql.suppressed import is_suppressed

_AT_ONCE = 1_000
_person = subscribers.c
_own_search = (saved_searches.c.subscriber_id == _person.subscriber_id) & not_(saved_searches.c.paused)
_own_digest = digests.c.subscriber_id == _person.subscriber_id
_found = digests.c.outcome == "digest"


def is_served(now: Value[datetime]) -> ColumnElement[bool]:
    """Of a subscriber: whether they are sent anything then."""
    # By a clock that ran ahead they may have gone on before the day until which they paused.
    is_back = or_(_person.paused_until.is_(None), _person.paused_until <= now)
    return and_(_person.status == "active", is_back, not_(is_suppressed(_person.address_hash)))


def quiet_people(engine: Engine, now: datetime, days: int, most: int) -> list[str]:
    """So many of those whom `tells` names, by id; nobody where the board had nothing new for a week."""
    found: list[str] = []
    last = ""
    with reading(engine) as connection:
        if not days or not _has_news(connection, now):
            return found
        while True:
            query = _served(now, days).where(_person.subscriber_id > last)
            rows = connection.execute(query.order_by(_person.subscriber_id).limit(_AT_ONCE)).all()
            found += [row.subscriber_id for row in rows if tells(_quiet(row), days, now)]
            if len(found) >= most or len(rows) < _AT_ONCE:
                return found[:most]
            last = rows[-1].subscriber_id


def quiet_of(connection: Connection, own_id: str, now: datetime, days: int) -> Quiet | None:
    """Of somebody who is locked; None where they may not be told that nothing comes, whatever was mailed."""
    row = connection.execute(_served(now, days).where(_person.subscriber_id == own_id)).one_or_none()
    return _quiet(row) if row is not None else None


def left_out_since(engine: Engine, own_id: str, since: datetime) -> list[KeptDropped]:
    """Jobs that were too unlikely to be wanted for any digest of somebody since then, whether it was mailed or held."""
    with reading(engine) as connection:
        return [kept_as(*left) for left in unlikely_since(connection, own_id, since, ("digest", "hold"))]


def was_left_out_since(engine: Engine, own_id: str, posting_id: str, since: datetime) -> bool:
    """Whether a digest that was due since then left out a posting that its page lists: unlikely, or without room.

    Raises UnavailableError.
    """
    own = (digests.c.subscriber_id == own_id) & (digests.c.due_at >= since)
    with reading(engine) as connection:
        for row in connection.execute(select(digests.c.dropped, digests.c.rest).where(own)):
            unlikely = (left.posting_id for left in kept_dropped(row.dropped) if left.code == "unlikely")
            if posting_id in unlikely or any(posting_id == waiting for waiting, _ in kept_rest(row.rest)):
                return True
    return False


def unlikely_since(
    connection: Connection, own_id: str, since: datetime, outcomes: Sequence[str] = ("hold",)
) -> list[tuple[str, Any]]:
    """Jobs that somebody was not sent as too unlikely to be wanted, each with why, as digests keep them."""
    held = (digests.c.subscriber_id == own_id) & (digests.c.due_at > since) & digests.c.outcome.in_(outcomes)
    packed = connection.execute(select(digests.c.dropped).where(held).order_by(digests.c.due_at)).scalars()
    left_out = ((posting_id, why) for dropped in packed for posting_id, why in unpacked(dropped) or ())
    unlikely = {posting_id: why for posting_id, why in left_out if code_of(why) == "unlikely"}
    return list(unlikely.items())


def _has_news(connection: Connection, now: datetime) -> bool:
    """Where nothing new comes in, that is the operator's matter, and says nothing of what people look for."""
    since = now - FIRST
    # No posting is stored before it is seen, and there is an index of when they were.
    news = (postings.c.stored_at >= since) & (postings.c.seen_at >= since) & (postings.c.status == "open")
    return connection.execute(select(exists().where(news, postings.c.backlog.is_(False)))).scalar() is True


def _served(now: datetime, days: int) -> Select[Any]:
    """Those who are mailed when something fits, with the facts of a `Quiet`; some who had a digest lately left out."""
    first, _ = spans(days)
    overdue = (saved_searches.c.cadence != "instant") & (saved_searches.c.next_due_at <= now)
    newest = select(func.max(saved_searches.c.changed_at)).where(_own_search).scalar_subquery()
    by_clock = _own_search & (saved_searches.c.cadence != "instant")
    hour = select(func.coalesce(func.min(saved_searches.c.hour), HOUR)).where(by_clock).scalar_subquery()
    told = (digests.c.outcome == NOTICE) & (digests.c.reason == QUIET) & deliveries.c.state.not_in(NOT_OUT)
    noticed = (digests.c.outcome == NOTICE) & digests.c.reason.in_((QUIET, *ASKED))
    return (
        select(_person.subscriber_id, _person.changed_at, newest.label("search_changed_at"))
        .add_columns(_last(_found).label("mailed_at"), _last(told).label("told_at"))
        .add_columns(_last(noticed).label("noticed_at"), hour.label("hour"), _person.time_zone)
        .where(_person.asked_at.is_(None), _person.changed_at <= now - first)
        .where(is_served(now), exists().where(_own_search))
        # Whose digest is being built, or waits for room in a warm-up, may be sent something at any moment.
        .where(not_(exists().where(_own_search, or_(overdue, saved_searches.c.changed_at > now - first))))
        .where(not_(exists().where(_own_digest, digests.c.due_at > now - first, _found)))
    )


def _last(condition: ColumnElement[bool]) -> Any:
    """When somebody's last digest or notice of a kind was due; what was held has no delivery to look at."""
    query = select(func.max(deliveries.c.due_at)).join(digests, digests.c.digest_id == deliveries.c.digest_id)
    return query.where(deliveries.c.subscriber_id == _person.subscriber_id, condition).scalar_subquery()


def _quiet(row: Any) -> Quiet:
    begun_at = max(row.changed_at, row.search_changed_at)
    return Quiet(begun_at, row.mailed_at, row.told_at, row.noticed_at, row.hour, row.time_zone)
