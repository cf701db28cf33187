"""Opening, migrating and using the SQL store, and what it says when it cannot be used."""

import sqlite3
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import Engine, event, insert, select, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import IntegrityError, StatementError
from sqlalchemy.schema import CreateTable

from schemas.sql import metadata
from schemas.sql.base import Moment
from schemas.sql.tables import counters, flags, suppressions
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.sql.revisions import migrate
from services.runtime.sql.sqlite import Turns, connect
from services.runtime.sql.store import open_store, reading, scrub, upsert, writing

NOW = datetime(2026, 7, 1, 6, tzinfo=UTC)


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Engine]:
    made = open_store(f"sqlite:///{tmp_path / 'deep' / 'store.sqlite'}")
    migrate(made)
    yield made
    made.dispose()


def count(engine: Engine, name: str, value: int) -> None:
    with writing(engine) as connection:
        connection.execute(insert(counters).values(name=name, value=value))


def counted(engine: Engine) -> list[str]:
    with reading(engine) as connection:
        return list(connection.execute(select(counters.c.name).order_by(counters.c.name)).scalars())


def test_the_file_is_durable_and_forgets_what_is_deleted(engine: Engine) -> None:
    with reading(engine) as connection:
        pragmas = {
            name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one()
            for name in ("journal_mode", "synchronous", "secure_delete", "foreign_keys")
        }
    assert pragmas == {"journal_mode": "wal", "synchronous": 2, "secure_delete": 1, "foreign_keys": 1}


def test_migrating_again_changes_nothing(engine: Engine) -> None:
    count(engine, "kept", 1)
    migrate(engine)
    assert counted(engine) == ["kept"]


def test_two_that_migrate_at_once_both_succeed(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path / 'store.sqlite'}"
    faults: list[BaseException] = []

    def start() -> None:
        try:
            engine = open_store(url)
            migrate(engine)
            engine.dispose()
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []


def test_every_table_can_be_made_in_postgresql_too() -> None:
    for table in metadata.sorted_tables:
        assert "CREATE TABLE" in str(CreateTable(table).compile(dialect=postgresql.dialect()))


def test_an_upsert_is_written_for_the_engine_at_hand(engine: Engine) -> None:
    for number in (1, 2):
        with writing(engine) as connection:
            row = upsert(connection, counters).values(name="one", value=number)
            connection.execute(
                row.on_conflict_do_update(index_elements=[counters.c.name], set_={"value": row.excluded.value})
            )
    with reading(engine) as connection:
        assert connection.execute(select(counters.c.value)).scalar_one() == 2


def test_a_transaction_that_fails_leaves_nothing(engine: Engine) -> None:
    def fail() -> None:
        with writing(engine) as connection:
            connection.execute(insert(counters).values(name="gone", value=1))
            raise RuntimeError

    with pytest.raises(RuntimeError):
        fail()
    assert counted(engine) == []


def test_writers_wait_for_each_other_instead_of_failing(engine: Engine) -> None:
    count(engine, "sum", 0)
    faults: list[BaseException] = []

    def add() -> None:
        try:
            for _ in range(20):
                with writing(engine) as connection:
                    value = connection.execute(select(counters.c.value)).scalar_one()
                    connection.execute(counters.update().values(value=value + 1))
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=add) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with reading(engine) as connection:
        assert connection.execute(select(counters.c.value)).scalar_one() == 80


def test_who_writes_without_a_pause_comes_behind_those_who_wait(engine: Engine) -> None:
    others = [f"other {number}" for number in range(5)]
    asks = [threading.Event() for _ in others]

    def write(number: int) -> None:
        asks[number].set()
        count(engine, others[number], number)

    again = 0
    with ThreadPoolExecutor(len(others)) as pool:
        with writing(engine):
            for number in range(len(others)):
                pool.submit(write, number)
            assert all(ask.wait(30) for ask in asks)
            time.sleep(0.1)
        while counted(engine) != others and again < 50:
            with writing(engine):
                time.sleep(0.05)
            again += 1
    assert counted(engine) == others
    assert again <= 5


def test_a_turn_that_does_not_come_is_one_sentence_and_holds_up_nobody() -> None:
    turns = Turns("store.sqlite", 0.01)
    with turns.turn(), ThreadPoolExecutor(1) as pool:
        late = pool.submit(turns.turn().__enter__)
        with pytest.raises(UnavailableError, match=r"^store\.sqlite is written to by others of this process"):
            late.result()
    with turns.turn():
        pass


def test_a_reader_sees_one_moment(engine: Engine) -> None:
    count(engine, "a", 1)
    with reading(engine) as connection:
        before = connection.execute(select(counters.c.name)).all()
        count(engine, "b", 1)
        assert connection.execute(select(counters.c.name)).all() == before
    assert counted(engine) == ["a", "b"]


