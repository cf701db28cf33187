"""Five hundred people leave, or complain, while a tick hands over their mails: none is begun after its answer."""

import random
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import httpx2
import pytest

from services.notifier.delivering import Courier
from services.notifier.domain.people import Subscriber
from services.notifier.ports import Email, Receipt
from services.notifier.settings import NotifierSettings
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NOW, NotifierStore, new_store
from tests.support.portal import ServedPortal, served_portal
from tests.support.sending import open_deliveries, states_of
from tests.support.stores import ENGINES

RACES = 500
_LEAVERS = 3
_FIRST = 30
"""So many have their answer before the first mail is taken."""
_BEGUN = {"sending", "accepted", "delivered"}


class Noting:
    """A mailer that takes all, and notes to whom."""

    name = "noting"

    def __init__(self) -> None:
        self.sent: list[str] = []
        self.answered = threading.Event()

    def send(self, email: Email) -> Receipt:
        # However busy the machine is, neither side is done before the other has begun.
        assert self.answered.wait(120)
        self.sent.append(email.delivery_id)
        return Receipt("taken")


@pytest.fixture(params=ENGINES)
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[NotifierStore]:
    with new_store(request.param, tmp_path) as made:
        yield made


def leave(portal: ServedPortal, number: int, person: Subscriber) -> httpx2.Response:
    if number % 2:
        return portal.post(portal.path("unsubscribe", person), **{"List-Unsubscribe": "One-Click"})
    body = body_of([event(number, "spamreport", NOW, person)])
    return portal.client.post("/events/sendgrid", content=body, headers=signed(body, NOW))


def test_no_mail_is_begun_after_who_leaves_has_the_answer(store: NotifierStore) -> None:
    ids = open_deliveries(store, RACES, NOW)
    people = [store.subscribers.find(f"person{number}@example.com") for number in range(RACES)]
    order = [list(range(at, RACES, _LEAVERS)) for at in range(_LEAVERS)]
    mailer, chance, start = Noting(), random.Random(16), threading.Barrier(_LEAVERS + 1)
    pages = NotifierSettings(deliveries_a_tick=RACES, deliveries_at_once=20, give_up_after=timedelta(days=2))
    courier = Courier(store.deliveries, mailer, pages)
    begun_at_answer: dict[str, bool] = {}

    with served_portal(store, sendgrid={"event_key": EVENT_KEY}) as portal:

        def tick() -> None:
            start.wait()
            courier.deliver(NOW)

        def leavers(numbers: list[int]) -> None:
            # Some come before their turn in the tick, some after it, most close to it.
            numbers.sort(key=lambda number: number + chance.uniform(-30, 30))
            start.wait()
            for number in numbers:
                # A store that is busy is said to be away: a mail program, or the provider, asks again.
                while (answer := leave(portal, number, people[number])).status_code == 503:
                    pass
                assert answer.status_code == 200, answer.text
                begun_at_answer[ids[number]] = states_of(store)[ids[number]] in _BEGUN
                if len(begun_at_answer) >= _FIRST:
                    mailer.answered.set()

        with ThreadPoolExecutor(_LEAVERS + 1) as pool:
            for done in [pool.submit(tick), *(pool.submit(leavers, numbers) for numbers in order)]:
                done.result(timeout=300)
        courier.deliver(NOW + timedelta(hours=1))

    late = [own for own in mailer.sent if not begun_at_answer[own]]
    assert late == [], "begun after the answer"
    assert len(set(mailer.sent)) == len(mailer.sent), "one mail each"
    assert 0 < len(mailer.sent) < RACES, "a race that one side always wins is none"
    assert {state for own, state in states_of(store).items() if own not in mailer.sent} == {"cancelled"}
