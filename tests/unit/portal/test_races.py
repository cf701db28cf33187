"""Five hundred people leave, or complain, while a tick hands over their mails: none is begun after its answer."""

import random
import threading
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from schemas.sql.tables import deliveries
from services.notifier.adapters.sql.people import standing, suppressions
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

_JUST_DONE = {"one-click": "You are unsubscribed", "spam report": '{"taken":1,"known":0,"aside":0}'}
"""What the first answer says where it was done at once, and by it."""


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


@pytest.fixture
def begun(monkeypatch: pytest.MonkeyPatch) -> dict[str, bool]:
    """By person: whether their mail was begun when they left, as the transaction that had them leave saw it.

    It is noted before that commits, with all that waits locked: whatever begins later, also between the commit and the
    answer, is not in it.
    """
    noted: dict[str, bool] = {}
    cancel = suppressions.cancel_waiting

    def cancel_and_note(connection: Connection, subscriber_id: str, *given: Any) -> Sequence[str]:
        cancelled = cancel(connection, subscriber_id, *given)
        own = select(deliveries.c.state).where(deliveries.c.subscriber_id == subscriber_id)
        noted[subscriber_id] = connection.execute(own).scalar_one() in _BEGUN
        return cancelled

    for module in (standing, suppressions):
        monkeypatch.setattr(module, "cancel_waiting", cancel_and_note)
    return noted


def leave(portal: ServedPortal, number: int, person: Subscriber) -> tuple[str, int, str]:
    """How they leave, and the answer."""
    if number % 2:
        answer = portal.post(portal.path("unsubscribe", person), **{"List-Unsubscribe": "One-Click"})
        return "one-click", answer.status_code, answer.text
    body = body_of([event(number, "spamreport", NOW, person)])
    answer = portal.client.post("/events/sendgrid", content=body, headers=signed(body, NOW))
    return "spam report", answer.status_code, answer.text


def test_no_mail_is_begun_after_who_leaves_has_the_answer(store: NotifierStore, begun: dict[str, bool]) -> None:
    ids = open_deliveries(store, RACES, NOW)
    people = [store.subscribers.find(f"person{number}@example.com") for number in range(RACES)]
    order = [list(range(at, RACES, _LEAVERS)) for at in range(_LEAVERS)]
    mailer, chance, start = Noting(), random.Random(16), threading.Barrier(_LEAVERS + 1)
    pages = NotifierSettings(deliveries_a_tick=RACES, deliveries_at_once=20, give_up_after=timedelta(days=2))
    courier = Courier(store.deliveries, mailer, pages)
    answered: dict[int, float] = {}
    repeated: list[str] = []

    with served_portal(store, sendgrid={"event_key": EVENT_KEY}) as portal:

        def tick() -> None:
            start.wait()
            courier.deliver(NOW)

        def leavers(numbers: list[int]) -> None:
            # Some come before their turn in the tick, some after it, most close to it.
            numbers.sort(key=lambda number: number + chance.uniform(-30, 30))
            start.wait()
            for number in numbers:
                asked = time.monotonic()
                how, status, text = leave(portal, number, people[number])
                if status != 200 or _JUST_DONE[how] not in text:
                    repeated.append(f"{how}: {status} {text[:200]}")
                answered[number] = time.monotonic() - asked
                if len(answered) >= _FIRST:
                    mailer.answered.set()

        with ThreadPoolExecutor(_LEAVERS + 1) as pool:
            for done in [pool.submit(tick), *(pool.submit(leavers, numbers) for numbers in order)]:
                done.result(timeout=300)
        courier.deliver(NOW + timedelta(hours=1))

    assert repeated == [], "done at once, and said so"
    owners = {ids[number]: person.subscriber_id for number, person in enumerate(people)}
    late = [own for own in mailer.sent if not begun[owners[own]]]
    assert late == [], "begun after who it is for had left"
    assert len(set(mailer.sent)) == len(mailer.sent), "one mail each"
    assert 0 < len(mailer.sent) < RACES, "a race that one side always wins is none"
    states = states_of(store)
    assert {state for own, state in states.items() if own not in mailer.sent} == {"cancelled"}
    assert len(begun) == RACES
    times = sorted(answered.values())
    print(
        f"{RACES} races, {store.engine.dialect.name}: {Counter(states.values())['cancelled']} mails cancelled, "
        f"{len(mailer.sent)} begun before their reader had left, 0 after; 0 answers said later; "
        f"half of the answers within {times[len(times) // 2] * 1_000:.0f} ms, all within {times[-1] * 1_000:.0f} ms"
    )
