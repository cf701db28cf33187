"""Skills: the taxonomy of canonical names, and finding them in text.

`data/skills.json` is compiled from the curated TOML beside it (data/README.md); it is read once, on first use.
"""

import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from importlib import resources
from itertools import product
from typing import Any

from ahocorasick_rs import BytesAhoCorasick, MatchKind
from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from services.rules.lexicon.builder import any_of
from services.rules.skills.context import LANGUAGE, Cues, Mention, SkillKind, believable, is_title, with_shared_words
from services.rules.skills.text import FOREIGN, haystack_of, links_of, opened

_SPACES = str.maketrans(dict.fromkeys("-\t\xa0\u2007\u202f‐‑\u2009", " ") | {"\u2019": "'"})

_SMALL = "tool"
"""The cue for tools that a text writes without their capital."""


_SPACE, _PLURAL = ord(" "), ord("s")
_LETTERS = frozenset(code for code in range(256) if chr(code).isalnum())
_WORD_ENDS = bytes(sorted(set(opened(bytes(range(256)))) - _LETTERS))
"""What may stand behind a word in an opened haystack."""
_BEHIND = bytes(0 if code not in _LETTERS else 1 if code == _PLURAL else 2 for code in range(256))
"""Of each sign of it: 0 where it ends a word, 1 where it ends a plural, 2 where the word goes on."""
_SHOUTED = 5
"""Letters from which a name in capitals is no acronym of something else: SLACK, EXCEL."""


@dataclass(frozen=True, slots=True)
class _Surface:
    """One way of writing a skill, and what it takes to believe it."""

    name: str
    kind: SkillKind
    written: str
    exact: bool
    cue: str | None
    plural: bool
    role: bool = False
    """A job title: counts in a title only."""

    plain: bool = True
    """Its bytes in a haystack tell it from other words."""
    small: bool = False
    """A tool that is also a word where it is written without its capitals: "segment", unlike "python" or "sql"."""


@lru_cache(maxsize=32_768)
def fold_skill(name: str) -> str:
    """Fold case, hyphens and spaces, so that spellings of one name are equal.

    Remembered: texts name the same few thousand skills.
    """
    return " ".join(name.casefold().translate(_SPACES).replace("_", " ").split())


def _squash(folded: str) -> str:
    return _between_words().sub("", folded)


@cache
def _between_words() -> re.Pattern[str]:
    return re.compile(rf"[\s./&]+|{any_of('joint.and', languages=('en',))}")


def _singular(folded: str) -> str:
    return (
        folded[:-1] if len(folded) > 3 and folded.endswith("s") and not folded.endswith(("ss", "us", "is")) else folded
    )


