"""Pay in words."""

import pytest

from schemas.criteria import SalaryFloor
from schemas.posting import Salary
from services.wording.amounts import brief, brief_top, converted_pay, floor_in_words, money, stated_pay
from services.wording.catalogues import words_of
from tests.support.digests import pay


def in_pounds(salary: Salary) -> Salary:
    """The same, of which 40,000 pounds are the least that is stated for who is paid in these."""
    return salary.model_copy(update={"stated": {"GBP": 40_000}})


@pytest.mark.parametrize(
    ("salary", "said"),
    [
        (pay(70_000, 95_000), "€70,000–€95,000 a year"),
        (pay(None, 95_000), "up to €95,000 a year"),
        (pay(70_000, None), "from €70,000 a year"),
        (pay(6_500, 6_500, "CHF", "month"), "CHF\u00a06,500 a month"),
        (pay(45.5, 60, "USD", "hour"), "$45.50–$60 an hour"),
        (pay(2_000_000, 3_500_000, "INR"), "₹2,000,000–₹3,500,000 a year"),
        (pay(5_000, 5_000, "EUR", "project"), "€5,000 for the project"),
        (pay(50_000, 60_000, None), "50,000–60,000 a year"),
        (Salary(period="year"), ""),
    ],
)
def test_pay_is_shown_as_it_is_stated(salary: Salary, said: str) -> None:
    assert stated_pay(salary, words_of("en")) == said


@pytest.mark.parametrize(
    ("salary", "currency", "said"),
    [
        (pay(70_000, 95_000), "EUR", ""),
        (pay(70_000, 95_000), "GBP", "about £56K–£76K a year"),
        (pay(5_000, 6_000, "EUR", "month"), "EUR", "about €60K–€72K a year"),
        (pay(None, 95_000), "USD", "up to about $119K a year"),
        (pay(70_000, None), "USD", "from about $88K a year"),
        (pay(50, 50, "USD", "hour"), "EUR", "about €83K a year"),
        (pay(70_000, 95_000), "CHF", "about CHF\u00a066K–90K a year"),
        (pay(70_000, 95_000), "XAU", ""),
        (pay(5_000, 6_000, "EUR", "project"), "GBP", ""),
        (
            pay(70_000, 95_000).model_copy(update={"stated": {"GBP": 40_000}}),
            "GBP",
            "£40,000–£76,000 a year if paid in GBP",
        ),
        (
            pay(70_000, None).model_copy(update={"stated": {"GBP": 40_000}}),
            "GBP",
            "£40,000–£56,000 a year if paid in GBP",
        ),
        (
            pay(70_000, 95_000).model_copy(update={"stated": {"GBP": 60_000}, "tops": {"GBP": 60_000}}),
            "GBP",
            "about £60,000 a year if paid in GBP",
        ),
        (pay(50_000, 60_000, None), "EUR", ""),
    ],
)
def test_pay_is_turned_into_a_year_in_the_readers_currency(salary: Salary, currency: str, said: str) -> None:
    assert converted_pay(salary, currency, words_of("en")) == said


@pytest.mark.parametrize(
    ("locale", "currency", "said"),
    [
        ("es_CO", "COP", "unos $156\u00a0M–$265,2\u00a0M al año"),
        ("es_MX", "MXN", "unos $156\u00a0M–$265.2\u00a0M al año"),
        ("es_ES", "COP", "unos 156\u00a0M–265,2\u00a0M\u00a0COP al año"),
        ("pt_BR", "BRL", "cerca de R$\u00a0156\u00a0mi–265,2\u00a0mi por ano"),
        ("de_AT", "JPY", "etwa ¥\u00a0156\u00a0Mio.–265,2\u00a0Mio. im Jahr"),
    ],
)
def test_a_short_range_has_its_sign_where_the_country_writes_it(locale: str, currency: str, said: str) -> None:
    salary = pay(40_000, 68_000, "USD").model_copy(update={"tops": {currency: 265_200_000}})
    assert converted_pay(salary, currency, words_of(locale)) == said


def test_the_short_form_for_subjects() -> None:
    assert brief_top(pay(70_000, 95_400), "EUR", "en") == "€95K"
    assert brief_top(pay(70_000, 95_400), "INR", "en") == "₹9.54M"
    assert brief_top(pay(70_000, 95_400), "INR", "en_IN") == "₹95.4L"
    assert [brief(of, "INR", "en_IN") for of in (150_000, 945_000, 28_500_000)] == ["₹1.5L", "₹9.45L", "₹2.85Cr"]
    assert brief_top(pay(70_000, 95_400), "XAU", "en") == ""


def test_an_unknown_currency_keeps_its_letters() -> None:
    assert money(1_000, "QQQ", "en") == "QQQ\u00a01,000"


@pytest.mark.parametrize(
    ("locale", "said"),
    [
        ("en", "€70,000–€95,000 a year"),
        ("de", "70.000–95.000\u00a0€ im Jahr"),
        ("de-AT", "€\u00a070.000–95.000 im Jahr"),
        ("es", "70.000–95.000\u00a0€ al año"),
        ("fr", "70\u202f000–95\u202f000\u00a0€ par an"),
        ("pt-BR", "€\u00a070.000–95.000 por ano"),
        ("pt-PT", "70\u00a0000–95\u00a0000\u00a0€ por ano"),
    ],
)
def test_numbers_and_signs_stand_as_the_reader_writes_them(locale: str, said: str) -> None:
    assert stated_pay(pay(70_000, 95_000), words_of(locale)) == said


@pytest.mark.parametrize(
    ("amount", "currency", "locale", "said"),
    [
        (70_400, "EUR", "en", "€70K"),
        (70_400, "EUR", "de", "70.000\u00a0€"),
        (70_400, "EUR", "es", "70\u00a0mil\u00a0€"),
        (9_540_000, "INR", "en", "₹9.54M"),
        (9_540_000, "INR", "es", "9,54\u00a0M\u00a0INR"),
        (70_400, "EUR", "fr", "70\u00a0k\u00a0€"),
        (70_400, "BRL", "pt_BR", "R$\u00a070\u00a0mil"),
        (800, "EUR", "de", "800\u00a0€"),
        (70_400, "CHF", "en", "CHF\u00a070K"),
    ],
)
def test_the_brief_form_of_an_amount(amount: float, currency: str, locale: str, said: str) -> None:
    assert brief(amount, currency, locale) == said


def test_a_floor_is_said_by_the_period_that_it_is_of() -> None:
    assert floor_in_words(SalaryFloor(amount=70_000, currency="EUR"), words_of("en")) == "€70K"
    assert floor_in_words(SalaryFloor(amount=45, currency="EUR", period="hour"), words_of("en")) == "€45 an hour"
