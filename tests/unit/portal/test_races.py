"""Hundreds of people leave, or complain, while a tick hands over their mails: none is begun after its answer."""

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Connection, select

from schemas.sql.tables import deliveries
from services.notifier.adapters.sql.people import standing, suppressions
from services.notifier.delivering import Courier
from services.notifier.domain.people import Subscriber
from services.notifier.ports import ClaimedDelivery, Email, Receipt
from services.notifier.settings import NotifierSettings
from tests.support.long_form import LONG
from tests.support.mail_events import EVENT_KEY, body_of, event, signed
from tests.support.notifying import NOW, NotifierStore, new_store
from tests.support.portal import ServedPortal, served_portal
from tests.support.sending import open_deliveries, states_of
from tests.support.stores import ENGINES

RACES = 500 if LONG else 150
Start = Callable[[ClaimedDelivery], None]
Begin = Callable[[Sequence[ClaimedDelivery], datetime, timedelta, Start], list[ClaimedDelivery]]
_LEAVERS = 3
_STEPS = 25
"""Into so many the time of an answer is cut, by which the beginning of a mail follows its reader's leaving."""
_SWEPT = 1.25
"""How far that goes, in answers: from both at once to when the answer is surely there."""
_BEGUN = {"sending", "accepted", "delivered"}

_JUST_DONE = {"one-click": "You are unsubscribed", "spam report": '{"taken":1,"known":0,"aside":0}'}
"""What the first answer says where it was done at once, and by it."""


class Noting:
    """A mailer that takes all, and notes to whom."""

    name = "noting"

    def __init__(self) -> None:
        self.sent: list[str] = []

    def send(self, email: Email) -> Receipt:
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


class Races:
    """As the tick comes to each mail its reader leaves, and the mail is begun a moment later: sooner, later."""

    def __init__(self, portal: ServedPortal, people: Sequence[Subscriber], ids: Sequence[str], begin: Begin) -> None:
        self._portal = portal
        self._people = people
        self._numbers = {own: number for number, own in enumerate(ids)}
        self._begin = begin
        self._pool = ThreadPoolExecutor(_LEAVERS)
        self._leaving: list[Future[None]] = []
        self.left: dict[int, tuple[float, float]] = {}
        """From when to when each leaves, by the clock of this process."""
        self.tried: dict[int, tuple[float, float]] = {}
        """From when to when their mail is begun, or is not."""
        self.repeated: list[str] = []

    def begin(
        self, claimed: Sequence[ClaimedDelivery], now: datetime, lease: timedelta, start: Start
    ) -> list[ClaimedDelivery]:
        """In place of the store's, asked of one at a time by a mailer that takes no more."""
        [delivery] = claimed
        number = self._numbers[delivery.delivery_id]
        if number < RACES:
            self._leaving.append(self._pool.submit(self._leave, number))
        time.sleep(number % _STEPS / _STEPS * _SWEPT * self.answer_s)
        at = time.monotonic()
        begun = self._begin(claimed, now, lease, start)
        self.tried[number] = (at, time.monotonic())
        return begun

    @property
    def answer_s(self) -> float:
        """How long the last answers took, at the median."""
        took = sorted(until - since for since, until in list(self.left.values())[-_STEPS:])
        return took[len(took) // 2] if took else 0.02

    def end(self) -> None:
        """Have all who leave their answer."""
        for leaving in self._leaving:
            leaving.result(timeout=300)
        self._pool.shutdown()

    def contested(self) -> int:
        """How many mails were being begun while their reader had asked and had no answer yet."""
        both = [(self.left[number], self.tried[number]) for number in self.left if number in self.tried]
        return sum(left[0] < tried[1] and tried[0] < left[1] for left, tried in both)

    def _leave(self, number: int) -> None:
        asked = time.monotonic()
        how, status, text = leave(self._portal, number, self._people[number])
        self.left[number] = (asked, time.monotonic())
        if status != 200 or _JUST_DONE[how] not in text:
            self.repeated.append(f"{how}: {status} {text[:200]}")


def test_no_mail_is_begun_after_who_leaves_has_the_answer(
    store: NotifierStore, begun: dict[str, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = open_deliveries(store, RACES, NOW)
    people = [store.subscribers.find(f"person{number}@example.com") for number in range(RACES)]
    mailer = Noting()
    pages = NotifierSettings(deliveries_at_once=20, delivers_for=timedelta(hours=1), give_up_after=timedelta(days=2))
    with served_portal(store, sendgrid={"event_key": EVENT_KEY}) as portal:
        races = Races(portal, people, ids, store.deliveries.begin)
        monkeypatch.setattr(store.deliveries, "begin", races.begin)
        courier = Courier(store.deliveries, mailer, pages)
        courier.deliver(NOW)
        races.end()
        courier.deliver(NOW + timedelta(hours=1))

    assert races.repeated == [], "done at once, and said so"
    owners = {ids[number]: person.subscriber_id for number, person in enumerate(people)}
    late = [own for own in mailer.sent if not begun[owners[own]]]
    assert late == [], "begun after who it is for had left"
    assert len(set(mailer.sent)) == len(mailer.sent), "one mail each"
    states = states_of(store)
    assert {state for own, state in states.items() if own not in mailer.sent} == {"cancelled"}
    assert len(begun) == RACES
    times = sorted(until - since for since, until in races.left.values())
    print(
        f"{RACES} races, {store.engine.dialect.name}, {races.contested()} with both at once: "
        f"{Counter(states.values())['cancelled']} mails cancelled, {len(mailer.sent)} begun before their reader had "
        f"left, 0 after; 0 answers said later; half of the answers within {times[len(times) // 2] * 1_000:.0f} ms, "
        f"all within {times[-1] * 1_000:.0f} ms"
    )
    assert races.contested() >= RACES / 3, "a race in which one is done before the other begins is none"
    assert RACES / 20 < len(mailer.sent) < RACES * 19 / 20, "a race that one side always wins is none"
