"""A new sender sends so many mails a day and no more, however many notifiers there are; who waits gets one digest."""

import re
from collections import Counter
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.domain.people import timing_of
from services.notifier.mail_settings import WarmUpSettings
from services.notifier.ports import ClaimedDelivery, Receipt
from services.overview.stream.model import Trouble
from services.overview.stream.troubles.every import store_troubles
from services.runtime.figures.mail import MailPlan
from services.runtime.figures.stream import StoreFigures, read_figures
from services.runtime.sql.day_limit import DayLimit
from tests.support.at_once import at_once
from tests.support.notifying import NOW, PYTHON, NotifierStore, posting
from tests.support.sending import open_deliveries
from tests.support.simulated_days import Days, text_of

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
LEASE = timedelta(minutes=10)
FIRST = WarmUpSettings(since=NOW.date(), per_day=(2, 3))


def deliveries_of(store: NotifierStore, *per_day: int) -> SqlDeliveries:
    return SqlDeliveries(store.engine, DayLimit(WarmUpSettings(since=NOW.date(), per_day=per_day).limit))


def begin(deliveries: SqlDeliveries, now: datetime, worker: str = "w") -> list[ClaimedDelivery]:
    claimed = deliveries.claim(worker, "smtp", now, LEASE, 100)
    return [claim for claim in claimed if deliveries.begin([claim], now, LEASE)]


def test_notifiers_at_once_never_begin_more_mails_than_the_day_may_have(stores: list[NotifierStore]) -> None:
    open_deliveries(stores[0], 60, NOW)
    workers = [deliveries_of(store, 20, 30) for store in stores]
    begun: list[str] = []

    def work(number: int, now: datetime) -> None:
        # Claimed together, so that each has more in hand than there is room for all of them.
        claimed = workers[number].claim(f"w{number}", "smtp", now, LEASE, 10)
        begun.extend(claim.delivery_id for claim in claimed if workers[number].begin([claim], now, LEASE))

    for day, expected in ((0, 20), (1, 50), (2, 60)):
        now = NOW + day * DAY
        for _ in range(3):
            at_once(*(lambda number=number, now=now: work(number, now) for number in range(len(workers))))
        assert len(begun) == len(set(begun)) == expected
        waiting = {"pending": 60 - expected} if expected < 60 else {}
        assert workers[0].states() == {"sending": expected, **waiting}


@pytest.mark.parametrize("how", ["deferred", "withheld"])
def test_a_mail_that_did_not_go_out_leaves_its_place_to_another(store: NotifierStore, how: str) -> None:
    open_deliveries(store, 3, NOW)
    deliveries = deliveries_of(store, 1)
    [claim] = begin(deliveries, NOW)
    assert begin(deliveries, NOW) == []
    answers: dict[str, Callable[[], None]] = {
        "deferred": lambda: deliveries.deferred(claim.delivery_id, claim.attempt, "busy", NOW, HOUR),
        "withheld": lambda: deliveries.withheld(claim.delivery_id, claim.attempt, "not allowed", NOW),
    }
    answers[how]()
    [another] = begin(deliveries, NOW)
    assert another.delivery_id != claim.delivery_id


def test_a_mail_that_was_refused_or_lost_keeps_its_place(store: NotifierStore) -> None:
    open_deliveries(store, 3, NOW)
    deliveries = deliveries_of(store, 2)
    first, second = begin(deliveries, NOW)
    deliveries.refused(first.delivery_id, first.attempt, "550 no", NOW)
    deliveries.lost(second.delivery_id, second.attempt, "cut off", NOW)
    assert begin(deliveries, NOW) == []
    assert len(begin(deliveries, NOW + DAY)) == 1


def test_before_the_plan_begins_nothing_goes_out_and_after_it_all(store: NotifierStore) -> None:
    open_deliveries(store, 3, NOW)
    deliveries = SqlDeliveries(store.engine, DayLimit(WarmUpSettings(since=date(2026, 8, 3), per_day=(1,)).limit))
    before = datetime(2026, 8, 2, 23, 59, tzinfo=UTC)
    assert begin(deliveries, before) == []
    assert len(begin(deliveries, before + timedelta(minutes=1))) == 1
    assert len(begin(deliveries, before + timedelta(minutes=1) + DAY)) == 2


