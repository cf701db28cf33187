"""The same days on SQLite and on PostgreSQL: the same mails, and the same rows in every table.

The database of PostgreSQL sorts texts as Danish does, so that nothing may lean on an engine's own order.
"""

import random
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from schemas.criteria import Criteria, SkillTerms
from schemas.posting import Company, PostingCore, Skill
from schemas.sql import metadata
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.domain.polling.schedule import SourceHealth
from services.ingest.ports import KeptItem
from services.notifier.adapters.sql.retention import forget_bodies, forget_cuts, forget_digests, forget_matches
from services.notifier.domain.feedback import Answer
from services.runtime.sql.store import reading
from tests.support.consenting import paused, resumed
from tests.support.notifying import NotifierStore, new_store, posting
from tests.support.simulated_days import Days, Killer

pytestmark = pytest.mark.live

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
START = datetime(2026, 7, 1, tzinfo=UTC)
SKILLS = ("Python", "Go", "Rust", "Java", "C++", "ångström", "Aalborg", "aa", "zz", "Ærø")
ZONES = ("UTC", "Asia/Tokyo", "America/Denver", "Europe/Copenhagen")
ADDRESSES = tuple(f"{name}@example.com" for name in ("z", "aa", "a-b", "a.b", "a_b", "ab", "zz", "aab", "a1", "1a"))
NAMES = ("zeta", "aaron", "åse", "Ærin", "bob", "a-b", "a_b", "AA", "ab", "Zoe")


def live_through(store: NotifierStore, folder: Path, seed: int) -> tuple[dict[str, bytes], dict[str, Any]]:
    """People who come, change and go, postings in three days, kills in between; the mails, and what the store tells."""
    chance = random.Random(seed)
    days = Days(store, folder, Killer(at=41, again=True))
    days.killer.watch(store)
    pool = [Criteria(skills=SkillTerms(any=tuple(sorted(chance.sample(SKILLS, 2))))) for _ in range(8)]
    people = [
        store.person(name, now=START, address=address, time_zone=chance.choice(ZONES))
        for name, address in zip(NAMES, ADDRESSES, strict=True)
    ]
    searches = [
        store.search(
            person,
            f"{chance.choice(NAMES)} {number}",
            chance.choice(pool),
            now=START,
            cadence=chance.choice(["instant", "daily"]),
            hour=chance.randrange(24),
        )
        for person in people
        for number in range(3)
    ]
    keep_sources(store, chance)
    offered = postings(chance)
    for tick in range(12):
        now = START + tick * 6 * HOUR
        for offer in [offer for offer in offered if now - 6 * HOUR < offer.fetched_at <= now]:
            days.publish(offer, now)
        days.live(now)
        search = chance.choice(searches)
        store.searches.edit(search.search_id, now, criteria=chance.choice(pool))
        if tick == 4:
            store.pauses.set_sending(False, now)
            store.subscribers.pause(people[2].subscriber_id, paused(now))
        if tick == 6:
            store.subscribers.resume(people[2].subscriber_id, resumed(now))
            store.feedback.say(people[0].subscriber_id, Answer("hidden_company", "aa"), now)
            store.suppressions.suppress(people[3].profile.address, "unsubscribed", now)
            store.subscribers.erase(people[4].subscriber_id, now)
            searches = [search for search in searches if search.subscriber_id != people[4].subscriber_id]
    assert days.kills > 3
    for forget in (forget_bodies, forget_digests, forget_matches, forget_cuts):
        forget(store.engine, START + 45 * DAY)
    return days.files(), contents(store)


def keep_sources(store: NotifierStore, chance: random.Random) -> None:
    ledger = SqlSourceLedger(store.engine)
    for name in NAMES:
        ledger.settle(SourceHealth(name, added_at=START, next_due=START))
    times = {"first_seen": START, "last_seen": START, "ends_at": START + DAY, "posted_at": None, "expires_at": None}
    rows = [KnownItem("board", name, "ashby", "h", is_open=True, backlog=False, **times) for name in NAMES]
    chance.shuffle(rows)
    ledger.keep([KeptItem(row, {"title": row.source_id}) for row in rows])


def postings(chance: random.Random) -> Sequence[PostingCore]:
    return [
        posting(
            f"job-{number:03}",
            fetched_at=START + chance.randrange(60) * HOUR,
            company=Company(name=chance.choice(("AA", "Åben", "Zebra", "aardvark"))),
            skills=tuple(Skill(name=name, core=True) for name in sorted(chance.sample(SKILLS, 3))),
        )
        for number in range(120)
    ]


def contents(store: NotifierStore) -> dict[str, Any]:
    """What the store says in some order of its own."""
    ledger = SqlSourceLedger(store.engine)
    return {
        "people": store.subscribers.all(),
        "searches": store.searches.all(),
        "history": store.digests.history(with_holds=True),
        "states": list(store.deliveries.states().items()),
        "export": store.subscribers.export(store.subscribers.all()[0].subscriber_id),
        "outbox": [(row.topic, row.key, row.value, row.headers) for row in store.outbox.pending(10_000)],
        "sources": ledger.healths(),
        "items": [ledger.unseen_since("board", START + DAY), ledger.ended(START + 2 * DAY, 5)],
        "claims": ledger.claim(NAMES, START, most=4, worker="w", lease=HOUR),
    }


def dump(store: NotifierStore) -> dict[str, list[tuple[Any, ...]]]:
    """Every row of every table, but for the numbers of outbox rows, of which a rolled-back transaction wastes some.

    And for the flag by which a store of PostgreSQL alone knows that it is no copy.
    """
    with reading(store.engine) as connection:
        return {
            table.name: sorted(
                (
                    tuple(value for name, value in row._mapping.items() if (table.name, name) != ("outbox", "id"))
                    for row in connection.execute(select(table))
                    if (table.name, row[0]) != ("flags", "store_written_as")
                ),
                key=repr,
            )
            for table in metadata.sorted_tables
        }


def test_the_same_days_leave_the_same_mails_and_rows(tmp_path: Path) -> None:
    with new_store("sqlite", tmp_path / "sqlite") as small, new_store("postgresql", tmp_path / "pg") as large:
        mails, answers = live_through(small, tmp_path / "mails-sqlite", seed=1)
        other_mails, other_answers = live_through(large, tmp_path / "mails-postgresql", seed=1)
        assert len(mails) > 20
        assert other_mails == mails
        assert other_answers == answers
        rows = dump(small)
        assert dump(large) == rows
        assert {name for name, count in rows.items() if not count} == {
            "known_topics",
            "leases",
            "letters",
            "measured_hours",
            "sign_ups",
            "source_faults",
            "workers",
            "mail_events",
            "new_addresses",
            "other_addresses",
            "sessions",
            "sign_in_links",
            "tracked_jobs",
            "api_tokens",
            "operator_acts",
            "webhooks",
            "webhook_attempts",
            "webhook_events",
        }
