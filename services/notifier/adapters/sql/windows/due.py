"""Cuts, claims, and what is due between which cuts."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import (
    CTE,
    BindParameter,
    ColumnElement,
    Connection,
    Engine,
    Integer,
    Row,
    and_,
    bindparam,
    exists,
    func,
    literal,
    not_,
    or_,
    select,
    union_all,
    update,
)

from schemas.criteria import Criteria
from schemas.sql.tables import criteria as criteria_table
from schemas.sql.tables import deliveries, saved_searches, subscribers
from services.notifier.adapters.sql.digests.waiting import waiting_read
from services.notifier.adapters.sql.people.recipients import recipients_of
from services.notifier.adapters.sql.people.searches import places_read
from services.notifier.adapters.sql.people.served import is_served
from services.notifier.adapters.sql.rows import chunks, criteria_in
from services.notifier.adapters.sql.windows import cuts as cuts_table
from services.notifier.adapters.sql.windows.by_key import MatchesByKey
from services.notifier.adapters.sql.windows.window_matches import best_postings
from services.notifier.domain.delivery import CANCELLABLE
from services.notifier.domain.model import DueSearch
from services.notifier.domain.schedule import next_due
from services.notifier.domain.windows import NO_MATCHES, Cut, DueSubscriber, DueWindow, WindowMatches
from services.runtime.sql.ran_ahead import AHEAD, is_due_too_late, keep_put_right
from services.runtime.sql.store import Value, bytewise, bytewise_of, is_postgresql, reading, retried, writing
from services.runtime.sql.suppressed import is_suppressed

_PUT_RIGHT_AT_ONCE = 10_000
_PASSED_OVER_AT_ONCE = 2_000
"""Few, for whoever else writes waits meanwhile: what is left stays for the next tick."""
_ROWS_EACH = 8
"""Searches that are looked at for each person who is wanted, at first: most have fewer, and some are held."""
_INSTANT = literal("instant", literal_execute=True)
"""Written into the statement, so that the partial indexes are found fit for it."""


class SqlWindows:
    """Windows by positions and cuts: who is due between which of them."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._by_key = MatchesByKey()

    @retried
    def take_cut(self, now: datetime) -> Cut:
        """Number the present positions; the newest cut again where nothing moved since. Raises UnavailableError."""
        with reading(self._engine) as connection:
            newest = cuts_table.newest_cut(connection)
            if cuts_table.present_positions(connection) == newest.positions:
                return newest
        with writing(self._engine) as connection:
            return cuts_table.take_cut(connection, now)

    @retried
    def put_right(self, now: datetime) -> int:
        """Compute anew when searches are due that a clock which had run ahead has put off; how many. It is kept.

        At most some at a time, without those that someone is changing just now. Raises UnavailableError.
        """
        with reading(self._engine) as connection:
            if connection.execute(_due_too_late(now).limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            saved = saved_searches.c
            late = _due_too_late(now).order_by(saved.search_id).limit(_PUT_RIGHT_AT_ONCE)
            rows = connection.execute(late.with_for_update(skip_locked=True, of=saved_searches)).all()
            for row in rows:
                due_at = next_due(row.cadence, row.hour, row.weekday, row.time_zone, now)
                connection.execute(
                    update(saved_searches).where(saved.search_id == row.search_id).values(next_due_at=due_at)
                )
            if rows:
                keep_put_right(connection, len(rows), max(row.next_due_at for row in rows), now)
            return len(rows)

    @retried
    def pass_over(self, now: datetime) -> int:
        """Let the slots pass of who may not be mailed, so that no tick looks at them before their next; how many.

        Whoever may be mailed again is due anew by that. At most some at a time, without those that someone is changing
        just now. Raises UnavailableError.
        """
        with reading(self._engine) as connection:
            if connection.execute(_more_clocked(), {"by": now, "looked_at": 0}).first() is None:
                return 0
            if connection.execute(_due_in_vain(now).limit(1)).first() is None:
                return 0
        with writing(self._engine) as connection:
            some = _due_in_vain(now).limit(_PASSED_OVER_AT_ONCE)
            rows = connection.execute(some.with_for_update(skip_locked=True, of=saved_searches)).all()
            if rows:
                own = update(saved_searches).where(saved_searches.c.search_id == bindparam("own_id"))
                due_again = [{"own_id": row.search_id, "due_again_at": _next_slot(row, now)} for row in rows]
                connection.execute(own.values(next_due_at=bindparam("due_again_at")), due_again)
            return len(rows)

    @retried
    def claim_due(
        self,
        worker: str,
        now: datetime,
        cut: Cut,
        lease: timedelta,
        most: int,
        *,
        in_turn: bool = False,
        by: datetime | None = None,
    ) -> list[DueSubscriber]:
        """Take up to `most` subscribers with due searches; others leave them alone until the lease ends.

        All searches of theirs that are due come with them, those first who have waited longest. `in_turn`: not all can
        be served, so nobody comes for whom a mail waits already. `by`: who is due by that time to come; instant
        searches, which are served as jobs come in, are left out. Raises UnavailableError.
        """
        free = _claimable(is_postgresql(self._engine), in_turn, by is not None)
        given = {"now": now, "by": by or now, "ahead": now + AHEAD, "cut": cut.number}
        with reading(self._engine) as connection:
            if not _first_of(connection, free, given, 1):
                return []
        with writing(self._engine) as connection:
            locked = free.with_for_update(skip_locked=True, key_share=True, of=subscribers)
            ripe = _clocked_due(by) if by else or_(_clocked_due(now), _instant_due(now, cut.number))
            claimed = _first_of(connection, locked, given, most)
            due = with_searches(connection, claimed, ripe)
            for some in chunks(subscriber.recipient.subscriber_id for subscriber in due):
                connection.execute(
                    update(subscribers)
                    .where(subscribers.c.subscriber_id.in_(some))
                    .values(built_by=worker, build_lease=now + lease)
                )
            return due

    def matches(self, due: Sequence[DueSubscriber], cut: Cut) -> dict[str, WindowMatches]:
        """By search id: the postings, matched before near and newest first, that its window holds; at most some.

        Raises UnavailableError.
        """
        windows = [window for subscriber in due for window in subscriber.windows]
        wanted: dict[int, list[int]] = {}
        for window in windows:
            wanted.setdefault(window.from_cut, []).append(window.key)
        with reading(self._engine) as connection:
            chosen = best_postings(connection, self._by_key, wanted, cuts_table.load_cuts(connection, wanted), cut)
        return {window.search.search_id: chosen.get((window.from_cut, window.key), NO_MATCHES) for window in windows}

    def upcoming(self, subscriber_id: str) -> tuple[DueSubscriber, Cut] | None:
        """All searches of a subscriber that are not paused, due or not, and a cut of what is stored now.

        None where there are none. Nothing is claimed, and the cut is not kept. Raises UnavailableError.
        """
        with reading(self._engine) as connection:
            found = with_searches(connection, [subscriber_id], not_(saved_searches.c.paused))
            cut = Cut(cuts_table.newest_cut(connection).number, cuts_table.present_positions(connection))
        return (found[0], cut) if found else None

    @retried
    def done(self, worker: str, subscriber_ids: Sequence[str]) -> None:
        """Give back subscribers that the worker claimed, served or not; those that others hold by now stay theirs.

        Raises UnavailableError.
        """
        with writing(self._engine) as connection:
            for some in chunks(subscriber_ids):
                _free(connection, (subscribers.c.built_by == worker) & subscribers.c.subscriber_id.in_(some))

    @retried
    def hold_until(self, until: datetime, worker: str, subscriber_ids: Sequence[str]) -> None:
        """Leave subscribers that the worker claimed alone until then, and no longer. Raises UnavailableError."""
        with writing(self._engine) as connection:
            for some in chunks(sorted(subscriber_ids)):
                own = (subscribers.c.built_by == worker) & subscribers.c.subscriber_id.in_(some)
                connection.execute(update(subscribers).where(own).values(build_lease=until))

    @retried
    def release(self, worker: str) -> None:
        """Give back whatever this worker, having been killed, still holds. Raises UnavailableError."""
        with writing(self._engine) as connection:
            _free(connection, subscribers.c.built_by == worker)


def _free(connection: Connection, condition: ColumnElement[bool]) -> None:
    claimed = select(subscribers.c.subscriber_id).where(condition).order_by(subscribers.c.subscriber_id)
    for some in chunks(connection.execute(claimed.with_for_update(key_share=True)).scalars().all()):
        own = update(subscribers).where(subscribers.c.subscriber_id.in_(some))
        connection.execute(own.values(built_by=None, build_lease=None))


def _clocked_due(now: Value[datetime]) -> ColumnElement[bool]:
    return and_(
        saved_searches.c.cadence != _INSTANT, not_(saved_searches.c.paused), saved_searches.c.next_due_at <= now
    )


def _instant_due(now: Value[datetime], cut: Value[int]) -> ColumnElement[bool]:
    """Only where something came since it was served: a minute's sweep costs nobody a write."""
    moved = and_(saved_searches.c.served_cut < cut, saved_searches.c.next_due_at <= now)
    return and_(saved_searches.c.cadence == _INSTANT, not_(saved_searches.c.paused), moved)


def _due_too_late(now: datetime) -> Any:
    return _timed().where(is_due_too_late(now))


def _due_in_vain(now: datetime) -> Any:
    unmailed = or_(subscribers.c.status != "active", is_suppressed(subscribers.c.address_hash))
    return _timed().where(_clocked_due(now), unmailed)


def _timed() -> Any:
    """Searches with all that decides when they are due."""
    saved = saved_searches.c
    columns = (saved.search_id, saved.cadence, saved.hour, saved.weekday, saved.next_due_at, subscribers.c.time_zone)
    return select(*columns).join(subscribers, subscribers.c.subscriber_id == saved.subscriber_id)


def _next_slot(row: Row[Any], now: datetime) -> datetime:
    try:
        return next_due(row.cadence, row.hour, row.weekday, row.time_zone, now)
    except ValueError:
        # A zone that is none any more is found out once they are served.
        return now + AHEAD


def _first_of(connection: Connection, free: Any, given: Mapping[str, object], most: int) -> Sequence[str]:
    """At most so many, and fewer only where there are no more: those who are held may stand before them."""
    looked_at = _ROWS_EACH * most
    while True:
        found = connection.execute(free, {**given, "most": most, "looked_at": looked_at}).scalars().all()
        if len(found) == most or not connection.execute(_more_clocked(), {**given, "looked_at": looked_at}).first():
            return found
        looked_at *= 8


@cache
def _more_clocked() -> Any:
    """Whether more searches are due by the clock than are looked at."""
    return (
        select(literal(1)).where(_clocked_due(bindparam("by"))).limit(1).offset(bindparam("looked_at", type_=Integer))
    )


@cache
def _claimable(postgresql: bool, in_turn: bool, clocked_alone: bool) -> Any:
    """At most `most` active subscribers with due searches whom nobody holds, who has waited longest first.

    Each half of who is due has an index of its own, so that a tick with nobody due reads next to nothing. Of the half
    that waits by the clock, where all of a board may be due at eight, the first `looked_at` are, and nobody is given
    who has waited less than the last of these. `in_turn`: of whom a mail waits already, the next digest waits too. The
    statement is built once: each tick asks it.
    """
    by: BindParameter[datetime] = bindparam("by")
    columns = (saved_searches.c.subscriber_id, saved_searches.c.next_due_at)
    looked_at = bindparam("looked_at", type_=Integer)
    first = select(*columns).where(_clocked_due(by)).order_by(saved_searches.c.next_due_at).limit(looked_at)
    # Found once and first, whatever is thought of how many they are: statistics lag behind a busy hour.
    clocked = first.cte("clocked").prefix_with("MATERIALIZED", dialect="postgresql")
    halves = [select(clocked.c.subscriber_id, clocked.c.next_due_at)]
    if not clocked_alone:
        halves.append(select(*columns).where(_instant_due(by, bindparam("cut"))))
    found = union_all(*halves).subquery()
    since = func.min(found.c.next_due_at).label("since")
    waiting = select(found.c.subscriber_id, since).group_by(found.c.subscriber_id).cte("due")
    due = waiting.prefix_with("MATERIALIZED", dialect="postgresql")
    all_of_them = select(func.count()).select_from(clocked).scalar_subquery() < looked_at
    last = select(func.max(clocked.c.next_due_at)).scalar_subquery()
    free = _free_of(due, by).where(or_(all_of_them, due.c.since <= last))
    if in_turn:
        own = deliveries.c.subscriber_id == subscribers.c.subscriber_id
        free = free.where(not_(exists().where(own, deliveries.c.state.in_(CANCELLABLE))))
    own_id = bytewise_of(subscribers.c.subscriber_id, postgresql=postgresql)
    return free.order_by(due.c.since, own_id).limit(bindparam("most", type_=Integer))


def _free_of(due: CTE, by: BindParameter[datetime]) -> Any:
    """Of those who are due, the ones that may be mailed and that nobody holds."""
    lease = subscribers.c.build_lease
    free = or_(lease.is_(None), lease <= bindparam("now"), lease > bindparam("ahead"))
    return (
        select(subscribers.c.subscriber_id)
        .join(due, due.c.subscriber_id == subscribers.c.subscriber_id)
        .where(is_served(by), free)
    )


def with_searches(
    connection: Connection, claimed: Sequence[str], condition: ColumnElement[bool]
) -> list[DueSubscriber]:
    """People with those of their searches."""
    people = recipients_of(connection, claimed)
    windows: dict[str, list[DueWindow]] = {subscriber_id: [] for subscriber_id in claimed}
    for some in chunks(claimed):
        searches = (
            select(saved_searches, criteria_table.c.document)
            .join(criteria_table, criteria_table.c.key == saved_searches.c.key)
            .where(saved_searches.c.subscriber_id.in_(some), condition)
            .order_by(bytewise(connection, saved_searches.c.search_id))
        )
        for row in connection.execute(searches):
            windows[row.subscriber_id].append(_window(row, criteria_in(row.document)))
    # Whoever another worker served between the choice and the lock has nothing due any more.
    return [
        DueSubscriber(people[subscriber_id], tuple(windows[subscriber_id]))
        for subscriber_id in claimed
        if windows[subscriber_id]
    ]


def _window(row: Row[Any], criteria: Criteria) -> DueWindow:
    return DueWindow(
        search=DueSearch(row.search_id, row.name, row.cadence, criteria, places_read(row.preferred_places)),
        key=row.key,
        from_cut=row.served_cut,
        due_at=row.next_due_at,
        hour=row.hour,
        weekday=row.weekday,
        waiting=waiting_read(row.waiting),
        waiting_kept=row.waiting,
    )
