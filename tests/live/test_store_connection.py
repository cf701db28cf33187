"""A PostgreSQL that goes away: told in a sentence within bounded time, come back by itself; and no password is told."""

import logging
import re
import threading
import time
import traceback
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import Engine, insert, select, text
from sqlalchemy.engine import make_url

from schemas.sql.tables import counters, suppressions
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.health.heartbeat import MISSED, Heartbeat, SqlHeartbeats, read_workers
from services.runtime.sql import store
from services.runtime.sql.holders import Holder, read_holders
from services.runtime.sql.revisions import revision_of
from services.runtime.sql.settings import StoreSettings
from services.runtime.sql.store import lacks_room, open_store, place_of, reading, writing
from services.settings import Settings
from services.usecases.overview import troubles, watcher
from tests.support.cut_line import CutLine, cut_line
from tests.support.notifying import NOW
from tests.support.postgresql import migrated_database
from tests.support.waiting import until

pytestmark = pytest.mark.live

PASSWORD = "correct-horse-battery"
QUICK = StoreSettings(
    pool=2, overflow=0, connect_timeout_s=2, pool_wait_s=0.5, statement_timeout_s=1, lock_timeout_s=0.3
)
WITHIN_S = 30
"""Many times as long as any of them, on a busy machine too; who waits without end would wait for minutes."""


@dataclass
class Far:
    """A store over a line that can be cut."""

    engine: Engine
    line: CutLine
    url: str


@pytest.fixture
def far() -> Iterator[Far]:
    with migrated_database() as url:
        near = make_url(url)
        with cut_line(near.host or "127.0.0.1", near.port or 5432) as line:
            through = near.set(host="127.0.0.1", port=line.port, password=PASSWORD)
            engine = open_store(through.render_as_string(hide_password=False), QUICK)
            yield Far(engine, line, url)
            engine.dispose()


def count(engine: Engine, name: str) -> None:
    with writing(engine) as connection:
        connection.execute(insert(counters).values(name=name, value=1))


def counted(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(counters.c.name).order_by(counters.c.name)).scalars())


def refused(act: Callable[[], object]) -> UnavailableError:
    """What is told, in time."""
    began = time.monotonic()
    with pytest.raises(UnavailableError) as raised:
        act()
    assert time.monotonic() - began < WITHIN_S
    assert "\n" not in str(raised.value)
    return raised.value


def test_a_server_that_was_stopped_is_away_and_comes_back_by_itself(far: Far) -> None:
    count(far.engine, "before")
    far.line.breaks()
    for _ in range(3):
        assert "is away" in str(refused(lambda: count(far.engine, "lost")))
    far.line.passes()
    count(far.engine, "after")
    assert counted(far.engine) == ["after", "before"]


def test_connections_that_a_restart_broke_are_replaced_without_a_word(far: Far) -> None:
    count(far.engine, "before")
    far.line.breaks()
    far.line.passes()
    count(far.engine, "after")
    assert counted(far.engine) == ["after", "before"]


def test_a_line_that_breaks_in_the_midst_of_a_transaction_leaves_nothing(far: Far) -> None:
    def act() -> None:
        with writing(far.engine) as connection:
            connection.execute(insert(counters).values(name="half", value=1))
            far.line.breaks()
            connection.execute(insert(counters).values(name="whole", value=1))

    refused(act)
    far.line.passes()
    assert counted(far.engine) == []


def test_a_machine_that_hangs_is_away_within_the_time_to_connect(far: Far) -> None:
    far.line.breaks()
    far.line.falls_silent()
    refused(lambda: count(far.engine, "lost"))
    far.line.breaks()
    far.line.passes()
    count(far.engine, "after")
    assert counted(far.engine) == ["after"]


def test_an_opening_of_what_is_not_there_is_one_sentence(far: Far) -> None:
    nobody = make_url(far.url).set(port=1, password=PASSWORD).render_as_string(hide_password=False)
    assert "127.0.0.1:1" in str(refused(lambda: open_store(nobody, QUICK)))
    missing = make_url(far.url).set(database="no_such_database").render_as_string(hide_password=False)
    assert "no_such_database" in str(refused(lambda: open_store(missing, QUICK)))


def test_a_row_that_another_holds_is_not_waited_for_without_end(far: Far) -> None:
    count(far.engine, "one")
    with writing(far.engine) as holder:
        holder.execute(text("SELECT 1 FROM counters FOR UPDATE"))

        def wait() -> None:
            with writing(far.engine) as connection:
                connection.execute(text("UPDATE counters SET value = 2"))

        assert "busy" in str(refused(wait))


