"""The whole embedded system under SIGKILL, with captured postings and people who change their minds.

It shows at the end that each acknowledged posting was matched exactly as the truth says, that each job reached each
subscriber whom it is owed once, and that nothing was lost.
"""

import os
import random
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from schemas.criteria import Criteria
from schemas.posting import Posting
from schemas.raw import RawPosting
from schemas.topics import CRITERIA
from services.embedded import Embedded
from services.ingest.adapters.formats.registry import format_named
from services.ingest.domain.normalise import normalise
from services.ingest.ports import UnusableItemError
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.rules.money import rates_before
from services.rules.verdict import verdict
from services.runtime.clock import FixedClock
from services.runtime.files.datadir import LOG_FILE
from services.runtime.log.sqlite import SqliteLog
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from tests.support.captured_items import Captured, captured_items, pushed
from tests.support.fast_clock import FastClock
from tests.support.generate import criteria as generated
from tests.support.kill_checks import check_digests, check_mails, check_pairs, check_postings
from tests.support.long_form import LONG
from tests.support.people import People
from tests.support.shared import captures
from tests.support.victim_system import MAILS, settings_of, system
from tests.support.victims import Nursery

KILLS = 50 if LONG else 12
"""At least."""
LEAST_POSTINGS = 300 if LONG else 150
SEED = int(os.environ.get("JOBCHIME_FAULTS_SEED", "20260803"))
"""Draws other postings, people and moments."""
START = datetime(2026, 8, 3, 23, 30, tzinfo=UTC)
"""Just after the newest captured feed was taken: its postings are news, those of older captures are stale."""
FACTOR = 2_500
"""A second is forty minutes, so that many digests are due while the system is being killed, and four minutes of that
are still within the week that new criteria are matched backwards."""
NEWS = timedelta(days=5)
PATIENCE_S = 15
"""How long a life may last until a mail goes out, on a machine that others keep busy."""


def the_deck() -> list[Captured]:
    """Captured items to be pushed: news of three feeds, and stale ones of two."""
    folder = captures()
    deck = [
        *captured_items(folder / "himalayas" / "lcarlini_himalayas-jobs.json", "himalayas", 230, SEED),
        *captured_items(folder / "company_rss" / "srdobolo_rss.xml", "company", 50, SEED),
        *captured_items(folder / "remoteok" / "lcarlini_remoteok.json", "remoteok"),
        *captured_items(folder / "ashby" / "stapply_kraken.com.json", "kraken", 60, SEED),
        *captured_items(folder / "remoteok" / "nacefmoula_remoteok.json", "remoteok-may", 60, SEED),
    ]
    broken = [Captured("broken", str(number), "himalayas", {"guid": str(number)}) for number in range(12)]
    deck += broken
    random.Random(SEED).shuffle(deck)
    return deck


def is_usable(raw: RawPosting) -> bool:
    try:
        format_named(raw.format).draft(raw.item)
    except UnusableItemError:
        return False
    return True


def normalised(raw: RawPosting) -> Posting:
    """What the normaliser makes of a usable item."""
    draft = format_named(raw.format).draft(raw.item)
    return normalise(draft, raw=raw, rates=rates_before(raw.fetched_at.date()))


def narrow_criteria(deck: list[Captured], count: int) -> list[Criteria]:
    """Criteria drawn after some of the postings, none so broad that a bound would hide a loss."""
    sample = [normalised(raw) for item in deck[:60] if is_usable(raw := item.raw(START))]
    found = generated(4 * count, SEED, sample)
    fitting = {
        criteria: sum(verdict(criteria, posting).outcome != "reject" for posting in sample) for criteria in found
    }
    return [criteria for criteria, hits in fitting.items() if 0 < hits <= len(sample) * 0.35][:count]


