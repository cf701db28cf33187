"""A morning for `bench.delivery`: who asks for what, which postings fit it, and a crowd of those whose mails wait."""

import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    Engine,
    FromClause,
    Table,
    Text,
    cast,
    insert,
    select,
    true,
)

from bench.readers import daily_search, reader
from bench.wishes import wishes
from schemas.codec import encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import keys_of
from schemas.posting import PostingCore
from schemas.sql.tables import criteria, deliveries, digest_items, digests, saved_searches, subscribers
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.notifier.adapters.sql.rows import given, pack_email, unpack_email
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.ids import Ids
from services.notifier.domain.windows import Arrival
from services.runtime.sql.store import writing
from tests.support.captured import captured_postings

MORNING: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
DUE: Final = datetime(2026, 9, 1, 6, tzinfo=UTC)
EARLIER: Final = DUE - timedelta(hours=1)
SECRET: Final = b"a secret of these figures alone"
SEARCHES_EACH: Final = 5
POSTINGS: Final = 2_000
IDS: Final = Ids(SECRET)
_READERS: Final = (
    ("Europe/London", "GBP", "en"), ("Europe/Berlin", "EUR", "de"), ("Europe/Madrid", "EUR", "es"),
    ("Europe/Zurich", "CHF", "fr"), ("America/Sao_Paulo", "BRL", "pt"),
)  # fmt: skip
"""Time zone, currency and language."""
_AT_ONCE: Final = 5_000
_OWN: Final = ("subscriber_id", "address_hash", "digest_id", "delivery_id")
"""What each copy has for itself."""
_SEEN_WITHIN_S: Final = 20 * 3_600


@dataclass(frozen=True)
class Morning:
    """What is in the store before anything is built."""

    asked: Sequence[Criteria]
    """By key."""
    searches: Sequence[Sequence[int]]
    """By person: the keys of their searches."""
    arrivals: Sequence[Arrival]


def the_morning(people: int) -> Morning:
    """Who asks for what, and which postings fit it."""
    postings = _of_one_day(captured_postings(POSTINGS))
    groups = max(people // 100, 1)
    own = iter(range(people * SEARCHES_EACH))
    searches: list[list[int]] = []
    for number in range(people):
        popular = 5 * (number // 5 % groups)
        shares = number % 5 == 4 and popular < number
        searches.append(searches[popular] if shares else [next(own) for _ in range(SEARCHES_EACH)])
    asked = list(wishes(postings, next(own)))
    index = MemoryCriteriaIndex()
    for start in range(0, len(asked), _AT_ONCE):
        some = enumerate(asked[start : start + _AT_ONCE], start)
        index.apply(
            [CriteriaRecord(key=key, criteria_id=f"{key:032x}", version=1, criteria=wish) for key, wish in some]
        )
    hits = index.match(postings)
    arrivals = [
        Arrival(offset, posting, keys_of(hit.keys), keys_of(hit.near))
        for offset, (posting, hit) in enumerate(zip(postings, hits, strict=True))
    ]
    return Morning(asked, searches, arrivals)


def _of_one_day(postings: Sequence[PostingCore]) -> list[PostingCore]:
    """The same, posted in the last hours and open."""
    dice = random.Random(8)
    changes = {"expires_at": None, "status": "open", "backlog": False}
    moments = [MORNING - timedelta(seconds=dice.randrange(_SEEN_WITHIN_S)) for _ in postings]
    return [
        posting.model_copy(update=changes | {"posted_at": at, "fetched_at": at})
        for posting, at in zip(postings, moments, strict=True)
    ]


def fill(engine: Engine, morning: Morning) -> None:
    """Put a morning into a migrated store."""
    people = [_person(number) for number in range(len(morning.searches))]
    with writing(engine) as connection:
        for start in range(0, len(morning.asked), _AT_ONCE):
            some = enumerate(morning.asked[start : start + _AT_ONCE], start)
            connection.execute(insert(criteria), [_criteria(key, asked) for key, asked in some])
        for start in range(0, len(people), _AT_ONCE):
            connection.execute(insert(subscribers), people[start : start + _AT_ONCE])
        rows = [row for number, keys in enumerate(morning.searches) for row in _searches(number, keys)]
        for start in range(0, len(rows), _AT_ONCE):
            connection.execute(insert(saved_searches), rows[start : start + _AT_ONCE])
    store = SqlMatches(engine)
    for start in range(0, len(morning.arrivals), _AT_ONCE):
        store.store(0, morning.arrivals[start : start + _AT_ONCE], MORNING)


def multiply(engine: Engine, copies: int) -> None:
    """Have each mail that waits wait so many times, to as many people: what handing it over reads, under own ids."""
    numbers = range(1, copies)
    if not numbers:
        return
    waits = deliveries.c.state == "pending"
    with writing(engine) as connection:
        further = given(connection, {"number": BigInteger}, [(number,) for number in numbers])
        rows = connection.execute(select(digests).join(deliveries).where(waits)).mappings().all()
        _copy(connection, subscribers, subscribers.c.subscriber_id.in_(select(deliveries.c.subscriber_id)), further)
        for row in rows:
            # A mail names its delivery, so its bytes are its own.
            email, digest = unpack_email(row["body"]), {**row, "dropped": b"", "rest": None}
            connection.execute(
                insert(digests),
                [
                    digest
                    | {name: f"{row[name]}-{number}" for name in ("subscriber_id", "digest_id")}
                    | {"body": pack_email(replace(email, delivery_id=f"{email.delivery_id}-{number}"))}
                    for number in numbers
                ],
            )
        _copy(connection, digest_items, digest_items.c.digest_id.in_(select(deliveries.c.digest_id)), further)
        _copy(connection, deliveries, waits, further)


def _copy(connection: Connection, table: Table, chosen: ColumnElement[bool], further: FromClause) -> None:
    suffix = "-" + cast(further.c.number, Text)
    columns = [column + suffix if column.name in _OWN else column for column in table.c]
    copied = select(*columns).select_from(table.join(further, true())).where(chosen)
    connection.execute(insert(table).from_select(table.c.keys(), copied))


def _criteria(key: int, asked: Criteria) -> dict[str, Any]:
    row = {"key": key, "criteria_id": f"{key:032x}", "version": 1, "members": 1, "changed_at": MORNING}
    return row | {"document": encode(asked).decode()}


def _person(number: int) -> dict[str, Any]:
    return reader(number, _READERS[number % len(_READERS)], IDS, MORNING)


def _searches(number: int, keys: Sequence[int]) -> Iterator[dict[str, Any]]:
    person = _person(number)["subscriber_id"]
    due_at = EARLIER if number % 10 == 9 else DUE
    for own, key in enumerate(keys):
        yield daily_search(f"s{number:09}{own}", person, own, key, due_at, MORNING)
