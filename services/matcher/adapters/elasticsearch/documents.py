"""Criteria as plain documents: what a posting must have to be looked at, and what rules it out.

A criterion is looked at only for postings that hold its anchor: both of two skills of its `all`, else one of its `any`,
else a word of its text (of each alternative, if there is nothing else), else one of its roles, else one of the cells of
its towns, else one of its places; the few that need none of these are looked at always. In each other field a posting
must meet one term, and `ANY` stands where nothing is asked. So a query is nothing but fields of which one term must be
met, which Lucene joins as bit sets, 4,096 documents at a time; an exclusion would have every candidate be looked at by
itself.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any, Final

from schemas.codec import encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.floors import packed_floor
from services.rules.criterion import FACETS
from services.rules.criterion.near import farthest
from services.rules.criterion.role import accepts_unknown_role, suiting
from services.rules.criterion.salary import annual_floor
from services.rules.places.known import country_of, is_subdivision
from services.rules.places.placing import deciding
from services.rules.places.towns import cell_of, cells_round, label_of, town_of
from services.rules.text import TextQuery

ALWAYS: Final = "*"
"""The anchor of criteria that no posting can be ruled out of by terms."""
ANYWHERE: Final = "p:*"
"""Beside the anchors of places: for a posting that suits every place."""
ANY: Final = "*"
"""The term of a field in which nothing is asked."""
UNKNOWN_PLACE: Final = "?"
UNKNOWN_ROLE: Final = "?"
UNKNOWN_TOWN: Final = "?"
NO_TOWN_NEEDED: Final = "r"
"""Among the cells of towns: for remote work."""

HAS_ZONE: Final = 1 << 60
HAS_MORE_TEXT: Final = 1 << 61
"""Than one wanted word, or words of which one is wanted: phrases, more words, excluded ones; or towns, whose cells do
not tell how far they are."""
HAS_MORE_SKILLS: Final = 1 << 62
"""Than four that are needed together, or one of some: several of some, or excluded ones, be they skills or roles."""
_MENTION: Final = "~"
"""Before the name of a skill that may as well be mentioned: what only asks for it goes by other terms."""
_BESIDE: Final = "\n"
"""Between the names of a pair."""
CURRENCIES: Final = 26**3


def document(record: CriteriaRecord, now: datetime) -> dict[str, Any]:
    """What the index holds of a record; of a removed one, only that and since when. Criteria must be canonical."""
    named: dict[str, Any] = {"criteria_id": record.criteria_id, "removed": record.removed}
    if record.removed:
        return {**named, "removed_at": int(now.timestamp() * 1000)}
    criteria = record.criteria
    query = TextQuery.parse(criteria.text)
    pairs = _needed(criteria)
    more, unwanted = _flat(pairs[2:]), (*criteria.skills.none, *map(role_anchor, criteria.roles.none))
    any_of = _any_of(criteria)
    counted = any_of if criteria.skills.at_least > 1 else ()
    fields = {
        **named,
        "key": record.key,
        "limits": _limits(criteria, query) | (HAS_MORE_SKILLS if more or unwanted or counted else 0),
        "anchor": _anchors(criteria, query),
        "also": pairs[1:2] or [ANY],
        "any": (criteria.skills.all and any_of) or [ANY],
        "role": role_terms(criteria) or [ANY],
        "word": _telling_words(query) or [ANY],
        "place": place_terms(criteria),
        "cell": cell_terms(criteria) or [ANY],
        "language": criteria.languages or [ANY],
        **{facet.name: facet.asked(criteria) or [ANY] for facet in FACETS},
        "more": more,
        "unwanted": unwanted,
    }
    if counted:
        fields |= {"counted": counted, "at_least": criteria.skills.at_least}
    if criteria.utc_offset is not None:
        fields |= {"offset": criteria.utc_offset, "tolerance": criteria.tolerance}
    if fields["limits"] & HAS_MORE_TEXT:
        fields["text"] = criteria.text
    if criteria.near:
        fields["near"] = [encode(one).decode() for one in criteria.near]
        fields["accept_unknown_town"] = criteria.accept_unknown_town
    return fields


def currency_number(code: str) -> int:
    """Three letters as a number below `CURRENCIES`."""
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * 26 + second) * 26 + third


def terms_of(skills: Iterable[str], asked_for: Iterable[str]) -> list[str]:
    """The terms of the skills of a posting, some of which it asks for."""
    return sorted({*asked_for, *(_MENTION + name for name in skills)})


def pair(name: str, other: str) -> str:
    """The anchor of two skills that are needed together, in either order."""
    return _BESIDE.join(sorted((name, other)))


def parts_of(country: str) -> str:
    """The term of every search for some subdivision of a country."""
    return f"{country}-*"


def place_terms(criteria: Criteria) -> list[str]:
    """What a posting must name one of; a search for a subdivision is also one for a part of its country."""
    found = list(deciding(criteria))
    if not found:
        return [ANY]
    found += sorted({parts_of(country_of(place)) for place in found if is_subdivision(place)})
    return [*found, UNKNOWN_PLACE] if criteria.accept_unknown_place else found


def cell_terms(criteria: Criteria) -> list[str]:
    """The cells of one of which a posting's town must be, and what does instead; none where any will do."""
    if not criteria.near:
        return []
    cells: dict[str, None] = {}
    for one in criteria.near:
        town = town_of(one.town)
        cells |= dict.fromkeys(cells_round(town, farthest(one.km)) if town else ())
    return [NO_TOWN_NEEDED, *([UNKNOWN_TOWN] if criteria.accept_unknown_town else ()), *cells]


