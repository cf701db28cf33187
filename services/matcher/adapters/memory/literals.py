"""Numbers for what a posting may have or say: skills, roles, terms of texts."""

import sys
from collections.abc import Iterable, Mapping
from itertools import pairwise
from typing import Final, TypeVar

import numpy as np

from schemas.posting import PostingCore
from services.matcher.adapters.memory.columns import Growing, Rows
from services.rules.criterion import Fit
from services.rules.criterion.near import farthest, nearness
from services.rules.places.towns import cell_of, cells_round, label_of, town_of
from services.rules.prepared import PreparedPosting
from services.rules.text import Haystack

T = TypeVar("T")

NO_TOWN: Final = ("", 0)
REMOTE: Final = ("", 1)
"""What is no circle round a town."""
UNKNOWN_ROLE: Final = ""
"""The role of a posting of which nothing says one."""


_MENTION: Final = "\0"
"""Before the name of a skill that may as well be mentioned: what only asks for it goes by other numbers."""


def term_of(skill: str, *, mentions: bool) -> str:
    """What a skill goes by: whether a posting that mentions it has it depends on the search."""
    return _MENTION + skill if mentions else skill


def terms_of(skills: Iterable[str], asked_for: Iterable[str]) -> set[str]:
    """What the skills of a posting go by, some of which it asks for."""
    return {*asked_for, *(_MENTION + name for name in skills)}


class Literals:
    """Each has a number: a skill by its own name, a skill itself or as what another implies, a circle round a town, a
    role, a deciding role, a term of a text. Skills go by `term_of`.

    A term is a word, or a phrase filed under its first two words. Of several skills, that so many are had is one
    literal too: those that a posting meets are found by counting, from its skills, not from all that there are.
    """

    def __init__(self) -> None:
        self._own: dict[str, int] = {}
        self._implied: dict[str, int] = {}
        self._counted: dict[tuple[tuple[str, ...], int], int] = {}
        self._counts_of: dict[str, Growing] = {}
        """By a skill: which counts it is one of."""
        self._least, self._counts = Growing(np.int64), Growing(np.int64)
        """By number of a count: how many skills it takes, and the number of its literal."""
        self._near: dict[tuple[str, int], int] = {}
        self._near_by_cell: dict[str, list[tuple[str, int]]] = {}
        self._roles: dict[str, int] = {}
        self._deciding: dict[str, int] = {}
        self._words: dict[str, int] = {}
        self._phrases: dict[str, dict[str, int]] = {}
        self._begin_phrases: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def own(self, name: str) -> int:
        """The number of having a skill by its own name."""
        return self._number(self._own, name)

    def implied(self, name: str) -> int:
        """The number of having a skill, or one that implies it."""
        return self._number(self._implied, name)

    def counted(self, names: tuple[str, ...], at_least: int) -> int:
        """The number of having so many skills of some, each itself or by one that implies it."""
        asked = (names, at_least)
        number = self._counted.get(asked)
        if number is None:
            number = self._counted[tuple(map(sys.intern, names)), at_least] = self._count
            for name in names:
                self._counts_of.setdefault(sys.intern(name), Growing(np.int64)).append(len(self._counts))
            self._least.append(at_least)
            self._counts.append(number)
            self._count += 1
        return number

    def near(self, label: str, km: int) -> int:
        """The number of lying within so many kilometres of a town, or nearly; of "" of naming no town, or, with 1, of
        being remote."""
        asked = (label, km)
        number = self._near.get(asked)
        if number is None:
            number = self._near[sys.intern(label), km] = self._count
            self._count += 1
            town = town_of(label)
            for cell in cells_round(town, farthest(km)) if town else ():
                self._near_by_cell.setdefault(cell, []).append(asked)
        return number

    def nearness(self, posting: PostingCore) -> dict[tuple[str, int], Fit]:
        """Of the circles that somebody asks for, those in or nearly in which a posting lies."""
        if not self._near:
            return {}
        if posting.workplace == "remote":
            return {REMOTE: "yes"}
        if not posting.towns:
            return {NO_TOWN: "yes"}
        found: dict[tuple[str, int], Fit] = {}
        for number in posting.towns:
            town = town_of(label_of(number) or "")
            for asked in self._near_by_cell.get(cell_of(town), ()) if town else ():
                fit = nearness(*asked, number)
                if fit != "no" and found.get(asked) != "yes":
                    found[asked] = fit
        return found

    def role(self, role: str) -> int:
        """The number of being a role, first of all or not; of `UNKNOWN_ROLE`, of not saying."""
        return self._number(self._roles, role)

    def deciding(self, role: str) -> int:
        """The number of being a role first of all."""
        return self._number(self._deciding, role)

    def term(self, term: str) -> int:
        """The number of saying a term."""
        words = term.split(" ")
        if len(words) == 1:
            return self._number(self._words, term)
        self._begin_phrases.add(words[0])
        return self._number(self._phrases.setdefault(" ".join(words[:2]), {}), term)

    def _number(self, known: dict[str, int], name: str) -> int:
        number = known.get(name)
        if number is None:
            number = known[sys.intern(name)] = self._count
            self._count += 1
        return number

    def held_by(self, prepared: PreparedPosting) -> Rows:
        """The numbers of what a posting has and says, in no order."""
        found = _known(self._own, terms_of(prepared.skills, prepared.asked_for))
        roles = prepared.posting.roles
        found += _known(self._near, self.nearness(prepared.posting))
        found += _known(self._roles, roles or (UNKNOWN_ROLE,))
        found += _known(self._deciding, roles[:1])
        if self._implied or self._counted:
            skills = terms_of(
                prepared.skills | prepared.implied.keys(), prepared.asked_for | prepared.implied_by_asked.keys()
            )
            found += _known(self._implied, skills)
            found += self._enough(skills)
        if self._words or self._phrases:
            found += self._said(prepared.haystack)
        return np.array(found, dtype=np.int64)

    def _enough(self, skills: Iterable[str]) -> list[int]:
        """The literals of the counts that these skills meet."""
        met = [self._counts_of[name].view for name in skills if name in self._counts_of]
        if not met:
            return []
        counts, times = np.unique(np.concatenate(met), return_counts=True)
        enough: list[int] = self._counts.view[counts[times >= self._least.view[counts]]].tolist()
        return enough

    def _said(self, haystack: Haystack) -> list[int]:
        line = haystack.line.split(" ")
        found = _known(self._words, set(line))
        if not self._phrases:
            return found
        begin = self._begin_phrases
        # All pairs of a posting are few beside the phrases that millions of criteria hold.
        for pair in self._phrases.keys() & {f"{word} {other}" for word, other in pairwise(line) if word in begin}:
            found += [number for phrase, number in self._phrases[pair].items() if haystack.holds(phrase)]
        return found


def _known(numbers: Mapping[T, int], names: Iterable[T]) -> list[int]:
    return [numbers[name] for name in names if name in numbers]
