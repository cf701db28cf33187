"""Laws of reading pay: what is rendered parses back to itself, and any text at all is read in bounded time."""

import time
from collections.abc import Callable
from decimal import Decimal
from itertools import pairwise

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from services.ingest.domain.pay.amounts import decimal_of, numbers_in
from services.ingest.domain.pay.bands import is_placeholder
from services.ingest.domain.pay.reading import read_salary
from services.ingest.domain.pay.sums import sums_of
from services.ingest.domain.pay.text import find_pay
from services.rules.money import rates_before
from services.rules.sections import document_of
from tests.support.drafting import FETCHED, a_draft
from tests.support.long_form import examples

_RATES = rates_before(FETCHED.date())
_DASHES = ("-", " - ", "–", " — ", " to ", " bis ", " à ", "~")


def _grouped(mark: str, decimal: str) -> Callable[[Decimal], str]:
    """Digits in threes, with two decimals where the amount is not whole."""

    def render(amount: Decimal) -> str:
        whole = f"{int(amount):,}".replace(",", mark)
        return whole if amount == int(amount) else f"{whole}{decimal}{int(amount * 100) % 100:02d}"

    return render


def _lakhs(amount: Decimal) -> str:
    head, tail = divmod(int(amount), 1_000)
    groups = [f"{tail:03d}"]
    while head >= 100:
        head, pair = divmod(head, 100)
        groups.insert(0, f"{pair:02d}")
    return ",".join([str(head), *groups]) if head else str(int(amount))


_NUMBERS: dict[str, Callable[[Decimal], str]] = {
    "1,234.56": _grouped(",", "."),
    "1.234,56": _grouped(".", ","),
    "1 234,56": _grouped(" ", ","),
    "1\u202f234,56": _grouped("\u202f", ","),
    "1'234.56": _grouped("'", "."),
}
_MONEY: dict[str, tuple[str, str]] = {
    "${}": ("USD", "US"), "US${}": ("USD", "CA"), "C${}": ("CAD", "US"), "A${}": ("AUD", "US"), "£{}": ("GBP", "US"),
    "€{}": ("EUR", "US"), "€ {}": ("EUR", "US"), "{} €": ("EUR", "US"), "{}€": ("EUR", "US"), "EUR {}": ("EUR", "US"),
    "{} EUR": ("EUR", "US"), "{} euros": ("EUR", "US"), "CHF {}": ("CHF", "US"), "USD {}": ("USD", "CA"),
    "USD ${}": ("USD", "CA"), "{} USD": ("USD", "CA"), "CAD ${}": ("CAD", "US"), "${} CAD": ("CAD", "US"),
}  # fmt: skip
_PERIODS: dict[str, tuple[str, int, int]] = {
    " per year": ("year", 12_000, 900_000), " a year": ("year", 12_000, 900_000), "/yr": ("year", 12_000, 900_000),
    " p.a.": ("year", 12_000, 900_000), " pro Jahr": ("year", 12_000, 900_000), " par an": ("year", 12_000, 900_000),
    " al año": ("year", 12_000, 900_000), " por ano": ("year", 12_000, 900_000), "": ("year", 40_000, 900_000),
    " per month": ("month", 1_500, 40_000), "/month": ("month", 1_500, 40_000), " im Monat": ("month", 1_500, 40_000),
    " par mois": ("month", 1_500, 40_000), " al mes": ("month", 1_500, 40_000), " por mês": ("month", 1_500, 40_000),
    " per week": ("week", 400, 9_000), " pro Woche": ("week", 400, 9_000), " per day": ("day", 100, 2_000),
    "/day": ("day", 100, 2_000), " pro Tag": ("day", 100, 2_000), " par jour": ("day", 100, 2_000),
    " per hour": ("hour", 11, 400), "/hr": ("hour", 11, 400), "/h": ("hour", 11, 400), " pro Stunde": ("hour", 11, 400),
    " por hora": ("hour", 11, 400), " per article": ("project", 20, 900), " per session": ("project", 20, 900),
}  # fmt: skip
_LABELS = ("Salary: ", "Base salary range: ", "Gehalt: ", "Salaire : ", "Sueldo: ", "Salário: ", "Pay range\n")


def read(text: str, country: str | None) -> tuple[float | None, float | None, str | None, str] | None:
    found = read_salary(a_draft(), document_of("Engineer", text), country=country, rates=_RATES).value
    return found and (found.min, found.max, found.currency, found.period)


