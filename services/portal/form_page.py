"""A form that asks for a search as a page shows it: what each choice offers, and what stands beside each field."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from babel.dates import get_day_names

from services.portal.reading import NOTHING_READ, Reading
from services.portal.search_form import ALL, CHOICES, DEFAULTS, FURTHER, names_nothing_of_work
from services.usecases.pasted import Proposal
from services.usecases.searches import NEW_SEARCH_LOOKS_BACK
from services.usecases.typed import is_number
from services.wording.facets import FACETS
from services.wording.lines import capitalised
from services.wording.words import Words, mark

_PERIODS: Final[Mapping[str, str]] = {
    "year": mark("A year"),
    "month": mark("A month"),
    "week": mark("A week"),
    "day": mark("A day"),
    "hour": mark("An hour"),
}
_CADENCES: Final[Mapping[str, str]] = {
    "daily": mark("Daily"),
    "weekly": mark("Weekly"),
    "instant": mark("As new jobs come in"),
}
_FIELDS: Final[Mapping[str, str]] = {"near": "towns", "salary_floor": "amount", "visa_sponsorship": "visa"}
"""What the form calls fields of criteria, where it does not call them so."""
_IN_MORE: Final = tuple(
    name for name in FURTHER if name != "unknown_role" and not name.startswith(("workplace.", "seniority."))
)
"""But for what is only carried on: nobody sees it there."""
_TIMING: Final = ("cadence", "hour", "weekday")
_TYPED: Final = ("name", "address", "roles", "skills", "places", "towns", "text")
"""Of a sign-up or of a search at home: each form lacks one of them."""


def form_page(
    given: Mapping[str, str], words: Words, wrong: str = "", just_read: Reading = NOTHING_READ
) -> dict[str, Any]:
    """What the fields of a page name. `wrong`: the field whose fault is said above them."""
    read: dict[str, list[Proposal]] = {}
    for proposal in just_read.proposals:
        read.setdefault(_FIELDS.get(proposal.field, proposal.field), []).append(proposal)
    return {
        "said": just_read.said,
        "missed": just_read.missed,
        "avoided": just_read.avoided,
        "offered": just_read.offered,
        "named": just_read.named,
        "by_words": just_read.by_words,
        "meant": just_read.meant,
        "lacks_trade": names_nothing_of_work(given),
        "read": read,
        "given": given,
        "options": _options(given, words),
        "wrong": wrong,
        "asks_trade": False,
        "changed_since": "",
        "deleted_since": False,
        # A sentence fills most of the form: who has typed nothing yet sees where.
        "untouched": not (wrong or any(given.get(name) for name in _TYPED)),
        "more_open": wrong in _IN_MORE or any(given[name] for name in _IN_MORE),
        "looks_back": NEW_SEARCH_LOOKS_BACK.days,
        "usual_timing": wrong not in (*_TIMING, "time_zone") and all(given[name] == DEFAULTS[name] for name in _TIMING),
    }


def _options(given: Mapping[str, str], words: Words) -> dict[str, list[tuple[str, str]]]:
    """What each choice offers, and what stands beside it; a saved search may have chosen what is not offered else."""
    say = words.say
    counts = _options_with(("2", "3", "4", "5"), given["at_least"], beside=("1", ALL))
    tolerances = _options_with(("1", "2", "3", "4", "6"), given["tolerance"], beside=("", "0"))
    return {
        "at_least": [
            ("1", say("One of them is enough")),
            *((count, say("At least {count} of them", count=count)) for count in counts),
            (ALL, say("All of them")),
        ],
        "km": [(km, f"{km} km") for km in _options_with(("10", "25", "50", "100", "200"), given["km"])],
        "period": [(period, say(_PERIODS[period])) for period in _PERIODS],
        "tolerance": [
            ("", say("Any")),
            ("0", say("Just my own")),
            *((hours, say("Up to {hours} h off", hours=hours)) for hours in tolerances),
        ],
        **timing_options(words),
        **{
            facet: [(f"{facet}.{value}", _value(facet, value, words)) for value in values]
            for facet, values in CHOICES.items()
        },
    }


def timing_options(words: Words) -> dict[str, list[tuple[str, str]]]:
    """What each choice of when a search is mailed offers, and what stands beside it."""
    days = get_day_names(locale=words.locale)
    return {
        "cadence": [(cadence, words.say(_CADENCES[cadence])) for cadence in _CADENCES],
        "hour": [(str(hour), f"{hour:02}:00") for hour in range(24)],
        "weekday": [(str(day), capitalised(days[day])) for day in range(7)],
    }


def _options_with(usual: Sequence[str], chosen: str, beside: Sequence[str] = ()) -> list[str]:
    """The usual numbers, and the chosen one."""
    known = chosen in usual or chosen in beside or not is_number(chosen)
    return sorted([*usual, *([] if known else [chosen])], key=float)


def _value(facet: str, value: str, words: Words) -> str:
    known = FACETS[facet]
    return capitalised(words.say(known.added.get(value) or known.asked[value]))
