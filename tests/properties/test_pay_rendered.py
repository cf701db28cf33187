"""A salary that is rendered in any notation of the table parses back to itself: ends, currency, period, annual pay.

A row of data/pay_renderers.tsv says how one market writes pay for one period. Drawn are the amounts, the form (a range,
a sum, one end left open), how numbers are grouped, the market's words around them, and whether a range names its
currency once.
"""

import csv
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.posting import Salary
from services.ingest.domain.pay.data import pay_data
from services.ingest.domain.pay.reading import read_salary
from services.rules.money import ANNUAL_FACTORS, rates_before
from services.rules.sections import document_of
from tests.support.drafting import FETCHED, a_draft
from tests.support.long_form import examples

_RATES = rates_before(FETCHED.date())
_TABLE = Path(__file__).parent / "data" / "pay_renderers.tsv"


def _grouped(mark: str, decimal: str = "", *, cents: bool = False) -> Callable[[Decimal], str]:
    def render(amount: Decimal) -> str:
        whole = f"{int(amount):,}".replace(",", mark)
        part = int(amount * 100) % 100
        return f"{whole}{decimal}{part:02d}" if part or cents else whole

    return render


def _indian(amount: Decimal) -> str:
    head, tail = divmod(int(amount), 1_000)
    groups = [f"{tail:03d}"]
    while head:
        head, pair = divmod(head, 100)
        groups.insert(0, f"{pair:02d}" if head else str(pair))
    return ",".join(groups)


def _parts_of(unit: int, decimal: str = ".", suffix: str = "") -> Callable[[Decimal], str]:
    return lambda amount: f"{(amount / unit).normalize():f}".replace(".", decimal) + suffix


def _myriads_and_thousands(amount: Decimal) -> str:
    myriads, rest = divmod(int(amount), 10_000)
    return f"{myriads}万" + (f"{rest // 1_000}千" if rest else "")


NUMBERS: Mapping[str, Callable[[Decimal], str]] = {
    "comma": _grouped(",", "."),
    "comma cents": _grouped(",", ".", cents=True),
    "point": _grouped(".", ","),
    "point cents": _grouped(".", ",", cents=True),
    "point dash": lambda amount: _grouped(".")(amount) + ",-",
    "space": _grouped(" ", ","),
    "no-break space": _grouped("\xa0", ","),
    "narrow space": _grouped("\u202f", ","),
    "thin space": _grouped("\u2009", ","),
    "apostrophe": _grouped("'", "."),
    "curly apostrophe": _grouped("’", "."),
    "apostrophe dash": lambda amount: _grouped("'")(amount) + ".–",
    "plain": _grouped("", "."),
    "indian": _indian,
    "thousands": _parts_of(1_000),
    "k": _parts_of(1_000, suffix="k"),
    "comma k": _parts_of(1_000, ",", "k"),
    "K": _parts_of(1_000, suffix="K"),
    "mil": _parts_of(1_000, ",", " mil"),
    "L": _parts_of(100_000, suffix="L"),
    "lakh": _parts_of(100_000, suffix=" lakh"),
    "lakhs": _parts_of(100_000),
    "juta": _parts_of(1_000_000, ",", " juta"),
    "triệu": _parts_of(1_000_000, ",", " triệu"),
    "m": _parts_of(1_000_000, suffix="m"),
    "myriads": lambda amount: _grouped(",")(amount / 10_000),
    "万千": _myriads_and_thousands,
}
"""Thousands, lakhs and myriads leave it to the template to name their unit."""

_DASHES = (" - ", "-", "–", " – ", " — ")
_WORDS: Mapping[str, tuple[tuple[str, ...], tuple[str, ...], tuple[str, ...]]] = {
    # between two ends; ahead of a lower one; ahead of an upper one
    "en": ((" to ",), ("from ", "starting at "), ("up to ", "max. ")),
    "de": ((" bis ",), ("ab ", "mindestens "), ("bis zu ", "max. ")),
    "fr": ((" à ",), ("à partir de ", "dès "), ("jusqu'à ", "jusqu’à ")),
    "es": ((" a ",), ("desde ", "a partir de "), ("hasta ",)),
    "pt": ((" a ", " até "), ("a partir de ", "desde "), ("até ",)),
    "it": ((" a ",), ("da ", "a partire da "), ("fino a ",)),
    "nl": ((" tot ",), ("vanaf ",), ("tot ", "maximaal ")),
    "pl": ((" do ",), ("od ",), ("do ",)),
    "cs": ((" až ",), ("od ",), ("až ",)),
    "sv": ((" till ",), ("från ",), ("upp till ",)),
    "da": ((" til ",), ("fra ",), ("op til ", "opp til ")),
    "ro": ((" la ",), ("de la ",), ("până la ",)),
    "ru": ((" до ",), ("от ",), ("до ",)),
    "uk": ((" до ",), ("від ",), ("до ",)),
    "id": ((" - ",), ("mulai ",), ("hingga ",)),
    "ja": (("〜", "～", "から"), (), ()),
    "-": ((), (), ()),
}