class Taxonomy:
    """Canonical skill names with aliases, parents, and the rules for finding them in running text."""

    def __init__(self, data: Mapping[str, Any]) -> None:
        self._kinds: dict[str, SkillKind] = {}
        self._implied: dict[str, tuple[str, ...]] = {}
        self._parents: dict[str, frozenset[str]] = {}
        """Those that were asked for."""
        self._by_fold: dict[str, str] = {}
        self._further: dict[str, list[str]] = {}
        self._tools: dict[str, str] = {}
        """By their spelling in small letters, those that need no word beside them."""
        surfaces: dict[bytes, list[_Surface]] = {}
        cues: Mapping[str, str] = data["cued"]
        exact = frozenset(data["exact"])
        unfound = frozenset(data["unfound"])
        for name, entry in data["skills"].items():
            kind: SkillKind = entry["kind"]
            self._kinds[name] = kind
            self._implied[name] = tuple(entry.get("parents", ()))
            for written in (name, *entry.get("aliases", ())):
                self._by_fold.setdefault(fold_skill(written), name)
                plural = kind != "tool" or written.isupper()
                folded = haystack_of(written)
                surface = _Surface(
                    name,
                    kind,
                    written,
                    written in exact,
                    LANGUAGE if kind == "language" else cues.get(written),
                    plural,
                    plain=FOREIGN not in folded,
                    small=kind == "tool" and written.isalpha() and not (written.islower() or written.isupper()),
                )
                if kind == "tool" and written not in cues and written not in unfound:
                    self._tools.setdefault(written.lower(), name)
                if written not in unfound:
                    surfaces.setdefault(folded, []).append(surface)
        for key, (name, entry) in product(("roles", "further_roles"), data["skills"].items()):
            for title in entry.get(key, ()):
                folded_title = fold_skill(title)
                if self._by_fold.setdefault(folded_title, name) == name:
                    surface = _Surface(name, entry["kind"], title, title.isupper(), None, plural=True, role=True)
                    surfaces.setdefault(haystack_of(title), []).append(surface)
                else:
                    self._further.setdefault(folded_title, []).append(name)
        self._squashed = self._second_keys(_squash)
        self._singular = self._second_keys(_singular)
        # A blocker is a pattern without a surface: it takes its words away from the skills in them.
        blockers = ((haystack_of(phrase), ()) for phrase in data["blockers"])
        sought = [
            (pattern, end, tuple(ways))
            for pattern, ways in (*surfaces.items(), *blockers)
            for end in _ends_sought(pattern)
        ]
        # By the number of a pattern, and as few values as will do: few of them are at hand in the processor's cache.
        self._closed = bytes(len(end) for _, end, _ in sought)
        self._plural = bytes(not ways or any(way.plural for way in ways) for _, _, ways in sought)
        self._sought = [(_spelling(pattern), ways, _needs_no_look(ways)) for pattern, _, ways in sought]
        self._automaton = BytesAhoCorasick(
            [opened(pattern) + end for pattern, end, _ in sought], matchkind=MatchKind.Standard
        )
        self._cues = Cues(data["cues"])
        self._callings: Mapping[str, Mapping[str, list[str]]] = data["callings"]

    def _second_keys(self, fold: Any) -> dict[str, str]:
        """Looser keys, without those on which two skills would fall together."""
        keys: dict[str, str | None] = {}
        for folded, name in self._by_fold.items():
            key = fold(folded)
            keys[key] = name if keys.get(key, name) == name else None
        return {key: name for key, name in keys.items() if name}

    def __len__(self) -> int:
        return len(self._kinds)

    def names(self) -> tuple[str, ...]:
        """Every canonical name, in the order of the data."""
        return tuple(self._kinds)

    def spellings(self) -> Iterator[tuple[str, str]]:
        """Each way of writing a skill, folded, with its canonical name."""
        yield from self._by_fold.items()

    def is_tool(self, name: str) -> bool:
        """Whether a canonical name is of a tool, as Ruby is, and not of a field or a method; an unknown name is not."""
        return self._kinds.get(name) == "tool"

    def kind(self, name: str) -> SkillKind:
        """The kind of a canonical name. Raises KeyError for another."""
        return self._kinds[name]

    def canonical(self, name: str) -> str | None:
        """The canonical name that a word, in whatever spelling, stands for as a skill; None where it is not known."""
        folded = fold_skill(name)
        if not folded:
            return None
        found = self._by_fold.get(folded) or self._singular.get(_singular(folded))
        return found or self._squashed.get(_squash(folded))

    def typed_tool(self, word: str) -> str | None:
        """The tool that a word names to its users, typed as it comes: "python", "c++", and not "go" or "excel"."""
        return self._tools.get(word.lower())

    def nearest(self, name: str, most: int = 3) -> tuple[str, ...]:
        """The known names that are spelt most like an unknown one, best first."""
        folded = fold_skill(name)[:100]
        if not folded:
            return ()
        keys = list(self._by_fold)
        ranked: Iterable[tuple[str, float, int]] = [
            *process.extract(folded, keys, scorer=OSA.normalized_similarity, limit=4 * most, score_cutoff=0.6),
            *process.extract(folded, keys, scorer=fuzz.WRatio, limit=4 * most, score_cutoff=75.0),
        ]
        return tuple(dict.fromkeys(self._by_fold[key] for key, _, _ in ranked))[:most]

    def parents(self, name: str) -> frozenset[str]:
        """All skills that a canonical name implies, whichever number of steps away; empty for an unknown name."""
        known = self._parents.get(name)
        if known is None:
            found: set[str] = set()
            waiting = list(self._implied.get(name, ()))
            while waiting:
                parent = waiting.pop()
                if parent not in found:
                    found.add(parent)
                    waiting.extend(self._implied[parent])
            known = frozenset(found)
            if name in self._implied:
                self._parents[name] = known
        return known

    def find(self, text: str) -> tuple[Mention, ...]:
        """Every skill that the text names, leftmost longest, in order; names that are common words only where the text
        around them says that the skill is meant. Lists that share a word name each: "unit and load testing"."""
        kept = believable(text, self._named(text), self._cues)
        return tuple(with_shared_words(text, kept, self._by_fold, self._kinds))

    def of_title(self, title: str) -> tuple[str, ...]:
        """The skills that a job's title names or implies: who is called a Grant Writer writes, and raises funds."""
        found: dict[str, None] = {}
        for mention in self.find(title):
            found[mention.name] = None
            folded = fold_skill(mention.text)
            further = self._further.get(folded) or self._further.get(_singular(folded)) or ()
            found.update(dict.fromkeys(further))
        return tuple(found)

    def meant(self, fields: Iterable[str], lowered: str) -> Iterator[tuple[str, int, int]]:
        """What plain words mean where a title names these fields: the skill, and where each of its words stands.

        In sales a "pipeline" is one of deals. `lowered` is the text in lower case; in no order.
        """
        for field in fields:
            for name, words in self._callings.get(field, {}).items():
                for word in words:
                    at = lowered.find(word)
                    while at >= 0:
                        if not (at and lowered[at - 1].isalnum()):
                            yield name, at, at + len(word)
                        at = lowered.find(word, at + len(word))

    def _named(self, text: str) -> list[Mention]:
        """What may be mentions, leftmost longest: what it takes to believe each is its `cue`."""
        haystack = haystack_of(text) + b" "
        words = opened(haystack)
        plural, closed = self._plural, self._closed
        found = [
            (start, 1 + closed[pattern] - end, pattern)
            for pattern, start, end in self._automaton.find_matches_as_indexes(words, overlapping=True)
            # Most of what is found begins a longer word: "go" in "good".
            if _BEHIND[words[end - closed[pattern]]] <= plural[pattern]
        ]
        found.sort()
        links = links_of(text)
        sought, titled = self._sought, is_title(text)
        named: list[Mention] = []
        reached = 0
        for start, minus_end, pattern in found:
            if start < reached:
                continue
            spelling, surfaces, surface = sought[pattern]
            if spelling and not haystack.startswith(spelling, start):
                continue
            if start and haystack[start - 1] == FOREIGN and text[start - 1].isalnum():
                continue
            end = -minus_end
            if words[end + 1] != _SPACE or haystack[end] == FOREIGN:
                end = _closed_end(text, end, plural=bool(plural[pattern]))
            if end < 0:
                continue
            while links and links[-1][1] <= start:
                links.pop()
            if links and links[-1][0] <= start:
                continue
            if not surfaces:
                reached = end
                continue
            written = text[start:end]
            surface = surface or _spelt(surfaces, written)
            if surface and not (surface.role and not titled):
                cue = _SMALL if surface.small and surface.cue is None and written.islower() else surface.cue
                named.append(Mention(surface.name, start, end, written, surface.kind, cue))
                reached = end
        return named


