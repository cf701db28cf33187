"""Erasing people with all that is theirs; what stays are ids that name nobody, and hashes of suppressions."""

from datetime import datetime

from sqlalchemy import CompoundSelect, Connection, delete, select, union

from schemas.sql.doors import letters, other_addresses, sign_ups
from schemas.sql.tables import erasures, saved_searches, subscribers
from services.notifier.adapters.sql.criteria.membership import leave
from services.notifier.adapters.sql.people.searches import searches_of
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import upsert


def keep_erasure(connection: Connection, subscriber_id: str, since: datetime, erased_at: datetime) -> None:
    """Within a transaction that erases somebody, or knows that they are gone. `since`: when they were taken in."""
    row = {"subscriber_id": subscriber_id, "since": since, "erased_at": erased_at}
    connection.execute(upsert(connection, erasures).values(row).on_conflict_do_nothing())


def with_id(subscriber_id: str) -> CompoundSelect[tuple[str]]:
    """Whoever has an id, or had it."""
    gone = select(erasures.c.subscriber_id).where(erasures.c.subscriber_id == subscriber_id)
    return union(select(subscribers.c.subscriber_id).where(subscribers.c.subscriber_id == subscriber_id), gone)


def keep_address(connection: Connection, subscriber_id: str, address_hash: str) -> None:
    """Know an address that somebody leaves or asks for, so that mails to it in a folder go with them."""
    row = {"subscriber_id": subscriber_id, "address_hash": address_hash}
    connection.execute(upsert(connection, other_addresses).values(row).on_conflict_do_nothing())


def addresses_of(connection: Connection, subscriber_id: str) -> frozenset[str]:
    """The hashes of all addresses that somebody has, had or asked for, but for those that others have by now."""
    own = union(
        select(subscribers.c.address_hash).where(subscribers.c.subscriber_id == subscriber_id),
        select(other_addresses.c.address_hash).where(other_addresses.c.subscriber_id == subscriber_id),
    )
    hashes = frozenset(connection.execute(own).scalars())
    others = select(subscribers.c.address_hash).where(subscribers.c.address_hash.in_(hashes))
    return hashes - set(connection.execute(others.where(subscribers.c.subscriber_id != subscriber_id)).scalars())


def erase_within(connection: Connection, ids: Ids, subscriber: Subscriber, now: datetime) -> None:
    """Delete every row of a person within a transaction that has locked them; to be scrubbed after it.

    How often other mailboxes were written to that they asked for stays for its day: they may be other people's, whom
    erasing and asking again would flood.
    """
    subscriber_id, address = subscriber.subscriber_id, subscriber.profile.address
    searches = searches_of(connection, subscriber_id)
    connection.execute(delete(saved_searches).where(saved_searches.c.subscriber_id == subscriber_id))
    leave(connection, [search.key for search in searches], now)
    connection.execute(delete(subscribers).where(subscribers.c.subscriber_id == subscriber_id))
    connection.execute(delete(sign_ups).where(sign_ups.c.address_hash == ids.address_hash(address)))
    connection.execute(delete(letters).where(letters.c.address_hash == ids.mailbox_hash(address)))
    keep_erasure(connection, subscriber_id, subscriber.created_at, now)
