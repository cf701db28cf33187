"""The fields of a form that asks for a search: as criteria, as whom they are for, and filled by a text."""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any, Final, get_args
from urllib.parse import parse_qsl, urlencode

from schemas.criteria import Criteria, Nearby
from services.portal.about_oneself import ABOUT_ONESELF
from services.usecases.completion import readable_place, readable_role
from services.usecases.errors import WrongFieldError
from services.usecases.searches import Query, Timing, WantedSearch, search_from
from services.usecases.typed import (
    amount_in,
    circle_in,
    hours_in,
    names_in,
    offset_in,
    towns_in,
    whole_number_in,
    written,
    written_circles,
)
from services.wording.facets import FACETS
from services.wording.lines import standard_offset, zone_of
from services.wording.words import Words, mark

CHOICES: Final[Mapping[str, tuple[str, ...]]] = {
    name: get_args(get_args(Criteria.model_fields[name].annotation)[0])
    for name in FACETS
    if name not in ("visa", "permanent")  # whose wishes are boxes of their own
}
"""The values of each facet, of which any of some will do; a box each."""
_BOXES: Final = (
    "neighbours",
    "mentions",
    "unknown_place",
    "unknown_town",
    "stated_pay",
    "permanent",
    "visa",
    "stated_visa",
)
_SIMPLE: Final[Mapping[str, str]] = {
    "roles": "",
    "skills": "",
    "at_least": "1",
    "places": "",
    "towns": "",
    "km": "50",
    "amount": "",
    "currency": "EUR",
    "period": "year",
}
FURTHER: Final[Mapping[str, str]] = {
    "skills_all": "",
    "skills_none": "",
    "roles_none": "",
    "unknown_role": "",
    "text": "",
    "languages": "",
    "tolerance": "",
    "utc_offset": "",
    **dict.fromkeys(_BOXES, ""),
    **{f"{facet}.{value}": "" for facet, values in CHOICES.items() for value in values},
}
"""What a page folds away, and what a form only carries on."""
DEFAULTS: Final[Mapping[str, str]] = {
    **_SIMPLE,
    **FURTHER,
    "preferred_places": "",
    **ABOUT_ONESELF,
    "selectivity": "",
    "time_zone": "",
    "cadence": "daily",
    "hour": "8",
    "weekday": "0",
}
ASKING: Final = (*_SIMPLE, *FURTHER)
"""Fields that say what is looked for, and not when, for whom or in what order."""

_QUALIFIED: Final = (
    ("skills", "at_least", "skills_all", "skills_none", "mentions"),
    ("roles", "roles_none", "neighbours"),
    ("places", "unknown_place"),
    ("towns", "km", "unknown_town"),
    ("amount", "currency", "period", "stated_pay"),
    ("tolerance", "utc_offset"),
    ("visa", "stated_visa"),
)
"""Fields that say one thing together, which the same criteria may be written by in several ways."""
_SAID_ONCE: Final = ("unknown_role",)
"""What else hangs on other fields, so that a form that asks for less of them would ask for more of it."""
_TOGETHER: Final = (
    *_QUALIFIED,
    *((name,) for name in ASKING if name not in {*_SAID_ONCE, *(name for names in _QUALIFIED for name in names)}),
)
_REST: Final = "rest"
"""Stands in what `asking_instead` writes, which names what differs alone."""


def asking(given: Mapping[str, str]) -> dict[str, str]:
    """What says in a form what is looked for; a time zone where working hours hang on it."""
    names = (*ASKING, "time_zone") if given["tolerance"] else ASKING
    return {name: given[name] for name in names if given[name] != DEFAULTS[name]}


ALL: Final = "all"
"""As `at_least`: each of the skills."""
_MOST_NAME = 60


def sent_in(sent: Mapping[str, str], **further: str) -> dict[str, str]:
    """A form as it was sent, with the least pay as a number and its currency where "30.000 €" was written.

    `further`: fields beside those of a search, as they are where none was sent.
    """
    given = {**DEFAULTS, **further, **sent}
    with suppress(WrongFieldError):
        amount, currency = amount_in(given["amount"], given["currency"])
        given |= {"amount": str(amount), "currency": currency}
    return given


def search_fields(given: Mapping[str, str], words: Words) -> dict[str, Any]:
    """The fields of a search, as they are imported. Raises WrongFieldError."""
    name = given.get("name", "").strip() or automatic_name(given, words)
    return {"name": name, "criteria": criteria_of(given), **timing_fields(given)}


