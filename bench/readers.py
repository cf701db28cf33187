"""Invented readers and their saved searches, as rows of the store."""

from datetime import datetime
from typing import Any

from services.notifier.domain.ids import Ids


def reader(number: int, of: tuple[str, str, str], ids: Ids, now: datetime) -> dict[str, Any]:
    """A reader who confirmed; `of`: time zone, currency and language."""
    address = f"reader{number}@people.example"
    time_zone, currency, locale = of
    return {
        "subscriber_id": ids.subscriber_id(address, now),
        "address": address,
        "address_hash": ids.address_hash(address),
        "name": f"Reader {number}",
        "time_zone": time_zone,
        "currency": currency,
        "locale": locale,
        "status": "active",
        "created_at": now,
        "changed_at": now,
    }


def daily_search(
    search_id: str, subscriber_id: str, own: int, key: int, due_at: datetime, now: datetime
) -> dict[str, Any]:
    """A search for eight o'clock; `own`: which of its reader's it is, from 0."""
    return {
        "search_id": search_id,
        "subscriber_id": subscriber_id,
        "name": f"Search {own + 1}",
        "key": key,
        "cadence": "daily",
        "hour": 8,
        "paused": False,
        "served_cut": 0,
        "next_due_at": due_at,
        "created_at": now,
        "changed_at": now,
    }
