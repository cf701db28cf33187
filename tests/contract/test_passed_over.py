"""Who may not be mailed is not looked at by each tick: their slots pass, and once they may be they are due anew."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import update

from schemas.sql.tables import subscribers
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import writing
from tests.support.consenting import declared, paused, resumed
from tests.support.notifying import NOW, NotifierStore, posting
from tests.support.simulated_days import Days, text_of
from tests.support.stores import ENGINES, new_engine

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
EIGHT = NOW + 2 * HOUR


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_engine(request.param, tmp_path / "store") as engine:
        yield NotifierStore(engine)


def someone(store: NotifierStore, name: str, **timing: object) -> Subscriber:
    person = store.person(name)
    store.search(person, **({"hour": 8} | timing))
    return person


def due_of(store: NotifierStore, person: Subscriber) -> list[object]:
    return [search.next_due_at for search in store.searches.all(person.subscriber_id)]


def test_the_slots_of_who_may_not_be_mailed_pass_and_those_of_others_do_not(store: NotifierStore) -> None:
    ada, bob, cy, dan = (someone(store, name) for name in ("ada", "bob", "cy", "dan"))
    weekly = someone(store, "weekly", cadence="weekly", weekday="wednesday")  # the day of NOW
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    store.subscribers.unsubscribe(bob.subscriber_id, declared(NOW, "withdrawn"))
    store.suppressions.suppress("cy@example.com", "asked us", NOW)
    store.subscribers.pause(weekly.subscriber_id, paused(NOW))
    assert store.windows.pass_over(EIGHT - HOUR) == 0
    assert store.windows.pass_over(EIGHT) == 4
    for person, due in ((ada, DAY), (bob, DAY), (cy, DAY), (weekly, 7 * DAY), (dan, timedelta())):
        assert due_of(store, person) == [EIGHT + due]
    assert store.windows.pass_over(EIGHT) == 0


def test_one_whose_time_zone_is_none_any_more_holds_nobody_up(store: NotifierStore) -> None:
    ada, bob = someone(store, "ada"), someone(store, "bob")
    for person in (ada, bob):
        store.subscribers.pause(person.subscriber_id, paused(NOW))
    with writing(store.engine) as connection:
        own = subscribers.c.subscriber_id == ada.subscriber_id
        connection.execute(update(subscribers).where(own).values(time_zone="Mars/Olympus"))
    assert store.windows.pass_over(EIGHT) == 2
    assert due_of(store, bob) == [EIGHT + DAY]


def test_who_comes_back_gets_all_that_came_meanwhile(store: NotifierStore, tmp_path: Path) -> None:
    ada = someone(store, "ada")
    someone(store, "bob")
    days = Days(store, tmp_path)
    store.subscribers.pause(ada.subscriber_id, paused(NOW))
    days.publish(posting("one"), NOW)
    for day in range(3):
        days.live(EIGHT + day * DAY)
    assert due_of(store, ada) == [EIGHT + 3 * DAY], "a tick that serves nobody more lets it pass"
    store.subscribers.resume(ada.subscriber_id, resumed(EIGHT + 2 * DAY + HOUR))
    days.live(EIGHT + 3 * DAY)
    [mail] = days.mails("ada@example.com")
    assert posting("one").url in text_of(mail)
    assert len(days.mails("bob@example.com")) == 1


def test_an_address_that_is_mailed_again_is_served_at_its_next_slot(store: NotifierStore, tmp_path: Path) -> None:
    someone(store, "ada")
    days = Days(store, tmp_path)
    store.suppressions.suppress("ada@example.com", "asked us", NOW)
    days.publish(posting("one"), NOW)
    days.live(EIGHT)
    store.suppressions.allow("ada@example.com", "a mistake", EIGHT + HOUR)
    days.live(EIGHT + 2 * HOUR)
    assert days.files() == {}
    days.live(EIGHT + DAY)
    assert len(days.mails("ada@example.com")) == 1
