"""Rows that tell what was sent, deleted or restored from an older copy: nobody is mailed until they are back."""

from datetime import timedelta
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Table, delete, insert, select, update

from schemas.sql.tables import deliveries, digest_items, digest_searches, digests, saved_searches, sent_jobs
from services.notifier.adapters.sql.digests.lost_rows import KEPT_FOR_SURE, accept_lost, require_remembered
from services.notifier.adapters.sql.retention import KEEP_DIGESTS, forget_digests
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from services.overview.stream.ways_out import WAYS_OUT
from services.runtime.errors import UnavailableError, mend_of
from services.runtime.sql.store import reading, writing
from services.usecases import workers
from services.usecases.installation import Installation
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.portal import settings_of
from tests.support.serving import DAY, HOUR, close, due, serve

MINUTE = timedelta(minutes=1)
Kept = list[tuple[Table, list[dict[str, Any]]]]


def taken_out(store: NotifierStore, *tables: Table) -> Kept:
    """Delete all rows of the first table, with what hangs on them; what was in these tables, to be put back."""
    with writing(store.engine) as connection:
        kept = [(table, [dict(row) for row in connection.execute(select(table)).mappings()]) for table in tables]
        connection.execute(delete(tables[0]))
    return kept


def put_back(store: NotifierStore, kept: Kept) -> None:
    with writing(store.engine) as connection:
        for table, rows in kept:
            connection.execute(insert(table), rows)


def test_the_loss_of_any_table_that_tells_what_was_sent_is_noticed(store: NotifierStore) -> None:
    ada, ben = store.person("ada"), store.person("ben")
    serve(store, NOW + HOUR, "one", [store.search(ada, hour=7).key])
    require_remembered(store.engine, NOW + HOUR)
    for tables in ([sent_jobs], [deliveries], [digests, deliveries]):
        kept = taken_out(store, *tables)
        for asked in (None, [ada.subscriber_id]):
            with pytest.raises(UnavailableError, match=r"1 search .* 2026-07-01 07:00Z") as told:
                require_remembered(store.engine, NOW + HOUR, asked)
            assert mend_of(told.value) == "sent", tables
        require_remembered(store.engine, NOW + HOUR, [ben.subscriber_id])
        put_back(store, kept)
        require_remembered(store.engine, NOW + HOUR)


def test_what_is_forgotten_as_it_should_be_is_no_loss(store: NotifierStore) -> None:
    ada = store.person()
    serve(store, NOW + HOUR, "one", [store.search(ada, hour=7).key])
    with writing(store.engine) as connection:
        connection.execute(update(digests).values(created_at=NOW))
    long_after = NOW + KEEP_DIGESTS + DAY
    assert long_after - NOW > KEPT_FOR_SURE
    assert forget_digests(store.engine, long_after) == 1
    require_remembered(store.engine, long_after, [ada.subscriber_id])
    require_remembered(store.engine, long_after)


def test_who_had_nothing_but_held_digests_since_is_known_by_the_last_that_went_out(store: NotifierStore) -> None:
    search = store.search(store.person(), hour=7)
    serve(store, NOW + HOUR, "one", [search.key])
    store.matches.store(0, [arrival(1, posting("two"), [search.key])], NOW + DAY)
    [person] = due(store, NOW + 2 * DAY)
    close(store, person, store.windows.take_cut(NOW + DAY), NOW + 2 * DAY)
    with reading(store.engine) as connection:
        assert connection.execute(select(saved_searches.c.mailed_due_at)).scalar_one() == NOW + HOUR
    require_remembered(store.engine, NOW + 2 * DAY)


def test_nobody_is_mailed_while_rows_are_lost_and_all_are_once_they_are_back_or_given_up(
    store: NotifierStore, tmp_path: Path
) -> None:
    notifier = build_notifier(store.engine, store.ids, MailSettings(folder=tmp_path / "mails"))
    search = store.search(store.person(), cadence="instant")

    def tick(minutes: int, *news: str) -> int:
        """Store what came, and tick; how many mails went out by then."""
        for name in news:
            own = posting(name, fetched_at=NOW)
            store.matches.store(0, [arrival(next(offsets), own, [search.key])], NOW + minutes * MINUTE)
        notifier.tick(NOW + minutes * MINUTE)
        return len(list((tmp_path / "mails").glob("**/*.eml")))

    offsets = count()
    assert tick(1, "one") == 1
    kept = taken_out(store, sent_jobs)
    # Within two minutes nobody looks at all searches; who is due is looked at all the same.
    with pytest.raises(UnavailableError, match="rows of digests"):
        tick(2, "two")
    put_back(store, kept)
    assert tick(90) == 2
    taken_out(store, digests)
    with pytest.raises(UnavailableError, match="rows of digests"):
        tick(92)
    with pytest.raises(UnavailableError, match="rows of digests"):
        tick(180, "three")
    assert accept_lost(store.engine, NOW + 180 * MINUTE) == 1
    assert tick(181) == 3


def test_a_backup_from_before_the_last_mail_mails_nobody_twice_and_the_words_name_the_command(
    store: NotifierStore, tmp_path: Path
) -> None:
    notifier = build_notifier(store.engine, store.ids, MailSettings(folder=tmp_path / "mails"))
    search = store.search(store.person(), cadence="instant")

    def all_taken_out() -> Kept:
        return taken_out(store, digests, digest_items, digest_searches, deliveries) + taken_out(store, sent_jobs)

    def tick(minutes: int, *news: str) -> None:
        for name in news:
            own = posting(name, fetched_at=NOW)
            store.matches.store(0, [arrival(next(offsets), own, [search.key])], NOW + minutes * MINUTE)
        notifier.tick(NOW + minutes * MINUTE)

    def mailed() -> list[int]:
        texts = [file.read_bytes() for file in (tmp_path / "mails").glob("**/*.eml")]
        return [sum(f"Company {name}".encode() in text for text in texts) for name in ("one", "two", "three")]

    offsets = count()
    tick(1, "one")
    backup = all_taken_out()
    put_back(store, backup)
    tick(90, "two")
    assert mailed() == [1, 1, 0]
    lacking = all_taken_out()
    put_back(store, backup)
    for minutes in (92, 180):
        with pytest.raises(UnavailableError, match=r"had last sent, on 2026-07-01 07:\d\dZ") as told:
            tick(minutes, f"three, {minutes}")
    assert mailed() == [1, 1, 0], "nor what comes meanwhile"
    assert "`jobchime resume sending`" in WAYS_OUT[mend_of(told.value)][0]
    all_taken_out()
    put_back(store, lacking)
    tick(181)
    assert mailed() == [1, 1, 1]


def test_the_end_of_a_pause_gives_up_nothing_that_is_lost(store: NotifierStore) -> None:
    installation = Installation(settings_of(), store.engine)
    serve(store, NOW + HOUR, "one", [store.search(store.person(), hour=7).key])
    taken_out(store, sent_jobs)
    workers.hold(installation, workers.SENDING, NOW + HOUR, paused=True)
    assert workers.hold(installation, workers.SENDING, NOW + HOUR, paused=False) == 0
    with pytest.raises(UnavailableError, match="rows of digests"):
        require_remembered(store.engine, NOW + HOUR)
    assert workers.hold(installation, workers.SENDING, NOW + HOUR, paused=False) == 1
    require_remembered(store.engine, NOW + HOUR)
