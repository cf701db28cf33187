"""The table of notations of pay: data/pay_notations.tsv, one invented text a line with what it says."""

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from services.ingest.domain.pay.data import pay_data, pay_levels
from services.ingest.domain.pay.reading import read_salary
from services.rules.money import rates_before
from services.rules.sections import document_of
from tests.support.drafting import FETCHED, a_draft
from tests.support.in_one_test import in_one_test

_TABLE = Path(__file__).parent / "data" / "pay_notations.tsv"
_LINE_BREAK = "⏎"


@dataclass(frozen=True)
class Notation:
    text: str
    said: tuple[float | None, float | None, str, str] | None
    country: str | None
    why: str


def notations() -> Iterator[Notation]:
    lines = (line for line in _TABLE.read_text("utf-8").splitlines() if not line.startswith("#"))
    for row in csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE):
        low, high = (float(row[end]) if row[end] else None for end in ("min", "max"))
        said = None if row["period"] == "none" else (low, high, row["currency"], row["period"])
        yield Notation(row["text"].replace(_LINE_BREAK, "\n"), said, row["country"] or None, row["why"])


ALL = list(notations())


@in_one_test("notation", ALL)
def test_a_notation_says_what_the_table_says(notation: Notation) -> None:
    document = document_of("Data Engineer", notation.text)
    rates = rates_before(FETCHED.date())
    salary = read_salary(a_draft(), document, country=notation.country, rates=rates).value
    assert (salary and (salary.min, salary.max, salary.currency, salary.period)) == notation.said


def test_the_table_has_notations_of_many_markets_and_much_that_is_no_pay() -> None:
    assert len(ALL) >= 200
    assert len({notation.said[2] for notation in ALL if notation.said}) >= 40
    assert {notation.said[3] for notation in ALL if notation.said} == {
        "year",
        "month",
        "week",
        "day",
        "hour",
        "project",
    }
    assert sum(notation.said is None for notation in ALL) >= 50


def test_every_currency_that_is_read_has_a_rate() -> None:
    data = pay_data()
    named = {
        *data.before.values(),
        *data.after.values(),
        *data.capital_codes,
        *(code for _, code in data.joined.values()),
    }
    codes = {name for name in named if len(name) == 3 and name.isupper()}
    assert {code for code in codes if not rates_before(FETCHED.date()).knows(code)} == set()


def test_levels_of_pay_are_in_order_and_of_currencies_that_are_read() -> None:
    read = set(pay_data().before.values()) | pay_data().capital_codes
    for currency, level in pay_levels().items():
        assert currency in read
        assert 0 < level.least < level.month_most < level.year_least
