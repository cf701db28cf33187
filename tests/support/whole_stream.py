"""The deployed form between its ends: searches saved in the store, postings pushed over HTTP, matches in the store."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import Engine

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.match import Matches
from schemas.topics import MATCHES
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.people import profile_of, timing_of
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.topics import create
from services.runtime.sql.store import open_store
from services.settings import load_settings
from tests.support.consenting import declared
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import Installation, searching, started
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.streams.watching import Watching
from tests.support.truth_check import Pair, stored_pairs
from tests.support.waiting import ended, until

_EACH = 40
"""Searches of one person, who may have 50."""


@dataclass
class WholeStream:
    """Ingest, two matchers and a notifier, as processes, and what goes in and comes out."""

    place: Installation
    store: Engine
    people: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        ids = load_settings(self.place.config).ids()
        self._subscribers, self._searches = SqlSubscribers(self.store, ids), SqlSearches(self.store, ids)
        self._client = Client(self.place.push_port)

    def take_in(self, searches: int) -> None:
        """Have enough people sign up for so many searches."""
        for number in range(-(-searches // _EACH)):
            fields = {"address": f"person{number}@example.com", "name": "P", "time_zone": "UTC", "currency": "EUR"}
            self.people.append(self._subscribers.add(profile_of(fields), _now(), declared(_now())).subscriber_id)

    def save(self, number: int, asked: Criteria) -> int:
        """Save a search, as a subscriber does; the key of its criteria."""
        timing = timing_of({"cadence": "daily", "hour": 7})
        person = self.people[number % len(self.people)]
        return self._searches.add(person, f"search {number}", asked, timing, _now()).key

    def push(self, source_id: str, description: str) -> str:
        """Push a posting, as a board does; its id."""
        answer = self._client.push(posting(source_id, description=description))
        assert answer.status == 202, answer
        return str(answer.body["records"][0]["posting_id"])

    def until_done(self, patience_s: float = 120.0) -> None:
        """Wait until nothing waits anywhere between the ends."""
        lag: dict[str, int] = {}
        with Watching(self.place.kafka, self.store, lag, lambda: f"waiting: {lag}") as watching:
            watching.settle(patience_s)

    def pairs(self) -> list[Pair]:
        """All matched pairs, as often as the store has them."""
        return stored_pairs(self.store)[0]

    def causes(self) -> Counter[str]:
        """Of the records that brought matches."""
        with RecordReader(self.place.kafka) as reader:
            found = [decode(Matches, record.value) for record in reader.read_all(MATCHES.name)]
        return Counter(matches.cause for matches in found if matches.keys)


@contextmanager
def whole_stream(folder: Path, index: str) -> Iterator[WholeStream]:
    """Engines' room of its own, and all services ready; all gone at the end."""
    with ExitStack() as stack:
        kafka = stack.enter_context(kafka_of_my_own())
        search = stack.enter_context(elasticsearch_of_my_own())
        url = stack.enter_context(migrated_database())
        create(kafka)
        place = Installation(folder, kafka, url, tick_every_s=0.2, more=searching(search, index))
        store = open_store(url)
        stack.callback(store.dispose)
        stack.enter_context(place.running())
        stack.enter_context(_second_matcher(place))
        place.until_ready()
        until(lambda: _ready(place, "matcher") == 2, "two matchers are ready")
        yield WholeStream(place, store)


@contextmanager
def _second_matcher(place: Installation) -> Iterator[None]:
    process = started("matcher", place.config, place.folder / "matcher-2.log")
    try:
        yield
    finally:
        process.terminate()
        assert ended(process) == 0


def _ready(place: Installation, service: str) -> int:
    return sum(worker["heartbeat"]["ready"] for worker in place.service(service)["workers"])


def _now() -> datetime:
    return datetime.now(UTC)
