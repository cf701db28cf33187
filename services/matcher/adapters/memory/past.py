"""Past postings in columns: which of them criteria fit, and what each criterion costs, while somebody types.

The truth is asked once of all postings that are alike in what a criterion looks at. Skills and words are looked up
instead, since hardly two postings have the same. All closed postings stand as they were while they were open, as in a
backtest.
"""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from operator import attrgetter
from threading import RLock
from typing import Any, Final

import numpy as np
from cachetools import LRUCache

from schemas.criteria import Criteria
from services.matcher.adapters.memory.columns import Bools, Growing, Rows
from services.matcher.backtest import Past
from services.matcher.relaxing import removals, steps
from services.rules.criterion import CRITERIA, CRITERION, Criterion, Relaxation
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

_REMEMBERED_BYTES: Final = 64 << 20
_CURRENCIES: Final = 64
"""Pay is remembered in so many."""
_MOST_GONE: Final = 0.2
"""Of all rows; beyond it the columns are put together anew."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class Seen:
    """Which posting a row is of, and when any version of it was first seen."""

    posting_id: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Fitting:
    """What of the past criteria fit."""

    matching: int
    near: int
    """Near misses."""
    newest: tuple[Seen, ...]
    """The newest of the matching ones, the newest first; equally new ones by their ids."""
    newest_near: tuple[Seen, ...]
    by_day: Mapping[date, int]
    """The matching ones by the day on which they came, UTC; days on which some did."""
    pays: tuple[int, ...]
    """What those pay at most in a year that match whatever they pay, in the currency asked for; without those that do
    not say."""
    alone: tuple[tuple[str, int], ...]
    """How many match by each criterion that asks for something, were it the only one."""
    without: tuple[tuple[Relaxation, int], ...]
    """How many more match without each criterion, the costliest first."""
    steps: tuple[tuple[Relaxation, int], ...]
    """How many more match by each smaller step that lets any in, the largest gain first."""


class PastInColumns:
    """The postings of some days; for many threads. What is put is found at once."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._seen: list[Seen] = []
        self._row: dict[str, int] = {}
        self._alive = Growing(np.bool_)
        self._came = Growing(np.int64)
        """Microseconds since 1970."""
        self._skills = skills = _SkillColumn()
        own: dict[str, _Column] = {"skills.all": skills, "skills.any": skills, "skills.none": skills}
        own["text"] = _WordColumn()
        own["salary"] = self._pay = _PayColumn(CRITERION["salary"])
        alike = {criterion.name: _AlikeColumn(criterion) for criterion in CRITERIA if criterion.name not in own}
        self._columns: dict[str, _Column] = {**own, **alike}

    def __len__(self) -> int:
        return len(self._row)

    def lacking(self, versions: Mapping[str, int]) -> list[str]:
        """Of some postings, with their newest versions, those that are not held in it."""
        with self._lock:
            held = {own: self._seen[row].version for own, row in self._row.items() if own in versions}
        return [own for own, version in versions.items() if held.get(own, -1) < version]

    def put(self, past: Iterable[Past]) -> None:
        """Take in postings, each in place of an older version of it."""
        with self._lock:
            for one in past:
                self._put(one)

    def forget(self, before: datetime) -> None:
        """Drop what was first seen before then."""
        with self._lock:
            old = [own for own, row in self._row.items() if self._seen[row].at < before]
            for own in old:
                self._alive.view[self._row.pop(own)] = False
            if len(self._seen) - len(self._row) > _MOST_GONE * len(self._seen):
                self._compact()

    def asked_for(self) -> dict[str, int]:
        """How many postings ask for each skill, those with an older version counted again."""
        with self._lock:
            return self._skills.counts()

    def fitting(self, criteria: Criteria, most: int, *, currency: str = "") -> Fitting:
        """What canonical criteria fit, by `verdict`: how many, the newest `most` of them, what each criterion costs."""
        with self._lock:
            alive = self._alive.view
            known: _Known = {}
            matching, not_rejected = self._fits(criteria, alive, known)
            near = not_rejected & ~matching
            found = int(matching.sum())

            def gained(relaxations: Iterable[Relaxation]) -> tuple[tuple[Relaxation, int], ...]:
                counted = (
                    (made, int(self._fits(made.criteria, alive, known)[0].sum()) - found) for made in relaxations
                )
                return tuple(sorted((one for one in counted if one[1] > 0), key=lambda one: -one[1]))

            return Fitting(
                found,
                int(near.sum()),
                self._newest(matching, most),
                self._newest(near, most),
                self._by_day(matching),
                self._pays(self._fits(_whatever_the_pay(criteria), alive, known)[0], currency),
                tuple(self._alone(criteria, alive, known)),
                gained(removals(criteria).values()),
                gained(steps(criteria)),
            )

    def _put(self, past: Past) -> None:
        posting = past.posting
        row = self._row.get(posting.posting_id)
        at = past.seen_at
        if row is not None:
            if self._seen[row].version >= posting.version:
                return
            at = min(at, self._seen[row].at)
            self._alive.view[row] = False
        self._row[posting.posting_id] = len(self._seen)
        self._seen.append(Seen(posting.posting_id, posting.version, at))
        self._alive.append(True)
        self._came.append((at - _EPOCH) // _MICROSECOND)
        prepared = PreparedPosting(posting.model_copy(update={"status": "open"}))
        for column in dict.fromkeys(self._columns.values()):
            column.add(prepared)

    def _compact(self) -> None:
        kept = np.flatnonzero(self._alive.view)
        self._seen = [self._seen[row] for row in kept]
        self._row = {seen.posting_id: row for row, seen in enumerate(self._seen)}
        self._alive = Growing(np.bool_, [True] * kept.size)
        self._came = Growing(np.int64, self._came.view[kept])
        for column in dict.fromkeys(self._columns.values()):
            column.keep(kept)

    def _fits(self, criteria: Criteria, alive: Bools, known: "_Known") -> tuple[Bools, Bools]:
        """What matches, and what is not rejected."""
        matching, not_rejected = alive, alive
        for criterion in CRITERIA:
            if criterion.asks(criteria):
                yes, not_no = self._answers(criterion, criteria, known)
                matching, not_rejected = matching & yes, not_rejected & not_no
        return matching, not_rejected

    def _answers(self, criterion: Criterion[Any], criteria: Criteria, known: "_Known") -> tuple[Bools, Bools]:
        """Asked once of each criterion that is the same in criteria and in what is made of them."""
        own = (criterion.name, *criterion.canonical(criteria).values())
        found = known.get(own)
        if found is None:
            found = known[own] = self._columns[criterion.name].answers(criterion, criteria)
        return found

    def _alone(self, criteria: Criteria, alive: Bools, known: "_Known") -> Iterator[tuple[str, int]]:
        for criterion in CRITERIA:
            if criterion.asks(criteria):
                yield criterion.name, int((alive & self._answers(criterion, criteria, known)[0]).sum())

    def _newest(self, found: Bools, most: int) -> tuple[Seen, ...]:
        rows = np.flatnonzero(found)
        if rows.size > most:
            came = self._came.view[rows]
            # Equally new ones may be more than there is room for: all of them are put in order first.
            rows = rows[came >= np.partition(came, -most)[-most]]
        newest = sorted((self._seen[row] for row in rows), key=attrgetter("posting_id"))
        return tuple(sorted(newest, key=attrgetter("at"), reverse=True)[:most])

    def _pays(self, found: Bools, currency: str) -> tuple[int, ...]:
        tops = self._pay.tops(currency)[found]
        return tuple(tops[tops >= 0].tolist())

    def _by_day(self, found: Bools) -> dict[date, int]:
        days, counts = np.unique(self._came.view[found] // _DAY, return_counts=True)
        return {(_EPOCH + timedelta(days=int(day))).date(): int(count) for day, count in zip(days, counts, strict=True)}


class _Column(ABC):
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


class _AlikeColumn(_Column):
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
        own = tuple(criterion.canonical(criteria).values())
        known = self._remembered.get(own, (_NONE, _NONE))
        if (done := known[0].size) < len(self._first):
            fits = [criterion.fit(criteria, prepared) for prepared in self._first[done:]]
            yes = np.array([fit == "yes" for fit in fits], dtype=np.bool_)
            not_no = np.array([fit != "no" for fit in fits], dtype=np.bool_)
            known = (np.concatenate((known[0], yes)), np.concatenate((known[1], not_no)))
            _remember(self._remembered, own, known)
        numbers = self._number_of.view
        return known[0][numbers], known[1][numbers]


class _PayColumn(_AlikeColumn):
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


class _SkillColumn(_Column):
    """Rows by skill: of those that ask for it, that mention it at least, and each with what implies it."""

    def __init__(self) -> None:
        self._rows = 0
        self._having: tuple[dict[str, Growing], ...] = ({}, {}, {}, {})

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
            for name, held in having.items():
                left = now[held.view]
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

    def counts(self) -> dict[str, int]:
        """How many rows ask for each."""
        return {name: len(held) for name, held in self._having[0].items()}

    def _counted(self, names: Iterable[str], by: int) -> Rows:
        counted = np.zeros(self._rows, dtype=np.int64)
        for name in names:
            held = self._having[by].get(name)
            if held is not None:
                counted[held.view] += 1
        return counted


class _WordColumn(_Column):
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


def _whatever_the_pay(criteria: Criteria) -> Criteria:
    return criteria.model_copy(update={"salary_floor": None, "accept_undisclosed": True})


def _top(prepared: PreparedPosting, currency: str) -> int:
    pay = prepared.posting.salary
    return pay.tops.get(currency, -1) if pay else -1


_Known = dict[Hashable, tuple[Bools, Bools]]
"""What is asked of the same rows more than once while they are counted."""
_NONE: Final = np.zeros(0, dtype=np.bool_)


def _remembering() -> LRUCache[Any, Any]:
    return LRUCache(_REMEMBERED_BYTES, getsizeof=_bytes_of)


def _bytes_of(arrays: Bools | tuple[Bools, Bools]) -> int:
    return arrays.nbytes if isinstance(arrays, np.ndarray) else sum(one.nbytes for one in arrays)


def _remember(cache: LRUCache[Any, Any], key: Hashable, arrays: Bools | tuple[Bools, Bools]) -> None:
    if _bytes_of(arrays) <= cache.maxsize:
        cache[key] = arrays
