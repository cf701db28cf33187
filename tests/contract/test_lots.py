"""Fifty mails begun together, and a store or machine that fails at one: none is lost, in doubt or sent twice."""

import threading
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta

import pytest

from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.delivering import Courier
from services.notifier.mail_settings import WarmUpSettings
from services.notifier.ports import ClaimedDelivery, Email, MailRefusedError, Receipt
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError
from services.runtime.sql.day_limit import DayLimit, begun_on
from services.runtime.sql.store import reading
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries, states_of

PEOPLE = 60
PLAN = WarmUpSettings(since=NOW.date(), per_day=(100,))
STEPS = ("before a lot is begun", "before it says that a lot is begun", "as one whose reader left is cancelled")


class Fifty:
    """A mailer that takes fifty at once, and counts how often each was handed to it."""

    name = "smtp"
    in_flight = 50

    def __init__(self) -> None:
        self.asked = Counter[str]()
        self._lock = threading.Lock()

    def send(self, email: Email) -> Receipt:
        with self._lock:
            self.asked[email.delivery_id] += 1
        return Receipt(email.delivery_id)


class Away(SqlDeliveries):
    """A store that is away at a step, once; the 8th reader is suppressed between claim and begin."""

    def __init__(self, store: NotifierStore, step: str) -> None:
        super().__init__(store.engine, DayLimit(PLAN.limit))
        self._store = store
        self._step = step

    @contextmanager
    def _away_at(self, step: str) -> Iterator[None]:
        yield
        if self._step == step:
            self._step = ""
            raise UnavailableError("the store is away")

    def claim(self, worker: str, mailer: str, now: datetime, lease: timedelta, most: int) -> list[ClaimedDelivery]:
        claimed = super().claim(worker, mailer, now, lease, most)
        self._store.suppressions.suppress("person8@example.com", "asked", now)
        return claimed

    def _begin(
        self, claimed: Sequence[ClaimedDelivery], now: datetime, lease: timedelta
    ) -> tuple[list[ClaimedDelivery], list[ClaimedDelivery], list[ClaimedDelivery]]:
        with self._away_at(STEPS[0]):
            pass
        with self._away_at(STEPS[1]):
            return super()._begin(claimed, now, lease)

    def _cancel(self, claimed: ClaimedDelivery, now: datetime) -> None:
        with self._away_at(STEPS[2]):
            pass
        super()._cancel(claimed, now)


@pytest.mark.parametrize("step", STEPS)
def test_where_the_store_goes_away_as_a_lot_is_begun_each_mail_goes_out_once(store: NotifierStore, step: str) -> None:
    ids = open_deliveries(store, PEOPLE, NOW)
    deliveries, mailer, settings = Away(store, step), Fifty(), NotifierSettings()
    courier = Courier(deliveries, mailer, settings)
    with pytest.raises(UnavailableError):
        courier.deliver(NOW)

    # As the next tick does, which takes what this one left for that of a worker that was killed.
    courier.keep_answers(NOW)
    deliveries.release(settings.worker, NOW)
    courier.deliver(NOW)
    assert mailer.asked == Counter(own for at, own in enumerate(ids) if at != 8)
    assert Counter(states_of(store).values()) == {"accepted": PEOPLE - 1, "cancelled": 1}
    with reading(store.engine) as connection:
        assert begun_on(connection, NOW) == PEOPLE - 1, "and has one place of its day"


def test_where_the_machine_has_few_threads_left_all_go_out_by_those(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids, mailer, start = open_deliveries(store, PEOPLE, NOW), Fifty(), threading.Thread.start
    threads = list[threading.Thread]()

    def start_few(thread: threading.Thread) -> None:
        if thread.name.startswith("mail"):
            threads.append(thread)
            if len(threads) > 3:
                raise RuntimeError("can't start new thread")
        start(thread)

    monkeypatch.setattr(threading.Thread, "start", start_few)
    Courier(store.deliveries, mailer, NotifierSettings()).deliver(NOW)
    assert mailer.asked == Counter(ids)
    assert Counter(states_of(store).values()) == {"accepted": PEOPLE}


@pytest.mark.parametrize("said", ["250 \0 queued", "250 \ud800 queued"], ids=["NUL", "half a pair"])
def test_a_servers_words_that_no_store_keeps_keep_no_answer_from_being_kept(store: NotifierStore, said: str) -> None:
    class Odd(Fifty):
        def send(self, email: Email) -> Receipt:
            super().send(email)
            if email.delivery_id == refused:
                raise MailRefusedError(said)
            return Receipt(said)

    refused, *_ = open_deliveries(store, PEOPLE, NOW)
    Courier(store.deliveries, Odd(), NotifierSettings()).deliver(NOW)
    assert Counter(states_of(store).values()) == {"accepted": PEOPLE - 1, "failed": 1}
