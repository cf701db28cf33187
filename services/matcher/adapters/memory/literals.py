"""Numbers for what a posting may have or say: the terms of criteria, circles round towns, words."""

import sys
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from itertools import pairwise
from typing import Any, Final, TypeVar

import numpy as np

from schemas.posting import PostingCore
from services.matcher.adapters.memory.columns import Growing, Rows
from services.rules.criterion import CRITERIA, FACETS, LANGUAGE, PLACE, Fit
from services.rules.criterion.near import farthest, nearness
from services.rules.places.distances import cell_of, cells_round
from services.rules.places.towns import label_of, town_of
from services.rules.prepared import PreparedPosting
from services.rules.text import Haystack

T = TypeVar("T")

NO_TOWN: Final = ("", 0)
REMOTE: Final = ("", 1)
"""What is no circle round a town."""
BY_LITERALS: Final = tuple(
    criterion
    for criterion in CRITERIA
    if criterion.by_terms and criterion.exact and criterion not in (*FACETS, PLACE, LANGUAGE)
)
"""The criteria whose terms are literals; those of the others have columns, or circles."""


class Literals:
    """Each has a number: a term of a criterion, a circle round a town, a term of a text.

    A term of a text is a word, or a phrase filed under its first two words. Of several terms of a criterion, that so
    many are had is one literal too: those that a posting meets are found by counting, from its own terms, not from all
    that there are.
    """

    def __init__(self) -> None:
        self._terms: dict[str, dict[str, int]] = {criterion.name: {} for criterion in BY_LITERALS}
        self._counted: dict[tuple[str, tuple[str, ...], int], int] = {}
        self._counts_of: dict[str, dict[str, Growing]] = defaultdict(dict)
        """By a criterion's term: which counts it is one of."""
        self._least, self._counts = Growing(np.int64), Growing(np.int64)
        """By number of a count: how many terms it takes, and the number of its literal."""
        self._near: dict[tuple[str, int], int] = {}
        self._near_by_cell: dict[str, list[tuple[str, int]]] = {}
        self._words: dict[str, int] = {}
        self._phrases: dict[str, dict[str, int]] = {}
        self._begin_phrases: set[str] = set()
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def facts(self) -> dict[str, Any]:
        """All that has a number, with it, for `of`."""
        return {
            "terms": self._terms,
            "counted": [(*asked, number) for asked, number in self._counted.items()],
            "near": [(*asked, number) for asked, number in self._near.items()],
            "words": self._words,
            "phrases": [item for phrases in self._phrases.values() for item in phrases.items()],
            "count": self._count,
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Literals":
        """Those whose `facts` these are."""
        known = cls()
        known._terms, known._words = facts["terms"], facts["words"]
        for criterion, terms, at_least, number in facts["counted"]:
            known._add_count((criterion, tuple(terms), at_least), number)
        for label, km, number in facts["near"]:
            known._add_circle((label, km), number)
        for phrase, number in facts["phrases"]:
            known._phrases_like(phrase)[phrase] = number
        known._count = facts["count"]
        return known

    def having(self, criterion: str, term: str) -> int:
        """The number of having a term of a criterion."""
        return self._number(self._terms[criterion], term)

    def counted(self, criterion: str, terms: tuple[str, ...], at_least: int) -> int:
        """The number of having so many of some terms of a criterion."""
        asked = (criterion, terms, at_least)
        number = self._counted.get(asked)
        if number is None:
            number = self._count
            self._add_count(asked, number)
            self._count += 1
        return number

    def _add_count(self, asked: tuple[str, tuple[str, ...], int], number: int) -> None:
        criterion, terms, at_least = asked
        terms = tuple(map(sys.intern, terms))
        self._counted[criterion, terms, at_least] = number
        counts_of = self._counts_of[criterion]
        for term in terms:
            counts_of.setdefault(term, Growing(np.int64)).append(len(self._counts))
        self._least.append(at_least)
        self._counts.append(number)

    def near(self, label: str, km: int) -> int:
        """The number of lying within so many kilometres of a town, or nearly; of "" of naming no town, or, with 1, of
        being remote."""
        asked = (label, km)
        number = self._near.get(asked)
        if number is None:
            number = self._count
            self._add_circle(asked, number)
            self._count += 1
        return number

    def _add_circle(self, asked: tuple[str, int], number: int) -> None:
        label, km = asked
        self._near[sys.intern(label), km] = number
        town = town_of(label)
        for cell in cells_round(town, farthest(km)) if town else ():
            self._near_by_cell.setdefault(cell, []).append(asked)

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

    def said(self, term: str) -> int:
        """The number of saying a term."""
        return self._number(self._phrases_like(term) if " " in term else self._words, term)

    def _phrases_like(self, phrase: str) -> dict[str, int]:
        """The phrases that are filed where this one is."""
        words = phrase.split(" ", 2)
        self._begin_phrases.add(words[0])
        return self._phrases.setdefault(" ".join(words[:2]), {})

    def _number(self, known: dict[str, int], name: str) -> int:
        number = known.get(name)
        if number is None:
            number = known[sys.intern(name)] = self._count
            self._count += 1
        return number

    def literals_of(self, prepared: PreparedPosting) -> Rows:
        """The numbers of what a posting has and says, in no order."""
        found = _known(self._near, self.nearness(prepared.posting))
        for criterion in BY_LITERALS:
            known, counts_of = self._terms[criterion.name], self._counts_of.get(criterion.name, {})
            if known or counts_of:
                terms = criterion.terms_of(prepared)
                found += known.values() if terms is None else _known(known, terms)
                found += self._enough(counts_of.values() if terms is None else _counts_among(counts_of, terms))
        if self._words or self._phrases:
            found += self._said(prepared.haystack)
        return np.array(found, dtype=np.int64)

    def _enough(self, met: Collection[Growing]) -> list[int]:
        """The literals of the counts that are met, given those of each term."""
        if not met:
            return []
        counts, times = np.unique(np.concatenate([counts.view for counts in met]), return_counts=True)
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


def _counts_among(counts_of: Mapping[str, Growing], terms: Iterable[str]) -> list[Growing]:
    return [counts_of[term] for term in terms if term in counts_of]
