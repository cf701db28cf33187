"""What a posting sets as a condition that no other field holds: to move, a licence, shifts, to be enrolled, to wait.

Each is read where its sentence asks for it. A benefit (`relocation support`), a wish (`licence preferred`), what one
may still obtain, and what the employer or its customers have are no conditions. Hours of a region are time zones.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, get_args

from ahocorasick_rs import AhoCorasick

from schemas.posting import Condition, ConditionKind, Evidence, Form
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.reach.named import is_whole, state_named
from services.ingest.domain.text.anchors import anchor_words, starts_of
from services.rules.lexicon.builder import LANGUAGES, any_of
from services.rules.places.codes import code_tokens
from services.rules.places.known import PlaceMention, country_of, find_places, is_subdivision
from services.rules.places.names import names_in
from services.rules.places.towns import towns_in_sentence
from services.rules.sections import Document, Kind

KINDS: Final[tuple[ConditionKind, ...]] = get_args(ConditionKind)
REGISTERS: Final = ("au", "at", "br", "ca", "de", "es", "fr", "gb", "ie", "in", "it", "nl", "us", "za")
"""Countries whose registers of a trade have names that say which country it is."""
_ENGLISH: Final = "en"
_OF_A_PLACE: Final[frozenset[ConditionKind]] = frozenset({"relocation", "licence"})
_NEVER: Final[frozenset[Kind]] = frozenset({"others", "benefits", "legal", "pay"})
_SILENT: Final[dict[ConditionKind, frozenset[Kind]]] = {
    "relocation": _NEVER, "licence": _NEVER | {"about", "process"}, "shifts": _NEVER | {"about"}, "enrolment": _NEVER,
    "pool": frozenset({"others", "benefits", "pay"}),
}  # fmt: skip
"""Sections that speak of something else by such words."""
_MOST_PLACES: Final = 60
_MOST_READ: Final = 40
"""Sentences of one kind that are looked at."""


@dataclass(frozen=True, slots=True)
class _Words:
    """Of a kind of condition, what its words are for stands in rules/lexicon/meanings.toml, under `[condition]`."""

    asks: re.Pattern[str]
    unless: re.Pattern[str]
    """In such a sentence it is no condition."""
    title: re.Pattern[str]


def _words_of(language: str | None) -> dict[ConditionKind, _Words]:
    """The words of a language and of English, in which many a text in another one says this."""
    known = _by_language()
    return known.get(language or _ENGLISH) or known[_ENGLISH]


@cache
def _by_language() -> dict[str, dict[ConditionKind, _Words]]:
    return {language: _composed(tuple({_ENGLISH: 0, language: 0})) for language in LANGUAGES}


def _composed(languages: tuple[str, ...]) -> dict[ConditionKind, _Words]:
    return {
        kind: _Words(
            re.compile(any_of(f"condition.{kind}.asks", languages=languages), re.MULTILINE),
            re.compile(any_of(f"condition.{kind}.unless", languages=languages)),
            # A title may be in another language than its text: "Initiativbewerbung" above an English one.
            re.compile(any_of(f"condition.{kind}.title", languages=LANGUAGES if kind == "pool" else languages)),
        )
        for kind in KINDS
    }


@dataclass(frozen=True, slots=True)
class _LicenceWords:
    wished: re.Pattern[str]
    another: re.Pattern[str]
    needed: re.Pattern[str]
    anywhere_in: tuple[tuple[str, re.Pattern[str]], ...]
    """Names of registers, and of licences that hold in several states, with the country that they are of."""
    state_behind: re.Pattern[str]
    state_before: re.Pattern[str]


_JOINTS: Final = ("joint.and", "joint.or")


@cache
def _licence_words() -> _LicenceWords:
    joint, where = (any_of(*entries, languages=LANGUAGES) for entries in (_JOINTS, ("condition.licence.where",)))
    codes = rf"(?P<codes>[A-Z]{{2}}(?:(?:, ?|/| ?& ?| )(?:{joint} )?[A-Z]{{2}})*)"
    licensed = any_of("condition.licence.word", languages=LANGUAGES)
    return _LicenceWords(
        wished=re.compile(any_of("sentence.optional", languages=LANGUAGES)),
        another=re.compile(any_of("condition.licence.another", languages=LANGUAGES)),
        needed=re.compile(any_of("denial.needed", languages=LANGUAGES)),
        anywhere_in=tuple(
            (country.upper(), re.compile(any_of(f"condition.register.{country}", languages=LANGUAGES)))
            for country in REGISTERS
        ),
        state_behind=re.compile(rf"(?i:{licensed})[^.;\n]{{0,40}}?(?:{where}|\b[-–:(]) ?{codes}\b"),
        state_before=re.compile(rf"\b{codes}(?: \w+){{0,2}} (?i:{licensed})"),
    )


def read_conditions(
    document: Document, language: str | None, forms: Sequence[Form], country: str | None
) -> Finding[tuple[Condition, ...]]:
    """Read the conditions that a posting sets, each kind at most once, by its first sentence that sets it.

    `forms` are those of its work: work for students is for those who are enrolled. `country` is the one that it is in,
    which tells apart what names like Georgia mean.
    """
    found: list[Condition] = []
    shown: list[Evidence] = []
    titled = _named_in(document.title.lower())
    for kind, known in _words_of(language).items():
        read = _read(kind, known, document, country, titled=kind in titled)
        if read is not None:
            found.append(read.value)
            shown += read.evidence
        elif kind == "enrolment" and forms == ("student",):
            found.append(Condition(kind="enrolment"))
    return Finding(tuple(found), tuple(shown))


def _read(
    kind: ConditionKind, known: _Words, document: Document, country: str | None, *, titled: bool
) -> Finding[Condition] | None:
    """`titled` says whether the title holds a word of the kind."""
    title = document.title.lower()
    asked = known.title.search(title) if titled else None
    by_title = None
    if asked and not known.unless.search(title):
        by_title = Finding(
            _condition(kind, document.title, asked.end(), country), (evidence_of("title", document.title),)
        )
        if by_title.value.places or kind not in _OF_A_PLACE:
            return by_title
    for start, stop in _sentences(kind, document):
        read = _in_sentence(kind, known, document, (start, stop), country)
        if read is not None and (read.value.places or kind not in _OF_A_PLACE):
            return read
        by_title = by_title or read
    # Of a licence that is of no place one needs to know; to move one must know where.
    return by_title if kind == "licence" else None


def _named_in(title: str) -> frozenset[ConditionKind]:
    """The kinds that a title in lower case holds a word of."""
    automaton, kinds = _stems()
    return frozenset(kinds[number] for number, _, _ in automaton.find_matches_as_indexes(title, overlapping=True))


@cache
def _stems() -> tuple[AhoCorasick, tuple[ConditionKind, ...]]:
    stems = [(word.strip(), kind) for kind in KINDS for word in anchor_words()[kind]]
    return AhoCorasick([stem for stem, _ in stems]), tuple(kind for _, kind in stems)


def _sentences(kind: ConditionKind, document: Document) -> Iterator[tuple[int, int]]:
    """The sentences that hold a word of a kind, each once."""
    done = -1
    for at in starts_of(document, kind)[:_MOST_READ]:
        if at < done:
            continue
        start, done = document.sentence_at(at, at)
        if document.kind_at(at) not in _SILENT[kind]:
            yield start, done


def _in_sentence(
    kind: ConditionKind, known: _Words, document: Document, within: tuple[int, int], country: str | None
) -> Finding[Condition] | None:
    start, stop = within
    words = document.lowered[start:stop].replace("’", "'")
    asked = known.asks.search(words)
    if asked is None or known.unless.search(words):
        return None
    sure = len(words)
    if kind == "licence":
        sure = _unwished(words, asked.end(), in_wishes=document.kind_at(start) == "nice")
    if not sure:
        return None
    found = _condition(kind, document.text[start : start + sure], asked.end(), country)
    return Finding(found, (quote("text", document.text, start + asked.start(), start + asked.end()),))


def _unwished(words: str, end: int, *, in_wishes: bool) -> int:
    """How much of a sentence asks for what it names up to `end`; none where it is what the sentence wishes for.

    Nothing before a wish says that it is needed, unless the wish is for one more.
    """
    known = _licence_words()
    if in_wishes:
        return len(words) if known.needed.search(words) else 0
    wish = known.wished.search(f"{words}\n")
    if wish is None or known.needed.search(words, 0, max(end, wish.start())):
        return len(words)
    another = known.another.search(words, end)
    return min(another.start(), wish.start()) if another else _before_aside(words, end, wish.start())


def _before_aside(words: str, end: int, wish: int) -> int:
    """Where a bracket opens that says what is wished for: `RN license (degree in nursing preferred)`; else none."""
    opens = words.rfind("(", end, wish)
    inside = words[opens + 1 : wish]
    return opens if opens >= 0 and ")" not in inside and len(inside.split()) > 1 else 0


def _condition(kind: ConditionKind, sentence: str, end: int, country: str | None) -> Condition:
    """The condition with its places: of a move those behind the words that ask for it, or else all in the sentence."""
    if kind in ("shifts", "enrolment", "pool"):
        return Condition(kind=kind)
    mentions = [place for place in find_places(sentence, cities=True) if place.kind not in ("worldwide", "group")]
    if kind == "licence":
        return Condition(kind=kind, places=_licensed_in(sentence, mentions, country))
    behind = [place for place in mentions if place.start >= end] or mentions
    codes = tuple(dict.fromkeys(_narrowest(place) for place in behind))[:_MOST_PLACES]
    first = min((place.start for place in behind), default=0)
    countries = {country_of(code) if is_subdivision(code) else code for code in codes}
    towns = tuple(town.id for town in towns_in_sentence(sentence[first:], countries)) if codes else ()
    return Condition(kind=kind, places=codes, towns=towns)


def _licensed_in(sentence: str, mentions: Sequence[PlaceMention], country: str | None) -> tuple[str, ...]:
    """States, countries, and the country of a register; of a sentence that names a state no country."""
    named = [state_named(place) or place for place in mentions]
    codes = dict.fromkeys(place.code for place in named if place.kind != "city" and is_whole(place))
    codes |= dict.fromkeys((*_state_codes(sentence), *_states_of(country, sentence)))
    states = {country_of(code) for code in codes if is_subdivision(code)}
    lowered = sentence.lower()
    registers = [country for country, names in _licence_words().anywhere_in if names.search(lowered)]
    kept = [code for code in codes if code not in states] + [code for code in registers if code not in codes]
    return tuple(kept)[:_MOST_PLACES]


def _state_codes(sentence: str) -> Iterator[str]:
    """`TX`, `licensed in KS, OR`: American states, as licences are named after."""
    for pattern in (_licence_words().state_behind, _licence_words().state_before):
        for listed in pattern.finditer(sentence):
            for token in code_tokens(listed["codes"]):
                yield from (sense.code for sense in token.senses if sense.code.startswith("US-"))


def _states_of(country: str | None, sentence: str) -> Iterator[str]:
    """The states of a country that names of several places mean: Georgia, where the work is in the United States."""
    for name in names_in(sentence, "text") if country else ():
        inside = {
            sense.code for sense in name.senses if sense.kind == "subdivision" and country_of(sense.code) == country
        }
        if len(name.senses) > 1 and len(inside) == 1:
            yield from inside


def _narrowest(place: PlaceMention) -> str:
    return place.subdivision if place.subdivision and place.code == "US" else place.code
