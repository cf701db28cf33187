"""Who is asked whether they want mails, and what follows: nobody is paused or erased who was not reached and told."""

from datetime import UTC, datetime, timedelta
from functools import partial

import pytest
from sqlalchemy import func, select, update

from schemas.sql.tables import criteria, subscribers
from services.notifier.app import build_notifier
from services.notifier.domain.consent import Consent
from services.notifier.domain.people import Subscriber, profile_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import MailDeferredError, MailUnknownError
from services.notifier.settings import ConsentSettings
from services.runtime.errors import UsageError
from services.runtime.sql.store import reading, writing
from tests.support.at_once import at_once
from tests.support.consenting import declared, paused
from tests.support.notifying import NOW, NotifierStore, arrival, posting
from tests.support.posting_mails import Post

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

DAY = timedelta(days=1)
YES = Consent("given", NOW, "page", "Yes")


def state(store: NotifierStore, person: Subscriber) -> str | None:
    found = store.subscribers.with_id(person.subscriber_id)
    return found.status if found else None


STILL, PAUSED = "Do you still want job alerts from Harbour Jobs?", "Your job alerts from Harbour Jobs are paused"
DECLARED = "Do you want job alerts from Harbour Jobs?"


def test_a_year_of_silence_is_asked_about_once_then_paused_then_erased(store: NotifierStore) -> None:
    ada, post = store.person("ada"), Post(store)
    store.search(ada)
    now = post.run(NOW, 20)
    assert post.sent == []
    now = post.run(now, 1)
    assert post.subjects == [STILL]
    now = post.run(now, 5)
    assert (post.subjects, state(store, ada)) == ([STILL], "active")
    now = post.run(now, 1)
    assert (post.subjects, state(store, ada)) == ([STILL, PAUSED], "paused")
    kept = store.subscribers.consents(ada.subscriber_id)[-1]
    assert (kept.kind, kept.origin, kept.at) == ("paused", "silence", now - DAY)
    now = post.run(now, 11)
    assert state(store, ada) == "paused"
    post.run(now, 1)
    assert (post.subjects, state(store, ada)) == ([STILL, PAUSED], None)
    with reading(store.engine) as connection:
        assert connection.execute(select(func.sum(criteria.c.members))).scalar() == 0


@pytest.mark.parametrize("answered_after", [1, 5, 7, 17])
def test_an_answer_ends_it_at_any_time_and_a_year_begins_anew(store: NotifierStore, answered_after: int) -> None:
    ada, post = store.person("ada"), Post(store)
    now = post.run(NOW, 21 + answered_after)
    store.subscribers.subscribe_again(ada.subscriber_id, Consent("given", now, "page", "Yes, keep them coming"))
    assert (state(store, ada), store.subscribers.consents(ada.subscriber_id)[-1].wording) == (
        "active",
        "Yes, keep them coming",
    )
    asked = len(post.sent)
    now = post.run(now, 20)
    assert (len(post.sent), state(store, ada)) == (asked, "active")
    post.run(now, 1)
    assert post.subjects[asked:] == [STILL]


def test_a_sign_of_life_ends_the_question_and_of_who_is_paused_the_erasure(store: NotifierStore) -> None:
    ada, bob, post = store.person("ada"), store.person("bob"), Post(store)
    now = post.run(NOW, 22)
    store.subscribers.seen(ada.subscriber_id, now)
    now = post.run(now, 8)
    assert (state(store, ada), state(store, bob)) == ("active", "paused")
    store.subscribers.seen(bob.subscriber_id, now)
    post.run(now, 18)
    assert (state(store, ada), state(store, bob)) == ("active", "paused"), "only a button has mails come again"
    assert post.subjects.count(PAUSED) == 1


