"""What the courier does with each answer of a mailer."""

import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from structlog.testing import capture_logs

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.attempts import Answer
from services.notifier.delivering import Courier
from services.notifier.domain.people import timing_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    Mailer,
    MailerAtFaultError,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
    Receipt,
)
from services.notifier.settings import NotifierSettings
from services.runtime.errors import UnavailableError
from services.runtime.health.heartbeat import own_name
from tests.support.notifying import NOW, PYTHON, NotifierStore, posting, sqlite_store
from tests.support.simulated_days import Days

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
AT = NOW + 3 * HOUR


class Answering:
    """A mailer that answers as it is told and writes down who was mailed."""

    name = "answering"

    def __init__(self, answer: Callable[[Email], Receipt]) -> None:
        self.answer = answer
        self.asked: list[str] = []

    def send(self, email: Email) -> Receipt:
        self.asked.append(email.to_address)
        return self.answer(email)


def raising(error: Exception) -> Callable[[Email], Receipt]:
    def answer(email: Email) -> Receipt:
        raise error

    return answer


def taking(email: Email) -> Receipt:
    return Receipt(f"id of {email.delivery_id}")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[NotifierStore]:
    """Ten people, each with a digest that waits."""
    made = sqlite_store(tmp_path)
    days = Days(made, tmp_path / "unused")
    for number in range(10):
        person = made.person(f"person{number}")
        made.searches.add(person.subscriber_id, "python", PYTHON, timing_of({"hour": 8}), NOW)
    days.publish(posting("one"), NOW)
    made.pauses.set_sending(True, NOW)
    days.live(AT)
    made.pauses.set_sending(False, NOW)
    assert made.deliveries.states() == {"pending": 10}
    yield made
    made.engine.dispose()


def courier(store: NotifierStore, mailer: Mailer, **fields: int) -> Courier:
    return Courier(store.deliveries, mailer, NotifierSettings(**fields))


def test_what_is_taken_is_accepted(store: NotifierStore) -> None:
    mailer = Answering(taking)
    courier(store, mailer).deliver(AT)
    assert store.deliveries.states() == {"accepted": 10}
    assert len(set(mailer.asked)) == 10
    courier(store, mailer).deliver(AT)
    assert len(mailer.asked) == 10


def test_a_tick_hands_over_for_so_long_and_what_is_left_waits(store: NotifierStore) -> None:
    mailer, settings = Answering(taking), NotifierSettings(deliveries_at_once=3, delivers_for=timedelta(seconds=10))
    slow = Courier(store.deliveries, mailer, settings, monotonic=lambda: 2.0 * len(mailer.asked))
    slow.deliver(AT)
    assert store.deliveries.states() == {"accepted": 6, "pending": 4}
    slow.deliver(AT)
    assert store.deliveries.states() == {"accepted": 10}


def test_what_is_refused_has_failed_and_is_never_tried_again(store: NotifierStore) -> None:
    mailer = Answering(raising(MailRefusedError("no such mailbox")))
    courier(store, mailer).deliver(AT)
    courier(store, mailer).deliver(AT + HOUR)
    assert store.deliveries.states() == {"failed": 10}
    assert len(mailer.asked) == 10


def test_a_mailer_that_is_away_is_asked_a_few_times_and_the_rest_waits(store: NotifierStore) -> None:
    mailer = Answering(raising(MailDeferredError("connection refused")))
    courier(store, mailer).deliver(AT)
    assert len(mailer.asked) == 3
    assert store.deliveries.states() == {"pending": 10}
    mailer.answer = taking
    courier(store, mailer).deliver(AT + MINUTE)
    assert store.deliveries.states() == {"accepted": 10}


def test_one_that_is_put_off_keeps_no_other_waiting(store: NotifierStore) -> None:
    def answer(email: Email) -> Receipt:
        if email.to_address == "person3@example.com":
            raise MailDeferredError("greylisted", retry_after_s=300)
        return taking(email)

    mailer = Answering(answer)
    courier(store, mailer).deliver(AT)
    assert store.deliveries.states() == {"accepted": 9, "pending": 1}
    mailer.answer = taking
    courier(store, mailer).deliver(AT + 4 * MINUTE)
    assert store.deliveries.states() == {"accepted": 9, "pending": 1}
    courier(store, mailer).deliver(AT + 5 * MINUTE)
    assert store.deliveries.states() == {"accepted": 10}


@pytest.mark.parametrize("error", [MailUnknownError("cut off after DATA"), RuntimeError("a bug")])
def test_what_nobody_can_tell_is_unknown_and_never_sent_again_blindly(store: NotifierStore, error: Exception) -> None:
    mailer = Answering(raising(error))
    courier(store, mailer, setbacks_in_row=20).deliver(AT)
    mailer.answer = taking
    courier(store, mailer).deliver(AT + 5 * HOUR)
    assert store.deliveries.states() == {"unknown": 10}
    assert len(mailer.asked) == 10


