"""Signed events of the mail provider: what each does to a delivery and to a person, once, in any order."""

import itertools
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from typing import Any

import httpx2
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import insert

from schemas.sql.tables import deliveries, digests
from services.notifier.adapters.mail.sendgrid_events import MOST_EVENTS, events_of
from services.notifier.domain.people import Subscriber
from services.runtime.figures.mail import MailPlan
from services.runtime.figures.stream import read_figures
from services.runtime.sql.store import writing
from tests.support.long_form import examples
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NOW, NotifierStore
from tests.support.portal import ServedPortal, served_portal
from tests.support.sending import open_deliveries, states_of
from tests.support.serving import DAY, HOUR, LEASE

PATH = "/events/sendgrid"
AT = NOW + HOUR


@pytest.fixture
def portal(store: NotifierStore) -> Iterator[ServedPortal]:
    with served_portal(store, sendgrid={"event_key": EVENT_KEY}) as made:
        made.now = AT
        yield made


def post(portal: ServedPortal, events: Sequence[Any], at: datetime = AT) -> httpx2.Response:
    body = body_of(events)
    return portal.client.post(PATH, content=body, headers=signed(body, at))


def begin(store: NotifierStore, number: int = 1) -> list[str]:
    """Deliveries that are just being handed over, of which a kill would make doubts."""
    ids = open_deliveries(store, number, NOW)
    for claimed in store.deliveries.claim("worker", "sendgrid", NOW, LEASE, number):
        assert store.deliveries.begin([claimed], NOW, LEASE)
    return ids


def reader(store: NotifierStore, number: int = 0) -> Subscriber:
    return store.subscribers.find(f"person{number}@example.com")


@pytest.mark.parametrize(
    ("kind", "fields", "state", "suppressed"),
    [
        ("processed", {}, "accepted", None),
        ("deferred", {"response": "421 later"}, "accepted", None),
        ("delivered", {}, "delivered", None),
        ("bounce", {"type": "bounce", "reason": "550 5.1.1 nobody"}, "bounced", "came back for good: 550 5.1.1"),
        ("bounce", {"type": "blocked", "reason": "452 full"}, "bounced", None),
        ("dropped", {"reason": "Bounced Address"}, "failed", "provider suppresses it: Bounced Address"),
        ("dropped", {"reason": "Spam Reporting Address"}, "failed", "provider suppresses it"),
        ("dropped", {"reason": "Unsubscribed Address"}, "failed", "provider suppresses it"),
        ("dropped", {"reason": " invalid "}, "failed", "provider suppresses it"),
        ("dropped", {"reason": "Spam Content"}, "failed", None),
        ("dropped", {"reason": "Invalid SMTPAPI header"}, "failed", None),
        ("dropped", {"reason": "Recipient List over Package Quota"}, "failed", None),
        ("dropped", {}, "failed", None),
        ("spamreport", {}, "delivered", "reported a mail as spam"),
    ],
)
def test_an_event_settles_its_delivery_and_its_address(
    store: NotifierStore, portal: ServedPortal, kind: str, fields: dict[str, str], state: str, suppressed: str | None
) -> None:
    [own] = begin(store)
    answer = post(portal, [event(1, kind, AT, reader(store), delivery_id=own, **fields)])
    assert (answer.status_code, answer.json()) == (200, {"taken": 1, "known": 0, "aside": 0})
    assert states_of(store) == {own: state}
    reason = store.suppressions.reason("person0@example.com")
    assert (suppressed is None) == (reason is None)
    assert suppressed is None or suppressed in str(reason)


def test_an_unknown_delivery_is_settled_by_an_event(store: NotifierStore, portal: ServedPortal) -> None:
    [own] = begin(store)
    store.deliveries.lost(own, 1, "nobody knows", NOW)
    assert states_of(store) == {own: "unknown"}
    post(portal, [event(1, "delivered", AT, reader(store), delivery_id=own)])
    assert states_of(store) == {own: "delivered"}


@pytest.mark.parametrize("kind", ["unsubscribe", "group_unsubscribe"])
def test_who_unsubscribes_at_the_provider_is_unsubscribed_here(
    store: NotifierStore, portal: ServedPortal, kind: str
) -> None:
    begin(store)
    post(portal, [event(1, kind, AT, reader(store))])
    assert reader(store).status == "unsubscribed"
    assert store.subscribers.consents(reader(store).subscriber_id)[-1].origin == "provider"
    portal.now = AT + HOUR
    post(portal, [event(2, "group_resubscribe", AT + HOUR, reader(store))], AT + HOUR)
    assert reader(store).status == "active"


