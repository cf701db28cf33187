"""What must hold after all the kills: nothing lost, nothing twice, every match as the truth says."""

import json
import random
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import combinations
from pathlib import Path

from sqlalchemy import Engine, func, select

from schemas.codec import decode
from schemas.posting import Posting, PostingCore
from schemas.raw import RawPosting
from schemas.sql.tables import deliveries, digest_items, digests
from schemas.topics import POSTINGS, RAW
from services.notifier.adapters.mail.folder import file_name_of
from services.runtime.letters.dead import DeadLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.sql.store import reading
from tests.support.people import People
from tests.support.truth_check import (
    Pair,
    Truth,
    dropped_for,
    job_of,
    sent_items,
    stored_criteria,
    stored_pairs,
    truth_of,
    waiting_items,
)

BOUND = 200
"""Matching backwards and a window both stop at so many postings."""

_ENDS_UNSENT = {
    ("cancelled", "its searches are paused"),
    ("failed", "it waited for too long to be of use"),
    ("not_sent", "it is proven that nothing went out"),
}
"""States and reasons in which a mail may be in the end that did not go out."""

Versions = Mapping[str, Sequence[PostingCore]]


@dataclass(frozen=True)
class Tally:
    """What was looked for and how much of it was there."""

    expected: int
    found: int


def check_postings(
    log: SqliteLog,
    acknowledged: Sequence[RawPosting],
    is_usable: Callable[[RawPosting], bool],
    normalised: Callable[[RawPosting], Posting],
) -> Versions:
    """Each acknowledged raw posting was normalised once, or is one dead letter; gives the versions by posting id.

    Of forty, the whole posting is made again and compared.
    """
    assert sum(log.ends(RAW.name)) == len(acknowledged)
    made = [decode(Posting, record.value) for record in log.read_all(POSTINGS.name)]
    dead = Counter(letter.key.decode() for letter in DeadLetters(log).find())
    alive = Counter((posting.posting_id, posting.fetched_at) for posting in made)
    unusable = Counter(raw.posting_id for raw in acknowledged if not is_usable(raw))
    assert dead == unusable
    sound = [raw for raw in acknowledged if raw.posting_id not in unusable]
    assert alive == Counter((raw.posting_id, raw.fetched_at) for raw in sound)
    by_fetch = {(posting.posting_id, posting.fetched_at): posting for posting in made}
    for raw in random.Random(len(sound)).sample(sound, min(40, len(sound))):
        assert by_fetch[raw.posting_id, raw.fetched_at] == normalised(raw)
    versions: dict[str, list[PostingCore]] = {}
    for posting in made:
        versions.setdefault(posting.posting_id, []).append(posting.core())
    return versions


@dataclass(frozen=True)
class Owed:
    """What the truth says of the criteria that are searched for in the end."""

    truth: Truth
    news: frozenset[str]
    """Postings young enough to be matched backwards and mailed."""
    broad: frozenset[int]
    """Criteria that fit more news than the bounds let through: of them only what must not be is checked."""


def check_pairs(people: People, versions: Versions, since: datetime) -> tuple[Tally, Owed]:
    """Found pairs are of the truth, once each; of criteria there from the first, all pairs; of later ones, all news."""
    criteria = stored_criteria(people.engine)
    truth = truth_of(criteria, [posting for found in versions.values() for posting in found])
    matched, near = stored_pairs(people.engine)
    assert len(set(matched)) == len(matched)
    assert len(set(near)) == len(near)
    assert [pair for pair in matched if not truth.perhaps(pair, "match")] == []
    assert [pair for pair in near if not truth.perhaps(pair, "near")] == []

    news = frozenset(name for name, found in versions.items() if all(posting.seen_at >= since for posting in found))
    fitting = Counter(key for key, posting_id in truth.outcomes if posting_id in news and _fits(truth, key, posting_id))
    owed = Owed(truth, news, frozenset(key for key, count in fitting.items() if count > BOUND))
    required = _required(people, versions, owed)
    expected = {outcome: {pair for pair in required if truth.surely(pair, outcome)} for outcome in ("match", "near")}
    assert sorted(expected["match"] - set(matched)) == []
    assert sorted(expected["near"] - set(near)) == []
    found = len(expected["match"] & set(matched)) + len(expected["near"] & set(near))
    return Tally(len(expected["match"]) + len(expected["near"]), found), owed