@dataclass(frozen=True)
class Notation:
    """How one market writes pay for one period."""

    currency: str
    country: str | None
    period: str
    amounts: tuple[int, int, int]
    """The least, the most, and what all are multiples of."""
    language: str
    forms: tuple[str, ...]
    money: tuple[str, ...]
    numbers: tuple[str, ...]
    labels: tuple[str, ...]
    after: tuple[str, ...]

    def __str__(self) -> str:
        return f"{self.country}: {self.labels[0]}{self.money[0]} ({self.numbers[0]}){self.after[0]}"


def _notations() -> Iterator[Notation]:
    lines = (line for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        least, most, step = (int(row[name]) for name in ("least", "most", "step"))
        drawn = {name: tuple(row[name].split("|")) for name in ("forms", "money", "numbers", "labels", "after")}
        yield Notation(
            row["currency"], row["country"] or None, row["period"], (least, most, step), row["language"], **drawn
        )


NOTATIONS = tuple(_notations())


@st.composite
def _rendered(draw: st.DrawFn, notation: Notation) -> tuple[str, Decimal | None, Decimal | None]:
    """A text with the ends that it states."""
    least, most, step = notation.amounts
    low = draw(st.integers(least // step + 1, most // step - 1)) * step
    high = draw(st.integers(low // step + 1, min(most, low * 8) // step)) * step
    between, lower, upper = _WORDS[notation.language]
    forms = [form for form in notation.forms if {"from": lower, "up to": upper}.get(form, "any")]
    form = draw(st.sampled_from(forms))
    money, label, after = (draw(st.sampled_from(words)) for words in (notation.money, notation.labels, notation.after))
    number = NUMBERS[draw(st.sampled_from(notation.numbers))]
    lower_end, other = (number(Decimal(amount)) for amount in (low, high))
    if form == "plus":
        return f"{label}{money.format(lower_end + '+')}{after}", Decimal(low), None
    if form == "range":
        link = draw(st.sampled_from((*_DASHES, *between)))
        once = draw(st.booleans())
        ends = _ends_with_one_sign(money, lower_end, other) if once else (money.format(lower_end), money.format(other))
        return f"{label}{ends[0]}{link}{ends[1]}{after}", Decimal(low), Decimal(high)
    ahead = "" if form == "sum" else draw(st.sampled_from(lower if form == "from" else upper))
    text = f"{label}{ahead}{money.format(lower_end)}{after}"
    return text, None if form == "up to" else Decimal(low), None if form == "from" else Decimal(low)


def _ends_with_one_sign(money: str, lower_end: str, other: str) -> tuple[str, str]:
    ahead, behind = money.split("{}")
    return f"{ahead}{lower_end}", f"{other}{behind}"


def _read(text: str, country: str | None) -> Salary | None:
    return read_salary(a_draft("Engineer"), document_of("Engineer", text), country=country, rates=_RATES).value


@pytest.mark.parametrize("notation", NOTATIONS, ids=str)
@given(data=st.data())
@settings(max_examples=examples(25))
def test_a_rendered_salary_parses_back_to_itself(notation: Notation, data: st.DataObject) -> None:
    text, low, high = data.draw(_rendered(notation))
    salary = _read(text, notation.country)
    stated = salary and (salary.min, salary.max, salary.currency, salary.period)
    assert stated == (low and float(low), high and float(high), notation.currency, notation.period), text
    assert salary is not None
    factor = dict[str, int](ANNUAL_FACTORS).get(notation.period)
    yearly = [None if end is None or factor is None else float(end) * factor for end in (low, high)]
    assert [salary.annual_min, salary.annual_max] == yearly, text
    top = yearly[1] if yearly[1] is not None else yearly[0]
    assert salary.tops.get(notation.currency) == (None if top is None else int(top)), text


def test_the_notations_cover_the_worlds_markets() -> None:
    assert len({notation.currency for notation in NOTATIONS}) >= 35
    assert {notation.period for notation in NOTATIONS} == {"year", "month", "week", "day", "hour", "project"}
    assert {number for notation in NOTATIONS for number in notation.numbers} == set(NUMBERS)
    assert {notation.currency for notation in NOTATIONS} <= {*pay_data().before.values(), *pay_data().capital_codes}
