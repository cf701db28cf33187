"""A posting as a document to be searched, and criteria as the filter that narrows the search.

The filter leaves out no posting that the truth accepts or nearly accepts. It lets through some that the truth rejects:
by phrases, by time zones, by places that are excluded. So what it finds is judged again.
"""

import re
from datetime import UTC, datetime, timedelta
from typing import Any, Final

from schemas.codec import encode
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.rules.fits import UNMARKED_EMPLOYMENT, UNMARKED_SENIORITY, annual_floor, least_near
from services.rules.places import countries_of, country_of, is_group, is_subdivision
from services.rules.placing import WORLDWIDE, concrete
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

Json = dict[str, Any]

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND = timedelta(microseconds=1)
_LONGEST_WORD: Final = 200
"""Longer ones are in nobody's search in earnest, and are neither indexed nor asked for."""
_LARGEST: Final = 2**63 - 1
_CURRENCY: Final = re.compile("[A-Z]{3}")
_NOT_TOLD: Final = "unknown"


def micros(at: datetime) -> int:
    """Microseconds since 1970: times are sorted as exactly as they are compared."""
    return (at - _EPOCH) // _MICROSECOND


def document_of(prepared: PreparedPosting) -> Json:
    """What is indexed of a posting. A closed one is never found, and held so that no older version reopens it."""
    posting = prepared.posting
    held: Json = {
        "posting_id": posting.posting_id,
        "version": posting.version,
        "seen_at": micros(posting.seen_at),
        "open": posting.status == "open",
        "backlog": posting.backlog,
        "document": encode(posting).decode(),
    }
    return held if posting.status == "closed" else held | _facts(prepared)


def _facts(prepared: PreparedPosting) -> Json:
    posting = prepared.posting
    found: Json = {
        "skills": sorted(prepared.skills),
        "skills_implied": sorted(prepared.implied.keys() - prepared.skills),
        "words": _words(prepared),
        "places": _places(prepared),
        "workplace": posting.workplace,
        "seniority": posting.seniority or UNMARKED_SENIORITY,
        "employment": posting.employment or UNMARKED_EMPLOYMENT,
        "tops": _tops(posting),
    }
    return found if posting.language is None else found | {"language": posting.language}


def _words(prepared: PreparedPosting) -> list[str]:
    return sorted(word for word in set(prepared.haystack.line.split()) if len(word) <= _LONGEST_WORD)


def _places(prepared: PreparedPosting) -> list[str]:
    allowed = prepared.allowed
    if not allowed.told:
        return [_NOT_TOLD]
    named = allowed.countries | allowed.parts_of | allowed.subdivisions
    return sorted(named | {WORLDWIDE} if allowed.worldwide else named)


def _tops(posting: PostingCore) -> dict[str, int]:
    tops = posting.salary.tops if posting.salary else {}
    return {currency: min(top, _LARGEST) for currency, top in tops.items() if _CURRENCY.fullmatch(currency)}


def query_of(criteria: Criteria, since: datetime, *, backlog: bool) -> Json:
    """The filter for open postings seen since then; see the module for what it promises."""
    must: list[Json] = [{"term": {"open": True}}, {"range": {"seen_at": {"gte": micros(since)}}}]
    if not backlog:
        must.append({"term": {"backlog": False}})
    must_not: list[Json] = []
    skills = criteria.skills
    must += [{"term": {"skills": name}} for name in skills.all]
    if skills.any:
        must.append(_either({"terms": {"skills": skills.any}}, {"terms": {"skills_implied": skills.any}}))
    if skills.none:
        must_not.append({"terms": {"skills": skills.none}})
    _ask_text(criteria, must, must_not)
    if criteria.places:
        must.append({"terms": {"places": _welcome(criteria)}})
    _ask_pay(criteria, must)
    for name in ("workplace", "seniority", "employment"):
        if asked := getattr(criteria, name):
            must.append({"terms": {name: asked}})
    if criteria.languages:
        must.append(_either({"terms": {"language": criteria.languages}}, _lacking("language")))
    return {"bool": {"filter": must, "must_not": must_not}}


def _ask_text(criteria: Criteria, must: list[Json], must_not: list[Json]) -> None:
    """Every word of every wanted term is needed, and of one alternative; a single word that is excluded rules out."""
    query = TextQuery.parse(criteria.text)
    must += _each_word(query.wanted)
    for group in query.either:
        needs = [_each_word((term,)) for term in group]
        if all(needs):
            must.append(_either(*({"bool": {"filter": need}} for need in needs)))
    excluded = [term for term in query.excluded if " " not in term and len(term) <= _LONGEST_WORD]
    if excluded:
        must_not.append({"terms": {"words": excluded}})


def _each_word(terms: tuple[str, ...]) -> list[Json]:
    words = sorted({word for term in terms for word in term.split(" ")})
    return [{"term": {"words": word}} for word in words if len(word) <= _LONGEST_WORD]


def _welcome(criteria: Criteria) -> list[str]:
    """Whatever a posting may name that takes in one of the asked places."""
    found = {WORLDWIDE}
    for place in concrete(criteria.places):
        if is_group(place):
            found |= countries_of(place)
        elif is_subdivision(place):
            found |= {place, country_of(place)}
        else:
            found.add(place)
    return sorted(found | {_NOT_TOLD} if criteria.accept_unknown_place else found)


def _ask_pay(criteria: Criteria, must: list[Json]) -> None:
    """Pay that is not disclosed is at least a near miss."""
    floor = criteria.salary_floor
    needed = None if floor is None else annual_floor(floor)
    if floor is None or needed is None or not _CURRENCY.fullmatch(floor.currency):
        return
    field = f"tops.{floor.currency}"
    must.append(_either({"range": {field: {"gte": min(least_near(needed), _LARGEST)}}}, _lacking(field)))


def _either(*queries: Json) -> Json:
    return {"bool": {"should": list(queries), "minimum_should_match": 1}}


def _lacking(field: str) -> Json:
    return {"bool": {"must_not": [{"exists": {"field": field}}]}}
