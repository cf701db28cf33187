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
    ("no currency and no country", (70_000, 90_000, None, "annual"), None),
    ("a month's pay by its size", (1_040, 1_295, "EUR", None), (1_040, 1_295, "EUR", "month")),
    ("an hour's pay by its size", (19, 23, "USD", None), (19, 23, "USD", "hour")),
    ("a month's or a year's", (9_800, 11_000, "USD", None), None),
    ("a symbol", (50_000, 60_000, "£", "year"), (50_000, 60_000, "GBP", "year")),
    ("a placeholder", (1, 999_999, "USD", "annual"), None),
    ("another placeholder", (999_999, 999_999, "USD", "annual"), None),
    ("too little in that currency", (900, 1_000, "CHF", "annual"), None),
    ("a country's least wage, of some 40 euros", (70_000, None, "NGN", "monthly"), (70_000, None, "NGN", "month")),
    ("too little there too", (9_000, None, "NGN", "monthly"), None),
    ("usual in another", (900_000, 1_200_000, "INR", "annual"), (900_000, 1_200_000, "INR", "year")),
    ("too much for an hour", (80_000, 90_000, "USD", "hourly"), None),
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


@pytest.mark.parametrize(("location", "currency"), [("Portugal", "EUR"), ("Poland", "PLN"), ("India", "INR")])
def test_a_field_without_a_currency_is_in_that_of_the_postings_country(location: str, currency: str) -> None:
    salary = normalised(pay=(a_band(600_000, 700_000, None, "annual"),), locations=location).salary
    assert salary is not None
    assert salary.currency == currency
    assert terms(normalised(pay_text="1040 - 1295", locations="Portugal").salary) == (1_040, 1_295, "EUR", "month")


def test_a_boards_currency_decides_a_bare_dollar_unless_it_only_estimates() -> None:
    text = "<p>Salary: $80,000 - $120,000</p>"
    stated, guessed = (a_band(80_000, 120_000, "USD", "annual", kind=kind) for kind in ("base", "estimate"))
    for band, currency in ((stated, "USD"), (guessed, "CAD")):
        salary = normalised(html=text, pay=(band,), locations="Canada").salary
        assert salary is not None
        assert salary.currency == currency


def test_the_text_beats_a_free_text_field_where_it_is_clear() -> None:
    html = "<p>Compensation: $160,000 - $200,000</p>"
    assert terms(normalised(html=html, pay_text="$170k - $200k").salary) == (160_000, 200_000, "USD", "year")
    unclear = "<p>Clients pay us $150,000.</p>"
    assert terms(normalised(html=unclear, pay_text="$170k - $200k").salary) == (170_000, 200_000, "USD", "year")


def test_pay_by_the_piece_does_not_beat_what_a_board_states_for_a_time() -> None:
    html = "<p>We pay $0.06 per word.</p>"
    assert terms(normalised(html=html, pay_text="$20k - $35k").salary) == (20_000, 35_000, "USD", "year")
    base, guess = (a_band(20_000, 35_000, "USD", "annual", kind=kind) for kind in ("base", "estimate"))
    assert terms(normalised(html=html, pay=(base,)).salary) == (20_000, 35_000, "USD", "year")
    assert terms(normalised(html=html, pay=(guess,)).salary) == (0.06, 0.06, "USD", "project")


@pytest.mark.parametrize(
    "title", ["4090 Video Editor", "Associate Agent (1099)", "Job 150000: Analyst", "C4M 90000 Lead"]
)
def test_a_bare_number_in_a_title_is_no_pay(title: str) -> None:
    posting = normalised(title, "<p>About the role</p>", locations="United States")
    assert posting.salary is None
    assert "salary" not in posting.evidence


def test_a_trainees_stipend_is_the_pay() -> None:
    text = "<p>Stipend: $1,500 per month</p>"
    assert terms(normalised("Marketing Intern", text).salary) == (1_500, 1_500, "USD", "month")
    assert normalised("Marketing Manager", text).salary is None