def test_a_provider_that_breaks_down_makes_few_deliveries_unknown(store: NotifierStore) -> None:
    mailer = Answering(raising(MailUnknownError("it answered 503")))
    asked = courier(store, mailer)
    for second in range(60):
        asked.deliver(AT + timedelta(seconds=second))
    assert store.deliveries.states() == {"unknown": 5, "pending": 5}
    mailer.answer = taking
    asked.deliver(AT + 2 * MINUTE)
    assert store.deliveries.states() == {"unknown": 5, "accepted": 5}


def test_a_mailer_that_asked_to_be_left_alone_is_left_alone_that_long(store: NotifierStore) -> None:
    mailer = Answering(raising(MailDeferredError("too many requests", retry_after_s=45)))
    asked = courier(store, mailer)
    asked.deliver(AT)
    mailer.answer = taking
    asked.deliver(AT + timedelta(seconds=44))
    assert len(mailer.asked) == 3
    asked.deliver(AT + timedelta(seconds=45))
    assert store.deliveries.states() == {"accepted": 10}


def test_what_the_settings_do_not_allow_is_not_sent_and_stops_no_other(store: NotifierStore) -> None:
    def answer(email: Email) -> Receipt:
        if email.to_address != "person3@example.com":
            raise MailWithheldError("mail.allow does not name it")
        return taking(email)

    courier(store, Answering(answer)).deliver(AT)
    assert store.deliveries.states() == {"accepted": 1, "not_sent": 9}


def test_an_answer_that_the_store_could_not_take_is_kept_until_it_can(store: NotifierStore) -> None:
    class Deliveries:
        """The store's, while it is there."""

        away = False

        def __getattr__(self, name: str) -> Any:
            if self.away:
                raise UnavailableError("the store is away")
            return getattr(store.deliveries, name)

    class Leaving(Answering):
        """The store goes away while a message is under way."""

        def send(self, email: Email) -> Receipt:
            receipt = super().send(email)
            deliveries.away = True
            return receipt

    deliveries: Any = Deliveries()
    asked = Courier(deliveries, Leaving(taking), NotifierSettings())
    with pytest.raises(UnavailableError):
        asked.deliver(AT)
    assert store.deliveries.states() == {"claimed": 9, "sending": 1}
    deliveries.away = False
    asked.keep_answers(AT + MINUTE)
    store.deliveries.release("embedded", AT + MINUTE)
    assert store.deliveries.states() == {"accepted": 1, "pending": 9}


def test_a_notifier_that_starts_takes_no_lease_of_one_over_another_data_folder(
    store: NotifierStore, tmp_path: Path
) -> None:
    with own_name(tmp_path / "1", "notifier") as running, own_name(tmp_path / "2", "notifier") as starting:
        store.deliveries.claim(running, "folder", AT, MINUTE, 10)
        store.deliveries.release(starting, AT)
        assert store.deliveries.states() == {"claimed": 10}
        store.deliveries.release(running, AT)
        assert store.deliveries.states() == {"pending": 10}


def test_a_mailer_that_remembers_settles_what_is_unknown(store: NotifierStore, tmp_path: Path) -> None:
    folder = FolderMailer(tmp_path / "mails")

    class Forgetful:
        """Writes some, and answers for none."""

        name = "folder"

        def send(self, email: Email) -> Receipt:
            if email.to_address < "person5":
                folder.send(email)
            raise MailUnknownError("cut off")

    courier(store, Forgetful(), setbacks_in_row=20).deliver(AT)
    assert store.deliveries.states() == {"unknown": 10}
    assert len(list((tmp_path / "mails").iterdir())) == 5
    courier(store, folder).deliver(AT + MINUTE)
    assert store.deliveries.states() == {"accepted": 10}
    assert len(list((tmp_path / "mails").iterdir())) == 10


