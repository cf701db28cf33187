"""Why a posting is, or is not, what a search asks for, by which words, and how it would be weighed."""

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice, pairwise
from pathlib import Path
from typing import Any, Final, NamedTuple

from schemas.codec import UnreadableError, decode
from schemas.posting import Evidence, Posting, PostingCore
from schemas.raw import RawPosting
from schemas.topics import POSTINGS, RAW
from services.ingest.adapters.sql import SqlSourceLedger
from services.matcher.explain import (
    Explanation,
    Line,
    Proof,
    explain_json,
    explain_text,
    explained,
    pair_json,
)
from services.notifier.adapters.sql.digests.sent_jobs import Reader, readers_of
from services.notifier.domain.curation.chance.answers import answered
from services.notifier.domain.curation.chance.model import chance_of
from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.curation.judging import JudgedPosting, PostingFeatures
from services.notifier.domain.curation.score import Score, score
from services.notifier.domain.curation.wishes import NO_SIGNS, signs_of, wish_of
from services.notifier.domain.selectivity import Selectivity
from services.notifier.domain.weights import Chance, Doubt, Part
from services.rules.criterion import Fit
from services.rules.languages.speaking import Unspoken, unspoken
from services.rules.verdict import Outcome, Verdict, verdict
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.records import TopicReader
from services.usecases.installation import Installation, topics_of
from services.usecases.searches import Query

__all__ = [
    "Chance",
    "Doubt",
    "Explanation",
    "Fit",
    "Judgement",
    "Line",
    "MarkedText",
    "Outcome",
    "Part",
    "PostingCore",
    "PostingWithEvidence",
    "Score",
    "Unspoken",
    "WholePosting",
    "bar_of",
    "explain",
    "explain_json",
    "explain_text",
    "explained",
    "label",
    "marked_by",
    "pair_json",
    "posting_from",
    "stored_posting",
    "verdict",
    "whole_posting",
]


@dataclass(frozen=True, slots=True)
class PostingWithEvidence:
    """A posting with the evidence of it that is at hand."""

    posting: PostingCore
    evidence: Proof


@dataclass(frozen=True, slots=True)
class Judgement:
    """A verdict, the score of what fits or nearly does, and whether its languages keep it from whoever searches."""

    verdict: Verdict
    score: Score | None
    """None for what does not fit: that is never weighed."""
    unspoken: Unspoken | None = None
    """What the job needs and the owner of a saved search does not speak: they are never sent it."""
    chance: Chance | None = None
    """Of the person to accept it; None likewise."""
    bar: float = 0.0
    """What that is held against: the bar of a saved search's owner, else the usual one."""


def explain(query: Query, posting: PostingCore, now: datetime, installation: Installation | None = None) -> Judgement:
    """Judge a posting and weigh it as a digest of `now` does.

    `installation`: where a saved search is from; what its owner speaks and said of jobs then counts too. Raises
    UnavailableError.
    """
    judged = JudgedPosting(query.criteria, PostingFeatures(posting))
    found, by_answers, missing, signs = judged.verdict, None, None, NO_SIGNS
    selectivity: Selectivity = "usual"
    if installation is not None and query.owner_id is not None:
        owner = installation.subscribers.recipient(query.owner_id)
        missing = unspoken(owner.speaks, posting, query.criteria.languages)
        by_answers = answered(owner.answers, judged.ready, now)
        signs, selectivity = signs_of(owner), owner.selectivity
    if found.outcome == "reject":
        return Judgement(found, None, missing)
    scored = score(judged, now, query.preferred_places)
    chance = chance_of(judged, wish_of(query.criteria, query.name, signs), by_answers)
    bar = bar_of(installation, selectivity, near=found.outcome == "near")
    return Judgement(found, scored, missing, chance, bar)


def bar_of(installation: Installation | None, selectivity: Selectivity, *, near: bool = False) -> float:
    """The least chance at which who is so choosy is sent a job, or a near miss: the installation's or the default."""
    settings = installation.settings.notifier.curate if installation else CurateSettings()
    return settings.near_bar(selectivity) if near else settings.job_bar(selectivity)


def posting_from(value: Any) -> PostingWithEvidence:
    """A posting from the JSON of posting.v1. Raises UnreadableError."""
    found = decode(Posting, json.dumps(value).encode())
    return PostingWithEvidence(found, found.evidence)


def stored_posting(installation: Installation, posting_id: str) -> PostingWithEvidence:
    """A posting by its id; without evidence where the log is away, for a verdict stands without.

    Raises UsageError where the store has none, UnavailableError.
    """
    found = installation.matches.postings([posting_id]).get(posting_id)
    if found is None:
        raise UsageError(
            f"there is no posting {posting_id} in the store, and no such file; `jobchime backtest SEARCH` lists ids"
        )
    try:
        with topics_of(installation.settings) as topics:
            return PostingWithEvidence(found, evidence_of(topics, found))
    except (UnavailableError, UsageError):
        return PostingWithEvidence(found, {})


@dataclass(frozen=True, slots=True)
class MarkedText:
    """A piece of a text, and the fields that its words decided."""

    text: str
    fields: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class WholePosting:
    """A posting with what it was made of."""

    posting: PostingCore
    raw: str
    """The item as its source served it, JSON; empty where neither the ledger nor the topic has it any more."""
    fields: tuple[tuple[str, str, tuple[Evidence, ...]], ...]
    """Each normalised field: its name, its value as JSON, and what decided it."""
    title: tuple[MarkedText, ...]
    description: tuple[MarkedText, ...]
    readers: tuple[Reader, ...]
    """Who has searches that it fits, or nearly: who were sent it first."""


_NO_FIELDS: Final = frozenset({"posting_id", "version", "source", "source_id", "description_text", "content_hash"})
_MOST_READERS: Final = 200


