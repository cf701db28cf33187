"""Subscribers whose saved searches come, change and go while a system runs, and what became of each."""

import random
from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import Engine

from schemas.criteria import Criteria
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import profile_of, timing_of
from tests.support.consenting import declared

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo")
_CURRENCIES = ("EUR", "USD", "GBP", "INR")


@dataclass
class Tracked:
    """A saved search as the harness knows it."""

    search_id: str
    subscriber_id: str
    key: int
    founding: bool
    """There before the first posting, so that nothing depends on matching backwards."""
    plain: bool = True
    """Never edited, paused or resumed: everything that fits is owed to its subscriber."""
    paused: bool = False


@dataclass
class People:
    """Does what subscribers do, at random, each act acknowledged by the store before it counts."""

    engine: Engine
    ids: Ids
    pool: Sequence[Criteria]
    chance: random.Random
    searches: dict[str, Tracked] = field(default_factory=dict)
    acts: Counter[str] = field(default_factory=Counter)
    keys_ever: dict[str, set[int]] = field(default_factory=lambda: defaultdict(set))
    """By subscriber: all criteria that they ever searched with."""
    _named: int = 0

    def __post_init__(self) -> None:
        self._searches = SqlSearches(self.engine, self.ids)
        self._subscribers = SqlSubscribers(self.engine, self.ids)
        self._people: list[str] = []

    def found(self, people: int, searches_each: int, now: datetime) -> None:
        """Take in everybody, with their first searches."""
        for number in range(people):
            fields = {
                "address": f"person{number}@example.com",
                "name": f"Person {number}",
                "time_zone": _ZONES[number % len(_ZONES)],
                "currency": _CURRENCIES[number % len(_CURRENCIES)],
            }
            self._people.append(self._subscribers.add(profile_of(fields), now, declared(now)).subscriber_id)
            for _ in range(searches_each):
                self._add(self._people[-1], now, founding=True)

    def act(self, now: datetime) -> None:
        """One thing that somebody does."""
        act = self.chance.choices((self._come, self._change, self._pause, self._go), (5, 2, 2, 3))[0]
        act(now)
        self.acts[act.__name__.strip("_")] += 1

    def asking(self) -> set[str]:
        """The ids of searches that were never paused or changed, and are still there."""
        return {search.search_id for search in self.searches.values() if search.plain}

    def _come(self, now: datetime) -> None:
        self._add(self.chance.choice(self._people), now, founding=False)

    def _change(self, now: datetime) -> None:
        search = self._chosen()
        edited = self._searches.edit(search.search_id, now, criteria=self.chance.choice(self.pool))
        search.key, search.plain, search.founding = edited.key, False, False
        self.keys_ever[search.subscriber_id].add(edited.key)

    def _pause(self, now: datetime) -> None:
        search = self._chosen()
        search.plain = False
        if search.paused:
            self._searches.resume(search.search_id, now)
        else:
            self._searches.pause(search.search_id, now)
        search.paused = not search.paused

    def _go(self, now: datetime) -> None:
        search = self._chosen()
        self._searches.delete(search.search_id, now)
        del self.searches[search.search_id]

    def _chosen(self) -> Tracked:
        return self.searches[self.chance.choice(sorted(self.searches))]

    def _add(self, subscriber_id: str, now: datetime, *, founding: bool) -> None:
        self._named += 1
        timing = timing_of({"cadence": self.chance.choice(("instant", "daily")), "hour": self.chance.randint(0, 23)})
        name, criteria = f"search {self._named}", self.chance.choice(self.pool)
        saved = self._searches.add(subscriber_id, name, criteria, timing, now)
        self.searches[saved.search_id] = Tracked(saved.search_id, subscriber_id, saved.key, founding)
        self.keys_ever[subscriber_id].add(saved.key)
