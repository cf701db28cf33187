"""Compares the two directions of matching with each other and with what was stored, for the postings of one day.

Forward: each criteria judged, by the truth, over the day's postings. Reverse: the index of criteria asked with each
posting. Stored: the keys that the store has for it. What forward finds must be found by the index and be in the store.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas.codec import UnreadableError, decode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import Keys
from schemas.posting import PostingCore
from schemas.topics import CRITERIA, POSTINGS
from services.matcher.ports import CriteriaIndex, Hits
from services.rules.prepared import PreparedPosting
from services.rules.verdict import Outcome, judge
from services.runtime.chunks import chunked
from services.runtime.records import TopicReader

Advance = Callable[[int], None]
Outcomes = dict[str, dict[int, Outcome]]
"""What each posting is to each key that it matches or nearly matches."""

_DAY: Final = timedelta(days=1)
_MATCHED_AT_ONCE: Final = 200


@dataclass(frozen=True, slots=True)
class CriteriaOfKey:
    """What a key asks, and since when."""

    version: int
    criteria_id: str
    removed: bool
    since: datetime
    """When the first record since which it asks this was appended."""
    value: bytes

    @property
    def criteria(self) -> Criteria:
        """Decoded at each use: a million of them would not fit into memory otherwise."""
        return decode(CriteriaRecord, self.value).criteria


@dataclass(frozen=True, slots=True)
class PostingOfDay:
    """A posting of the day: its newest version, and when that was appended."""

    posting: PostingCore
    appended_at: datetime


@dataclass(frozen=True, slots=True)
class Difference:
    """A pair on which two ways of finding it differ."""

    key: int
    posting_id: str
    verdict: Outcome
    """What the truth says of them."""
    where: Literal["store", "index"]
    """Which of the two is wrong."""

    def __str__(self) -> str:
        if self.where == "store":
            return f"criteria {self.key}, posting {self.posting_id}: {_SPELT[self.verdict]}, and not in the store"
        gives = "gives it all the same" if self.verdict == "reject" else "does not give it so"
        return f"criteria {self.key}, posting {self.posting_id}: {_SPELT[self.verdict]}, and the index {gives}"


_SPELT: Final = {"match": "match", "near": "nearly match", "reject": "do not match"}


def asked_by_key(reader: TopicReader) -> dict[int, CriteriaOfKey]:
    """The present state of each key, by its topic; the removed among them."""
    found: dict[int, CriteriaOfKey] = {}
    for record in reader.read_all(CRITERIA.name):
        try:
            change = decode(CriteriaRecord, record.value)
        except UnreadableError:
            continue
        known = found.get(change.key)
        if known is not None and known.version >= change.version:
            continue
        asks_on = known is not None and not known.removed and known.criteria_id == change.criteria_id
        since = known.since if known is not None and asks_on else record.appended_at
        found[change.key] = CriteriaOfKey(change.version, change.criteria_id, change.removed, since, record.value)
    return found


@dataclass(frozen=True, slots=True)
class Day:
    """The postings of which some version came on one day."""

    news: Mapping[str, PostingOfDay]
    """Those that may be matched, by their ids."""
    backlog: int = 0
    """Open, and what a source had before its first poll: held for previews and sent without keys."""
    closed: int = 0


def postings_of(reader: TopicReader, day: datetime) -> Day:
    """Postings of which some version came on the day that begins at `day`, by what their newest version is."""
    found: dict[str, PostingOfDay] = {}
    for record in reader.read_all(POSTINGS.name, day):
        posting_id = record.key.decode("utf-8", "replace")
        if record.appended_at >= day + _DAY and posting_id not in found:
            continue
        try:
            posting = decode(PostingCore, record.value)
        except UnreadableError:
            continue
        known = found.get(posting.posting_id)
        if known is None or known.posting.version < posting.version:
            found[posting.posting_id] = PostingOfDay(posting, record.appended_at)
    still_open = {name: arrival for name, arrival in found.items() if arrival.posting.status == "open"}
    news = {name: arrival for name, arrival in still_open.items() if not arrival.posting.backlog}
    return Day(news, len(still_open) - len(news), len(found) - len(still_open))


def forward(asked: Mapping[int, CriteriaOfKey], came: Mapping[str, PostingOfDay], advance: Advance) -> Outcomes:
    """Judge each criteria over the postings, by the truth."""
    shelf = _Shelf(came.values())
    found: Outcomes = {name: {} for name in came}
    for key, asking in asked.items():
        advance(1)
        if asking.removed:
            continue
        criteria = asking.criteria
        for prepared in shelf.candidates(criteria):
            outcome = judge(criteria, prepared).outcome
            if outcome != "reject":
                found[prepared.posting.posting_id][key] = outcome
    return found


def reverse(index: CriteriaIndex, came: Mapping[str, PostingOfDay]) -> Outcomes:
    """Ask the index with each posting."""
    found: Outcomes = {}
    for some in chunked(came, _MATCHED_AT_ONCE):
        for name, hits in zip(some, index.match([came[name].posting for name in some]), strict=True):
            found[name] = _outcomes(hits)
    return found


def index_differences(truth: Outcomes, index: Outcomes) -> Iterator[Difference]:
    """Where the index does not say what the truth says."""
    for name, expected in truth.items():
        given = index.get(name, {})
        for key in sorted(expected.keys() | given.keys()):
            if expected.get(key) != given.get(key):
                yield Difference(key, name, expected.get(key, "reject"), "index")


def store_differences(truth: Outcomes, stored: Mapping[str, tuple[Keys, Keys]]) -> Iterator[Difference]:
    """What the truth finds and the store lacks. What it has besides was so for another version: no difference."""
    for name, expected in truth.items():
        matched, near = ({int(key) for key in keys} for keys in stored.get(name, ((), ())))
        for key, outcome in sorted(expected.items()):
            if key not in matched and not (outcome == "near" and key in near):
                yield Difference(key, name, outcome, "store")


@dataclass(frozen=True, slots=True)
class Backwards:
    """How far criteria that came after a posting are matched backwards."""

    span: timedelta
    most: int


def expected_backwards(
    reader: TopicReader,
    missing: Sequence[Difference],
    asked: Mapping[int, CriteriaOfKey],
    came: Mapping[str, PostingOfDay],
    backwards: Backwards,
) -> list[Difference]:
    """Leave out what new criteria were rightly not matched with: postings too old, or with too many newer ones before.

    Reads the postings of the span before those criteria once more, where there is anything to leave out.
    """
    late = {pair.key for pair in missing if asked[pair.key].since > came[pair.posting_id].appended_at}
    if not late:
        return list(missing)
    newer = _newer_matches(reader, {key: asked[key] for key in late}, backwards.span)
    kept = []
    for pair in missing:
        seen_at, since = came[pair.posting_id].posting.seen_at, asked[pair.key].since
        if since > came[pair.posting_id].appended_at:
            before = sum(at > seen_at for name, at in newer[pair.key].items() if name != pair.posting_id)
            if seen_at < since - backwards.span or before >= backwards.most:
                continue
        kept.append(pair)
    return kept


def _newer_matches(
    reader: TopicReader, late: Mapping[int, CriteriaOfKey], span: timedelta
) -> dict[int, dict[str, datetime]]:
    """By key: when each posting that fits and was there before the key was seen."""
    criteria = {key: asking.criteria for key, asking in late.items()}
    found: dict[int, dict[str, datetime]] = {key: {} for key in late}
    for record in reader.read_all(POSTINGS.name, min(asking.since for asking in late.values()) - span):
        try:
            prepared = PreparedPosting(decode(PostingCore, record.value))
        except UnreadableError:
            continue
        if prepared.posting.backlog:
            continue
        for key, asking in late.items():
            if record.appended_at <= asking.since and judge(criteria[key], prepared).outcome != "reject":
                found[key][prepared.posting.posting_id] = prepared.posting.seen_at
    return found


class _Shelf:
    """Postings by their skills, so that most criteria are judged over few."""

    def __init__(self, came: Iterable[PostingOfDay]) -> None:
        self._all = [PreparedPosting(arrival.posting) for arrival in came]
        self._by_skill: dict[str, set[int]] = {}
        self._by_any: dict[str, set[int]] = {}
        for number, prepared in enumerate(self._all):
            for name in prepared.skills:
                self._by_skill.setdefault(name, set()).add(number)
            for name in (*prepared.skills, *prepared.implied):
                self._by_any.setdefault(name, set()).add(number)

    def candidates(self, criteria: Criteria) -> Iterator[PreparedPosting]:
        """Those that have the skills that are asked for: all that can fit, and more."""
        skills = criteria.skills
        sets = [self._by_skill.get(name, set()) for name in skills.all]
        if skills.any:
            sets.append(set().union(*(self._by_any.get(name, set()) for name in skills.any)))
        numbers = set.intersection(*sets) if sets else range(len(self._all))
        return (self._all[number] for number in sorted(numbers))


def _outcomes(hits: Hits) -> dict[int, Outcome]:
    matched: dict[int, Outcome] = {int(key): "match" for key in hits.keys}
    return matched | {int(key): "near" for key in hits.near}
