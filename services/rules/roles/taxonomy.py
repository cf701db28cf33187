"""Roles: what a job is, from a curated taxonomy of families across trades, and how close two of them are.

The tables are data/roles/ (a file a family; data/README.md) and the lexicon's words of titles, read once, on first use.
"""

import re
import tomllib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from hashlib import blake2b
from importlib import resources
from typing import Any, Final, Literal, NamedTuple

from rapidfuzz import fuzz, process
from rapidfuzz.distance import OSA

from services.rules.lexicon.builder import entries_of, phrases_of
from services.rules.roles.vocabulary import WEAK, Stems, Vocabulary
from services.rules.roles.words import stem
from services.rules.text import fold

Closeness = Literal["same", "near", "family", "far"]

LANGUAGES: Final = ("en", "de", "es", "fr", "pt", "it", "nl", "pl")
LONGEST: Final = 6
"""Words of the longest title or field that is known."""
_LONGEST_SAID: Final = 100
"""Characters of what a person says."""
_OF_TOOLS: Final = frozenset({"software", "data", "infrastructure", "security"})
"""Families of trades whose tools bear names of towns, or of anything else."""


@dataclass(frozen=True, slots=True)
class Shared:
    """Titles that are read as another role, and words of a text that tell that this one is meant."""

    role: str
    titles: tuple[str, ...]
    words: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Role:
    """A role with its name and titles by language; of the titles of a language the first is its name."""

    id: str
    family: str
    titles: Mapping[str, Sequence[str]]
    heads: tuple[str, ...]
    fields: tuple[str, ...]
    generic: bool
    """Yields to any role that says more: a software engineer to a backend engineer."""
    near: frozenset[str]
    far: frozenset[str]
    by_hand: bool = False
    """Its work is done by hand where the machine, the guest or the patient is."""
    shared: Shared | None = None
    alone: tuple[str, ...] = ()
    """Titles that are its own only where nothing of the work stands beside them."""
    listed: tuple[str, ...] = ()
    """Abbreviations that are its own only in a list of trades: PT and OT."""
    said: tuple[str, ...] = ()
    """What people who look for work call it besides, and no posting is read by; the title of another role too."""
    said_fields: tuple[str, ...] = ()
    """What they call its field."""

    def name(self, language: str = "en") -> str:
        """What it is called; in English where the language has no name for it."""
        return (self.titles.get(language) or self.titles["en"])[0]

    @property
    def works_with_tools(self) -> bool:
        """Whether what stands beside it may be a tool, although a town or anything else is called so."""
        return self.family in _OF_TOOLS


@dataclass(frozen=True, slots=True)
class Family:
    """Roles of one trade."""

    id: str
    names: Mapping[str, str]


