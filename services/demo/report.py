"""What the demo did, in numbers."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from schemas.codec import decode
from schemas.keys import from_text
from schemas.match import Matches
from schemas.raw import RawPosting
from schemas.topics import MATCHES, POSTINGS, RAW, dead_of
from services.embedded import Embedded
from services.ingest.adapters.sql import SqlSourceLedger
from services.notifier.adapters.sql.digests.digests import KeptDigest
from services.notifier.domain.people import Subscriber


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source."""

    source: str
    format: str
    raw: int
    """Raw postings: new and changed items."""
    dead: int
    skipped: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One subscriber."""

    name: str
    time_zone: str
    searches: int
    mailed: int
    holds: int
    """Due times at which nothing was worth a mail."""
    last_subject: str


@dataclass(frozen=True, slots=True)
class DemoReport:
    """All of it."""

    sources: tuple[SourceLine, ...]
    dead: tuple[tuple[str, int], ...]
    """Dead letters by reason."""
    postings: int
    closed: int
    criteria: int
    matches: int
    near: int
    people: tuple[PersonLine, ...]


def report_of(form: Embedded, people: Mapping[str, tuple[Subscriber, int]], history: list[KeptDigest]) -> DemoReport:
    """Count what is in the log and the store. `people` are the subscribers with their number of searches, by id."""
    raw, dead, reasons = Counter[str](), Counter[str](), Counter[str]()
    for record in form.log.read_all(RAW.name):
        raw[decode(RawPosting, record.value).source] += 1
    for topic in (RAW, POSTINGS, MATCHES):
        for record in form.log.read_all(dead_of(topic.name)):
            reasons[record.headers.get("error", "unknown")] += 1
            dead[record.headers.get("source") or _source_of(record.value)] += 1
    open_ids, closed_ids, hits, near, keys = set[str](), set[str](), 0, 0, set[int]()
    for record in form.log.read_all(MATCHES.name):
        found = decode(Matches, record.value)
        (closed_ids if found.posting.status == "closed" else open_ids).add(found.posting.posting_id)
        matched = from_text(found.keys)
        hits, near = hits + matched.size, near + from_text(found.near).size
        keys.update(matched.tolist())
    healths = SqlSourceLedger(form.engine).healths()
    return DemoReport(
        sources=tuple(
            SourceLine(h.source, h.format or "unknown", raw[h.source], dead[h.source], h.counts.skipped)
            for h in healths
        ),
        dead=tuple(reasons.most_common()),
        postings=len(open_ids | closed_ids),
        closed=len(closed_ids),
        criteria=len(keys),
        matches=hits,
        near=near,
        people=tuple(_person(person, count, history) for person, count in people.values()),
    )


def _person(person: Subscriber, searches: int, history: list[KeptDigest]) -> PersonLine:
    own = [kept for kept in history if kept.subscriber_id == person.subscriber_id]
    mailed = [kept for kept in own if kept.outcome == "digest"]
    return PersonLine(
        name=person.profile.name,
        time_zone=person.profile.time_zone,
        searches=searches,
        mailed=len(mailed),
        holds=len(own) - len(mailed),
        last_subject=mailed[-1].subject if mailed else "",
    )


def _source_of(value: bytes) -> str:
    try:
        return decode(RawPosting, value).source
    except ValueError:
        return "unknown"
