"""A pause until a day ends by itself on that day, by the clock of whoever paused, and each step is in the ledger."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from services.notifier.adapters.sql.people.opt_outs import SqlOptOuts
from services.notifier.app import build_notifier
from services.notifier.domain.consent import Consent
from services.notifier.mail_settings import MailSettings
from services.notifier.service import Notifier
from services.usecases import consent
from services.usecases.errors import WrongFieldError
from tests.support.notifying import NOW, NotifierStore

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAID = Consent("paused", NOW, "page", "Nothing until July 6, 2026")


@pytest.fixture
def notifier(store: NotifierStore, tmp_path_factory: pytest.TempPathFactory) -> Notifier:
    """Without a public address: nobody is asked anything, and a pause ends all the same."""
    mail = MailSettings(sender_name="Harbour Jobs", folder=tmp_path_factory.mktemp("mails"))
    return build_notifier(store.engine, store.ids, mail)


def rows(store: NotifierStore, own_id: str) -> list[tuple[str, str, str]]:
    return [(row.kind, row.origin, row.wording) for row in store.subscribers.consents(own_id)[1:]]


def test_who_paused_until_a_day_is_served_again_from_then_on(store: NotifierStore, notifier: Notifier) -> None:
    ada = store.person(time_zone="Europe/Berlin")
    own_id, search = ada.subscriber_id, store.search(ada, hour=9)
    until = consent.beginning_of(date(2026, 7, 6), "Europe/Berlin")
    assert until == datetime(2026, 7, 5, 22, tzinfo=UTC)
    assert store.subscribers.pause(own_id, SAID, until).paused_until == until
    for at in (NOW + DAY, until - timedelta(seconds=1)):
        notifier.tick(at)
        assert store.subscribers.find(own_id).status == "paused"
    back = until + timedelta(minutes=2)
    notifier.tick(back)
    found = store.subscribers.find(own_id)
    assert (found.status, found.paused_until) == ("active", None)
    assert store.searches.get(search.search_id).next_due_at == datetime(2026, 7, 6, 7, tzinfo=UTC)
    assert rows(store, own_id) == [("paused", "page", SAID.wording), ("resumed", "day", SAID.wording)]
    notifier.tick(back + DAY)
    assert len(rows(store, own_id)) == 2


def test_another_day_an_open_end_or_leaving_takes_the_place_of_the_day(
    store: NotifierStore, notifier: Notifier
) -> None:
    people, by_page = store.subscribers, Consent("paused", NOW + HOUR, "page", "once more")
    ada, bob, eve = (store.person(name).subscriber_id for name in ("ada", "bob", "eve"))
    for own_id in (ada, bob, eve):
        people.pause(own_id, SAID, NOW + 5 * DAY)
        people.pause(own_id, SAID, NOW + 5 * DAY)
        assert len(rows(store, own_id)) == 1
    people.pause(ada, by_page, NOW + 9 * DAY)
    people.pause(bob, by_page)
    people.unsubscribe(eve, Consent("withdrawn", NOW + HOUR, "page", "Stop"))
    notifier.tick(NOW + 6 * DAY)
    assert [people.find(own_id).status for own_id in (ada, bob, eve)] == ["paused", "paused", "unsubscribed"]
    notifier.tick(NOW + 10 * DAY)
    assert [people.find(own_id).status for own_id in (ada, bob, eve)] == ["active", "paused", "unsubscribed"]
    assert [len(rows(store, own_id)) for own_id in (ada, bob, eve)] == [3, 2, 2]


def test_a_restored_backup_is_told_until_when(store: NotifierStore) -> None:
    ada, known = store.person().subscriber_id, SqlOptOuts(store.engine, store.ids)
    store.subscribers.pause(ada, SAID, NOW + 5 * DAY)
    [left] = known.all()
    store.subscribers.resume(ada, Consent("resumed", NOW, "page", "Mail me again"))
    assert known.have_leave(left, NOW + DAY)
    assert store.subscribers.find(ada).paused_until == NOW + 5 * DAY
    store.subscribers.resume(ada, Consent("resumed", NOW, "page", "Mail me again"))
    assert not known.have_leave(left, NOW + 6 * DAY)


def test_a_day_is_one_of_the_next_year_by_the_clock_of_whoever_names_it() -> None:
    late = datetime(2026, 7, 1, 23, tzinfo=UTC)
    assert consent.day_back("2026-07-02", "UTC", late) == date(2026, 7, 2)
    for wrong, zone in (
        ("2026-07-02", "Europe/Berlin"), ("2026-07-01", "UTC"), ("2027-07-03", "UTC"), ("soon", "UTC"), ("", "UTC")
    ):  # fmt: skip
        with pytest.raises(WrongFieldError):
            consent.day_back(wrong, zone, late)
    assert consent.beginning_of(date(2026, 3, 29), "Europe/Berlin") == datetime(2026, 3, 28, 23, tzinfo=UTC)
    # Beirut skips this midnight.
    begins = consent.beginning_of(date(2026, 3, 29), "Asia/Beirut")
    assert begins.astimezone(ZoneInfo("Asia/Beirut")).hour == 1
