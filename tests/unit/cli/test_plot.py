"""Plots in characters."""

from datetime import date, timedelta

from services.cli.commands.backtesting import plot

FIRST = date(2026, 8, 1)


def _days(*counts: int) -> list[tuple[date, int]]:
    return [(FIRST + timedelta(days=number), count) for number, count in enumerate(counts)]


def test_the_highest_day_fills_its_bar_and_half_of_it_half() -> None:
    assert plot(_days(0, 4, 2, 8), height=2) == [
        "8 ┤      █",
        "  ┤  █ ▄ █",
        "0 └───────",
        "   1 Aug 2026 a day 4 Aug 2026",
    ]


def test_a_single_job_is_seen_beside_many() -> None:
    lines = plot(_days(1, 1_000), height=3)
    assert lines[2].endswith("┤▁ █")
    assert lines[0].startswith("1,000 ┤")


def test_many_days_are_told_by_the_week_and_fit_80_columns() -> None:
    lines = plot(_days(*([1] * 365)))
    assert "a week" in lines[-1]
    assert lines[-1].endswith("31 Jul 2027")
    assert max(map(len, lines)) <= 80
    assert lines[3].count("█") == 52, "of 365 days, 52 whole weeks; the first day stands alone"


def test_ten_years_fit_80_columns_and_nothing_is_lost() -> None:
    lines = plot(_days(*([0] * 3_599), 7))
    assert max(map(len, lines)) <= 80
    assert lines[0].startswith("7 ┤")
    assert "365 days" in lines[-1]


def test_a_month_fits_80_columns() -> None:
    assert max(map(len, plot(_days(*range(34))))) <= 80


def test_without_a_count_there_is_nothing_to_plot() -> None:
    assert plot(_days(0, 0, 0)) == []