def test_who_holds_what_others_wait_for_is_named_without_what_it_does(far: Far) -> None:
    count(far.engine, "one")
    assert read_holders(far.engine, timedelta()) == ()
    operator = open_store(far.url + "?application_name=psql")
    with writing(operator) as holder:
        holder.execute(text("LOCK TABLE counters IN ACCESS EXCLUSIVE MODE"))
        pid = holder.execute(text("SELECT pg_backend_pid()")).scalar_one()
        waits = [threading.Thread(target=lambda: refused(lambda: count(far.engine, "two"))) for _ in range(2)]
        for each in waits:
            each.start()
        found: list[Holder] = []

        def both_wait() -> bool:
            found[:] = read_holders(operator, timedelta())
            return any(holder.waiting == 2 for holder in found)

        until(both_wait, "both wait")
        assert [(holder.pid, holder.waiting) for holder in found] == [(pid, 2)], "a session is said once"
        assert re.fullmatch(
            rf"the session {pid} \(psql of \w+.*\) holds what 2 others of this store wait for, for \d+ s now:"
            rf" `SELECT pg_terminate_backend\({pid}\)` ends it",
            found[0].said,
        )
        assert read_holders(operator) == (), "that is no more than ours wait for each other"
        for each in waits:
            each.join()
    operator.dispose()


def test_who_runs_is_told_while_a_session_holds_what_is_counted(far: Far, tmp_path: Path) -> None:
    now = datetime.now(UTC)
    SqlHeartbeats(far.engine, "run@a", now).publish([Heartbeat("matcher", ready=True)], now)
    operator = open_store(far.url + "?application_name=psql")
    with watcher(Settings(data=tmp_path, store=SecretStr(far.url))) as stream, writing(operator) as holder:
        holder.execute(text("LOCK TABLE saved_searches IN ACCESS EXCLUSIVE MODE"))
        seen = stream.look()
    operator.dispose()
    assert (seen.figures, seen.run_since) == (None, None)
    assert [service.name for service in seen.services if service.alive(seen.at)] == ["matcher"]
    for at, told in ((seen.at, False), (seen.at + MISSED, True)):
        said = [trouble.what for trouble in troubles(replace(seen, at=at))]
        assert said[0].startswith("store cannot be used")
        assert any(what.startswith("jobchime does not run, last heard of run@a") for what in said) == told


def test_a_disk_without_room_is_told_by_who_met_it_until_there_is_some(
    far: Far, monkeypatch: pytest.MonkeyPatch
) -> None:
    full = "DO $$ BEGIN RAISE EXCEPTION 'could not extend file: No space left' USING ERRCODE = '53100'; END $$"

    def beat() -> Heartbeat:
        now = datetime.now(UTC)
        SqlHeartbeats(far.engine, "run@a", now).publish([Heartbeat("matcher", ready=True)], now)
        return read_workers(far.engine)[0].heartbeat

    with monkeypatch.context() as grown:
        grown.setattr(store, "_GROWS", (full,))
        assert beat().ready, "nobody met it"
        with (
            pytest.raises(UnavailableError, match="is full, and nothing new is kept"),
            writing(far.engine) as connection,
        ):
            connection.exec_driver_sql(full)
        for _ in range(2):
            assert (beat().ready, beat().mend) == (False, "disk")
        assert lacks_room(far.engine, unasked=True) is not None
    assert lacks_room(far.engine, unasked=True) is None
    assert beat().ready


def test_a_worker_whose_clock_is_behind_is_alive_and_told_to_be_so(far: Far) -> None:
    now = datetime.now(UTC)
    for minutes, ready in ((20, False), (0, True)):
        at = now - timedelta(minutes=minutes)
        SqlHeartbeats(far.engine, "notifier@a", at).publish([Heartbeat("notifier", ready=True)], at)
        [worker] = read_workers(far.engine)
        assert worker.alive(now)
        assert (worker.heartbeat.ready, worker.heartbeat.mend) == ((True, None) if ready else (False, "clock"))
        if not ready:
            hung = iter((0.0, 1_200.0))
            held = SqlHeartbeats(far.engine, "notifier@a", at, monotonic=lambda hung=hung: next(hung))
            held.publish([Heartbeat("notifier", ready=True)], at)
            assert read_workers(far.engine)[0].heartbeat.ready, "the store hung, and no clock is wrong"
        assert ready or re.match(r"its clock is 1,20\d s behind the store's", str(worker.heartbeat.reason))


def test_a_statement_does_not_run_without_end(far: Far) -> None:
    def sleep() -> None:
        with reading(far.engine) as connection:
            connection.execute(text("SELECT pg_sleep(60)"))

    assert "too long" in str(refused(sleep))