def test_ranges_of_sales_roles_may_be_called_on_target_earnings_once_for_all() -> None:
    html = "<p>Range: $150,000 - $200,000</p><p>For sales roles, ranges are on-target earnings (OTE).</p>"
    assert normalised("Account Executive", html).salary is None
    assert terms(normalised("Data Engineer", html).salary) == (150_000, 200_000, "USD", "year")


def test_bands_of_zones_are_joined_and_each_is_shown() -> None:
    bands = tuple(
        a_band(low, high, "USD", "1 YEAR", zone=zone)
        for low, high, zone in ((90_000, 110_000, "Zone B"), (100_000, 130_000, "Zone A"))
    )
    posting = normalised(pay=(*bands, a_band(200_000, 300_000, "USD", "1 YEAR", zone="OTE")))
    assert terms(posting.salary) == (90_000, 130_000, "USD", "year")
    shown = [quote.text.rsplit(" ", 2)[-2:] for quote in posting.evidence["salary"] if "set aside" not in quote.source]
    assert shown == [["Zone", "B"], ["Zone", "A"]]


def test_a_band_in_another_currency_says_what_is_paid_in_that_currency() -> None:
    bands = (
        a_band(190_000, 260_000, "USD", "year", zone="United States"),
        a_band(9_000, 12_000, "EUR", "month", zone="Ireland"),
        a_band(100_000, 130_000, "EUR", "year", zone="Spain"),
    )
    posting = normalised(pay=bands)
    assert terms(posting.salary) == (190_000, 260_000, "USD", "year")
    assert posting.salary is not None
    assert (posting.salary.stated, posting.salary.tops["EUR"]) == ({"EUR": 100_000}, 144_000)
    alone = normalised(pay=bands[:1]).salary
    assert alone is not None
    assert (alone.stated, alone.tops["GBP"]) == ({}, posting.salary.tops["GBP"])
    assert [quote.text[:6] for quote in posting.evidence["salary"]] == ["190000", "9000-1", "100000"]


def test_pay_that_a_text_repeats_in_another_currency_is_converted() -> None:
    salary = normalised(html="<p>Salary: $100,000 - $120,000 a year (£1,000 - £2,000 a year)</p>").salary
    assert salary is not None
    assert salary.stated == {}


def test_ends_the_wrong_way_round_in_a_text_are_swapped_or_leave_it_to_the_field() -> None:
    assert terms(normalised(html="<p>Salary: $90,000 - $80,000</p>").salary) == (80_000, 90_000, "USD", "year")
    missing = "<p>Salary: $75,000 - $10,800</p>"
    field = a_band(75_000, 108_000, "USD", "annual")
    assert terms(normalised(html=missing, pay=(field,)).salary) == (75_000, 108_000, "USD", "year")
    assert "$10,800" in normalised(html=missing).evidence["salary"][0].text


def test_the_text_beats_the_field() -> None:
    salary = normalised(
        html="<p>Compensation: $40-$60 per hour</p>", pay=(a_band(83_200, 124_800, "USD", "annual"),)
    ).salary
    assert terms(salary) == (40, 60, "USD", "hour")


def test_a_lone_sum_that_nothing_calls_a_salary_does_not_beat_the_field() -> None:
    text = "<p>People here are paid $50,000 more than they dreamt of.</p>"
    assert terms(normalised(html=text, pay=(a_band(90_000, 99_000, "USD", "annual"),)).salary) == (
        90_000,
        99_000,
        "USD",
        "year",
    )


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