def whole_posting(installation: Installation, posting_id: str) -> WholePosting:
    """All that there is to see of a posting. Raises UsageError for one that the store does not have."""
    found = stored_posting(installation, posting_id)
    posting, evidence = found.posting, found.evidence
    raw = _raw_of(installation, posting)
    fields = tuple(
        (name, json.dumps(value, ensure_ascii=False), tuple(evidence.get(name, ())))
        for name, value in _fields_of(posting).items()
    )
    return WholePosting(
        posting,
        "" if raw is None else json.dumps(raw.item, ensure_ascii=False, indent=1),
        fields,
        marked_by(posting.title, evidence),
        marked_by(posting.description_text, evidence),
        readers_of(installation.engine, posting_id, _MOST_READERS),
    )


def _fields_of(posting: PostingCore) -> dict[str, Any]:
    """Also those of which nothing was read: that is the fault that is found most."""
    return posting.model_dump(mode="json", exclude=set(_NO_FIELDS))


class _Raw(NamedTuple):
    """An item as its source served it, and the name of the format that reads it."""

    format: str
    item: Mapping[str, Any]


def _raw_of(installation: Installation, posting: PostingCore) -> _Raw | None:
    ledger, source_id = SqlSourceLedger(installation.engine), posting.source_id
    item = ledger.items(posting.source, [source_id]).get(source_id)
    known = ledger.known(posting.source, [source_id]).get(source_id)
    return _Raw(known.format, item) if item and known else _raw_sent(installation, posting)


def _raw_sent(installation: Installation, posting: PostingCore) -> _Raw | None:
    """Of what is pushed, or closed by now: as it was sent to the topic, while that keeps it."""
    try:
        with topics_of(installation.settings) as topics:
            since = _whole_ms(posting.fetched_at) - _SENT_BEFORE
            for record in islice(topics.read_all(RAW.name, since=since), _MOST_LOOKED_THROUGH):
                if record.key == posting.posting_id.encode():
                    raw = decode(RawPosting, record.value)
                    return _Raw(raw.format, raw.item)
    except (UnavailableError, UsageError, UnreadableError):
        return None
    return None


def marked_by(text: str, evidence: Mapping[str, Sequence[Evidence]]) -> tuple[MarkedText, ...]:
    """A text in pieces, so that the words which decided a field can be shown where they stand.

    An excerpt is found whatever its spaces, and marks the whole of a word in which it was cut; what stands nowhere in
    the text marks nothing.
    """
    spans = [
        (*found.span(), name)
        for name, excerpts in evidence.items()
        for excerpt in excerpts
        if (words := excerpt.text.strip(" …").split())
        for found in re.finditer(_pattern(excerpt.text, words), text, re.IGNORECASE)
    ]
    cuts = sorted({0, len(text), *(at for first, last, _ in spans for at in (first, last))})
    return tuple(
        MarkedText(text[first:last], tuple(sorted({name for begin, end, name in spans if begin <= first < end})))
        for first, last in pairwise(cuts)
    )


def _pattern(excerpt: str, words: Sequence[str]) -> str:
    """With the rest of the words in which an excerpt was cut: it says so at its begin, and its end may lie anywhere."""
    before = r"\w*" if excerpt.lstrip().startswith("…") else ""
    after = r"\w*" if len(words) > 1 else ""
    return before + r"\s+".join(map(re.escape, words)) + after


def label(installation: Installation, posting_id: str, field: str, right: str, by: str, now: datetime) -> Path:
    """Append a field that was read wrongly, with what it should be, to the file of labels; gives the file.

    Raises UsageError for no field of a posting or an empty word, UnavailableError where it cannot be written.
    """
    posting = stored_posting(installation, posting_id).posting
    values = _fields_of(posting)
    if field not in values:
        raise UsageError(f"{field!r} is no field that is read of a posting")
    if not right.strip():
        raise UsageError("say what the field should be")
    raw = _raw_of(installation, posting)
    line = {
        "posting_id": posting.posting_id,
        "source": posting.source,
        "source_id": posting.source_id,
        "field": field,
        "read": values[field],
        "right": right.strip(),
        "by": by,
        "at": now.isoformat(),
        "title": posting.title,
        "text": posting.description_text,
        "format": raw.format if raw else None,
        "fetched_at": posting.fetched_at.isoformat(),
        "item": raw.item if raw else None,
    }
    settings = installation.settings
    file = settings.console.labels or settings.data / "labels.jsonl"
    try:
        with file.open("a", encoding="utf-8") as labels:
            labels.write(json.dumps(line, ensure_ascii=False) + "\n")
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from None
    return file


_SENT_BEFORE: Final = timedelta(minutes=5)
"""An item is sent on soon after it was fetched; clocks of machines differ."""
_MOST_LOOKED_THROUGH: Final = 20_000
"""Records: a posting is sent to the topic soon after it was fetched, or by a replay much later."""


def evidence_of(reader: TopicReader, posting: PostingCore, most: int = _MOST_LOOKED_THROUGH) -> Proof:
    """What this version of a posting was decided by; empty where the topic tells it no more.

    Looks at no more than `most` records from the time on at which it was fetched. Raises UnavailableError.
    """
    key, since = posting.posting_id.encode(), _whole_ms(posting.fetched_at)
    for record in islice(reader.read_all(POSTINGS.name, since=since), most):
        if record.key != key:
            continue
        try:
            whole = decode(Posting, record.value)
        except UnreadableError:
            continue
        if whole.version == posting.version:
            return whole.evidence
    return {}


def _whole_ms(at: datetime) -> datetime:
    """A broker knows milliseconds: what was appended in the same one as it was fetched must not be missed."""
    return at.replace(microsecond=at.microsecond // 1_000 * 1_000)
