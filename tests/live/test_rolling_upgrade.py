"""An installation of an earlier commit becomes one of this, service by service, while postings and searches come.

JOBCHIME_TEST_UPGRADE_FROM names the commit; `make test-upgrade` names one whose settings and packages are those of
today. Its services are processes of its own files on today's packages, and know themselves as release 0.0.1.
"""

import io
import itertools
import json
import os
import re
import signal
import subprocess
import sys
import tarfile
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.client import HTTPException
from pathlib import Path

import pytest
from sqlalchemy import Engine, select

from schemas.criteria import Criteria, SkillTerms
from schemas.sql.tables import deliveries, subscribers
from services.notifier.adapters.sql.people.searches import SqlSearches
from services.notifier.domain.people import timing_of
from services.runtime.errors import UnavailableError
from services.runtime.kafka.reader import KafkaLetterLog
from services.runtime.letters.dead import DeadLetters
from services.runtime.sql.store import open_store, reading
from services.settings import load_settings
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.forking import ROOT, START
from tests.support.installed import SERVICES, Installation, searching
from tests.support.postgresql import empty_database
from tests.support.pushing import Client, posting
from tests.support.truth_check import Pair, sent_items, stored_criteria, stored_pairs
from tests.support.waiting import ended, until

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=10), pytest.mark.timeout(7_200), pytest.mark.decisive]

FROM = os.environ.get("JOBCHIME_TEST_UPGRADE_FROM", "")
PEOPLE = 10
A_SECOND = 1.0
"""Postings; each fits one search of one person."""
LATER_EVERY = 10
"""Of postings, one fits a search that is saved just then."""
MOST_A_DAY = 40
FOUNDED = "0.0.1"
PATIENCE_S = 1_200.0
"""For a service to begin or end: a busy machine takes its time."""
MORE = f"""
[notifier]
most_instant = {MOST_A_DAY}
[notifier.curate]
least_chance = 0
most_items = 40
"""
"""A digest has room for all that waited while indices were rebuilt."""
NEWER = "least_mail_chance = 0\n"
"""What only today's release knows of its last table: the one before does not start with it."""


@dataclass(frozen=True)
class Release:
    """A release's files, and an installation's settings, ports, data and mails as those of its containers."""

    name: str
    files: Path
    place: Installation

    def check(self) -> None:
        """That it is its own files which run, and not those of the folder that this was started in."""
        ran = subprocess.run(
            [sys.executable, "-P", "-c", "import services; print(services.__file__)"],
            env=self._environment, capture_output=True, text=True, check=True,
        )  # fmt: skip
        assert Path(ran.stdout.strip()).is_relative_to(self.files)

    def run(self, *words: str) -> str:
        """What a command said, which must end well."""
        ran = subprocess.run(self._command(*words), env=self._environment, capture_output=True, text=True, check=False)
        assert ran.returncode == 0, (
            f"jobchime {' '.join(words)} of {self.name} ended with {ran.returncode}: {ran.stderr}"
        )
        return ran.stdout

    def start(self, service: str) -> "subprocess.Popen[bytes]":
        with self.log(service).open("ab") as log:
            return subprocess.Popen(self._command(service), env=self._environment, stdout=log, stderr=log)

    def log(self, service: str) -> Path:
        return self.place.folder / f"{service}.log"

    @property
    def mails(self) -> set[str]:
        return {file.name for file in (self.place.folder / "mails").glob("*.eml")}

    @property
    def _environment(self) -> dict[str, str]:
        return os.environ | {"PYTHONPATH": str(self.files), "JOBCHIME_WORKER": self.name}

    def _command(self, *words: str) -> list[str]:
        return [sys.executable, "-P", "-W", "ignore", "-c", START, *words, "-c", str(self.place.config)]


