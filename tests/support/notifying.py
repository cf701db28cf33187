"""Builders for the notifier: postings, match records, people, and a store with all its adapters."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from sqlalchemy import Engine

from schemas.codec import encode
from schemas.criteria import Criteria, SkillTerms
from schemas.keys import keys_of, to_text
from schemas.match import Matches
from schemas.posting import Cluster, Company, PostingCore, Skill, posting_id_of, version_of
from schemas.topics import MATCHES
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.people.feedback import SqlFeedback
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.adapters.sql.people.suppressions import SqlSuppressions
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import SavedSearch, Subscriber, profile_of, timing_of
from services.notifier.domain.windows import Arrival
from services.runtime.pauses import SqlPauses
from services.runtime.records import Record
from services.runtime.sql.store import open_store
from tests.support.consenting import declared
from tests.support.stores import new_engine, sqlite_url

NOW = datetime(2026, 7, 1, 6, 0, tzinfo=UTC)
SECRET = b"a secret for tests only"


def posting(name: str = "one", **fields: Any) -> PostingCore:
    """An open posting for Python at a company of its own, seen an hour before NOW."""
    fetched_at = fields.pop("fetched_at", NOW - timedelta(hours=1))
    revision = fields.pop("revision", 1)
    given: dict[str, Any] = {
        "posting_id": posting_id_of("boards", name),
        "version": version_of(int(fetched_at.timestamp() * 1000), revision),
        "source": "boards",
        "source_id": name,
        "url": f"https://jobs.example.com/{name}",
        "title": f"Python engineer, {name}",
        "company": Company(name=f"Company {name}"),
        "description_text": f"We are looking for someone who writes Python for {name}.",
        "skills": (Skill(name="Python", core=True),),
        "roles": ("backend-engineer", "data-engineer"),
        "fetched_at": fetched_at,
        "cluster": Cluster(key=f"cluster-{name}"),
    }
    return PostingCore(**given | fields)


def arrival(offset: int, of: PostingCore, keys: Iterable[int] = (), near: Iterable[int] = ()) -> Arrival:
    return Arrival(offset, of, keys_of(keys), keys_of(near))


def match_record(
    offset: int,
    of: PostingCore,
    keys: Iterable[int] = (),
    near: Iterable[int] = (),
    partition: int = 0,
    at: datetime = NOW,
) -> Record:
    """A record of matches.v1 as the matcher writes it."""
    value = encode(Matches(posting=of, keys=to_text(keys_of(keys)), near=to_text(keys_of(near))))
    return Record(MATCHES.name, partition, offset, of.posting_id.encode(), value, {}, at)


PYTHON = Criteria(skills=SkillTerms(all=("Python",)))
GO = Criteria(skills=SkillTerms(all=("Go",)))


@dataclass
class NotifierStore:
    """One store with all adapters over it."""

    engine: Engine
    ids: Ids = field(default_factory=lambda: Ids(SECRET))

    def __post_init__(self) -> None:
        self.subscribers = SqlSubscribers(self.engine, self.ids)
        self.feedback = SqlFeedback(self.engine)
        self.searches = SqlSearches(self.engine, self.ids)
        self.suppressions = SqlSuppressions(self.engine, self.ids)
        self.outbox = SqlOutbox(self.engine)
        self.pauses = SqlPauses(self.engine)
        self.matches = SqlMatches(self.engine)
        self.windows = SqlWindows(self.engine)
        self.digests = SqlDigests(self.engine, self.ids)
        self.deliveries = SqlDeliveries(self.engine)

    def person(self, name: str = "ada", now: datetime = NOW, **fields: Any) -> Subscriber:
        given = {"address": f"{name}@example.com", "name": name.title(), "time_zone": "UTC"}
        return self.subscribers.add(profile_of(given | fields), now, declared(now))

    def search(
        self,
        subscriber: Subscriber,
        name: str = "Python work",
        criteria: Criteria = PYTHON,
        now: datetime = NOW,
        **timing: Any,
    ) -> SavedSearch:
        return self.searches.add(subscriber.subscriber_id, name, criteria, timing_of(timing), now)


@contextmanager
def new_store(engine: str, folder: Path) -> Iterator[NotifierStore]:
    """A new store of the engine of that name, see `tests.support.stores`."""
    with new_engine(engine, folder) as made:
        yield NotifierStore(made)


def sqlite_store(folder: Path) -> NotifierStore:
    """A new store in a file, whose engine the caller disposes of."""
    return NotifierStore(open_store(sqlite_url(folder)))
