"""Criteria as plain documents: what a posting must have to be looked at, and what rules it out.

A criterion is looked at only for postings that hold its anchor: both of two skills of its `all`, else one of its `any`,
else a word of its text (of each alternative, if there is nothing else), else one of the terms of another criterion, in
the order of `CRITERIA`; the few that need none of these are looked at always. In some other fields a posting must meet
one term, and `ANY` stands where nothing is asked. So a query is nothing but fields of which one term must be met, which
Lucene joins as sets. What rules out too little to be worth a set of its own, a script decides by numbers: a bit for
each value of a facet, and hashes of terms (64 bits: among the thousands that there are, two alike are not to be
expected in the life of an installation).
"""

from collections.abc import Mapping, Sequence
from datetime import datetime
from functools import lru_cache
from hashlib import blake2b
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
_BY_EXCLUSION: Final = tuple(criterion for criterion in CRITERIA if criterion.by_terms and criterion.excludes)
_BY_HASH: Final[tuple[Criterion[Any], ...]] = (SKILLS_ALL, SKILLS_ANY, *_BY_EXCLUSION)
BY_FIELDS: Final = tuple(
    criterion for criterion in CRITERIA if criterion.by_terms and criterion not in (*FACETS, *_BY_HASH)
)
"""The criteria that have a field of their own, of which a posting must have one term."""

HAS_PAY, HAS_ZONE, HAS_MORE, HAS_SOME, HAS_EITHER, HAS_UNWANTED, HAS_TEXT, HAS_TOWNS = (1 << at for at in range(50, 58))
"""Flags among the bits of facets: the other numbers of a document need not be looked at. `HAS_TEXT` is for what the
client decides: phrases, several alternatives, and towns, whose cells do not tell how far they are."""
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
    terms = _terms_beside(criteria, query)
    fields = {
        **named,
        "key": record.key,
        "bits": _bits(criteria, query, terms),
        "anchor": _anchors(criteria, query),
        **{field_of(criterion): _terms(criterion, criteria) or [ANY] for criterion in BY_FIELDS},
        **{name: [*map(hash_of, some)] for name, some in terms.items()},
    }
    if terms["some"]:
        fields["at_least"] = criteria.skills.at_least
    if (floor := criteria.salary_floor) is not None:
        currency = currency_number(floor.currency)
        fields["pay"] = packed_floor(annual_floor(floor), currency, accept_undisclosed=criteria.accept_undisclosed)
    if criteria.utc_offset is not None:
        fields |= {"offset": criteria.utc_offset, "tolerance": criteria.tolerance}
    if fields["bits"] & HAS_TEXT:
        fields["text"] = criteria.text
    if criteria.near:
        fields["towns"] = [encode(circle).decode() for circle in criteria.near]
        fields["accept_unknown_town"] = criteria.accept_unknown_town
    return fields


@lru_cache(maxsize=1 << 17)
def hash_of(term: str) -> int:
    """A term as a number of 64 bits."""
    return int.from_bytes(blake2b(term.encode(), digest_size=8).digest(), signed=True)


@lru_cache(maxsize=1 << 10)
def currency_number(code: str) -> int:
    """Three letters as a number below `CURRENCIES`."""
    first, second, third = (ord(letter) - ord("A") for letter in code)
    return (first * 26 + second) * 26 + third


def field_of(criterion: Criterion[Any]) -> str:
    """The field of a criterion's terms."""
    return criterion.name.replace(".", "_")


def query_of(prepared: PreparedPosting) -> dict[str, Any]:
    """What fits in all but what `bits` tells of: facets, pay, time zone, more of terms and text. Nothing is scored."""
    pairs = (_pair(name, other) for name, other in combinations(sorted(prepared.asked_for), 2))
    had = {criterion: criterion.terms_of(prepared) for criterion in BY_FIELDS}
    met = {field_of(criterion): sorted(terms) for criterion, terms in had.items() if terms is not None}
    anchors = [
        ALWAYS,
        *map(_of_skills, pairs),
        *_anchors_had(SKILLS_ALL, prepared),
        *_anchors_had(SKILLS_ANY, prepared),
    ]
    anchors += _words_of(prepared)
    for criterion, terms in had.items():
        anchors += [f"{criterion.name}:{term}" for term in ((ANY,) if terms is None else sorted(terms))]
    needed = ({"terms": {field: [ANY, *terms]}} for field, terms in met.items())
    return {"bool": {"filter": [{"terms": {"anchor": anchors}}, *needed]}}


def had_by(prepared: PreparedPosting) -> list[int]:
    """The hashes of all that a posting has of what a script looks at."""
    terms = [term for criterion in _BY_HASH for term in _anchors_had(criterion, prepared)]
    return [*map(hash_of, terms), *map(hash_of, _words_of(prepared))]


