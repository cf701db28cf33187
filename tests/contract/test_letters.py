"""Letters to who signs up or in: when one may go, what becomes of it, and what follows for all mails."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

import pytest
from sqlalchemy import select

from schemas.sql.doors import letters
from services.notifier.adapters.sql.digests.mail_events import SendingBrake, SqlMailEvents
from services.notifier.adapters.sql.people.doors import SqlDoors
from services.notifier.adapters.sql.retention import KEEP_LETTERS, forget_ways_in
from services.notifier.domain.mail_events import Kind, MailEvent
from services.notifier.mail_settings import WarmUpSettings
from services.runtime.sql.day_limit import DayLimit, begun_on
from services.runtime.sql.store import reading
from tests.support.at_once import at_once
from tests.support.notifying import NOW, NotifierStore
from tests.support.serving import HOUR

MINUTE = timedelta(minutes=1)


def doors_of(store: NotifierStore, day: DayLimit | None = None) -> SqlDoors:
    return SqlDoors(store.engine, store.ids, day)


def send(store: NotifierStore, kind: str, numbers: Sequence[int], now: datetime = NOW) -> list[str]:
    """Letters of a kind, each to somebody else, and each taken by the mail server; their ids."""
    doors, ids = doors_of(store), [f"{number:032x}" for number in numbers]
    for number, own in zip(numbers, ids, strict=True):
        address = f"somebody{number}@example.com"
        assert doors.begin_letter(own, kind, address, now)
        doors.end_letter(own, address, now, "accepted", None, "")
    return ids


def tell(store: NotifierStore, kind: Kind, mails: Sequence[str], now: datetime) -> None:
    """As a mail server that says of each which it was, and not to whom it went."""
    events = [MailEvent(f"{kind} {own}", kind, now, own) for own in mails]
    SqlMailEvents(store.engine, store.ids).take(events, now)


def rows(store: NotifierStore) -> list[tuple[str, str, str | None]]:
    with reading(store.engine) as connection:
        return [(row.address_hash, row.state, row.to_hash) for row in connection.execute(select(letters))]


def test_a_suppression_that_comes_first_wins_and_one_that_comes_at_once_leaves_no_letter_to_begin(
    stores: list[NotifierStore],
) -> None:
    store, doors = stores[0], doors_of(stores[0])
    store.suppressions.suppress("ada@example.com", "a complaint", NOW)
    assert not doors.begin_letter("0", "sign_in", "Ada@example.com", NOW)
    assert store.suppressions.allow("ada@example.com", "she wrote to us", NOW)
    assert doors.begin_letter("1", "sign_in", "ada@example.com", NOW)
    for at in range(10):
        address = f"somebody{at}@example.com"
        begun: list[bool] = []

        def begin(other: NotifierStore, address: str = address, begun: list[bool] = begun, at: int = at) -> None:
            begun.append(doors_of(other).begin_letter(f"{at} {len(begun)}", "sign_in", address, NOW))

        def stop(address: str = address, at: int = at) -> None:
            store.suppressions.suppress(address, "a complaint", NOW)
            assert not doors_of(store).begin_letter(f"{at} after", "sign_in", address, NOW + HOUR)

        at_once(stop, *(lambda other=other: begin(other) for other in stores[1:]))
        assert sum(begun) <= 1


def test_a_mailbox_that_is_not_there_is_suppressed_and_counts_among_what_came_back(store: NotifierStore) -> None:
    doors = doors_of(store)
    assert doors.begin_letter("1", "confirm", "nobody@example.com", NOW)
    doors.end_letter("1", "nobody@example.com", NOW, "failed", "mailbox", "550 5.1.1 no such user")
    assert "no such mailbox: 550 5.1.1" in (store.suppressions.reason("nobody@example.com") or "")
    assert not doors.begin_letter("2", "confirm", "nobody@example.com", NOW + HOUR)
    assert [state for _, state, _ in rows(store)] == ["failed"]


def test_a_letter_that_comes_back_later_suppresses_where_it_went_though_nobody_has_confirmed_that(
    store: NotifierStore,
) -> None:
    [own] = send(store, "confirm", [1])
    tell(store, "bounced", [own], NOW + MINUTE)
    assert store.suppressions.reason("somebody1@example.com") is not None


def test_letters_of_strangers_that_come_back_stop_such_letters_and_nothing_else_until_a_person_resumes(
    store: NotifierStore,
) -> None:
    doors, brake = doors_of(store), SendingBrake(store.engine)
    mails = send(store, "confirm", range(12))
    tell(store, "bounced", mails[:9], NOW + MINUTE)
    assert brake.check_now(NOW + MINUTE) is None, "nine are chance"
    tell(store, "bounced", mails[9:11], NOW + MINUTE)
    assert brake.check_now(NOW + MINUTE) == "11 of the last 12 mails came back for good"
    pauses = store.pauses.read()
    assert (pauses.sending, pauses.confirmations_stopped) == (False, True)
    assert not doors.begin_letter("c", "confirm", "new@example.com", NOW + HOUR)
    assert not doors.begin_letter("n", "new_address", "new@example.com", NOW + HOUR)
    assert doors.begin_letter("s", "sign_in", "known@example.com", NOW + HOUR)
    store.pauses.set_sending(False, NOW + HOUR)
    assert doors.begin_letter("d", "confirm", "new@example.com", NOW + HOUR)
    assert brake.check_now(NOW + HOUR + MINUTE) is None, "what a person has seen counts no more"


def test_letters_that_their_readers_asked_for_count_as_digests_do_and_go_on_while_sending_has_stopped(
    store: NotifierStore,
) -> None:
    doors, brake = doors_of(store), SendingBrake(store.engine)
    mails = send(store, "sign_in", range(5))
    tell(store, "spam", mails, NOW + MINUTE)
    assert brake.check_now(NOW + MINUTE) == "5 readers of the last 5 mails called it spam"
    assert store.pauses.read().sending
    assert not doors.begin_letter("c", "confirm", "new@example.com", NOW + HOUR)
    assert doors.begin_letter("s", "sign_in", "known@example.com", NOW + HOUR)


@pytest.mark.parametrize(("bad", "stops"), [(10, False), (11, True)])
def test_letters_are_among_the_mails_that_what_came_back_is_held_against(
    store: NotifierStore, bad: int, stops: bool
) -> None:
    tell(store, "bounced", send(store, "sign_in", range(200))[:bad], NOW + MINUTE)
    assert (SendingBrake(store.engine).check_now(NOW + MINUTE) is not None) is stops


def test_a_letter_takes_a_place_of_the_day_of_a_new_sender_and_waits_for_none(store: NotifierStore) -> None:
    at = datetime(2027, 1, 11, 9, tzinfo=UTC)
    day = DayLimit(WarmUpSettings(since=date(2027, 1, 11), per_day=(2,)).limit)
    doors = doors_of(store, day)

    def begun() -> int:
        with reading(store.engine) as connection:
            return begun_on(connection, at)

    for number in range(3):
        assert doors.begin_letter(str(number), "sign_in", f"somebody{number}@example.com", at)
    assert begun() == 3
    with reading(store.engine) as connection:
        assert day.room(connection, at) == 0
    doors.end_letter("2", "somebody2@example.com", at, "not_sent", "away", "no answer")
    assert begun() == 2


def test_to_whom_a_letter_went_is_forgotten_after_a_day_and_that_it_did_after_a_month(store: NotifierStore) -> None:
    send(store, "sign_in", [1])
    forget_ways_in(store.engine, NOW + timedelta(hours=25))
    assert rows(store) == [("", "accepted", None)]
    forget_ways_in(store.engine, NOW + KEEP_LETTERS + MINUTE)
    assert rows(store) == []
