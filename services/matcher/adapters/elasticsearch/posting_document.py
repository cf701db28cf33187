"""A posting as a document to be searched, and criteria as the filters that narrow a search.

`query_of` leaves out no posting that the truth accepts or nearly accepts. It lets through some that the truth rejects:
by phrases, by time zones, by places that are excluded. So what it finds is judged again. For the same reason `far_from`
finds only a part of what fails two criteria, and nothing else; and only among documents of this release and taxonomy.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.codec import encode
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.documents import cell_terms, cells_of
from services.rules.criterion import FACETS, facets_mark
from services.rules.criterion.role import accepts_unknown_role, suiting
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.places.known import countries_of, country_of, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE, deciding
from services.rules.prepared import PreparedPosting
from services.rules.skills.taxonomy import taxonomy_mark
from services.rules.text import TextQuery

Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_WORD: Final = 200
"""Longer ones are in nobody's search in earnest, and are neither indexed nor asked for."""
_LARGEST: Final = 2**63 - 1
_CURRENCY: Final = re.compile("[A-Z]{3}")
_NOT_TOLD: Final = "unknown"
_FACTS: Final = 5
"""Another number for each change of what `_facts` works out of a posting."""


def micros(at: datetime) -> int:
    """Microseconds since 1970: times are sorted as exactly as they are compared."""
    return (at - _EPOCH) // _MICROSECOND


def document_of(prepared: PreparedPosting) -> Json:
    """What is indexed of a posting. No search for what fits finds a closed one, but backtests look back at it."""
    posting = prepared.posting
    kept: Json = {
        "posting_id": posting.posting_id,
        "version": posting.version,
        "seen_at": micros(posting.seen_at),
        "open": posting.status == "open",
        "backlog": posting.backlog,
        "rules": _rules(),
        "document": encode(posting).decode(),
    }
    return kept | _facts(prepared)


def _rules() -> str:
    """What a document's facts were worked out by.

    A worker of an earlier release may write beside this one, and what a skill implies changes with the taxonomy. By
    such documents a search for what fits finds a little less until they are made anew; one for what does not fit would
    name what does.
    """
    return f"{_FACTS} {facets_mark()} {taxonomy_mark()}"


def _facts(prepared: PreparedPosting) -> Json:
    posting = prepared.posting
    found: Json = {
        "skills": sorted(prepared.skills),
        "skills_implied": sorted(prepared.implied.keys() - prepared.skills),
        "core": sorted(prepared.core),
        "roles": posting.roles or [_NOT_TOLD],
        "deciding_role": posting.roles[:1],
        "words": _words(prepared),
        "places": _places(prepared),
        "cells": cells_of(posting),
        **{facet.name: facet.standing(posting) for facet in FACETS},
        "tops": _tops(posting),
    }
    return found if posting.language is None else found | {"language": posting.language}


def _words(prepared: PreparedPosting) -> list[str]:
    return sorted(word for word in set(prepared.haystack.line.split()) if len(word) <= _LONGEST_WORD)


def _places(prepared: PreparedPosting) -> list[str]:
    allowed = prepared.allowed
    if not allowed.stated:
        return [_NOT_TOLD]
    named = allowed.countries | allowed.parts_of | allowed.subdivisions
    return sorted(named | {WORLDWIDE} if allowed.worldwide else named)


def _tops(posting: PostingCore) -> dict[str, int]:
    tops = posting.salary.tops if posting.salary else {}
    return {currency: min(top, _LARGEST) for currency, top in tops.items() if _CURRENCY.fullmatch(currency)}


@dataclass(frozen=True, slots=True)
class _Demand:
    """What one criterion asks of a document. One that does not meet it fails the criterion."""

    needed: tuple[Json, ...] = ()
    unwanted: tuple[Json, ...] = ()

    @property
    def query(self) -> Json:
        return {"bool": {"filter": self.needed, "must_not": self.unwanted}}


def query_of(criteria: Criteria, since: datetime, *, backlog: bool) -> Json:
    """The filter for open postings seen since then; see the module for what it promises."""
    must: list[Json] = [{"term": {"open": True}}, {"range": {"seen_at": {"gte": micros(since)}}}]
    if not backlog:
        must.append({"term": {"backlog": False}})
    asked = tuple(_demands(criteria, nearly=True))
    return {
        "bool": {
            "filter": [*must, *(query for demand in asked for query in demand.needed)],
            "must_not": [query for demand in asked for query in demand.unwanted],
        }
    }


