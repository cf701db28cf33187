"""What a chance rests on, in plain English for operators."""

from collections.abc import Callable
from typing import Final

from services.notifier.domain.model import Against, Chance, ChanceFact
from services.rules.roles import roles
from services.wording.catalogues import english
from services.wording.lines import language_in_words

_MOST: Final = 3
_LEAST_COST: Final = 0.2
"""What costs less in log odds is not worth a word."""


def chance_line(chance: Chance, bar: float | None = None) -> str:
    """`chance 62 % (bar 25 %): less for another role: Account Executive`."""
    said = f"chance {_percent(chance.value)}{'' if bar is None else f' (bar {_percent(bar)})'}"
    against = against_words(chance)
    return f"{said}: less for {against}" if against else said


def too_unlikely(chance: Chance) -> str:
    """Why a job is not sent: `too unlikely to be wanted: 12 % (another role: Account Executive)`."""
    against = against_words(chance)
    return f"too unlikely to be wanted: {_percent(chance.value)}{f' ({against})' if against else ''}"


def against_words(chance: Chance) -> str:
    """What speaks most against a job; empty where little does."""
    telling = [one for one in chance.against if one.costs >= _LEAST_COST]
    return ", ".join(list(dict.fromkeys(_WORDS[one.fact](one) for one in telling))[:_MOST])


def _percent(share: float) -> str:
    return f"{100 * share:.0f} %"


def _role(one: Against) -> str:
    return f"another role: {roles()[one.said].name()}" if one.said in roles() else "its role is not known"


def _language(one: Against) -> str:
    return " or ".join(language_in_words(code, english()) for code in one.said.split("/"))


_WORDS: Final[dict[ChanceFact, Callable[[Against], str]]] = {
    "trade": _role,
    "near_role": _role,
    "same_role": _role,
    "core": lambda _: "the asked skills are not all core to it",
    "often": lambda _: "the asked words are hardly said",
    "place": lambda _: "no wanted place is named",
    "home": lambda _: "the wanted places are hardly taken in",
    "region": lambda one: f"only a part of the country: {one.said}",
    "elsewhere": lambda _: "its title names another place",
    "zone": lambda _: "its hours are of another time zone",
    "workplace": lambda _: "its workplace is not told",
    "level": lambda one: f"its level: {one.said}",
    "written": lambda one: f"it is written in {_language(one)}",
    "spoken": lambda one: f"it needs {_language(one)}",
}