class Roles:
    """All roles, by id and by what people call them."""

    def __init__(self, families: Iterable[Family], given: Iterable[Role], *, of_people: bool = False) -> None:
        self.families = {family.id: family for family in families}
        self._by_id = {role.id: role for role in given}
        near = {(a.id, b) for a in self._by_id.values() for b in a.near}
        self._near = near | {(b, a) for a, b in near}
        self._neighbours = {
            name: frozenset(b for a, b in self._near if a == name) for name in {a for a, _ in self._near}
        }
        far = {(a.id, b) for a in self._by_id.values() for b in a.far}
        self._far = far | {(b, a) for a, b in far}
        self.vocabulary = _vocabulary(self._by_id.values(), of_people=of_people)
        self._shared = _shared_by(self.vocabulary, self._by_id.values())

    def __iter__(self) -> Iterator[Role]:
        return iter(self._by_id.values())

    def __len__(self) -> int:
        return len(self._by_id)

    def __contains__(self, role_id: object) -> bool:
        return role_id in self._by_id

    def __getitem__(self, role_id: str) -> Role:
        """The role of an id; KeyError where there is none."""
        return self._by_id[role_id]

    def neighbours(self, role_id: str) -> frozenset[str]:
        """The roles that are near; none of an unknown one."""
        return self._neighbours.get(role_id, frozenset())

    def disambiguated(self, role_id: str, title: str, text: str) -> str | None:
        """The role that two words of a text tell, where the title is one that the role read of it shares."""
        for shared in self._sharing(role_id, title):
            if len({found[0].casefold() for found in shared.words.finditer(text)}) > 1:
                return shared.role
        return None

    def sharing(self, role_id: str, title: str) -> tuple[str, ...]:
        """The roles that may be meant by a title which is read as this one."""
        return tuple(shared.role for shared in self._sharing(role_id, title))

    def _sharing(self, role_id: str, title: str) -> Iterator["_SharedTitles"]:
        stems = f" {' '.join(_stems(self.vocabulary, title))} " if role_id in self._shared else ""
        return (shared for shared in self._shared.get(role_id, ()) if any(title in stems for title in shared.titles))

    def closeness(self, a: str, b: str) -> Closeness:
        """How close two roles are, the same both ways; of one family unless the taxonomy says near or far.

        An unknown role, such as one of another release, is far from all others.
        """
        if a == b:
            return "same"
        if (a, b) in self._near:
            return "near"
        role, other = self._by_id.get(a), self._by_id.get(b)
        same_family = role is not None and other is not None and role.family == other.family
        return "family" if same_family and (a, b) not in self._far else "far"

    def of_field(self, said: str) -> tuple[str, ...]:
        """Every role of a field, whatever noun stands with it; none where it is the name of no field."""
        by_head = self.vocabulary.fields.get(_stems(self.vocabulary, said), {})
        return tuple(dict.fromkeys(by_head.values()))

    def says_level(self, said: str) -> bool:
        """Whether words tell a level or standing alone, as "working student" and "senior" do."""
        known = self.vocabulary
        stems = _stems(known, said)
        return known.heads.get(stems) == WEAK or (bool(stems) and all(stem in known.levels for stem in stems))

    def find(self, said: str) -> Role | None:
        """The role that a person means, the likeliest one of several."""
        return next(iter(self.meant(said)), None)

    def meant(self, said: str) -> tuple[Role, ...]:
        """The roles that a person may mean: an id, or a title of it in any of the languages, of either gender.

        Several where a field is said that has several, as "data" has; the likeliest first. None where none is known.
        """
        if said in self._by_id:
            return (self._by_id[said],)
        known = self.vocabulary
        stems = tuple(word.stem for word in known.words(said))
        bare = tuple(stem for stem in stems if stem not in known.levels)
        for wanted in (stems, bare):
            if wanted in known.titles:
                return (self._by_id[known.titles[wanted]],)
        for length in range(1, len(bare)):
            for head, of in ((bare[-length:], bare[:-length]), (bare[:length], bare[length:])):
                role = known.role_of_field(of, known.heads[head]) if head in known.heads else None
                if role is not None:
                    return (self._by_id[role],)
        return tuple(self._by_id[role] for role in known.likely(bare))

    def nearest(self, said: str, most: int = 3) -> tuple[Role, ...]:
        """The roles with a title that is spelt most like an unknown one, best first."""
        folded = fold(said)[:_LONGEST_SAID]
        if not folded:
            return ()
        titles = {fold(title): role.id for role in self for titles in role.titles.values() for title in titles}
        ranked: Iterable[tuple[str, float, int]] = [
            *process.extract(folded, list(titles), scorer=OSA.normalized_similarity, limit=4 * most, score_cutoff=0.6),
            *process.extract(folded, list(titles), scorer=fuzz.WRatio, limit=4 * most, score_cutoff=75.0),
        ]
        found = list(dict.fromkeys(titles[title] for title, _, _ in ranked))[:most]
        return tuple(self._by_id[role] for role in found)


