"""Criteria as plain documents: what a posting must have to be looked at, and what rules it out.

A criterion is looked at only for postings that hold its anchor: both of two skills of its `all`, else one of its `any`,
else a word of its text (of each alternative, if there is nothing else), else one of the terms of another criterion, in
the order of `CRITERIA`; the few that need none of these are looked at always. In each other field a posting must meet
one term, and `ANY` stands where nothing is asked. So a query is nothing but fields of which one term must be
met, which Lucene joins as bit sets, 4,096 documents at a time; an exclusion would have every candidate be looked at by
itself.
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import combinations
from typing import Any, Final

from schemas.codec import encode
from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.adapters.floors import packed_floor
from services.rules.criterion import CRITERIA, FACETS, SKILLS_ALL, SKILLS_ANY, Criterion
from services.rules.criterion.salary import annual_floor
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

ALWAYS: Final = "*"
"""The anchor of criteria that no posting can be ruled out of by terms."""
ANY: Final = "*"
"""The term of a field in which nothing is asked; after the name of a criterion, the anchor for a posting that has
whichever terms are asked for."""
_IN_PAIRS: Final = "also"
"""The field of skills that are needed beside the first ones."""
BY_FIELDS: Final = tuple(one for one in CRITERIA if one.by_terms and not one.excludes and one != SKILLS_ALL)
"""The criteria that have a field of their own, of which a posting must have one term."""
_BY_EXCLUSION: Final = tuple(one for one in CRITERIA if one.by_terms and one.excludes)
_ANCHORS: Final = tuple(one for one in BY_FIELDS if one not in (SKILLS_ANY, *FACETS))

HAS_ZONE: Final = 1 << 60
HAS_MORE_TEXT: Final = 1 << 61
"""Than one wanted word, or words of which one is wanted: phrases, more words, excluded ones; or towns, whose cells do
not tell how far they are."""
HAS_MORE_SKILLS: Final = 1 << 62
"""Than four that are needed together, or one of some: several of some, or excluded ones, be they skills or roles."""
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
    more, unwanted = _flat(pairs[2:]), [anchor for one in _BY_EXCLUSION for anchor in _own_anchors(one, criteria)]
    some = SKILLS_ANY.narrowing(criteria)
    counted = some if some and some.at_least > 1 else None
    fields = {
        **named,
        "key": record.key,
        "limits": _limits(criteria, query) | (HAS_MORE_SKILLS if more or unwanted or counted else 0),
        "anchor": _anchors(criteria, query, pairs),
        _IN_PAIRS: pairs[1:2] or [ANY],
        "word": _telling_words(query) or [ANY],
        **{field_of(one): _terms(one, criteria) or [ANY] for one in BY_FIELDS},
        "more": more,
        "unwanted": unwanted,
    }
    if counted:
        fields |= {"counted": counted.terms, "at_least": counted.at_least}
    if criteria.utc_offset is not None:
        fields |= {"offset": criteria.utc_offset, "tolerance": criteria.tolerance}
    if fields["limits"] & HAS_MORE_TEXT:
        fields["text"] = criteria.text
    if criteria.near:
        fields["towns"] = [encode(one).decode() for one in criteria.near]
        fields["accept_unknown_town"] = criteria.accept_unknown_town
    return fields


def currency_number(code: str) -> int:
    """Three letters as a number below `CURRENCIES`."""
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * 26 + second) * 26 + third


def field_of(criterion: Criterion[Any]) -> str:
    """The field of a criterion's terms."""
    return criterion.name.replace(".", "_")


def query_of(prepared: PreparedPosting) -> dict[str, Any]:
    """What fits in all but what `limits` tells of: pay, time zone, and more of skills and text. Nothing is scored."""
    words = sorted(set(prepared.haystack.line.split(" ")) - _NO_WORDS)
    own = sorted(prepared.asked_for)
    skills = [*sorted(SKILLS_ALL.terms_of(prepared)), *(_pair(name, other) for name, other in combinations(own, 2))]
    had = {one: one.terms_of(prepared) for one in BY_FIELDS}
    met = {field_of(one): sorted(terms) for one, terms in had.items() if terms is not None}
    anchors = [ALWAYS, *(f"s:{name}" for name in skills), *(f"w:{word}" for word in words)]
    for one in (SKILLS_ANY, *_ANCHORS):
        terms = had[one]
        anchors += [f"{one.name}:{term}" for term in ((ANY,) if terms is None else sorted(terms))]
    met |= {_IN_PAIRS: skills, "word": words}
    needed = ({"terms": {field: [ANY, *terms]}} for field, terms in met.items())
    return {"bool": {"filter": [{"terms": {"anchor": anchors}}, *needed]}}


def ruled_out_by(prepared: PreparedPosting) -> list[str]:
    """The `unwanted` that rule a posting out."""
    return [f"{one.name}:{term}" for one in _BY_EXCLUSION for term in sorted(one.terms_of(prepared) or ())]


_NO_WORDS: Final = frozenset(("", "\0"))


def _pair(name: str, other: str) -> str:
    """The anchor of two skills that are needed together, in either order."""
    return _BESIDE.join(sorted((name, other)))


def _terms(criterion: Criterion[Any], criteria: Criteria) -> tuple[str, ...]:
    narrowing = criterion.narrowing(criteria)
    return narrowing.terms if narrowing else ()


def _own_anchors(criterion: Criterion[Any], criteria: Criteria) -> list[str]:
    return [f"{criterion.name}:{term}" for term in _terms(criterion, criteria)]


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


def _anchors(criteria: Criteria, query: TextQuery, pairs: Sequence[str]) -> list[str]:
    if pairs:
        return [f"s:{pairs[0]}"]
    if some := _own_anchors(SKILLS_ANY, criteria):
        return some
    if words := _telling_words(query):
        return [f"w:{word}" for word in words]
    for criterion in _ANCHORS:
        if anchors := _own_anchors(criterion, criteria):
            return [*anchors, f"{criterion.name}:{ANY}"]
    return [ALWAYS]


def _needed(criteria: Criteria) -> list[str]:
    """Skills that are needed together, by twos; long names first, since they are of rare things.

    Those that may as well be mentioned one by one: few search so, and pairs of them would double each query.
    """
    ordered = sorted(_terms(SKILLS_ALL, criteria), key=lambda name: (-len(name), name))
    if criteria.skills.mentions:
        return ordered
    return [_pair(*ordered[at : at + 2]) if at + 1 < len(ordered) else ordered[at] for at in range(0, len(ordered), 2)]


def _flat(pairs: Sequence[str]) -> list[str]:
    return [name for names in pairs for name in names.split(_BESIDE)]


def _telling_words(query: TextQuery) -> list[str]:
    """Words of which a posting must hold one, the longest that there are; none where no word is wanted."""
    if query.wanted:
        return [max((word for term in query.wanted for word in term.split(" ")), key=len)]
    groups = [sorted({max(term.split(" "), key=len) for term in group}) for group in query.either]
    return max(groups, key=lambda words: min(map(len, words)), default=[])
