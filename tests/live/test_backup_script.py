"""`deploy/backup.sh`: what it wrote is restored into an installation with nothing in it.

JOBCHIME_TEST_POSTINGS says how many matched postings the store has; with `-s` what the script says is seen, with times.
"""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import func, select

from schemas.sql.tables import matches
from services.notifier.domain.consent import Consent
from services.runtime.clock import SystemClock
from services.runtime.sql.store import open_store, reading
from services.settings import load_settings
from tests.support.engines import kafka_of_my_own
from tests.support.forking import ROOT
from tests.support.installed import Installation
from tests.support.notifying import NotifierStore, arrival, posting
from tests.support.postgresql import empty_database
from tests.support.sending import open_deliveries
from tests.support.serving import LEASE

pytestmark = pytest.mark.live

POSTINGS = int(os.environ.get("JOBCHIME_TEST_POSTINGS", "20"))
AT_ONCE = 1_000
SCRIPT = ROOT / "deploy" / "backup.sh"
COMMANDS = Path(sys.executable).parent


@contextmanager
def empty_installation(folder: Path) -> Iterator[tuple[Installation, str]]:
    """Settings and engines, and nothing in them; gives the store's address too."""
    folder.mkdir()
    with kafka_of_my_own() as kafka, empty_database() as store:
        yield Installation(folder, kafka, store, more='[matcher]\nindex = "memory"\n'), store


@contextmanager
def opened(place: Installation, url: str) -> Iterator[NotifierStore]:
    engine = open_store(url)
    try:
        yield NotifierStore(engine, load_settings(place.config).ids())
    finally:
        engine.dispose()


def script(place: Installation, store: str, *words: str | Path) -> "subprocess.CompletedProcess[str]":
    """As an operator runs it."""
    given = {"JOBCHIME_STORE": store, "JOBCHIME_CONFIG": str(place.config)}
    given["PATH"] = f"{COMMANDS}:{os.environ['PATH']}"
    return subprocess.run([SCRIPT, *words], env=os.environ | given, capture_output=True, text=True, check=False)


def fill(store: NotifierStore) -> None:
    """Three people to whom mails wait, and matched postings."""
    now = SystemClock().now()
    open_deliveries(store, 3, now)
    for person in store.subscribers.all():
        store.search(person, now=now)
    for first in range(0, POSTINGS, AT_ONCE):
        numbers = range(first, min(first + AT_ONCE, POSTINGS))
        store.matches.store(0, [arrival(number, posting(str(number)), [1]) for number in numbers], now)


def stored(store: NotifierStore) -> int:
    with reading(store.engine) as connection:
        return connection.execute(select(func.count()).select_from(matches)).scalar_one()


def claimed(store: NotifierStore) -> int:
    return len(store.deliveries.claim("worker", "folder", SystemClock().now(), LEASE, 10))


@pytest.mark.timeout(1_800)
def test_a_backup_is_restored_into_an_empty_installation(tmp_path: Path) -> None:
    kept = tmp_path / "backups"
    with empty_installation(tmp_path / "before") as (before, url):
        assert before.command("migrate")[0] == 0
        with opened(before, url) as store:
            fill(store)
            wrote = script(before, url, "write", kept)
            assert wrote.returncode == 0, wrote.stderr
            assert {file.name: file.stat().st_mode & 0o77 for file in kept.iterdir()} == {
                "store.dump": 0,
                "opt-outs.jsonl": 0,
            }
            leaver, *_ = store.subscribers.all()
            store.subscribers.unsubscribe(
                leaver.subscriber_id, Consent("withdrawn", SystemClock().now(), "one-click", "")
            )
        assert script(before, url, "opt-outs", kept).returncode == 0
        refused = script(before, url, "restore", kept)
        assert (refused.returncode, "into an empty one alone" in refused.stderr) == (1, True)
    with empty_installation(tmp_path / "after") as (after, url):
        restored = script(after, url, "restore", kept)
        assert restored.returncode == 0, restored.stdout + restored.stderr
        print(wrote.stdout + restored.stdout)
        assert after.command("topics", "check")[0] == 0
        with opened(after, url) as store:
            assert stored(store) == POSTINGS
            assert store.subscribers.find(leaver.subscriber_id).status == "unsubscribed"
            assert not store.pauses.read().sending, "mails may go out again"
            assert claimed(store) == 2, "to those who stayed"
            assert store.outbox.pending(10), "criteria are published anew"


def test_a_backup_that_is_not_whole_is_not_restored(tmp_path: Path) -> None:
    with empty_installation(tmp_path / "place") as (place, url):
        kept = tmp_path / "backups"
        kept.mkdir()
        (kept / "store.dump").write_bytes(b"no dump")
        refused = script(place, url, "restore", kept)
        assert (refused.returncode, refused.stderr.strip()) == (1, f"there is no {kept / 'opt-outs.jsonl'}")
        (kept / "opt-outs.jsonl").write_text("{}\n")
        assert script(place, url, "restore", kept).returncode != 0