def _vocabulary(given: Iterable[Role], *, of_people: bool) -> Vocabulary:
    breaks, genitives = (frozenset(map(fold, phrases_of(entry))) for entry in ("title.breaks", "title.of"))
    known = Vocabulary(
        of_people=of_people,
        joins=breaks | genitives | frozenset(map(fold, phrases_of("title.joins"))),
        breaks=breaks,
        genitives=genitives,
        levels=frozenset(map(stem, phrases_of("title.level"))),
        compounds=frozenset(map(stem, phrases_of("title.compound"))),
    )
    for name in entries_of("head"):
        for noun in phrases_of(f"head.{name}"):
            known.heads.setdefault(_stems(known, noun), name)
    for name in entries_of("activity"):
        for noun in phrases_of(f"activity.{name}"):
            known.heads.setdefault(_stems(known, noun), name)
            known.activities.add(_stems(known, noun))
    for role in given:
        for titles in role.titles.values():
            for title in titles:
                known.titles.setdefault(_stems(known, title), role.id)
        if role.works_with_tools:
            known.with_tools.add(role.id)
        known.listed.update(dict.fromkeys(role.listed, role.id))
        known.alone.update(_stems(known, title) for title in role.alone)
        for of in role.fields:
            stems = _stems(known, of)
            if not stems:
                raise ValueError(f"the field {of!r} of {role.id} is made of joining words alone")
            by_head = known.fields.setdefault(stems, {})
            for head in role.heads:
                by_head.setdefault(head, role.id)
    # "Nurse" and "nursing" have one stem: what a role is called first is somebody.
    called = {_stems(known, role.titles["en"][0]) for role in given}
    named = (of for of in known.fields if of in known.titles and of[-1:] not in known.heads)
    known.activities.update(of for of in named if of not in called)
    for stems in filter(None, (*known.titles, *known.heads, *known.fields)):
        known.longest[stems[0]] = max(known.longest.get(stems[0], 0), min(len(stems), LONGEST))
    return known


class _SharedTitles(NamedTuple):
    """A role, its shared titles as stems between spaces, and the words that tell it."""

    role: str
    titles: tuple[str, ...]
    words: re.Pattern[str]


def _shared_by(known: Vocabulary, given: Iterable[Role]) -> dict[str, list[_SharedTitles]]:
    """By the role that a shared title is read as, those that a text may tell instead."""
    by_role: dict[str, list[_SharedTitles]] = {}
    for role in given:
        if role.shared:
            words = "|".join(sorted(map(re.escape, role.shared.words), key=len, reverse=True))
            titles = tuple(f" {' '.join(_stems(known, title))} " for title in role.shared.titles)
            shared = _SharedTitles(role.id, titles, re.compile(rf"(?<!\w)(?:{words})(?!\w)", re.IGNORECASE))
            by_role.setdefault(role.shared.role, []).append(shared)
    return by_role


def _stems(known: Vocabulary, words: str) -> Stems:
    return tuple(word.stem for word in known.words(words))


@cache
def neighbours_mark() -> str:
    """A few characters that are others once other roles are near, in the taxonomy that is shipped."""
    near = ";".join(f"{role.id}:{','.join(sorted(roles().neighbours(role.id)))}" for role in roles())
    return blake2b(near.encode(), digest_size=4).hexdigest()


@cache
def roles() -> Roles:
    """The taxonomy that is shipped."""
    data = resources.files("services.rules.data")
    families, given = [], []
    for file in sorted(data.joinpath("roles").iterdir(), key=lambda file: file.name):
        if not file.name.endswith(".toml"):
            continue
        family = file.name.removesuffix(".toml")
        table = tomllib.loads(file.read_text("utf-8"))
        families.append(Family(family, table["family"]))
        given += [_role(name, family, entry) for name, entry in table["roles"].items()]
    return Roles(families, given)


def _role(name: str, family: str, entry: Mapping[str, Any]) -> Role:
    return Role(
        id=name,
        family=family,
        titles={language: tuple(entry[language]) for language in LANGUAGES if language in entry},
        heads=tuple(entry.get("heads", ())),
        fields=tuple(entry.get("of", ())),
        generic=entry.get("generic", False),
        near=frozenset(entry.get("near", ())),
        far=frozenset(entry.get("far", ())),
        by_hand=entry.get("by_hand", False),
        shared=_shared(entry["shared"]) if "shared" in entry else None,
        alone=tuple(entry.get("alone", ())),
        listed=tuple(entry.get("listed", ())),
        said=tuple(entry.get("said", ())),
        said_fields=tuple(entry.get("said_of", ())),
    )


def _shared(entry: Mapping[str, Any]) -> Shared:
    return Shared(entry["with"], tuple(entry["titles"]), tuple(entry["told_by"]))
