"""What is shown while a search is typed is what a backtest finds, whichever engine holds the postings."""

import threading
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import event

from schemas.criteria import SalaryFloor
from schemas.posting import Reach
from services.settings import Settings
from services.usecases import backtests
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation
from services.usecases.live_previews import LivePreviews, reader_from
from services.usecases.searches import Query
from tests.support import generate
from tests.support.at_once import WORKERS, at_once
from tests.support.digests import pay
from tests.support.notifying import NOW, PYTHON, NotifierStore, arrival, posting
from tests.support.placed_digest import TOWNS, in_town

pytestmark = pytest.mark.one_of("store")
"""What is shown stands above SQL, which other suites hold over both databases."""

DAY, HOUR = timedelta(days=1), timedelta(hours=1)
POLAND = Reach(scope="listed", countries=("PL",))
ADA = reader_from({"time_zone": "Europe/Berlin", "currency": "EUR", "locale": "en"})
OLA = reader_from({"time_zone": "Europe/Warsaw", "currency": "EUR", "locale": "en"})


def installation_of(store: NotifierStore) -> Installation:
    return Installation(Settings(), store.engine)


def test_as_many_fit_as_a_backtest_finds_and_a_criterion_costs_as_many(store: NotifierStore) -> None:
    made = [
        posting.model_copy(update={"posted_at": NOW - DAY * (number % 25) - DAY / 2, "seen_at": NOW, "fetched_at": NOW})
        for number, posting in enumerate(generate.postings(120, 7))
    ]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(made)], NOW)
    installation = installation_of(store)
    live = LivePreviews(installation)
    live.refresh(NOW)
    for asked in generate.criteria(12, 8, made):
        query = Query("tried", asked)
        report = backtests.of_store(installation, query, NOW, live.days, tell=lambda _: None)
        shown = live.preview(query, ADA, NOW)
        assert shown.postings == report.backtest.judged
        assert (shown.found.matching, shown.found.near) == (len(report.backtest.matches), len(report.backtest.near))
        assert sum(count for _, count in shown.by_day) == shown.found.matching
        for preview in live.loosened(query, ADA, NOW):
            then = live.preview(replace(query, criteria=preview.relaxations[-1].criteria), ADA, NOW)
            assert then.found.matching == shown.found.matching + preview.more
            assert then.taste.jobs_a_week == pytest.approx(preview.jobs_a_week)
        without = {cost.criterion: len(cost.without.posting_ids) for cost in report.backtest.costs}
        assert {made.criterion: more for made, more in shown.found.without} == {
            name: more for name, more in without.items() if more
        }


def test_what_was_shown_before_changes_nothing(store: NotifierStore) -> None:
    made = [
        posting.model_copy(update={"posted_at": NOW - DAY * (number % 25) - DAY / 2, "seen_at": NOW, "fetched_at": NOW})
        for number, posting in enumerate(generate.postings(60, 9))
    ]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(made)], NOW)
    used = LivePreviews(installation_of(store))
    used.refresh(NOW)
    shown = {}
    for number, asked in enumerate(generate.criteria(8, 10, made)):
        fresh, query = LivePreviews(installation_of(store)), Query("tried", asked)
        fresh.refresh(NOW)
        shown[number] = used.preview(query, ADA, NOW)
        assert shown[number] == fresh.preview(query, ADA, NOW) == used.preview(query, ADA, NOW)
    assert any(preview.taste.best for preview in shown.values())


def test_what_comes_changes_and_grows_old_is_followed(store: NotifierStore) -> None:
    live, query = LivePreviews(installation_of(store)), Query("Python", PYTHON)
    assert not live.ready
    first = posting("one", version=1, posted_at=NOW - DAY, fetched_at=NOW - DAY)
    store.matches.store(0, [arrival(0, first)], NOW - DAY)
    live.refresh(NOW)
    assert live.ready
    shown = live.preview(query, ADA, NOW)
    assert [item.posting.title for item in shown.taste.best] == [first.title]
    again = posting("one", version=2, posted_at=NOW - DAY, fetched_at=NOW, title="Python engineer, now in Porto")
    second = posting("two", posted_at=NOW, fetched_at=NOW)
    store.matches.store(0, [arrival(1, again), arrival(2, second)], NOW)
    live.refresh(NOW)
    titles = {item.posting.title for item in live.preview(query, ADA, NOW).taste.best}
    assert titles == {again.title, second.title}
    later = NOW + DAY * live.days - DAY / 2
    live.refresh(later)
    assert live.preview(query, ADA, later).postings == 1
    assert live.preview(query, ADA, later).by_day[0][1] == 1


def test_closed_ones_count_as_while_they_were_open(store: NotifierStore) -> None:
    closed = posting("one", status="closed", posted_at=NOW - DAY, fetched_at=NOW)
    store.matches.store(0, [arrival(0, closed)], NOW)
    live = LivePreviews(installation_of(store))
    live.refresh(NOW)
    shown = live.preview(Query("Python", PYTHON), ADA, NOW)
    assert (shown.found.matching, len(shown.taste.best)) == (1, 1)


def test_pay_is_shown_in_the_readers_currency_in_bins_of_a_round_width(store: NotifierStore) -> None:
    made = [
        posting(f"job {number}", posted_at=NOW - DAY, fetched_at=NOW, salary=pay(None, 30_000 + 2_000 * number))
        for number in range(40)
    ]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(made)], NOW)
    live = LivePreviews(installation_of(store))
    live.refresh(NOW)
    shown = live.preview(Query("Python", PYTHON), ADA, NOW)
    assert sum(band.count for band in shown.pay) == 40
    assert {band.below - band.least for band in shown.pay} == {10_000}
    assert all(left.below == right.least for left, right in zip(shown.pay, shown.pay[1:], strict=False))


