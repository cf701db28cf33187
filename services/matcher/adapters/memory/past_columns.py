"""Columns of past postings: of each what one criterion looks at, asked of all of them at once."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Sequence
from typing import Any, Final

import numpy as np
from cachetools import LRUCache

from schemas.criteria import Criteria
from services.matcher.adapters.memory.columns import Bools, Growing, Rows
from services.matcher.backtest import is_alternative, ochiai
from services.rules.criterion import Criterion
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

_REMEMBERED_BYTES: Final = 64 << 20
_CURRENCIES: Final = 64
"""Pay is remembered in so many."""
_MOST_AKIN: Final = 1_000
_NONE: Final = np.zeros(0, dtype=np.bool_)
NO_ROWS: Final = np.zeros(0, dtype=np.int64)


class Column(ABC):
    """What is kept of all postings for one criterion, or some."""

    @abstractmethod
    def add(self, prepared: PreparedPosting) -> None:
        """Take in the posting of the next row."""

    @abstractmethod
    def keep(self, rows: Rows) -> None:
        """Drop all rows but these, which are in order."""

    @abstractmethod
    def answers(self, criterion: Criterion[Any], criteria: Criteria) -> tuple[Bools, Bools]:
        """For each row whether it fits, and whether it at least nearly does."""


class AlikeColumn(Column):
    """Postings by the number of what a criterion looks at, of each of which one is kept to be judged."""

    def __init__(self, criterion: Criterion[Any]) -> None:
        self._criterion = criterion
        self._numbers: dict[Hashable, int] = {}
        self._first: list[PreparedPosting] = []
        self._number_of = Growing(np.int64)
        self._remembered: LRUCache[Hashable, tuple[Bools, Bools]] = _remembering()

    def add(self, prepared: PreparedPosting) -> None:
        looked_at = self._criterion.looks_at(prepared)
        number = self._numbers.setdefault(looked_at, len(self._first))
        if number == len(self._first):
            bare = prepared.posting.model_copy(update={"description_text": "", "evidence": {}})
            self._first.append(PreparedPosting(bare))
        self._number_of.append(number)

    def keep(self, rows: Rows) -> None:
        used, numbers = np.unique(self._number_of.view[rows], return_inverse=True)
        self._first = [self._first[number] for number in used]
        self._numbers = {self._criterion.looks_at(first): number for number, first in enumerate(self._first)}
        self._number_of = Growing(np.int64, numbers)
        self._remembered.clear()

    def answers(self, criterion: Criterion[Any], criteria: Criteria) -> tuple[Bools, Bools]:
        own = (criterion.name, *criterion.canonical(criteria).values())
        known = self._remembered.get(own, (_NONE, _NONE))
        if (done := known[0].size) < len(self._first):
            fits = [criterion.fit(criteria, prepared) for prepared in self._first[done:]]
            yes = np.array([fit == "yes" for fit in fits], dtype=np.bool_)
            not_no = np.array([fit != "no" for fit in fits], dtype=np.bool_)
            known = (np.concatenate((known[0], yes)), np.concatenate((known[1], not_no)))
            _remember(self._remembered, own, known)
        numbers = self._number_of.view
        return known[0][numbers], known[1][numbers]


class PayColumn(AlikeColumn):
    """The same by pay, in which postings are so seldom alike that it is held against a floor as a column."""

    def __init__(self, criterion: Criterion[Any]) -> None:
        super().__init__(criterion)
        self._tops: LRUCache[str, Growing] = LRUCache(_CURRENCIES)

    def keep(self, rows: Rows) -> None:
        super().keep(rows)
        self._tops.clear()

    def tops(self, currency: str) -> Rows:
        """What each row pays at most in a year, below 0 where it does not say."""
        known = self._tops.setdefault(currency, Growing(np.int64))
        known.extend([_top(first, currency) for first in self._first[len(known) :]])
        found: Rows = known.view[self._number_of.view]
        return found

    def answers(self, criterion: Criterion[Any], criteria: Criteria) -> tuple[Bools, Bools]:
        floor = criteria.salary_floor
        needed = annual_floor(floor) if floor else None
        if floor is None or needed is None:
            return super().answers(criterion, criteria)
        tops = self.tops(floor.currency)
        untold = tops < 0
        yes = tops >= needed
        return yes | untold if criteria.accept_undisclosed else yes, (tops >= least_near(needed)) | untold


class SkillColumn(Column):
    """Rows by skill: of those that ask for it, that mention it at least, and each with what implies it."""

    def __init__(self) -> None:
        self._rows = 0
        self._having: tuple[dict[str, Growing], ...] = ({}, {}, {}, {})
        self._asking: tuple[list[str], Rows, Rows, Rows] | None = None
        self._akin: LRUCache[tuple[str, ...], Sequence[str]] = LRUCache(_MOST_AKIN)

    def add(self, prepared: PreparedPosting) -> None:
        asked, named = prepared.asked_for, prepared.skills
        lists = (asked, named, asked | prepared.implied_by_asked.keys(), named | prepared.implied.keys())
        for having, names in zip(self._having, lists, strict=True):
            for name in names:
                having.setdefault(name, Growing(np.int64)).append(self._rows)
        self._rows += 1

    def keep(self, rows: Rows) -> None:
        now = np.full(self._rows, -1, dtype=np.int64)
        now[rows] = np.arange(rows.size)
        for having in self._having:
            for name, with_skill in having.items():
                left = now[with_skill.view]
                having[name] = Growing(np.int64, left[left >= 0])
        self._rows = rows.size

    def answers(self, criterion: Criterion[Any], criteria: Criteria) -> tuple[Bools, Bools]:
        asked = criteria.skills
        mentioned = int(asked.mentions)
        if criterion.name == "skills.all":
            fits = self._counted(asked.all, mentioned) == len(asked.all)
        elif criterion.name == "skills.any":
            fits = self._counted(asked.any, 2 + mentioned) >= asked.at_least
        else:
            fits = self._counted(asked.none, 1) == 0
        return fits, fits

    def having(self, criteria: Criteria) -> Rows:
        """Of each row how many of the skills of which any will do."""
        return self._counted(criteria.skills.any, 2 + int(criteria.skills.mentions))

    def rows(self, name: str, criteria: Criteria) -> Rows:
        """Those that have a skill, were it one of these."""
        with_skill = self._having[2 + int(criteria.skills.mentions)].get(name)
        return NO_ROWS if with_skill is None else with_skill.view

    def forget_akin(self) -> None:
        """What is akin is worked out anew: other rows are counted from now on."""
        self._asking = None
        self._akin.clear()

    def akin(self, asked: tuple[str, ...], alive: Bools) -> Sequence[str]:
        """The skills that are asked for together with these as often as an alternative to them is."""
        found = self._akin.get(asked)
        if found is None:
            found = self._akin[asked] = list(self._alternatives(asked, alive))
        return found

    def _alternatives(self, asked: tuple[str, ...], alive: Bools) -> Iterator[str]:
        if self._asking is None:
            self._asking = self._flat(alive)
        names, numbers, rows, alone = self._asking
        with_asked = alive & (self._counted(asked, 0) > 0)
        together = np.bincount(numbers[with_asked[rows]], minlength=len(names))
        of_asked = int(with_asked.sum())
        for number in np.flatnonzero(together):
            name = names[number]
            if name not in asked and is_alternative(name, ochiai(int(together[number]), int(alone[number]), of_asked)):
                yield name

    def _flat(self, alive: Bools) -> tuple[list[str], Rows, Rows, Rows]:
        """The skills that are asked for; of each row that asks for one, the number of it, and the row; and of each
        skill how many ask for it."""
        names, rows_by_skill = list(self._having[0]), [column.view for column in self._having[0].values()]
        numbers = np.repeat(np.arange(len(rows_by_skill)), [rows.size for rows in rows_by_skill])
        rows = np.concatenate((NO_ROWS, *rows_by_skill))
        return names, numbers, rows, np.bincount(numbers[alive[rows]], minlength=len(names))

    def counts(self) -> dict[str, int]:
        """How many rows ask for each."""
        return {name: len(rows) for name, rows in self._having[0].items()}

    def _counted(self, names: Iterable[str], by: int) -> Rows:
        counted = np.zeros(self._rows, dtype=np.int64)
        for name in names:
            with_skill = self._having[by].get(name)
            if with_skill is not None:
                counted[with_skill.view] += 1
        return counted


class WordColumn(Column):
    """The words of each posting, in which each term is looked for once."""

    def __init__(self) -> None:
        self._lines: list[str] = []
        self._remembered: LRUCache[str, Bools] = _remembering()

    def add(self, prepared: PreparedPosting) -> None:
        self._lines.append(prepared.haystack.line)

    def keep(self, rows: Rows) -> None:
        self._lines = [self._lines[row] for row in rows]
        self._remembered.clear()

    def answers(self, criterion: Criterion[Any], criteria: Criteria) -> tuple[Bools, Bools]:
        query = TextQuery.parse(criteria.text)
        fits = np.ones(len(self._lines), dtype=np.bool_)
        for term in query.wanted:
            fits &= self._saying(term)
        for group in query.either:
            fits &= np.logical_or.reduce([self._saying(term) for term in group])
        for term in query.excluded:
            fits &= ~self._saying(term)
        return fits, fits

    def _saying(self, term: str) -> Bools:
        known = self._remembered.get(term, _NONE)
        if known.size < len(self._lines):
            spaced = f" {term} "
            more = np.array([spaced in line for line in self._lines[known.size :]], dtype=np.bool_)
            known = np.concatenate((known, more))
            _remember(self._remembered, term, known)
        return known


def _top(prepared: PreparedPosting, currency: str) -> int:
    pay = prepared.posting.salary
    return pay.tops.get(currency, -1) if pay else -1


def _remembering() -> LRUCache[Any, Any]:
    return LRUCache(_REMEMBERED_BYTES, getsizeof=_bytes_of)


def _bytes_of(arrays: Bools | tuple[Bools, Bools]) -> int:
    return arrays.nbytes if isinstance(arrays, np.ndarray) else sum(array.nbytes for array in arrays)


def _remember(cache: LRUCache[Any, Any], key: Hashable, arrays: Bools | tuple[Bools, Bools]) -> None:
    if _bytes_of(arrays) <= cache.maxsize:
        cache[key] = arrays