def test_a_group_gives_back_only_what_a_group_took(store: NotifierStore, ada: Subscriber, portal: ServedPortal) -> None:
    portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    portal.now = AT + HOUR
    post(portal, [event(1, "group_resubscribe", AT + HOUR, ada)], AT + HOUR)
    assert store.subscribers.find(ada.subscriber_id).status == "unsubscribed"


def test_a_group_that_was_left_and_joined_again_is_joined_in_whichever_order_it_is_told(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    portal.now = AT + 2 * HOUR
    for number, (kind, at) in enumerate((("group_resubscribe", AT + HOUR), ("group_unsubscribe", AT))):
        post(portal, [event(number, kind, at, ada)], AT + 2 * HOUR)
    assert store.subscribers.find(ada.subscriber_id).status == "active"


def test_who_came_back_by_themselves_is_not_sent_away_by_an_older_event(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    portal.post(portal.path("unsubscribe", ada), **{"List-Unsubscribe": "One-Click"})
    portal.now = AT + HOUR
    portal.post(portal.path("unsubscribe", ada), do="again")
    post(portal, [event(1, "unsubscribe", AT, ada)], AT + HOUR)
    assert store.subscribers.find(ada.subscriber_id).status == "active"
    portal.now = AT + 3 * HOUR
    post(portal, [event(2, "unsubscribe", AT + 2 * HOUR, ada)], AT + 3 * HOUR)
    assert store.subscribers.find(ada.subscriber_id).status == "unsubscribed"


def test_who_comes_back_by_a_late_event_is_due_from_now_on(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    late = AT + 20 * HOUR
    portal.now = late
    post(portal, [event(1, "group_unsubscribe", AT, ada), event(2, "group_resubscribe", AT + HOUR / 2, ada)], late)
    assert all(search.next_due_at > late for search in store.searches.all(ada.subscriber_id))


def test_a_complaint_that_names_no_address_is_of_whom_the_mail_was_for(
    store: NotifierStore, portal: ServedPortal
) -> None:
    [own] = begin(store)
    post(portal, [event(1, "spamreport", AT, delivery_id=own)])
    assert store.suppressions.reason("person0@example.com")


def test_the_same_event_counts_once_however_often_it_comes(store: NotifierStore, portal: ServedPortal) -> None:
    [own] = begin(store)
    soft = event(1, "bounce", AT, reader(store), delivery_id=own, type="blocked")
    for _ in range(3):
        post(portal, [soft, soft])
    assert store.subscribers.export(reader(store).subscriber_id)["soft_bounces"] == 1
    assert post(portal, [soft]).json() == {"taken": 0, "known": 1, "aside": 0}


@settings(max_examples=examples(24), deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.permutations(["processed", "deferred", "delivered", "spamreport"]))
def test_events_may_come_in_any_order(store: NotifierStore, portal: ServedPortal, order: list[str]) -> None:
    number = next(_NUMBERS)
    person = store.person(f"reader{number}")
    [own] = _one_delivery(store, person, number)
    for at, kind in enumerate(order):
        assert post(portal, [event(number * 10 + at, kind, AT, person, delivery_id=own)]).status_code == 200
    assert states_of(store)[own] == "delivered"
    assert store.suppressions.reason(person.profile.address)


_NUMBERS = itertools.count(1)


def _one_delivery(store: NotifierStore, person: Subscriber, number: int) -> list[str]:
    own = f"{number:032x}"
    with writing(store.engine) as connection:
        shared = {"digest_id": own, "subscriber_id": person.subscriber_id, "due_at": NOW, "created_at": NOW}
        digest = {"outcome": "digest", "reason": "", "instant": False, "subject": "s", "dropped": b""}
        sending = {"state": "sending", "attempts": 1, "not_before": NOW, "reason": "", "changed_at": NOW}
        connection.execute(insert(digests).values(**shared, **digest, body=None))
        connection.execute(insert(deliveries).values(**shared, **sending, delivery_id=own))
    return [own]


def test_what_is_not_known_is_kept_aside_without_people(store: NotifierStore, portal: ServedPortal) -> None:
    strange = [event(1, "levitated", AT), {"no": "event"}, 7, None, {"event": ["x"], "email": "ada@example.com"}]
    assert post(portal, strange).json() == {"taken": 5, "known": 0, "aside": 5}
    assert post(portal, strange).json() == {"taken": 0, "known": 5, "aside": 0}


def test_opens_and_clicks_are_let_pass(portal: ServedPortal) -> None:
    assert post(portal, [event(1, "open", AT), event(2, "click", AT)]).json()["taken"] == 0


def test_what_the_provider_did_not_sign_or_not_of_late_is_refused(
    store: NotifierStore, ada: Subscriber, portal: ServedPortal
) -> None:
    body = body_of([event(1, "spamreport", AT, ada)])
    headers = signed(body, AT)
    forged = [
        (body, {}),
        (body + b" ", headers),
        (body, {name: value[:-4] + "AAA=" for name, value in headers.items()}),
        (body, signed(body, AT - 2 * DAY)),
        (body, signed(body, AT + DAY)),
        (b"\xff", signed(b"\xff", AT)),
    ]
    for sent, signature in forged:
        assert portal.client.post(PATH, content=sent, headers=signature).status_code == 403
    assert store.suppressions.reason(ada.profile.address) is None
    for later in (timedelta(minutes=59), timedelta(hours=3)):
        figures = read_figures(store.engine, AT + later, (), (), MailPlan(hears=True)).mail
        assert figures.events_refused == 1, "once a minute, however many come"
    figures = read_figures(store.engine, AT + 2 * DAY, (), (), MailPlan(hears=True)).mail
    assert figures.events_refused == 0, "what nobody sends again is no cause any more"


def test_without_a_key_no_event_is_taken(store: NotifierStore, ada: Subscriber) -> None:
    with served_portal(store) as portal:
        assert post(portal, [event(1, "spamreport", NOW, ada)], NOW).status_code == 403


@pytest.mark.parametrize("body", [b"{}", b"[", b"[" * 100_000])
def test_a_body_that_is_no_list_of_events_is_refused_as_such(portal: ServedPortal, body: bytes) -> None:
    assert portal.client.post(PATH, content=body, headers=signed(body, AT)).status_code == 400


def test_ten_thousand_events_are_taken_and_more_are_not(portal: ServedPortal) -> None:
    many = [event(number, "processed", AT) for number in range(MOST_EVENTS + 1)]
    assert post(portal, many).status_code == 400
    assert post(portal, many[1:]).json()["taken"] == MOST_EVENTS


_ANY = st.recursive(st.none() | st.floats() | st.text(max_size=20), st.lists, max_leaves=6)


@given(st.lists(st.dictionaries(st.text(max_size=8), _ANY, max_size=4), max_size=4))
def test_any_json_is_read_as_events_or_refused(events: list[dict[str, Any]]) -> None:
    read = events_of(body_of(events), AT)
    assert len(read) == len(events)
    assert all("\x00" not in each.reason + each.address for each in read)


def test_a_spam_report_stops_what_is_claimed_before_the_answer(store: NotifierStore, portal: ServedPortal) -> None:
    [own] = open_deliveries(store, 1, NOW)
    [claimed] = store.deliveries.claim("worker", "sendgrid", NOW, LEASE, 1)
    assert post(portal, [event(1, "spamreport", AT, reader(store))]).status_code == 200
    assert not store.deliveries.begin([claimed], AT, LEASE)
    assert states_of(store) == {own: "cancelled"}


def test_erasing_somebody_forgets_what_the_provider_said_of_them(store: NotifierStore, portal: ServedPortal) -> None:
    [own] = begin(store)
    post(portal, [event(1, "spamreport", AT, reader(store), delivery_id=own)])
    store.subscribers.erase(reader(store).subscriber_id, AT)
    with store.engine.connect() as connection:
        assert connection.exec_driver_sql("SELECT count(*) FROM mail_events").scalar() == 0
    assert store.suppressions.reason("person0@example.com"), "the complaint outlives them, as a hash"


def test_complaints_stop_the_sending_until_a_person_resumes_it(store: NotifierStore, portal: ServedPortal) -> None:
    ids = begin(store, 6)
    complaints = [event(at, "spamreport", AT, reader(store, at), delivery_id=own) for at, own in enumerate(ids)]
    post(portal, complaints[:4])
    assert not store.pauses.read().sending, "four are chance"
    post(portal, complaints[4:5])
    assert store.pauses.read().stopped_because == "5 readers of the last 5 mails called it spam"
    assert store.deliveries.claim("worker", "sendgrid", AT, LEASE, 9) == []
    store.pauses.set_sending(False, AT + timedelta(minutes=1))
    post(portal, complaints[5:], AT)
    assert not store.pauses.read().sending, "what a person has seen is not held against them again"
    assert store.pauses.read().stopped_because == ""
