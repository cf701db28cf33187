"""The languages that the work needs, from a posting's title, its text and a board's field for them."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

from schemas.posting import Evidence, LanguageLevel
from services.ingest.domain.draft import Stated
from services.ingest.domain.findings import evidence_of, quote
from services.ingest.domain.skills.sentences import denied
from services.ingest.domain.spoken.names import CODES, Mention, names_of
from services.ingest.domain.spoken.needs import LanguageChoice, Where, said_of
from services.ingest.domain.spoken.words import Word, words_of
from services.ingest.domain.text.anchors import NAMES_OF_LANGUAGES, starts_of
from services.rules.languages.speaking import LEVELS
from services.rules.lexicon.builder import LANGUAGES
from services.rules.sections import Document, Kind
from services.rules.text import lowered

_UNREAD: Final[frozenset[Kind]] = frozenset({"others", "legal"})
_ASKING: Final[frozenset[Kind]] = frozenset({"requirements", "nice"})
_LONGEST_HEADING = 60
_MOST_BEFORE = 300
"""How far above an item of a list its heading may stand."""
_MOST_ALONE = 300
"""Of a title or a field, which are no longer."""
_ENGLISH: Final = "en"


@dataclass(frozen=True, slots=True)
class LanguageNeed:
    """Languages of which one is enough: ISO 639-1 codes."""

    codes: tuple[str, ...]
    level: LanguageLevel | None
    """None where the posting says nothing of it."""
    need: Literal["needed", "wanted"]
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class LanguagesOfWork:
    """What a posting says of languages, and what it is written in, which implies a need and does not state it."""

    stated: tuple[LanguageNeed, ...] = ()
    written_in: str | None = None


@dataclass(frozen=True, slots=True)
class _Claim:
    said: LanguageChoice
    weight: int
    evidence: Evidence


def read_languages(document: Document, fields: Sequence[Stated], written_in: str | None) -> LanguagesOfWork:
    """Read what title, fields and text say: of one language the weightiest statement, a need before a wish.

    `fields` are those of a board for languages that one must speak: names or ISO 639-1 codes. `written_in` is the
    language that the posting is written in, as `read_language` tells it.
    """
    language = written_in if written_in in LANGUAGES else _ENGLISH
    claims = [
        *_in_title(document.title, language),
        *(claim for field in fields for claim in _in_field(field, language)),
        *_in_text(document, language),
    ]
    return LanguagesOfWork(_decided(claims), written_in)


def _in_title(title: str, language: str) -> Iterator[_Claim]:
    for said in _choices(title, language, "title"):
        yield _Claim(said, 3, quote("title", title, said.start, said.stop))


def _in_field(field: Stated, language: str) -> Iterator[_Claim]:
    code = field.text.strip().lower().replace("_", "-").partition("-")[0]
    if code in CODES:
        yield _Claim(LanguageChoice((code,), None, False, False, 0, 0), 3, evidence_of(field.field, field.text))
        return
    for said in _choices(field.text, language, "list"):
        yield _Claim(said, 3, evidence_of(field.field, field.text))


def _choices(text: str, language: str, where: Where) -> Iterator[LanguageChoice]:
    text = text[:_MOST_ALONE]
    small = lowered(text)
    mentions = list(names_of(language).mentions(text, small))
    if mentions:
        words = list(words_of(language).read(text, small, mentions, 0, len(text)))
        yield from said_of(words, where, _denials(text, 0, len(text)), wished=False)


def _in_text(document: Document, language: str) -> Iterator[_Claim]:
    known = words_of(language)
    for start, stop, mentions in _sentences(document, language):
        kind = _section(document, mentions[0].start)
        if kind in _UNREAD:
            continue
        words = list(known.read(document.text, document.lowered, mentions, start, stop))
        where: Where = "list" if _is_listed(document, words, start, language) else "text"
        for said in said_of(words, where, _denials(document.text, start, stop), wished=kind == "nice"):
            weight = 2 if said.stressed or kind in _ASKING or where == "list" else 1
            yield _Claim(said, weight, quote("text", document.text, said.start, said.stop))


def _denials(text: str, start: int, stop: int) -> Callable[[Word], bool]:
    """Whether a sentence, a stretch of a text, says of a language in it that one need not know it."""
    return lambda name: denied(text, name.start, name.stop, within=(start, stop))


def _section(document: Document, position: int) -> Kind:
    """The section above a line: one that says "a plus" may itself pass for the heading of what is nice to have."""
    above = document.text.rfind("\n", max(0, position - _MOST_BEFORE), position)
    if above < 0:
        return "opening" if position < _MOST_BEFORE else document.kind_at(position)
    return document.kind_at(above)


def _sentences(document: Document, language: str) -> Iterator[tuple[int, int, list[Mention]]]:
    """The sentences that name languages, each once, with the names in them."""
    start = stop = -1
    inside: list[Mention] = []
    starts = starts_of(document, NAMES_OF_LANGUAGES)
    for mention in names_of(language).mentions(document.text, document.lowered, starts):
        if mention.start >= stop:
            if inside:
                yield start, stop, inside
            before, behind = document.sentence_at(mention.start, mention.stop)
            start, stop, inside = max(before, stop), behind, []
        inside.append(mention)
    if inside:
        yield start, stop, inside


def _is_listed(document: Document, words: Sequence[Word], start: int, language: str) -> bool:
    """Whether a line holds names of languages alone, below a heading that says what they are."""
    if any(word.kind == "other" and document.text[word.start] != "•" for word in words):
        return False
    above = document.text[max(0, start - _MOST_BEFORE) : start].split("\n")[:-1]
    heading = next((line for line in reversed(above) if line.strip() and not line.startswith("•")), "")
    if not heading or len(heading) > _LONGEST_HEADING:
        return False
    read = words_of(language).read(heading, heading.lower(), (), 0, len(heading))
    return any(word.kind == "ability" for word in read)


def _decided(claims: Sequence[_Claim]) -> tuple[LanguageNeed, ...]:
    """Of each set of languages the weightiest statement; a set is left out where a part of it is needed anyway."""
    best: dict[frozenset[str], _Claim] = {}
    for claim in claims:
        codes = frozenset(claim.said.codes)
        known = best.get(codes)
        if known is None or _rank(claim) > _rank(known):
            best[codes] = claim
    needed = {codes for codes, claim in best.items() if not claim.said.wanted}
    return tuple(
        LanguageNeed(
            tuple(sorted(codes)),
            _highest(alike.said.level for alike in claims if frozenset(alike.said.codes) == codes),
            "wanted" if claim.said.wanted else "needed",
            claim.evidence,
        )
        for codes, claim in best.items()
        if not any(other < codes or (other == codes and claim.said.wanted) for other in needed)
    )


def _rank(claim: _Claim) -> tuple[int, bool]:
    return claim.weight, not claim.said.wanted


def _highest(levels: Iterator[LanguageLevel | None]) -> LanguageLevel | None:
    return max((level for level in levels if level), key=LEVELS.index, default=None)
