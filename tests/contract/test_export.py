"""What somebody may ask for holds every column that is theirs, but for those that are left out by name."""

import json
from collections.abc import Callable, Mapping
from datetime import timedelta
from typing import Any

from sqlalchemy import Boolean, Column, Float, Integer, LargeBinary, Table, insert

from schemas.sql import metadata
from schemas.sql.base import Moment
from services.notifier.adapters.sql.people.kept_data import LEFT_OUT, data_of
from services.notifier.adapters.sql.rows import squeeze
from services.runtime.sql.store import reading, writing
from tests.support.notifying import NOW, NotifierStore

ADDRESS = "somebody@example.com"
SECTIONS: Mapping[str, Callable[[dict[str, Any]], dict[str, Any]]] = {
    "subscribers": lambda data: data["subscriber"],
    "consents": lambda data: data["consents"][0],
    "feedback": lambda data: data["feedback"][0],
    "tracked_jobs": lambda data: data["tracked_jobs"][0],
    "saved_searches": lambda data: data["searches"][0],
    "webhooks": lambda data: data["webhooks"][0],
    "webhook_events": lambda data: data["webhook_events"][0],
    "webhook_attempts": lambda data: data["webhook_attempts"][0],
    "digests": lambda data: data["digests"][0],
    "digest_searches": lambda data: data["digests"][0]["searches"][0],
    "digest_items": lambda data: data["digests"][0]["items"][0],
    "deliveries": lambda data: data["digests"][0]["delivery"],
    "sent_jobs": lambda data: data["sent_jobs"][0],
    "mail_events": lambda data: data["mail_events"][0],
    "suppressions": lambda data: data["suppression"],
    "sign_ups": lambda data: data["sign_up"],
    "new_addresses": lambda data: data["new_address"],
    "other_addresses": lambda data: {},
    "sign_in_links": lambda data: data["sign_in_links"][0],
    "api_tokens": lambda data: data["api_tokens"][0],
    "sessions": lambda data: data["sessions"][0],
    "letters": lambda data: data["letters"][0],
}
"""Where the export has what is in a table."""
NAMED = {"digests.body": "email", "suppressions.created_at": "since"}
CODED = {
    "subscribers.speaks": "[%s]", "subscribers.worked_as": "[%s]", "subscribers.knows": "[%s]",
    "subscribers.avoids": "[%s]", "feedback.about": "[%s]",
    "saved_searches.preferred_places": "[%s]",
    "digests.matched": "{%s: 1}", "digest_items.found_by": "[%s]", "webhook_events.found_by": "[%s]",
    "sign_ups.wanted": "{%s: 1}", "saved_searches.before_link": "{%s: 1}",
    "api_tokens.scopes": "[%s]",
}  # fmt: skip
"""Columns of text that hold JSON."""
_SAME = ("saved_searches.search_id", "webhooks.search_id", "webhook_events.event_id", "webhook_attempts.event_id")
"""Columns that refer to one another, beside those whose names say so."""
WITHIN = {"saved_searches.hour": 17, "saved_searches.weekday": 3}
"""What a column may not exceed."""


def test_everything_that_is_kept_about_somebody_is_given(store: NotifierStore) -> None:
    other = store.person("bob")
    key = store.search(other).key
    theirs = [table for table in metadata.sorted_tables if _is_of_people(table)]
    assert {table.name for table in theirs} == set(SECTIONS), "a table of people without a part in the export"
    given: dict[str, tuple[Any, str]] = {}
    for number, column in enumerate(column for table in theirs for column in table.columns):
        given[f"{column.table.name}.{column.name}"] = _filled(store, column, 100 + number, key)
    with writing(store.engine) as connection:
        for table in theirs:
            row = {column.name: given[f"{table.name}.{column.name}"][0] for column in table.columns}
            connection.execute(insert(table).values(row))
    own_id = given["subscribers.subscriber_id"][0]
    with reading(store.engine) as connection:
        data = json.loads(json.dumps(data_of(connection, store.ids, own_id)))
    assert data["subscriber"]["subscriber_id"] == own_id
    for name, (_, seen) in given.items():
        part, _, own = name.partition(".")
        section = SECTIONS[part](data)
        if name in LEFT_OUT:
            assert own not in section, name
        elif own != "subscriber_id":
            assert seen in json.dumps(section[NAMED.get(name, own)]), name
    assert set(given) >= set(LEFT_OUT), "left out, and not there any more"


def _is_of_people(table: Table) -> bool:
    if {"subscriber_id", "address_hash"} & {column.name for column in table.columns}:
        return table.name != "erasures"
    return any(_is_of_people(key.column.table) for key in table.foreign_keys)


def _filled(store: NotifierStore, column: Column[Any], number: int, key: int) -> tuple[Any, str]:
    """A value that no other column has, and what is seen of it in JSON."""
    name = f"{column.table.name}.{column.name}"
    word = f"word {number}"
    if column.name in ("subscriber_id", "digest_id", "webhook_id") or name in _SAME:
        return f"the {column.name}", ""
    if column.name == "address_hash":
        letters = column.table.name == "letters"
        return store.ids.mailbox_hash(ADDRESS) if letters else store.ids.address_hash(ADDRESS), ""
    if name == "letters.to_hash":
        return "", ""
    if name == "subscribers.address":
        return ADDRESS, ADDRESS
    if name == "saved_searches.key":
        return key, ""
    if name == "digests.dropped":
        return squeeze(json.dumps([["a posting", word]])), word
    match column.type:
        case Moment():
            at = NOW + timedelta(seconds=number)
            return at, at.isoformat()
        case Boolean():
            return True, "true"
        case Float():
            return number + 0.5, f"{number}.5"
        case LargeBinary():
            return squeeze(json.dumps([word])), word
        case Integer():
            value = WITHIN.get(name, number)
            return value, str(value)
    return CODED.get(name, "%s") % (f'"{word}"' if name in CODED else word), word
