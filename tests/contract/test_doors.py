"""How people come in, on either store: so many wishes and letters and no more, and what is over is forgotten."""

from datetime import datetime, timedelta
from uuid import uuid4

import pytest
from sqlalchemy import func, select

from schemas.sql.doors import letters, new_addresses, sessions, sign_in_links, sign_ups
from services.notifier.adapters.sql.people import doors
from services.notifier.adapters.sql.people.doors import (
    CONFIRM_WITHIN,
    LETTER_EVERY,
    LETTERS_A_DAY,
    SESSION_FOR,
    SIGN_IN_WITHIN,
    NewAddress,
    SignUp,
    SqlDoors,
)
from services.notifier.adapters.sql.retention import KEEP_LETTERS, forget_ways_in
from services.runtime.sql.store import reading
from tests.support.notifying import NOW, NotifierStore

ADDRESS = "ada@example.com"
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


def wish(number: int, skill: str = "Python") -> SignUp:
    return SignUp(f"grace{number}@example.com", {"search": {"name": skill}}, "Yes")


@pytest.fixture
def ways(store: NotifierStore) -> SqlDoors:
    return SqlDoors(store.engine, store.ids)


@pytest.fixture
def rows(store: NotifierStore) -> dict[str, int]:
    """How many rows each table has by now."""

    class Rows(dict[str, int]):
        def __getitem__(self, name: str) -> int:
            [table] = [
                found_table
                for found_table in (sign_ups, new_addresses, sign_in_links, sessions, letters)
                if found_table.name == name
            ]
            with reading(store.engine) as connection:
                return int(connection.execute(select(func.count()).select_from(table)).scalar_one())

    return Rows()


def test_the_room_for_wishes_is_filled_and_each_in_it_can_still_be_replaced(
    ways: SqlDoors, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(doors, "MOST_SIGN_UPS", 20)
    for number in range(20):
        assert ways.keep_sign_up(f"token {number}", wish(number), NOW)
    assert not ways.has_room("another@example.com", NOW)
    assert not ways.keep_sign_up("one too many", SignUp("another@example.com", {}, "Yes"), NOW)
    assert ways.sign_up("one too many", NOW) is None
    assert ways.has_room(wish(7).address, NOW)
    assert ways.keep_sign_up("again", wish(7, "Go"), NOW)
    found = ways.sign_up("again", NOW)
    assert found is not None
    assert found.wanted["search"]["name"] == "Go"
    assert ways.sign_up("token 7", NOW) is None, "one wish an address"
    ways.forget_sign_up("token 3")
    assert ways.keep_sign_up("there is room again", SignUp("another@example.com", {}, "Yes"), NOW)
    later = NOW + CONFIRM_WITHIN
    assert ways.has_room("yet-another@example.com", later), "what nobody confirmed in time takes no room"
    assert ways.keep_sign_up("later", SignUp("yet-another@example.com", {}, "Yes"), later)


def may_mail(ways: SqlDoors, address: str, at: datetime) -> bool:
    """Whether a letter to an address is begun, which then counts."""
    return ways.begin_letter(str(uuid4()), "sign_in", address, at)


def test_letters_are_few_also_where_the_clock_is_set_back(ways: SqlDoors) -> None:
    assert may_mail(ways, ADDRESS, NOW)
    for back in (-LETTER_EVERY + MINUTE, LETTER_EVERY - MINUTE):
        assert not may_mail(ways, ADDRESS, NOW - back)
    assert may_mail(ways, ADDRESS, NOW - 3 * HOUR), "nobody waits until the clock has caught up"
    assert not may_mail(ways, ADDRESS, NOW - 3 * HOUR + MINUTE)
    assert may_mail(ways, ADDRESS, NOW - HOUR)
    assert LETTERS_A_DAY == 3
    for at in (NOW - 5 * HOUR, NOW + 5 * HOUR):
        assert not may_mail(ways, ADDRESS, at), "three a day, whichever way the clock went"


def test_a_clock_that_was_wrong_by_years_locks_nobody_out(ways: SqlDoors, rows: dict[str, int]) -> None:
    wrong = NOW + 3_650 * DAY
    for number in range(LETTERS_A_DAY):
        assert may_mail(ways, ADDRESS, wrong + number * HOUR)
    assert may_mail(ways, ADDRESS, NOW)
    assert rows["letters"] == LETTERS_A_DAY + 1


def test_what_is_over_of_the_ways_in_is_forgotten_and_nothing_else(
    store: NotifierStore, ways: SqlDoors, rows: dict[str, int]
) -> None:
    ada = store.person()
    ways.keep_sign_up("wish", wish(0), NOW)
    ways.keep_new_address("move", NewAddress(ada.subscriber_id, "ada@elsewhere.example", "Yes"), NOW)
    ways.keep_sign_in("link", ada.subscriber_id, NOW)
    ways.begin_session("session", ada.subscriber_id, "a browser", NOW)
    may_mail(ways, ADDRESS, NOW)
    ends = {
        "sign_in_links": SIGN_IN_WITHIN,
        "letters": KEEP_LETTERS + MINUTE,
        "sign_ups": CONFIRM_WITHIN,
        "new_addresses": CONFIRM_WITHIN,
        "sessions": SESSION_FOR,
    }
    for span in sorted(set(ends.values())):
        before = {name for name, end in ends.items() if end >= span}
        forget_ways_in(store.engine, NOW + span - MINUTE)
        assert {name for name in ends if rows[name]} == before, span
        assert forget_ways_in(store.engine, NOW + span) == len({name for name in before if ends[name] == span})
    assert not any(rows[name] for name in ends)
    assert store.subscribers.with_id(ada.subscriber_id) is not None


def test_to_whom_a_letter_went_is_known_for_a_day_and_that_one_went_for_longer(
    store: NotifierStore, ways: SqlDoors, rows: dict[str, int]
) -> None:
    may_mail(ways, ADDRESS, NOW)
    named = (
        select(func.count()).select_from(letters).where((letters.c.address_hash != "") | letters.c.to_hash.is_not(None))
    )
    for after, count in ((DAY, 1), (DAY + MINUTE, 0)):
        forget_ways_in(store.engine, NOW + after)
        with reading(store.engine) as connection:
            assert connection.execute(named).scalar_one() == count
        assert rows["letters"] == 1


def test_letters_that_a_wrong_clock_dated_are_forgotten(
    store: NotifierStore, ways: SqlDoors, rows: dict[str, int]
) -> None:
    may_mail(ways, ADDRESS, NOW + 365 * DAY)
    may_mail(ways, ADDRESS, NOW)
    assert forget_ways_in(store.engine, NOW) == 1
    assert rows["letters"] == 1
    assert not may_mail(ways, ADDRESS, NOW + MINUTE)