def masks_of(prepared: PreparedPosting) -> list[int]:
    """For each facet the bits of which criteria must have one."""
    return [sum(_bit(facet.name, value) for value in {ANY, *facet.terms_of(prepared)}) for facet in FACETS]


_BITS: Final = {
    facet_value: 1 << number
    for number, facet_value in enumerate((facet.name, value) for facet in FACETS for value in (ANY, *facet.values))
}


def _bit(facet: str, value: str) -> int:
    return _BITS[facet, value]


def _anchors_had(criterion: Criterion[Any], prepared: PreparedPosting) -> list[str]:
    return [f"{criterion.name}:{term}" for term in sorted(criterion.terms_of(prepared) or ())]


def _words_of(prepared: PreparedPosting) -> list[str]:
    return [f"w:{word}" for word in sorted(prepared.haystack.every_word())]


def _of_skills(pair: str) -> str:
    return f"{SKILLS_ALL.name}:{pair}"


def _pair(name: str, other: str) -> str:
    """The anchor of two skills that are needed together, in either order."""
    return _BESIDE.join(sorted((name, other)))


def _terms(criterion: Criterion[Any], criteria: Criteria) -> tuple[str, ...]:
    narrowing = criterion.narrowing(criteria)
    return narrowing.terms if narrowing else ()


def _own_anchors(criterion: Criterion[Any], criteria: Criteria) -> list[str]:
    return [f"{criterion.name}:{term}" for term in _terms(criterion, criteria)]


def _bits(criteria: Criteria, query: TextQuery, terms: Mapping[str, Sequence[str]]) -> int:
    said = (*query.wanted, *query.excluded, *(term for group in query.either for term in group))
    by_client = criteria.near or len(query.either) > 1 or any(" " in term for term in said)
    flags = {
        HAS_PAY: criteria.salary_floor is not None,
        HAS_ZONE: criteria.utc_offset is not None,
        HAS_MORE: terms["more"],
        HAS_SOME: terms["some"],
        HAS_EITHER: terms["either"],
        HAS_UNWANTED: terms["unwanted"],
        HAS_TEXT: by_client,
        HAS_TOWNS: criteria.near,
    }
    values = (_bit(facet.name, value) for facet in FACETS for value in facet.asked(criteria) or (ANY,))
    return sum(values) + sum(flag for flag, is_set in flags.items() if is_set)


def _anchors(criteria: Criteria, query: TextQuery) -> list[str]:
    if needed := _needed(criteria):
        # Those that may as well be mentioned one by one: few search so, and pairs of them would double each query.
        return [_of_skills(needed[0] if criteria.skills.mentions or len(needed) == 1 else _pair(*needed[:2]))]
    if some := _own_anchors(SKILLS_ANY, criteria):
        return some
    if words := _telling_words(query):
        return [f"w:{word}" for word in words]
    for criterion in BY_FIELDS:
        if anchors := _own_anchors(criterion, criteria):
            return [*anchors, f"{criterion.name}:{ANY}"]
    return [ALWAYS]


def _terms_beside(criteria: Criteria, query: TextQuery) -> dict[str, list[str]]:
    """What must be had beside the anchor: all of `more`, `at_least` so many of `some`, one of `either`, nothing that is
    `unwanted`."""
    needed, some, telling = _needed(criteria), _own_anchors(SKILLS_ANY, criteria), _telling_words(query)
    by_words = not needed and not some
    words = {word for term in query.wanted for word in term.split(" ")}
    if by_words and query.wanted:
        words -= {*telling}
    more = [*map(_of_skills, needed[1 if criteria.skills.mentions else 2 :]), *(f"w:{word}" for word in sorted(words))]
    unwanted = [anchor for criterion in _BY_EXCLUSION for anchor in _own_anchors(criterion, criteria)]
    unwanted += [f"w:{term}" for term in query.excluded if " " not in term]
    return {
        "more": more,
        "some": some if needed or criteria.skills.at_least > 1 else [],
        "either": [f"w:{word}" for word in _rarest(query.either)] if query.wanted or not by_words else [],
        "unwanted": unwanted,
    }


def _needed(criteria: Criteria) -> list[str]:
    """Skills that are needed together; long names first, since they are of rare things."""
    return sorted(_terms(SKILLS_ALL, criteria), key=lambda name: (-len(name), name))


def _telling_words(query: TextQuery) -> list[str]:
    """Words of which a posting must hold one, the longest that there are; none where no word is wanted."""
    if query.wanted:
        return [max((word for term in query.wanted for word in term.split(" ")), key=len)]
    return _rarest(query.either)


def _rarest(groups: Sequence[Sequence[str]]) -> list[str]:
    """Of the alternatives, those of long words: one of each term."""
    words = [sorted({max(term.split(" "), key=len) for term in group}) for group in groups]
    return max(words, key=lambda some: min(map(len, some)), default=[])
