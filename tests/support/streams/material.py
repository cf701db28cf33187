"""What flows: raw postings that are cheap to read and told apart by searches, and records that nobody can process."""

import json
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

import numpy as np

from schemas.codec import digest_of, encode
from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import Posting, PostingCore, posting_id_of
from schemas.raw import RawPosting
from schemas.topics import CRITERIA, MATCHES, POSTINGS, RAW
from services.ingest.adapters.formats.registry import format_named
from services.ingest.domain.normalise import normalise
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.rules.criteria import CriteriaError, canonical, criteria_id
from services.rules.money import rates_before
from services.runtime.records import Outgoing
from tests.support.generate import loose_criteria, posting

FORMAT = "posting_lines"
_SOURCE, _OTHER_SOURCE = "board", "agency"
_SYLLABLES = ("bra", "del", "fon", "gri", "hul", "kep", "lor", "mav", "nis", "pod", "rux", "tam", "vel", "wik", "zor")
_FILLER = (
    *("build", "tools", "which", "help", "people", "every", "day", "with", "care", "small", "groups", "own", "their"),
    *(
        "work",
        "from",
        "idea",
        "until",
        "release",
        "and",
        "share",
        "what",
        "they",
        "learn",
        "along",
        "the",
        "way",
        "good",
    ),
    *(
        "writing",
        "matters",
        "more",
        "than",
        "long",
        "meetings",
        "ask",
        "early",
        "ship",
        "often",
        "keep",
        "things",
        "plain",
    ),
)
_COUNTRIES = {
    "DE": "Germany",
    "FR": "France",
    "GB": "United Kingdom",
    "US": "United States",
    "CA": "Canada",
    "BR": "Brazil",
    "IN": "India",
    "PL": "Poland",
    "ES": "Spain",
    "PT": "Portugal",
    "UA": "Ukraine",
    "AU": "Australia",
    "JP": "Japan",
    "NG": "Nigeria",
}
_FRESH = timedelta(days=3)
_MOST_SHARE = 0.005
"""Criteria that fit more of a sample are too broad: matching backwards and a window hold 200 postings."""
_SAMPLE = 600

Kind = Literal["new", "changed", "again", "closed", "copied"]


