"""What outlives its time goes, once a day, and one failure keeps nothing else from going."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from schemas.topics import CRITERIA, RAW, Topic
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.retention import DEAD_RETENTION, Chore, Compact, Housekeeper, Trim, log_chore, upkeep
from tests.support.logs import NOON, open_log, out, outs, values

DAY = timedelta(days=1)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def log(tmp_path: Path, clock: FixedClock) -> Iterator[SqliteLog]:
    with open_log(tmp_path, clock=clock) as log:
        yield log


def test_each_topic_is_kept_as_long_as_it_says() -> None:
    raw = Topic("raw.v1", "", "", (), ("normaliser",), 1, timedelta(days=30))
    criteria = Topic("criteria.v1", "", "", (), (), 1, None, compacted=True)
    assert upkeep(NOON, [raw, criteria]) == (
        Trim("raw.v1", NOON - 30 * DAY, ("normaliser",)),
        Trim("raw.v1.dead", NOON - DEAD_RETENTION),
        Compact("criteria.v1"),
        Trim("criteria.v1.dead", NOON - DEAD_RETENTION),
    )


def handle_all(log: SqliteLog, topic: Topic) -> None:
    for consumer in topic.consumers:
        log.commit(consumer, topic.name, 0, log.ends(topic.name)[0])


def test_old_records_go_and_young_ones_stay(log: SqliteLog, clock: FixedClock) -> None:
    log.produce(outs(3))
    clock.advance(20 * DAY)
    log.produce(outs(2, first=3))
    now = clock.advance(15 * DAY)
    handle_all(log, RAW)
    Housekeeper([log_chore(log)]).tick(now)
    assert values(list(log.read_all(RAW.name))) == ["value 3", "value 4"]


def test_what_a_consumer_has_not_handled_is_not_trimmed_however_old(log: SqliteLog, clock: FixedClock) -> None:
    log.produce(outs(5))
    now = clock.advance(1_000 * DAY)
    Housekeeper([log_chore(log)]).tick(now)
    assert len(list(log.read_all(RAW.name))) == 5
    log.commit("ingest.normaliser", RAW.name, 0, 3)
    Housekeeper([log_chore(log)]).tick(now)
    assert values(list(log.read_all(RAW.name))) == ["value 3", "value 4"]


def test_dead_letters_go_by_age_alone(log: SqliteLog, clock: FixedClock) -> None:
    log.produce([out("k", "old", topic="raw.v1.dead")])
    Housekeeper([log_chore(log)]).tick(clock.advance(DEAD_RETENTION + DAY))
    assert log.starts("raw.v1.dead") == (1,)


def test_criteria_are_never_trimmed_only_compacted(log: SqliteLog, clock: FixedClock) -> None:
    log.produce([out("1", "old", topic=CRITERIA.name), out("2", "only", topic=CRITERIA.name)])
    log.produce([out("1", "new", topic=CRITERIA.name)])
    handle_all(log, CRITERIA)
    Housekeeper([log_chore(log)]).tick(clock.advance(1_000 * DAY))
    assert values(list(log.read_all(CRITERIA.name))) == ["only", "new"]


def test_compaction_leaves_what_the_matcher_has_yet_to_handle(log: SqliteLog) -> None:
    """The matcher reads ahead when it loads; a record that it counts on handling must not vanish before."""
    log.produce([out("1", str(version), topic=CRITERIA.name) for version in range(6)])
    log.commit("matcher", CRITERIA.name, 0, 2)
    Housekeeper([log_chore(log)]).tick(NOON)
    assert values(list(log.read_all(CRITERIA.name))) == ["2", "3", "4", "5"]


def counting(calls: list[datetime]) -> Callable[[datetime], int]:
    def clear(now: datetime) -> int:
        calls.append(now)
        return 1

    return clear


def test_chores_are_done_once_a_day(log: SqliteLog) -> None:
    calls: list[datetime] = []
    housekeeper = Housekeeper([log_chore(log), Chore("store", counting(calls))])
    for hours in range(49):
        housekeeper.tick(NOON + timedelta(hours=hours))
    assert calls == [NOON, NOON + DAY, NOON + 2 * DAY]


def test_a_chore_that_fails_is_tried_again_in_an_hour_and_stops_no_other(log: SqliteLog) -> None:
    tries: list[datetime] = []
    calls: list[datetime] = []

    def broken(now: datetime) -> int:
        tries.append(now)
        raise RuntimeError("the table is locked")

    housekeeper = Housekeeper([log_chore(log), Chore("matches", broken), Chore("digests", counting(calls))])
    with pytest.raises(UnavailableError, match="clearing matches failed: the table is locked"):
        housekeeper.tick(NOON)
    assert calls == [NOON]
    housekeeper.tick(NOON + timedelta(minutes=59))
    with pytest.raises(UnavailableError):
        housekeeper.tick(NOON + timedelta(minutes=60))
    assert len(tries) == 2
    assert calls == [NOON]
