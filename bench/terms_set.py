"""The other baseline: criteria as plain documents as one would first write them, with a `terms_set` and ranges.

A document lists what it needs and how many of that; `terms_set` finds those of which a posting has all. Other fields
are `terms`, the floor is a range in its currency, and exclusions are a `must_not`. Hits are listed one by one, each by
the doc values of its key and of what tells matches from near misses. Phrases, excluded words and alternatives are left
to the client, as with ours.
"""

from collections.abc import Sequence
from typing import Any, Final

from bench.baseline import AS_OURS, KEYWORD, NUMBER, BaselineIndex, fields_as_ours, filters_as_ours
from bench.corpus import CURRENCIES
from bench.hits import every_hit, split_by_pay, tops_of
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore, Timezones
from services.matcher.adapters.elasticsearch.documents import ANY, document
from services.matcher.ports import Hits
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.criterion.timezone import end_of
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery
from services.runtime.clock import SystemClock

_NO_FLOOR: Final = "none"
_TURNS: Final = (-24, 0, 24)


class TermsSet(BaselineIndex):
    """One index of documents on one engine."""

    def __init__(self, url: str, name: str) -> None:
        super().__init__(url, name, _properties(), _document)

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting."""
        prepared = [PreparedPosting(posting) for posting in postings]
        answers = self.search_many([every_hit(_query(posting), "text") for posting in prepared], "hits.hits.fields")
        return [_hits(posting, answer) for posting, answer in zip(prepared, answers, strict=True)]


def _properties() -> dict[str, Any]:
    keywords = ("skills", "any", "words", "unwanted", "currency", "zoned", "text", *AS_OURS)
    numbers = ("key", "pay", "needed", "words_needed", *(f"least_{code}" for code in CURRENCIES))
    zones = {name: {"type": "double"} for name in ("zone_low", "zone_high")}
    return {**dict.fromkeys(keywords, KEYWORD), **dict.fromkeys(numbers, NUMBER), **zones}


def _hits(prepared: PreparedPosting, answer: dict[str, Any]) -> Hits:
    says: dict[str, bool] = {}
    hits = [hit["fields"] for hit in answer.get("hits", {}).get("hits", ())]
    return split_by_pay(prepared.posting, [hit for hit in hits if _text_fits(prepared, hit, says)])


def _text_fits(prepared: PreparedPosting, hit: dict[str, Any], known: dict[str, bool]) -> bool:
    if "text" not in hit:
        return True
    text = hit["text"][0]
    if text not in known:
        known[text] = TextQuery.parse(text).fits_haystack(prepared.haystack)
    return known[text]


def _document(record: CriteriaRecord) -> dict[str, Any]:
    criteria, ours = record.criteria, document(record, SystemClock().now())
    query = TextQuery.parse(criteria.text)
    words = sorted({word for term in query.wanted for word in term.split(" ")})
    found: dict[str, Any] = {
        "key": record.key,
        **fields_as_ours(criteria, ours),
        "skills": criteria.skills.all or [ANY],
        "needed": len(criteria.skills.all) or 1,
        "any": criteria.skills.any or [ANY],
        "words": words or [ANY],
        "words_needed": len(words) or 1,
        "unwanted": criteria.skills.none,
    }
    if query.excluded or query.either or any(" " in term for term in query.wanted):
        found["text"] = criteria.text
    if "pay" in ours:
        found["pay"] = ours["pay"]
    return found | _pay(criteria) | _zone(criteria)


def _pay(criteria: Criteria) -> dict[str, Any]:
    """The least that is near the floor, in its currency."""
    floor = criteria.salary_floor
    if floor is None:
        return {"currency": _NO_FLOOR}
    return {"currency": floor.currency, f"least_{floor.currency}": least_near(annual_floor(floor) or 0)}


def _zone(criteria: Criteria) -> dict[str, Any]:
    if criteria.utc_offset is None:
        return {"zoned": ANY}
    low, high = criteria.utc_offset - criteria.tolerance, criteria.utc_offset + criteria.tolerance
    return {"zone_low": low, "zone_high": high}


def _query(prepared: PreparedPosting) -> dict[str, Any]:
    posting = prepared.posting
    own, words = sorted(prepared.skills), sorted(set(prepared.haystack.line.split()))
    needed = [
        _terms_set("skills", own, "needed"),
        _terms_set("words", words, "words_needed"),
        {"terms": {"any": [ANY, *own, *sorted(prepared.implied.keys() - prepared.skills)]}},
        *filters_as_ours(prepared),
    ]
    if tops := tops_of(posting):
        needed.append(_paid(tops))
    if posting.timezones is not None:
        needed.append(_awake(posting.timezones))
    return {"bool": {"filter": needed, "must_not": {"terms": {"unwanted": own}}}}


def _terms_set(field: str, values: list[str], count: str) -> dict[str, Any]:
    return {"terms_set": {field: {"terms": [ANY, *values], "minimum_should_match_field": count}}}


def _paid(tops: dict[str, int]) -> dict[str, Any]:
    """What asks for no floor, or for one in a currency in which pay is not told, or for one that is at least near."""
    ranges = [{"range": {f"least_{code}": {"lte": tops[code]}}} for code in CURRENCIES if code in tops]
    untold = [code for code in CURRENCIES if code not in tops]
    return {"bool": {"should": [{"terms": {"currency": [_NO_FLOOR, *untold]}}, *ranges]}}


def _awake(zones: Timezones) -> dict[str, Any]:
    low, high = zones.min, end_of(zones)
    turns = [
        {
            "bool": {
                "filter": [
                    {"range": {"zone_low": {"lte": high + turn}}},
                    {"range": {"zone_high": {"gte": low + turn}}},
                ]
            }
        }
        for turn in _TURNS
    ]
    return {"bool": {"should": [{"term": {"zoned": ANY}}, *turns]}}