@st.composite
def _ranges(draw: st.DrawFn, least: int, most: int, *, cents: bool) -> tuple[Decimal, Decimal]:
    low = draw(st.integers(least, most - 1))
    high = draw(st.integers(low + 1, min(most, low * 10)))
    part = Decimal(draw(st.integers(1, 99))) / 100 if cents else Decimal(0)
    ends = Decimal(low) + part, Decimal(high) + part
    assume(not is_placeholder(ends))
    return ends


@given(
    data=st.data(),
    number=st.sampled_from(sorted(_NUMBERS)),
    money=st.sampled_from(sorted(_MONEY)),
    period=st.sampled_from(sorted(_PERIODS)),
    dash=st.sampled_from(_DASHES),
    label=st.sampled_from(_LABELS),
    both=st.booleans(),
)
@settings(max_examples=examples(600))
def test_a_rendered_range_parses_back_to_itself(
    data: st.DataObject, number: str, money: str, period: str, dash: str, label: str, both: bool
) -> None:
    named, least, most = _PERIODS[period]
    currency, country = _MONEY[money]
    low, high = data.draw(_ranges(least, most, cents=named == "hour"))
    render = _NUMBERS[number]
    ends = [money.format(render(amount)) for amount in (low, high)]
    if not both and not money.startswith("{"):
        ends[1] = render(high) + (" CAD" if money == "${} CAD" else "")
    text = f"{label}{ends[0]}{dash}{ends[1]}{period}"
    assert read(text, country) == (float(low), float(high), currency, named), text


@given(
    thousands=st.tuples(st.integers(40, 90), st.integers(91, 400)),
    form=st.sampled_from(
        ["${}k-${}k", "${}k - {}k", "${}-{}k", "{}-{}k USD", "USD {}K to {}K", "${}K–${}K", "${}-{},000"]
    ),
)
def test_thousands_parse_back_to_themselves(thousands: tuple[int, int], form: str) -> None:
    low, high = thousands
    assert read("Salary: " + form.format(low, high), "US") == (low * 1_000, high * 1_000, "USD", "year")


@given(lakhs=st.tuples(st.integers(6, 30), st.integers(31, 90)))
def test_lakhs_parse_back_to_themselves_in_words_and_digits(lakhs: tuple[int, int]) -> None:
    low, high = (Decimal(amount) * 100_000 for amount in lakhs)
    want = (float(low), float(high), "INR", "year")
    assert read(f"CTC: {lakhs[0]}-{lakhs[1]} LPA", None) == want
    assert read(f"Salary: {lakhs[0]} to {lakhs[1]} lakhs per annum", None) == want
    assert read(f"Salary: ₹{_lakhs(low)} - ₹{_lakhs(high)} per annum", None) == want


@given(amount=st.integers(25, 99), word=st.sampled_from(["up to", "bis zu", "jusqu'à", "hasta", "até", "max."]))
def test_an_upper_end_alone_stays_alone(amount: int, word: str) -> None:
    assert read(f"Salary: {word} €{amount}.000 per year", None) == (None, amount * 1_000, "EUR", "year")


@given(amount=st.integers(25, 99), word=st.sampled_from(["from", "starting at", "ab", "à partir de", "desde", "od"]))
def test_a_lower_end_alone_stays_alone(amount: int, word: str) -> None:
    assert read(f"Salary: {word} €{amount}.000 per year", None) == (amount * 1_000, None, "EUR", "year")


@given(
    amount=st.integers(1_000, 90_000),
    word=st.sampled_from([
        "signing bonus of", "learning budget of", "we raised", "a home office stipend of", "deals of", "revenue of",
        "Weiterbildungsbudget:", "referral bonus:", "OTE of", "assets of", "relocation allowance of",
        "equity worth", "bono anual de hasta", "premia roczna do", "vale-refeição de", "prime de cooptation de",
        "budżet szkoleniowy", "Zuschuss von bis zu", "friskvårdsbidrag", "bônus de até", "buoni pasto di", "quota of",
        "fines of up to", "prizes of", "chiffre d'affaires de", "reiskostenvergoeding van", "stock options worth",
    ]),
)  # fmt: skip
def test_money_that_is_called_something_else_is_no_pay(amount: int, word: str) -> None:
    assert read(f"Our {word} ${amount:,} per year", "US") is None


_NAMES = ("Junior", "Senior", "L3", "IC4", "Level 5", "Tier 1", "Zone B", "London", "New York", "Remote", "São Paulo")


