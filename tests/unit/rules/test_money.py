"""Annual pay and dated rates."""

from datetime import date, timedelta

import pytest

from services.rules.money import ANNUAL_FACTORS, MOST, Rates, annual, convert, currency_of, rates_before, tops

DAY = date(2026, 8, 10)


def test_a_year_has_12_months_52_weeks_260_days_and_2080_hours() -> None:
    assert dict(ANNUAL_FACTORS) == {"year": 1, "month": 12, "week": 52, "day": 260, "hour": 2080}
    assert annual(50, "hour") == 104_000


def test_project_pay_has_no_annual() -> None:
    assert annual(5_000, "project") is None


def test_rates_are_those_published_before_the_day_and_not_on_it() -> None:
    monday = date(2026, 8, 10)
    assert rates_before(monday).on == date(2026, 8, 7)
    assert rates_before(monday + timedelta(days=1)).on == monday


def test_all_postings_of_a_day_get_the_same_rates_object() -> None:
    assert rates_before(DAY) is rates_before(DAY)


def test_a_day_beyond_the_file_gets_its_last_rates() -> None:
    assert rates_before(date(2099, 1, 1)).on == rates_before(date(2098, 1, 1)).on


def test_a_day_before_all_rates_knows_the_euro_alone() -> None:
    assert rates_before(date(1990, 1, 1)).euro == {"EUR": 1.0}


def test_a_currency_the_bank_does_not_publish_comes_from_our_own_table() -> None:
    rates = rates_before(DAY)
    assert rates.euro["AED"] == pytest.approx(3.6725 * rates.euro["USD"])
    for code in ("UAH", "ARS", "COP", "NGN", "PKR", "VND", "SAR", "EGP", "KES", "TWD", "CLP", "PEN", "RSD", "GEL"):
        assert rates.knows(code), code


def test_our_own_table_counts_from_its_day_on_only() -> None:
    assert not rates_before(date(2023, 12, 31)).knows("UAH")
    assert rates_before(date(2024, 3, 7)).euro["EGP"] < rates_before(date(2024, 3, 8)).euro["EGP"]


def test_where_the_bank_publishes_a_currency_the_bank_wins() -> None:
    day = date(2015, 6, 10)
    assert rates_before(day).euro["HRK"] != 7.5345
    assert rates_before(DAY).euro["HRK"] == 7.5345


def test_an_operators_own_rate_wins_over_both() -> None:
    rates = rates_before(DAY, {"USD": 2.0, "XTS": 4.0})
    assert (rates.euro["USD"], rates.euro["XTS"]) == (2.0, 4.0)
    assert rates_before(DAY).euro["USD"] != 2.0


@pytest.mark.parametrize("rate", [0.0, -1.0, float("nan"), float("inf")])
def test_an_operators_rate_that_is_no_rate_is_refused(rate: float) -> None:
    with pytest.raises(ValueError, match="rate of USD"):
        rates_before(DAY, {"USD": rate})


def test_converting_there_and_back_gives_the_amount() -> None:
    rates = rates_before(DAY)
    there = convert(95_000, "INR", "USD", rates)
    assert there is not None
    assert convert(there, "USD", "INR", rates) == pytest.approx(95_000)
    assert convert(1, "XTS", "EUR", rates) is None


def test_tops_are_whole_rounded_down_and_hold_every_known_currency() -> None:
    found = tops(95_000.9, "EUR", Rates(DAY, {"EUR": 1.0, "USD": 1.5, "JPY": 100.0}))
    assert found == {"EUR": 95_000, "JPY": 9_500_090, "USD": 142_501}


def test_pay_in_a_currency_without_a_rate_is_known_in_that_currency_alone() -> None:
    assert tops(95_000, "XTS", rates_before(DAY)) == {"XTS": 95_000}


@pytest.mark.parametrize("top", [None, float("nan"), float("inf"), 0.0, -5.0, MOST * 2.0])
def test_what_is_no_pay_has_no_tops(top: float | None) -> None:
    assert tops(top, "EUR", rates_before(DAY)) == {}


def test_a_country_pays_in_its_currency_of_today() -> None:
    countries = ("US", "GB", "DE", "HR", "PL", "IN", "PA", "XX")
    assert [currency_of(country) for country in countries] == ["USD", "GBP", "EUR", "EUR", "PLN", "INR", "USD", None]


def test_tops_of_a_currency_without_a_rate_are_in_itself_alone() -> None:
    assert tops(1_000.0, "XTS", Rates(DAY, {"EUR": 1.0})) == {"XTS": 1_000}
