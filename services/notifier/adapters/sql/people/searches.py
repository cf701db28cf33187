"""Saved searches: who wants what, when, and up to which cut they were served."""

import json
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, Row, Select, delete, func, insert, select, update

from schemas.codec import decode, encode
from schemas.criteria import Criteria
from schemas.sql.tables import criteria as criteria_table
from schemas.sql.tables import deliveries, digest_items, digest_searches, digests, saved_searches
from services.notifier.adapters.sql.criteria.membership import join, leave
from services.notifier.adapters.sql.digests.waiting import put_back
from services.notifier.adapters.sql.people.suppressions import cancel_waiting
from services.notifier.adapters.sql.rows import hold_person, to_json
from services.notifier.adapters.sql.windows.cuts import NEW_SEARCH_LOOKS_BACK, cut_before
from services.notifier.domain.delivery import CANCELLABLE
from services.notifier.domain.fields import FieldError
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import MOST_SEARCHES, LinkChange, SavedSearch, Timing, name_of
from services.notifier.domain.schedule import due_after_change, next_due
from services.runtime.errors import ChangedError, UsageError
from services.runtime.sql.ran_ahead import is_ahead
from services.runtime.sql.store import bytewise, reading, retried, writing


class SqlSearches:
    """Saved searches. Criteria are given in their canonical form, see `services.rules.criteria`."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    @retried
    def add(
        self,
        subscriber_id: str,
        name: str,
        criteria: Criteria,
        timing: Timing,
        now: datetime,
        search_id: str = "",
        preferred_places: tuple[str, ...] = (),
    ) -> SavedSearch:
        """Save a search; its first window begins at the cut of seven days ago. Raises UsageError.

        `search_id`: where they have one of that id, it stays as it is, and is given. `preferred_places` as
        `services.notifier.domain.people.preferred_places_of` gives them.
        """
        name = _name(name)
        with writing(self._engine) as connection:
            time_zone = _time_zone_of(connection, subscriber_id)
            if search_id and (there := _find(connection, search_id)) and there.subscriber_id == subscriber_id:
                return there
            self._check_room(connection, subscriber_id, name)
            row = {
                "search_id": search_id or self._free_id(connection, subscriber_id, name),
                "subscriber_id": subscriber_id,
                "name": name,
                "key": join(connection, criteria, now),
                "paused": False,
                "served_cut": cut_before(connection, now - NEW_SEARCH_LOOKS_BACK),
                "preferred_places": _written(preferred_places),
                "created_at": now,
                **_timing(timing, time_zone, now),
            }
            connection.execute(insert(saved_searches).values(row))
            return _require(connection, row["search_id"])

    @retried
    def edit(
        self,
        search_id: str,
        now: datetime,
        *,
        name: str | None = None,
        criteria: Criteria | None = None,
        timing: Timing | None = None,
        preferred_places: tuple[str, ...] | None = None,
        paused: bool | None = None,
        known: SavedSearch | None = None,
        by_link: bool = False,
    ) -> SavedSearch:
        """Change a search. Raises UsageError; ChangedError where it asks for something else than what is `known`.

        `by_link`: by whoever holds a link of a mail, so that its owner is told.

        Its window stays, so that nothing is missed; with other criteria, which are left and joined, it reaches back as
        that of a new search. At other times it is due as `due_after_change` says. Paused it is served no more, its
        criteria stay joined, and a mail of it alone is cancelled; from its next slot on it looks back seven days at
        most.
        """
        with writing(self._engine) as connection:
            search = _locked(connection, search_id, known)
            values: dict[str, Any] = {"changed_at": now}
            if name is not None and _name(name) != search.name:
                values["name"] = _name(name)
                self._check_name(connection, search.subscriber_id, values["name"])
            if timing is not None and timing != search.timing:
                time_zone = _time_zone_of(connection, search.subscriber_id)
                values |= rescheduled(connection, replace(search, timing=timing), time_zone, now, was=search.timing)
            if preferred_places is not None:
                values["preferred_places"] = _written(preferred_places)
            if paused is not None and paused != search.paused:
                values["paused"] = paused
            if search.paused and paused is False:
                time_zone = _time_zone_of(connection, search.subscriber_id)
                values |= resumed(connection, replace(search, timing=timing or search.timing), time_zone, now)
            if criteria is not None and criteria != search.criteria:
                values["key"] = join(connection, criteria, now, leaving=search.key)
                # What others' searches found by these criteria lies before the window: it is new to this one.
                looks_back = cut_before(connection, now - NEW_SEARCH_LOOKS_BACK)
                values["served_cut"] = min(values.get("served_cut", search.served_cut), looks_back)
                values |= _linked(_before_link(search, criteria) if by_link else None, now)
            _set(connection, search_id, values)
            if paused:
                _cancel_unasked(connection, search.subscriber_id, now)
            return _require(connection, search_id)

    def pause(self, search_id: str, now: datetime) -> SavedSearch:
        """Serve it no more until it is resumed. Raises UsageError."""
        return self.edit(search_id, now, paused=True)

    def resume(self, search_id: str, now: datetime) -> SavedSearch:
        """Serve it again from its next slot on. Raises UsageError."""
        return self.edit(search_id, now, paused=False)

    @retried
    def delete(self, search_id: str, now: datetime, known: SavedSearch | None = None) -> None:
        """Forget a search, and cancel a mail of it alone; what was sent for it stays in its digests.

        Raises UsageError; ChangedError as `edit`.
        """
        with writing(self._engine) as connection:
            search = _locked(connection, search_id, known)
            connection.execute(delete(saved_searches).where(saved_searches.c.search_id == search_id))
            leave(connection, [search.key], now)
            _cancel_unasked(connection, search.subscriber_id, now)

    @retried
    def give_feed(self, search_id: str, key: str | None) -> None:
        """Give it a feed at another secret address, or at none. Raises UsageError."""
        with writing(self._engine) as connection:
            _locked(connection, search_id)
            _set(connection, search_id, {"feed_key": key})

    @retried
    def keep(self, search_id: str) -> None:
        """Have its owner told no more of what a link changed. Raises UsageError."""
        with writing(self._engine) as connection:
            _locked(connection, search_id)
            _set(connection, search_id, _linked(None))

    def with_feed(self, key: str) -> SavedSearch | None:
        """The search that has a feed at a secret address."""
        with reading(self._engine) as connection:
            row = connection.execute(_searches().where(saved_searches.c.feed_key == key)).first()
            return _search(row) if row else None

    def get(self, search_id: str) -> SavedSearch:
        """Raises UsageError for an id that no search has."""
        with reading(self._engine) as connection:
            return _require(connection, search_id)

    def all(self, subscriber_id: str | None = None) -> list[SavedSearch]:
        """The searches of one subscriber, or of all: by subscriber, then name."""
        with reading(self._engine) as connection:
            return searches_of(connection, subscriber_id)

    def _check_room(self, connection: Connection, subscriber_id: str, name: str) -> None:
        own = saved_searches.c.subscriber_id == subscriber_id
        count = connection.execute(select(func.count()).select_from(saved_searches).where(own)).scalar_one()
        if count >= MOST_SEARCHES:
            raise UsageError(f"A subscriber may have {MOST_SEARCHES} saved searches; delete one first.")
        self._check_name(connection, subscriber_id, name)

    def _check_name(self, connection: Connection, subscriber_id: str, name: str) -> None:
        same = select(saved_searches.c.search_id).where(
            saved_searches.c.subscriber_id == subscriber_id, saved_searches.c.name == name
        )
        if connection.execute(same).first():
            raise UsageError(f"The subscriber has a search named {name!r} already; choose another name.")

    def _free_id(self, connection: Connection, subscriber_id: str, name: str) -> str:
        for again in range(MOST_SEARCHES + 1):
            search_id = self._ids.search_id(subscriber_id, name, again)
            taken = select(saved_searches.c.search_id).where(saved_searches.c.search_id == search_id)
            if connection.execute(taken).first() is None:
                return search_id
        raise AssertionError("more searches hold an id than a subscriber may have")


def searches_of(connection: Connection, subscriber_id: str | None) -> list[SavedSearch]:
    """The searches of one subscriber, or of all: by subscriber, then name."""
    owner, name = (bytewise(connection, column) for column in (saved_searches.c.subscriber_id, saved_searches.c.name))
    query = _searches().order_by(owner, name)
    if subscriber_id is not None:
        query = query.where(saved_searches.c.subscriber_id == subscriber_id)
    return [_search(row) for row in connection.execute(query)]


def resumed(connection: Connection, search: SavedSearch, time_zone: str, now: datetime) -> dict[str, Any]:
    """The columns of a search that is served again: due at its next slot, its window no longer than a new one's."""
    served = max(search.served_cut, cut_before(connection, now - NEW_SEARCH_LOOKS_BACK))
    return {"served_cut": served, **_timing(search.timing, time_zone, now)}