def _closed_end(text: str, end: int, *, plural: bool) -> int:
    """Where the word that begins at a match ends, with a plural s; -1 inside another word."""
    if plural and text[end : end + 1] == "s" and text[end - 1] not in "sS":
        end += 1
    after = text[end : end + 1]
    if not after:
        return end
    if text[end - 1].isalnum() and (after.isalnum() or after in "_+#@"):
        # "Python3+" and "SQL+" are the skill; "C+" is a grade.
        return end if after == "+" and text[end + 1 : end + 2] != "+" and text[end - 2 : end - 1].isalnum() else -1
    following = text[end + 1 : end + 2]
    return -1 if after == "." and following.isalnum() and not following.isupper() else end


def _ends_sought(pattern: bytes) -> Sequence[bytes]:
    """What a pattern is sought with: a letter alone begins so many words that it is sought with what ends it."""
    return [bytes((end,)) for end in (*_WORD_ENDS, _PLURAL)] if len(pattern) == 1 else [b""]


def _spelling(pattern: bytes) -> bytes:
    """What is looked for where a pattern's words were found; nothing where these are all of it, without other signs."""
    return b"" if pattern.isalnum() else pattern


def _needs_no_look(surfaces: Sequence[_Surface]) -> _Surface | None:
    """The surface that any spelling of a pattern is of, where there is one."""
    return surfaces[0] if surfaces and surfaces[0].plain and not surfaces[0].exact else None


def _spelt(surfaces: Iterable[_Surface], text: str) -> _Surface | None:
    for surface in surfaces:
        if surface.exact:
            if text.replace("\u2019", "'") in (surface.written, surface.written + "s"):
                return surface
            if len(text) >= _SHOUTED and text == surface.written.upper():
                return surface
        elif surface.plain or fold_skill(text).startswith(fold_skill(surface.written)):
            return surface
    return None


@cache
def taxonomy() -> Taxonomy:
    """The taxonomy shipped with the package, loaded once."""
    return Taxonomy(json.loads(_data()))


@cache
def taxonomy_mark() -> str:
    """A few characters that are others after every change of the taxonomy shipped with the package."""
    return blake2b(_data(), digest_size=8).hexdigest()


def _data() -> bytes:
    return resources.files("services.rules").joinpath("data/skills.json").read_bytes()
