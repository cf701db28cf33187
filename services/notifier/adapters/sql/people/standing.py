"""Whether somebody is served: stopped and going on again, within a transaction that has locked them."""

from datetime import datetime

from sqlalchemy import Connection, update

from schemas.sql.tables import saved_searches, subscribers
from services.notifier.adapters.sql.people.searches import resumed, searches_of
from services.notifier.adapters.sql.people.suppressions import cancel_waiting
from services.notifier.domain.people import Status


def stop(connection: Connection, own_id: str, status: Status, now: datetime) -> None:
    """Serve them no more; what waits is cancelled."""
    _set(connection, own_id, status, now)
    cancel_waiting(connection, own_id, f"the subscriber {status}", now)


def go_on(connection: Connection, own_id: str, time_zone: str, now: datetime) -> None:
    """Serve them again, looking back seven days at most."""
    _set(connection, own_id, "active", now)
    for search in searches_of(connection, own_id):
        own = update(saved_searches).where(saved_searches.c.search_id == search.search_id)
        connection.execute(own.values(resumed(connection, search, time_zone, now)))


def _set(connection: Connection, own_id: str, status: Status, now: datetime) -> None:
    own = update(subscribers).where(subscribers.c.subscriber_id == own_id)
    connection.execute(own.values(status=status, changed_at=now, asked_at=None))
