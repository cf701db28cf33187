"""Notations of pay, as feeds and texts write them, and what they say."""

import pytest

from schemas.posting import Salary
from tests.support.drafting import a_band, normalised

Terms = tuple[float | None, float | None, str, str]


def terms(salary: Salary | None) -> Terms | None:
    return salary and (salary.min, salary.max, salary.currency or "", salary.period)


TEXTS: list[tuple[str, Terms | None]] = [
    # ranges and multipliers
    ("Salary: $120k - $150k", (120_000, 150_000, "USD", "year")),
    ("Salary: $120,000 to $150,000 per year", (120_000, 150_000, "USD", "year")),
    ("The base salary is between $95,000 and $125,000.", (95_000, 125_000, "USD", "year")),
    ("Salary: $31,2k- $52k", (31_200, 52_000, "USD", "year")),
    ("Salary: $40- $60k", (40_000, 60_000, "USD", "year")),
    ("Salary: $90-110,000", (90_000, 110_000, "USD", "year")),
    ("Our salary range is 148,000 USD - 230,000 USD.", (148_000, 230_000, "USD", "year")),
    ("ranges from a minimum of $61,600 to a maximum of $90,000 in salary", (61_600, 90_000, "USD", "year")),
    ("Base salary: $70,000 (first year) to $80,000 (thereafter)", (70_000, 80_000, "USD", "year")),
    # open ends
    ("Pay: up to £55,000 per annum", (None, 55_000, "GBP", "year")),
    ("Pay starts at $18/hour", (18, None, "USD", "hour")),
    ("Salary: $100K+ a year", (100_000, None, "USD", "year")),
    # currencies and number styles
    ("Gehalt: 120.000 € brutto pro Jahr", (120_000, 120_000, "EUR", "year")),
    ("Jahresgehalt: ca. 34.500€", (34_500, 34_500, "EUR", "year")),
    ("Salary CHF 110'000 - CHF 130'000", (110_000, 130_000, "CHF", "year")),
    ("Salaire : 120 000 € à 125 000 € par an", (120_000, 125_000, "EUR", "year")),
    ("Wynagrodzenie: 15 990 - 20 200 PLN miesięcznie", (15_990, 20_200, "PLN", "month")),
    ("CTC: 25 LPA", (2_500_000, 2_500_000, "INR", "year")),
    ("CTC: ₹ 25,00,000 - ₹ 30,00,000 per annum", (2_500_000, 3_000_000, "INR", "year")),
    ("Salary: CA$90,000 - CA$110,000", (90_000, 110_000, "CAD", "year")),
    # periods
    ("Rate: £450/day", (450, 450, "GBP", "day")),
    ("Pay: $14/hr", (14, 14, "USD", "hour")),
    ("Compensation: $21/hr-$24/hr", (21, 24, "USD", "hour")),
    ("Hourly rate: $48", (48, 48, "USD", "hour")),
    ("Salary: EUR 2500 to EUR 4000 per month before taxes", (2_500, 4_000, "EUR", "month")),
    ("Pay Range USD $17.97 - USD $30.81 per hour", (17.97, 30.81, "USD", "hour")),
    ("We pay $300 per lecture", (300, 300, "USD", "project")),
    ("Pay range $105.00 - $105.00. This is the base hourly rate or base annual salary.", (105, 105, "USD", "hour")),
    ("Pay range: $19 - $23", (19, 23, "USD", "hour")),
    # several bands are joined
    ("Pay\n• Zone A: $190,000 – $210,000\n• Zone B: $171,000 – $189,000", (171_000, 210_000, "USD", "year")),
    # base pay beside something else
    ("Salary: $80,000 - $85,000 plus commission", (80_000, 85_000, "USD", "year")),
    ("Compensation: $75,000 base salary and up to $130,000 OTE", (75_000, 75_000, "USD", "year")),
    ("Hourly wage: $18 - $20 plus commissions (on target earnings: $75,000-$100,000)", (18, 20, "USD", "hour")),
    # no salary
    ("OTE $25k - $35k", None),
    ("Total target compensation: $150,000 - $170,000", None),
    ("We raised $180 million in our Series C at a $2.5bn valuation.", None),
    ("You close deals of €35–45K ARR.", None),
    ("A learning budget of $1,000 per year", None),
    ("Up to 1000 EUR per year for conferences, books and courses", None),
    ("A $5,000 sign-on bonus", None),
    ("Manage an annual budget of $500K+", None),
    ("401(k), and $100 monthly internet stipend", None),
    ("You have 120,000 reasons and 5-7 years of experience", None),
    ("Salary: competitive", None),
    # what no period makes plausible is refused, and not read as something else
    ("Annual salary: $14", None),
    ("Salary: $6,000 - $11,000", None),
    ("Salary: $94,000,000 - $108,000", None),
]  # fmt: skip


@pytest.mark.parametrize(("text", "expected"), TEXTS, ids=[text[:50] for text, _ in TEXTS])
def test_pay_in_a_text(text: str, expected: Terms | None) -> None:
    assert terms(normalised(html=f"<p>{text.replace(chr(10), '</p><p>')}</p>").salary) == expected