@dataclass
class Load:
    """Postings that come all the time, and now and then a search that only the next of them fits."""

    clients: Sequence[Client]
    saving: SqlSearches | None = None
    """Where searches are saved, once its tables are today's."""
    asked: dict[int, tuple[str, int]] = field(default_factory=dict)
    """Whose search each posting fits, and the key of its criteria, by the posting's number."""
    postings: dict[int, str] = field(default_factory=dict)
    refused: int = 0
    people: list[str] = field(default_factory=list)
    keys: list[int] = field(default_factory=list)

    def __enter__(self) -> "Load":
        self._stop = threading.Event()
        self._faults: list[BaseException] = []
        self._thread = threading.Thread(target=self._run)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        self._thread.join()
        assert self._faults == []

    def until_more(self, count: int) -> None:
        """Wait until so many more have been taken."""
        wanted = len(self.postings) + count
        until(lambda: len(self.postings) >= wanted or bool(self._faults), "postings are taken", PATIENCE_S)
        assert self._faults == []

    def _run(self) -> None:
        try:
            for number in itertools.count():
                if self._stop.wait(1 / A_SECOND):
                    return
                self._one(number)
        except BaseException as fault:
            self._faults.append(fault)

    def _one(self, number: int) -> None:
        person = number % PEOPLE
        text, key = f"team{person}", self.keys[person]
        if self.saving and number % LATER_EVERY == 0:
            # One after the other, as each may have 50: a busy machine takes its time.
            person, text = number // LATER_EVERY % PEOPLE, f"later{number}"
            key = self._saved(self.saving, self.people[person], text)
        given = posting(
            f"p{number}", title=f"{WORK[number % len(WORK)]} {number}", company=f"Company {number}",
            description=f"You write Python in {text}. Remote, from anywhere. {number}",
        )  # fmt: skip
        self.postings[number] = self._pushed(given)
        self.asked[number] = (self.people[person], key)

    def _saved(self, saving: SqlSearches, person: str, text: str) -> int:
        """The key of its criteria. As a person does: where the store is busy, again."""
        while True:
            with suppress(UnavailableError):
                timing = timing_of({"cadence": "instant"})
                return saving.add(person, text, criteria(text), timing, datetime.now(UTC)).key
            self.refused += 1
            time.sleep(1)

    def _pushed(self, given: dict[str, object]) -> str:
        """Its id. As a board does: where nobody takes it, again."""
        for client in itertools.cycle(self.clients):
            with suppress(OSError, HTTPException):
                answer = client.push(given)
                if answer.status == 202:
                    return str(answer.body["records"][0]["posting_id"])
                assert answer.status == 503, answer
            self.refused += 1
            time.sleep(0.1)
        raise AssertionError

    def pairs(self) -> Counter[Pair]:
        return Counter((self.asked[number][1], posting_id) for number, posting_id in self.postings.items())


BUSY = ("Thread keepalive is not responding", "Heartbeat session expired")
"""What Faust calls an error where the machine has too much to do."""
WORK = ("Backend engineer", "Data engineer", "Python developer", "Platform engineer", "Gardener", "Analyst")


def criteria(text: str) -> Criteria:
    return Criteria(skills=SkillTerms(all=("Python",)), text=text)


def files_of(commit: str, folder: Path) -> Path:
    """The files of a commit, as a package of release `FOUNDED`; skips where there is no such commit.

    Its indices in Elasticsearch go by a form of their own, whether or not this release has another.
    """
    ran = subprocess.run(
        ["git", "archive", commit, "schemas", "services", "samples"], cwd=ROOT, capture_output=True, check=False
    )
    if ran.returncode:
        pytest.skip(f"there is no commit {commit} to upgrade from here: {ran.stderr.decode().strip()}")
    with tarfile.open(fileobj=io.BytesIO(ran.stdout)) as archive:
        archive.extractall(folder, filter="data")
    for file in (folder / "services" / "matcher" / "adapters" / "elasticsearch").glob("*.py"):
        text = file.read_text(encoding="utf-8")
        file.write_text(re.sub(r'^(SCHEMA: Final = "\w+)\.v\d+"', r'\1.v0"', text, flags=re.M), encoding="utf-8")
    for file in (folder / "schemas" / "elasticsearch").glob("*.json"):
        file.rename(file.with_name(re.sub(r"\.v\d+\.", ".v0.", file.name)))
    facts = folder / f"jobchime-{FOUNDED}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: jobchime\nVersion: {FOUNDED}\n")
    return folder


