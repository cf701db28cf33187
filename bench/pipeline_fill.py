"""An installation with so many criteria, written at once: people take years to come, and a bench has minutes."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from itertools import islice
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, insert

from bench.readers import daily_search, reader
from schemas.codec import decode, encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.sql.tables import counters, criteria, saved_searches, subscribers
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.criteria.membership import KEYS
from services.runtime.clock import Clock
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Commit, Outgoing
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store, writing
from services.settings import Settings

SEARCHES_EACH: Final = 5
_AT_ONCE: Final = 10_000
_PEOPLE: Final = (("Europe/Berlin", "EUR", "en"), ("Europe/London", "GBP", "en"), ("America/New_York", "USD", "en"))
"""Time zone, currency and language."""


def fill(
    settings: Settings,
    documents: Path,
    size: int,
    clock: Clock,
    *,
    due: tuple[int, datetime],
    advance: Callable[[int], None],
) -> None:
    """Put the first `size` criteria of a file of documents into log and store, five to a subscriber.

    Of the subscribers, so many as `due` says are due at its moment; the others a day later. The matcher counts as
    having handled all criteria, as where they came long ago.
    """
    engine = open_store(settings.store_url, settings.store_limits)
    migrate(engine)
    now = clock.now()
    with documents.open("rb") as file, SqliteLog(settings.data / LOG_FILE, clock=clock) as log:
        lines = enumerate(islice((line.rstrip(b"\n") for line in file), size))
        first: tuple[int, bytes] | None = None
        while some := list(islice(lines, _AT_ONCE)):
            first = first or some[0]
            log.produce([_published(key, document) for key, document in some])
            with writing(engine) as connection:
                _insert_searches(connection, some, settings, now, due)
            advance(len(some))
        _check(first)
        for partition, end in enumerate(log.ends(CRITERIA.name)):
            log.advance((), Commit("matcher", CRITERIA.name, partition, end))
    with writing(engine) as connection:
        connection.execute(insert(counters).values(name=KEYS, value=size - 1))
    engine.dispose()


def _published(key: int, document: bytes) -> Outgoing:
    """As `encode` writes it, which would first have to read the document."""
    value = b'{"key":%d,"criteria_id":"%032x","version":1,"criteria":%b}' % (key, key, document)
    return Outgoing(CRITERIA.name, b"%d" % key, value, {})


def _check(first: tuple[int, bytes] | None) -> None:
    if first is None:
        raise ValueError("there are no criteria")
    key, document = first
    asked = decode(Criteria, document)
    if _published(key, document).value != encode(
        CriteriaRecord(key=key, criteria_id=f"{key:032x}", version=1, criteria=asked)
    ):
        raise ValueError("criteria records are written otherwise than this expects")


def _insert_searches(
    connection: Connection,
    some: Sequence[tuple[int, bytes]],
    settings: Settings,
    now: datetime,
    due: tuple[int, datetime],
) -> None:
    connection.execute(
        insert(criteria),
        [
            {
                "key": key,
                "criteria_id": f"{key:032x}",
                "version": 1,
                "document": document.decode(),
                "members": 1,
                "changed_at": now,
            }
            for key, document in some
        ],
    )
    numbers, ids = sorted({key // SEARCHES_EACH for key, _ in some}), settings.ids()
    people = {number: reader(number, _PEOPLE[number % len(_PEOPLE)], ids, now) for number in numbers}
    connection.execute(insert(subscribers), list(people.values()))
    names = {number: person["subscriber_id"] for number, person in people.items()}
    connection.execute(insert(saved_searches), list(_searches((key for key, _ in some), names, now, due)))


def _searches(
    keys: Iterable[int], names: dict[int, str], now: datetime, due: tuple[int, datetime]
) -> Iterator[dict[str, Any]]:
    many, moment = due
    for key in keys:
        number, own = divmod(key, SEARCHES_EACH)
        due_at = moment if number < many else moment + timedelta(days=1)
        yield daily_search(f"s{key:015}", names[number], own, key, due_at, now)