def rescheduled(
    connection: Connection, search: SavedSearch, time_zone: str, now: datetime, was: Timing | None = None
) -> dict[str, Any]:
    """The columns of a search that has other times from now on, or whose subscriber another time zone.

    `was`: its times until now, where they are others.
    """
    timing = search.timing
    due_at = due_after_change(
        timing.cadence,
        timing.hour,
        timing.weekday,
        time_zone,
        was=(was or timing).cadence,
        was_due_at=search.next_due_at,
        served_at=_served_at(connection, search, now),
        now=now,
    )
    return _timing(timing, time_zone, now) | {"next_due_at": due_at}


def _cancel_unasked(connection: Connection, subscriber_id: str, now: datetime) -> None:
    """Cancel what waits for a person and holds only jobs of searches that are paused or gone.

    The jobs wait with those that are paused.
    """
    own = saved_searches.c.subscriber_id == subscriber_id
    asking = set(connection.execute(select(saved_searches.c.search_id).where(own, ~saved_searches.c.paused)).scalars())
    items = (
        select(deliveries.c.delivery_id, digest_items.c.found_by)
        .join(digest_items, digest_items.c.digest_id == deliveries.c.digest_id)
        .where(deliveries.c.subscriber_id == subscriber_id, deliveries.c.state.in_(CANCELLABLE))
    )
    found: dict[str, set[str]] = {}
    for row in connection.execute(items):
        found.setdefault(row.delivery_id, set()).update(search["search_id"] for search in json.loads(row.found_by))
    unasked = [delivery_id for delivery_id, by in found.items() if by and not by & asking]
    if unasked:
        put_back(connection, cancel_waiting(connection, subscriber_id, "its searches are paused", now, unasked))


