"""The roles of a posting: from its title, then its title and the board's category, then what the text says."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice
from typing import Final, Literal

from schemas.posting import Evidence
from services.ingest.domain.draft import Stated
from services.ingest.domain.findings import evidence_of, quote
from services.ingest.domain.role.school_years import seeks_primary_teacher
from services.ingest.domain.role.title import NamedRole, head_in, read_title
from services.rules.lexicon.builder import any_of
from services.rules.roles.taxonomy import Roles
from services.rules.roles.vocabulary import WEAK

RoleSource = Literal["title", "category", "text", "unknown"]

_TEACHER: Final = "teacher"
_PRIMARY_TEACHER: Final = "primary-teacher"
_MOST_TITLE: Final = 300
_MOST_TEXT: Final = 20_000
_MOST_ANNOUNCED: Final = 12
_MOST_BEHIND: Final = 80
"""Characters behind the words that announce a role."""
_BEGINS: Final = r"(?:^|[.!?\n•]\s{0,3})"


@dataclass(frozen=True, slots=True)
class RoleReading:
    """Roles by id, the first the one that decides; none where nothing says what the work is, and six at most."""

    roles: tuple[str, ...] = ()
    source: RoleSource = "unknown"
    """What they were read from, which is how sure they are: a title before a category before a text."""
    evidence: tuple[Evidence, ...] = ()
    spans: tuple[tuple[int, int], ...] = ()
    """Where the words of each role stand, in the title, the category or the text."""


def read_role(title: str, categories: Sequence[Stated], text: str, known: Roles) -> RoleReading:
    """Read what a posting seeks. Pure, never raises, linear in the text; of any of the eight languages at once."""
    title = title[:_MOST_TITLE]
    named = read_title(title, known)
    if named and not all(known[mention.role].generic for mention in named):
        return _disambiguated(named, title, text[:_MOST_TEXT], known) or _reading(named, "title", title)
    by_category = _from_categories(title, categories, known)
    if named:
        return _reading(named, "title", title)
    return by_category or _from_text(text[:_MOST_TEXT], known) or RoleReading()


def _disambiguated(named: Sequence[NamedRole], title: str, text: str, known: Roles) -> RoleReading | None:
    role = known.disambiguated(named[0].role, title, text)
    if role is None and named[0].role == _TEACHER and seeks_primary_teacher(title):
        role = _PRIMARY_TEACHER
    if role is None or role in {mention.role for mention in named}:
        return None
    start, end = min(mention.start for mention in named), max(mention.end for mention in named)
    return _reading((NamedRole(role, start, end),), "title", title)


def _from_categories(title: str, categories: Sequence[Stated], known: Roles) -> RoleReading | None:
    head = head_in(title, known)
    vocabulary = known.vocabulary
    for stated in categories:
        whole = tuple(word.stem for word in vocabulary.words(stated.text))
        role = vocabulary.role_of_field(whole, head) if head else None
        if role is None and head in (WEAK, "specialist", "manager"):
            role = vocabulary.likeliest(whole)
        if role is None and head in (None, WEAK, "specialist", "manager"):
            role = vocabulary.titles.get(whole)
        if role is not None:
            return RoleReading((role,), "category", (evidence_of(stated.field, stated.text),), ((0, len(stated.text)),))
    return None


def _from_text(text: str, known: Roles) -> RoleReading | None:
    for start, end in islice(_announced(text), _MOST_ANNOUNCED):
        said = text[start:end]
        named = tuple(
            mention
            for mention in read_title(said, known)
            if _is_called(said[mention.start : mention.end], mention, known)
        )
        if named:
            spans = tuple((start + mention.start, start + mention.end) for mention in named)
            return RoleReading(
                tuple(mention.role for mention in named),
                "text",
                tuple(quote("text", text, *span) for span in spans),
                spans,
            )
    return None


def _announced(text: str) -> Iterator[tuple[int, int]]:
    """The stretches of a text that name who is sought, in order: "we are looking for a ...", "als ... wirst du"."""
    announces, ends = _patterns()
    for found in announces.finditer(text):
        stop = min(len(text), found.end() + _MOST_BEHIND)
        end = ends.search(text, found.end(), stop)
        yield found.end(), end.start() if end else stop


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """What announces a role, and what ends its name."""
    announces = rf"{any_of('sought.announces')}(?: |(?<=['’]))|{_BEGINS}{any_of('sought.as')} "
    return (
        re.compile(rf"(?i:{announces})|{_BEGINS}(?i:{any_of('sought.as_called')}) (?=[A-ZÄÖÜ])"),
        re.compile(rf"[.!?;:,\n•(]|\s{any_of('sought.ends')}\s"),
    )


def _is_called(words: str, named: NamedRole, known: Roles) -> bool:
    """Whether the words are what a role is called; a text speaks of fields beside nouns of all kinds."""
    found, stems = known.find(words), tuple(word.stem for word in known.vocabulary.words(words))
    seeks = stems in known.vocabulary.titles or head_in(words, known) not in (None, WEAK)
    return seeks and found is not None and found.id == named.role


def _reading(named: Sequence[NamedRole], source: RoleSource, text: str) -> RoleReading:
    spans = tuple((mention.start, mention.end) for mention in named)
    return RoleReading(tuple(mention.role for mention in named), source, (evidence_of(source, text),), spans)