def test_who_could_not_be_reached_is_asked_again_and_neither_paused_nor_erased(store: NotifierStore) -> None:
    ada, post = store.person("ada"), Post(store)
    post.fault = MailDeferredError("away")
    now = post.run(NOW, 35)
    assert (post.sent, state(store, ada)) == ([], "active")
    post.fault = MailUnknownError("cut off")
    now = post.run(now, 13)
    assert state(store, ada) == "active"
    post.fault = None
    now = post.run(now, 6)
    assert (post.subjects, state(store, ada)) == ([STILL], "active")
    post.fault = MailUnknownError("cut off")
    now = post.run(now, 30)
    assert (post.subjects, state(store, ada)) == ([STILL], "paused")
    post.fault = None
    now = post.run(now, 12)
    assert (post.subjects, state(store, ada)) == ([STILL, PAUSED], "paused")
    post.run(now, 12)
    assert state(store, ada) is None


def test_nobody_is_asked_whose_address_is_suppressed_who_paused_or_left(store: NotifierStore) -> None:
    ada, bob, eve, post = store.person("ada"), store.person("bob"), store.person("eve"), Post(store)
    store.suppressions.suppress(ada.profile.address, "complained", NOW)
    store.subscribers.pause(bob.subscriber_id, paused(NOW))
    store.subscribers.unsubscribe(eve.subscriber_id, Consent("withdrawn", NOW, "page", "Stop"))
    post.run(NOW, 45)
    assert post.sent == []
    assert [state(store, person) for person in (ada, bob, eve)] == ["active", "paused", "unsubscribed"]


def test_who_leaves_or_is_suppressed_while_asked_is_told_no_more(store: NotifierStore) -> None:
    ada, bob, post = store.person("ada"), store.person("bob"), Post(store)
    now = post.run(NOW, 22)
    store.subscribers.unsubscribe(ada.subscriber_id, Consent("withdrawn", now, "one-click", ""))
    store.suppressions.suppress(bob.profile.address, "complained", now)
    post.run(now, 25)
    assert post.subjects == [STILL, STILL]
    assert (state(store, ada), state(store, bob)) == ("unsubscribed", "active")


def test_an_answer_between_claim_and_sending_takes_the_question_back(store: NotifierStore) -> None:
    ada, post = store.person("ada"), Post(store)
    post.fault = MailDeferredError("away")
    now = post.run(NOW, 21)
    [claimed] = store.deliveries.claim("w", "noting", now + DAY, DAY, 10)
    store.subscribers.seen(ada.subscriber_id, now)
    assert not store.deliveries.begin([claimed], now + DAY, DAY)


def test_while_sending_is_paused_nobody_is_asked_paused_or_erased(store: NotifierStore) -> None:
    ada, post = store.person("ada"), Post(store)
    now = post.run(NOW, 21)
    store.pauses.set_sending(True, now)
    now = post.run(now, 20)
    assert state(store, ada) == "active"
    store.pauses.set_sending(False, now)
    now = post.run(now, 4)
    assert state(store, ada) == "active", "what nobody could answer does not count"
    post.run(now, 3)
    assert state(store, ada) == "paused"


@pytest.mark.parametrize("step", [timedelta(days=400), timedelta(days=-400), timedelta(days=3)])
def test_a_clock_that_is_set_pauses_nobody_before_their_time(store: NotifierStore, step: timedelta) -> None:
    ada, post = store.person("ada"), Post(store)
    now = post.run(NOW, 21) + step
    now = post.run(now, 4)
    assert (post.subjects, state(store, ada)) == ([STILL], "active")
    post.run(now, 3)
    assert (post.subjects, state(store, ada)) == ([STILL, PAUSED], "paused")


def test_of_many_some_are_asked_each_hour(store: NotifierStore) -> None:
    for number in range(205):
        store.person(f"p{number}")
    with writing(store.engine) as connection:
        connection.execute(update(subscribers).values(changed_at=NOW - 400 * DAY))
    post = Post(store)
    post.notifier.tick(NOW)
    post.notifier.tick(NOW + timedelta(minutes=30))
    assert len(post.sent) == 200
    post.notifier.tick(NOW + timedelta(hours=1))
    assert len(post.sent) == 205


