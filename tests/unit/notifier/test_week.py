"""The plot of a week."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from schemas.posting import PostingCore, Spoken
from services.notifier.domain.curation.curate import CurateSettings, curate
from services.notifier.domain.model import Candidate, Counted, DayCounts, Digest, Hold, HoldCause, SentItem
from services.notifier.domain.people import speaks_of
from services.notifier.domain.week import shown_week, week_of, with_week
from services.notifier.domain.windows import DueSubscriber, DueWindow, WindowMatches
from services.notifier.domain.wording.view import week_in_text
from services.rules.signature import fold_company
from services.wording.catalogues import words_of
from tests.support.digests import NOON, digest, posting, recipient, search, words_about

UTC = ZoneInfo("UTC")
TODAY = NOON.date()
DAY = timedelta(days=1)


def counted(*days: tuple[int, int]) -> DayCounts:
    """(days ago, postings)."""
    return tuple((TODAY - back * DAY, count) for back, count in days)


def served(found: WindowMatches, before: tuple[Counted, ...] = (), time_zone: str = "UTC") -> Digest | Hold:
    jobs = [posting(f"j{back}", posted_at=NOON - back * DAY) for back in (0, 1, 3)]
    by, to = search(), recipient(time_zone=time_zone)
    window = DueWindow(by, key=1, from_cut=0, due_at=NOON, hour=12, weekday=None)
    candidates = [Candidate(job, (by,)) for job in jobs]
    return with_week(
        replace(digest(*jobs), recipient=to), DueSubscriber(to, (window,)), {by.search_id: found}, candidates, before
    )


def ids(*names: str) -> tuple[str, ...]:
    return tuple(posting(name).posting_id for name in names)


def test_a_week_is_what_each_digest_of_it_counted() -> None:
    week = dict(week_of([counted((6, 2)), counted((5, 1), (6, 1)), counted((0, 4))], NOON, UTC))
    assert list(week) == [TODAY - back * DAY for back in (6, 5, 4, 3, 2, 1, 0)]
    assert list(week.values()) == [3, 1, 0, 0, 0, 0, 4]


def test_what_lies_before_the_week_is_not_in_it() -> None:
    assert sum(dict(week_of([counted((7, 50), (3, 1), (0, 1))], NOON, UTC)).values()) == 2


def test_a_week_of_which_a_part_is_not_known_is_not_shown() -> None:
    assert week_of([counted((6, 2), (1, 1)), None], NOON, UTC) == ()


def test_a_single_day_is_no_plot() -> None:
    assert week_of([counted((0, 9))], NOON, UTC) == ()


def test_matches_count_by_the_readers_day_and_near_misses_do_not() -> None:
    made = served(WindowMatches(ids("j0", "j1", "j3"), 2, more=False))
    assert made.matched == counted((1, 1), (0, 1))
    late = served(WindowMatches(ids("j0", "j1", "j3"), 3, more=False), time_zone="Pacific/Auckland")
    assert late.matched == tuple((day + DAY, count) for day, count in counted((3, 1), (1, 1), (0, 1)))


def test_a_window_that_holds_more_than_is_read_of_it_is_not_counted() -> None:
    made = served(WindowMatches(ids("j0", "j1"), 2, more=True))
    assert isinstance(made, Digest)
    assert made.matched is None
    assert made.week == ()


def test_digests_of_the_week_before_count_for_nothing() -> None:
    found = WindowMatches(ids("j0", "j1"), 2, more=False)
    before = (
        Counted(NOON - 7 * DAY, None), Counted(NOON - 2 * DAY, counted((2, 5))), Counted(NOON + DAY, None)
    )  # fmt: skip
    made = served(found, before)
    assert isinstance(made, Digest)
    assert dict(made.week) == dict(week_of([counted((2, 5)), counted((3, 1), (1, 1), (0, 1))], NOON, UTC))


def test_a_job_that_no_window_counted_counts_on_its_day() -> None:
    made = served(WindowMatches(ids("j0", "j1"), 2, more=False))
    assert isinstance(made, Digest)
    assert [item.posting.source_id for item in made.items] == ["j0", "j1", "j3"]
    assert dict(made.week)[TODAY - 3 * DAY] == 1


def test_a_week_that_held_nothing_worth_a_mail_is_still_counted() -> None:
    hold = Hold(recipient(), NOON, HoldCause("nothing_found"), ())
    made = with_week(hold, DueSubscriber(recipient(), ()), {}, [], [])
    assert made.matched == ()


def others(*also: PostingCore, before: int = 0, sent: bool = False, **settings: Any) -> int:
    return of_two_jobs(*also, before=before, sent=sent, **settings).others


def of_two_jobs(
    *also: PostingCore, before: int = 0, mailed: bool = True, sent: bool = False, **settings: Any
) -> Digest:
    """A digest of two jobs, where these matched too, `c` was sent or not, and an earlier one counted so many."""
    speaks = speaks_of(["en"])
    by, to = search(), recipient(hidden_companies=frozenset({fold_company("Hidden")}), speaks=speaks)
    found = [posting("a", posted_at=NOON - DAY), posting("b", posted_at=NOON - 2 * DAY), *also]
    candidates = [Candidate(job, (by,)) for job in found]
    known = [SentItem(posting("c").posting_id, "", "", NOON - 3 * DAY)] if sent else []
    outcome = curate(to, [by], candidates, known, NOON, CurateSettings(least_chance=0.0, **settings))
    window = DueWindow(by, key=1, from_cut=0, due_at=NOON, hour=12, weekday=None)
    matched = WindowMatches(tuple(job.posting_id for job in found), len(found), more=False)
    earlier = (Counted(NOON - DAY, counted((3, before)), mailed),)
    made = with_week(outcome, DueSubscriber(to, (window,)), {by.search_id: matched}, candidates, earlier)
    assert isinstance(made, Digest)
    assert sum(count for _, count in made.week) == len(found) + before
    return made


@pytest.mark.parametrize(("mailed", "sent", "told"), [(False, False, False), (True, False, True), (False, True, True)])
def test_that_others_were_sent_is_said_to_nobody_who_was_sent_nothing(mailed: bool, sent: bool, told: bool) -> None:
    made = of_two_jobs(posting("c"), before=2, mailed=mailed, sent=sent, most_items=3 if sent else 2)
    assert of_two_jobs(before=2, mailed=mailed).others == 2
    assert made.others_sent is told


def test_what_was_sent_before_or_is_less_likely_is_counted_beside_a_week() -> None:
    assert others() == 0
    assert others(before=2) == 2
    assert others(posting("c"), sent=True, before=1) == 2
    assert others(posting("c"), most_items=2) == 0, "it has its own line"


def test_what_its_reader_keeps_out_by_their_own_word_suits_them_less() -> None:
    finnish = (Spoken(any=("fi",), need="needed"),)
    assert others(posting("c", company="Hidden"), before=1) == 2
    assert others(posting("c", languages=finnish), before=1) == 2


def test_another_copy_of_a_job_below_was_neither_sent_nor_is_it_less_likely() -> None:
    copy = posting("a2", company="Company a", description_text=words_about("a"))
    assert others(copy) == 0
    assert others(copy, before=1) == 1


@pytest.mark.parametrize(
    "changes",
    [{"status": "closed"}, {"expires_at": NOON}],
    ids=lambda changes: next(iter(changes)),
)
def test_nothing_is_said_of_the_others_where_one_was_kept_back_for_another_reason(changes: dict[str, Any]) -> None:
    assert others(posting("c", **changes), before=1) == 0


def test_bars_are_as_high_as_their_counts_and_named_in_the_readers_language() -> None:
    week = tuple((date(2026, 9, 8) + at * DAY, count) for at, count in enumerate((4, 0, 8, 1, 1, 12, 6)))
    shown = shown_week(week, words_of("de"))
    assert [day.name for day in shown] == ["Di", "Mi", "Do", "Fr", "Sa", "So", "Mo"]
    assert [day.height for day in shown] == [34, 0, 67, 9, 9, 100, 50]
    assert week_in_text(shown) == "Di ▂ 4  Mi 0  Do ▅ 8  Fr ▁ 1  Sa ▁ 1  So █ 12  Mo ▄ 6"


@pytest.mark.parametrize("language", ["en", "de", "es", "fr", "pt", "pt_PT"])
def test_the_name_of_a_day_has_room_on_a_phone(language: str) -> None:
    week = tuple((date(2026, 9, 8) + at * DAY, 1) for at in range(7))
    assert max(len(day.name) for day in shown_week(week, words_of(language))) <= 4
