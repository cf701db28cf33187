"""A sentence as words that matter for languages: their names, levels, needs, and what lets them belong together."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal, NamedTuple

from services.ingest.domain.spoken.names import CODES, Mention
from services.rules.languages.speaking import LEVELS
from services.rules.lexicon.builder import any_of, begins_of, phrases_of, written

WordKind = Literal[
    "basic", "working", "fluent", "native", "ability", "knowledge", "bilingual", "trade", "needed", "wanted",
    "unneeded", "any_of", "or", "and", "title_with", "others", "lessons", "filling", "name", "code", "comma", "slash",
    "dash", "open", "close", "sign", "other",
]  # fmt: skip
NAMES: Final[frozenset[WordKind]] = frozenset({"name", "code"})
JOINTS: Final[frozenset[WordKind]] = frozenset({"comma", "slash", "and", "or", "any_of"})
"""Join the languages of a list."""
EDGES: Final[frozenset[WordKind]] = frozenset({"sign", "dash", "open", "close", "comma", "slash"})
SUPPORT: Final[frozenset[WordKind]] = frozenset({*LEVELS, "ability", "knowledge", "bilingual", "needed", "wanted"})
"""Make a name of a language beside them one that somebody speaks."""
BREAKS: Final[frozenset[WordKind]] = frozenset({"other", "others"})
"""Begin something else."""
_ENTRIES: Final[tuple[tuple[WordKind, tuple[str, ...]], ...]] = (
    ("native", ("spoken.native",)), ("fluent", ("spoken.fluent",)), ("working", ("spoken.working",)),
    ("basic", ("spoken.basic",)), ("wanted", ("spoken.wanted", "sentence.optional")), ("any_of", ("spoken.any_of",)),
    ("or", ("joint.or", "joint.own.or", "joint.either")), ("and", ("spoken.and",)),
    ("bilingual", ("spoken.bilingual",)), ("trade", ("spoken.trade",)), ("ability", ("spoken.ability",)),
    ("knowledge", ("spoken.knowledge",)), ("needed", ("spoken.needed", "denial.needed")),
    ("others", ("spoken.others",)), ("lessons", ("spoken.lessons",)), ("title_with", ("spoken.title_with",)),
    ("filling", ("spoken.filling", "denial.but")),
)  # fmt: skip
"""Of ways that fit alike the first."""
_SIGNS: Final[dict[str, WordKind]] = {",": "comma", "/": "slash", "&": "and", "(": "open", ")": "close"}
_DASHES: Final = frozenset("-–—")
"""With a space before them they part clauses, without one they join."""
_JOINING: Final = frozenset(":-–—+*'’\"“”|[]>")
"""Signs that may stand between words that belong together."""
_TOKEN: Final = re.compile(r"\w+|[^\w\s]")
_CODE: Final = re.compile(r"[A-Z]{2}(?![\w.])")


class Word(NamedTuple):
    """A word, a phrase or a sign, from `start` to `stop`."""

    kind: WordKind
    start: int
    stop: int
    code: str = ""
    grammar: bool = False
    """It carries grammar and no topic: behind a name it is no noun that the name describes."""


@dataclass(frozen=True, slots=True)
class Words:
    """How sentences in a language and in English are cut."""

    begun: Mapping[str, Sequence[tuple[WordKind, re.Pattern[str]]]]
    """By letters that a word begins with, the most first to be asked for: what it may be. Most words are nothing."""
    compound: re.Pattern[str]
    grammar: frozenset[str]

    def read(self, text: str, lowered: str, mentions: Sequence[Mention], start: int, stop: int) -> Iterator[Word]:
        """Cut a stretch of a text in which languages are named."""
        named = iter(mentions)
        mention = next(named, None)
        at, codes = start, any(not known.code for known in mentions)
        while (token := _TOKEN.search(lowered, at, stop)) is not None:
            at = token.start()
            while mention is not None and mention.start < at:
                mention = next(named, None)
            if mention is not None and mention.start == at and mention.code:
                yield Word("name", at, mention.stop, mention.code)
                at = mention.stop
                joined = self.compound.match(lowered, at) if at < stop and lowered[at].isalnum() else None
                if joined is not None:
                    yield Word("ability", at, joined.end())
                    at = joined.end()
                continue
            if codes and (code := _CODE.match(text, at)) and (known := code[0].lower()) in CODES:
                yield Word("code", at, code.end(), known)
                at = code.end()
                continue
            ahead = mention.start if mention is not None and mention.code and mention.start > at else stop
            word = self._word(lowered, token, min(ahead, stop))
            yield word
            at = max(word.stop, at + 1)

    def _word(self, lowered: str, token: re.Match[str], ahead: int) -> Word:
        at, written = token.start(), token[0]
        if not written[0].isalnum():
            apart = written in _DASHES and at > 0 and lowered[at - 1].isspace()
            sign = "dash" if apart else _SIGNS.get(written) or ("sign" if written in _JOINING else None)
            return Word(sign or "other", at, at + 1, grammar=sign is None)
        kind: WordKind = "other"
        end, longest = token.end(), token.end() - 1
        for known, pattern in self.may_be(written):
            found = pattern.match(lowered, at, ahead)
            if found is not None and found.end() > longest:
                kind, end = known, found.end()
                longest = end
        return Word(kind, at, end, grammar=written in self.grammar)

    def may_be(self, written: str) -> Sequence[tuple[WordKind, re.Pattern[str]]]:
        """Give the kinds of words that begin as one does, with what finds them."""
        begun = self.begun
        found = begun.get(written[:3]) or begun.get(written[:2]) or begun.get(written[0])
        return begun[""] if found is None else found


@cache
def words_of(language: str) -> Words:
    """Give the words of one of the languages of the rules and of English."""
    languages = tuple(dict.fromkeys(("en", language)))
    unneeded = rf"{_alternatives('denial.not', languages)}\s{_alternatives('denial.needed', languages)}"
    patterns: list[tuple[WordKind, re.Pattern[str], frozenset[str]]] = [
        ("unneeded", re.compile(unneeded), begins_of("denial.not", languages=languages)),
        *(
            (
                kind,
                re.compile("|".join(_alternatives(entry, languages) for entry in entries)),
                begins_of(*entries, languages=languages),
            )
            for kind, entries in _ENTRIES
        ),
    ]
    every = {"", *(begin for _, _, begins in patterns for begin in begins)}
    return Words(
        {
            written: tuple((kind, pattern) for kind, pattern, begins in patterns if written.startswith(tuple(begins)))
            for written in every
        },
        re.compile(any_of("spoken.compound", languages=languages, whole=False)),
        frozenset(
            word
            for known in languages
            for word in (*phrases_of("language.grammar", languages=(known,)), *written("spoken.grammar", known))
        ),
    )


def _alternatives(entry: str, languages: Sequence[str]) -> str:
    return any_of(entry, languages=languages)
