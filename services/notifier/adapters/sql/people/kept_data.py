"""All that is kept about somebody: given to them as plain data that JSON can hold, and erased.

What is given has each column, and a new one by itself, but for those that `LEFT_OUT` names. What stays of who is erased
are ids that name nobody, and hashes of suppressions.
"""

import json
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, CompoundSelect, Connection, Row, Table, delete, select, union

from schemas.sql.doors import (
    api_tokens,
    letters,
    new_addresses,
    other_addresses,
    sessions,
    sign_in_links,
    sign_ups,
    tracked_jobs,
)
from schemas.sql.tables import (
    consents,
    deliveries,
    digest_items,
    digest_searches,
    digests,
    erasures,
    feedback,
    mail_events,
    saved_searches,
    sent_jobs,
    subscribers,
    suppressions,
)
from schemas.sql.webhooks import webhook_attempts, webhook_events, webhooks
from services.notifier.adapters.sql.criteria.membership import leave
from services.notifier.adapters.sql.digests.digest_rows import kept_as
from services.notifier.adapters.sql.people.feedback import rows_of
from services.notifier.adapters.sql.people.searches import searches_of
from services.notifier.adapters.sql.people.standing import soft_bounces_of
from services.notifier.adapters.sql.rows import unpacked
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import bytewise, upsert

_HASH = "a keyed hash that says nothing to a reader; the address itself is given where it is kept"
_LINK = "a hash of what stands in a link or a cookie, of which the store knows no more"
_WORKER = "which process was at work on it, and until when"
_ALIKE = "a hash by which the same job is known again; the job itself is named"
_CUT = "how far the stream of matches was read, a number of the service"
_SALT = "what a secret is made of, which is shown once"
_NUMBER = "the number of a row"
_OF_ALL = "whose it is, which is said once"

LEFT_OUT: Mapping[str, str] = {
    "subscribers.address_hash": _HASH,
    "subscribers.built_by": _WORKER,
    "subscribers.build_lease": _WORKER,
    "consents.id": _NUMBER,
    "saved_searches.key": "the number of the criteria, which are given whole",
    "saved_searches.served_cut": _CUT,
    "digests.remembered": "whether a chore has seen to it",
    "digest_searches.digest_id": _OF_ALL,
    "digest_searches.from_cut": _CUT,
    "digest_searches.to_cut": _CUT,
    "digest_items.digest_id": _OF_ALL,
    "digest_items.signature": _ALIKE,
    "sent_jobs.title": _ALIKE,
    "sent_jobs.signature": _ALIKE,
    "deliveries.digest_id": _OF_ALL,
    "deliveries.worker": _WORKER,
    "deliveries.lease": _WORKER,
    "deliveries.address_hash": _HASH,
    "suppressions.address_hash": _HASH,
    "suppressions.exact": "of which release's form the hash is",
    "sign_ups.token_hash": _LINK,
    "sign_ups.address_hash": _HASH,
    "new_addresses.token_hash": _LINK,
    "other_addresses.address_hash": _HASH,
    "sign_in_links.token_hash": _LINK,
    "sessions.token_hash": _LINK,
    "api_tokens.token_hash": _LINK,
    "webhooks.salt": _SALT,
    "webhooks.former_salt": _SALT,
    "webhooks.served_cut": _CUT,
    "webhook_events.title": _ALIKE,
    "webhook_events.signature": _ALIKE,
    "webhook_events.worker": _WORKER,
    "webhook_events.lease": _WORKER,
    "webhook_attempts.id": _NUMBER,
    "letters.id": _NUMBER,
    "letters.address_hash": _HASH,
    "letters.to_hash": _HASH,
}
"""Columns of people that are not given, by table and name, and why; nor is `subscriber_id`, but once."""


def _left_out(value: bytes) -> Any:
    """With its reasons in words, though facts alone may be kept of them."""
    rows = unpacked(value) or ()
    return [[own, why if isinstance(why, str) else why | {"said": kept_as(own, why).in_words({})}] for own, why in rows]


_READ: Mapping[str, Callable[[Any], Any]] = {
    "feedback.about": json.loads,
    "saved_searches.waiting": unpacked,
    "saved_searches.before_link": json.loads,
    "digests.body": unpacked,
    "digests.dropped": _left_out,
    "digests.matched": json.loads,
    "digests.rest": unpacked,
    "digest_items.found_by": json.loads,
    "webhook_events.body": unpacked,
    "webhook_events.found_by": json.loads,
    "sign_ups.wanted": json.loads,
    "api_tokens.scopes": json.loads,
}
"""Of what is written as something else, how to read it."""
_NAMED = {"digests.body": "email", "suppressions.created_at": "since"}
"""Columns that are called otherwise here."""


