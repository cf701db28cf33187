"""The tables of pay shipped with the package, read once, on first use: `data/pay.toml` and `data/pay_levels.csv`."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, Literal, get_args

from services.ingest.domain.tables import table_of, text_of_table
from services.rules.lexicon.builder import phrases_of

Word = Literal["salary", "pay", "base", "ote", "other", "aside"]
Phrases = Mapping[str, tuple[tuple[str, Word], ...]]
"""By their first word: phrases, the longest first, each with what it says of a sum."""

_COMPOUNDED: Final[tuple[Word, ...]] = ("salary", "other")
"""What the endings of long words may say."""
_OF_MONTHS: Final = "pay_levels.csv"


@dataclass(frozen=True, slots=True)
class Level:
    """What a month pays in a currency; data/pay_levels.csv says what each is for."""

    least: Decimal
    month_most: Decimal
    year_least: Decimal
    monthly: bool


@dataclass(frozen=True, slots=True)
class PayData:
    """Currencies and multipliers by the token beside a number, lower case, and the phrases around it."""

    before: Mapping[str, str]
    after: Mapping[str, str]
    capital_codes: frozenset[str]
    joined: Mapping[str, tuple[str, str]]
    multipliers: Mapping[str, str]
    multiples: Mapping[str, int]
    phrases: Phrases
    compounds: tuple[tuple[tuple[str, ...], Word], ...]
    """Endings of one-word compounds: `jahresgehalt` ends in `gehalt`."""


@cache
def pay_data() -> PayData:
    """The words of pay."""
    table = table_of("pay.toml")
    currencies = table["currencies"]
    codes = {code: code.upper() for code in currencies["codes"].split()}
    codes |= {"rmb": "CNY"}
    return PayData(
        before=codes | currencies["before"],
        after=codes | currencies["after"],
        capital_codes=frozenset(currencies["capital_codes"].split()),
        joined={name: (kind, code) for name, (kind, code) in currencies["joined"].items()},
        multipliers={word: kind for kind, words in table["multipliers"].items() for word in words.split()},
        multiples=table["multiples"],
        phrases=_phrases(),
        compounds=tuple((tuple(phrases_of(f"pay.ending.{word}")), word) for word in _COMPOUNDED),
    )


@cache
def pay_levels() -> Mapping[str, Level]:
    """What a month pays, by currency."""
    lines = (line for line in text_of_table(_OF_MONTHS).splitlines() if not line.startswith("#"))
    return {
        row["currency"]: Level(
            Decimal(row["least"]), Decimal(row["month_most"]), Decimal(row["year_least"]), row["monthly"] == "yes"
        )
        for row in csv.DictReader(lines)
    }


def _phrases() -> Phrases:
    by_first: defaultdict[str, list[tuple[str, Word]]] = defaultdict(list)
    for word in get_args(Word):
        for phrase in phrases_of(f"pay.sense.{word}"):
            by_first[phrase.split(" ")[0]].append((phrase, word))
    return {first: tuple(sorted(phrases, key=lambda phrase: -len(phrase[0]))) for first, phrases in by_first.items()}
