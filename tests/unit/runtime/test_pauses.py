"""What operators pause is kept, read each second, and obeyed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.ingest.collector import Collector
from services.runtime.clock import FixedClock
from services.runtime.errors import UnavailableError
from services.runtime.pauses import Pause, Pauses, PauseWatch, SqlPauses, Terms, sending_paused
from services.runtime.sql.store import reading
from services.runtime.stages.embedded import EmbeddedRunner
from tests.support.collecting import bench, json_lines, line, source, written
from tests.support.logs import NOON, Collecting, open_log, outs
from tests.support.stores import new_engine
from tests.support.waiting import until

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)
LATER = NOW + timedelta(days=9)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    with new_engine("sqlite", tmp_path) as made:
        yield made


def test_it_is_kept_since_when_something_is_paused(engine: Engine) -> None:
    pauses = SqlPauses(engine)
    pauses.set_sending(True, NOW)
    pauses.set_service("ingest", True, NOON)
    pauses_read = pauses.read()
    assert (pauses_read.pause_of("sending"), pauses_read.pause_of("ingest.collector")) == (Pause(NOW), Pause(NOON))
    assert (pauses_read.paused_by("ingest.collector"), pauses_read.paused_by("matcher")) == ("ingest", "matcher")
    assert pauses_read.pause_of("matcher") is None
    pauses.set_sending(False, NOON)
    assert pauses.read().pause_of("sending") is None


def test_what_is_said_of_a_pause_is_kept_with_it_and_goes_with_it(engine: Engine) -> None:
    pauses, terms = SqlPauses(engine), Terms(LATER, "the office is closed", "ada")
    pauses.set_sending(True, NOW, terms)
    pauses.set_source("acme", True, NOW, terms)
    assert (pauses.read().of, pauses.read().of_sources) == ({"sending": Pause(NOW, terms)}, {"acme": Pause(NOW, terms)})
    assert [Pause(NOW, terms).is_planned(at) for at in (NOW, LATER)] == [True, False]
    pauses.set_source("acme", True, NOON)
    assert pauses.read().of_sources == {"acme": Pause(NOON)}, "what was said of an earlier pause holds no more"
    pauses.set_sending(False, NOON)
    pauses.stop_sending("readers complain", NOON)
    assert pauses.read().of == {"sending": Pause(NOON)}


def test_what_is_paused_is_paused_until_it_is_resumed(engine: Engine) -> None:
    pauses = SqlPauses(engine)
    assert pauses.read() == Pauses()
    pauses.set_sending(True, NOW)
    pauses.set_service("matcher", True, NOW)
    pauses.set_service("matcher", True, NOW)
    pauses.set_source("acme", True, NOW)
    assert pauses.read() == Pauses(True, frozenset({"matcher"}), frozenset({"acme"}))
    pauses.set_sending(False, NOW)
    pauses.set_service("matcher", False, NOW)
    pauses.set_source("acme", False, NOW)
    assert pauses.read() == Pauses()


def test_sending_is_paused_by_the_flag_that_deliveries_obey(engine: Engine) -> None:
    for paused in (True, False):
        SqlPauses(engine).set_sending(paused, NOW)
        with reading(engine) as connection:
            assert sending_paused(connection) is paused


def test_a_process_name_stands_for_all_of_its_services() -> None:
    pauses = Pauses(services=frozenset({"ingest", "matcher"}))
    assert [pauses.holds(name) for name in ("ingest.collector", "ingest.push", "matcher", "notifier")] == [
        True,
        True,
        True,
        False,
    ]
    assert not Pauses(services=frozenset({"ingest.push"})).holds("ingest.collector")


def test_the_last_answer_holds_while_the_store_is_away() -> None:
    answers: list[Pauses | Exception] = [Pauses(sending=True), UnavailableError("the store is away"), Pauses()]

    def read() -> Pauses:
        answer = answers.pop(0)
        if isinstance(answer, Exception):
            raise answer
        return answer

    watch = PauseWatch(read)
    seen = []
    for _ in range(3):
        watch.refresh()
        seen.append(watch().sending)
    assert seen == [True, True, False]


def test_a_watch_knows_from_the_start_and_learns_by_itself(engine: Engine) -> None:
    pauses = SqlPauses(engine)
    pauses.set_service("matcher", True, NOW)
    with PauseWatch(pauses.read, every_s=0.02) as watch:
        assert watch.holds("matcher")
        pauses.set_service("matcher", False, NOW)
        until(lambda: not watch.holds("matcher"), "it has read the pauses again")


def test_a_paused_service_takes_and_ticks_nothing_and_goes_on_where_it_was(tmp_path: Path) -> None:
    paused: set[str] = set()
    first, other = Collecting("one"), Collecting("other")
    with open_log(tmp_path) as log:
        runner = EmbeddedRunner([first, other], log, clock=FixedClock(NOON), paused=paused.__contains__)
        log.produce(outs(3))
        paused.add("one")
        runner.load()
        runner.drain()
        runner.tick(NOON)
        assert (first.done, first.ticks) == ([], [])
        assert (len(other.done), other.ticks) == (3, [NOON])
        assert {service.name: service.lag for service in runner.status().services} == {"one": 3, "other": 0}
        paused.clear()
        runner.drain()
        runner.tick(NOON)
        assert (first.done, first.ticks) == (other.done, [NOON])


def test_a_paused_source_is_not_polled_and_its_silence_is_no_news(tmp_path: Path) -> None:
    feed = written(tmp_path / "feed.jsonl", json_lines(line("1")))
    made = bench(tmp_path / "bench", source(str(feed), "a"), source(str(feed), "b"))
    paused: frozenset[str] = frozenset({"a"})
    made.collector = Collector(made.tools, made.reader, made.chance, paused=lambda: paused)
    made.tick()
    assert {raw.source for raw in made.sent.raw()} == {"b"}
    assert made.collector.silent(made.now.replace(year=2027)).keys() == {"b"}
    paused = frozenset()
    made.tick()
    assert {raw.source for raw in made.sent.raw()} == {"a", "b"}
