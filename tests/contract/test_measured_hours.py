"""What is counted by the hour, on both engines: kept once, added up, and read by spans and as percentiles."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine

from services.overview.stream.model import Overview
from services.overview.stream.troubles.every import troubles
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.figures.hours import (
    HOUR,
    KEPT,
    MINUTE,
    SOURCE_FAILURES,
    SOURCE_POLLS,
    SOURCE_SEEN,
    SOURCE_UNREAD,
    SOURCE_YIELD,
    HourCounts,
    StageFigures,
    add_hours,
    by_minute,
    forget_hours,
    quantile,
    read_counts,
    read_mailed,
    read_stages,
)
from services.runtime.figures.source_hours import SourceHour, read_source_faults, read_source_hours
from services.runtime.figures.stream import read_figures
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.process import Metrics
from services.runtime.sql.store import open_store, reading
from tests.support.logs import NOON
from tests.support.stores import ENGINES, new_engine

DAY = timedelta(days=1)


@pytest.fixture(params=ENGINES)
def engine(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Engine]:
    with new_engine(request.param, tmp_path) as made:
        yield made


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def hours(clock: FixedClock) -> HourCounts:
    return HourCounts(clock)


def stage(engine: Engine, clock: FixedClock) -> StageFigures:
    with reading(engine) as connection:
        (found,) = read_stages(connection, clock.now())
    return found


def mails(engine: Engine, clock: FixedClock, span: timedelta) -> list[tuple[str, int]]:
    with reading(engine) as connection:
        found = read_counts(connection, clock.now() - 10 * DAY, [listed.MAIL_ATTEMPTS.name], span)
    return [(f"{count.begins:%d %H} {count.part}", count.number) for count in found]


def test_counts_of_two_processes_and_of_several_times_add_up(engine: Engine, clock: FixedClock) -> None:
    first, second = HourCounts(clock), HourCounts(clock)
    for hours in (first, second, first):
        Metrics(hours).count(listed.MAIL_ATTEMPTS, "folder", "accepted", "")
        hours.keep(engine)
    first.keep(engine)
    clock.advance(HOUR)
    Metrics(first).count(listed.MAIL_ATTEMPTS, "folder", "refused", "mailbox")
    first.keep(engine)
    day, hour = f"{NOON:%d}", NOON.hour
    assert mails(engine, clock, HOUR) == [(f"{day} {hour} accepted", 3), (f"{day} {hour + 1} refused", 1)]
    assert mails(engine, clock, DAY) == [(f"{day} 00 accepted", 3), (f"{day} 00 refused", 1)]
    with reading(engine) as connection:
        assert read_mailed(connection, clock.now()) == {"accepted": 3, "refused": 1}


def test_what_the_store_did_not_take_is_kept_until_it_does(
    engine: Engine, hours: HourCounts, clock: FixedClock
) -> None:
    Metrics(hours).count(listed.MAIL_ATTEMPTS, "folder", "accepted", "")
    with pytest.raises(UnavailableError):
        hours.keep(open_store("sqlite://"))
    hours.keep(engine)
    assert mails(engine, clock, DAY) == [(f"{NOON:%d} 00 accepted", 1)]


def test_what_is_late_spends_the_budget(engine: Engine, hours: HourCounts, clock: FixedClock) -> None:
    metrics = Metrics(hours)
    for took in [0.2] * 98 + [70.0] * 2:
        metrics.observe(listed.FETCHED_TO_STORED, took)
    hours.keep(engine)
    found = stage(engine, clock)
    assert (found.name, found.measured, found.lately, found.lately_late) == ("fetched to stored", 100, 100, 2)
    assert found.within == pytest.approx(0.98)
    assert found.budget_left == pytest.approx(-1)
    assert found.burn == pytest.approx(2)
    assert found.p50_s == pytest.approx(0.175, abs=0.075)
    assert found.p99_s == pytest.approx(180, abs=120)
    clock.advance(2 * DAY)
    later = stage(engine, clock)
    assert (later.measured, later.p50_s, later.lately, later.burn) == (0, None, 0, 0.0)
    assert later.budget_left == pytest.approx(-1)


def test_what_is_counted_is_kept_by_the_minute_too_and_adds_nothing_to_its_hour(
    engine: Engine, hours: HourCounts, clock: FixedClock
) -> None:
    for _ in range(3):
        Metrics(hours).count(listed.MAIL_ATTEMPTS, "folder", "accepted", "")
        clock.advance(timedelta(seconds=40))
    hours.keep(engine)
    assert mails(engine, clock, DAY) == [(f"{NOON:%d} 00 accepted", 3)]
    with reading(engine) as connection:
        found = read_counts(connection, NOON, [by_minute(listed.MAIL_ATTEMPTS.name)], MINUTE)
    assert [(count.begins, count.number) for count in found] == [(NOON, 2), (NOON + MINUTE, 1)]


def test_what_is_old_is_forgotten(engine: Engine, hours: HourCounts, clock: FixedClock) -> None:
    Metrics(hours).count(listed.MAIL_ATTEMPTS, "folder", "accepted", "")
    hours.keep(engine)
    assert forget_hours(engine, clock.now() + 2 * HOUR) == 0
    assert forget_hours(engine, clock.now() + 2 * HOUR + MINUTE) == 1, "of its minute"
    assert forget_hours(engine, clock.now() + KEPT) == 0
    assert forget_hours(engine, clock.now() + KEPT + HOUR) == 1


def test_sources_have_their_hours_for_a_day_and_what_is_amiss_of_them_is_counted(engine: Engine) -> None:
    def counted(name: str, back: int, number: int, source: str) -> tuple[tuple[datetime, str, str], int]:
        return (NOON - back * HOUR, name, source), number

    add_hours(
        engine,
        dict(
            [
                counted(SOURCE_POLLS, 0, 2, "a"),
                counted(SOURCE_SEEN, 0, 40, "a"),
                counted(SOURCE_YIELD, 0, 3, "a"),
                counted(SOURCE_UNREAD, 23, 5, "a"),
                counted(SOURCE_FAILURES, 24, 9, "a"),
                counted(SOURCE_FAILURES, 1, 2, "b"),
            ]
        ),
    )
    now = NOON + timedelta(minutes=59)
    with reading(engine) as connection:
        found = read_source_hours(connection, now, ("b", "a"))
        assert read_source_faults(connection, now) == {"a": 5, "b": 2}
    assert list(found) == ["b", "a"]
    assert [hour.begins for hour in found["a"]] == [NOON - back * HOUR for back in reversed(range(24))]
    assert found["a"][-1] == SourceHour(NOON, polls=2, seen=40, new=3)
    assert (found["a"][0].unread, found["b"][-2].failed) == (5, 2)
    assert sum(hour.failed for hour in found["a"]) == 0


BOUNDS = (0.5, 1.0, 2.0, 5.0)


@given(st.lists(st.floats(0.001, 5.0), min_size=1, max_size=50), st.sampled_from((0.5, 0.95, 0.99)))
def test_a_percentile_lies_in_the_bucket_of_the_value_that_it_estimates(values: list[float], share: float) -> None:
    counts: dict[float, int] = {}
    for value in values:
        bound = next(bound for bound in BOUNDS if value <= bound)
        counts[bound] = counts.get(bound, 0) + 1
    found = quantile(counts, BOUNDS, share)
    ranked = sorted(values)
    exact = ranked[max(-int(-share * len(ranked) // 1) - 1, 0)]
    bucket = next(at for at, bound in enumerate(BOUNDS) if exact <= bound)
    assert found is not None
    assert (0.0, *BOUNDS)[bucket] <= found <= BOUNDS[bucket] + 1e-9


def test_records_that_left_a_topic_unread_are_told_for_a_day(engine: Engine) -> None:
    clock = FixedClock(NOON)
    hours = HourCounts(clock)
    for topic, number in (("raw.v1", 30), ("matches.v1", 7), ("raw.v1", 3)):
        Metrics(hours).meter("notifier").left_unread(topic, number)
    hours.keep(engine)
    figures = read_figures(engine, NOON + timedelta(hours=23), ())
    assert figures.left_unread == {"matches.v1": 7, "raw.v1": 33}
    told = troubles(Overview(NOON, "deployed", figures=figures))
    told = tuple(trouble for trouble in told if "left Kafka" in trouble.what)
    assert [(trouble.what.partition(" left")[0], trouble.grave) for trouble in told] == [
        ("7 records of matches.v1", True), ("33 records of raw.v1", True),
    ]  # fmt: skip
    assert ["reconcile --day" in trouble.do for trouble in told] == [True, False]
    embedded = troubles(Overview(NOON, "embedded", figures=figures))
    assert [trouble.do for trouble in embedded if "gone from the log" in trouble.what][1] == (
        "`jobchime source again` sends them once more"
    )
    assert read_figures(engine, NOON + timedelta(hours=26), ()).left_unread == {}