def data_of(connection: Connection, ids: Ids, subscriber_id: str) -> dict[str, Any]:
    """All rows of a subscriber as plain data."""
    person = connection.execute(select(subscribers).where(subscribers.c.subscriber_id == subscriber_id)).one()

    def own(table: Table, *order: ColumnElement[Any]) -> list[dict[str, Any]]:
        mine = select(table).where(table.c.subscriber_id == subscriber_id).order_by(*order)
        return [_plain(table, row) for row in connection.execute(mine)]

    by_hash = sign_ups.c.address_hash == person.address_hash
    mailed = letters.c.address_hash == ids.mailbox_hash(person.address)
    return {
        "subscriber": {"subscriber_id": subscriber_id} | _plain(subscribers, person) | _lists(person),
        "consents": own(consents, consents.c.id),
        "suppression": _suppression(connection, person.address_hash),
        "searches": _searches(connection, subscriber_id),
        "feedback": [_plain(feedback, row) for row in rows_of(connection, subscriber_id)],
        "tracked_jobs": own(tracked_jobs, tracked_jobs.c.saved_at, bytewise(connection, tracked_jobs.c.posting_id)),
        "webhooks": own(webhooks, webhooks.c.created_at, bytewise(connection, webhooks.c.webhook_id)),
        "webhook_events": own(
            webhook_events, webhook_events.c.created_at, bytewise(connection, webhook_events.c.event_id)
        ),
        "webhook_attempts": own(webhook_attempts, webhook_attempts.c.id),
        "digests": _digests(connection, subscriber_id),
        "sent_jobs": own(sent_jobs, sent_jobs.c.due_at, bytewise(connection, sent_jobs.c.posting_id)),
        "sessions": own(sessions, sessions.c.began_at),
        "api_tokens": own(api_tokens, api_tokens.c.made_at),
        "sign_in_links": own(sign_in_links, sign_in_links.c.expires_at),
        "new_address": next(iter(own(new_addresses)), None),
        "sign_up": next((_plain(sign_ups, row) for row in connection.execute(select(sign_ups).where(by_hash))), None),
        "letters": [
            _plain(letters, row) for row in connection.execute(select(letters).where(mailed).order_by(letters.c.at))
        ],
        "mail_events": own(mail_events, mail_events.c.at, bytewise(connection, mail_events.c.event_id)),
        "soft_bounces": soft_bounces_of(connection, subscriber_id).number,
    }


def _plain(table: Table, row: Row[Any]) -> dict[str, Any]:
    """The columns of a row as JSON can hold them, but for those that are left out."""
    found = {}
    for name, value in row._asdict().items():
        column = f"{table.name}.{name}"
        if name != "subscriber_id" and column not in LEFT_OUT:
            found[_NAMED.get(column, name)] = value if value is None else _READ.get(column, _as_is)(value)
    return found


def _as_is(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


def _lists(person: Row[Any]) -> dict[str, list[str]]:
    """What somebody may say several of: no row has an empty list."""
    return {name: json.loads(getattr(person, name) or "[]") for name in ("speaks", "worked_as", "knows", "avoids")}


def _suppression(connection: Connection, address_hash: str) -> dict[str, Any] | None:
    """Why nothing is mailed to the address, and where that was lifted, why; None where it never was suppressed."""
    row = connection.execute(select(suppressions).where(suppressions.c.address_hash == address_hash)).one_or_none()
    return {"in_force": row.lifted_at is None} | _plain(suppressions, row) if row is not None else None


def _searches(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    rows = connection.execute(select(saved_searches).where(saved_searches.c.subscriber_id == subscriber_id))
    columns = {row.search_id: _plain(saved_searches, row) for row in rows}
    return [columns[search.search_id] | search.as_data() for search in searches_of(connection, subscriber_id)]


def _digests(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    """Each with its jobs, the searches that it served, and what became of its mail."""
    query = select(digests).where(digests.c.subscriber_id == subscriber_id).order_by(digests.c.due_at)

    def of(table: Table, digest_id: str, order: ColumnElement[Any]) -> list[dict[str, Any]]:
        rows = select(table).where(table.c.digest_id == digest_id).order_by(order)
        return [_plain(table, row) for row in connection.execute(rows)]

    return [
        _plain(digests, row)
        | {
            "items": of(digest_items, row.digest_id, digest_items.c.rank),
            "searches": of(digest_searches, row.digest_id, bytewise(connection, digest_searches.c.search_id)),
            "delivery": next(iter(of(deliveries, row.digest_id, deliveries.c.delivery_id)), None),
        }
        for row in connection.execute(query).all()
    ]


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
