"""Events of the mail provider in either store: each once, soft bounces in a row, and the brake by its thresholds."""

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from sqlalchemy import Connection, insert, select
from sqlalchemy import event as sql_events

from schemas.sql.tables import deliveries, digests, mail_events
from services.notifier.adapters.sql.digests.mail_events import SendingBrake, SqlMailEvents, TakenEvents
from services.notifier.domain.consent import Consent
from services.notifier.domain.mail_events import Kind, MailEvent, Tally, why_to_stop
from services.notifier.domain.people import Subscriber
from services.runtime.sql.store import reading, writing
from tests.support.at_once import at_once
from tests.support.digests import email
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
MINUTE = timedelta(minutes=1)


def mails(store: NotifierStore, person: Subscriber, number: int, state: str = "accepted", first: int = 0) -> list[str]:
    """Mails that went out to one person, each due a second after the other; their ids."""
    ids = [f"{first + at:032x}" for at in range(number)]
    rows = [
        {"digest_id": own, "subscriber_id": person.subscriber_id, "due_at": due_at, "created_at": due_at}
        for at, own in enumerate(ids)
        for due_at in [NOW - DAY + timedelta(seconds=first + at)]
    ]
    digest = {"outcome": "digest", "reason": "", "instant": False, "subject": "s", "dropped": b""}
    out = {"state": state, "attempts": 1, "not_before": NOW, "reason": "", "changed_at": NOW, "accepted_at": NOW}
    with writing(store.engine) as connection:
        connection.execute(insert(digests), [row | digest for row in rows])
        connection.execute(
            insert(deliveries), [row | out | {"delivery_id": own} for row, own in zip(rows, ids, strict=True)]
        )
    return ids


def take(
    store: NotifierStore, kind: Kind, ids: Sequence[str], now: datetime = NOW, address: str = "", nth: str = ""
) -> TakenEvents:
    events = [MailEvent(f"{kind}{nth}-{own}", kind, now, own, address) for own in ids]
    return SqlMailEvents(store.engine, store.ids).take(events, now)


def test_an_event_is_taken_once_however_often_and_by_how_many_it_is_told(stores: list[NotifierStore]) -> None:
    ids = mails(stores[0], stores[0].person(), 40)
    answers: list[TakenEvents] = []
    at_once(*(lambda store=store: answers.append(take(store, "delivered", ids)) for store in stores))
    assert sum(answer.taken for answer in answers) == 40
    assert sum(answer.known for answer in answers) == 40 * (len(stores) - 1)
    assert stores[0].deliveries.states() == {"delivered": 40}


@pytest.mark.parametrize("killed_after", [1, 2])
def test_a_request_cut_short_between_its_transactions_loses_and_doubles_nothing_when_it_comes_again(
    store: NotifierStore, killed_after: int
) -> None:
    people = [store.person(f"person{number}") for number in range(3)]
    ids = [own for at, person in enumerate(people) for own in mails(store, person, 150, first=150 * at)]
    events = [
        MailEvent(f"event {own}", "soft_bounced" if at % 3 else "spam" if at == 300 else "delivered", NOW, own)
        for at, own in enumerate(ids)
    ]
    begun = 0

    def cut(_: Connection) -> None:
        nonlocal begun
        begun += 1
        if begun > killed_after:
            raise KeyboardInterrupt("killed")

    sql_events.listen(store.engine, "begin", cut)
    with pytest.raises(KeyboardInterrupt):
        SqlMailEvents(store.engine, store.ids).take(events, NOW)
    sql_events.remove(store.engine, "begin", cut)
    taken = 200 * killed_after
    assert SqlMailEvents(store.engine, store.ids).take(events, NOW) == TakenEvents(len(ids) - taken, taken, 0)
    assert SqlMailEvents(store.engine, store.ids).take(events, NOW) == TakenEvents(0, len(ids), 0)
    with reading(store.engine) as connection:
        kinds = Counter(connection.execute(select(mail_events.c.kind)).scalars())
    assert kinds == Counter(event.kind for event in events)
    assert store.deliveries.states() == {"bounced": kinds["soft_bounced"], "delivered": kinds["delivered"] + 1}
    assert [store.suppressions.reason(person.profile.address) is not None for person in people] == [False, False, True]