def test_a_stopped_worker_does_not_hold_its_locks_without_end(far: Far) -> None:
    count(far.engine, "one")

    def dawdle() -> None:
        with writing(far.engine) as connection:
            connection.execute(text("SELECT 1 FROM counters FOR UPDATE"))
            time.sleep(2)
            connection.execute(text("UPDATE counters SET value = 2"))

    refused(dawdle)
    with writing(far.engine) as connection:
        assert connection.execute(text("UPDATE counters SET value = 3")).rowcount == 1


def test_a_pool_that_is_used_up_is_one_sentence(far: Far) -> None:
    with reading(far.engine), reading(far.engine):
        assert "in use" in str(refused(lambda: counted(far.engine)))
    assert counted(far.engine) == []


def test_a_reader_sees_one_moment(far: Far) -> None:
    with reading(far.engine) as connection:
        assert connection.execute(select(counters.c.name)).all() == []
        count(far.engine, "meanwhile")
        assert connection.execute(select(counters.c.name)).all() == []


def test_a_reader_cannot_write(far: Far) -> None:
    with pytest.raises(UnavailableError, match="read-only"), reading(far.engine) as connection:
        connection.execute(insert(counters).values(name="x", value=1))


def test_the_time_bounds_of_the_address_win(far: Far) -> None:
    url = make_url(far.url).update_query_dict({"application_name": "mine", "options": "-c statement_timeout=4321"})
    engine = open_store(url.render_as_string(hide_password=False))
    with reading(engine) as connection:
        assert connection.execute(text("SHOW application_name")).scalar_one() == "mine"
        assert connection.execute(text("SHOW statement_timeout")).scalar_one() == "4321ms"
        assert connection.execute(text("SHOW lock_timeout")).scalar_one() == "10s"
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "repeatable read"
    with writing(engine) as connection:
        assert connection.execute(text("SHOW transaction_isolation")).scalar_one() == "read committed"
    engine.dispose()


@pytest.mark.parametrize("scheme", ["postgresql", "postgres", "postgresql+psycopg"])
def test_an_address_may_name_postgresql_as_people_do(far: Far, scheme: str) -> None:
    rest = far.url.partition("://")[2]
    engine = open_store(f"{scheme}://{rest}")
    assert engine.driver == "psycopg"
    assert revision_of(engine).state == "same"
    engine.dispose()


def test_no_error_and_no_log_tells_the_password_or_a_persons_data(far: Far, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    said: list[str] = []

    def note(act: Callable[[], object]) -> None:
        with pytest.raises(Exception) as raised:
            act()
        said.extend(traceback.format_exception(raised.value))

    row = {"address_hash": "a hash", "reason": "Ada of Example Street", "created_at": NOW}

    def clash() -> None:
        with writing(far.engine) as connection:
            connection.execute(insert(suppressions), [row, row])

    note(clash)
    far.line.breaks()
    note(lambda: count(far.engine, "x"))
    rest = far.url.partition("@")[2]
    for url in (
        f"postgresql://postgres:{PASSWORD}@127.0.0.1:1/nowhere",
        f"postgresql://postgres@127.0.0.1:1/nowhere?password={PASSWORD}",
        f"postgresql://postgres:{PASSWORD}@127.0.0.1:port/nowhere",
        f"postgresql:/postgres:{PASSWORD}@127.0.0.1/nowhere",
        f"carrier-pigeon://postgres:{PASSWORD}@loft/7",
        f"mysql://postgres:{PASSWORD}@loft/7",
        f"postgresql://nobody:{PASSWORD}@{rest}",
    ):
        note(lambda url=url: open_store(url, QUICK))
    said.append(repr(far.engine))
    everything = "\n".join([*said, caplog.text])
    assert PASSWORD not in everything
    assert "Ada of" not in everything


def test_a_place_is_told_without_user_and_password() -> None:
    assert place_of(make_url(f"postgresql+psycopg://u:{PASSWORD}@h:1/d?password=x")) == "h:1/d"
    assert place_of(make_url("postgresql+psycopg:///d?host=h&port=2")) == "h:2/d"
    assert place_of(make_url("sqlite:////tmp/x.sqlite")) == "/tmp/x.sqlite"


@pytest.mark.parametrize("url", ["mysql://u:p@h/d", "postgresql://u:p@h:port/d", "postgresql:/u:p@h/d", "x"])
def test_an_address_that_is_none_is_a_mistake_of_the_user(url: str) -> None:
    with pytest.raises(UsageError, match="not a database URL"):
        open_store(url)


def test_many_threads_share_few_connections(far: Far) -> None:
    faults: list[BaseException] = []
    engine = open_store(far.url, StoreSettings(pool=2, overflow=0))

    def act(number: int) -> None:
        try:
            for turn in range(5):
                count(engine, f"{number} {turn}")
        except JobchimeError as error:
            faults.append(error)

    threads = [threading.Thread(target=act, args=(number,)) for number in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    assert len(counted(engine)) == 50
    engine.dispose()
