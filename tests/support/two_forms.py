"""One installation lived through twice, embedded and deployed: the same feeds, people and simulated times."""

import json
import random
import shutil
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from random import Random
from typing import Protocol

from sqlalchemy import event

from schemas.criteria import Criteria
from services.embedded import embedded
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import Profile, Timing, profile_of, timing_of
from services.runtime.clock import FixedClock
from services.runtime.kafka.topics import create, planned
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.settings import load_settings
from tests.support.consenting import declared
from tests.support.forking import run_together
from tests.support.generate import criteria as generated
from tests.support.generate import postings as generated_postings

_ZONES = ("UTC", "Europe/Berlin", "America/New_York", "Asia/Kolkata", "Australia/Sydney", "America/Sao_Paulo")
_CURRENCIES = ("EUR", "USD", "GBP", "INR")
_SPEAKS = ((), ("en",), ("en", "de:basic"), ("fr", "en:working"), ("es", "pt", "en"))
_SHARING = ("notifier", "ingest", "matcher")
_CADENCES = ("instant", "daily", "daily", "daily", "weekly")


@dataclass(frozen=True, slots=True)
class Wanted:
    """A person and what they search for."""

    profile: Profile
    searches: tuple[tuple[str, Criteria, Timing], ...]


def people(count: int, searches_each: int, pool: Sequence[Criteria], seed: int) -> list[Wanted]:
    """So many people over zones, currencies and cadences, each with searches out of one pool, many of them shared."""
    chance = random.Random(seed)
    return [
        Wanted(
            profile_of(
                {
                    "address": f"person{number}@example.com",
                    "name": f"Person {number}",
                    "time_zone": chance.choice(_ZONES),
                    "currency": chance.choice(_CURRENCIES),
                    "speaks": chance.choice(_SPEAKS),
                }
            ),
            tuple(
                (f"search {at}", criteria, _timing(chance))
                for at, criteria in enumerate(chance.sample(pool, searches_each))
            ),
        )
        for number in range(count)
    ]


def pool(count: int, seed: int) -> list[Criteria]:
    """Distinct canonical criteria."""
    return list(dict.fromkeys(generated(2 * count, seed, generated_postings(200, seed))))[:count]


def take_in(url: str, ids: Ids, wanted: Sequence[Wanted], now: datetime) -> None:
    """Everybody signs up in a new store, whose file is not waited for: thousands of transactions would wait for it."""
    engine = open_store(url)
    if engine.dialect.name == "sqlite":
        engine.dispose()  # of the connection that waits
        event.listen(engine, "connect", lambda connection, _: connection.execute("PRAGMA synchronous=OFF").close())
    migrate(engine)
    subscribers, searches = SqlSubscribers(engine, ids), SqlSearches(engine, ids)
    for seeker in wanted:
        person = subscribers.add(seeker.profile, now, declared(now))
        for name, criteria, timing in seeker.searches:
            searches.add(person.subscriber_id, name, criteria, timing, now)
    engine.dispose()


@dataclass(frozen=True, slots=True)
class Step:
    """A simulated time, and the feed files that are new by then."""

    at: datetime
    feeds: tuple[Path, ...] = ()


class Form(Protocol):
    """One way to run, over some steps."""

    def live(self, wanted: Sequence[Wanted], steps: Sequence[Step]) -> dict[str, bytes]:
        """Everybody signs up at the first step; gives all mails by file name."""
        ...


@dataclass(frozen=True, slots=True)
class EmbeddedForm:
    """All in this process."""

    folder: Path

    def live(self, wanted: Sequence[Wanted], steps: Sequence[Step]) -> dict[str, bytes]:
        """At each step: tick, drain, tick."""
        settings = load_settings(_settings_file(self.folder, "")).in_one_go()
        clock = FixedClock(steps[0].at)
        take_in(settings.store_url, settings.ids(), wanted, steps[0].at)
        with embedded(settings, clock=clock, chance=Random(0)) as form:
            form.runner.load()
            for step in steps:
                _bring(step, self.folder)
                clock.set(step.at)
                form.runner.tick(step.at)
                form.runner.drain()
                form.runner.tick(step.at)
        return _mails(self.folder)


@dataclass(frozen=True, slots=True)
class DeployedForm:
    """Each service a process of its own, on the real engines; topics and tables are made here."""

    folder: Path
    engines: str
    """The tables of the settings file that say where the engines are."""
    workers: int = 2
    handled: Counter[tuple[str, int]] = field(default_factory=Counter)
    """Records, by service and which of its workers it was."""

    def live(self, wanted: Sequence[Wanted], steps: Sequence[Step]) -> dict[str, bytes]:
        """At each step what the embedded form does: the notifier's tick, ingest, the matcher, the notifier again.

        Of each there are `workers` at once, which share what there is, but for the last, which is alone: everything
        is to be stored before the cut of what is due, and workers that end by themselves do not wait for each other.
        """
        file = _settings_file(self.folder, self.engines)
        settings = load_settings(file)
        take_in(settings.store_url, settings.ids(), wanted, steps[0].at)
        # For ever: by the wall's clock, what is published at simulated times may be over long ago.
        create(settings.kafka, planned(settings.kafka, for_ever=True))
        for step in steps:
            _bring(step, self.folder)
            for service, workers in (*((sharing, self.workers) for sharing in _SHARING), ("notifier", 1)):
                command = [service, "--once", "--now", step.at.isoformat(), "--config", str(file)]
                for at, said in enumerate(run_together(self.folder, *[command] * workers)):
                    self.handled[service, at] += _handled(said)
        return _mails(self.folder)

    def shares(self) -> str:
        """How many records each worker handled, in words."""
        return ", ".join(f"{service} {at + 1} {count}" for (service, at), count in sorted(self.handled.items()))


def _handled(said: str) -> int:
    """How many records a worker says at its end that it handled."""
    entries = [json.loads(line) for line in said.splitlines() if line.startswith("{")]
    return sum(int(entry["handled"]) for entry in entries if entry["event"] == "stopped")


def _timing(chance: random.Random) -> Timing:
    cadence = chance.choice(_CADENCES)
    return timing_of({"cadence": cadence, "hour": chance.randrange(24), "weekday": chance.randrange(7)})


def _settings_file(folder: Path, engines: str) -> Path:
    feeds = folder / "feeds"
    feeds.mkdir(parents=True)
    file = folder / "jobchime.toml"
    file.write_text(
        f"""
data = "state"
secret = "one secret for both forms of it"
log_level = "info"
{engines}
[[ingest.sources]]
name = "board"
url = "feeds"
every = "1m"

[mail]
folder = "mails"
public_url = "https://alerts.example"
sender_address = "alerts@jobs.example"
postal_address = "Example Board, 1 Example Street, Exampletown"
""",
        encoding="utf-8",
    )
    return file


def _bring(step: Step, folder: Path) -> None:
    for feed in step.feeds:
        shutil.copy(feed, folder / "feeds" / feed.name)


def _mails(folder: Path) -> dict[str, bytes]:
    return {file.name: file.read_bytes() for file in sorted((folder / "mails").glob("*.eml"))}