def changed_fields(given: Mapping[str, str], before: Query, timing: Timing, words: Words) -> dict[str, Any]:
    """The fields of a saved search as a form changes it: one that nobody gave a name is named by what it looks for now.

    Raises WrongFieldError.
    """
    fields = search_fields(given, words)
    if fields["name"] == before.name == automatic_name(given_of(before, timing, words), words):
        return search_fields({**given, "name": ""}, words)
    return fields


def timing_fields(given: Mapping[str, str]) -> dict[str, Any]:
    """Those of when a search is mailed and which jobs come first, of a form that has them."""
    times = {name: given[name] for name in ("cadence", "hour", "weekday") if name in given}
    places = {"preferred_places": names_in(given["preferred_places"])} if "preferred_places" in given else {}
    return times | places


def given_of(search: Query, timing: Timing, words: Words) -> dict[str, str]:
    """The form in which a search asks for what it does."""
    asked, skills, roles = search.criteria, search.criteria.skills, search.criteria.roles
    given = {**DEFAULTS, "name": search.name, "text": asked.text, "languages": ", ".join(asked.languages)}
    alone = not skills.any
    given |= {
        "skills": written(skills.all if alone else skills.any),
        "at_least": ALL if alone and skills.all else str(skills.at_least),
        "skills_all": "" if alone else written(skills.all),
        "skills_none": written(skills.none),
        "roles": written([readable_role(role, words) for role in roles.any]),
        "roles_none": written([readable_role(role, words) for role in roles.none]),
        "unknown_role": "" if roles.accept_unknown is None else "yes" if roles.accept_unknown else "no",
        "places": written([readable_place(code, words) for code in asked.places]),
        "preferred_places": written([readable_place(code, words) for code in search.preferred_places]),
        **_circles(asked.near),
        **_hours(asked),
    }
    if asked.salary_floor:
        floor = asked.salary_floor
        given |= {"amount": str(floor.amount), "currency": floor.currency, "period": floor.period}
    ticked = {
        "neighbours": roles.neighbours,
        "mentions": skills.mentions,
        "unknown_place": asked.accept_unknown_place,
        "unknown_town": asked.accept_unknown_town,
        "stated_pay": not asked.accept_undisclosed,
        "permanent": asked.permanent,
        "visa": asked.visa_sponsorship,
        "stated_visa": not asked.accept_unknown_visa,
        **{f"{facet}.{value}": value in getattr(asked, facet) for facet, values in CHOICES.items() for value in values},
    }
    given |= {name: "1" for name, whether in ticked.items() if whether}
    weekday = str(timing.weekday or 0)
    return given | {"cadence": timing.cadence, "hour": str(timing.hour), "weekday": weekday}


def asking_instead(given: Mapping[str, str], asked: Criteria, criteria: Criteria, words: Words) -> str:
    """What `instead` takes: in which fields of a query other criteria differ from those that a form asks for.

    What is alike in both stays as it is typed by the time of the press.
    """
    now, other = (_fields_of(some, given, words) for some in (asked, criteria))
    differing = [names for names in _TOGETHER if any(other[name] != now[name] for name in names)]
    return urlencode({name: other[name] for names in (*differing, _SAID_ONCE) for name in names} | {_REST: "stays"})


def _fields_of(criteria: Criteria, given: Mapping[str, str], words: Words) -> dict[str, str]:
    fields = given_of(Query("", criteria), Timing("daily", 8, None), words)
    return fields if criteria.salary_floor else fields | {"currency": given["currency"]}


def instead(given: Mapping[str, str], other: str) -> dict[str, str]:
    """The form with what `asking_instead` wrote in place of what it asked for, which `before` keeps to be undone.

    Or with what `before` was: that is all it asked for.
    """
    sent = dict(parse_qsl(other, keep_blank_values=True))
    rest = {} if sent.get(_REST) else {name: DEFAULTS[name] for name in ASKING}
    asked = {name: value for name, value in sent.items() if name in ASKING}
    return {**given, **rest, **asked, "before": urlencode(asking(given))}


def adding(given: Mapping[str, str], skill: str) -> dict[str, str]:
    """The form with one more skill."""
    named = names_in(given["skills"])
    return {**given, "skills": written(named if skill in named else [*named, skill])}


