"""What the store keeps of mails that did not go out: whom nobody mails again, what is counted, what is said of it."""

from datetime import timedelta

import pytest

from services.notifier.adapters.sql.digests.mail_events import SqlMailEvents
from services.notifier.domain.consent import Consent, Origin
from services.notifier.domain.delivery import Fault
from services.notifier.domain.mail_events import Kind, MailEvent
from services.notifier.ports import Receipt, Served, Since
from services.overview.stream.troubles.every import store_troubles
from services.overview.stream.troubles.mail import mail_troubles
from services.runtime.clock import FixedClock
from services.runtime.figures.hours import MAIL_EVENTS, HourCounts, add_hours, hour_of
from services.runtime.figures.mail import FAULTS, LATELY, MailFigures, MailPlan
from services.runtime.figures.stream import read_figures
from services.runtime.metrics.catalogue import MAIL_ATTEMPTS
from tests.support.consenting import declared, paused
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries, states_of
from tests.support.serving import DAY, HOUR, serve

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

LEASE = timedelta(minutes=10)
MINUTE = timedelta(minutes=1)
NO_SUCH_USER = "the server was asked to take mail for this recipient and answered 550 5.1.1 <person0@example.com>: no"


def begun(store: NotifierStore, number: int) -> list[tuple[str, int]]:
    """So many deliveries on their way."""
    open_deliveries(store, number, NOW)
    claimed = store.deliveries.claim("w", "smtp", NOW, LEASE, number)
    assert all(store.deliveries.begin([claim], NOW, LEASE) for claim in claimed)
    return [(claim.delivery_id, claim.attempt) for claim in claimed]


def mail(store: NotifierStore, at: timedelta = timedelta(0)) -> MailFigures:
    return read_figures(store.engine, NOW + at, ()).mail


def test_a_mailbox_that_is_not_there_is_never_mailed_again_until_an_operator_says_why(store: NotifierStore) -> None:
    [own] = begun(store, 1)
    store.deliveries.refused(*own, NO_SUCH_USER, NOW, "mailbox")
    reason = store.suppressions.reason("person0@example.com")
    assert reason is not None
    assert "550 5.1.1" in reason
    assert "person0@example.com" not in reason
    [person] = store.subscribers.all()
    shown = store.subscribers.export(person.subscriber_id)["suppression"]
    assert shown == {
        "in_force": True, "reason": reason, "since": NOW.isoformat(), "added_by": "mail server", "lifted_at": None,
        "lifted_because": None, "lifted_by": None,
    }  # fmt: skip
    assert store.suppressions.allow("PERSON0@example.com", "the mailbox is back", NOW + MINUTE)
    assert not store.suppressions.allow("person0@example.com", "twice", NOW + MINUTE)
    shown = store.subscribers.export(person.subscriber_id)["suppression"]
    assert (shown["in_force"], shown["lifted_because"]) == (False, "the mailbox is back")
    store.suppressions.suppress("person0@example.com", "unsubscribed", NOW + 2 * MINUTE)
    assert store.suppressions.reason("person0@example.com") == "unsubscribed"


def test_who_is_suppressed_is_not_due_until_that_is_lifted(store: NotifierStore) -> None:
    [own] = begun(store, 1)
    [person] = store.subscribers.all()
    store.search(person, hour=8)
    store.deliveries.refused(*own, NO_SUCH_USER, NOW, "mailbox")
    at = NOW + timedelta(hours=3)
    assert store.windows.claim_due("w", at, store.windows.take_cut(at), LEASE, 10) == []
    assert read_figures(store.engine, at, ()).due_subscribers == 0
    store.suppressions.allow("person0@example.com", "it is back", at)
    assert read_figures(store.engine, at, ()).due_subscribers == 1
    assert len(store.windows.claim_due("w", at, store.windows.take_cut(at), LEASE, 10)) == 1


@pytest.mark.parametrize("fault", ["policy", "message"])
def test_no_other_refusal_suppresses_anybody(store: NotifierStore, fault: Fault) -> None:
    [own] = begun(store, 1)
    store.deliveries.refused(*own, "550 5.7.1 blocked", NOW, fault)
    assert store.suppressions.reason("person0@example.com") is None
    assert set(states_of(store).values()) == {"failed"}


def test_a_refusal_of_an_address_that_somebody_no_longer_has_suppresses_nobody(store: NotifierStore) -> None:
    [own] = begun(store, 1)
    [person] = store.subscribers.all()
    moved = type(person.profile)("new@example.com", "", "UTC", "EUR", "en")
    store.subscribers.change(person.subscriber_id, moved, NOW, declared(NOW, "moved"))
    store.deliveries.refused(*own, NO_SUCH_USER, NOW, "mailbox")
    assert store.suppressions.reason("new@example.com") is None
    assert set(states_of(store).values()) == {"failed"}


