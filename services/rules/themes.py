"""Themes: kinds of work, branches and conditions that people refuse, with the phrases that say each.

The tables are data/themes/ (data/README.md), read once, on first use. A theme says its phrases and roles; the skills
that it stands on are those that its phrases are names of.
"""

import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources
from itertools import chain
from typing import Any, Final, Literal

from services.rules.lexicon.builder import spelled
from services.rules.roles.taxonomy import roles
from services.rules.roles.words import stem
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import term_of

LANGUAGES: Final = ("en", "de", "fr", "es", "pt")
Reading = Literal["travel", "leads", "shifts", "clearance"]
"""What is read of each posting anyway."""


@dataclass(frozen=True, slots=True, eq=False)
class Theme:
    """What it is called and what tells it, by language."""

    id: str
    names: Mapping[str, tuple[tuple[str, ...], ...]]
    """Each name in all its spellings, the best known first. Whoever writes one of them means the theme."""
    means: Mapping[str, tuple[tuple[str, ...], ...]]
    """What else people mean it by that is too wide to tell it in a text of that language, as "agency"."""
    tells: Mapping[str, tuple[tuple[str, ...], ...]]
    """Phrases of postings about it that are something narrower by themselves, as underwriting is of insurance."""
    roles: frozenset[str]
    """Whose work is about it, whatever else stands there."""
    skills: frozenset[str]
    """Canonical names."""
    reading: Reading | None

    @property
    def every_name(self) -> Iterator[str]:
        """In all languages and spellings."""
        return (way for some in self.names.values() for ways in some for way in ways)

    def phrases(self, language: str | None) -> tuple[str, ...]:
        """Folded, as postings in a language say it: their own, and the English ones, which many languages lend.

        None that holds another one, nor an English one that is too wide in that language, as "intern" in German.
        """
        own = language or LANGUAGES[0]
        wide = self._wide(own)
        told = (term_of(way) for each in dict.fromkeys((LANGUAGES[0], own)) for way in self._ways(each))
        said = dict.fromkeys(term for term in told if term not in wide)
        return tuple(one for one in said if not any(f" {other} " in f" {one} " for other in said if other != one))

    def is_wide(self, term: str, language: str | None) -> bool:
        """Whether texts of a language use words for much else, so that titles, roles and skills alone tell it so."""
        return term in self._wide(language or LANGUAGES[0])

    def _wide(self, language: str) -> frozenset[str]:
        return frozenset(term_of(way) for ways in self.means.get(language, ()) for way in ways)

    def other_words(self, said: str, language: str, most: int) -> tuple[str, ...]:
        """What else it is called and what tells it, in a language or else in English; no form of the same words."""
        known = language if language in self.names else LANGUAGES[0]
        seen, found = {_key(said)}, list[tuple[str, ...]]()
        for ways in self.names[known]:
            keys = set(map(_key, ways))
            if seen.isdisjoint(keys):
                found.append(ways)
            seen |= keys
        told = self.tells.get(known, ())[: most // 2]
        return tuple(min(ways, key=len) for ways in (*found[: most - len(told)], *told))

    def _ways(self, language: str) -> Iterator[str]:
        for ways in (*self.names.get(language, ()), *self.tells.get(language, ())):
            yield from ways


class Themes:
    """All themes, by id and by what people call them."""

    def __init__(self, given: Iterable[Theme]) -> None:
        self._by_id = {theme.id: theme for theme in given}
        self._by_key: dict[tuple[str, ...], tuple[Theme, ...]] = {}
        for theme in self:
            meant = (way for some in theme.means.values() for ways in some for way in ways)
            for key in dict.fromkeys(map(_key, (*theme.every_name, *meant))):
                self._by_key[key] = (*self._by_key.get(key, ()), theme)

    def __iter__(self) -> Iterator[Theme]:
        return iter(self._by_id.values())

    def __getitem__(self, theme_id: str) -> Theme:
        """The theme of an id; KeyError where there is none."""
        return self._by_id[theme_id]

    def named(self, said: str) -> tuple[Theme, ...]:
        """Those that words are a name of, in any language, singular or plural; mostly none or one."""
        return self._by_key.get(_key(said), ())


def _key(said: str) -> tuple[str, ...]:
    return tuple(map(stem, term_of(said).split(" ")))


@cache
def themes() -> Themes:
    """Those that are shipped."""
    folder = resources.files("services.rules.data").joinpath("themes")
    files = sorted((file for file in folder.iterdir() if file.name.endswith(".toml")), key=lambda file: file.name)
    return Themes(_theme(name, of) for file in files for name, of in tomllib.loads(file.read_text("utf-8")).items())


def _theme(name: str, entry: Mapping[str, Any]) -> Theme:
    names = _spelled({language: entry[language] for language in LANGUAGES})
    means, tells = _spelled(entry.get("means", {})), _spelled(entry.get("tells", {}))
    said = chain.from_iterable((*names[LANGUAGES[0]], *tells.get(LANGUAGES[0], ())))
    # A territory manager is no skill in sales.
    named = (one for one in said if not roles().vocabulary.is_title(one))
    skills = frozenset(filter(None, map(taxonomy().canonical, named)))
    return Theme(name, names, means, tells, frozenset(entry.get("roles", ())), skills, entry.get("read"))


def _spelled(written: Mapping[str, Sequence[str]]) -> dict[str, tuple[tuple[str, ...], ...]]:
    return {language: tuple(tuple(spelled(way)) for way in ways) for language, ways in written.items()}
