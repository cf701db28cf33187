"""Past postings in columns: which of them criteria fit, and what each criterion costs, while somebody types.

The truth is asked once of all postings that are alike in what a criterion looks at. Skills and words are looked up
instead, since hardly two postings have the same. All closed postings stand as they were while they were open, as in a
backtest.
"""

from collections.abc import Collection, Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from itertools import combinations
from operator import attrgetter
from threading import RLock
from typing import Any, Final

import numpy as np

from schemas.criteria import Criteria
from services.matcher.adapters.memory.columns import Bools, Growing, Rows
from services.matcher.adapters.memory.past_columns import (
    NO_ROWS,
    AlikeColumn,
    Column,
    PayColumn,
    SkillColumn,
    WordColumn,
)
from services.matcher.adapters.memory.past_kinds import PastKinds, RoleColumn
from services.matcher.backtest import Past
from services.matcher.relaxing import removals, steps, together
from services.rules.criterion import CRITERIA, CRITERION, ROLES_ANY, ROLES_NONE, SKILLS_ANY, Criterion, Relaxation
from services.rules.prepared import PreparedPosting
from services.rules.skills.taxonomy import taxonomy

_MOST_GONE: Final = 0.2
"""Of all rows; beyond it the columns are put together anew."""
_MOST_OPENINGS: Final = 5
_MOST_TOGETHER: Final = 3
"""Criteria of which all sets are tried for the smallest that nothing fits."""
_LEAST_PAYS: Final = 10
"""Of fewer a median says nothing."""
_EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
_MICROSECOND: Final = timedelta(microseconds=1)
_DAY: Final = timedelta(days=1) // _MICROSECOND


@dataclass(frozen=True, slots=True)
class PastVersion:
    """Which posting a row is of, and when any version of it was first seen."""

    posting_id: str
    version: int
    at: datetime


@dataclass(frozen=True, slots=True)
class Opening:
    """A skill that would let in more, were it one more of which any will do."""

    skill: str
    more: int
    """Postings that fit all else, and lack one of the skills that must be there."""
    pay_percent: int | None
    """How much more these pay than what fits, of what they pay at most in a year at the median; None where fewer than
    ten of either say what they pay."""


@dataclass(frozen=True, slots=True)
class PastFindings:
    """What of the past criteria fit."""

    matching: int
    near: int
    """Near misses."""
    newest: tuple[PastVersion, ...]
    """The newest of the matching ones, the newest first; equally new ones by their ids."""
    newest_near: tuple[PastVersion, ...]
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
    conflict: tuple[str, ...]
    """Where none match, the fewest criteria that none fits at once, as far as three go; else some of which none can be
    spared."""
    openings: tuple[Opening, ...]
    """Of the skills that are asked for together with those of which any will do, what lets in the most."""


