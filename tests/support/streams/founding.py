"""Thousands of saved searches for as many different criteria, written together into a store that has none yet.

They leave the tables as `SqlSearches.add` would, one after the other, which takes a thousand times as many statements.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Engine, insert

from schemas.codec import encode
from schemas.criteria import Criteria
from schemas.sql.tables import criteria as criteria_table
from schemas.sql.tables import saved_searches
from services.notifier.adapters.sql.criteria.membership import post_newest
from services.notifier.adapters.sql.rows import chunks, hold
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Timing
from services.notifier.domain.schedule import next_due
from services.rules.criteria import criteria_id
from services.runtime.sql.store import writing

_AT_ONCE = 1_000


@dataclass(frozen=True)
class First:
    """A search to be saved."""

    subscriber_id: str
    time_zone: str
    name: str
    criteria: Criteria
    timing: Timing


def save_together(engine: Engine, ids: Ids, wanted: Sequence[First], now: datetime) -> list[tuple[str, int]]:
    """The id of each search and its key. No two ask the same, and the store has no criteria yet."""
    with writing(engine) as connection:
        hold(connection, "criteria_key", first=len(wanted))
    saved = [(ids.search_id(search.subscriber_id, search.name), key) for key, search in enumerate(wanted)]
    for some in chunks(range(len(wanted)), _AT_ONCE):
        with writing(engine) as connection:
            connection.execute(insert(criteria_table), [_criteria_row(key, wanted[key].criteria, now) for key in some])
            connection.execute(insert(saved_searches), [_search_row(*saved[key], wanted[key], now) for key in some])
            post_newest(connection, some)
    return saved


def _criteria_row(key: int, criteria: Criteria, now: datetime) -> dict[str, object]:
    document = encode(criteria).decode()
    own_id = criteria_id(criteria)
    return {"key": key, "criteria_id": own_id, "version": 1, "document": document, "members": 1, "changed_at": now}


def _search_row(search_id: str, key: int, first: First, now: datetime) -> dict[str, object]:
    timing = first.timing
    return {
        "search_id": search_id,
        "subscriber_id": first.subscriber_id,
        "name": first.name,
        "key": key,
        "cadence": timing.cadence,
        "hour": timing.hour,
        "weekday": timing.weekday,
        "paused": False,
        "served_cut": 0,
        "next_due_at": next_due(timing.cadence, timing.hour, timing.weekday, first.time_zone, now),
        "created_at": now,
        "changed_at": now,
    }