def _served_at(connection: Connection, search: SavedSearch, now: datetime) -> datetime | None:
    """The due time of the last digest, sent or held, that took in this search, but for a clock that ran ahead."""
    query = (
        select(func.max(digests.c.due_at))
        .join(digest_searches, digest_searches.c.digest_id == digests.c.digest_id)
        .where(digests.c.subscriber_id == search.subscriber_id, digest_searches.c.search_id == search.search_id)
        .where(~is_ahead(digests.c.due_at, now))
    )
    found: datetime | None = connection.execute(query).scalar_one()
    return found


def _name(text: str) -> str:
    try:
        return name_of(text)
    except FieldError as error:
        raise UsageError(f"The search's name cannot be taken: {error.said}.") from None


def _timing(timing: Timing, time_zone: str, now: datetime) -> dict[str, Any]:
    return {
        "cadence": timing.cadence,
        "hour": timing.hour,
        "weekday": timing.weekday,
        "next_due_at": next_due(timing.cadence, timing.hour, timing.weekday, time_zone, now),
        "changed_at": now,
    }


def _before_link(search: SavedSearch, criteria: Criteria) -> Criteria | None:
    """What it asked for before links changed it; None where it asks for that again."""
    before = search.by_link.before if search.by_link else search.criteria
    return before if before != criteria else None


def _linked(before: Criteria | None, now: datetime | None = None) -> dict[str, Any]:
    """The columns of what a link changed."""
    return {"linked_at": now if before else None, "before_link": encode(before).decode() if before else None}


def _set(connection: Connection, search_id: str, values: dict[str, Any]) -> None:
    connection.execute(update(saved_searches).where(saved_searches.c.search_id == search_id).values(values))


def _time_zone_of(connection: Connection, subscriber_id: str) -> str:
    person = hold_person(connection, subscriber_id)
    if person is None:
        raise UsageError(f"There is no subscriber {subscriber_id}.")
    return str(person.time_zone)


def _locked(connection: Connection, search_id: str, known: SavedSearch | None = None) -> SavedSearch:
    """A search whose owner is locked, so that it stays as it is until the transaction ends.

    Raises ChangedError where it asks for something else than what is `known`.
    """
    hold_person(connection, _require(connection, search_id).subscriber_id)
    found = _require(connection, search_id)
    if known is not None and found.wish != known.wish:
        raise ChangedError("the search was changed meanwhile")
    return found


def _require(connection: Connection, search_id: str) -> SavedSearch:
    found = _find(connection, search_id)
    if found is None:
        raise UsageError(f"There is no saved search {search_id}.")
    return found


def _find(connection: Connection, search_id: str) -> SavedSearch | None:
    row = connection.execute(_searches().where(saved_searches.c.search_id == search_id)).one_or_none()
    return None if row is None else _search(row)


def _searches() -> Select[Any]:
    return select(saved_searches, criteria_table.c.document).join(
        criteria_table, saved_searches.c.key == criteria_table.c.key
    )


def _search(row: Row[Any]) -> SavedSearch:
    return SavedSearch(
        search_id=row.search_id,
        subscriber_id=row.subscriber_id,
        name=row.name,
        key=row.key,
        criteria=decode(Criteria, row.document.encode()),
        timing=Timing(row.cadence, row.hour, row.weekday),
        paused=row.paused,
        served_cut=row.served_cut,
        next_due_at=row.next_due_at,
        preferred_places=places_read(row.preferred_places),
        feed_key=row.feed_key,
        by_link=LinkChange(row.linked_at, decode(Criteria, row.before_link.encode())) if row.linked_at else None,
    )


def places_read(column: str | None) -> tuple[str, ...]:
    """Preferred places from their column; none where a search was saved before there were any."""
    return tuple(json.loads(column)) if column else ()


def _written(places: tuple[str, ...]) -> str | None:
    return to_json(places) if places else None