def far_from(criteria: Criteria) -> Json | None:
    """The filter for postings, open or closed, that fail two criteria or more; None where documents cannot tell."""
    asked = [demand.query for demand in _demands(criteria, nearly=False)]
    if len(asked) < 2:
        return None
    nearly: Json = {"bool": {"should": asked, "minimum_should_match": len(asked) - 1}}
    return {"bool": {"filter": [{"term": {"rules": _rules()}}], "must_not": [nearly]}}


def _demands(criteria: Criteria, *, nearly: bool) -> Iterator[_Demand]:
    """One for each criterion that asks for something which a document tells; `nearly` for near misses too."""
    yield from _roles_asked(criteria)
    skills = criteria.skills
    if skills.all:
        yield _Demand(tuple({"term": {"skills": name}} for name in skills.all))
    if skills.any and skills.at_least == 1:
        yield _Demand((_either({"terms": {"skills": skills.any}}, {"terms": {"skills_implied": skills.any}}),))
    elif skills.any:
        had = (_either({"term": {"skills": name}}, {"term": {"skills_implied": name}}) for name in skills.any)
        yield _Demand((_either(*had, at_least=skills.at_least),))
    if skills.none:
        yield _Demand(unwanted=({"terms": {"skills": skills.none}},))
    yield from _words_asked(criteria)
    if criteria.places:
        yield _Demand(({"terms": {"places": _welcome(criteria)}},))
    if criteria.near:
        yield _Demand(({"terms": {"cells": cell_terms(criteria)}},))
    yield from _pay_asked(criteria, nearly=nearly)
    for facet in FACETS:
        if asked := facet.asked(criteria):
            yield _Demand(({"terms": {facet.name: asked}},))
    if criteria.languages:
        yield _Demand((_either({"terms": {"language": criteria.languages}}, _lacking("language")),))


def _roles_asked(criteria: Criteria) -> Iterator[_Demand]:
    asked = criteria.roles
    if asked.any:
        suit = [*suiting(asked), _NOT_TOLD] if accepts_unknown_role(criteria) else suiting(asked)
        yield _Demand(({"terms": {"roles": suit}},))
    if asked.none:
        yield _Demand(unwanted=({"terms": {"deciding_role": asked.none}},))


def _words_asked(criteria: Criteria) -> Iterator[_Demand]:
    """Every word of every wanted term is needed, and of one alternative; a single word that is excluded rules out."""
    query = TextQuery.parse(criteria.text)
    needed = _each_word(query.wanted)
    for group in query.either:
        needs = [_each_word((term,)) for term in group]
        if all(needs):
            needed.append(_either(*({"bool": {"filter": need}} for need in needs)))
    excluded = [term for term in query.excluded if " " not in term and len(term) <= _LONGEST_WORD]
    if needed or excluded:
        yield _Demand(tuple(needed), ({"terms": {"words": excluded}},) if excluded else ())


def _each_word(terms: tuple[str, ...]) -> list[Json]:
    words = sorted({word for term in terms for word in term.split(" ")})
    return [{"term": {"words": word}} for word in words if len(word) <= _LONGEST_WORD]


def _welcome(criteria: Criteria) -> list[str]:
    """Whatever a posting may name that takes in one of the asked places."""
    found = {WORLDWIDE}
    for place in deciding(criteria):
        if is_group(place):
            found |= countries_of(place)
        elif is_subdivision(place):
            found |= {place, country_of(place)}
        else:
            found.add(place)
    return sorted(found | {_NOT_TOLD} if criteria.accept_unknown_place else found)


def _pay_asked(criteria: Criteria, *, nearly: bool) -> Iterator[_Demand]:
    """Pay that is not disclosed is at least a near miss, as is pay a little below the floor."""
    floor = criteria.salary_floor
    needed = None if floor is None else annual_floor(floor)
    if floor is None or needed is None or not _CURRENCY.fullmatch(floor.currency):
        return
    field = f"tops.{floor.currency}"
    enough: Json = {"range": {field: {"gte": min(least_near(needed) if nearly else needed, _LARGEST)}}}
    yield _Demand((_either(enough, _lacking(field)) if nearly or criteria.accept_undisclosed else enough,))


def _either(*queries: Json, at_least: int = 1) -> Json:
    return {"bool": {"should": list(queries), "minimum_should_match": at_least}}


def _lacking(field: str) -> Json:
    return {"bool": {"must_not": [{"exists": {"field": field}}]}}