def trade(number: int) -> str:
    """A word that only postings of one trade hold."""
    parts = (number % 15, number // 15 % 15, number // 225 % 15)
    return "".join(_SYLLABLES[part] for part in parts)


def item_of(number: int, seed: int, topics: int, now: datetime, edition: int = 0) -> dict[str, Any]:
    """A posting as a board would list it; an edition of it differs in pay, skills and level, not in its text."""
    chance = random.Random(f"{seed} {number}")
    text = " ".join(chance.choices(_FILLER, k=45))
    fixed = posting(chance, number)
    drawn = posting(random.Random(f"{seed} {number} {edition}"), number)
    reach, salary, zone = fixed.reach, drawn.salary, fixed.timezones
    names = [skill.name for skill in drawn.skills]
    places = [_COUNTRIES[code] for code in reach.countries] + [group.replace("-", " ") for group in reach.groups]
    item: dict[str, Any] = {
        "id": str(number),
        "url": f"https://jobs.example.com/{number}",
        "title": fixed.title,
        "company": f"Company {number % 997}",
        "description": f"{text}\n\nRequirements: {', '.join(names)}. {trade(chance.randrange(topics))}",
        "skills": names,
        "countries": ["worldwide"] if reach.scope == "worldwide" else places,
        "workplace": "" if fixed.workplace == "unknown" else fixed.workplace,
        "seniority": drawn.seniority or "",
        "employment": drawn.employment or "",
        "language": fixed.language or "",
        "posted_at": (now - chance.random() * _FRESH).isoformat(),
    }
    if salary is not None and salary.currency is not None:
        top = salary.max or salary.min
        item |= {"salary_max": top, "salary_currency": salary.currency, "salary_period": salary.period}
    if zone is not None:
        item["timezones"] = [zone.min, zone.max]
    return item


@dataclass(frozen=True)
class Step:
    """What happens to one job of a board."""

    kind: Kind
    number: int
    edition: int = 0


def steps(count: int, seed: int) -> Iterator[list[Step]]:
    """All jobs, and what becomes of some of them, in lots that hold each posting once at most."""
    chance = random.Random(seed)
    editions: dict[int, int] = {}
    closed: set[int] = set()
    done = 0
    while done < count:
        lot = [Step("new", number) for number in range(done, min(done + 20, count))]
        for number in {chance.randrange(done) for _ in range(chance.randrange(6))} if done else ():
            kind: Kind = chance.choices(("changed", "again", "closed", "copied"), (4, 3, 2, 2))[0]
            if number in closed:
                continue
            if kind == "closed":
                closed.add(number)
            if kind == "changed":
                editions[number] = editions.get(number, 0) + 1
            lot.append(Step(kind, number, editions.get(number, 0)))
        done += 20
        chance.shuffle(lot)
        yield lot


def raw_of(step: Step, seed: int, topics: int, began: datetime, now: datetime) -> RawPosting:
    """A step as the raw posting that tells of it, fetched now."""
    item = item_of(step.number, seed, topics, began, step.edition)
    source = _OTHER_SOURCE if step.kind == "copied" else _SOURCE
    return RawPosting(
        posting_id=posting_id_of(source, item["id"]),
        source=source,
        source_id=item["id"],
        format=FORMAT,
        event="closed" if step.kind == "closed" else "seen",
        item=item,
        content_hash=digest_of(repr(item)),
        fetched_at=now,
    )


def normalised(raw: RawPosting) -> Posting:
    """What the normaliser must make of a sound raw posting."""
    draft = format_named(raw.format).draft(raw.item)
    return normalise(draft, raw=raw, rates=rates_before(raw.fetched_at.date()))


def poison(number: int, now: datetime) -> Outgoing:
    """A record that nobody can process, of a kind that follows from its number; its key tells it from all others."""
    key = f"poison-{number}".encode()
    raw = RawPosting(
        posting_id=key.decode(),
        source=_SOURCE,
        source_id=key.decode(),
        format=FORMAT,
        item={"title": "Engineer", "company": "Acme"},
        content_hash="",
        fetched_at=now,
    )
    kinds = (
        (RAW.name, b"\x00 not JSON"),
        (RAW.name, encode(raw.model_copy(update={"format": "of nobody"}))),
        (RAW.name, encode(raw.model_copy(update={"format": "himalayas", "item": {"guid": "no title"}}))),
        (POSTINGS.name, b'{"posting_id": "cut short'),
        (RAW.name, encode(raw)[:-1]),
        (CRITERIA.name, b'{"key": "no number"}'),
        (RAW.name, b'{"item": ' + b"[" * 5_000 + b"]" * 5_000 + b"}"),
        (MATCHES.name, json.dumps({"posting": {"title": "no id"}, "keys": "%%"}).encode()),
    )
    topic, value = kinds[number % len(kinds)]
    return Outgoing(topic, key, value)


def narrow_criteria(count: int, seed: int, topics: int, now: datetime) -> list[Criteria]:
    """Different criteria drawn after postings like those that flow, none so broad that a bound would hide a loss."""
    chance = random.Random(seed)
    sample: list[PostingCore] = []
    words: list[str] = []
    for number in range(_SAMPLE):
        item = item_of(10_000_000 + number, seed, topics, now)
        raw = raw_of(Step("new", 10_000_000 + number), seed, topics, now, now)
        sample.append(normalised(raw).core())
        words.append(item["description"].rsplit(". ", 1)[1])
    found: dict[Criteria, None] = {}
    while len(found) < count:
        made = [_criteria(chance, sample, words) for _ in range(count)]
        found |= dict.fromkeys(_narrow([criteria for criteria in made if criteria is not None], sample))
    return list(found)[:count]


def _criteria(chance: random.Random, sample: Sequence[PostingCore], words: Sequence[str]) -> Criteria | None:
    at = chance.randrange(len(sample))
    loose = loose_criteria(chance, sample[at])
    asked = f"{loose.text} {words[at]}" if chance.random() < 0.97 else loose.text
    try:
        return canonical(loose.model_copy(update={"text": asked.strip()}))
    except CriteriaError:
        return None  # asked for nothing, or for what it excluded


def _narrow(found: Sequence[Criteria], sample: Sequence[PostingCore]) -> list[Criteria]:
    index = index_of(dict(enumerate(found)))
    hits = np.zeros(len(found), dtype=np.int64)
    for matched in index.match(sample):
        hits[matched.keys] += 1
        hits[matched.near] += 1
    return [criteria for criteria, count in zip(found, hits, strict=True) if count <= len(sample) * _MOST_SHARE]


def index_of(criteria: dict[int, Criteria]) -> MemoryCriteriaIndex:
    """The in-memory index over criteria by key."""
    index = MemoryCriteriaIndex()
    index.apply(
        [
            CriteriaRecord(key=key, criteria_id=criteria_id(asked), version=1, criteria=asked)
            for key, asked in criteria.items()
        ]
    )
    return index
