"""Readers who were mailed before and are not any more are noticed: by settings, by bars, by a list of addresses."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import insert

from schemas.sql.tables import digests
from services.notifier.adapters.sql.digests.mail_events import SqlMailEvents
from services.notifier.domain.mail_events import MailEvent
from services.notifier.ports import Receipt
from services.runtime.figures.cut_off import MANY_HELD, CutOff, Nowhere
from services.runtime.figures.hours import add_hours, hour_of
from services.runtime.figures.mail import MailPlan
from services.runtime.figures.stream import read_figures
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.metrics import catalogue as listed
from services.runtime.pauses import SqlPauses
from services.runtime.sql.store import writing
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries
from tests.support.serving import DAY, HOUR

LEASE = timedelta(minutes=10)


def cut_off(store: NotifierStore, at: timedelta, nowhere: Nowhere | None = None) -> CutOff:
    return read_figures(store.engine, NOW + at, (), (), MailPlan(nowhere=nowhere)).cut_off


def accepted(store: NotifierStore, mailer: str, number: int) -> list[str]:
    """Have mailed so many people by that mailer; gives the deliveries."""
    open_deliveries(store, number, NOW)
    return handed_over(store, mailer, number)


def handed_over(store: NotifierStore, mailer: str, number: int, at: datetime = NOW) -> list[str]:
    claims = store.deliveries.claim("w", mailer, at, LEASE, number)
    assert len(store.deliveries.begin(claims, at, LEASE)) == number
    store.deliveries.accepted([(claim.delivery_id, claim.attempt, Receipt("1")) for claim in claims], at)
    return [claim.delivery_id for claim in claims]


def mailed(store: NotifierStore, number: int) -> list[str]:
    """The addresses of so many people, for each of whom a mail server took a mail."""
    accepted(store, "smtp", number)
    return [f"person{at}@example.com" for at in range(number)]


@pytest.mark.parametrize("nowhere", ["folder", "warm_up"])
def test_settings_by_which_nobody_is_mailed_are_told_for_a_month_after_the_last_mail(
    store: NotifierStore, nowhere: Nowhere
) -> None:
    assert cut_off(store, HOUR, nowhere) == CutOff(None, nowhere), "nobody was ever mailed"
    open_deliveries(store, 2, NOW)
    handed_over(store, "smtp", 1)
    assert cut_off(store, HOUR, nowhere) == CutOff(None, nowhere, NOW), "one may be whoever tried it out"
    handed_over(store, "smtp", 1)
    assert cut_off(store, HOUR, nowhere) == CutOff(nowhere, nowhere, NOW)
    assert cut_off(store, HOUR) == CutOff(), "and mails go out"
    assert cut_off(store, 31 * DAY, nowhere) == CutOff(None, nowhere)


def test_mails_that_always_went_into_a_folder_are_no_fault(store: NotifierStore) -> None:
    accepted(store, "folder", 1)
    assert cut_off(store, HOUR, "folder") == CutOff(None, "folder")


def runs(store: NotifierStore, name: str, since: timedelta, until: timedelta) -> None:
    beat = [Heartbeat("notifier", ready=True)]
    SqlHeartbeats(store.engine, name, NOW + since).publish(beat, NOW + until)


def test_mails_that_one_of_several_notifiers_keeps_in_a_folder_are_told_for_an_hour(store: NotifierStore) -> None:
    open_deliveries(store, 4, NOW)
    handed_over(store, "folder", 1)
    runs(store, "a", HOUR / 4, HOUR / 2)
    assert cut_off(store, HOUR / 2) == CutOff(), "until the settings were others, with which it was started anew"
    handed_over(store, "smtp", 2, NOW + HOUR / 2)
    assert cut_off(store, HOUR / 2) == CutOff()
    handed_over(store, "folder", 1, NOW + 2 * HOUR)
    runs(store, "a", HOUR / 4, 2.5 * HOUR)
    assert cut_off(store, 2.5 * HOUR) == CutOff("folder", kept=1)
    assert cut_off(store, 2.5 * HOUR, "folder").kept == 0, "as the settings have it"
    runs(store, "a", HOUR / 4, 4 * HOUR)
    assert cut_off(store, 4 * HOUR) == CutOff()


def test_mails_that_the_only_notifier_keeps_are_told_until_it_is_started_with_the_settings_of_now(
    store: NotifierStore,
) -> None:
    accepted(store, "folder", 2)
    runs(store, "a", -HOUR, HOUR / 2)
    assert cut_off(store, HOUR / 2) == CutOff("folder", kept=2), (
        "the settings were changed, and it was not started anew"
    )
    runs(store, "a", HOUR / 2, HOUR / 2)
    assert cut_off(store, HOUR / 2) == CutOff()


def test_a_sandbox_is_told_where_a_mail_arrived_before(store: NotifierStore) -> None:
    own = accepted(store, "sendgrid", 2)
    assert cut_off(store, HOUR, "sandbox") == CutOff(None, "sandbox"), "a sandbox takes mails as well"
    for number, (one, nobody) in enumerate(zip(own, (None, "sandbox"), strict=True)):
        SqlMailEvents(store.engine, store.ids).take([MailEvent(f"e{number}", "delivered", NOW, one)], NOW)
        assert cut_off(store, HOUR, "sandbox") == CutOff(nobody, "sandbox", NOW)


def test_a_list_that_suppresses_a_tenth_of_readers_is_told_for_a_day_and_what_mail_servers_said_is_not(
    store: NotifierStore,
) -> None:
    addresses = mailed(store, 20)
    for address in addresses[:3]:
        store.suppressions.suppress(address, "550", NOW, "provider")
    assert cut_off(store, HOUR) == CutOff()
    for address in addresses[3:6]:
        store.suppressions.suppress(address, "on a list", NOW, "ada")
    assert cut_off(store, HOUR) == CutOff(suppressed=3, of=20)
    assert cut_off(store, 25 * HOUR) == CutOff()
    store.suppressions.allow(addresses[3], "by mistake", NOW + HOUR)
    assert cut_off(store, 2 * HOUR) == CutOff(), "so few are by chance"


def test_a_list_of_those_who_opted_out_elsewhere_is_no_loss_where_none_of_them_was_ever_mailed(
    store: NotifierStore,
) -> None:
    for number in range(20):
        person = store.person(f"p{number}")
        if number < 3:
            store.suppressions.suppress(person.profile.address, "on a list", NOW, "ada")
    assert cut_off(store, HOUR) == CutOff()


@pytest.mark.parametrize(("sent", "told"), [(0, None), (6, None), (7, "held")])
def test_a_day_of_which_each_digest_is_held_is_told_where_by_the_week_before_that_is_no_chance(
    store: NotifierStore, sent: int, told: str | None
) -> None:
    person = store.person()
    for number in range(MANY_HELD):
        for days, outcome in ((0, "hold"), (2, "digest" if number < sent else "hold")):
            at = NOW - days * DAY - number * HOUR / 2
            row = {
                "digest_id": f"{days} {number}", "subscriber_id": person.subscriber_id, "outcome": outcome,
                "due_at": at, "reason": "", "instant": False, "subject": "", "dropped": b"", "created_at": at,
            }  # fmt: skip
            with writing(store.engine) as connection:
                connection.execute(insert(digests).values(row))
    assert cut_off(store, HOUR).nobody == told


def counted(store: NotifierStore, day: int, *, mails: int, postings: int = 10) -> None:
    """So many mails that a mail server took, and postings that came, on a day."""
    hour = hour_of(NOW) + day * DAY - 2 * HOUR
    counts = {(hour, listed.MAIL_ATTEMPTS.name, "accepted"): mails}
    add_hours(store.engine, counts | {(hour, listed.FETCHED_TO_STORED.name, "5.0"): postings})


def test_a_day_without_a_mail_is_told_where_each_of_a_week_had_some_and_postings_come_as_before(
    store: NotifierStore,
) -> None:
    for day in range(7):
        counted(store, day, mails=8)
    assert cut_off(store, 7 * DAY).nobody is None, "no posting came"
    counted(store, 7, mails=0, postings=5)
    found = cut_off(store, 7 * DAY)
    assert (found.nobody, found.usual) == ("quiet", 8.0)
    SqlPauses(store.engine).set_service("matcher", True, NOW)
    assert cut_off(store, 7 * DAY).nobody is None, "an operator holds the matcher, which is told"
    SqlPauses(store.engine).set_service("matcher", False, NOW)
    counted(store, 7, mails=1)
    assert cut_off(store, 7 * DAY).nobody is None


def test_mails_that_all_go_out_at_one_hour_may_come_as_much_later_as_clocks_are_put_back(store: NotifierStore) -> None:
    for day in range(8):
        counted(store, day, mails=8)
    counted(store, 8, mails=0)
    for late in (HOUR, 2 * HOUR - timedelta(seconds=1)):
        assert cut_off(store, 8 * DAY - 2 * HOUR + late).nobody is None
    assert cut_off(store, 8 * DAY).nobody == "quiet"


@pytest.mark.parametrize("week", [[20] * 6 + [4], [6] * 7], ids=["a day of the weekend", "few mails a day"])
def test_a_day_without_a_mail_is_nothing_new_where_another_of_the_week_had_hardly_any(
    store: NotifierStore, week: list[int]
) -> None:
    for day, mails in enumerate(week):
        counted(store, day, mails=mails)
    counted(store, 7, mails=0)
    assert cut_off(store, 7 * DAY).nobody is None