@dataclass
class Rollout:
    """Both releases on the same engines, and what runs of each."""

    old: Release
    new: Release
    running: dict[str, "subprocess.Popen[bytes]"] = field(default_factory=dict)

    def begin(self, release: Release, service: str) -> "subprocess.Popen[bytes]":
        process = release.start(service)
        self.running[f"{release.name} {service}"] = process
        return process

    def until_ready(self, release: Release, service: str) -> str:
        """Wait until it is, or until it asks for other indices, which is what it then gives; else nothing."""
        said: list[str] = []

        def ready() -> bool:
            status, why = release.place.probe(service, "/readyz")
            said[:] = [why] if "jobchime reindex" in why else []
            return status == 200 or bool(said)

        until(ready, lambda: release.place.probe(service, "/readyz")[1], PATIENCE_S)
        return "".join(said)

    def replace(self, service: str, leaving: Release, coming: Release) -> None:
        """As a platform does: start the one that comes, wait until it is ready, have the other end.

        Where it asks for other indices, do what an operator is told to: have the other end first, as those have no room
        for what that writes, and rebuild them.
        """
        began = time.monotonic()
        self.begin(coming, service)
        asked = self.until_ready(coming, service)
        is_ready = time.monotonic()
        process = self.running[f"{leaving.name} {service}"]
        process.send_signal(signal.SIGTERM)
        assert ended(process, PATIENCE_S) == 0
        del self.running[f"{leaving.name} {service}"]
        state = "waits for other indices" if asked else "ready"
        said = f"{service} of {coming.name} {state} after {is_ready - began:.0f} s, that of {leaving.name} gone"
        print(f"{said} after {time.monotonic() - is_ready:.1f} s", flush=True)
        if asked:
            print(asked, coming.run("reindex"), flush=True)
            until(lambda: coming.place.probe(service, "/readyz")[0] == 200, "it has other indices", PATIENCE_S)
            print(f"indices rebuilt, and ready, {time.monotonic() - is_ready:.0f} s after it asked", flush=True)

    def end(self) -> None:
        for process in self.running.values():
            process.send_signal(signal.SIGTERM)
        assert {name: ended(process, PATIENCE_S) for name, process in self.running.items()} == dict.fromkeys(
            self.running, 0
        )


@contextmanager
def rollout(folder: Path, index: str) -> Iterator[tuple[Rollout, str]]:
    """An installation of the old release that has tables, topics and nobody; gives the store's address too."""
    files = files_of(FROM, folder / "files")
    with ExitStack() as stack:
        kafka = stack.enter_context(kafka_of_my_own())
        search = stack.enter_context(elasticsearch_of_my_own())
        url = stack.enter_context(empty_database())
        places = []
        for name, newer in (("old", ""), ("new", NEWER)):
            (folder / name).mkdir()
            places.append(Installation(folder / name, kafka, url, more=MORE + newer + searching(search, index)))
        made = Rollout(Release("old", files, places[0]), Release("new", ROOT, places[1]))
        made.old.check()
        made.new.check()
        made.old.run("topics", "create")
        made.old.run("migrate")
        try:
            yield made, url
        finally:
            for process in made.running.values():
                process.kill()
                process.wait()


def people_of(folder: Path) -> Path:
    """A file of people, each with an instant search."""
    file = folder / "people.jsonl"
    lines = [
        {
            "address": f"person{number}@example.com",
            "consent_origin": "the sign-up form",
            "consent_date": "2026-03-31",
            "consent_wording": "Send me job alerts",
            "searches": [
                {
                    "name": f"team {number}",
                    "cadence": "instant",
                    "criteria": criteria(f"team{number}").model_dump(mode="json", exclude_defaults=True),
                }
            ],
        }
        for number in range(PEOPLE)
    ]
    file.write_text("".join(json.dumps(line) + "\n" for line in lines), encoding="utf-8")
    return file


def alarms(release: Release) -> list[str]:
    """Lines of level error or worse in its services' logs; one that is no JSON is a traceback or a print, as bad."""
    lines = [
        line for service in SERVICES for line in _lines(release.log(service)) if not any(busy in line for busy in BUSY)
    ]
    return [line for line in lines if not line.startswith("{") or json.loads(line)["level"] in ("error", "critical")]


