"""What speaks against a job, in plain English for operators."""

from collections.abc import Callable, Iterable, Mapping
from typing import Final

from services.notifier.domain.weights import ChanceFact, Doubt
from services.rules.roles.taxonomy import roles
from services.wording.catalogues import english
from services.wording.lines import language_in_words
from services.wording.places import places_listed

_MOST: Final = 3
"""Doubts that are told of one job."""


def doubt_line(doubt: Doubt) -> str:
    """`another role: Account Executive`."""
    return _AGAINST[doubt.fact](doubt)


def facts_in_words(facts: Iterable[ChanceFact], doubts: Mapping[ChanceFact, Doubt]) -> str:
    """Facts that spoke against a job, the most telling first; `doubts`: what each is about, as far as it is known."""
    return first_told(doubt_line(doubts[fact]) if fact in doubts else _of_nothing(fact) for fact in facts)


def first_told(lines: Iterable[str]) -> str:
    """The first few of what speaks against a job, each once; what stands behind them is not asked for."""
    said: dict[str, None] = {}
    for line in lines:
        said[line] = None
        if len(said) == _MOST:
            break
    return ", ".join(said)


def _of_nothing(fact: ChanceFact) -> str:
    if fact not in _AGAINST:
        return fact.replace("_", " ")  # Of another release, beside this one or before it.
    return _NAMED.get(fact) or doubt_line(Doubt(fact))


def _role(doubt: Doubt) -> str:
    known = _names(doubt.of)
    said = f"another role: {', '.join(known)}" if known else "its role is not known"
    return f"{said}; they have worked as {', '.join(_names(doubt.done))}" if doubt.done else said


def _names(ids: Iterable[str]) -> list[str]:
    return [roles()[role].name() for role in ids if role in roles()]


def _language(doubt: Doubt) -> str:
    return " or ".join(language_in_words(code, english()) for code in doubt.of)


def _home(doubt: Doubt) -> str:
    if doubt.of:
        return f"it is not open to {places_listed(doubt.of, english())}, where they live by their word or time zone"
    return "the wanted places are hardly taken in"


def _region(doubt: Doubt) -> str:
    if doubt.of:
        return f"only a part of the country: {', '.join(doubt.of)}"
    return "its town is far off" if doubt.amount is None else f"its town is far off, {doubt.amount:,.0f} km from home"


def _experience(doubt: Doubt) -> str:
    if not doubt.amount:
        return "it asks for more experience"
    asked = _asked_years(doubt.amount)
    return asked if doubt.own is None else f"{asked}, of which they have {doubt.own}"


def _asked_years(years: float) -> str:
    return f"it asks for {years:g} year{'' if years == 1 else 's'}"


def _overqualified(doubt: Doubt) -> str:
    if doubt.amount is not None:
        return f"{_asked_years(doubt.amount)}, and they have {doubt.own}"
    if doubt.own is not None:
        return f"it is meant for beginners, and they have {doubt.own} years"
    return "its level is below what they have years for"


_AGAINST: Final[dict[ChanceFact, Callable[[Doubt], str]]] = {
    "trade": _role,
    "near_role": _role,
    "searches": _role,
    "neighbour": _role,
    "breadth": lambda doubt: f"its search takes any of {doubt.amount:g} roles, and no skill or word narrows them",
    "title": lambda doubt: f"its title says what no search of theirs does: {', '.join(doubt.of)}",
    "core": lambda _: "the asked skills are not all core to it",
    "often": lambda _: "the asked words are hardly said",
    "technology": lambda doubt: f"its title names {', '.join(doubt.of)}",
    "home": _home,
    "region": _region,
    "elsewhere": lambda _: "its title names another place",
    "zone": lambda _: "its hours are of another time zone",
    "workplace": lambda _: "its workplace is not told",
    "form": lambda doubt: f"its form: {', '.join(doubt.of).replace('_', ' ')}",
    "level": lambda doubt: f"its level: {', '.join(doubt.of)}",
    "leading": lambda _: "it leads people, which no search of theirs asks for",
    "travel": lambda doubt: f"up to {doubt.amount:g} % of it is travelling" if doubt.amount else "it travels much",
    "experience": _experience,
    "overqualified": _overqualified,
    "written": lambda doubt: f"it is written in {_language(doubt)}",
    "spoken": lambda doubt: f"it needs {_language(doubt)}",
    "pay": lambda _: "it pays less than another search of theirs asks for",
    "known": lambda _: "it names hardly any of what they can do",
    "avoided": lambda doubt: f"it is about what they would rather not do: {', '.join(doubt.of)}",
    "condition": lambda doubt: f"its condition: {' '.join((doubt.condition or '', ', '.join(doubt.of))).strip()}",
}

_NAMED: Final[Mapping[ChanceFact, str]] = {
    **dict.fromkeys(("trade", "near_role", "searches", "neighbour"), "its role"),
    "breadth": "its search takes many roles",
    "title": "its title says what no search of theirs does",
    "technology": "its title names other tools",
    "home": "where it may be done",
    "region": "where in the country it is",
    "form": "its form",
    "level": "its level",
    "written": "the language that it is written in",
    "spoken": "a language that it needs",
    "condition": "its condition",
    "avoided": "it is about what they would rather not do",
}
"""Where what they are about is not known, how facts are called of which else no more than that would be said."""