def test_a_reader_of_an_unknown_zone_or_currency_is_refused() -> None:
    for field, value in (("time_zone", "Mars/Olympus"), ("currency", "XYZ")):
        with pytest.raises(WrongFieldError) as refused:
            reader_from({"time_zone": "UTC", "currency": "EUR", "locale": "en", field: value})
        assert refused.value.field == field


def test_where_nothing_fits_what_nearly_does_is_shown(store: NotifierStore) -> None:
    made = [
        posting("paid", posted_at=NOW - DAY * 3, fetched_at=NOW - DAY * 3, salary=pay(60_000, 76_000)),
        posting("mid", posted_at=NOW - DAY / 4, fetched_at=NOW - DAY / 4, seniority="mid", salary=pay(None, 60_000)),
    ]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(made)], NOW)
    # The bar of near misses is that of mails.
    low = Settings.model_validate({"notifier": {"curate": {"least_mail_chance": 0.4}}})
    live = LivePreviews(Installation(low, store.engine))
    live.refresh(NOW)
    for changed, expected in (
        ({"salary_floor": SalaryFloor(amount=80_000, currency="EUR")}, ["paid"]),
        ({"seniority": ("senior",)}, ["mid"]),
        ({"salary_floor": SalaryFloor(amount=200_000, currency="EUR")}, []),
    ):
        shown = live.preview(Query("Python", PYTHON.model_copy(update=changed)), ADA, NOW)
        assert (shown.found.matching, shown.taste.best) == (0, ())
        assert [item.posting.source_id for item in shown.taste.near] == expected


def test_where_no_single_change_would_have_more_mailed_the_fewest_that_do_together_are_weighed(
    store: NotifierStore,
) -> None:
    made = [
        posting(f"far {number}", posted_at=NOW - DAY, fetched_at=NOW - DAY, reach=POLAND, salary=pay(None, 30_000))
        for number in range(3)
    ]
    store.matches.store(0, [arrival(offset, posting) for offset, posting in enumerate(made)], NOW)
    live = LivePreviews(installation_of(store))
    live.refresh(NOW)
    floor = SalaryFloor(amount=90_000, currency="EUR")
    asked = PYTHON.model_copy(update={"places": ("PT",), "salary_floor": floor})
    [both] = live.loosened(Query("Python", asked), OLA, NOW)
    assert [relaxation.criterion for relaxation in both.relaxations] == ["place", "salary"]
    assert both.more == 3
    assert both.jobs_a_week > 0
    # Nobody who looks for Python is told to look for anything at all.
    assert both.relaxations[-1].criteria.skills == PYTHON.skills
    near = asked.model_copy(update={"places": ("PL",)})
    assert all(len(preview.relaxations) == 1 for preview in live.loosened(Query("Python", near), OLA, NOW))


def test_a_first_mail_counts_one_job_in_several_places_once(store: NotifierStore) -> None:
    made = [
        in_town(label, title="Data Engineer", company="Tidewater Energy", posted_at=NOW - HOUR, seen_at=NOW - HOUR)
        for label in TOWNS
    ]
    store.matches.store(0, [arrival(offset, job) for offset, job in enumerate(made)], NOW)
    live = LivePreviews(installation_of(store))
    live.refresh(NOW)
    first = live.first_mail(Query("tried", PYTHON), ADA, NOW, NOW - DAY)
    assert [job.title for job in first.jobs] == ["Data Engineer"]


def test_who_looks_at_the_same_at_once_waits_for_one_making(store: NotifierStore) -> None:
    store.matches.store(0, [arrival(at, posting(f"job {at}")) for at in range(5)], NOW)
    live, query = LivePreviews(installation_of(store)), Query("Python", PYTHON)
    live.refresh(NOW)
    shown, loosened = list[object](), list[object]()
    at_once(*(lambda: shown.append(live.preview(query, ADA, NOW)) for _ in range(WORKERS)))
    at_once(*(lambda: loosened.append(live.loosened(query, ADA, NOW)) for _ in range(WORKERS)))
    assert len({*map(id, shown)}) == len({*map(id, loosened)}) == 1


def test_nobody_waits_for_what_is_made_for_somebody_else(store: NotifierStore) -> None:
    # Closed ones are read from the store at the first look, where the first of the two is held.
    closed = [posting(f"job {at}", status="closed", posted_at=NOW - DAY) for at in range(5)]
    store.matches.store(0, [arrival(at, posting) for at, posting in enumerate(closed)], NOW)
    live, query = LivePreviews(installation_of(store)), Query("Python", PYTHON)
    live.refresh(NOW)
    is_reading, may_go_on = threading.Event(), threading.Event()
    slow = threading.Thread(target=live.loosened, args=(query, OLA, NOW), daemon=True)

    def hold(*_: object) -> None:
        if threading.current_thread() is slow:
            is_reading.set()
            may_go_on.wait(60)

    event.listen(store.engine, "before_cursor_execute", hold)
    slow.start()
    assert is_reading.wait(30)
    shown = list[object]()
    quick = threading.Thread(target=lambda: shown.append(live.preview(query, ADA, NOW)), daemon=True)
    quick.start()
    quick.join(30)
    may_go_on.set()
    slow.join(30)
    event.remove(store.engine, "before_cursor_execute", hold)
    assert shown
