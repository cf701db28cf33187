"""Numbers for all that criteria name, and criteria written in them."""

import math
import sys
from collections.abc import Hashable, Mapping, Sequence
from typing import Any, Final, NamedTuple, TypeVar

import numpy as np

from schemas.criteria import Criteria
from services.matcher.adapters.floors import MOST_FLOOR, packed_floor
from services.matcher.adapters.memory.columns import (
    CLAUSES,
    HAS_ALSO,
    HAS_CLAUSES,
    HAS_MANNER,
    HAS_PAY,
    PLACES,
    SKILLS,
    UNKNOWN_PLACE,
    WITH_MANNER,
    Column,
    Columns,
    Growing,
)
from services.matcher.adapters.memory.literals import BY_LITERALS, NO_TOWN, REMOTE, Literals
from services.rules.criterion import FACETS, SKILLS_ALL, SKILLS_ANY, UNSAID, Narrowing
from services.rules.criterion.salary import annual_floor
from services.rules.places.placing import deciding
from services.rules.text import TextQuery

T = TypeVar("T", bound=Hashable)

MOST_SKILLS: Final = 2**16
"""Skills that have a number of 16 bits; what is beyond, in no known taxonomy, is written as clauses."""
MOST_RANK: Final = 2**16 - 1
NO_FLOOR: Final = 1
"""The rank of what asks for no floor in a ranked currency, but for something else."""
_RANKS: Final = 2000
"""In each factor of e: ranks are 0.05 % apart."""

LAST: Final = 1
"""A literal ends its clause."""
NEGATED: Final = 2
LITERAL_SHIFT: Final = 2

_BY_CLAUSES: Final = tuple(criterion for criterion in BY_LITERALS if criterion not in (SKILLS_ALL, SKILLS_ANY))
"""The criteria whose clauses need no place of their own among the others."""
ANY_FACETS: Final = (1 << sum(len(facet.values) for facet in FACETS)) - 1


class Row(NamedTuple):
    """One criterion, as numbers: what goes into the columns, its section, and its literals."""

    section: int
    pay: int
    bits: int
    place: int
    manner: int
    also: int
    home: int
    rank: int
    literals: Sequence[int]