def cells_of(posting: PostingCore) -> list[str]:
    """The terms of where a posting's work is done."""
    if posting.workplace == "remote":
        return [NO_TOWN_NEEDED]
    known = (town_of(label_of(town) or "") for town in posting.towns)
    return sorted({cell_of(town) for town in known if town}) if posting.towns else [UNKNOWN_TOWN]


def role_anchor(role: str) -> str:
    """The anchor of a role; among what is excluded, that a job is it first of all."""
    return f"r:{role}"


def role_terms(criteria: Criteria) -> list[str]:
    """Of which a posting must be one; none where any will do."""
    asked = criteria.roles
    found = [*suiting(asked)] if asked.any else []
    return [*found, UNKNOWN_ROLE] if found and accepts_unknown_role(criteria) else found


def _limits(criteria: Criteria, query: TextQuery) -> int:
    """What is decided last, packed: the floor, its currency, whether undisclosed pay will do, and what else to look at.

    Nought where everything is decided already.
    """
    found = HAS_ZONE if criteria.utc_offset is not None else 0
    groups = [*((term,) for term in query.wanted), *query.either]
    if criteria.near or query.excluded or any(sorted(group) != _telling_words(query) for group in groups):
        found |= HAS_MORE_TEXT
    floor = criteria.salary_floor
    if floor is None:
        return found
    currency = currency_number(floor.currency)
    return found | packed_floor(annual_floor(floor), currency, accept_undisclosed=criteria.accept_undisclosed)


def _anchors(criteria: Criteria, query: TextQuery) -> list[str]:
    places = place_terms(criteria)
    if needed := _needed(criteria):
        return [f"s:{needed[0]}"]
    if any_of := _any_of(criteria):
        return [f"a:{name}" for name in any_of]
    if words := _telling_words(query):
        return [f"w:{word}" for word in words]
    if roles := role_terms(criteria):
        return [*map(role_anchor, roles)]
    if cells := cell_terms(criteria):
        return [f"c:{cell}" for cell in cells]
    if places != [ANY]:
        return [*(f"p:{place}" for place in places), ANYWHERE]
    return [ALWAYS]


def _any_of(criteria: Criteria) -> list[str]:
    """The terms of the skills of which some are needed."""
    return [_MENTION + name if criteria.skills.mentions else name for name in criteria.skills.any]


def _needed(criteria: Criteria) -> list[str]:
    """Skills that are needed together, by twos; long names first, since they are of rare things.

    Those that may as well be mentioned one by one: few search so, and pairs of them would double each query.
    """
    ordered = sorted(criteria.skills.all, key=lambda name: (-len(name), name))
    if criteria.skills.mentions:
        return [_MENTION + name for name in ordered]
    return [pair(*ordered[at : at + 2]) if at + 1 < len(ordered) else ordered[at] for at in range(0, len(ordered), 2)]


def _flat(pairs: Sequence[str]) -> list[str]:
    return [name for names in pairs for name in names.split(_BESIDE)]


def _telling_words(query: TextQuery) -> list[str]:
    """Words of which a posting must hold one, the longest that there are; none where no word is wanted."""
    if query.wanted:
        return [max((word for term in query.wanted for word in term.split(" ")), key=len)]
    groups = [sorted({max(term.split(" "), key=len) for term in group}) for group in query.either]
    return max(groups, key=lambda words: min(map(len, words)), default=[])
