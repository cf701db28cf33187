"""Verdicts for people and programs at the command line."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from schemas.criteria import Criteria
from schemas.posting import Evidence, PostingCore
from services.rules.criterion import CRITERION, Facts, Fit
from services.rules.criterion.place import PlaceFacts
from services.rules.criterion.salary import SalaryFacts, annual_floor, in_period
from services.rules.criterion.skills import AllFacts, AnyFacts, NoneFacts
from services.rules.criterion.text import TextFacts
from services.rules.money import annual_range
from services.rules.places import countries_of, is_group, place_name
from services.rules.skills import taxonomy
from services.rules.verdict import Outcome, Reason, Verdict

MARKS: Final[dict[Fit, str]] = {"yes": "+", "near": "~", "no": "-"}
_MOST_QUOTES: Final = 2
_MOST_SKILLS: Final = 6
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
    quotes: tuple[Evidence, ...]
    """The posting's words that decided it."""

    @property
    def more(self) -> tuple[str, ...]:
        """Details and quotes, a phrase each: `location: “Berlin”`, `by its title`."""
        return (*self.details, *dict.fromkeys(map(_quoted, self.quotes)))


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


def explained(criteria: Criteria, posting: PostingCore, found: Verdict, proof: Proof | None = None) -> Explanation:
    """Tell a verdict criterion by criterion, with the words of the posting that decided."""
    order = {"no": 0, "near": 1, "yes": 2}
    reasons = sorted(found.reasons, key=lambda reason: order[reason.fit])
    return Explanation(
        title=plain(posting.title),
        company=plain(posting.company.name),
        url=plain(posting.url or ""),
        outcome=found.outcome,
        said=_said(found),
        lines=tuple(_line(criteria, posting, reason, proof or {}) for reason in reasons),
    )


def explain_text(criteria: Criteria, posting: PostingCore, found: Verdict, proof: Proof | None = None) -> str:
    """Say in some lines whether a posting fits, and why, criterion by criterion: `+` fits, `~` nearly, `-` does not."""
    told = explained(criteria, posting, found, proof)
    where = f" ({told.url})" if told.url else ""
    lines = [f"{told.title}, {told.company}{where}", f"{told.said}:"]
    width = max((len(line.criterion) for line in told.lines), default=0)
    for line in told.lines:
        lines.append(f"  {MARKS[line.fit]} {line.criterion:<{width}}  {line.text}")
        lines += [f"    {'':<{width}}  {more}" for more in line.more]
    if not told.lines:
        lines.append("  + nothing was asked for")
    return "\n".join(lines)


def explain_json(
    criteria: Criteria, posting: PostingCore, found: Verdict, proof: Proof | None = None
) -> dict[str, Any]:
    """The same as data, with the criteria and the posting's name beside the reasons."""
    told = explained(criteria, posting, found, proof)
    more = {
        line.criterion: {"details": line.details, "evidence": [one.model_dump(mode="json") for one in line.quotes]}
        for line in told.lines
    }
    return {
        "criteria": criteria.model_dump(mode="json", exclude_defaults=True),
        "posting": posting_json(posting),
        "verdict": found.outcome,
        "reasons": [reason_json(reason) | more[reason.criterion] for reason in found.reasons],
    }