def test_an_answer_of_an_earlier_attempt_suppresses_nobody(store: NotifierStore) -> None:
    [(delivery_id, attempt)] = begun(store, 1)
    store.deliveries.refused(delivery_id, attempt + 1, NO_SUCH_USER, NOW, "mailbox")
    assert store.suppressions.reason("person0@example.com") is None


def test_mails_that_wait_are_counted_with_the_servers_words_and_since_when(store: NotifierStore) -> None:
    first, second, third = begun(store, 3)
    store.deliveries.deferred(*first, "it offers no STARTTLS", NOW, MINUTE, "settings")
    store.deliveries.deferred(*second, "it offers no STARTTLS", NOW + MINUTE, MINUTE, "settings")
    store.deliveries.deferred(*third, "451 <person2@example.com> greylisted", NOW, MINUTE, "busy")
    [again] = store.deliveries.claim("w", "smtp", NOW + MINUTE, LEASE, 1)
    assert store.deliveries.begin([again], NOW + MINUTE, LEASE)
    store.deliveries.deferred(again.delivery_id, again.attempt, "still none", NOW + 5 * MINUTE, MINUTE, "settings")
    faults = {fault.fault: fault for fault in mail(store).faults}
    assert {fault: counted.mails for fault, counted in faults.items()} == {"settings": 2, "busy": 1}
    assert faults["settings"].since == NOW
    assert faults["settings"].last == NOW + 5 * MINUTE
    assert faults["settings"].said == "still none"
    assert "person2" not in faults["busy"].said
    assert mail(store).waiting("settings") == 2


def test_what_was_accepted_after_all_is_no_fault(store: NotifierStore) -> None:
    [own] = begun(store, 1)
    store.deliveries.deferred(*own, "busy", NOW, MINUTE, "busy")
    [again] = store.deliveries.claim("w", "smtp", NOW + MINUTE, LEASE, 1)
    assert store.deliveries.begin([again], NOW + MINUTE, LEASE)
    store.deliveries.accepted([(again.delivery_id, again.attempt, Receipt("1"))], NOW + MINUTE)
    assert mail(store, MINUTE) == MailFigures((), NOW + MINUTE)


def test_refusals_are_told_for_a_day(store: NotifierStore) -> None:
    first, second, third = begun(store, 3)
    store.deliveries.refused(*first, "550 5.7.1 blocked", NOW, "policy")
    store.deliveries.refused(*second, NO_SUCH_USER, NOW, "mailbox")
    store.deliveries.withheld(*third, "mail.allow does not name this address", NOW)
    assert {fault.fault: fault.mails for fault in mail(store).faults} == {"policy": 1, "mailbox": 1, "withheld": 1}
    assert mail(store).suppressed == 1
    assert mail(store, LATELY).faults == ()
    assert all(fault.fault in FAULTS for fault in mail(store).faults)


def test_what_was_given_up_says_so(store: NotifierStore) -> None:
    [own] = begun(store, 1)
    store.deliveries.deferred(*own, "connection refused", NOW, MINUTE)
    store.deliveries.sweep(NOW + MINUTE, NOW + MINUTE)
    [fault] = mail(store).faults
    assert (fault.fault, fault.waiting, fault.since) == ("expired", False, NOW)
    [trouble] = mail_troubles(mail(store), NOW + MINUTE)
    assert trouble.grave


@pytest.mark.parametrize("fault", ["policy", "withheld", None])
def test_an_instant_digest_that_did_not_go_out_does_not_count_towards_the_cap(
    store: NotifierStore, fault: Fault | None
) -> None:
    ada = store.person("ada")
    search = store.search(ada, cadence="instant")
    serve(store, NOW + MINUTE, "one", keys=[search.key])
    since = {ada.subscriber_id: Since(NOW, NOW, NOW + MINUTE, NOW + timedelta(days=1))}
    assert store.digests.served(since) == {ada.subscriber_id: Served(NOW + MINUTE, 1)}
    [claimed] = store.deliveries.claim("w", "smtp", NOW + MINUTE, LEASE, 1)
    own = claimed.delivery_id, claimed.attempt
    if fault is None:
        store.subscribers.pause(ada.subscriber_id, paused(NOW + MINUTE))
    elif store.deliveries.begin([claimed], NOW + MINUTE, LEASE) and fault == "withheld":
        store.deliveries.withheld(*own, "mail.allow does not name it", NOW + MINUTE)
    else:
        store.deliveries.refused(*own, "550", NOW + MINUTE, fault)
    assert store.digests.served(since) == {ada.subscriber_id: Served(NOW + MINUTE, 0)}