def test_the_day_that_is_told_is_that_of_the_readers_clock(store: NotifierStore) -> None:
    """Thirty days on the clocks of Berlin go back: the hour does not move the day."""
    for name, zone, locale in (("ada", "Europe/Berlin", "de"), ("bob", "Pacific/Auckland", "en"), ("eve", "UTC", "es")):
        store.person(name, time_zone=zone, locale=locale)
    with writing(store.engine) as connection:
        connection.execute(update(subscribers).values(changed_at=NOW - 400 * DAY))
    post = Post(store, answer_within="30d")
    post.notifier.tick(datetime(2026, 10, 10, 22, 30, tzinfo=UTC))
    texts = {email.to_address[:3]: email.text for email in post.sent}
    assert "am 9. November 2026 " not in texts["ada"]
    assert "ab dem 9. November 2026" in texts["ada"]
    assert "on November 10, 2026," in texts["bob"]
    assert "el 9 de noviembre de 2026" in texts["eve"]


def test_who_was_declared_is_mailed_that_question_alone_until_they_confirm(store: NotifierStore) -> None:
    profile = profile_of({"address": "ada@example.com", "name": "<Buy> watches"})
    ada, post = store.subscribers.add(profile, NOW, declared(NOW)), Post(store, confirm_declared=True)
    search = store.search(ada, "Cheap watches at evil.example", hour=8)
    store.matches.store(0, [arrival(1, posting("one"), [search.key])], NOW)
    now = post.run(NOW, 3)
    assert (post.subjects, state(store, ada)) == ([DECLARED], "unconfirmed")
    [email] = post.sent
    assert not any(word in part for word in ("watches", "Buy") for part in (email.text, email.html, email.subject))
    assert email.unsubscribe_url
    for refused, how in ((store.subscribers.pause, paused(now)), (store.subscribers.resume, declared(now, "resumed"))):
        with pytest.raises(UsageError, match="not confirmed"):
            refused(ada.subscriber_id, how)
    store.subscribers.subscribe_again(ada.subscriber_id, Consent("given", now, "page", "Yes"))
    post.run(now, 2)
    assert (len(post.sent), state(store, ada)) == (2, "active")
    assert "one" in post.sent[-1].text


def test_who_was_declared_and_does_not_confirm_is_erased_and_who_was_mailed_before_is_left_alone(
    store: NotifierStore,
) -> None:
    eve, before = store.person("eve"), Post(store)
    search = store.search(eve, hour=8)
    store.matches.store(0, [arrival(1, posting("one"), [search.key])], NOW)
    now = before.run(NOW, 2)
    assert len(before.sent) == 1
    ada, bob, post = store.person("ada", now=now), store.person("bob", now=now), Post(store, confirm_declared=True)
    store.subscribers.subscribe_again(bob.subscriber_id, YES)
    store.suppressions.suppress(bob.profile.address, "complained", now)
    now = post.run(now, 8)
    assert post.subjects == [DECLARED]
    assert [state(store, person) for person in (ada, bob, eve)] == [None, "unconfirmed", "active"]


def test_confirming_needs_an_address_to_lead_to(store: NotifierStore) -> None:
    with pytest.raises(UsageError, match="public_url"):
        build_notifier(store.engine, store.ids, MailSettings(), consent=ConsentSettings(confirm_declared=True))


def test_several_notifiers_ask_once(stores: list[NotifierStore]) -> None:
    for number in range(20):
        stores[0].person(f"p{number}")
    with writing(stores[0].engine) as connection:
        connection.execute(update(subscribers).values(changed_at=NOW - 400 * DAY))
    posts = [Post(store) for store in stores]
    at_once(*(partial(post.notifier.tick, NOW) for post in posts))
    for post in posts:
        post.notifier.tick(NOW + timedelta(minutes=20))
    assert sorted(email.to_address for post in posts for email in post.sent) == sorted(
        f"p{number}@example.com" for number in range(20)
    )
