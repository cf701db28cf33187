"""The baseline: criteria as percolator queries, with all that ours can ask, in the best form that the engine has.

Near misses are kept in the stored queries too (their floor is the least that is near), and told from matches by a value
beside them. Facets, languages and places stand beside each query also as plain fields, by which a search may pass over
queries before they are run: what the engines' manuals advise.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any, Final, Literal

import numpy as np

from bench.baseline import AS_OURS, KEYWORD, NUMBER, BaselineIndex, fields_as_ours, filters_as_ours
from bench.corpus import CURRENCIES
from bench.hits import every_hit, split_by_pay, tops_of
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.documents import HAS_PAY, document
from services.matcher.adapters.elasticsearch.hits import aggregation_of, hits_in
from services.matcher.ports import Hits
from services.rules.criterion import PLACE
from services.rules.criterion.facet import EMPLOYMENT, SENIORITY
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.criterion.timezone import end_of
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

Form = Literal["plain", "pruned", "packed", "batched"]
"""`plain`: one document a search. `pruned`: the same behind filters on plain fields. `packed`: pruned, with the hits
packed by a script. `batched`: ten documents a search."""

_EVERYWHERE: Final = "everywhere"
_NO_LANGUAGE: Final = "none"
_DOCUMENTS: Final = 10
_PROPERTIES: Final = {
    "query": {"type": "percolator"},
    "key": NUMBER,
    "bits": NUMBER,
    "pay": NUMBER,
    "line": {"type": "text", "analyzer": "whitespace", "norms": False},
    "zone_low": {"type": "double"},
    "zone_high": {"type": "double"},
    "tops": {"properties": dict.fromkeys(CURRENCIES, NUMBER)},
    **dict.fromkeys(("skills", "held", *AS_OURS), KEYWORD),
}


class Percolator(BaselineIndex):
    """One index of percolator queries on one engine."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name, _PROPERTIES, _document)

    def match(self, postings: Sequence[PostingCore], form: Form) -> list[Hits]:
        """The hits of each posting."""
        if form == "batched":
            some = range(0, len(postings), _DOCUMENTS)
            return [hits for at in some for hits in self._batched(postings[at : at + _DOCUMENTS])]
        prepared = [PreparedPosting(posting) for posting in postings]
        wanted = "aggregations.hits.value" if form == "packed" else "hits.hits.fields"
        answers = self.search_many([_search(posting, form) for posting in prepared], wanted)
        return [_hits(posting.posting, answer, form) for posting, answer in zip(prepared, answers, strict=True)]

    def _batched(self, postings: Sequence[PostingCore]) -> list[Hits]:
        documents = [_percolated(PreparedPosting(posting)) for posting in postings]
        body = every_hit({"percolate": {"field": "query", "documents": documents}})
        answer = self.search(body, "hits.hits.fields")
        fields: list[list[dict[str, Any]]] = [[] for _ in postings]
        for hit in answer.get("hits", {}).get("hits", ()):
            for slot in hit["fields"]["_percolator_document_slot"]:
                fields[slot].append(hit["fields"])
        return [split_by_pay(posting, found) for posting, found in zip(postings, fields, strict=True)]


def _hits(posting: PostingCore, answer: dict[str, Any], form: Form) -> Hits:
    if form == "packed":
        packed = hits_in(answer)
        return Hits(np.sort(packed.keys), np.sort(packed.near))
    return split_by_pay(posting, [hit["fields"] for hit in answer.get("hits", {}).get("hits", ())])


def _search(prepared: PreparedPosting, form: Form) -> dict[str, Any]:
    percolate = {"percolate": {"field": "query", "document": _percolated(prepared)}}
    if form == "plain":
        return every_hit(percolate)
    query = {"bool": {"filter": [percolate, *filters_as_ours(prepared)]}}
    if form == "pruned":
        return every_hit(query)
    return {"size": 0, "track_total_hits": False, "query": query, "aggs": aggregation_of(prepared)}


def _percolated(prepared: PreparedPosting) -> dict[str, Any]:
    """A posting as the document that queries are run against."""
    posting, zones = prepared.posting, prepared.posting.timezones
    found: dict[str, Any] = {
        "skills": sorted(prepared.skills),
        "held": sorted({*prepared.skills, *prepared.implied}),
        "line": prepared.haystack.line,
        "workplace": posting.workplace,
        "seniority": SENIORITY.standing(posting),
        "employment": EMPLOYMENT.standing(posting),
        "language": posting.language or _NO_LANGUAGE,
        "place": PLACE.terms_of(prepared) or [_EVERYWHERE],
        "tops": {code: top for code, top in tops_of(posting).items() if code in CURRENCIES},
    }
    if zones is not None:
        found |= {"zone_low": zones.min, "zone_high": end_of(zones)}
    return found


def _document(record: CriteriaRecord) -> dict[str, Any]:
    ours = document(record, datetime(2026, 1, 1, tzinfo=UTC))
    kept = {name: ours[name] for name in ("key", "bits", "pay") if name in ours} | fields_as_ours(record.criteria, ours)
    # Time zones, texts and skills are in the query here.
    kept["bits"] &= (HAS_PAY << 1) - 1
    return {**kept, "query": _query(record.criteria)}


def _query(criteria: Criteria) -> dict[str, Any]:
    text = TextQuery.parse(criteria.text)
    needed: list[dict[str, Any]] = [{"term": {"skills": name}} for name in criteria.skills.all]
    if criteria.skills.any:
        needed.append({"terms": {"held": criteria.skills.any}})
    needed += [_text_query(term) for term in text.wanted]
    needed += [{"bool": {"should": [_text_query(term) for term in group]}} for group in text.either]
    if places := PLACE.narrowing(criteria):
        needed.append({"terms": {"place": [*places.terms, _EVERYWHERE]}})
    for field in ("workplace", "seniority", "employment"):
        if getattr(criteria, field):
            needed.append({"terms": {field: getattr(criteria, field)}})
    if criteria.languages:
        needed.append({"terms": {"language": [*criteria.languages, _NO_LANGUAGE]}})
    if criteria.utc_offset is not None:
        needed.append(_zone(criteria.utc_offset, criteria.tolerance))
    if criteria.salary_floor is not None:
        needed.append(_paid(criteria))
    unwanted = [{"term": {"skills": name}} for name in criteria.skills.none] + [
        _text_query(term) for term in text.excluded
    ]
    return {"bool": {"filter": needed or [{"match_all": {}}], **({"must_not": unwanted} if unwanted else {})}}


def _text_query(term: str) -> dict[str, Any]:
    return {"match_phrase": {"line": term}} if " " in term else {"term": {"line": term}}


def _zone(offset: float, tolerance: float) -> dict[str, Any]:
    turns = [
        {
            "bool": {
                "filter": [
                    {"range": {"zone_low": {"lte": at + tolerance}}},
                    {"range": {"zone_high": {"gte": at - tolerance}}},
                ]
            }
        }
        for at in (offset - 24, offset, offset + 24)
    ]
    return {"bool": {"should": [{"bool": {"must_not": {"exists": {"field": "zone_low"}}}}, *turns]}}


def _paid(criteria: Criteria) -> dict[str, Any]:
    """Matches and near misses: pay from 10 % below the floor on, or none in its currency."""
    floor = criteria.salary_floor
    assert floor is not None
    field = f"tops.{floor.currency}"
    least = least_near(annual_floor(floor) or 0)
    unknown = {"bool": {"must_not": {"exists": {"field": field}}}}
    return {"bool": {"should": [{"range": {field: {"gte": least}}}, unknown]}}