class Vocabulary:
    """Numbers, given at first mention and never taken back. Numbers of skills, sets and currencies begin at 1."""

    def __init__(self, rates: dict[str, float]) -> None:
        """`rates` are units of each currency that one unit of the reference bought, for ordering floors alone."""
        self._rates = rates
        self.literals = Literals()
        self.skills: dict[str, int] = {}
        self._wanting = [0]
        self.places: dict[str, int] = {}
        self._place_sets: dict[tuple[str, ...], int] = {(): 0}
        self.place_starts, self.place_values = Growing(np.int64, [0, 0]), Growing(np.int32)
        self._manners: dict[Any, int] = {(None, 0.0, ()): 0}
        self.offsets, self.tolerances = Growing(np.float64, [math.nan]), Growing(np.float64, [0.0])
        self._language_sets: dict[tuple[str, ...], int] = {(): 0}
        self.languages: list[tuple[str, ...]] = [()]
        self.language_of = Growing(np.int32, [0])
        self.currencies: dict[str, int] = {}
        self.rates = [math.inf]
        """By number of a currency, as units of the reference; infinite where there is none."""
        self._bits: dict[Any, int] = {}

    def facts(self) -> dict[str, Any]:
        """All that has a number, in the order of these, for `of`."""
        return {
            "rates": self._rates,
            "skills": list(self.skills),
            "wanting": self._wanting,
            "place_sets": list(self._place_sets),
            "manners": list(self._manners),
            "currencies": list(self.currencies),
            "literals": self.literals.facts(),
        }

    @classmethod
    def of(cls, facts: Mapping[str, Any]) -> "Vocabulary":
        """One whose `facts` these are."""
        known = cls(facts["rates"])
        for skill in facts["skills"]:
            known.skill(skill)
        known._wanting = facts["wanting"]
        for places in facts["place_sets"]:
            known.place_set(tuple(places))
        for offset, tolerance, languages in facts["manners"]:
            known.manner(offset, tolerance, tuple(languages))
        for code in facts["currencies"]:
            known.currency(code)
        known.literals = Literals.of(facts["literals"])
        return known

    def row_of(self, criteria: Criteria) -> Row:
        """Write criteria as numbers. They must be canonical."""
        wanting = self._wanting
        needed = SKILLS_ALL.narrowing(criteria)
        terms = needed.terms if needed else ()
        wanted = sorted(map(self.skill, terms), key=wanting.__getitem__)
        for number in wanted:
            wanting[number] += 1
        small = wanted if len(wanting) <= MOST_SKILLS else [number for number in wanted if number < MOST_SKILLS]
        places = deciding(criteria)
        place = self.place_set(places)
        clauses = self._clauses(criteria, terms, small[:4])
        pay, rank = self._pay(criteria)
        first, second, third, fourth = (*small[:4], 0, 0, 0, 0)[:4]
        if first:
            section, home = SKILLS, first << 16 | second
        else:
            section, home = (CLAUSES, 0) if any(_is_positive(clause) for clause in clauses[:1]) else (PLACES, place)
        manner = self.manner(criteria.utc_offset, criteria.tolerance, criteria.languages)
        bits = self.bits(tuple(facet.asked(criteria) for facet in FACETS), bool(places))
        bits |= (UNKNOWN_PLACE if criteria.accept_unknown_place else 0) | (HAS_CLAUSES if clauses else 0)
        bits |= (HAS_PAY if pay else 0) | (HAS_ALSO if third else 0) | (HAS_MANNER if manner else 0)
        return Row(
            section=section,
            pay=pay,
            bits=bits,
            place=place,
            manner=manner,
            also=third << 16 | fourth,
            home=home,
            rank=0 if bits & ~UNKNOWN_PLACE == ANY_FACETS else max(rank, NO_FLOOR),
            literals=[literal for clause in clauses for literal in clause],
        )

    def _clauses(self, criteria: Criteria, needed: Sequence[str], inline: Sequence[int]) -> list[list[int]]:
        """What is asked besides the first skills, as clauses, of each of which one literal must hold.

        A clause that can be looked up by what a posting has and says comes first.
        """
        literals, query = self.literals, TextQuery.parse(criteria.text)
        telling: list[list[int]] = []
        silent: list[list[int]] = []
        unwanted: list[int] = []
        for criterion in _BY_CLAUSES:
            narrowing = criterion.narrowing(criteria)
            if narrowing is None:
                continue
            if criterion.excludes:
                unwanted += [literals.having(criterion.name, term) for term in narrowing.terms]
            else:
                # What does not say it meets all that accept silence.
                (silent if UNSAID in narrowing.terms else telling).append(self._clause(criterion.name, narrowing))
        clauses = telling
        if len(needed) > len(inline):
            clauses += [[literals.having(SKILLS_ALL.name, term)] for term in needed if self.skills[term] not in inline]
        # Long terms are rare ones.
        clauses += [[literals.said(term)] for term in sorted(query.wanted, key=len, reverse=True)]
        # A posting has a role or two, many skills and hundreds of words.
        if some := SKILLS_ANY.narrowing(criteria):
            clauses.append(self._clause(SKILLS_ANY.name, some))
        clauses += [[literals.said(term) for term in group] for group in query.either]
        clauses += silent
        if criteria.near:
            clauses.append([literals.near(*circle) for circle in circles_of(criteria)])
        unwanted += map(literals.said, query.excluded)
        return [_coded(clause) for clause in clauses] + [
            [literal << LITERAL_SHIFT | NEGATED | LAST] for literal in unwanted
        ]

    def _clause(self, criterion: str, narrowing: Narrowing) -> list[int]:
        if narrowing.at_least > 1:
            return [self.literals.counted(criterion, narrowing.terms, narrowing.at_least)]
        return [self.literals.having(criterion, term) for term in narrowing.terms]

    def _pay(self, criteria: Criteria) -> tuple[int, int]:
        floor = criteria.salary_floor
        if floor is None:
            return 0, 0
        needed = annual_floor(floor)
        # A floor per project cannot be held against anything: no posting tells pay in its currency.
        number = self.currency(floor.currency if needed is not None else "")
        pay = packed_floor(needed, number, accept_undisclosed=criteria.accept_undisclosed)
        rate = self._rates.get(floor.currency, 0.0)
        return pay, rank_of(min(needed, MOST_FLOOR) / rate) if rate and needed is not None else 0

    def skill(self, name: str) -> int:
        """The number of a skill, by its term."""
        number = self.skills.get(name)
        if number is None:
            number = self.skills[sys.intern(name)] = len(self._wanting)
            self._wanting.append(0)
        return number

    def place_set(self, places: tuple[str, ...]) -> int:
        """The number of a set of places."""
        number = self._place_sets.get(places)
        if number is None:
            places = tuple(map(sys.intern, places))
            number = self._place_sets[places] = len(self._place_sets)
            self.place_values.extend([self.places.setdefault(place, len(self.places)) for place in places])
            self.place_starts.append(len(self.place_values))
        return number

    def manner(self, offset: float | None, tolerance: float, languages: tuple[str, ...]) -> int:
        """The number of a time zone, tolerance and set of languages."""
        number = self._manners.setdefault((offset, tolerance, languages), len(self._manners))
        if number == len(self.offsets):
            self.offsets.append(math.nan if offset is None else offset)
            self.tolerances.append(tolerance)
            known = self._language_sets.setdefault(languages, len(self.languages))
            if known == len(self.languages):
                self.languages.append(languages)
            self.language_of.append(known)
        return number

    def currency(self, code: str) -> int:
        """The number of a currency."""
        number = self.currencies.setdefault(code, len(self.rates))
        if number == len(self.rates):
            self.rates.append(self._rates.get(code) or math.inf)
        return number

    def bits(self, asked: tuple[tuple[str, ...], ...], places: bool) -> int:
        """One bit for each value of each facet that fits; all of a facet in which nothing is asked."""
        found = self._bits.get((asked, places))
        if found is None:
            found = 0 if places else UNKNOWN_PLACE
            shift = 0
            for values, facet in zip(asked, FACETS, strict=True):
                found |= sum(1 << at for at, value in enumerate(facet.values) if not values or value in values) << shift
                shift += len(facet.values)
            self._bits[asked, places] = found
        return found


