"""All that is kept about somebody, as plain data that JSON can hold: what they may ask for."""

import json
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, select

from schemas.sql.doors import new_addresses, sessions
from schemas.sql.tables import deliveries, digest_items, digests, mail_events, sent_jobs, subscribers
from services.notifier.adapters.sql.people import consents
from services.notifier.adapters.sql.people.feedback import rows_of
from services.notifier.adapters.sql.people.searches import searches_of
from services.notifier.adapters.sql.people.standing import soft_bounces_of
from services.notifier.adapters.sql.people.suppressions import suppression_of
from services.notifier.adapters.sql.rows import unsqueeze
from services.runtime.sql.store import bytewise


def data_of(connection: Connection, subscriber_id: str) -> dict[str, Any]:
    """All rows of a subscriber as plain data."""
    person = connection.execute(select(subscribers).where(subscribers.c.subscriber_id == subscriber_id)).one()
    fields = ("subscriber_id", "address", "name", "time_zone", "currency", "locale", "status")
    return {
        "subscriber": {field: getattr(person, field) for field in fields}
        | {"speaks": json.loads(person.speaks or "[]"), "created_at": person.created_at.isoformat()}
        | {name: _moment(getattr(person, name)) for name in ("seen_at", "asked_at", "address_since")},
        "consents": _consents(connection, subscriber_id),
        "suppression": _suppression(connection, person.address_hash),
        "searches": _searches(connection, subscriber_id),
        "feedback": _feedback(connection, subscriber_id),
        "digests": _digests(connection, subscriber_id),
        "sent_jobs": _sent_jobs(connection, subscriber_id),
        "sessions": _sessions(connection, subscriber_id),
        "new_address": _new_address(connection, subscriber_id),
        "mail_events": _mail_events(connection, subscriber_id),
        "soft_bounces": soft_bounces_of(connection, subscriber_id).number,
    }


def _mail_events(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    """What the mail provider told of their mails, as far as that is kept."""
    query = select(mail_events).where(mail_events.c.subscriber_id == subscriber_id)
    in_order = query.order_by(mail_events.c.at, bytewise(connection, mail_events.c.event_id))
    return [
        {"kind": row.kind, "at": row.at.isoformat(), "reason": row.reason, "delivery": row.delivery_id}
        for row in connection.execute(in_order)
    ]


def _consents(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    kept = consents.consents_of(connection, subscriber_id)
    return [asdict(consent) | {"at": consent.at.isoformat(), "given_at": _moment(consent.given_at)} for consent in kept]


def _moment(at: datetime | None) -> str | None:
    return at.isoformat() if at else None


def _suppression(connection: Connection, address_hash: str) -> dict[str, Any] | None:
    """Why nothing is mailed to the address, and where that was lifted, why; None where it never was suppressed."""
    kept = suppression_of(connection, address_hash)
    if kept is None:
        return None
    return {
        "in_force": kept.lifted_at is None,
        "reason": kept.reason,
        "since": kept.since.isoformat(),
        "added_by": kept.added_by,
        "lifted_at": kept.lifted_at.isoformat() if kept.lifted_at else None,
        "lifted_because": kept.lifted_because,
        "lifted_by": kept.lifted_by,
    }


def _searches(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    return [search.as_data() for search in searches_of(connection, subscriber_id)]


def _feedback(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    return [
        {
            "kind": row.kind,
            "value": row.value,
            "about": json.loads(row.about) if row.about else None,
            "created_at": row.created_at.isoformat(),
        }
        for row in rows_of(connection, subscriber_id)
    ]


def _sent_jobs(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    query = select(sent_jobs).where(sent_jobs.c.subscriber_id == subscriber_id)
    in_order = query.order_by(sent_jobs.c.due_at, bytewise(connection, sent_jobs.c.posting_id))
    return [
        {
            "posting_id": row.posting_id,
            "due_at": row.due_at.isoformat(),
            "cluster_key": row.cluster_key,
            "near": row.near,
            "pay": row.pay,
            "pay_currency": row.pay_currency,
        }
        for row in connection.execute(in_order)
    ]


def _digests(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    query = (
        select(digests, deliveries.c.state, deliveries.c.accepted_at)
        .outerjoin(deliveries, deliveries.c.digest_id == digests.c.digest_id)
        .where(digests.c.subscriber_id == subscriber_id)
        .order_by(digests.c.due_at)
    )
    return [
        {
            "digest_id": row.digest_id,
            "due_at": row.due_at.isoformat(),
            "outcome": row.outcome,
            "subject": row.subject,
            "email": json.loads(unsqueeze(row.body)) if row.body else None,
            "items": _items(connection, row.digest_id),
            "delivery": row.state,
            "accepted_at": row.accepted_at.isoformat() if row.accepted_at else None,
        }
        for row in connection.execute(query).all()
    ]


def _items(connection: Connection, digest_id: str) -> list[dict[str, Any]]:
    query = select(digest_items).where(digest_items.c.digest_id == digest_id).order_by(digest_items.c.rank)
    return [
        {"posting_id": row.posting_id, "kind": row.kind, "found_by": json.loads(row.found_by)}
        for row in connection.execute(query)
    ]


def _sessions(connection: Connection, subscriber_id: str) -> list[dict[str, Any]]:
    own = select(sessions).where(sessions.c.subscriber_id == subscriber_id).order_by(sessions.c.began_at)
    return [{"began_at": row.began_at.isoformat(), "agent": row.agent} for row in connection.execute(own)]


def _new_address(connection: Connection, subscriber_id: str) -> dict[str, Any] | None:
    """Where they want to be mailed once they confirm it there."""
    own = select(new_addresses).where(new_addresses.c.subscriber_id == subscriber_id)
    row = connection.execute(own).one_or_none()
    return {"address": row.address, "expires_at": row.expires_at.isoformat()} if row else None
