"""Erasing people, and the ledger of it: ids that name nobody, so that a restored backup of before erases them again."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import CompoundSelect, Connection, Engine, delete, select, union

from schemas.sql.doors import letters, new_addresses, sign_ups
from schemas.sql.tables import erasures, saved_searches, subscribers
from services.notifier.adapters.sql.criteria.membership import leave
from services.notifier.adapters.sql.people.searches import searches_of
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import reading, retried, scrub, upsert, writing

_NAMESAKES = 3
"""How often somebody had an address's id already who came by another one; see `Ids.subscriber_id`."""


@dataclass(frozen=True, slots=True)
class Erasure:
    """Somebody who is gone."""

    subscriber_id: str
    since: datetime
    """When they were taken in."""
    erased_at: datetime


def keep(connection: Connection, erasure: Erasure) -> None:
    """Within a transaction that erases them, or knows that they are gone."""
    row = {name: getattr(erasure, name) for name in Erasure.__slots__}
    connection.execute(upsert(connection, erasures).values(row).on_conflict_do_nothing())


def with_id(own: str) -> CompoundSelect[tuple[str]]:
    """Whoever has an id, or had it."""
    gone = select(erasures.c.subscriber_id).where(erasures.c.subscriber_id == own)
    return union(select(subscribers.c.subscriber_id).where(subscribers.c.subscriber_id == own), gone)


def erase_within(connection: Connection, ids: Ids, subscriber: Subscriber, now: datetime) -> None:
    """Delete every row of a person within a transaction that has locked them; to be scrubbed after it."""
    subscriber_id, address = subscriber.subscriber_id, subscriber.profile.address
    searches = searches_of(connection, subscriber_id)
    wanted = select(new_addresses.c.address).where(new_addresses.c.subscriber_id == subscriber_id)
    mailboxes = [ids.mailbox_hash(each) for each in (address, *connection.execute(wanted).scalars())]
    connection.execute(delete(saved_searches).where(saved_searches.c.subscriber_id == subscriber_id))
    leave(connection, [search.key for search in searches], now)
    connection.execute(delete(subscribers).where(subscribers.c.subscriber_id == subscriber_id))
    connection.execute(delete(sign_ups).where(sign_ups.c.address_hash == ids.address_hash(address)))
    connection.execute(delete(letters).where(letters.c.address_hash.in_(mailboxes)))
    keep(connection, Erasure(subscriber_id, subscriber.created_at, now))


class SqlErasures:
    """The ledger. All raise UnavailableError."""

    def __init__(self, engine: Engine, ids: Ids) -> None:
        self._engine = engine
        self._ids = ids

    def all(self) -> list[Erasure]:
        """The oldest first."""
        query = select(erasures).order_by(erasures.c.erased_at, erasures.c.subscriber_id)
        with reading(self._engine) as connection:
            return [Erasure(row.subscriber_id, row.since, row.erased_at) for row in connection.execute(query)]

    @retried
    def take_over(self, gone: Sequence[Erasure]) -> int:
        """Keep what another store's ledger knows, and forget wishes of these people; returns how many wishes.

        Who was erased may have a wish in a backup of before they confirmed it. A wish has an address and no id; the id
        was made of the address and the time.
        """
        with writing(self._engine) as connection:
            for each in gone:
                keep(connection, each)
            waiting = connection.execute(select(sign_ups.c.token_hash, sign_ups.c.address)).all()
            theirs = [row.token_hash for row in waiting if self._is_of(row.address, gone)]
            for token_hash in theirs:
                connection.execute(delete(sign_ups).where(sign_ups.c.token_hash == token_hash))
        scrub(self._engine)
        return len(theirs)

    def _is_of(self, address: str, gone: Sequence[Erasure]) -> bool:
        return any(
            self._ids.subscriber_id(address, each.since, again) == each.subscriber_id
            for each in gone
            for again in range(_NAMESAKES)
        )
