"""What the courier does with each answer of a mailer."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.notifier.adapters.folder import FolderMailer
from services.notifier.delivering import Courier
from services.notifier.domain.people import timing_of
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    Mailer,
    MailRefusedError,
    MailUnknownError,
    Receipt,
)
from services.notifier.settings import NotifierSettings
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
    made.flags.pause_sending(True, NOW)
    days.live(AT)
    made.flags.pause_sending(False, NOW)
    assert made.deliveries.states() == {"pending": 10}
    yield made
    made.engine.dispose()


def courier(store: NotifierStore, mailer: Mailer, **fields: int) -> Courier:
    return Courier(store.deliveries, mailer, NotifierSettings(**fields))  # type: ignore[arg-type]


def test_what_is_taken_is_accepted(store: NotifierStore) -> None:
    mailer = Answering(taking)
    courier(store, mailer).deliver(AT)
    assert store.deliveries.states() == {"accepted": 10}
    assert len(set(mailer.asked)) == 10
    courier(store, mailer).deliver(AT)
    assert len(mailer.asked) == 10


def test_a_tick_hands_over_so_many_and_no_more(store: NotifierStore) -> None:
    courier(store, Answering(taking), deliveries_a_tick=4, deliveries_at_once=3).deliver(AT)
    assert store.deliveries.states() == {"accepted": 4, "pending": 6}


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
    courier(store, mailer).deliver(AT)
    mailer.answer = taking
    courier(store, mailer).deliver(AT + 5 * HOUR)
    assert store.deliveries.states() == {"unknown": 10}
    assert len(mailer.asked) == 10


def test_a_mailer_that_remembers_settles_what_is_unknown(store: NotifierStore, tmp_path: Path) -> None:
    folder = FolderMailer(tmp_path / "mails")

    class Forgetful:
        """Writes some, and answers for none."""

        name = "folder"

        def send(self, email: Email) -> Receipt:
            if email.to_address < "person5":
                folder.send(email)
            raise MailUnknownError("cut off")

    courier(store, Forgetful()).deliver(AT)
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
        courier(store, Answering(raising(error)), deliveries_a_tick=2).deliver(AT)
    (told,) = logs
    assert (told["event"], told["log_level"], told["mailer"]) == (event, "warning", "answering")
    assert told["attempts"] == 1
    assert told["delivery"]
    assert "(address hidden)" in told["reason"]
    assert "ines@mail.example" not in told["reason"]


def test_the_same_reason_is_told_once_a_minute_and_another_at_once(store: NotifierStore) -> None:
    seconds = [0.0]
    mailer = Answering(raising(MailDeferredError("busy")))
    settings = NotifierSettings(deliveries_a_tick=1)
    asked = Courier(store.deliveries, mailer, settings, monotonic=lambda: seconds[0])

    def reasons_at(second: float, reason: str) -> list[str]:
        seconds[0] = second
        mailer.answer = raising(MailDeferredError(reason))
        with capture_logs() as logs:
            asked.deliver(AT)
        return [one["reason"] for one in logs]

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