def test_an_event_that_comes_again_does_not_undo_what_a_person_lifted(store: NotifierStore) -> None:
    [own] = mails(store, store.person(), 1)
    take(store, "bounced", [own], address="ada@example.com")
    assert store.suppressions.allow("ada@example.com", "it works again", NOW + HOUR)
    assert take(store, "bounced", [own], NOW + 2 * HOUR, "ada@example.com") == TakenEvents(0, 1, 0)
    assert store.suppressions.reason("ada@example.com") is None


def test_five_soft_bounces_in_a_row_over_a_week_are_for_good(store: NotifierStore) -> None:
    person = store.person()
    ids = mails(store, person, 12)
    for at in range(4):
        take(store, "soft_bounced", [ids[at]], NOW + at * DAY)
    assert store.subscribers.export(person.subscriber_id)["soft_bounces"] == 4
    take(store, "soft_bounced", [ids[4]], NOW + 6 * DAY)
    assert store.suppressions.reason("ada@example.com") is None, "not for a week yet"
    take(store, "soft_bounced", [ids[5]], NOW + 7 * DAY)
    assert store.suppressions.reason("ada@example.com") == "6 mails to it in a row came back, over 7 days"
    # Once lifted it is counted from anew.
    store.suppressions.allow("ada@example.com", "the mailbox was full", NOW + 8 * DAY)
    take(store, "soft_bounced", [ids[6]], NOW + 9 * DAY)
    assert store.suppressions.reason("ada@example.com") is None


def test_a_mail_that_arrives_ends_the_row(store: NotifierStore) -> None:
    person = store.person()
    ids = mails(store, person, 8)
    for at in range(4):
        take(store, "soft_bounced", [ids[at]], NOW + 2 * at * DAY)
    take(store, "delivered", [ids[4]], NOW + 8 * DAY)
    for at in (5, 6):
        take(store, "soft_bounced", [ids[at]], NOW + (at + 4) * DAY)
    assert store.suppressions.reason("ada@example.com") is None
    assert store.subscribers.export(person.subscriber_id)["soft_bounces"] == 2


def test_what_came_back_from_an_old_address_says_nothing_of_a_new_one(store: NotifierStore) -> None:
    person = store.person()
    ids = mails(store, person, 6)
    for at in range(5):
        take(store, "soft_bounced", [ids[at]], NOW + at * DAY)
    moved = Consent("moved", NOW + 6 * DAY, "page", "")
    store.subscribers.move(person.subscriber_id, "ada@elsewhere.example", moved, email())
    take(store, "soft_bounced", [ids[5]], NOW + 9 * DAY)
    assert store.suppressions.reason("ada@elsewhere.example") is None
    assert store.subscribers.export(person.subscriber_id)["soft_bounces"] == 1


def test_a_mail_that_an_smtp_server_took_and_that_did_not_come_back_ends_the_row(store: NotifierStore) -> None:
    person = store.person()
    ids = mails(store, person, 7)
    with writing(store.engine) as connection:
        connection.execute(deliveries.update().values(mailer="smtp"))
        connection.execute(
            deliveries.update().where(deliveries.c.delivery_id == ids[6]).values(accepted_at=NOW + 5 * DAY)
        )
    for at in range(6):
        take(store, "soft_bounced", [ids[at]], NOW + 2 * at * DAY)
    assert store.suppressions.reason("ada@example.com") is None
    assert store.subscribers.export(person.subscriber_id)["soft_bounces"] == 3