class Harness:
    """Pushes, lets people act, and kills; knows what was acknowledged."""

    def __init__(self, folder: Path, log: SqliteLog, clock: FastClock, people: People, nursery: Nursery) -> None:
        self.chance = random.Random(SEED)
        self.deck = the_deck()
        self.acknowledged: list[RawPosting] = []
        self._folder = folder
        self._log = log
        self._clock = clock
        self._people = people
        self._nursery = nursery
        self._outbox = SqlOutbox(people.engine)

    def settle(self) -> None:
        """One life in which all criteria so far reach the matcher."""
        self._nursery.start()
        for _ in range(1_000):
            read = tuple(self._log.committed("matcher", CRITERIA.name, at) for at in range(self._log.partitions))
            if not self._outbox.pending(1) and read == self._log.ends(CRITERIA.name):
                break
            time.sleep(0.02)
        else:
            pytest.fail("the first criteria did not reach the matcher")
        self._nursery.kill()

    def life(self) -> None:
        """One life: work until a moment that nobody chose, then SIGKILL. Some lives last until a mail goes out."""
        self._nursery.start()
        until = time.monotonic() + self.chance.uniform(0.02, 1.2)
        mailed = self.mails() if self.chance.random() < 0.15 else None
        while time.monotonic() < until or (mailed == self.mails() and time.monotonic() < until + PATIENCE_S):
            self._push()
            if self.chance.random() < 0.4:
                self._people.act(self._clock.now())
            time.sleep(self.chance.uniform(0.02, 0.1))
        self._nursery.kill()

    def mails(self) -> int:
        return len(list((self._folder / MAILS).glob("*.eml")))

    def _push(self) -> None:
        now = self._clock.now()
        (count,) = self.chance.choices((0, 1, 2, 6), (60, 20, 14, 6))
        batch = [self.deck.pop().raw(now) for _ in range(min(count, len(self.deck)))]
        if self.acknowledged and self.chance.random() < 0.1:
            again = self.chance.choice(self.acknowledged)
            if again.posting_id not in {raw.posting_id for raw in batch}:
                batch.append(again.model_copy(update={"fetched_at": now}))
        self._log.produce([pushed(raw) for raw in batch])
        self.acknowledged += batch


def finish(running: Embedded, clock: FixedClock) -> None:
    """Whatever is left, and two more days of ticks, so that every search has been due."""
    with capture_logs():
        running.runner.load()
        for _ in range(2 * 24 + 1):
            running.runner.tick(clock.now())
            running.runner.drain()
            clock.advance(timedelta(hours=1))


@contextmanager
def the_store(folder: Path) -> Iterator[People]:
    """The store as another process writes to it, with people and criteria to choose from."""
    settings = settings_of(folder)
    settings.data.mkdir(parents=True)
    engine = open_store(settings.store_url)
    migrate(engine)
    yield People(engine, settings.ids(), narrow_criteria(the_deck(), 60), random.Random(SEED))
    engine.dispose()


@pytest.mark.slow(minutes=1)
def test_kills_lose_nothing_and_send_nothing_twice(tmp_path: Path) -> None:
    began = time.monotonic()
    with the_store(tmp_path) as people, SqliteLog(settings_of(tmp_path).data / LOG_FILE) as log:
        clock = FastClock(START, time.monotonic(), FACTOR)
        arguments = (str(tmp_path), START.isoformat(), str(clock.started), str(FACTOR))
        with Nursery("tests.faults.child", *arguments, errors=tmp_path / "errors") as nursery:
            people.found(20, 3, clock.now())
            harness = Harness(tmp_path, log, clock, people, nursery)
            harness.settle()
            # How much is done in so many lives depends on the machine; what is looked at in the end must not.
            while nursery.kills < KILLS or not harness.mails() or len(harness.acknowledged) < LEAST_POSTINGS:
                harness.life()
            nursery.start()
            nursery.stop()
        killed = time.monotonic()
        early = len(list((tmp_path / MAILS).glob("*.eml")))
        still = FixedClock(clock.now())
        with system(tmp_path, still) as running:
            finish(running, still)
            assert running.runner.status().lag == 0
            assert running.runner.status().healthy
        finished = time.monotonic()
        versions = check_postings(log, harness.acknowledged, is_usable, normalised)
        pairs, owed = check_pairs(people, versions, START - NEWS)
        items = check_digests(people, versions, owed)
        mails = check_mails(people.engine, tmp_path / MAILS, people.asking())
        assert pairs.expected > 100
        assert items.expected > 50
        assert early > 0, "digests must fall due while the system is killed and comes back"
    checked = time.monotonic()
    seconds = [f"{end - start:.0f}" for start, end in pairwise((began, killed, finished, checked))]
    print(f"\nseed {SEED}; seconds of killing, finishing, checking:", *seconds)
    print(f"searches at the end: {len(people.searches)}; meanwhile: {dict(people.acts)}")
    print(f"mails: {mails}, of which {early} while it was being killed")
    print(f"criteria too broad to demand all of: {len(owed.broad)} of {len(people.pool)}")
    print(f"kills: {nursery.kills}")
    print(f"postings acknowledged: {len(harness.acknowledged)}, distinct and sound: {len(versions)}")
    print(f"matches expected: {pairs.expected}, found: {pairs.found}")
    print(f"digest items expected: {items.expected}, found: {items.found}")
