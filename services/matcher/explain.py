"""Verdicts criterion by criterion, with the words of a posting that decided them, for people and programs."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.criteria import Criteria
from schemas.posting import Evidence, PostingCore
from services.rules.criterion import CRITERION, Facts, Fit
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.places.known import countries_of, is_group, place_name
from services.rules.verdict import Outcome, Reason, Verdict
from services.wording.catalogues import english
from services.wording.reasons import besides, evidence_in_words, in_words, verdict_in_words
from services.wording.words import Words

MARKS: Final[dict[Fit, str]] = {"yes": "+", "near": "~", "no": "-"}
_MOST_QUOTES: Final = 2
_LONGEST_QUOTE: Final = 120
_AROUND: Final = 50
"""Characters before and after words that are quoted from a description."""

Proof = Mapping[str, Sequence[Evidence]]
"""The evidence of a posting by field, as far as it is at hand."""


@dataclass(frozen=True, slots=True)
class Line:
    """What one criterion says, in full."""

    criterion: str
    fit: Fit
    text: str
    details: tuple[str, ...]
    """What more there is to know, each a phrase."""
    evidence: tuple[Evidence, ...]
    """The posting's words that decided it."""
    quotes: tuple[str, ...]
    """The same, a phrase each: `location: “Berlin”`, `by its title`."""

    @property
    def more(self) -> tuple[str, ...]:
        """Details and quotes."""
        return (*self.details, *self.quotes)


@dataclass(frozen=True, slots=True)
class Explanation:
    """A verdict in words, safe to print: a feed's text must not steer a terminal."""

    title: str
    company: str
    url: str
    outcome: Outcome
    said: str
    """`does not match: 2 of 5 criteria fail`."""
    lines: tuple[Line, ...]
    """What fails first, then what nearly fits."""


def explained(posting: PostingCore, judgement: Verdict, words: Words, proof: Proof | None = None) -> Explanation:
    """Say a verdict criterion by criterion in the language of `words`, with what of the posting decided."""
    order = {"no": 0, "near": 1, "yes": 2}
    reasons = sorted(judgement.reasons, key=lambda reason: order[reason.fit])
    return Explanation(
        title=plain(posting.title),
        company=plain(posting.company.name),
        url=plain(posting.url or ""),
        outcome=judgement.outcome,
        said=verdict_in_words(judgement, words),
        lines=tuple(_line(posting, reason, proof or {}, words) for reason in reasons),
    )


def explain_text(posting: PostingCore, judgement: Verdict, proof: Proof | None = None) -> str:
    """Say in some lines whether a posting fits, and why, criterion by criterion: `+` fits, `~` nearly, `-` does not."""
    explanation = explained(posting, judgement, english(), proof)
    where = f" ({explanation.url})" if explanation.url else ""
    lines = [f"{explanation.title}, {explanation.company}{where}", f"{explanation.said}:"]
    width = max((len(line.criterion) for line in explanation.lines), default=0)
    for line in explanation.lines:
        lines.append(f"  {MARKS[line.fit]} {line.criterion:<{width}}  {line.text}")
        lines += [f"    {'':<{width}}  {more}" for more in line.more]
    if not explanation.lines:
        lines.append("  + nothing was asked for")
    return "\n".join(lines)


def explain_json(criteria: Criteria, posting: PostingCore, judgement: Verdict, proof: Proof | None) -> dict[str, Any]:
    """The same as data, with the criteria and the posting's name beside the reasons."""
    more = {
        line.criterion: {
            "details": line.details,
            "evidence": [quote.model_dump(mode="json") for quote in line.evidence],
        }
        for line in explained(posting, judgement, english(), proof).lines
    }
    return {
        "criteria": criteria.model_dump(mode="json", exclude_defaults=True),
        "posting": posting_json(posting),
        "verdict": judgement.outcome,
        "reasons": [reason_json(reason) | more[reason.criterion] for reason in judgement.reasons],
    }


def pair_json(criteria_id: str, posting: PostingCore, judgement: Verdict) -> dict[str, Any]:
    """One line of `jobchime match --json`."""
    return {
        "criteria_id": criteria_id,
        "posting_id": posting.posting_id,
        "verdict": judgement.outcome,
        "reasons": [reason_json(reason) for reason in judgement.reasons],
    }


def posting_json(posting: PostingCore) -> dict[str, Any]:
    """What names a posting."""
    return {
        "posting_id": posting.posting_id,
        "title": posting.title,
        "company": posting.company.name,
        "url": posting.url,
    }


def reason_json(reason: Reason) -> dict[str, Any]:
    """What one criterion says, in words and as data."""
    text = in_words(reason, english())
    return {"criterion": reason.criterion, "fit": reason.fit, "text": text, "facts": reason.facts.as_data()}


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _line(posting: PostingCore, reason: Reason, proof: Proof, words: Words) -> Line:
    if isinstance(reason.facts, TextFacts):
        chosen = _text_evidence(posting, reason.facts)
    else:
        chosen = _quotes(proof.get(_field(reason), ()), reason)
    evidence = tuple(chosen)[:_MOST_QUOTES]
    return Line(
        reason.criterion,
        reason.fit,
        plain(in_words(reason, words)),
        tuple(map(plain, besides(reason, posting, words))),
        evidence,
        tuple(dict.fromkeys(evidence_in_words(quote, words) for quote in evidence)),
    )


def _field(reason: Reason) -> str:
    """Which field's evidence decided a criterion."""
    criterion = CRITERION.get(reason.criterion)
    return criterion.evidence if criterion else ""


def _quotes(evidence: Sequence[Evidence], reason: Reason) -> Iterator[Evidence]:
    """The words that decided a field: those that name what was asked for before others; of skills, no others."""
    words = _asked_words(reason.facts)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE) if words else None
    naming = [quote for quote in evidence if names and names.search(quote.text)]
    # Two of forty places that a posting lists prove nothing of a third one.
    some_of_many = isinstance(reason.facts, PlaceFacts) and reason.fit == "yes" and len(evidence) > _MOST_QUOTES
    others = [] if isinstance(reason.facts, AllFacts | AnyFacts | NoneFacts) or some_of_many else evidence
    quoted = ""
    for quote in (*naming, *others):
        text = _short(quote.text)
        # The same sentence may be kept several times, cut around each thing that it names.
        if text.strip("…")[: len(text) // 2].strip() not in quoted:
            quoted += f"\n{quote.text}"
            yield Evidence.model_validate({"from": quote.source, "text": text})


def _asked_words(facts: Facts) -> list[str]:
    match facts:
        case PlaceFacts():
            asked = (*facts.fits, *facts.asked)
            groups = (code for code in facts.hires if is_group(code) and not countries_of(code).isdisjoint(asked))
            return [place_name(code) for code in (*asked, *groups)]
        case AllFacts():
            return [*facts.asked]
        case AnyFacts() | NoneFacts():
            return [*facts.found, *facts.asked]
        case _:
            return []


def _text_evidence(posting: PostingCore, facts: TextFacts) -> Iterator[Evidence]:
    """Where the description says what was asked for, or what is excluded."""
    for term in (*facts.present, *facts.said):
        within = r"\W+".join(map(re.escape, term.split()))
        found = re.search(rf"(?<!\w){within}(?!\w)", posting.description_text, re.IGNORECASE)
        if found is not None:
            start, end = max(0, found.start() - _AROUND), found.end() + _AROUND
            words = f"{'…' if start else ''}{posting.description_text[start:end]}…"
            yield Evidence.model_validate({"from": "text", "text": _short(words)})


def _short(text: str) -> str:
    words = plain(text)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1]}…"