def test_mails_that_nobody_hands_over_are_told_of_unless_something_holds_them(store: NotifierStore) -> None:
    open_deliveries(store, 3, NOW)

    def troubles(minutes: int) -> list[str]:
        figures = read_figures(store.engine, NOW + minutes * MINUTE, ())
        return [
            trouble.what for trouble in store_troubles(figures, NOW + minutes * MINUTE) if "handed over" in trouble.what
        ]

    assert troubles(14) == []
    assert troubles(16) == ["3 mails are built and not handed over, the oldest for 16 min"]
    store.pauses.set_sending(paused=True, now=NOW)
    assert troubles(16) == []
    store.pauses.set_sending(paused=False, now=NOW)
    [claimed] = store.deliveries.claim("w", "smtp", NOW, LEASE, 1)
    assert store.deliveries.begin([claimed], NOW, LEASE)
    store.deliveries.deferred(claimed.delivery_id, claimed.attempt, "no answer", NOW, MINUTE, "away")
    assert troubles(16) == [], "the mailer takes none, which is told of"


def test_changes_of_criteria_that_wait_to_be_published_are_told_of_however_few(store: NotifierStore) -> None:
    store.search(store.person(), now=NOW, hour=8)

    def troubles(minutes: int) -> list[str]:
        figures = read_figures(store.engine, NOW + minutes * MINUTE, ())
        return [
            trouble.what
            for trouble in store_troubles(figures, NOW + minutes * MINUTE)
            if "to be published" in trouble.what
        ]

    assert troubles(14) == []
    assert troubles(20) == ["1 record waits to be published, the oldest for 20 min; new searches find nothing yet"]
    store.outbox.mark_published([row.id for row in store.outbox.pending(9)])
    assert troubles(20) == []


def heard(store: NotifierStore, kind: Kind, own: str, at: timedelta) -> None:
    event = MailEvent(f"{kind}-{own}", kind, NOW + at, own)
    SqlMailEvents(store.engine, store.ids).take([event], NOW + at)


def test_mails_that_came_back_are_counted_for_a_day_by_whether_for_good(store: NotifierStore) -> None:
    for (own, attempt), kind in zip(
        begun(store, 4), ("bounced", "soft_bounced", "soft_bounced", "delivered"), strict=True
    ):
        store.deliveries.accepted([(own, attempt, Receipt("1"))], NOW)
        heard(store, kind, own, MINUTE)
    assert mail(store).came_back == {"bounced": 1, "soft_bounced": 2}
    assert mail(store, LATELY).came_back == {}


def test_a_provider_that_tells_nothing_for_hours_is_noticed_until_it_tells_something(store: NotifierStore) -> None:
    ids = begun(store, 3)
    for own, attempt in ids:
        store.deliveries.accepted([(own, attempt, Receipt("1"))], NOW)

    def unheard(after: timedelta, *, hears: bool = True) -> tuple[int, object]:
        figures = read_figures(store.engine, NOW + after, (), (), MailPlan(hears=hears)).mail
        return figures.unheard, figures.unheard_since

    late = timedelta(hours=3)
    assert unheard(timedelta(hours=1)) == (0, None)
    assert unheard(late) == (3, NOW)
    assert unheard(late, hears=False) == (0, None)
    heard(store, "accepted", ids[0][0], late)
    assert unheard(late) == (0, None)


def test_events_that_somebody_else_signed_are_noticed_within_minutes_unless_the_providers_come_too(
    store: NotifierStore,
) -> None:
    ids = begun(store, 3)
    for own, attempt in ids:
        store.deliveries.accepted([(own, attempt, Receipt("1"))], NOW)

    def unheard(after: timedelta) -> int:
        return read_figures(store.engine, NOW + after, (), (), MailPlan(hears=True)).mail.unheard

    for minutes in (1, 2, 2):
        SqlMailEvents(store.engine, store.ids).note_refused(NOW + minutes * MINUTE)
    assert [unheard(minutes * MINUTE) for minutes in (9, 11, 61)] == [0, 3, 3]
    assert unheard(63 * MINUTE) == 0, "none is refused any more"
    heard(store, "accepted", ids[0][0], 3 * MINUTE)
    assert unheard(11 * MINUTE) == 0


def handed_over(store: NotifierStore, number: int, at: timedelta = timedelta(0)) -> list[str]:
    """So many that a mailer took then, which it counts by the hour."""
    ids = begun(store, number)
    store.deliveries.accepted([(own, attempt, Receipt("1")) for own, attempt in ids], NOW + at)
    counts = HourCounts(FixedClock(NOW + at))
    counts.count(MAIL_ATTEMPTS, ("sendgrid", "accepted", ""), number)
    counts.keep(store.engine)
    return [own for own, _ in ids]