def check_digests(people: People, versions: Versions, owed: Owed) -> Tally:
    """No subscriber was sent a job twice, or what no search of theirs fits or nearly fits; all that is owed was sent.

    A job sent as a near miss of one search is sent: it does not come again as a whole match of another.
    """
    sent = sent_items(people.engine)
    for subscriber_id, items in sent.items():
        assert [(first, second) for first, second in combinations(items, 2) if first.is_twice_with(second)] == []
        keys = people.keys_ever[subscriber_id]
        assert [item for item in items if not any(_may_be_sent(owed.truth, key, item.posting_id) for key in keys)] == []
    jobs = job_of([max(found, key=lambda posting: posting.version) for found in versions.values()])
    expected = {
        (search.subscriber_id, jobs[posting_id])
        for search in people.searches.values()
        if search.plain and search.key not in owed.broad
        for posting_id in owed.news
        if owed.truth.surely((search.key, posting_id), "match")
    }
    found = {(subscriber_id, jobs[item.posting_id]) for subscriber_id, items in sent.items() for item in items}
    # Of a mail that waited for too long, or was killed with its worker, the jobs wait: nothing is lost.
    waiting = waiting_items(people.engine).items()
    found |= {(subscriber_id, jobs[posting_id]) for subscriber_id, ids in waiting for posting_id in ids}
    assert [_explained(people, versions, jobs, *lost) for lost in sorted(expected - found)] == []
    return Tally(len(expected), len(expected & found))


def check_mails(engine: Engine, folder: Path, asking: Collection[str]) -> int:
    """What became of each digest's mail is known, and those that went out are the files of their names; how many.

    A mail may end unsent that waited for too long, or of which it is proven that its worker was killed before it went;
    one is cancelled where all searches that found its jobs are paused or gone, so none of `asking`, which never were.
    """
    query = select(deliveries.c.delivery_id, deliveries.c.digest_id, deliveries.c.state, deliveries.c.reason)
    items = select(digest_items.c.digest_id, digest_items.c.found_by)
    with reading(engine) as connection:
        rows = connection.execute(query).all()
        found_by: dict[str, set[str]] = defaultdict(set)
        for row in connection.execute(items):
            found_by[row.digest_id].update(found["search_id"] for found in json.loads(row.found_by))
        built = connection.execute(
            select(func.count()).select_from(digests).where(digests.c.outcome == "digest")
        ).scalar_one()
    accepted = [row.delivery_id for row in rows if row.state == "accepted"]
    unsent = [row for row in rows if row.state != "accepted"]
    assert {(row.state, row.reason) for row in unsent} <= _ENDS_UNSENT
    assert [row for row in unsent if row.state == "cancelled" and found_by[row.digest_id] & set(asking)] == []
    assert len(rows) == built
    assert sorted(file.name for file in folder.iterdir()) == sorted(map(file_name_of, accepted))
    return len(accepted)


def _explained(people: People, versions: Versions, jobs: Mapping[str, int], subscriber_id: str, job: int) -> str:
    """What the store says of a job that a subscriber was not sent."""
    dropped = dropped_for(people.engine, subscriber_id)
    copies = [(name, versions[name][-1].title, dropped.get(name)) for name, found in jobs.items() if found == job]
    return f"{subscriber_id} lacks {copies}"


def _fits(truth: Truth, key: int, posting_id: str) -> bool:
    return truth.outcomes[key, posting_id] != {"reject"}


def _may_be_sent(truth: Truth, key: int, posting_id: str) -> bool:
    return _fits(truth, key, posting_id) or (key, posting_id) in truth.nearly


def _required(people: People, versions: Versions, owed: Owed) -> set[Pair]:
    founding = {search.key for search in people.searches.values() if search.founding}
    later = {search.key for search in people.searches.values()} - founding - owed.broad
    every = {(key, posting_id) for key in founding for posting_id in versions}
    return every | {(key, posting_id) for key in later for posting_id in owed.news}