def test_a_folder_that_cannot_be_written_to_keeps_everything_for_later(store: NotifierStore, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    courier(store, FolderMailer(tmp_path / "file" / "mails")).deliver(AT)
    assert store.deliveries.states() == {"pending": 10}
    courier(store, FolderMailer(tmp_path / "mails")).deliver(AT + HOUR)
    assert store.deliveries.states() == {"accepted": 10}


def test_what_no_mailer_took_for_two_days_is_given_up(store: NotifierStore) -> None:
    mailer = Answering(raising(MailDeferredError("busy")))
    courier(store, mailer).deliver(AT)
    courier(store, mailer).deliver(AT + 3 * timedelta(days=1))
    assert store.deliveries.states() == {"failed": 10}


@pytest.mark.parametrize(
    ("error", "event"),
    [
        (MailDeferredError("450 no room for ines@mail.example now"), "a mail was deferred"),
        (MailRefusedError("550 no mailbox ines@mail.example here"), "a mail was refused"),
        (MailUnknownError("cut off after ines@mail.example"), "nobody knows whether a mail went out"),
        (RuntimeError("a bug with ines@mail.example"), "a mailer failed"),
    ],
)
def test_a_mail_that_did_not_go_out_is_told_without_addresses(
    store: NotifierStore, error: Exception, event: str
) -> None:
    with capture_logs() as logs:
        courier(store, Answering(raising(error)), setbacks_in_row=20).deliver(AT)
    (line,) = logs
    assert (line["event"], line["log_level"], line["mailer"]) == (event, "warning", "answering")
    assert line["attempts"] == 1
    assert line["delivery"]
    assert "(address hidden)" in line["reason"]
    assert "ines@mail.example" not in line["reason"]


def test_the_same_reason_is_told_once_a_minute_and_another_at_once(store: NotifierStore) -> None:
    seconds = [0.0]
    mailer = Answering(raising(MailDeferredError("busy")))
    # One mail a tick: the first takes longer than a tick may.
    settings = NotifierSettings(deliveries_at_once=1, delivers_for=timedelta(milliseconds=1))
    asked = Courier(store.deliveries, mailer, settings, monotonic=lambda: seconds[0] + len(mailer.asked) / 500)

    def reasons_at(second: float, reason: str) -> list[str]:
        seconds[0] = second
        mailer.answer = raising(MailDeferredError(reason))
        with capture_logs() as logs:
            asked.deliver(AT)
        return [line["reason"] for line in logs]

    assert reasons_at(0, "busy") == ["busy"]
    assert reasons_at(59, "busy") == []
    assert reasons_at(59, "greylisted") == ["greylisted"]
    assert reasons_at(59.5, "busy") == []
    assert reasons_at(60, "busy") == ["busy"]
    assert reasons_at(60, "greylisted") == []
    assert len(mailer.asked) == 6


def test_the_sender_and_the_link_to_unsubscribe_are_in_each_email(store: NotifierStore) -> None:
    seen: list[Email] = []

    def answer(email: Email) -> Receipt:
        seen.append(email)
        return taking(email)

    courier(store, Answering(answer)).deliver(AT)
    sender = MailSettings().sender
    assert {email.sender_address for email in seen} == {sender.address}
    assert {email.date for email in seen} == {NOW + 2 * HOUR}
    assert len({email.unsubscribe_url for email in seen}) == 10
    assert all(email.unsubscribe_url.startswith("https://jobs.example.com/u/") for email in seen)


class Crowd:
    """A mailer that may be asked by several at once, and notes how many did."""

    name = "crowd"
    in_flight = 4

    def __init__(self, answer: Callable[[Email], Receipt] = taking) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.most = 0
        self._now = 0
        self._lock = threading.Lock()
        self._full = threading.Barrier(self.in_flight)

    def send(self, email: Email) -> Receipt:
        with self._lock:
            self._now += 1
            self.most = max(self.most, self._now)
            self.asked.append(email.delivery_id)
        try:
            with suppress(threading.BrokenBarrierError):
                self._full.wait(1)
            return self.answer(email)
        finally:
            with self._lock:
                self._now -= 1


def test_as_many_are_under_way_as_the_mailer_allows_and_each_is_sent_once(store: NotifierStore) -> None:
    mailer = Crowd()
    courier(store, mailer).deliver(AT)
    assert mailer.most == 4
    assert sorted(mailer.asked) == sorted(set(mailer.asked))
    assert store.deliveries.states() == {"accepted": 10}


class Watched:
    """A mailer that lets the first wait for all others, and sees how many are begun in the store meanwhile."""

    name = "watched"
    in_flight = 8

    def __init__(self, store: NotifierStore) -> None:
        self.begun: list[int] = []
        self._store = store
        self._lock = threading.Lock()
        self._others = threading.Event()

    def send(self, email: Email) -> Receipt:
        with self._lock:
            self.begun.append(self._store.deliveries.states()["sending"])
            number = len(self.begun)
        if number == 10:
            self._others.set()
        if number == 1:
            assert self._others.wait(10), "it keeps none waiting"
        return taking(email)


def test_of_those_begun_by_the_lot_no_more_than_are_under_way_and_a_slow_one_keeps_no_other_waiting(
    store: NotifierStore,
) -> None:
    mailer = Watched(store)
    courier(store, mailer).deliver(AT)
    assert store.deliveries.states() == {"accepted": 10}
    assert max(mailer.begun) == 8


def test_after_a_setback_the_next_go_one_at_a_time(store: NotifierStore) -> None:
    mailer = Crowd(raising(MailUnknownError("cut off")))
    asked = courier(store, mailer)
    asked.deliver(AT)
    assert store.deliveries.states() == {"unknown": 4, "pending": 6}
    mailer.most = 0
    asked.deliver(AT + MINUTE)
    assert mailer.most == 1
    assert store.deliveries.states() == {"unknown": 5, "pending": 5}


def test_a_late_answer_does_not_open_again_what_failed_quickly_since(store: NotifierStore) -> None:
    heard = threading.Semaphore(0)

    def answer(email: Email) -> Receipt:
        if email.delivery_id == mailer.asked[0]:
            assert all(heard.acquire(timeout=10) for _ in range(2)), "two others are heard first"
            return taking(email)
        raise MailUnknownError("it answered 503")

    mailer, settings = Crowd(answer), NotifierSettings(setbacks_in_row=2)
    asked = Courier(store.deliveries, mailer, settings, count=lambda answer, at: heard.release())
    asked.deliver(AT)
    assert store.deliveries.states() == {"accepted": 1, "unknown": 3, "pending": 6}
    asked.deliver(AT + timedelta(seconds=9))
    assert len(mailer.asked) == 4, "it is left alone"


def test_a_fault_of_the_settings_is_told_as_an_error_and_fails_nothing(store: NotifierStore) -> None:
    with capture_logs() as logs:
        courier(store, Answering(raising(MailerAtFaultError("the key is wrong")))).deliver(AT)
    assert [(line["log_level"], line["event"]) for line in logs] == [
        ("error", "a mail was deferred"),
        ("warning", "the mailer takes nothing now; the rest waits"),
    ]
    assert store.deliveries.states() == {"pending": 10}


def test_a_mail_that_went_out_is_told_by_its_digest_and_jobs_without_an_address(store: NotifierStore) -> None:
    with capture_logs() as logs:
        courier(store, Answering(taking)).deliver(AT)
    lines = [line for line in logs if line["event"] == "a mail went out"]
    assert {line["digest"] for line in lines} == {kept.digest_id for kept in store.digests.history()}
    assert [line["jobs"] for line in lines] == [1] * 10
    assert "@" not in str(lines)


def test_each_attempt_is_counted_by_what_was_said(store: NotifierStore) -> None:
    answers = [MailRefusedError("550", "policy"), MailRefusedError("no", "mailbox"), MailerAtFaultError("no STARTTLS")]

    def answer(email: Email) -> Receipt:
        if answers:
            raise answers.pop()
        return taking(email)

    counted, times = list[tuple[str, str | None]](), list[datetime]()

    def count(answer: Answer, at: datetime) -> None:
        counted.append((answer.kind, answer.fault))
        times.append(at)

    kept = Courier(
        store.deliveries,
        Answering(answer),
        NotifierSettings(),
        count=count,
        monotonic=lambda: float(len(times)),
    )
    kept.deliver(AT)
    assert sorted(counted, key=str) == [
        *[("accepted", None)] * 7, ("deferred", "settings"), ("refused", "mailbox"), ("refused", "policy"),
    ]  # fmt: skip
    assert times == [AT + timedelta(seconds=at) for at in range(10)], "each when it was heard"


def test_what_a_tick_builds_before_it_hands_over_again_counts_as_time(store: NotifierStore) -> None:
    seconds, times = [0.0], list[datetime]()
    courier = Courier(
        store.deliveries,
        Answering(taking),
        NotifierSettings(),
        monotonic=lambda: seconds[0],
        count=lambda answer, at: times.append(at),
    )
    store.pauses.set_sending(True, NOW)
    courier.deliver(AT)
    store.pauses.set_sending(False, NOW)
    seconds[0] += 80
    courier.deliver(AT)
    assert set(times) == {AT + 80 * timedelta(seconds=1)}


def test_a_clock_that_is_set_back_does_not_prolong_how_long_a_mailer_is_left_alone(store: NotifierStore) -> None:
    mailer = Answering(raising(MailDeferredError("connection refused")))
    deliverer = courier(store, mailer, setbacks_in_row=1)
    deliverer.deliver(AT)
    mailer.answer = taking
    deliverer.deliver(AT + timedelta(seconds=1))
    assert len(mailer.asked) == 1, "it is left alone"
    deliverer.deliver(AT - HOUR)
    assert store.deliveries.states() == {"accepted": 10}, "nor how long a mail waits for its next attempt"


def test_who_is_refused_as_a_sender_does_not_have_a_whole_mornings_mails_refused(store: NotifierStore) -> None:
    mailer = Answering(raising(MailRefusedError("550 5.7.1 blocked", "policy")))
    asked = courier(store, mailer)
    for second in range(60):
        asked.deliver(AT + timedelta(seconds=second))
    assert store.deliveries.states() == {"failed": 5, "pending": 5}
