"""A notifier that is about to end begins nothing more, and leaves what it has not begun to whoever comes next."""

import threading
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest

from services.notifier.adapters.mail.mailers import mailer_of
from services.notifier.app import build_notifier
from services.notifier.delivering import Courier
from services.notifier.domain.people import timing_of
from services.notifier.mail_settings import MailSettings
from services.notifier.service import Notifier
from services.notifier.settings import NotifierSettings
from tests.support.fake_sendgrid import fake_sendgrid
from tests.support.notifying import NOW, PYTHON, NotifierStore, posting
from tests.support.sending import by_sendgrid, open_deliveries, states_of
from tests.support.simulated_days import Days
from tests.support.waiting import until

AT = NOW + timedelta(hours=3)
PEOPLE = 6


def after(times: int) -> Callable[[], bool]:
    """Whether it was asked so often before."""
    left = iter(range(times))
    return lambda: next(left, None) is None


@pytest.mark.parametrize("in_flight", [1, 3])
def test_what_is_begun_is_finished_and_the_rest_waits_for_others(
    store: NotifierStore, tmp_path: Path, in_flight: int
) -> None:
    open_deliveries(store, 12, NOW)
    stop = threading.Event()
    with fake_sendgrid(tmp_path / "mails", latency_s=0.3) as server:
        courier = Courier(
            store.deliveries, mailer_of(by_sendgrid(server.host, in_flight)), NotifierSettings(), stopping=stop.is_set
        )
        delivering = threading.Thread(target=courier.deliver, args=(NOW,))
        delivering.start()
        until(lambda: len(server.seen) >= in_flight, "the first are on their way")
        stop.set()
        delivering.join(10)
        assert not delivering.is_alive()
        sent = Counter(seen.delivery_id for seen in server.seen)
        states = states_of(store)
        assert {own for own, state in states.items() if state == "accepted"} == set(sent)
        assert in_flight <= len(sent) < 12
        assert set(states.values()) == {"accepted", "pending"}

        # Another takes what was left, at once.
        chosen = NotifierSettings(worker="another")
        Courier(store.deliveries, mailer_of(by_sendgrid(server.host, 12)), chosen).deliver(NOW)
        assert set(states_of(store).values()) == {"accepted"}
        assert max(Counter(seen.delivery_id for seen in server.seen).values()) == 1


def notifier(store: NotifierStore, folder: Path, worker: str, stopping: Callable[[], bool]) -> Notifier:
    mail = MailSettings(folder=folder, public_url="https://jobs.example.com")
    return build_notifier(store.engine, store.ids, mail, NotifierSettings(worker=worker), stopping=stopping)


@pytest.mark.parametrize("asked", [0, 1, 3])
def test_who_is_not_served_yet_is_served_by_another_at_once(store: NotifierStore, tmp_path: Path, asked: int) -> None:
    days = Days(store, tmp_path / "unused")
    for number in range(PEOPLE):
        person = store.person(f"person{number}")
        store.searches.add(person.subscriber_id, "python", PYTHON, timing_of({"hour": 8}), NOW)
    days.publish(posting("one"), NOW)
    days.notifier.handle(days.log)
    notifier(store, tmp_path / "mails", "first", after(asked)).tick(AT)
    assert len(states_of(store)) < PEOPLE
    assert not list((tmp_path / "mails").glob("*.eml"))
    notifier(store, tmp_path / "mails", "second", lambda: False).tick(AT)
    assert Counter(states_of(store).values()) == {"accepted": PEOPLE}
    assert len(list((tmp_path / "mails").glob("*.eml"))) == PEOPLE
