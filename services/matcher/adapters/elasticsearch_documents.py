"""Criteria as plain documents: what a posting must have to be looked at, and what rules it out.

A criterion is looked at only for postings that hold its anchor: both of two skills of its `all`, else one of its `any`,
else a word of its text, else one of its places; the few that need none of these are looked at always. Each other demand
is told in `asks`, so that a query passes over the many documents that do not make it.
"""

from collections.abc import Iterable
from datetime import datetime
from typing import Any, Final, get_args

from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import Employment, Seniority, Workplace
from services.rules.fits import annual_floor
from services.rules.places import country_of, is_subdivision
from services.rules.placing import concrete
from services.rules.text import TextQuery

ALWAYS: Final = "*"
"""The anchor of criteria that no posting can be ruled out of by terms."""
ANYWHERE: Final = "p:*"
"""Beside the anchors of places: for a posting that suits every place."""
UNKNOWN_PLACE: Final = "?"

FLOOR_BITS: Final = 44
"""A floor is at most 10**13 a year."""
_BEYOND: Final = (1 << FLOOR_BITS) - 1
ACCEPTS_UNDISCLOSED: Final = 1 << FLOOR_BITS
CURRENCY_SHIFT: Final = FLOOR_BITS + 1
HAS_ZONE: Final = 1 << 60
HAS_PHRASE: Final = 1 << 61
CURRENCIES: Final = 26**3


def document(record: CriteriaRecord, now: datetime) -> dict[str, Any]:
    """What the index holds of a record; of a removed one, only that and since when. Criteria must be canonical."""
    named: dict[str, Any] = {"criteria_id": record.criteria_id, "removed": record.removed}
    if record.removed:
        return {**named, "removed_at": int(now.timestamp() * 1000)}
    criteria = record.criteria
    query = TextQuery.parse(criteria.text)
    words = sorted({word for term in query.wanted for word in term.split(" ")})
    places = place_terms(criteria)
    fields = {
        **named,
        "key": record.key,
        "limits": _limits(criteria, query),
        "anchor": _anchors(criteria, words, places),
        "rejects": list(_rejects(criteria, query)),
    }
    _add_demands(fields, criteria, words, places)
    if criteria.utc_offset is not None:
        fields |= {"offset": criteria.utc_offset, "tolerance": criteria.tolerance}
    if fields["limits"] & HAS_PHRASE:
        fields["text"] = criteria.text
    return fields


def currency_number(code: str) -> int:
    """Three letters as a number below `CURRENCIES`."""
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * 26 + second) * 26 + third


def pair(one: str, other: str) -> str:
    """The anchor of two skills that are needed together, in either order."""
    return f"{one}|{other}" if one < other else f"{other}|{one}"


def parts_of(country: str) -> str:
    """The term of every search for some subdivision of a country."""
    return f"{country}-*"


def place_terms(criteria: Criteria) -> list[str]:
    """What a posting must name one of; a search for a subdivision is also one for a part of its country."""
    found = list(concrete(criteria.places))
    found += sorted({parts_of(country_of(place)) for place in found if is_subdivision(place)})
    return [*found, UNKNOWN_PLACE] if found and criteria.accept_unknown_place else found


def _limits(criteria: Criteria, query: TextQuery) -> int:
    """What is decided last, packed: the floor, its currency, whether undisclosed pay will do, and what else to look at.

    Nought where everything is decided already.
    """
    found = HAS_ZONE if criteria.utc_offset is not None else 0
    if any(" " in term for term in (*query.wanted, *query.excluded)):
        found |= HAS_PHRASE
    floor = criteria.salary_floor
    if floor is None:
        return found
    found |= currency_number(floor.currency) << CURRENCY_SHIFT
    # Floors per project do not come in canonical criteria; nothing is ever paid so much.
    found |= min(annual_floor(floor) or _BEYOND, _BEYOND)
    return found | ACCEPTS_UNDISCLOSED if criteria.accept_undisclosed else found


def _anchors(criteria: Criteria, words: list[str], places: list[str]) -> list[str]:
    needed, any_of = criteria.skills.all, criteria.skills.any
    if len(needed) == 1:
        return [f"s:{needed[0]}"]
    if needed:
        return [f"s:{pair(*_rarest(needed))}"]
    if any_of:
        return [f"a:{name}" for name in any_of]
    if words:
        return [f"w:{max(words, key=len)}"]
    if places:
        return [*(f"p:{place}" for place in places), ANYWHERE]
    return [ALWAYS]


def _rarest(names: Iterable[str]) -> list[str]:
    """Two of several skills: any will do, and long names are of rare things."""
    return sorted(names, key=lambda name: (-len(name), name))[:2]


def _rejects(criteria: Criteria, query: TextQuery) -> Iterable[str]:
    """What a posting must not have: excluded skills and words, and all values of a facet but those asked for."""
    for mark, asked, every in (
        ("workplace", criteria.workplace, get_args(Workplace)),
        ("seniority", criteria.seniority, get_args(Seniority)),
        ("employment", criteria.employment, get_args(Employment)),
    ):
        if asked:
            yield from (f"{mark}:{value}" for value in every if value not in asked)
    yield from (f"s:{name}" for name in criteria.skills.none)
    yield from (f"w:{term}" for term in query.excluded if " " not in term)


def _add_demands(fields: dict[str, Any], criteria: Criteria, words: list[str], places: list[str]) -> None:
    asks: list[str] = []
    needed = criteria.skills.all
    if len(needed) > 2:
        asks.append("more")
        fields["more"] = [name for name in needed if name not in _rarest(needed)]
        fields["more_need"] = len(needed) - 2
    if needed and criteria.skills.any:
        asks.append("any")
        fields["any"] = criteria.skills.any
    if words:
        asks.append("words")
        fields |= {"words": words, "words_need": len(words)}
    if places:
        asks.append("place")
        fields["place"] = places
    if criteria.languages:
        asks.append("language")
        fields["language"] = criteria.languages
    fields["asks"] = asks