class PastInColumns:
    """The postings of some days; for many threads. What is put is found at once."""

    def __init__(self) -> None:
        self._lock = RLock()
        self._seen: list[PastVersion] = []
        self._row: dict[str, int] = {}
        self._alive = Growing(np.bool_)
        self._came = Growing(np.int64)
        """Microseconds since 1970."""
        self._skills = skills = SkillColumn()
        own: dict[str, Column] = {"skills.all": skills, "skills.any": skills, "skills.none": skills}
        own["text"] = WordColumn()
        own["salary"] = self._pay = PayColumn(CRITERION["salary"])
        own["roles.any"] = own["roles.none"] = self._roles = RoleColumn(ROLES_ANY)
        alike = {criterion.name: AlikeColumn(criterion) for criterion in CRITERIA if criterion.name not in own}
        self._columns: dict[str, Column] = {**own, **alike}

    def __len__(self) -> int:
        return len(self._row)

    def lacking(self, versions: Mapping[str, int]) -> list[str]:
        """Of some postings, with their newest versions, those that are not held in it."""
        with self._lock:
            known = {
                posting_id: self._seen[row].version
                for posting_id in versions
                if (row := self._row.get(posting_id)) is not None
            }
        return [posting_id for posting_id, version in versions.items() if known.get(posting_id, -1) < version]

    def put(self, past: Iterable[Past]) -> None:
        """Take in postings, each in place of an older version of it."""
        with self._lock:
            self._skills.forget_akin()
            for posting in past:
                self._put(posting)

    def forget(self, before: datetime) -> None:
        """Drop what was first seen before then."""
        with self._lock:
            old = [posting_id for posting_id, row in self._row.items() if self._seen[row].at < before]
            if old:
                self._skills.forget_akin()
            for posting_id in old:
                self._alive.view[self._row.pop(posting_id)] = False
            if len(self._seen) - len(self._row) > _MOST_GONE * len(self._seen):
                self._compact()

    def asked_for(self) -> dict[str, int]:
        """How many postings ask for each skill, those with an older version counted again."""
        with self._lock:
            return self._skills.counts()

    def count(self, criteria: Criteria) -> int:
        """How many canonical criteria fit."""
        with self._lock:
            return int(self._fits(criteria, self._alive.view, {})[0].sum())

    def newest(self, criteria: Criteria, most: int) -> tuple[int, tuple[PastVersion, ...]]:
        """How many canonical criteria fit, and the newest `most` of them, as `fitting` has them."""
        with self._lock:
            matching, _ = self._fits(criteria, self._alive.view, {})
            return int(matching.sum()), self._newest(matching, most)

    def fitting(self, criteria: Criteria, most: int, *, currency: str = "") -> PastFindings:
        """What canonical criteria fit, by `verdict`: how many, the newest `most` of them, what each criterion costs."""
        with self._lock:
            alive = self._alive.view
            known: _Known = {}
            matching, not_rejected = self._fits(criteria, alive, known)
            opened = self._openings(criteria, matching, known, currency)
            near = not_rejected & ~matching
            found = int(matching.sum())

            def gained(relaxations: Iterable[Relaxation]) -> tuple[tuple[Relaxation, int], ...]:
                counted = (
                    (made, int(self._fits(made.criteria, alive, known)[0].sum()) - found) for made in relaxations
                )
                return tuple(sorted((gain for gain in counted if gain[1] > 0), key=lambda gain: -gain[1]))

            return PastFindings(
                found,
                int(near.sum()),
                self._newest(matching, most),
                self._newest(near, most),
                self._by_day(matching),
                self._pays(self._fits(_whatever_the_pay(criteria), alive, known)[0], currency),
                tuple(self._alone(criteria, alive, known)),
                gained(removals(criteria).values()),
                gained(steps(criteria)),
                self._conflict(criteria, alive, known) if not found else (),
                opened,
            )

    def kinds(self, criteria: Criteria, newest: Iterable[PastVersion], mailed: Collection[str], most: int) -> PastKinds:
        """Of what kinds is what canonical criteria fit, `most` told; the newest were weighed, and some are mailed."""
        with self._lock:
            known: _Known = {}
            fits, without_none, without_any = (
                self._fits(asked, self._alive.view, known)[0]
                for asked in (criteria, ROLES_NONE.without(criteria).criteria, ROLES_ANY.without(criteria).criteria)
            )
            held = [seen.posting_id for seen in newest if seen.posting_id in self._row]
            weighed = np.array([self._row[posting_id] for posting_id in held], dtype=np.int64)
            likely = np.array([posting_id in mailed for posting_id in held], dtype=np.bool_)
            return PastKinds(
                *self._roles.kinds(fits, weighed, weighed[likely], most),
                self._roles.left_out(without_none, criteria),
                self._roles.beside(without_any & ~fits, criteria),
            )

    def together(self, criteria: Criteria) -> tuple[tuple[tuple[Relaxation, ...], int], ...]:
        """How many more match without the fewest criteria that let any in together, the largest gain first."""
        with self._lock:
            alive = self._alive.view
            known: _Known = {}
            found = int(self._fits(criteria, alive, known)[0].sum())
            for ways in together(criteria):
                counted = [(made, int(self._fits(made[-1].criteria, alive, known)[0].sum()) - found) for made in ways]
                if gained := sorted((gain for gain in counted if gain[1] > 0), key=lambda gain: -gain[1]):
                    return tuple(gained)
        return ()

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
        self._seen.append(PastVersion(posting.posting_id, posting.version, at))
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
        key = (criterion.name, *criterion.canonical(criteria).values())
        found = known.get(key)
        if found is None:
            found = known[key] = self._columns[criterion.name].answers(criterion, criteria)
        return found

    def _alone(self, criteria: Criteria, alive: Bools, known: "_Known") -> Iterator[tuple[str, int]]:
        for criterion in CRITERIA:
            if criterion.asks(criteria):
                yield criterion.name, int((alive & self._answers(criterion, criteria, known)[0]).sum())

    def _conflict(self, criteria: Criteria, alive: Bools, known: "_Known") -> tuple[str, ...]:
        yes = {
            criterion.name: self._answers(criterion, criteria, known)[0]
            for criterion in CRITERIA
            if criterion.asks(criteria)
        }

        def none_fits(names: Iterable[str]) -> bool:
            return not np.logical_and.reduce([alive, *(yes[name] for name in names)]).any()

        for size in range(1, _MOST_TOGETHER + 1):
            for names in combinations(yes, size):
                if none_fits(names):
                    return names
        left = dict.fromkeys(yes)
        for name in yes:
            if none_fits(left.keys() - {name}):
                del left[name]
        return tuple(left)

    def _openings(self, criteria: Criteria, matching: Bools, known: "_Known", currency: str) -> tuple[Opening, ...]:
        """By what `SKILLS_ANY.adding` lets in of each skill that is akin to those asked for."""
        asked, alive = criteria.skills, self._alive.view
        if not asked.any:
            return ()
        short, _ = self._fits(SKILLS_ANY.without(criteria).criteria, alive, known)
        short = short & (self._skills.having(criteria) == asked.at_least - 1)
        named = {*asked.any, *asked.all, *asked.none}.union(*map(taxonomy().parents, asked.all))
        rows_of = {
            name: rows[short[rows]]
            for name in self._skills.akin(asked.any, alive)
            if name not in named and (rows := self._skills.rows(name, criteria)).size
        }
        best = sorted((-rows.size, name) for name, rows in rows_of.items() if rows.size)[:_MOST_OPENINGS]
        tops = self._pay.tops(currency) if best else NO_ROWS
        usual = _median(tops[matching]) if best else None
        return tuple(Opening(name, -less, _percent(_median(tops[rows_of[name]]), usual)) for less, name in best)

    def _newest(self, found: Bools, most: int) -> tuple[PastVersion, ...]:
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


def _whatever_the_pay(criteria: Criteria) -> Criteria:
    return criteria.model_copy(update={"salary_floor": None, "accept_undisclosed": True})


_Known = dict[Hashable, tuple[Bools, Bools]]
"""What is asked of the same rows more than once while they are counted."""


def _median(tops: Rows) -> float | None:
    """Of what is told; None where too few tell it."""
    stated = tops[tops >= 0]
    return float(np.median(stated)) if stated.size >= _LEAST_PAYS else None


def _percent(pay: float | None, usual: float | None) -> int | None:
    return round(100 * (pay - usual) / usual) if pay is not None and usual else None