def search_of(given: Mapping[str, str], words: Words) -> WantedSearch | None:
    """The search, None where the form asks for nothing yet. Raises WrongFieldError."""
    fields = search_fields(given, words)
    return search_from(fields) if fields["criteria"] else None


def lacks_trade(given: Mapping[str, str]) -> bool:
    """Whether a form says neither which work nor by which words, and nobody has said yet that this is meant."""
    return not given.get("anyway") and names_nothing_of_work(given)


def names_nothing_of_work(given: Mapping[str, str]) -> bool:
    """Whether a form says neither which work nor by which words, so that jobs of every trade fit."""
    return not any(given[name].strip(" ,;") for name in ("roles", "skills", "skills_all", "text"))


def _circles(near: Sequence[Nearby]) -> dict[str, str]:
    towns, km = written_circles(near)
    return {"towns": towns, **({"km": km} if km else {})}


def _hours(asked: Criteria) -> dict[str, str]:
    if asked.utc_offset is None:
        return {}
    return {"utc_offset": f"{asked.utc_offset:+g}", "tolerance": f"{asked.tolerance:g}"}


def criteria_of(given: Mapping[str, str]) -> dict[str, Any]:
    """Those that a form asks for, as they are imported; what only qualifies one that is not is left out.

    Raises WrongFieldError.
    """
    found: dict[str, Any] = {}
    if skills := _skills(given):
        found["skills"] = {**skills, "mentions": bool(given["mentions"])}
    roles = {"any": names_in(given["roles"]), "none": names_in(given["roles_none"])}
    if any(roles.values()):
        found["roles"] = {**roles, "neighbours": bool(given["neighbours"])}
        if given["unknown_role"]:
            found["roles"]["accept_unknown"] = given["unknown_role"] == "yes"
    if given["text"].strip():
        found["text"] = given["text"].strip()
    if places := names_in(given["places"]):
        found |= {"places": places, "accept_unknown_place": bool(given["unknown_place"])}
    km = whole_number_in(given["km"], "km", 300)
    if near := [circle_in(town, km) for town in towns_in(given["towns"])]:
        found |= {"near": near, "accept_unknown_town": bool(given["unknown_town"])}
    if given["amount"].strip():
        amount, currency = amount_in(given["amount"], given["currency"])
        floor = {"amount": amount, "currency": currency, "period": given["period"]}
        found |= {"salary_floor": floor, "accept_undisclosed": not given["stated_pay"]}
    for facet, values in CHOICES.items():
        if chosen := [value for value in values if given[f"{facet}.{value}"]]:
            found[facet] = chosen
    if given["permanent"]:
        found["permanent"] = True
    if languages := names_in(given["languages"]):
        found["languages"] = languages
    if given["visa"]:
        found |= {"visa_sponsorship": True, "accept_unknown_visa": not given["stated_visa"]}
    if given["tolerance"]:
        found |= {"utc_offset": _offset(given), "tolerance": hours_in(given["tolerance"])}
    return found


def _skills(given: Mapping[str, str]) -> dict[str, Any]:
    named, needed, unwanted = (names_in(given[name]) for name in ("skills", "skills_all", "skills_none"))
    if given["at_least"] == ALL:
        asked: dict[str, Any] = {"all": [*named, *needed]}
    else:
        least = whole_number_in(given["at_least"], "at_least", 100) if named else 1
        asked = {"any": named, "all": needed, "at_least": least}
    return {**asked, "none": unwanted} if named or needed or unwanted else {}


def _offset(given: Mapping[str, str]) -> float:
    """Hours from UTC as written, else those of the time zone."""
    if not given["utc_offset"].strip():
        return standard_offset(zone_of(given["time_zone"] or "UTC"))
    return offset_in(given["utc_offset"])


def automatic_name(given: Mapping[str, str], words: Words) -> str:
    """What a search is called that its owner gave no name."""
    work = [*names_in(given["roles"]), *names_in(given["skills"]), *names_in(given["skills_all"])]
    if not work and given["text"].strip():
        return given["text"].strip()[:_MOST_NAME]
    return _as_many(work or [*towns_in(given["places"]), *towns_in(given["towns"])]) or words.say(mark("My search"))


def _as_many(names: Sequence[str]) -> str:
    """As many names as there is room for, whole unless the first is too long."""
    fitting = [part for at in range(len(names), 0, -1) if len(part := ", ".join(names[:at])) <= _MOST_NAME]
    return fitting[0] if fitting else "".join(names[:1])[:_MOST_NAME]