def pair_json(criteria_id: str, posting: PostingCore, found: Verdict) -> dict[str, Any]:
    """One line of `jobchime match --json`."""
    return {
        "criteria_id": criteria_id,
        "posting_id": posting.posting_id,
        "verdict": found.outcome,
        "reasons": [reason_json(reason) for reason in found.reasons],
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
    return {"criterion": reason.criterion, "fit": reason.fit, "text": reason.text, "facts": reason.facts.as_data()}


def plain(text: str) -> str:
    """One line without control characters."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())


def _said(found: Verdict) -> str:
    if found.outcome != "reject":
        return "matches" if found.outcome == "match" else "is a near miss"
    failed = sum(reason.fit == "no" for reason in found.reasons)
    return f"does not match: {failed} of {len(found.reasons)} criteria {'fails' if failed == 1 else 'fail'}"


def _line(criteria: Criteria, posting: PostingCore, reason: Reason, proof: Proof) -> Line:
    details: Iterable[str] = ()
    if isinstance(reason.facts, AllFacts | AnyFacts):
        details = _skill_details(posting, reason.facts)
    elif isinstance(reason.facts, SalaryFacts):
        details = _pay_details(criteria, posting)
    if isinstance(reason.facts, TextFacts):
        quotes = _said_in(posting, reason.facts)
    else:
        quotes = _quotes(proof.get(_field(reason), ()), reason)
    return Line(reason.criterion, reason.fit, plain(reason.text), tuple(details), tuple(quotes)[:_MOST_QUOTES])


def _skill_details(posting: PostingCore, facts: AllFacts | AnyFacts) -> Iterator[str]:
    """Which of the asked skills the posting needs, mentions and lacks, and what else it needs."""
    asked, any_will_do = facts.asked, isinstance(facts, AnyFacts)
    known = taxonomy()
    own = {skill.name: skill.core for skill in posting.skills}
    implied = facts.implied if isinstance(facts, AnyFacts) else ()
    met = [name for name in asked if name in own]
    met += [name for name in own if name not in met and known.parents(name).intersection(implied)]
    core, aside = [name for name in met if own[name]], [name for name in met if not own[name]]
    # To the score, a skill that a core one implies is more than a mention.
    needed = {parent for name in own if own[name] for parent in known.parents(name)}
    meant = [name for name in aside if name in needed]
    aside = [name for name in aside if name not in needed]
    if core:
        yield f"core to the job: {', '.join(core)}"
    if meant:
        yield f"mentioned, and implied by what is core: {', '.join(meant)}"
    if aside:
        yield f"only mentioned: {', '.join(aside)}"
    lacking = [name for name in asked if name not in met and name not in implied]
    if any_will_do and lacking and met:
        yield f"not asked for, of your {len(asked)}: {_few(lacking)}"
    parents = {parent for name in met for parent in known.parents(name)}
    others = [name for name in own if own[name] and name not in met and name not in parents]
    if others:
        yield f"{'its core skills besides' if met else 'its core skills'}: {_few(others)}"
    elif not own:
        yield "no skill was found in the posting"


def _pay_details(criteria: Criteria, posting: PostingCore) -> Iterator[str]:
    """The least that is paid, in the floor's currency, where that is another amount than the most."""
    floor, pay = criteria.salary_floor, posting.salary
    needed = annual_floor(floor) if floor else None
    if floor is None or needed is None or pay is None:
        return
    least, top = annual_range(pay, floor.currency)
    if top is None or least is None or least >= top:
        return
    about = "" if pay.currency == floor.currency or floor.currency in pay.stated else "about "
    percent = f"{100 * abs(least - needed) / needed:.0f} %"
    side = "your floor itself" if round(least) == needed else f"{percent} {'above' if least > needed else 'below'} it"
    yield f"at least {about}{floor.currency} {in_period(least, floor.period)}, {side}"


def _field(reason: Reason) -> str:
    """Which field's evidence decided a criterion."""
    criterion = CRITERION.get(reason.criterion)
    return criterion.evidence if criterion else ""


def _quotes(evidence: Sequence[Evidence], reason: Reason) -> Iterator[Evidence]:
    """The words that decided a field: those that name what was asked for before others; of skills, no others."""
    words = _asked_words(reason.facts)
    names = re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)", re.IGNORECASE) if words else None
    naming = [one for one in evidence if names and names.search(one.text)]
    # Two of forty places that a posting lists prove nothing of a third one.
    some_of_many = isinstance(reason.facts, PlaceFacts) and reason.fit == "yes" and len(evidence) > _MOST_QUOTES
    others = [] if isinstance(reason.facts, AllFacts | AnyFacts | NoneFacts) or some_of_many else evidence
    said = ""
    for one in (*naming, *others):
        text = _short(one.text)
        # The same sentence may be kept several times, cut around each thing that it names.
        if text.strip("…")[: len(text) // 2].strip() not in said:
            said += f"\n{one.text}"
            yield Evidence.model_validate({"from": one.source, "text": text})


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


def _said_in(posting: PostingCore, facts: TextFacts) -> Iterator[Evidence]:
    """Where the description says what was asked for, or what is excluded."""
    for term in (*facts.present, *facts.said):
        within = r"\W+".join(map(re.escape, term.split()))
        found = re.search(rf"(?<!\w){within}(?!\w)", posting.description_text, re.IGNORECASE)
        if found is not None:
            start, end = max(0, found.start() - _AROUND), found.end() + _AROUND
            words = f"{'…' if start else ''}{posting.description_text[start:end]}…"
            yield Evidence.model_validate({"from": "text", "text": _short(words)})


def _quoted(one: Evidence) -> str:
    if one.source == "title":
        return "by its title"
    return f"“{one.text}”" if one.source == "text" else f"{one.source}: “{one.text}”"


def _short(text: str) -> str:
    words = plain(text)
    return words if len(words) <= _LONGEST_QUOTE else f"{words[: _LONGEST_QUOTE - 1]}…"


def _few(names: Sequence[str]) -> str:
    more = len(names) - _MOST_SKILLS
    return ", ".join(names) if more <= 0 else f"{', '.join(names[:_MOST_SKILLS])} and {more} more"