@pytest.mark.parametrize("kind", ["bounced", "spam"])
def test_what_came_back_for_good_from_an_old_address_keeps_no_mail_from_the_new_one(
    store: NotifierStore, kind: Kind
) -> None:
    [own] = open_deliveries(store, 1, NOW)
    person = store.subscribers.find("person0@example.com")
    [claimed] = store.deliveries.claim("w", "smtp", NOW, HOUR, 1)
    assert store.deliveries.begin([claimed], NOW, HOUR)
    store.subscribers.move(person.subscriber_id, "new@example.com", Consent("moved", NOW + HOUR, "page", ""), email())
    # As an SMTP server tells it: by the mail alone.
    take(store, kind, [own], NOW + 2 * HOUR)
    assert store.suppressions.reason("person0@example.com")
    assert store.suppressions.reason("new@example.com") is None


def test_who_leaves_at_the_provider_after_our_clock_was_set_back_has_left(store: NotifierStore) -> None:
    person = store.person()
    store.subscribers.unsubscribe(person.subscriber_id, Consent("withdrawn", NOW + HOUR, "page", "Stop"))
    store.subscribers.subscribe_again(person.subscriber_id, Consent("given", NOW + 3 * HOUR, "page", "Mail me again"))
    take(store, "unsubscribed", [""], NOW + HOUR, person.profile.address)
    assert store.subscribers.find(person.subscriber_id).status == "unsubscribed"


@pytest.mark.parametrize(
    ("tally", "stops"),
    [
        (Tally(10_000, 10, 0), False),
        (Tally(10_000, 11, 0), True),
        (Tally(100, 4, 0), False),
        (Tally(100, 5, 0), True),
        (Tally(10_000, 0, 50), False),
        (Tally(10_000, 0, 51), True),
        (Tally(100, 0, 9), False),
        (Tally(100, 0, 10), True),
        (Tally(200, 0, 10), False),
        (Tally(0, 0, 0), False),
    ],
)
def test_the_brake_is_on_beyond_its_thresholds_alone(tally: Tally, stops: bool) -> None:
    assert (why_to_stop(tally) is not None) == stops


def test_hard_bounces_of_the_last_thousand_count_and_older_ones_do_not(store: NotifierStore) -> None:
    person = store.person()
    old, new = mails(store, person, 60), mails(store, person, 1_000, first=60)
    brake = SendingBrake(store.engine)
    take(store, "bounced", old)
    assert brake.check_now(NOW) is None
    take(store, "bounced", new[:50])
    assert brake.check_now(NOW) is None
    take(store, "bounced", new[50:51])
    assert brake.check_now(NOW) == "51 of the last 1,000 mails came back for good"
    assert store.pauses.read().sending


def test_once_resumed_the_same_events_stop_nothing_and_new_ones_of_older_mails_do(store: NotifierStore) -> None:
    ids = mails(store, store.person(), 100)
    brake = SendingBrake(store.engine)
    take(store, "spam", ids[:5])
    assert brake.check_now(NOW) == "5 readers of the last 100 mails called it spam"
    assert brake.check_now(NOW + MINUTE) is None, "it is on already"
    store.pauses.set_sending(False, NOW + HOUR)
    assert brake.check_now(NOW + HOUR) is None
    take(store, "spam", ids[5:9], NOW + 2 * HOUR)
    assert brake.check_now(NOW + 2 * HOUR) is None
    take(store, "spam", ids[9:10], NOW + 3 * HOUR)
    assert brake.check_now(NOW + 3 * HOUR) == "5 readers of the last 100 mails called it spam"


def test_refusals_of_an_smtp_server_count_as_hard_bounces(store: NotifierStore) -> None:
    mails(store, store.person(), 90)
    mails(store, store.person("bob"), 10, "failed", first=90)
    with writing(store.engine) as connection:
        connection.execute(deliveries.update().where(deliveries.c.state == "failed").values(fault="mailbox"))
    assert SendingBrake(store.engine).check_now(NOW) == "10 of the last 100 mails came back for good"


def test_what_was_heard_long_ago_stops_nothing(store: NotifierStore) -> None:
    ids = mails(store, store.person(), 20)
    take(store, "spam", ids)
    assert SendingBrake(store.engine).check_now(NOW + 31 * DAY) is None
