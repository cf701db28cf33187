"""A posting as a document to be searched, and criteria as the filters that narrow a search.

`query_of` leaves out no posting that the truth accepts or nearly accepts. It lets through some that the truth rejects:
by phrases, by time zones, by kilometres. So what it finds is judged again. For the same reason `far_from`
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
from services.matcher.adapters.elasticsearch.documents import ANY, field_of
from services.rules.criterion import CRITERIA, Narrowing, terms_mark
from services.rules.criterion.salary import annual_floor, least_near
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
_FACTS: Final = 7
"""Another number for each change of what `_facts` works out of a posting."""
BY_FIELDS: Final = tuple(criterion for criterion in CRITERIA if criterion.by_terms)
"""The criteria whose terms have a field each."""


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
    return f"{_FACTS} {terms_mark()} {taxonomy_mark()}"


def _facts(prepared: PreparedPosting) -> Json:
    posting = prepared.posting
    found: Json = {
        "core": sorted(prepared.core),
        "words": _words(prepared),
        "tops": _tops(posting),
    }
    for criterion in BY_FIELDS:
        terms = criterion.terms_of(prepared)
        found[field_of(criterion)] = [ANY] if terms is None else sorted(terms)
    return found


def _words(prepared: PreparedPosting) -> list[str]:
    return sorted(word for word in prepared.haystack.every_word() if len(word) <= _LONGEST_WORD)


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
    for criterion in BY_FIELDS:
        if narrowing := criterion.narrowing(criteria):
            yield _demand(field_of(criterion), narrowing, excludes=criterion.excludes)
    yield from _words_asked(criteria)
    yield from _pay_asked(criteria, nearly=nearly)


def _demand(field: str, narrowing: Narrowing, *, excludes: bool) -> _Demand:
    if excludes:
        return _Demand(unwanted=({"terms": {field: narrowing.terms}},))
    if narrowing.at_least == 1:
        return _Demand(({"terms": {field: [ANY, *narrowing.terms]}},))
    clauses = tuple({"terms": {field: [ANY, term]}} for term in narrowing.terms)
    return _Demand(clauses if narrowing.at_least == len(clauses) else (_either(*clauses, at_least=narrowing.at_least),))


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
