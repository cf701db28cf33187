"""The canary is served as a person is, over either store, and leaves no row."""

from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import Engine, event, select, update
from structlog.testing import capture_logs

from schemas.sql.base import metadata
from schemas.sql.tables import saved_searches
from services.notifier.adapters.rendering.jinja import JinjaRenderer
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.building import Builder
from services.notifier.canary import CanaryDigest
from services.notifier.composing import Composer
from services.notifier.domain.model import Sender
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError
from services.runtime.figures.canary import CANARY_ID, canary_without_digest
from services.runtime.sql.store import writing
from tests.support.at_once import at_once
from tests.support.notifying import NOW, NotifierStore, arrival, posting

SENDER = Sender("Harbour Jobs", "alerts@jobs.example", "1 Quay Street, Porto")
LATER = NOW + timedelta(hours=47)


def composer_of(store: NotifierStore) -> Composer:
    return Composer(JinjaRenderer(SENDER), SENDER, "https://jobs.example.com", store.ids)


def came(store: NotifierStore, *, with_others: bool = True) -> CanaryDigest:
    """A canary is in the store; of others one has a mail that waits for as long as any may, one is due."""
    closed = posting("canary", posting_id=CANARY_ID, status="closed", backlog=True, skills=(), roles=())
    store.matches.store(1, [arrival(0, closed)], NOW)
    if with_others:
        first = store.search(store.person("ada"), cadence="instant")
        store.matches.store(0, [arrival(0, posting(), [first.key])], NOW)
        builder = Builder(store.matches, store.windows, store.digests, composer_of(store), NotifierSettings())
        builder.build(NOW + timedelta(minutes=1))
        assert store.deliveries.states() == {"pending": 1}
        second = store.search(store.person("bob"), cadence="daily")
        store.matches.store(0, [arrival(1, posting("two"), [second.key])], NOW)
    return CanaryDigest(store.engine, store.ids, composer_of(store), NotifierSettings())


def rows(engine: Engine) -> dict[str, set[Any]]:
    with engine.connect() as connection:
        return {
            table.name: {tuple(row) for row in connection.execute(select(table))} for table in metadata.sorted_tables
        }


def test_it_is_claimed_built_and_delivered_and_what_is_kept_is_when(store: NotifierStore) -> None:
    canary, before = came(store), rows(store.engine)
    said: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: said.append(given[2]))
    with capture_logs() as logs:
        assert canary.build(LATER)
    after = rows(store.engine)
    changed = {name: after[name] - before[name] for name in after if after[name] != before[name]}
    assert list(changed) == ["flags"]
    assert {row[0] for row in changed["flags"]} == {"canary_digest"}
    assert [(log["event"], log["mailer"]) for log in logs] == [("a mail went out", "canary")]
    for table in ("subscribers", "saved_searches", "matches", "cuts", "digests", "digest_items", "deliveries"):
        assert any(f"INSERT INTO {table} " in statement for statement in said), table
    assert not canary.build(LATER + timedelta(minutes=2))


def test_while_sending_is_paused_its_mail_waits_with_all_others(store: NotifierStore) -> None:
    canary = came(store)
    store.pauses.set_sending(paused=True, now=NOW)
    assert canary.build(LATER)
    assert store.deliveries.states() == {"pending": 1}


def test_nothing_of_people_is_given_up_or_told_to_have_gone_out(store: NotifierStore) -> None:
    canary = came(store)
    with capture_logs() as logs:
        assert canary.build(NOW + timedelta(days=3))
    assert [(log["event"], log["mailer"]) for log in logs] == [("a mail went out", "canary")]
    assert store.deliveries.states() == {"pending": 1}


def test_who_has_the_address_that_it_is_made_from_suppressed_does_it_no_harm(store: NotifierStore) -> None:
    canary = came(store, with_others=False)
    for address in ("canary@nowhere.example", "@nowhere.example"):
        store.suppressions.suppress(address, "there is no such mailbox", NOW)
    assert canary.build(LATER)


def test_searches_that_are_due_too_late_are_left_to_those_who_put_them_right(store: NotifierStore) -> None:
    canary = came(store)
    with writing(store.engine) as connection:
        connection.execute(update(saved_searches).values(next_due_at=NOW + timedelta(days=900)))
    with capture_logs() as logs:
        assert canary.build(LATER)
    assert [log["event"] for log in logs] == ["a mail went out"]


def test_a_lock_that_somebody_holds_costs_it_a_minute_and_people_nothing(store: NotifierStore) -> None:
    canary = came(store, with_others=False)

    def away(*_: object, **__: object) -> None:
        raise UnavailableError("the store is busy")

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(SqlWindows, "take_cut", away)
        assert not canary.build(LATER)
    assert not canary.build(LATER + timedelta(seconds=30))
    assert canary.build(LATER + timedelta(minutes=1))


@pytest.mark.parametrize(
    ("part", "does"),
    [
        (SqlWindows, "take_cut"),
        (SqlWindows, "claim_due"),
        (SqlWindows, "matches"),
        (SqlDigests, "commit_all"),
        (SqlDeliveries, "claim"),
        (SqlDeliveries, "begin"),
        (SqlDeliveries, "accepted"),
        (SqlMatches, "store"),
    ],
)
def test_what_fails_for_people_is_told_by_it(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch, part: type, does: str
) -> None:
    canary = came(store, with_others=False)

    def broken(*_: object, **__: object) -> None:
        raise ValueError(does)

    monkeypatch.setattr(part, does, broken)
    with capture_logs() as logs:
        assert not canary.build(LATER)
    assert [log for log in logs if log["log_level"] == "error"]
    monkeypatch.undo()
    assert canary.build(LATER + timedelta(minutes=1))


@pytest.mark.parametrize("breaks", ["DROP TABLE digest_items", "UPDATE postings SET document = ''"])
def test_a_store_that_is_broken_is_told_by_it(store: NotifierStore, breaks: str) -> None:
    canary = came(store, with_others=False)
    with writing(store.engine) as connection:
        connection.exec_driver_sql(breaks)
    with capture_logs():
        assert not _built(canary)


def _built(canary: CanaryDigest) -> bool:
    try:
        return canary.build(LATER)
    except UnavailableError:
        return False


def test_workers_that_serve_it_at_once_and_store_matches_meanwhile_wait_for_each_other(
    stores: list[NotifierStore],
) -> None:
    first, *others = stores
    came(first, with_others=False)
    canaries = [CanaryDigest(store.engine, store.ids, composer_of(store), NotifierSettings()) for store in others]

    def store_matches() -> None:
        for offset in range(20):
            first.matches.store(0, [arrival(offset, posting(f"job {offset}"))], NOW)
            first.windows.take_cut(NOW)

    with capture_logs() as logs:
        at_once(store_matches, *(lambda canary=canary: canary.build(LATER) for canary in canaries))
    assert [log for log in logs if log["log_level"] in ("error", "warning")] == []
    assert canary_without_digest(first.engine) is None
    assert len(first.matches.newest(NOW - timedelta(days=1), 100)) == 20
