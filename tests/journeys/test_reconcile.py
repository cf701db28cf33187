"""`jobchime reconcile`: what is missing in the store is told and sent; what is right is left alone."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, func, select, update

from schemas.codec import decode
from schemas.criteria import Criteria
from schemas.keys import from_text, keys_of, pack, unpack
from schemas.match import Matches
from schemas.sql.tables import matches
from schemas.topics import MATCHES
from services.matcher.settings import MatcherSettings
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.windows import Arrival
from services.runtime.sql.store import open_store, writing
from tests.support.command_line import Ran, run
from tests.support.judging import FETCHED, floor, having, skills
from tests.support.matching import NOON, Matching, criteria_out, posting_out
from tests.support.stores import sqlite_url

GO = skills(all=("Go",))
NEARLY = Criteria(skills=GO.skills, salary_floor=floor(1), accept_undisclosed=False)
DAY = f"{NOON:%Y-%m-%d}"
LATER = (NOON + timedelta(hours=1)).isoformat()


class Installation:
    """The embedded form's data folder, with a matcher that has run and a store that took in what it sent."""

    def __init__(self, folder: Path, settings: MatcherSettings | None = None) -> None:
        self.matching = Matching(folder, settings or MatcherSettings())
        self.store: Engine = open_store(sqlite_url(folder))
        self.config = folder / "jobchime.toml"
        most = self.matching.settings.backwards_most
        self.config.write_text(f'data = "."\n[matcher]\nbackwards_most = {most}\n', encoding="utf-8")
        self.stored: dict[int, int] = {}

    def take_in(self) -> None:
        """Match all there is, and store it."""
        self.matching.drain()
        for record in self.matching.log.read_all(MATCHES.name):
            if record.offset >= self.stored.get(record.partition, 0):
                found = decode(Matches, record.value)
                arrival = Arrival(record.offset, found.posting, from_text(found.keys), from_text(found.near))
                SqlMatches(self.store).store(record.partition, [arrival], NOON)
                self.stored[record.partition] = record.offset + 1

    def lose(self, key: int) -> None:
        """Take a key out of the store."""
        with writing(self.store) as connection:
            for row in connection.execute(select(matches)).all():
                here = (matches.c.partition == row.partition) & (matches.c.offset == row.offset)
                kept = {"matched": _without(row.matched, key), "near": _without(row.near, key)}
                connection.execute(update(matches).where(here).values(**kept))

    def reconcile(self, *options: str) -> Ran:
        return run("reconcile", "--day", DAY, "--now", LATER, "-c", self.config, *options)

    @property
    def rows(self) -> int:
        with self.store.connect() as connection:
            return int(connection.execute(select(func.count()).select_from(matches)).scalar_one())


def _without(packed: bytes, key: int) -> bytes:
    return pack(keys_of(int(own) for own in unpack(packed) if own != key))


@pytest.fixture
def installation(tmp_path: Path) -> Installation:
    made = Installation(tmp_path)
    made.matching.put(criteria_out(1, GO), criteria_out(2, NEARLY), criteria_out(3, skills(all=("Rust",))))
    made.take_in()
    made.matching.put(posting_out(having("Go")), posting_out(having("PHP", posting_id="p2")))
    made.take_in()
    return made


def test_where_all_is_stored_nothing_differs(installation: Installation) -> None:
    ran = installation.reconcile()
    assert (ran.code, ran.out) == (
        0,
        f"{DAY}: 2 postings, 0 matches missing in the store, 0 wrong in the index.\n",
    )


@pytest.mark.parametrize(("key", "verdict"), [(1, "match"), (2, "nearly match")])
def test_what_the_store_lost_is_told_sent_and_then_stored(installation: Installation, key: int, verdict: str) -> None:
    installation.lose(key)
    ran = installation.reconcile("--dry-run")
    assert ran.code == 1
    assert ran.out.splitlines()[0] == f"criteria {key}, posting p1: {verdict}, and not in the store"
    assert len(list(installation.matching.log.read_all(MATCHES.name))) == 2, "a dry run sends nothing"
    ran = installation.reconcile()
    assert ran.code == 0
    assert "1 match missing" in ran.out
    installation.take_in()
    assert installation.reconcile("--dry-run").code == 0
    newest = list(installation.matching.log.read_all(MATCHES.name))
    assert sorted(decode(Matches, record.value).cause for record in newest) == ["backfill", "forward", "forward"]


def test_criteria_that_came_later_and_were_matched_backwards_do_not_differ(installation: Installation) -> None:
    installation.matching.put(criteria_out(4, GO), criteria_out(1, GO, 2, removed=True), after=timedelta(minutes=5))
    installation.take_in()
    assert installation.reconcile().code == 0
    installation.lose(4)
    assert installation.reconcile("--dry-run").code == 1
    installation.lose(1)
    assert len(installation.reconcile("--dry-run").out.splitlines()) == 2, "the removed are nobody's"


def test_what_new_criteria_were_rightly_not_matched_with_does_not_differ(tmp_path: Path) -> None:
    made = Installation(tmp_path, MatcherSettings(backwards_most=2))
    for number in range(4):
        posted = FETCHED - timedelta(hours=number)
        made.matching.put(posting_out(having("Go", posting_id=f"p{number}", posted_at=posted)))
    old = having("Go", posting_id="old", posted_at=FETCHED - timedelta(days=8))
    made.matching.put(posting_out(old))
    made.take_in()
    made.matching.put(criteria_out(1, GO), after=timedelta(minutes=1))
    made.take_in()
    assert made.reconcile().code == 0
    made.lose(1)
    assert [line.split(":")[0] for line in made.reconcile("--dry-run").out.splitlines()[:-1]] == [
        "criteria 1, posting p0",
        "criteria 1, posting p1",
    ]


def test_closed_and_backlog_postings_are_counted_and_not_compared(
    installation: Installation,
) -> None:
    installation.matching.put(posting_out(having("Go", version=2, status="closed")))
    installation.matching.put(posting_out(having("Go", posting_id="p3", backlog=True)))
    installation.matching.put(posting_out(having("Go", posting_id="p4")), after=timedelta(days=1))
    installation.take_in()
    installation.lose(1)
    ran = installation.reconcile("--dry-run")
    assert (ran.code, ran.out) == (
        0,
        (
            f"{DAY}: 1 posting (and 1 of a backlog, 1 closed, which alert nobody), 0 matches missing in the store,"
            " 0 wrong in the index.\n"
        ),
    )


@pytest.mark.parametrize(
    ("options", "why"),
    [(("--day", "tomorrow"), "is not a date"), (("--day", "2030-01-01"), "has not come yet")],
)
def test_a_day_that_is_none_or_has_not_come_is_refused(
    installation: Installation, options: tuple[str, str], why: str
) -> None:
    ran = run("reconcile", *options, "--now", LATER, "-c", installation.config)
    assert (ran.code, why in ran.err) == (2, True)


def test_without_a_log_there_is_nothing_to_reconcile(tmp_path: Path) -> None:
    (tmp_path / "jobchime.toml").write_text('data = "."\n', encoding="utf-8")
    ran = run("reconcile", "--day", DAY, "-c", tmp_path / "jobchime.toml")
    assert (ran.code, list(tmp_path.iterdir())) == (2, [tmp_path / "jobchime.toml"])


def test_in_memory_there_is_no_index_to_rebuild(installation: Installation) -> None:
    ran = run("reindex", "-c", installation.config)
    assert (ran.code, "no index to rebuild" in ran.err) == (2, True)
