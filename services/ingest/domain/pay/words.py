"""The words of pay: currencies that a country decides, periods, and what the words around a sum say of it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Final, NamedTuple

from schemas.posting import Period
from services.ingest.domain.pay.data import Word, pay_data
from services.rules.lexicon.builder import any_of

DOLLAR: Final = "$"
"""A bare dollar sign: which dollar it is depends on the posting's country."""
LOCAL: Final = frozenset({DOLLAR, "kr", "¥", "Rs", "R", "peso"})
"""Signs and words that several countries use for currencies of their own."""

DOLLARS: Mapping[str, str] = {
    "US": "USD", "CA": "CAD", "AU": "AUD", "NZ": "NZD", "SG": "SGD", "HK": "HKD", "TW": "TWD", "JM": "JMD", "TT": "TTD",
}  # fmt: skip
PESOS: Mapping[str, str] = {
    "MX": "MXN", "CO": "COP", "CL": "CLP", "AR": "ARS", "UY": "UYU", "DO": "DOP", "PH": "PHP",
}  # fmt: skip
_OTHERS: Mapping[str, Mapping[str, str]] = {
    "kr": {"SE": "SEK", "NO": "NOK", "DK": "DKK", "IS": "ISK", "": "SEK"},
    "¥": {"CN": "CNY", "JP": "JPY", "": "JPY"},
    "Rs": {"IN": "INR", "PK": "PKR", "LK": "LKR", "NP": "NPR", "MU": "MUR", "": "INR"},
    "R": {"ZA": "ZAR"},
}


def local_currency(sign: str, country: str | None) -> str | None:
    """What a sign of `LOCAL` means in a country (ISO 3166-1); None where it means nothing there. Not for `DOLLAR`."""
    meanings = PESOS if sign == "peso" else _OTHERS[sign]
    return meanings.get(country or "") or meanings.get("")


def currency_code(text: str | None) -> str | None:
    """Read a currency field: an ISO 4217 code or a symbol. Unknown or empty is None; a bare `$` stays DOLLAR."""
    name = (text or "").strip()
    if re.fullmatch(r"[A-Za-z]{3}", name):
        return pay_data().before.get(name.lower()) or name.upper()
    return pay_data().before.get(name.lower()) or pay_data().after.get(name.lower())


class Spell(NamedTuple):
    """A period, and by what an amount must be multiplied to be pay for one: a fortnight is half a week's."""

    period: Period
    factor: Decimal = Decimal(1)


_FORTNIGHT: Final = Spell("week", Decimal("0.5"))
_HALF_MONTH: Final = Spell("month", Decimal(2))
_FIELD_SPELLS: Final[Mapping[str, Spell]] = {
    "fortnight": _FORTNIGHT, "half_month": _HALF_MONTH, "two_months": Spell("month", Decimal(1) / 2),
    "three_months": Spell("month", Decimal(1) / 3), "six_months": Spell("year", Decimal(2)), "year": Spell("year"),
    "month": Spell("month"), "week": Spell("week"), "day": Spell("day"), "hour": Spell("hour"),
    "project": Spell("project"),
}  # fmt: skip
"""Tried in this order."""
_SPELLS: Final[Mapping[str, Spell]] = {
    "fortnight": _FORTNIGHT, "half_month": _HALF_MONTH, "year": Spell("year"), "month": Spell("month"),
    "week": Spell("week"), "day": Spell("day"), "hour": Spell("hour"), "project": Spell("project"),
}  # fmt: skip
EAST_ASIAN_PAY = re.compile(
    r"年収|年俸|月給|月収|時給|日給|報酬|基本給|給与|给与|月薪|年薪|时薪|時薪|日薪|薪资|薪資|薪酬|待遇|연봉|월급|시급|일급|급여|เงินเดือน|รายได้|ค่าจ้าง"
)


@dataclass(frozen=True, slots=True)
class Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml; all read lower-case text."""

    behind: re.Pattern[str]
    """The period that follows an amount: `/hr`, ` per year`, ` brutto pro Jahr`, ` annually`, ` per lecture`."""
    near: re.Pattern[str]
    in_fields: tuple[tuple[Spell, re.Pattern[str]], ...]


@cache
def patterns() -> Patterns:
    """The patterns, compiled once. The group that fits is the name of the period."""
    units = "|".join(
        f"(?P<{name}>{any_of(f'period.behind.{name}', whole=False)})" for name in _SPELLS if name != "project"
    )
    per, filler, piece, done = (any_of(f"period.{entry}", whole=False) for entry in ("per", "filler", "piece", "done"))
    return Patterns(
        behind=re.compile(
            rf"[\s)*+,(]{{0,4}}(?:{filler}[\s,;)(*]*){{0,4}}(?:(?:/|{per})\s{{0,2}})?"
            rf"(?:{units}|(?P<project>(?<=[/ ])(?:{done} )?{piece}))(?![a-z0-9_à-ÿ]|-[a-z])"
        ),
        near=re.compile("|".join(f"(?P<{name}>{any_of(f'period.near.{name}')})" for name in _SPELLS)),
        in_fields=tuple((spell, re.compile(any_of(f"period.field.{name}"))) for name, spell in _FIELD_SPELLS.items()),
    )


def period_of_field(text: str | None) -> Spell | None:
    """Read a period as feeds spell it: `annual`, `per-year-salary`, `1 YEAR`, `HOUR`, `2 WEEK`, `0.5 MONTH`, ...

    None where it is empty or says nothing (`NONE`).
    """
    words = (text or "").lower().replace("_", "-")
    return next((spell for spell, pattern in patterns().in_fields if pattern.search(words)), None)


def period_after(text: str) -> Spell | None:
    """The period that a text right after an amount begins with."""
    match = patterns().behind.match(text)
    return _SPELLS[match.lastgroup] if match and match.lastgroup else None


def periods_near(text: str, *, nearest_last: bool) -> tuple[Spell, ...]:
    """Periods named anywhere in a text, the nearest first: `hourly rate: $48`."""
    named = [_SPELLS[match.lastgroup] for match in patterns().near.finditer(text) if match.lastgroup]
    return tuple(dict.fromkeys(reversed(named) if nearest_last else named))


_TOKEN = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_LEAST_COMPOUND = 8


def words_in(text: str, start: int, stop: int) -> dict[Word, int]:
    """What the words of a stretch say of a sum beside them: for each kind of word, where its last one ends."""
    data = pay_data()
    found: dict[Word, int] = {}
    taken = start
    for match in _TOKEN.finditer(text, start, stop):
        if match.start() < taken:
            continue
        token = match.group()
        for phrase, word in data.phrases.get(token, ()):
            end = match.start() + len(phrase)
            if end <= stop and text.startswith(phrase, match.start()) and not text[end : end + 1].isalnum():
                found[word] = taken = end
                if word == "base" and " " in phrase:
                    found["salary"] = end
                break
        else:
            if len(token) >= _LEAST_COMPOUND:
                for endings, word in data.compounds:
                    if token.endswith(endings):
                        found[word] = match.end()
    return found
