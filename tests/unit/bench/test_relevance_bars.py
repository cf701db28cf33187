"""What a rule of bars and of mails that wait sends, of jobs that are made up."""

from datetime import date, timedelta
from itertools import count

from bench.relevance.bars import FittingPair, Rule, mails_of, shares_of

MONDAY = date(2025, 9, 1)
DAY = timedelta(days=1)
NUMBERS = count()


def job(
    chance: float, *, day: int = 0, wanted: bool | None = True, weight: float = 1.0, title: str | None = None
) -> FittingPair:
    return FittingPair(MONDAY + day * DAY, chance, wanted, weight, (title or f"job {next(NUMBERS)}", "acme"))


def days_of(found: list[FittingPair], rule: Rule) -> list[tuple[int, list[float]]]:
    return [((day - MONDAY).days, [job.chance for job in jobs]) for day, jobs in mails_of(found, rule)]


def test_what_passes_the_bar_is_mailed_the_day_it_comes() -> None:
    found = [job(0.5), job(0.4), job(0.7, day=2)]
    assert days_of(found, Rule(0.45)) == [(0, [0.5]), (2, [0.7])]


def test_a_lone_doubtful_job_waits_for_company() -> None:
    found = [job(0.5), job(0.5, day=2)]
    assert days_of(found, Rule(0.45, 0.6, 3)) == [(2, [0.5, 0.5])]


def test_without_company_it_goes_out_alone_or_is_dropped() -> None:
    assert days_of([job(0.5)], Rule(0.45, 0.6, 3)) == [(3, [0.5])]
    assert days_of([job(0.5)], Rule(0.45, 0.6, 3, then_sent=False)) == []
    assert days_of([job(0.5), job(0.9, day=4)], Rule(0.45, 0.6, 3, then_sent=False)) == [(4, [0.9])]


def test_two_doubtful_jobs_of_a_day_are_company() -> None:
    assert days_of([job(0.4), job(0.4)], Rule(0.35, 0.5, then_sent=False)) == [(0, [0.4, 0.4])]


def test_a_copy_is_mailed_once_and_one_below_the_bar_hides_none() -> None:
    found = [job(0.3, title="clerk"), job(0.5, day=1, title="clerk"), job(0.6, day=2, title="clerk")]
    assert days_of(found, Rule(0.45)) == [(1, [0.5])]


def test_what_comes_late_counts_for_precision_and_not_for_recall() -> None:
    mails = [(MONDAY + 7 * DAY, [job(0.5, weight=2.0)]), (MONDAY, [job(0.5, wanted=False), job(0.5, wanted=None)])]
    shares = shares_of([mails], wanted=4.0)
    assert (shares.precision, shares.nothing, shares.recall, shares.mails, shares.lone) == (
        0.5,
        0.0,
        0.0,
        2,
        1,
    )
