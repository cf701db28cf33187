"""Migrations on both engines: safe twice, by many at once, and under services of the release before."""

import importlib
import pkgutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest
import sqlalchemy as sa
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import Engine, MetaData, inspect, text

from schemas.sql import metadata
from schemas.sql.migrations import versions
from services.notifier.adapters.sql.people.consents import count_undeclared
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.adapters.sql.people.suppressions import SqlSuppressions
from services.notifier.domain.ids import Ids
from services.notifier.domain.people import profile_of
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.sql.revisions import check_revision, migrate, migration_config, revision_of
from services.runtime.sql.store import open_store, reading, writing
from tests.support.consenting import declared
from tests.support.postgresql import empty_database
from tests.support.stores import ENGINES, new_engine

FROZEN = "0002"
"""The last revision before the rule that a migration takes nothing away."""


@pytest.fixture(params=ENGINES)
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'store.sqlite'}"
        return
    with empty_database() as made:
        yield made


@contextmanager
def opened(url: str) -> Iterator[Engine]:
    engine = open_store(url)
    try:
        yield engine
    finally:
        engine.dispose()


def upgrade_to(engine: Engine, revision: str) -> None:
    config = migration_config()
    with writing(engine) as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


def test_the_tables_are_those_that_the_code_states(url: str) -> None:
    with opened(url) as engine:
        migrate(engine)
        with engine.connect() as connection:
            context = MigrationContext.configure(connection, opts={"compare_type": True})
            assert compare_metadata(context, metadata) == []