def test_a_full_disk_is_one_sentence_and_keeps_what_was_there(engine: Engine) -> None:
    count(engine, "kept", 1)
    engine.dispose()

    def no_room(connection: sqlite3.Connection, _entry: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    event.listen(engine, "connect", no_room)
    with pytest.raises(UnavailableError, match="disk is full") as raised, writing(engine) as connection:
        connection.execute(
            insert(suppressions), [{"address_hash": f"{n:0500}", "reason": "", "created_at": NOW} for n in range(500)]
        )
    assert "\n" not in str(raised.value)
    assert counted(engine) == ["kept"]


def test_a_store_that_another_process_holds_is_one_sentence(engine: Engine, tmp_path: Path) -> None:
    engine.dispose()
    event.listen(engine, "connect", lambda connection, _entry: connection.execute("PRAGMA busy_timeout = 10"))
    other = sqlite3.connect(tmp_path / "deep" / "store.sqlite", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(UnavailableError, match="another process"):
        count(engine, "late", 1)
    other.execute("ROLLBACK")
    other.close()
    count(engine, "late", 1)


def test_a_write_ahead_log_that_was_deleted_under_another_process_is_not_called_a_full_disk(tmp_path: Path) -> None:
    path = tmp_path / "store.sqlite"
    with closing(connect(path)) as other:
        other.execute("CREATE TABLE kept (number)")
        (tmp_path / "store.sqlite-wal").unlink()
        with pytest.raises(UnavailableError, match=r"write-ahead log of .*store\.sqlite was deleted .* without -9"):
            open_store(f"sqlite:///{path}")
    with closing(connect(path)) as again:
        assert again.execute("SELECT count(*) FROM kept").fetchone() == (0,)


def test_a_folder_that_cannot_be_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("no folder")
    with pytest.raises(UnavailableError, match="cannot be made"):
        open_store(f"sqlite:///{tmp_path / 'file' / 'store.sqlite'}")


def test_a_file_that_is_no_database_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "store.sqlite").write_text("certainly no database\n" * 100)
    with pytest.raises(JobchimeError, match="no database"):
        open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")


@pytest.mark.parametrize("url", ["", "store.sqlite", "carrier-pigeon://loft/7"])
def test_an_address_that_is_none_is_a_mistake_of_the_user(url: str) -> None:
    with pytest.raises(UsageError, match="not a database URL"):
        open_store(url)


def test_a_store_that_was_not_migrated_says_what_to_do(tmp_path: Path) -> None:
    engine = open_store(f"sqlite:///{tmp_path / 'store.sqlite'}")
    with pytest.raises(UnavailableError, match="jobchime migrate"):
        counted(engine)
    engine.dispose()


def test_a_broken_constraint_stays_what_it_is(engine: Engine) -> None:
    count(engine, "one", 1)
    with pytest.raises(IntegrityError):
        count(engine, "one", 2)


def test_deleted_rows_are_in_no_file_once_scrubbed(engine: Engine, tmp_path: Path) -> None:
    with writing(engine) as connection:
        connection.execute(insert(suppressions).values(address_hash="unforgettable", reason="", created_at=NOW))
    with writing(engine) as connection:
        connection.execute(suppressions.delete())
    scrub(engine)
    assert all(b"unforgettable" not in file.read_bytes() for file in (tmp_path / "deep").iterdir())


@given(st.datetimes(datetime(1900, 1, 1), datetime(2200, 1, 1)), st.integers(-840, 720))
def test_a_moment_comes_back_exactly_and_in_utc(at: datetime, minutes: int) -> None:
    moment = at.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    kind, dialect = Moment(), sqlite.dialect()
    stored = kind.process_bind_param(moment, dialect)
    read = kind.process_result_value(stored, dialect)
    assert read == moment
    assert read is not None
    assert read.tzinfo is UTC


def test_a_moment_without_a_zone_is_refused(engine: Engine) -> None:
    with pytest.raises((ValueError, StatementError), match="zone"), writing(engine) as connection:
        connection.execute(insert(flags).values(name="x", value="1", changed_at=datetime(2026, 7, 1)))


def test_several_that_open_a_new_file_at_once_all_find_it_in_wal(tmp_path: Path) -> None:
    def open_one(number: int) -> str:
        engine = open_store(f"sqlite:///{tmp_path / f'{number}.sqlite'}")
        with reading(engine) as connection:
            mode = connection.execute(text("PRAGMA journal_mode")).scalar_one()
        engine.dispose()
        return str(mode)

    with ThreadPoolExecutor(4) as pool:
        for number in range(80):
            assert set(pool.map(open_one, [number] * 4)) == {"wal"}