def circles_of(criteria: Criteria) -> tuple[tuple[str, int], ...]:
    """Of which a posting must lie in one, if only nearly, or say what does instead."""
    if not criteria.near:
        return ()
    unknown = (NO_TOWN,) if criteria.accept_unknown_town else ()
    return (REMOTE, *unknown, *((circle.town, circle.km) for circle in criteria.near))


def _coded(clause: Sequence[int]) -> list[int]:
    found = [literal << LITERAL_SHIFT for literal in clause]
    found[-1] |= LAST
    return found


def _is_positive(clause: Sequence[int]) -> bool:
    return not clause[0] & NEGATED


def rank_of(floor: float) -> int:
    """Where a floor in the reference currency stands among others; never falls where the floor rises."""
    return min(int(math.log1p(floor) * _RANKS) + 1, MOST_RANK - 1)


def ranks_of(floors: Column) -> Column:
    """`rank_of`, of many."""
    return np.minimum((np.log1p(floors) * _RANKS).astype(np.int64) + 1, MOST_RANK - 1).astype(np.uint16)


def flagged(columns: Columns, pool: Column) -> Columns:
    """Columns with the flags that their other columns call for, and the ranks of what asks for no floor."""
    bits, head = columns.bits.copy(), pool[columns.rest]
    asked = (columns.pay, columns.also, head & WITH_MANNER, head >> 1)
    for flag, column in zip((HAS_PAY, HAS_ALSO, HAS_MANNER, HAS_CLAUSES), asked, strict=True):
        bits[column != 0] |= np.uint32(flag)
    plain = bits & ~np.uint32(UNKNOWN_PLACE) == ANY_FACETS
    return columns._replace(bits=bits, rank=np.where(plain, 0, np.maximum(columns.rank, NO_FLOOR)).astype(np.uint16))
