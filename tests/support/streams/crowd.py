"""People whose searches come, change, pause and go while engines fail; each act is tried until it is done."""

import random
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from sqlalchemy import Engine

from schemas.criteria import Criteria
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import SavedSearch, Timing, profile_of, timing_of
from services.runtime.errors import UnavailableError, UsageError
from tests.support.consenting import declared
from tests.support.people import Tracked
from tests.support.streams.founding import First, save_together

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo")
_CURRENCIES = ("EUR", "USD", "GBP", "INR")
_INSTANT_SHARE = 0.15
_ROOM = 45
"""Below what one person may have."""
_AGAIN_S = 0.25

T = TypeVar("T")


@dataclass
class Crowd:
    """Everybody, and what became of their searches. For one thread."""

    engine: Engine
    ids: Ids
    pool: Sequence[Criteria]
    """The first ones are searched for from the beginning; the others wait for those who join or change."""
    founding: int
    people: int
    seed: int
    searches: dict[str, Tracked] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)
    turns: Counter[str] = field(default_factory=Counter)
    """What became of criteria after the founding: "joined" and "left" are the first and the last search of a key,
    "changed" a search that went from one key to another."""
    keys_ever: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    members: Counter[int] = field(default_factory=Counter)
    """By key: searches that use it now."""
    steady: set[int] = field(default_factory=set)
    """Keys that somebody has used since before the first posting."""
    tried_again: int = 0

    def __post_init__(self) -> None:
        self._searches = SqlSearches(self.engine, self.ids)
        self._subscribers = SqlSubscribers(self.engine, self.ids)
        self._chance = random.Random(self.seed)
        self._people: list[str] = []
        self._instant: set[str] = set()
        self._room: Counter[str] = Counter()
        self._listed: list[str] = []
        self._named = 0
        self._next = self.founding

    def found(self) -> None:
        """Take everybody in, with their first searches."""
        for number in range(self.people):
            fields = {
                "address": f"person{number}@example.com",
                "name": f"Person {number}",
                "time_zone": _zone_of(number),
                "currency": _CURRENCIES[number % len(_CURRENCIES)],
            }
            own_id = self._subscribers.add(profile_of(fields), _now(), declared(_now())).subscriber_id
            self._people.append(own_id)
            if self._chance.random() < _INSTANT_SHARE:
                self._instant.add(own_id)
        firsts = [self._first(number) for number in range(self.founding)]
        for first, (search_id, key) in zip(firsts, save_together(self.engine, self.ids, firsts, _now()), strict=True):
            self._took(Tracked(search_id, first.subscriber_id, key, founding=True))
        self.steady = set(self.members)
        self.turns.clear()

    def act(self) -> None:
        """One thing that somebody does."""
        act = self._chance.choices((self._come, self._change, self._pause, self._go), (5, 3, 1, 3))[0]
        act()
        self.acts[act.__name__.strip("_")] += 1

    def _come(self) -> None:
        person = self._chance.choice(self._people)
        if self._room[person] < _ROOM:
            self._add(person, self._wanted())

    def _change(self) -> None:
        search = self._chosen()
        criteria = self._wanted()
        edited = self._surely(lambda again: self._searches.edit(search.search_id, _now(), criteria=criteria))
        if edited.key == search.key:
            return
        self.turns["changed"] += 1
        self._joins(search.subscriber_id, edited.key)
        self._leaves(search.key)
        search.key, search.plain, search.founding = edited.key, False, False

    def _pause(self) -> None:
        search = self._chosen()
        search.plain = False
        turn = self._searches.resume if search.paused else self._searches.pause
        self._surely(lambda again: turn(search.search_id, _now()))
        search.paused = not search.paused

    def _go(self) -> None:
        search = self._chosen()

        def delete(again: bool) -> None:
            try:
                self._searches.delete(search.search_id, _now())
            except UsageError:
                if not again:  # else it was gone the first time, and only the answer was lost
                    raise

        self._surely(delete)
        self._room[search.subscriber_id] -= 1
        self._leaves(search.key)
        del self.searches[search.search_id]

    def _wanted(self) -> Criteria:
        """Mostly what nobody has asked for yet."""
        if self._chance.random() < 0.8 and self._next < len(self.pool):
            self._next += 1
            return self.pool[self._next - 1]
        return self._chance.choice(self.pool)

    def _chosen(self) -> Tracked:
        while True:
            found = self.searches.get(self._chance.choice(self._listed))
            if found is not None:
                return found

    def _first(self, number: int) -> First:
        at = number % self.people
        name, timing = self._new_one(self._people[at])
        return First(self._people[at], _zone_of(at), name, self.pool[number], timing)

    def _add(self, person: str, criteria: Criteria) -> None:
        name, timing = self._new_one(person)
        saved = self._surely(lambda again: self._saved(person, name, criteria, timing, again))
        self._took(Tracked(saved.search_id, person, saved.key, founding=False))

    def _new_one(self, person: str) -> tuple[str, Timing]:
        self._named += 1
        cadence = "instant" if person in self._instant else "daily"
        return f"search {self._named}", timing_of({"cadence": cadence, "hour": self._chance.randint(0, 23)})

    def _took(self, search: Tracked) -> None:
        self.searches[search.search_id] = search
        self._listed.append(search.search_id)
        self._room[search.subscriber_id] += 1
        self._joins(search.subscriber_id, search.key)

    def _saved(self, person: str, name: str, criteria: Criteria, timing: Timing, again: bool) -> SavedSearch:
        try:
            return self._searches.add(person, name, criteria, timing, _now())
        except UsageError:
            if not again:
                raise
            # It was saved the first time, and only the answer was lost.
            return next(search for search in self._searches.all(person) if search.name == name)

    def _joins(self, person: str, key: int) -> None:
        self.turns["joined"] += not self.members[key]
        self.members[key] += 1
        self.keys_ever[person].add(key)

    def _leaves(self, key: int) -> None:
        self.members[key] -= 1
        if not self.members[key]:
            self.turns["left"] += 1
            self.steady.discard(key)

    def _surely(self, act: Callable[[bool], T]) -> T:
        """Do it until it is done; the argument says whether it may have been done before."""
        again = False
        while True:
            try:
                return act(again)
            except UnavailableError:
                again = True
                self.tried_again += 1
                time.sleep(_AGAIN_S)


class Acting:
    """A crowd that acts in a thread of its own, some times a second, until it is told to stop."""

    def __init__(self, crowd: Crowd, a_second: float) -> None:
        self._crowd = crowd
        self._every_s = 1 / a_second
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run, daemon=True)
        self.error: BaseException | None = None

    def start(self) -> None:
        self._thread.start()

    def stop(self) -> None:
        """Wait for the act in hand."""
        self._stop.set()
        self._thread.join()
        if self.error is not None:
            raise self.error

    def _run(self) -> None:
        try:
            while not self._stop.wait(self._every_s):
                self._crowd.act()
        except BaseException as error:
            self.error = error


def _zone_of(number: int) -> str:
    return _ZONES[number % len(_ZONES)]


def _now() -> datetime:
    return datetime.now(UTC)
