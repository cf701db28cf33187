"""What a poll changes, and when a posting ends."""

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from services.ingest.domain.polling.listing import (
    MISSES_TO_CLOSE,
    KnownItem,
    ListedItem,
    Terms,
    ended,
    ends_at,
    is_backlog,
    judge,
    missed,
    proves_absence,
    seen_again,
)
from tests.support.collecting import DAY, HOUR, NOON

MAX_AGE = 45 * DAY
SEEN = ListedItem("1", "ashby", "h1", posted_at=NOON - DAY)
TERMS = Terms(now=NOON, max_age=MAX_AGE, complete=False, first_poll=False)


def later(by: timedelta, **more: object) -> Terms:
    return replace(TERMS, now=NOON + by, **more)


def known(seen: ListedItem = SEEN, terms: Terms = TERMS) -> KnownItem:
    return judge(seen, None, source="board", terms=terms).known


def test_an_item_that_nobody_knows_is_new() -> None:
    judged = judge(SEEN, None, source="board", terms=TERMS)
    assert judged.outcome == "new"
    assert judged.goes_out
    assert (judged.known.first_seen, judged.known.last_seen, judged.known.is_open) == (NOON, NOON, True)


def test_the_same_content_again_stays_at_home() -> None:
    judged = judge(SEEN, known(), source="board", terms=later(HOUR))
    assert (judged.outcome, judged.goes_out) == ("unchanged", False)
    assert (judged.known.first_seen, judged.known.last_seen) == (NOON, NOON + HOUR)


@pytest.mark.parametrize("change", [{"content_hash": "h2"}, {"format": "lever"}])
def test_other_content_or_another_reading_of_it_goes_out(change: dict[str, str]) -> None:
    assert judge(replace(SEEN, **change), known(), source="board", terms=later(HOUR)).outcome == "changed"


def test_a_closed_item_that_is_listed_goes_out_again() -> None:
    judged = judge(SEEN, replace(known(), is_open=False, misses=2), source="board", terms=later(DAY))
    assert (judged.outcome, judged.known.is_open, judged.known.misses) == ("reopened", True, 0)


def test_two_misses_close_and_being_listed_forgets_them() -> None:
    once = missed(known())
    assert once.is_open
    assert MISSES_TO_CLOSE == 2
    assert not missed(once).is_open
    again = judge(SEEN, once, source="board", terms=later(HOUR)).known
    assert missed(again).is_open


@pytest.mark.parametrize(
    ("complete", "whole", "listed", "proof"),
    [(True, True, 3, True), (False, True, 3, False), (True, False, 3, False), (True, True, 0, False)],
)
def test_only_a_complete_whole_listing_that_holds_something_proves_absence(
    complete: bool, whole: bool, listed: int, proof: bool
) -> None:
    assert proves_absence(complete=complete, whole=whole, listed=listed) is proof


@pytest.mark.parametrize(
    ("posted", "first_poll", "backlog"),
    [
        (NOON - 3 * DAY, True, False),
        (NOON - 3 * DAY - HOUR, True, True),
        (NOON + DAY, True, False),
        (None, True, True),
        (None, False, False),
        (NOON - 30 * DAY, False, False),
    ],
)
def test_backlog_is_what_a_first_poll_finds_old_or_undated(
    posted: datetime | None, first_poll: bool, backlog: bool
) -> None:
    assert is_backlog(posted, replace(TERMS, first_poll=first_poll)) is backlog


def test_backlog_stays_backlog() -> None:
    old = known(replace(SEEN, posted_at=None), replace(TERMS, first_poll=True))
    assert old.backlog
    assert judge(replace(SEEN, content_hash="h2"), old, source="board", terms=later(DAY)).known.backlog


def end(**more: object) -> datetime:
    stated: dict[str, object] = {
        "expires_at": None,
        "posted_at": None,
        "first_seen": NOON,
        "last_seen": NOON,
        "max_age": MAX_AGE,
        "complete": False,
    }
    return ends_at(**{**stated, **more})


def test_a_stated_expiry_decides() -> None:
    assert end(expires_at=NOON + DAY, posted_at=NOON - 90 * DAY) == NOON + DAY
    assert end(expires_at=NOON + 300 * DAY) == NOON + 300 * DAY


def test_without_one_it_is_the_age_since_it_was_posted_or_first_seen() -> None:
    assert end(posted_at=NOON - 10 * DAY) == NOON + 35 * DAY
    assert end() == NOON + 45 * DAY
    assert end(posted_at=NOON + 400 * DAY) == NOON + 45 * DAY


def test_age_does_not_end_what_is_still_listed() -> None:
    assert end(posted_at=NOON - 90 * DAY) > NOON
    assert end(posted_at=NOON - 90 * DAY) <= NOON + 3 * DAY


def test_of_a_complete_listing_only_absence_ends_a_posting_or_the_death_of_its_source() -> None:
    assert end(complete=True, expires_at=NOON - DAY, posted_at=NOON - 90 * DAY) == NOON + 45 * DAY


def test_an_open_item_past_its_end_waits_to_be_closed_with_word_of_it() -> None:
    over = replace(SEEN, expires_at=NOON + HOUR)
    judged = judge(over, known(over), source="board", terms=later(DAY))
    assert (judged.outcome, judged.goes_out, judged.known.is_open) == ("ended", False, True)
    assert not ended(judged.known, NOON + DAY).is_open


def test_a_new_item_past_its_end_is_never_opened() -> None:
    judged = judge(replace(SEEN, expires_at=NOON), None, source="board", terms=TERMS)
    assert (judged.outcome, judged.known.is_open) == ("ended", False)


def test_a_longer_expiry_opens_it_again() -> None:
    over = replace(known(replace(SEEN, expires_at=NOON + HOUR)), is_open=False)
    longer = replace(SEEN, expires_at=NOON + 9 * DAY)
    assert judge(longer, over, source="board", terms=later(DAY)).outcome == "reopened"


def test_an_item_that_is_vouched_for_is_unchanged() -> None:
    row = known(replace(SEEN, expires_at=NOON + 9 * DAY))
    judged = judge(seen_again(row), row, source="board", terms=later(DAY))
    assert judged.outcome == "unchanged"
    assert judged.known == replace(row, last_seen=NOON + DAY)