def test_threads_that_migrate_at_once_all_succeed(url: str) -> None:
    faults: list[BaseException] = []

    def start() -> None:
        try:
            with opened(url) as engine:
                migrate(engine)
        except BaseException as error:
            faults.append(error)

    threads = [threading.Thread(target=start) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    with opened(url) as engine:
        assert revision_of(engine).state == "same"


def test_processes_that_migrate_at_once_all_succeed(url: str) -> None:
    imports = "from services.runtime.sql.revisions import migrate; from services.runtime.sql.store import open_store"
    program = f"import sys; {imports}; migrate(open_store(sys.argv[1]))"
    children = [
        subprocess.Popen([sys.executable, "-c", program, url], stderr=subprocess.PIPE, text=True) for _ in range(3)
    ]
    ends = [(child.communicate()[1], child.returncode) for child in children]
    assert ends == [("", 0)] * 3


def test_a_store_says_how_it_stands_to_this_program(url: str) -> None:
    with opened(url) as engine:
        assert revision_of(engine).state == "missing"
        with pytest.raises(UnavailableError, match=r"no tables yet.*jobchime migrate") as refused:
            check_revision(engine)
        assert refused.value.mend == "migrate"
        upgrade_to(engine, FROZEN)
        assert revision_of(engine).current == FROZEN
        with pytest.raises(UnavailableError, match=rf"revision {FROZEN}.*jobchime migrate"):
            check_revision(engine)
        migrate(engine)
        check_revision(engine)


def test_a_store_of_a_later_release_is_used_and_left_as_it_is(url: str) -> None:
    with opened(url) as engine:
        migrate(engine)
        with writing(engine) as connection:
            connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
        migrate(engine)
        check_revision(engine)
        assert (revision_of(engine).current, revision_of(engine).state) == ("9999", "newer")


def test_a_migration_that_fails_changes_nothing(url: str, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail() -> None:
        raise RuntimeError("the disk fell over")

    with opened(url) as engine:
        with monkeypatch.context() as patched:
            patched.setattr(ScriptDirectory, "run_env", _then(ScriptDirectory.run_env, fail))
            with pytest.raises(RuntimeError):
                migrate(engine)
        assert revision_of(engine).state == "missing"
        with reading(engine) as connection:
            assert "subscribers" not in inspect(connection).get_table_names()
        migrate(engine)


def _then(act: Callable[..., None], fail: Callable[[], None]) -> Callable[..., None]:
    def both(*args: Any) -> None:
        act(*args)
        fail()

    return both


def scripts() -> list[ModuleType]:
    """All migrations, the oldest first."""
    names = sorted(module.name for module in pkgutil.iter_modules(versions.__path__))
    return [importlib.import_module(f"{versions.__name__}.{name}") for name in names]


class _Empty:
    """Stands for a connection to a store without rows."""

    def execute(self, *_args: Any) -> list[Any]:
        return []


class Watched:
    """Stands for Alembic's operations, and says which of them services of the release before could not live with."""

    _ALLOWED = frozenset({"create_table", "create_index", "add_column", "f", "get_bind"})

    def __init__(self) -> None:
        self.made: set[str] = set()
        self.faults: list[str] = []

    def __getattr__(self, name: str) -> Any:
        def act(*args: Any, **kwargs: Any) -> Any:
            if name == "f":
                return args[0]
            if name == "get_bind":
                return _Empty()
            if name not in self._ALLOWED:
                self.faults.append(f"{name}{args[:2]}")
            if name == "create_table":
                self.made.add(args[0])
            if name == "add_column" and args[0] not in self.made:
                column: sa.Column[Any] = args[1]
                if not column.nullable and column.server_default is None:
                    self.faults.append(f"{args[0]}.{column.name} neither may be left out nor has a server default")
            if name == "create_index" and kwargs.get("unique") and args[1] not in self.made:
                self.faults.append(f"a unique index on {args[1]}")
            return None

        return act


@pytest.mark.parametrize(
    "script", [script for script in scripts() if script.revision > FROZEN], ids=lambda script: script.revision
)
def test_a_migration_takes_nothing_away_that_its_forerunner_uses(
    script: ModuleType, monkeypatch: pytest.MonkeyPatch
) -> None:
    watched = Watched()
    monkeypatch.setattr(script, "op", watched)
    script.upgrade()
    assert watched.faults == []


def test_the_watch_finds_what_is_forbidden() -> None:
    watched = Watched()
    watched.drop_column("subscribers", "name")
    watched.add_column("subscribers", sa.Column("x", sa.Text(), nullable=False))
    watched.create_index("ix", "subscribers", ["x"], unique=True)
    watched.alter_column("subscribers", "name", new_column_name="y")
    watched.execute("DROP TABLE subscribers")
    assert len(watched.faults) == 5


def test_revisions_are_numbered_in_one_line() -> None:
    numbers = [script.revision for script in scripts()]
    assert numbers == [f"{number:04}" for number in range(1, len(numbers) + 1)]
    assert [script.down_revision for script in scripts()] == [None, *numbers[:-1]]


def test_statements_of_an_older_release_work_on_the_newest_tables(
    request: pytest.FixtureRequest, url: str, tmp_path: Path
) -> None:
    """The tables as the older release knew them are read from a store of its own; its rows go into a migrated one."""
    with opened(url) as engine:
        upgrade_to(engine, FROZEN)
        old = MetaData()
        with reading(engine) as connection:
            old.reflect(connection)
        migrate(engine)
        tables = [table for table in old.sorted_tables if table.name != "alembic_version"]
        assert len(tables) > 15
        for table in reversed(tables):
            with writing(engine) as connection:
                # What it says of itself, of which the older release knew nothing.
                connection.execute(table.delete())
        for table in tables:
            row = {column.name: _value(column) for column in table.columns}
            with writing(engine) as connection:
                connection.execute(table.insert().values(row))
            with reading(engine) as connection:
                assert connection.execute(table.select()).one()._asdict() == row
            with writing(engine) as connection:
                connection.execute(table.update().values(row))
        for table in reversed(tables):
            with writing(engine) as connection:
                connection.execute(table.delete())


def _value(column: sa.Column[Any]) -> Any:
    kind = column.type.python_type
    if column.primary_key and kind is int:
        return 7
    return {str: "x", int: 7, bool: True, float: 1.0, bytes: b"x"}[kind]


@pytest.mark.live
def test_a_busy_table_does_not_hold_up_a_migration_for_ever() -> None:
    """Whoever queues behind a waiting migration would wait as well, so it gives up and says so."""
    with empty_database() as url, opened(url) as engine:
        upgrade_to(engine, FROZEN)
        with engine.connect() as busy:
            busy.execute(text("LOCK TABLE alembic_version IN ACCESS EXCLUSIVE MODE"))
            with pytest.raises(UnavailableError, match="busy"):
                migrate(engine, lock_wait_s=0.2)
        migrate(engine)
        assert revision_of(engine).state == "same"


def test_who_was_there_before_these_were_asked_says_nothing_of_languages_home_years_and_work(url: str) -> None:
    with opened(url) as engine:
        upgrade_to(engine, "0014")
        old = MetaData()
        with reading(engine) as connection:
            old.reflect(connection, only=["subscribers"])
        people = old.tables["subscribers"]
        leased = {"built_by": None, "build_lease": None}
        with writing(engine) as connection:
            connection.execute(
                people.insert().values({column.name: _value(column) for column in people.columns} | leased)
            )
        migrate(engine)
        [person] = SqlSubscribers(engine, Ids(b"a secret for tests only")).all()
        assert (person.profile.address, person.profile.speaks) == ("x", ())
        assert (person.profile.home, person.profile.years, person.profile.worked_as) == (None, None, ())
        assert (person.profile.knows, person.profile.avoids) == ((), ())
        assert person.profile.selectivity == "usual"


def test_who_was_taken_in_before_declarations_has_one_that_says_no_more_than_when(url: str) -> None:
    """Also of whom the ledger knew nothing, as services of an older release took them in."""
    with opened(url) as engine:
        upgrade_to(engine, "0019")
        old = MetaData()
        with reading(engine) as connection:
            old.reflect(connection, only=["subscribers", "consents"])
        people, ledger = old.tables["subscribers"], old.tables["consents"]
        row = {column.name: _value(column) for column in people.columns} | {"built_by": None, "build_lease": None}
        with writing(engine) as connection:
            for name in ("ada", "bob"):
                own = {"subscriber_id": name, "address_hash": name, "created_at": 5_000_000, "status": "active"}
                connection.execute(people.insert().values(row | own))
            said = {"subscriber_id": "ada", "wording": "", "why": ""}
            connection.execute(ledger.insert().values(said | {"kind": "given", "at": 7_000_000, "origin": "operator"}))
            connection.execute(ledger.insert().values(said | {"kind": "withdrawn", "at": 8_000_000, "origin": "page"}))
        migrate(engine)
        store = SqlSubscribers(engine, Ids(b"a secret for tests only"))
        kept = {
            name: [(consent.kind, consent.origin, consent.given_at) for consent in store.consents(name)]
            for name in ("ada", "bob")
        }
        at = {second: datetime.fromtimestamp(second, UTC) for second in (5, 7)}
        assert kept["ada"] == [("given", "operator", at[7]), ("withdrawn", "page", None)]
        assert kept["bob"] == [("given", "operator", at[5])]
        declared = {store.consents(name)[0].source for name in ("ada", "bob")}
        assert declared == {"added by the operator before declarations were kept"}
        assert count_undeclared(engine) == 2, "and both are served on no more than that"


class TestMailboxes:
    """Before revision 0011 several mailboxes were taken for one."""

    SECRET = b"a secret for tests only"

    def _people(self, engine: Engine, addresses: list[str]) -> None:
        upgrade_to(engine, "0010")
        hashes = [_former_hash(self.SECRET, address) for address in addresses]
        with writing(engine) as connection:
            for number, (address, own_hash) in enumerate(zip(addresses, hashes, strict=True)):
                values = {"id": f"person {number}", "address": address, "hash": own_hash, "at": number}
                connection.execute(
                    text(
                        "INSERT INTO subscribers (subscriber_id, address, address_hash, name, time_zone, currency,"
                        " locale, status, created_at, changed_at)"
                        " VALUES (:id, :address, :hash, '', 'UTC', 'EUR', 'en', 'active', :at, :at)"
                    ),
                    values,
                )

    def _suppress(self, engine: Engine, address: str) -> None:
        values = {"hash": _former_hash(self.SECRET, address)}
        with writing(engine) as connection:
            connection.execute(
                text("INSERT INTO suppressions (address_hash, reason, created_at) VALUES (:hash, 'unsubscribed', 1)"),
                values,
            )

    def test_everybody_is_found_by_their_own_address_after_it(self, url: str) -> None:
        addresses = ["ada@example.com", "a@faß.de", "\uff41da@example.com", "Élodie@example.com", "jö@münchen.de"]
        with opened(url) as engine:
            self._people(engine, addresses[:2] + addresses[3:])
            assert migrate(engine, lambda: self.SECRET) == []
            people = SqlSubscribers(engine, Ids(self.SECRET))
            assert [people.find(address).profile.address for address in addresses[:2] + addresses[3:]] == [
                address for address in addresses if address != addresses[2]
            ]
            for other in ("a@fass.de", addresses[2], "élodie@example.com"):
                with pytest.raises(UsageError, match="Nobody"):
                    people.find(other)
                people.add(profile_of({"address": other}), datetime.now(UTC), declared(datetime.now(UTC)))
                assert people.find(other).profile.address == other
            assert len({person.subscriber_id for person in people.all()}) == 7

    def test_two_rows_of_one_mailbox_are_both_kept_and_a_note_names_them(self, url: str) -> None:
        with opened(url) as engine:
            self._people(engine, ["a@faß.de", "a@xn--fa-hia.de"])
            [note] = migrate(engine, lambda: self.SECRET)
            assert "person 0 and person 1" in note
            assert "fa-hia" not in note
            people = SqlSubscribers(engine, Ids(self.SECRET))
            assert people.find("a@faß.de").subscriber_id == "person 0"
            assert people.find("person 1").profile.address == "a@xn--fa-hia.de"

    def test_what_was_suppressed_stays_so_for_all_who_may_have_been_meant_and_for_nobody_else(self, url: str) -> None:
        with opened(url) as engine:
            self._people(engine, ["a@faß.de"])
            self._suppress(engine, "a@faß.de")
            self._suppress(engine, "gone@faß.de")
            migrate(engine, lambda: self.SECRET)
            ids = Ids(self.SECRET)
            people, suppressed = SqlSubscribers(engine, ids), SqlSuppressions(engine, ids)
            assert suppressed.reason("a@faß.de") == suppressed.reason("a@fass.de") == "unsubscribed"
            people.add(profile_of({"address": "gone@faß.de"}), datetime.now(UTC), declared(datetime.now(UTC)))
            assert suppressed.reason("gone@faß.de") == "unsubscribed"
            suppressed.suppress("new@fass.de", "unsubscribed", datetime.now(UTC))
            people.add(profile_of({"address": "new@faß.de"}), datetime.now(UTC), declared(datetime.now(UTC)))
            assert suppressed.reason("new@faß.de") is None

    def test_without_the_secret_nothing_changes_and_a_sentence_says_what_to_do(self, url: str) -> None:
        with opened(url) as engine:
            self._people(engine, ["a@faß.de"])
            with pytest.raises(UsageError, match="jobchime migrate"):
                migrate(engine)
            assert revision_of(engine).current == "0010"


def _former_hash(secret: bytes, address: str) -> str:
    """As releases before revision 0011 made it."""
    ids = Ids(secret)
    return ids.former_hash(address) or ids.address_hash(address)


def test_new_stores_come_at_the_newest_revision(tmp_path: Path) -> None:
    with new_engine("sqlite", tmp_path) as engine:
        assert revision_of(engine).state == "same"
