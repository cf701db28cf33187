"""That all readers fall silent at once is noticed, which tells of mails that a server takes and loses."""

from datetime import datetime, timedelta

from services.runtime.figures.hours import add_hours, hour_of
from services.runtime.figures.mail import MailPlan
from services.runtime.figures.silence import Silence
from services.runtime.figures.stream import read_figures
from services.runtime.metrics import catalogue as listed
from tests.support.notifying import NOW, NotifierStore
from tests.support.serving import DAY, HOUR

LAST = hour_of(NOW)


def silence(store: NotifierStore, at: datetime, plan: MailPlan | None = None) -> Silence | None:
    return read_figures(store.engine, at, (), (), plan).silence


def mailed(store: NotifierStore, day: int, number: int) -> None:
    at = LAST + day * DAY - HOUR
    add_hours(store.engine, {(at, listed.MAIL_ATTEMPTS.name, "accepted"): number})


def test_readers_who_all_fall_silent_are_told_once_so_many_mails_are_a_day_old_that_it_is_no_chance(
    store: NotifierStore,
) -> None:
    for reader in range(20):
        person = store.person(f"reader{reader}", LAST - 40 * DAY)
        store.subscribers.seen(person.subscriber_id, LAST - reader * DAY)
    for day in range(-19, 8):
        mailed(store, day, 50)
    # 20 of 1,000 mails' readers gave a sign, so that 7 would have of 350.
    assert silence(store, LAST + 7 * DAY) is None
    assert silence(store, LAST + 8 * DAY) == Silence(LAST, 350, 7.0)
    assert silence(store, LAST + 8 * DAY, MailPlan(nowhere="folder")) is None, "no mail goes out, which is told"
    store.subscribers.seen(person.subscriber_id, LAST + 8 * DAY - timedelta(hours=1))
    assert silence(store, LAST + 8 * DAY) is None


def test_a_board_to_whose_sign_ups_nobody_comes_back_is_not_told_once_nobody_signs_up(store: NotifierStore) -> None:
    for reader in range(20):
        person = store.person(f"reader{reader}", LAST - reader * DAY)
        store.subscribers.seen(person.subscriber_id, LAST - reader * DAY + HOUR)
    for day in range(-19, 31):
        mailed(store, day, 20)
    assert silence(store, LAST + 30 * DAY) is None, "who has just signed up looks at what that was"


def test_of_readers_who_never_gave_a_sign_nothing_is_concluded(store: NotifierStore) -> None:
    for day in range(-19, 30):
        mailed(store, day, 500)
    assert silence(store, LAST + 30 * DAY) is None