def _lines(log: Path) -> list[str]:
    return [line for line in log.read_text(encoding="utf-8").splitlines() if line] if log.exists() else []


@pytest.mark.skipif(not FROM, reason="JOBCHIME_TEST_UPGRADE_FROM names no commit: make test-upgrade")
@pytest.mark.parametrize(
    ("index", "order", "and_back"),
    [("memory", ("ingest", "matcher", "notifier"), True), ("elasticsearch", ("notifier", "matcher", "ingest"), False)],
)
def test_services_of_two_releases_take_turns_under_load(
    tmp_path: Path, index: str, order: Sequence[str], and_back: bool
) -> None:
    with rollout(tmp_path, index) as (made, url):
        old, new = made.old, made.new
        old.run("subscriber", "import", str(people_of(tmp_path)))
        for service in SERVICES:
            made.begin(old, service)
        for service in SERVICES:
            made.until_ready(old, service)
        store = open_store(url)
        load = Load([Client(old.place.push_port), Client(new.place.push_port)])
        known = {criteria_id: key for key, criteria_id in stored_criteria(store).items()}
        load.keys = [known[criteria(f"team{number}")] for number in range(PEOPLE)]
        load.people = people_in(store)
        with load:
            load.until_more(10)
            until(lambda: bool(old.mails), "the old release mails", PATIENCE_S)
            began = time.monotonic()
            print(new.run("migrate"), f"migrated within {time.monotonic() - began:.0f} s", flush=True)
            load.saving = SqlSearches(store, load_settings(new.place.config).ids())
            load.until_more(10)
            for service in order:
                made.replace(service, old, new)
                load.until_more(10)
            if and_back:
                until(lambda: bool(new.mails), "the new release mails", PATIENCE_S)
                for service in reversed(order):
                    made.replace(service, new, old)
                    load.until_more(10)
        count = len(load.postings)
        print(f"{count} postings pushed, {load.refused} tries refused; waiting for mails", flush=True)
        until(lambda: len(matches_sent(store)) >= count, lambda: lacking(store, load), PATIENCE_S)
        versions = {worker["version"] for service in new.place.status()["services"] for worker in service["workers"]}
        made.end()
        check(store, load, made)
        assert versions == {FOUNDED, "0.1.0"}
        store.dispose()


def people_in(store: Engine) -> list[str]:
    """By number."""
    with reading(store) as connection:
        found = dict(connection.execute(select(subscribers.c.address, subscribers.c.subscriber_id)).all())
    return [found[f"person{number}@example.com"] for number in range(PEOPLE)]


def matches_sent(store: Engine) -> set[tuple[str, str]]:
    """By whom: what fits, which may be sent beside what nearly does."""
    return {(who, item.posting_id) for who, items in sent_items(store).items() for item in items if not item.near}


def lacking(store: Engine, load: Load) -> str:
    matched, sent = stored_pairs(store)[0], len(matches_sent(store))
    return f"of {len(load.postings)} postings {len(matched)} are matched and {sent} sent"


def check(store: Engine, load: Load, made: Rollout) -> None:
    """Each posting was matched once and mailed once to whom it fits, mails went out once, nothing went wrong."""
    matched, _ = stored_pairs(store)
    assert Counter(matched) == load.pairs()
    sent = Counter((person, item.posting_id) for person, items in sent_items(store).items() for item in items)
    assert set(sent.values()) == {1}
    owed = {(load.asked[number][0], posting_id) for number, posting_id in load.postings.items()}
    assert matches_sent(store) == owed
    with reading(store) as connection:
        states = Counter(connection.execute(select(deliveries.c.state)).scalars())
    assert states == {"accepted": len(made.old.mails | made.new.mails)}
    assert made.old.mails & made.new.mails == set()
    assert min(len(made.old.mails), len(made.new.mails)) > 0
    with KafkaLetterLog(made.new.place.kafka) as log:
        assert list(DeadLetters(log).find()) == []
    print(f"{len(made.old.mails)} mails of the old release, {len(made.new.mails)} of the new", flush=True)
    assert {release.name: found for release in (made.old, made.new) if (found := alarms(release))} == {}
