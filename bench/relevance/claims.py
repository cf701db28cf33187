"""What the lines that say why a job was sent claim of it, so that a judgement outlives another wording."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from schemas.posting import PostingCore
from services.notifier.domain.model import NOT_PREFERRED, Item, Suits
from services.notifier.domain.wording.named import manner_of
from services.notifier.domain.wording.reason_order import most_telling
from services.notifier.domain.wording.view import known_besides, why_lines, why_of
from services.rules.criterion import Reason
from services.rules.text import Haystack, TextQuery
from services.wording.skills import Manner
from services.wording.words import Words

_FROM_WORLDWIDE: Final = "worldwide"


@dataclass(frozen=True)
class Line:
    """One line beside a job, and each thing that it says."""

    text: str
    claims: tuple[str, ...]


def lines_of(item: Item, words: Words) -> list[Line]:
    """The lines of a job as its card has them, pay among them where the search has a floor."""
    why = why_of(most_telling(item), item.posting, known=item.known, suits=item.suits, bar=False)
    why = replace(why, preferred=NOT_PREFERRED)
    texts = why_lines(why, item.posting, words)
    known = known_besides(why, texts[:1] if why.work else ())
    of_work = [claim for reason in why.work for claim in claims_of(reason, item.posting)] or _suiting(why.suits)
    of_terms = [f"names: {said}" for said in known]
    of_terms += [claim for reason in why.terms for claim in claims_of(reason, item.posting)]
    parts = [part for part in (of_work, of_terms) if part]
    return [Line(text, tuple(claims)) for text, claims in zip(texts, parts, strict=False)]


def _suiting(suits: Suits) -> list[str]:
    """What it says of the person beside the search."""
    near = [] if suits.km is None else [f"km from home: {suits.km}"]
    return near + ([] if suits.years is None else [f"asks for years: {suits.years[0]}"])


def claims_of(reason: Reason, posting: PostingCore) -> Iterator[str]:
    """What one reason says of a posting, piece by piece, as `kind: value`."""
    facts, manner = reason.facts.as_data(), manner_of([reason], posting)
    match reason.criterion:
        case "skills.all" | "skills.any":
            yield from _skills(facts, manner)
        case "skills.none":
            yield from (f"does not ask for: {name}" for name in facts["asked"])
        case "roles.any":
            said = "seems" if manner.inferred else "is"
            yield from (f"{said}: {role}" for role in facts["found"] or facts["near"])
        case "text":
            found = TextQuery.parse(facts["asked"]).said(Haystack.of(posting.title, posting.description_text))
            yield from (f"says: {term}" for term in found)
        case "place":
            yield from _places(facts)
        case "timezone":
            has_zones = "min" in facts
            yield f"zones: {facts['min']:g} to {facts['max']:g}" if has_zones else "zones: none asked for"
        case "salary":
            top = facts.get("annual_top")
            yield f"pays up to: {top} {facts['currency']} a year" if top else "pay: not said"
        case name:
            yield f"{name}: {facts.get('value') or 'not said'}"


def _skills(facts: Mapping[str, Any], manner: Manner) -> Iterator[str]:
    for name in facts.get("found", facts["asked"]):
        like = ", or the like" if name in manner.several else ""
        yield f"{_meant(name, facts['core'], facts['wanted'], manner)}{like}: {name}"
    # The line names what is implied only where too few of those asked for stand there themselves.
    lacking = max(facts.get("at_least", 0) - len(facts.get("found", ())), 0)
    for name, by in zip(facts.get("implied", ())[:lacking], facts.get("by", ()), strict=False):
        yield f"{_meant(by, facts['by_core'], facts['wanted'], manner)}, by what implies it: {name}"


def _meant(name: str, core: Sequence[str], wanted: Sequence[str], manner: Manner) -> str:
    if name in core:
        return "asks for"
    if name in wanted:
        return "involves" if name in manner.involved else "would like"
    return "mentions"


def _places(facts: Mapping[str, Any]) -> Iterator[str]:
    fits = facts["fits"]
    if facts["scope"] == _FROM_WORLDWIDE:
        yield "place: anywhere"
    elif fits:
        yield from (f"hires in: {place}" for place in fits)
    else:
        yield "place: not said"