def test_a_digest_that_waits_for_its_mail_takes_a_place_of_those_that_are_made(store: NotifierStore) -> None:
    open_deliveries(store, 3, NOW)
    deliveries = deliveries_of(store, 5)
    assert deliveries.room(NOW) == 2
    begin(deliveries, NOW)
    assert deliveries.room(NOW) == 2
    assert store.deliveries.room(NOW) is None


def crowd(store: NotifierStore, folder: Path, people: int, plan: WarmUpSettings) -> Days:
    """So many people with a daily search each, at eight."""
    days = Days(store, folder, warm_up=plan)
    for number in range(people):
        person = store.person(f"person{number}")
        store.searches.add(person.subscriber_id, "python", PYTHON, timing_of({"hour": 8}), NOW)
    return days


def mails_of_each(days: Days) -> Counter[str]:
    addresses = [person.profile.address for person in days.store.subscribers.all()]
    return Counter(address for address in addresses for _ in days.mails(address))


def test_who_waits_gets_one_digest_with_all_that_came_meanwhile_and_those_who_waited_longest_come_first(
    store: NotifierStore, tmp_path: Path
) -> None:
    days = crowd(store, tmp_path / "mails", 5, FIRST)
    at = NOW.replace(hour=8)
    for day, (name, mails) in enumerate((("one", 2), ("two", 5))):
        days.publish(posting(name), at + day * DAY)
        days.live(at + day * DAY)
        days.live(at + day * DAY + HOUR)
        assert sum(mails_of_each(days).values()) == mails
    # On the second day the three come who had none on the first, with both jobs in one mail.
    assert set(mails_of_each(days).values()) == {1}
    assert sorted(jobs_in(days)) == [("one",), ("one",), ("one", "two"), ("one", "two"), ("one", "two")]
    days.live(at + 2 * DAY)
    assert sorted(mails_of_each(days).values()) == [1, 1, 1, 2, 2]


def jobs_in(days: Days) -> list[tuple[str, ...]]:
    """The jobs that each mail shows, of those named here."""
    texts = [text_of(mail) for address in mails_of_each(days) for mail in days.mails(address)]
    return [tuple(name for name in ("one", "two") if posting(name).url in text) for text in texts]


def figures(days: Days, now: datetime) -> StoreFigures:
    return read_figures(days.store.engine, now, (), (), MailPlan(days.warm_up.limit(now)))


def troubles(days: Days, now: datetime) -> list[Trouble]:
    """What is not well but the outbox, which nothing empties here, and sources, of which there are none."""
    found = store_troubles(figures(days, now), now)
    return [trouble for trouble in found if not re.search("to be published|no source", trouble.what)]


def test_who_waits_is_said_in_status_and_is_no_failure(store: NotifierStore, tmp_path: Path) -> None:
    days = crowd(store, tmp_path / "mails", 5, FIRST)
    at = NOW.replace(hour=8)
    days.publish(posting("one"), at)
    days.live(at)
    late = at + HOUR
    [trouble] = troubles(days, late)
    assert trouble.what == (
        f"3 subscribers wait until {NOW + DAY:%Y-%m-%d} 00:00Z: the warm-up plan lets 2 mails go out today, 2 did"
    )
    assert not trouble.grave
    days.live(at + DAY)
    days.live(at + 2 * DAY)
    assert troubles(days, at + 2 * DAY) == []


def test_what_was_accepted_is_not_begun_again_and_settles_as_ever(store: NotifierStore) -> None:
    open_deliveries(store, 2, NOW)
    deliveries = deliveries_of(store, 2)
    for claim in begin(deliveries, NOW):
        deliveries.accepted([(claim.delivery_id, claim.attempt, Receipt("id"))], NOW)
    assert deliveries.states() == {"accepted": 2}
    assert begin(deliveries, NOW) == []