@given(
    bands=st.lists(st.tuples(st.integers(60, 100), st.integers(101, 160)), min_size=2, max_size=4),
    names=st.permutations(_NAMES),
    between=st.sampled_from(["; ", ", ", " / ", " | ", "\n", "\n• "]),
    after=st.sampled_from([": ", " ", " - ", " ("]),
    form=st.sampled_from(["${},000 - ${},000", "€{}k–{}k", "£{}k - £{}k", "CHF {}'000 – {}'000", "{}-{}k EUR"]),
)
@settings(max_examples=examples(300), deadline=None)
def test_bands_of_levels_and_places_are_joined_and_each_is_quoted(
    bands: list[tuple[int, int]], names: list[str], between: str, after: str, form: str
) -> None:
    parts = [form.format(*band) for band in bands]
    lines = [f"{name}{after}{part}{')' * (after == ' (')}" for name, part in zip(names, parts, strict=False)]
    text = between.join(lines)
    found = read_salary(a_draft(), document_of("Engineer", text), country="US", rates=_RATES)
    salary = found.value
    ends = min(low for low, _ in bands) * 1_000, max(high for _, high in bands) * 1_000
    assert salary is not None, text
    assert (salary.min, salary.max, salary.annual_max, salary.period) == (*ends, ends[1], "year"), text
    said = " ".join(quote.text for quote in found.evidence)
    assert all(part in said for part in parts), text


_PIECES = st.sampled_from([
    "$", "€", "kr", "USD", "120", "120,000", "1.5", "k", "K+", " - ", "–", " to ", "per hour", "/yr", "OTE", "bonus",
    "up to", "salary", "(", ")", "\n", ". ", "LPA", "万円", "월급", "月給", "'", " ", " ", "base", "9" * 40, "٣٤",
    "３０", "İ", "%", "and ",
])  # fmt: skip


@given(st.one_of(st.text(max_size=400), st.lists(_PIECES, max_size=80).map("".join), st.lists(_PIECES).map(" ".join)))
@settings(max_examples=examples(400))
def test_any_text_is_read_without_an_exception(text: str) -> None:
    found = read_salary(a_draft(), document_of(text[:50], text), country="US", rates=_RATES).value
    if found is not None:
        assert found.currency is not None
        assert found.min is not None or found.max is not None
        assert found.min is None or found.max is None or 0 < found.min <= found.max
    for mention in find_pay(document_of("", text)):
        assert 0 <= mention.start < mention.end <= len(text)


@pytest.mark.parametrize("piece", [
    "$1 ", "1 ", "1,", "1.", "$", "salary $120k - ", "$1-", "120,000", "up to ", "per ", "per hour ", "(", "1 - ",
    "€1 or ", "base salary and commission $5k ", "USD ", "k", "12,34,", "万", "$100 a ", "$5\n",
])  # fmt: skip
def test_the_longest_text_of_one_piece_is_read_in_bounded_time(piece: str) -> None:
    text = (piece * (60_000 // len(piece) + 1))[:60_000]
    began = time.process_time()
    read(text, "US")
    assert time.process_time() - began < 0.5


_NUMBERED = st.lists(st.sampled_from([*"07９٣.,'’ \xa0\u2009k€x²\n", "120,000", "1'250.5", "３５０"]), max_size=30).map(
    "".join
)


@given(_NUMBERED)
def test_numbers_are_the_same_ahead_of_a_wide_one(text: str) -> None:
    alone, beside = ([figure.span() for figure in numbers_in(read)] for read in (text, text + " x ７"))
    assert beside[:-1] == alone


@given(_NUMBERED)
def test_numbers_begin_at_digits_that_no_digit_or_mark_stands_ahead_of(text: str) -> None:
    found = list(numbers_in(text))
    assert all(figure.end() <= other.start() for figure, other in pairwise(found))
    for figure in found:
        assert figure[0][0] in "0123456789０９３５"
        assert not text[: figure.start()].endswith(tuple("0123456789０９３５.,'’"))
        assert decimal_of(figure[0], multiplied=False) is not None


@given(
    st.integers(0, 10**9), st.sampled_from(["{}", "a {} b", "• {}\n", "€{}", "“{}”", "{}\u2009km", "７ to {}", "Öl {}"])
)
def test_a_number_is_found_in_any_company(number: int, company: str) -> None:
    assert str(number) in [figure[0] for figure in numbers_in(company.format(number))]


def test_sums_do_not_overlap_and_come_in_order() -> None:
    sums = sums_of("Salary: $100k-$120k, €50.000 bis 60.000 €, then 25 LPA and 300 USD/day")
    assert len(sums) == 4
    assert all(before.end <= after.start for before, after in pairwise(sums))
