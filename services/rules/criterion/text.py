"""Words and phrases over title and description."""

import re
import unicodedata
from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.criteria import Criteria
from services.rules.criterion.base import (
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Reason,
    Relaxation,
    yes_or_no,
)
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

MOST_TEXT: Final = 500
"""Characters."""

_ADDRESS: Final = re.compile(r"[^\s@]+\s?@\s?[^\s@]+|\b\w+\s?[(\[]at[)\]]\s?\w+", re.IGNORECASE)
_PHONE: Final = re.compile(r"(?<!\w)(?P<abroad>\+|00)?[\s(]*\d(?:[\s().\-/]{0,3}\d){6,}(?!\w)")
_DIGITS_AT_HOME: Final = 9
"""With a country code in front, seven digits are a phone number; without, fewer than nine may be years or pay."""


@dataclass(frozen=True, slots=True)
class TextFacts(Facts):
    """Terms of the query, by what the posting makes of them."""

    of_the_work = True
    weighty = True

    asked: str
    """The whole query."""
    missing: tuple[str, ...]
    present: tuple[str, ...]
    """Excluded ones that are there."""
    said: tuple[str, ...]

    @property
    def excludes(self) -> bool:
        """Whether the query has only words that must be absent."""
        query = TextQuery.parse(self.asked)
        return not (query.wanted or query.either)


class Text(Criterion[TextFacts]):
    """Asks that words are said, and others are not."""

    name = "text"
    evidence = ""
    untold = 0.6

    def asks(self, criteria: Criteria) -> bool:
        """Whether any word is named."""
        return bool(TextQuery.parse(criteria.text))

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """The query in its one spelling; nothing that may tell of a person."""
        return {"text": _canonical(criteria.text)}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether all that is wanted is said, and nothing that is excluded."""
        return yes_or_no(not criteria.text or TextQuery.parse(criteria.text).fits_haystack(prepared.haystack))

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """Its words."""
        return prepared.haystack

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """What is missing, else what is there and should not be, else what is said."""
        query = TextQuery.parse(criteria.text)
        missing, present = query.missing(prepared.haystack), query.present(prepared.haystack)
        facts = TextFacts(str(query), missing, present, query.said(prepared.haystack))
        return Reason(self.name, yes_or_no(not missing and not present), facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """Any words."""
        return self._relaxed(criteria, "without", None, text="")

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each term, or group of alternatives, less."""
        query = TextQuery.parse(criteria.text)
        if len(query.wanted) + len(query.either) + len(query.excluded) < 2:
            return
        for term in query.wanted:
            less = TextQuery(tuple(other for other in query.wanted if other != term), query.excluded, query.either)
            yield self._relaxed(criteria, "drop", term, text=str(less))
        for group in query.either:
            said = " OR ".join(group)
            less = TextQuery(query.wanted, query.excluded, tuple(other for other in query.either if other != group))
            yield self._relaxed(criteria, "drop", said, text=str(less))
        for term in query.excluded:
            less = TextQuery(query.wanted, tuple(other for other in query.excluded if other != term), query.either)
            yield self._relaxed(criteria, "drop", f"-{term}", text=str(less))


_CONTACT = "the text holds what looks like {}: leave it out, searches are anonymous"


def holds_contact(text: str) -> str:
    """What of a text looks as if somebody could be reached by it; empty where nothing does."""
    plain = unicodedata.normalize("NFKC", text)
    if _ADDRESS.search(plain):
        return "an email address"
    numbers = _PHONE.finditer(plain)
    dials = (found["abroad"] or sum(map(str.isdigit, found[0])) >= _DIGITS_AT_HOME for found in numbers)
    return "a phone number" if any(dials) else ""


def _canonical(asked: str) -> str:
    if len(asked) > MOST_TEXT:
        raise CriteriaError(f"the text is longer than {MOST_TEXT} characters: keep the words that matter", "too_long")
    if contact := holds_contact(asked):
        raise CriteriaError(_CONTACT.format(contact), "contact")
    query = TextQuery.parse(asked)
    groups = ((term,) for term in query.wanted)
    clash = {group[0] for group in (*groups, *query.either) if set(group) <= set(query.excluded)}
    if clash:
        said = f'"{min(clash)}" is both asked for and excluded: take one of the two out of the text'
        raise CriteriaError(said, "clash", given=min(clash))
    return str(query)
