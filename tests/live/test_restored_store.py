"""A dump of PostgreSQL that is restored knows that it is one, and mails nobody before it is told who opted out."""

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from sqlalchemy import Engine, text

from schemas.sql import metadata
from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.domain.consent import Consent
from services.overview.stream.model import Overview
from services.overview.stream.troubles.every import healthy, troubles
from services.runtime.figures.stream import StoreFigures
from services.runtime.pauses import SqlPauses
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store, writing
from services.usecases import state
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import settings_of
from tests.support.postgresql import dumped, empty_database, migrated_database, restored
from tests.support.sending import open_deliveries
from tests.support.serving import LEASE

pytestmark = pytest.mark.live

Into = Callable[[], AbstractContextManager[tuple[str, tuple[str, ...]]]]


@contextmanager
def whole() -> Iterator[tuple[str, tuple[str, ...]]]:
    """An empty database, and which options a dump for it has."""
    with empty_database() as url:
        yield url, ()


@contextmanager
def rows_alone() -> Iterator[tuple[str, tuple[str, ...]]]:
    """A database with tables that some other store had made."""
    with migrated_database() as url:
        engine = open_store(url)
        names = ", ".join(table.name for table in metadata.sorted_tables)
        with writing(engine) as connection:
            connection.execute(text(f"TRUNCATE {names}, alembic_version"))
        engine.dispose()
        yield url, ("--data-only", "--disable-triggers")


@contextmanager
def rows_alone_where_they_were() -> Iterator[tuple[str, tuple[str, ...]]]:
    """The tables that were dumped, emptied: nothing but the transaction tells."""
    yield "", ("--data-only", "--disable-triggers")


@pytest.fixture
def store() -> Iterator[NotifierStore]:
    with migrated_database() as url:
        engine = open_store(url)
        yield NotifierStore(engine)
        engine.dispose()


def url_of(engine: Engine) -> str:
    return engine.url.render_as_string(hide_password=False)


def claimed(store: NotifierStore) -> int:
    return len(store.deliveries.claim("worker", "folder", NOW, LEASE, 10))


@pytest.mark.parametrize("into", [whole, rows_alone, rows_alone_where_they_were])
def test_a_restored_dump_mails_nobody_until_it_is_told_who_opted_out(store: NotifierStore, into: Into) -> None:
    open_deliveries(store, 3, NOW)
    leaver, *_ = store.subscribers.all()
    assert claimed(NotifierStore(store.engine)) == 3
    store.deliveries.release("worker", NOW)
    with into() as (url, options):
        before = dumped(url_of(store.engine), *options)
        store.subscribers.unsubscribe(leaver.subscriber_id, Consent("withdrawn", NOW, "one-click", ""))
        with Installation(settings_of(), store.engine) as here:
            known = state.opt_outs(here, NOW)
        if not url:
            with writing(store.engine) as connection:
                names = ", ".join(table.name for table in metadata.sorted_tables)
                connection.execute(text(f"TRUNCATE {names}, alembic_version"))
        restored(before, url or url_of(store.engine))
        engine = open_store(url or url_of(store.engine))
        there = NotifierStore(engine)
        migrate(engine)
        assert there.subscribers.find(leaver.subscriber_id).status == "active", "it does not know of them"
        assert claimed(there) == 0
        letters = SqlDoors(engine, there.ids)
        for kind in ("confirm", "known", "new_address"):
            assert not letters.begin_letter("l", kind, "a@example.com", NOW)
        assert letters.begin_letter("l", "sign_in", "b@example.com", NOW), "who asks for it may want to leave"
        view = Overview(NOW, "deployed", figures=StoreFigures(NOW, pauses=SqlPauses(engine).read()))
        [trouble] = [each for each in troubles(view) if "restored" in each.what]
        assert (healthy(view), "`jobchime opt-outs replay FILE`" in trouble.do) == (False, True)
        with Installation(settings_of(), engine) as installation:
            assert state.replay(installation, known, NOW).done["unsubscribed"] == 1
        assert not SqlPauses(engine).read().restored
        assert claimed(there) == 2
        engine.dispose()


def test_a_store_that_goes_on_where_it_is_is_no_copy_whatever_is_done_to_its_tables(store: NotifierStore) -> None:
    """Frozen and written anew by a vacuum, and copied with its files, as by `pg_upgrade`, a row tells what it told."""
    with store.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(text("VACUUM (FREEZE, FULL) flags"))
    store.pauses.set_service("matcher", True, NOW)
    migrate(store.engine)
    assert not store.pauses.read().restored
    store.pauses.set_sending(True, NOW)
    store.pauses.set_sending(False, NOW)
    assert not store.pauses.read().sending


def test_where_nobody_knows_who_opted_out_a_person_may_have_it_go_on(store: NotifierStore) -> None:
    store.pauses.hold_restored(NOW)
    assert (store.pauses.read().sending, store.pauses.read().confirmations_stopped) == (True, True)
    store.pauses.set_sending(False, NOW)
    assert not store.pauses.read().sending
