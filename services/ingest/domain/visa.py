"""Whether the employer sponsors a visa, from what the text says of papers, in eight languages."""

import re
from collections.abc import Iterator
from functools import cache
from typing import NamedTuple

from schemas.posting import Visa
from services.ingest.domain.findings import Finding, quote
from services.ingest.domain.text.anchors import starts_of
from services.rules.lexicon.builder import LANGUAGES, any_of
from services.rules.sections import Document, Kind

_OF_THE_WORK: frozenset[Kind] = frozenset({"duties", "requirements", "nice"})
"""Where help with papers is a task, unless the employer says "we"."""
_BEFORE, _AFTER = 90, 90
"""How far from its subject a denial may stand."""
_OF_OTHERS: frozenset[Kind] = frozenset({"about", "others", "legal"})
"""Where help with papers is what the employer does for its customers, or what the law wants to be said."""
_FORM_FIELD = re.compile(r":\s{1,4}")
"""A field of a form, whose value stands behind it or in a line of its own."""


class _Words(NamedTuple):
    """The words of a language and of English, by what they mean."""

    papers: re.Pattern[str]
    help: re.Pattern[str]
    sponsor: re.Pattern[str]
    offer: re.Pattern[str]
    deny: re.Pattern[str]
    without: re.Pattern[str]
    hold: re.Pattern[str]
    check: re.Pattern[str]
    yes: re.Pattern[str]
    no: re.Pattern[str]
    card: re.Pattern[str]
    visit: re.Pattern[str]


class _Sentence(NamedTuple):
    start: int
    stop: int
    words: str


def read_visa(document: Document, language: str | None) -> Finding[Visa]:
    """Decide by the strongest statement: a refusal, then an offer, then papers that an applicant must have already.

    A text that only says that papers are checked, or that speaks of visas as its work, says nothing.
    """
    known = _words_of(language)
    offered: Finding[Visa] | None = None
    refusal: Finding[Visa] | None = None
    for sentence in _sentences(document):
        said = _in_form(known, document, sentence)
        said = said or _sponsorship_in(known, sentence.words, document.kind_at(sentence.start))
        if said is None:
            continue
        evidence = (quote("text", document.text, sentence.start, sentence.stop),)
        if said == "refused":
            return Finding("refused", evidence)
        if said == "offered":
            offered = offered or Finding("offered", evidence)
        else:
            refusal = refusal or Finding("refused", evidence)
    return offered or refusal or Finding("unknown")


def _sponsorship_in(known: _Words, words: str, kind: Kind) -> str | None:
    """`refused`, `offered`, or `hold` for what an applicant must have."""
    if known.without.search(words):
        return "refused"
    subject = known.sponsor.search(words) or _beside_help(known, words)
    if subject is not None and not known.card.search(words):
        before, after = words[max(0, subject.start() - _BEFORE) : subject.start()], words[subject.end() :][:_AFTER]
        if known.deny.search(before) or known.deny.search(after) or known.deny.search(subject[0]):
            return "refused"
        offers = kind not in _OF_OTHERS and (kind not in _OF_THE_WORK or known.offer.search(words))
        if offers and not known.visit.search(words) and not known.hold.search(words):
            return "offered"
    return "hold" if known.hold.search(words) and not known.check.search(words) else None


def _in_form(known: _Words, document: Document, sentence: _Sentence) -> str | None:
    """What the field of a form holds: `Visa sponsorship: No`."""
    if not known.sponsor.match(sentence.words.strip()):
        return None
    colon = document.lowered.find(":", sentence.start, sentence.stop)
    value = _FORM_FIELD.match(document.lowered, colon) if colon >= 0 else None
    if value is None:
        return None
    if known.yes.match(document.lowered, value.end()):
        return "offered"
    return "refused" if known.no.match(document.lowered, value.end()) else None


def _beside_help(known: _Words, words: str) -> re.Match[str] | None:
    paper = known.papers.search(words)
    return paper if paper is not None and known.help.search(words) else None


def _sentences(document: Document) -> Iterator[_Sentence]:
    """The sentences that hold a word of papers, each once; a semicolon ends one too."""
    text, done = document.lowered, -1
    for at in starts_of(document, "visa"):
        if at < done:
            continue
        start, stop = document.sentence_at(at, at)
        start = max(start, text.rfind(";", start, at) + 1)
        end = text.find(";", at, stop)
        done = end if end >= 0 else stop
        yield _Sentence(start, done, text[start:done].replace("’", "'"))


def _words_of(language: str | None) -> _Words:
    """The words of a language and of English, in which many a text in another one says this."""
    known = _by_language()
    return known.get(language or _ENGLISH) or known[_ENGLISH]


@cache
def _by_language() -> dict[str, _Words]:
    return {
        language: _Words(
            *(
                re.compile(any_of(f"visa.{kind}", languages=tuple({_ENGLISH: 0, language: 0})))
                for kind in _Words._fields
            )
        )
        for language in LANGUAGES
    }


_ENGLISH = "en"
