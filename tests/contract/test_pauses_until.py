"""A pause until a day ends by itself on that day, by the clock of whoever paused, and each step is in the ledger."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import update

from schemas.sql.tables import subscribers
from services.notifier.adapters.sql.people.opt_outs import Departure, SqlOptOuts
from services.notifier.app import build_notifier
from services.notifier.domain.consent import Consent, ConsentKind
from services.notifier.domain.fields import FieldError
from services.notifier.mail_settings import MailSettings
from services.notifier.service import Notifier
from services.runtime.sql.store import writing
from services.usecases import consent
from services.usecases.errors import WrongFieldError
from tests.support.notifying import NOW, NotifierStore, arrival, posting

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
SAID = Consent("paused", NOW, "page", "Nothing until July 6, 2026")
GO_ON = Consent("resumed", NOW, "page", "Mail me again")


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
    assert (found.status, found.paused_until) == ("active", until), "kept, should this clock be wrong"
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
    store.subscribers.resume(ada, GO_ON)
    assert known.have_leave(left, NOW + DAY)
    assert store.subscribers.find(ada).paused_until == NOW + 5 * DAY
    store.subscribers.resume(ada, GO_ON)
    assert not known.have_leave(left, NOW + 6 * DAY)


@pytest.mark.parametrize("until", [NOW + 9 * DAY, None])
def test_a_restored_backup_is_told_of_a_later_day_and_of_an_open_end(
    store: NotifierStore, until: datetime | None
) -> None:
    ada, known = store.person().subscriber_id, SqlOptOuts(store.engine, store.ids)
    store.subscribers.pause(ada, SAID, NOW + 5 * DAY)
    [before] = known.all()
    store.subscribers.pause(ada, Consent("paused", NOW + HOUR, "page", "later"), until)
    [after] = known.all()
    # As in the backup.
    store.subscribers.resume(ada, GO_ON)
    store.subscribers.pause(ada, SAID, NOW + 5 * DAY)
    answers = [known.have_leave(each, NOW + DAY) for each in (before, after, before, after)]
    assert answers == [False, True, False, False]
    assert store.subscribers.find(ada).paused_until == until
    assert rows(store, ada)[-1] == ("paused", "page", "later")


def test_nobody_goes_on_in_a_restored_store_and_who_unsubscribed_since_has(
    store: NotifierStore, notifier: Notifier
) -> None:
    ada, known = store.person().subscriber_id, SqlOptOuts(store.engine, store.ids)
    store.subscribers.pause(ada, SAID, NOW + 5 * DAY)
    left = Departure("unsubscribed", ada, NOW, NOW + DAY, "one-click")
    store.pauses.hold_restored(NOW)
    notifier.tick(NOW + 6 * DAY)
    assert store.subscribers.find(ada).status == "paused"
    store.pauses.end_restored()
    notifier.tick(NOW + 6 * DAY + HOUR)
    assert store.subscribers.find(ada).status == "active"
    # A list that is found late: that the day came says nothing of what she wants.
    assert known.have_leave(left, NOW + 7 * DAY)
    assert store.subscribers.find(ada).status == "unsubscribed"


@pytest.mark.parametrize("said", ["again", "go on", "pause"])
def test_who_came_back_by_their_own_word_is_not_unsubscribed_again(store: NotifierStore, said: str) -> None:
    ada, known, people = store.person().subscriber_id, SqlOptOuts(store.engine, store.ids), store.subscribers
    people.pause(ada, SAID)
    if said == "go on":
        people.resume(ada, Consent("resumed", NOW + 2 * DAY, "page", "Mail me again"))
    else:
        people.unsubscribe(ada, Consent("withdrawn", NOW + DAY, "page", "Stop"))
        back = Consent("paused" if said == "pause" else "given", NOW + 2 * DAY, "page", "They come back")
        people.pause(ada, back) if said == "pause" else people.subscribe_again(ada, back)
    assert not known.have_leave(Departure("unsubscribed", ada, NOW, NOW + DAY), NOW + 3 * DAY)


def test_a_clock_that_ran_ahead_ends_no_pause(store: NotifierStore, notifier: Notifier) -> None:
    ada, until = store.person(), NOW + 20 * DAY
    own_id = ada.subscriber_id
    store.subscribers.pause(own_id, SAID, until)
    notifier.tick(NOW + 45 * DAY)
    assert store.subscribers.find(own_id).status == "active"
    # Before anybody has looked by the right clock, too.
    search, soon = store.search(ada, cadence="instant", now=NOW + DAY), NOW + 2 * DAY
    store.matches.store(0, [arrival(1, posting("job"), [search.key])], soon)
    assert store.windows.claim_due("w", soon, store.windows.take_cut(soon), HOUR, 9) == []
    notifier.tick(NOW + 3 * DAY)
    found = store.subscribers.find(own_id)
    assert (found.status, found.paused_until) == ("paused", until)
    assert [row[:2] for row in rows(store, own_id)] == [("paused", "page"), ("resumed", "day"), ("paused", "day")]
    notifier.tick(until + HOUR)
    assert store.subscribers.find(own_id).status == "active"
    notifier.tick(until + DAY)
    assert len(rows(store, own_id)) == 4


def test_a_mail_that_was_built_by_a_clock_that_ran_ahead_does_not_go(store: NotifierStore, notifier: Notifier) -> None:
    ada, until = store.person(), NOW + 20 * DAY
    search = store.search(ada, cadence="instant")
    store.subscribers.pause(ada.subscriber_id, SAID, until)
    store.pauses.set_sending(True, NOW)
    ahead = NOW + 45 * DAY
    notifier.tick(ahead)
    store.matches.store(0, [arrival(1, posting("job", fetched_at=ahead), [search.key])], ahead)
    notifier.tick(ahead + HOUR)
    store.pauses.set_sending(False, NOW)
    [claimed] = store.deliveries.claim("w", "folder", ahead + HOUR, HOUR, 9)
    assert not store.deliveries.begin([claimed], NOW + DAY, HOUR)
    assert store.deliveries.states() == {"cancelled": 1}


@pytest.mark.parametrize("kind", ["given", "resumed"])
def test_by_their_own_word_they_go_on_before_the_day_also_after_a_clock_that_ran_ahead(
    store: NotifierStore, notifier: Notifier, kind: ConsentKind
) -> None:
    ada, people = store.person().subscriber_id, store.subscribers
    people.pause(ada, SAID, NOW + 20 * DAY)
    notifier.tick(NOW + 45 * DAY)
    by_page = Consent(kind, NOW + DAY, "page", "Mail me again")
    found = people.resume(ada, by_page) if kind == "resumed" else people.subscribe_again(ada, by_page)
    assert (found.status, found.paused_until) == ("active", None)
    notifier.tick(NOW + DAY + HOUR)
    assert people.find(ada).status == "active"


def test_who_went_on_by_their_own_word_is_served_whatever_day_was_left_behind(
    store: NotifierStore, notifier: Notifier
) -> None:
    """A release that knows of no such days leaves one where it has somebody go on."""
    ada = store.person().subscriber_id
    store.subscribers.pause(ada, SAID, NOW + 20 * DAY)
    store.subscribers.resume(ada, GO_ON)
    with writing(store.engine) as connection:
        connection.execute(update(subscribers).values(paused_until=NOW + 20 * DAY))
    notifier.tick(NOW + DAY)
    found = store.subscribers.find(ada)
    assert (found.status, found.paused_until) == ("active", None)


def test_an_operators_pause_takes_the_day_away_and_not_their_wish(store: NotifierStore, notifier: Notifier) -> None:
    ada, people = store.person().subscriber_id, store.subscribers
    people.pause(ada, SAID, NOW + 5 * DAY)
    by_operator = Consent("paused", NOW + HOUR, "operator", "")
    for _ in range(2):
        assert people.pause(ada, by_operator).paused_until is None
        assert [row[:2] for row in rows(store, ada)] == [("paused", "page"), ("paused", "operator")]
    notifier.tick(NOW + 6 * DAY)
    assert people.find(ada).status == "paused"
    with pytest.raises(FieldError, match="they paused themselves"):
        people.resume(ada, Consent("resumed", NOW + 6 * DAY, "operator", ""))
    assert people.resume(ada, Consent("resumed", NOW + 6 * DAY, "page", "Mail me again")).status == "active"


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