FIELDS: list[tuple[str, tuple[object, object, str | None, str | None], Terms | None]] = [
    ("annual", (77_905, 116_858, "USD", "annual"), (77_905, 116_858, "USD", "year")),
    ("yearly", (115_000, 115_000, "USD", "yearly"), (115_000, 115_000, "USD", "year")),
    ("hourly", (14, 14, "USD", "hourly"), (14, 14, "USD", "hour")),
    ("monthly", (4_600, 5_500, "EUR", "monthly"), (4_600, 5_500, "EUR", "month")),
    ("weekly", (900, 1_000, "GBP", "weekly"), (900, 1_000, "GBP", "week")),
    ("a fortnight is two weeks", (2_000, 3_000, "USD", "fortnightly"), (1_000, 1_500, "USD", "week")),
    ("two weeks", (2_000, 3_000, "USD", "2 WEEK"), (1_000, 1_500, "USD", "week")),
    ("half a month", (2_000, 3_000, "EUR", "0.5 MONTH"), (4_000, 6_000, "EUR", "month")),
    ("an interval", (150_000, 190_000, "USD", "1 YEAR"), (150_000, 190_000, "USD", "year")),
    ("per year salary", (140_000, 190_000, "USD", "per-year-salary"), (140_000, 190_000, "USD", "year")),
    ("per hour wage", (20, 25, "USD", "per-hour-wage"), (20, 25, "USD", "hour")),
    ("a unit of schema.org", (120_000, 150_000, "USD", "YEAR"), (120_000, 150_000, "USD", "year")),
    ("no period, only yearly is plausible", (70_000, 110_000, "USD", None), (70_000, 110_000, "USD", "year")),
    ("only a minimum", (50_000, None, "EUR", "annual"), (50_000, None, "EUR", "year")),
    ("minimum above maximum", (90_000, 80_000, "EUR", "annual"), (80_000, 90_000, "EUR", "year")),
    ("nought is unknown", (0, 0, "USD", "annual"), None),
    ("null is unknown", (None, None, "USD", "annual"), None),
    ("negative", (-5, -1, "USD", "annual"), None),
    ("not a number", ("NaN", "Infinity", "USD", "annual"), None),
    ("14 a year is no salary", (14, 14, "USD", "annual"), None),
    ("no currency", (70_000, 90_000, None, "annual"), None),
    ("two readings of different things", (20, 60_000, "USD", "annual"), None),
]


@pytest.mark.parametrize(("band", "expected"), [(b, e) for _, b, e in FIELDS], ids=[name for name, _, _ in FIELDS])
def test_pay_in_a_field(band: tuple[object, object, str | None, str | None], expected: Terms | None) -> None:
    assert terms(normalised(pay=(a_band(*band),)).salary) == expected


@pytest.mark.parametrize(
    ("location", "currency"),
    [
        ("Canada", "CAD"),
        ("Australia", "AUD"),
        ("United States", "USD"),
        ("Germany", "USD"),
        ("Canada; Australia", "USD"),
    ],
)
def test_a_bare_dollar_is_the_dollar_of_the_postings_country(location: str, currency: str) -> None:
    salary = normalised(html="<p>Salary: $80,000 - $120,000</p>", locations=location).salary
    assert salary is not None
    assert salary.currency == currency


def test_the_text_beats_the_field() -> None:
    salary = normalised(
        html="<p>Compensation: $40-$60 per hour</p>", pay=(a_band(83_200, 124_800, "USD", "annual"),)
    ).salary
    assert terms(salary) == (40, 60, "USD", "hour")


def test_an_end_that_the_text_leaves_open_comes_from_the_field() -> None:
    salary = normalised(
        html="<p>Salary: up to £79,000 per annum</p>", pay=(a_band(40_000, 70_000, "GBP", "annual"),)
    ).salary
    assert terms(salary) == (40_000, 79_000, "GBP", "year")


def test_a_field_that_the_text_calls_on_target_earnings_is_no_salary() -> None:
    posting = normalised(html="<p>Pay: $140,000 - $240,000 OTE</p>", pay=(a_band(140_000, 240_000, "USD", "annual"),))
    assert posting.salary is None


def test_an_estimate_counts_only_where_no_base_pay_is_named() -> None:
    estimate, base = a_band(1, 2, "USD", "hourly", kind="estimate"), a_band(30, 40, "USD", "hourly")
    assert terms(normalised(pay=(estimate, base)).salary) == (30, 40, "USD", "hour")
    assert terms(normalised(pay=(a_band(25, 28, "USD", "hourly", kind="estimate"),)).salary) == (25, 28, "USD", "hour")


def test_on_target_bands_and_bonuses_are_no_salary() -> None:
    assert normalised(pay=(a_band(90_000, 99_000, "USD", "annual", kind="ote"),)).salary is None
    assert normalised(pay=(a_band(9_000, 9_900, "USD", "annual", kind="bonus"),)).salary is None


def test_a_free_text_field_needs_no_word_that_says_pay() -> None:
    assert terms(normalised(pay_text="$40,000 - $50,000").salary) == (40_000, 50_000, "USD", "year")
    assert terms(normalised(pay_text="€60k/year").salary) == (60_000, 60_000, "EUR", "year")
    assert normalised(pay_text="Pay per task").salary is None


def test_annual_pay_and_tops_follow_from_the_top() -> None:
    salary = normalised(html="<p>Pay: €50 - €60 per hour</p>").salary
    assert salary is not None
    assert (salary.annual_min, salary.annual_max) == (104_000, 124_800)
    assert salary.tops["EUR"] == 124_800
    assert salary.tops["USD"] == 144_768
    assert salary.rates_on == "2026-08-14"


def test_project_pay_has_no_annual_and_no_tops() -> None:
    salary = normalised(html="<p>We pay $300 per lecture</p>").salary
    assert salary is not None
    assert (salary.annual_min, salary.annual_max, salary.tops, salary.rates_on) == (None, None, {}, None)


def test_evidence_quotes_the_words_and_a_refusal_says_what_was_refused() -> None:
    found = normalised(html="<p>Salary: $120k - $150k</p>").evidence["salary"]
    assert (found[0].source, found[0].text) == ("text", "Salary: $120k - $150k")
    refused = normalised(pay=(a_band(14, 14, "USD", "annual"),)).evidence["salary"]
    assert "14" in refused[0].text