@pytest.mark.parametrize(
    ("text", "aside"),
    [
        ("Base salary $90,000, plus a $10,000 signing bonus", "signing bonus"),
        ("Salary: $120,000. Equity worth $80,000 over four years", "Equity worth"),
        ("$75k base, OTE $150k", "OTE $150k"),
        ("We raised $40M in our Series B.", "raised $40M"),
        ("Total target compensation: $150,000 - $170,000", "target compensation"),
    ],
)
def test_sums_that_are_no_pay_are_shown_as_set_aside_behind_what_decided(text: str, aside: str) -> None:
    posting = normalised(html=f"<p>{text}</p>")
    shown = posting.evidence["salary"]
    assert [quote.source for quote in shown] == [*(["text"] if posting.salary else []), "text, set aside"]
    assert aside in shown[-1].text


def test_of_what_is_set_aside_on_target_earnings_come_first_and_few_are_shown() -> None:
    text = "<p>We raised $40M.</p><p>Revenue of $9M.</p><p>A $5,000 bonus.</p><p>OTE: $150k</p>"
    shown = normalised(html=text, pay=(a_band(9_000, 9_900, "USD", "annual", kind="bonus"),)).evidence["salary"]
    assert [quote.text for quote in shown] == ["OTE: $150k", "A $5,000 bonus."]


def test_a_field_may_state_base_pay_beside_on_target_earnings() -> None:
    assert terms(normalised(pay_text="$150k OTE ($75k base)").salary) == (75_000, 75_000, "USD", "year")
    assert terms(normalised(pay_text="€120k OTE, of which 60k fixed").salary) == (60_000, 60_000, "EUR", "year")
    assert normalised(pay_text="$150k OTE (50/50)").salary is None


@pytest.mark.parametrize(
    ("field", "expected"),
    [
        ("€70k-€80k + equity worth €20k", (70_000, 80_000, "EUR", "year")),
        ("€100k OTE (€60k base + €40k variable)", (60_000, 60_000, "EUR", "year")),
        ("£40,000 + £15,000 car allowance", (40_000, 40_000, "GBP", "year")),
        ("Budget: $90k-$100k", (90_000, 100_000, "USD", "year")),
        ("$120k-$150k in New York, $100k-$130k elsewhere", (100_000, 150_000, "USD", "year")),
        ("PLN 18-24k + VAT", (18_000, 24_000, "PLN", "month")),
        ("80-90 TEUR", (80_000, 90_000, "EUR", "year")),
    ],
)
def test_beside_the_pay_of_a_free_text_field_other_sums_are_set_aside(field: str, expected: Terms) -> None:
    assert terms(normalised(pay_text=field).salary) == expected


def test_bands_of_places_in_one_currency_are_joined_in_a_text_and_all_quoted() -> None:
    posting = normalised(html="<p>London: £70,000–£85,000; Leeds: £60,000–£72,000; remote: £58,000–£70,000</p>")
    assert terms(posting.salary) == (58_000, 85_000, "GBP", "year")
    assert posting.salary is not None
    assert (posting.salary.annual_min, posting.salary.annual_max, posting.salary.tops["GBP"]) == (
        58_000,
        85_000,
        85_000,
    )
    said = " ".join(quote.text for quote in posting.evidence["salary"])
    assert all(place in said for place in ("London", "Leeds", "remote"))


def test_evidence_quotes_the_words_and_a_refusal_says_what_was_refused() -> None:
    found = normalised(html="<p>Salary: $120k - $150k</p>").evidence["salary"]
    assert (found[0].source, found[0].text) == ("text", "Salary: $120k - $150k")
    refused = normalised(pay=(a_band(14, 14, "USD", "annual"),)).evidence["salary"]
    assert "14" in refused[0].text


def test_an_estimate_of_the_board_is_called_so_and_what_anybody_states_is_not() -> None:
    guess, base = a_band(25, 28, "USD", "hourly", kind="estimate"), a_band(30, 40, "USD", "hourly")
    estimated = [normalised(pay=bands).salary for bands in ((guess,), (guess, base), (base,))]
    assert [salary and salary.estimated for salary in estimated] == [True, False, False]
    stated = normalised(html="<p>Salary: $31 an hour</p>", pay=(guess,)).salary
    assert stated
    assert not stated.estimated