def shown(store: NotifierStore, at: timedelta, *, hears: bool = True) -> list[tuple[str, bool]]:
    figures = read_figures(store.engine, NOW + at, (), (), MailPlan(hears=hears)).mail
    return [(trouble.what, trouble.grave) for trouble in mail_troubles(figures, NOW + at)]


@pytest.mark.parametrize("kind", ["soft_bounced", "bounced", "dropped", "dropped_address"])
def test_a_large_share_that_does_not_arrive_is_a_failure_until_newer_mails_do(store: NotifierStore, kind: Kind) -> None:
    ids = handed_over(store, 30)
    for own in ids[5:]:
        heard(store, "delivered", own, MINUTE)
    assert shown(store, 2 * MINUTE) == []
    for own in ids[:5]:
        event = MailEvent(f"late-{own}", kind, NOW + MINUTE, own, reason="550 <person0@example.com> is blocked")
        SqlMailEvents(store.engine, store.ids).take([event], NOW + MINUTE)
    [(what, grave)] = shown(store, 2 * MINUTE)
    assert grave
    assert what.startswith("of the last 30 mails since 2026-07-01 06:00Z 5 ")
    assert "is blocked" in what
    assert "person0" not in what
    # What goes out later arrives.
    add_hours(store.engine, {(hour_of(NOW + 4 * HOUR), MAIL_EVENTS, "delivered"): 20})
    assert [grave for _, grave in shown(store, 4 * HOUR)] == [False]
    assert shown(store, DAY + 2 * HOUR) == []


def test_of_a_few_mails_none_that_arrives_is_a_failure_until_one_does(store: NotifierStore) -> None:
    first, second, third = handed_over(store, 3)
    heard(store, "soft_bounced", first, MINUTE)
    assert [grave for _, grave in shown(store, 2 * MINUTE)] == [False], "one reader's mailbox"
    heard(store, "bounced", second, MINUTE)
    assert [grave for _, grave in shown(store, 2 * MINUTE)] == [True, True]
    heard(store, "delivered", third, 2 * MINUTE)
    assert [grave for _, grave in shown(store, 3 * MINUTE)] == [False, False]


def test_mails_that_are_put_off_are_told_of_while_they_have_not_arrived(store: NotifierStore) -> None:
    ids = handed_over(store, 10)
    for own in ids[:4]:
        heard(store, "deferred", own, MINUTE)
    for own in ids[4:]:
        heard(store, "delivered", own, MINUTE)
    assert shown(store, 30 * MINUTE) == []
    [(what, grave)] = shown(store, 3 * HOUR)
    assert (what.startswith("4 mails of the last day are put off"), grave) == (True, True)
    for own in ids[:4]:
        heard(store, "delivered", own, 3 * HOUR)
    assert shown(store, 3 * HOUR) == []


def test_mails_of_which_no_end_is_told_though_the_provider_has_them_are_told_of(store: NotifierStore) -> None:
    ids = handed_over(store, 10)
    for own in ids:
        heard(store, "accepted", own, MINUTE)
    assert shown(store, HOUR) == []
    [(what, grave)] = shown(store, 3 * HOUR)
    assert (what.startswith("of 10 mails that were accepted hours ago, within a day, of 10 it"), grave) == (True, True)
    assert shown(store, 3 * HOUR, hears=False) == []
    for own in ids[1:]:
        heard(store, "delivered", own, 3 * HOUR)
    assert shown(store, 3 * HOUR) == []


def test_what_a_clock_that_ran_ahead_dated_says_nothing_of_mails_now(store: NotifierStore) -> None:
    first, second = begun(store, 2)
    store.deliveries.accepted([(*first, Receipt("1"))], NOW)
    heard(store, "accepted", first[0], 2 * DAY)
    store.deliveries.accepted([(*second, Receipt("2"))], NOW + 2 * DAY)
    assert any("tells nothing" in what for what, _ in shown(store, 3 * HOUR))
    assert mail(store, 3 * HOUR).last_accepted == NOW


def test_many_who_unsubscribe_in_one_day_are_told_as_where_a_program_follows_their_links(store: NotifierStore) -> None:
    handed_over(store, 30)

    def leave(name: str, origin: Origin) -> list[tuple[str, bool]]:
        person = store.person(name)
        for _ in range(2):
            store.subscribers.unsubscribe(person.subscriber_id, Consent("withdrawn", NOW, origin, ""))
        return shown(store, MINUTE)

    assert [leave(f"leaves{number}", "one-click") for number in range(3)] == [[], [], []], "a tenth"
    assert leave("removed", "operator") == []
    assert leave("last", "page") == [("in a day of 30 mails 4 readers unsubscribed", True)]
    assert shown(store, DAY + 2 * HOUR, hears=False) == []
