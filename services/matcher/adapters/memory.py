"""The index of criteria in memory: columns, and buckets by the rarest thing that a criterion needs."""

from array import array
from collections.abc import Sequence
from typing import Final, TypeVar

import numpy as np

from schemas.criteria import Criteria, CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.columns import Bools, Rows, view
from services.matcher.adapters.criteria_table import CriteriaTable
from services.matcher.adapters.terms import Terms
from services.matcher.ports import Hits
from services.rules import fits
from services.rules.placing import concrete
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery

T = TypeVar("T", str, int)

_LEAST_WASTE: Final = 4096
"""Fewer dead rows than this are not worth moving the living for."""
_LARGEST: Final = 2**63 - 1


class MemoryCriteriaIndex:
    """`CriteriaIndex` for one process. Criteria must be canonical. For one thread.

    A criterion is looked at only for postings that have the rarest skill of its `all`, else one of its `any`, else the
    rarest word of its text; the few that need none of these are looked at always. What is looked at is checked in
    columns, by the rules of `services.rules.fits`; skills and terms are looked up once a posting, not once a criterion.
    """

    def __init__(self) -> None:
        self._versions: dict[int, int] = {}
        self._rows: dict[int, int] = {}
        self._names: dict[str, int] = {}
        self._terms = Terms()
        self._currencies: dict[str, int] = {}
        self._table = CriteriaTable()
        self._by_all: dict[int, array[int]] = {}
        self._by_any: dict[int, array[int]] = {}
        self._by_word: dict[str, array[int]] = {}
        self._always = array("i")

    def __len__(self) -> int:
        return len(self._rows)

    def apply(self, records: Sequence[CriteriaRecord]) -> None:
        """Add, change or remove criteria. A removed key keeps its version, so that no older record revives it."""
        for record in records:
            if record.version <= self._versions.get(record.key, -1):
                continue
            self._versions[record.key] = record.version
            row = self._rows.pop(record.key, None)
            if row is not None:
                self._table.alive[row] = 0
            if not record.removed:
                self._rows[record.key] = len(self._table)
                self._append(record.key, record.criteria)
        waste = len(self._table) - len(self._rows)
        if waste > max(_LEAST_WASTE, len(self._rows)):
            self._compact()

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting, in the order given."""
        return [self._match(PreparedPosting(posting)) for posting in postings]

    def _append(self, key: int, criteria: Criteria) -> None:
        table, row = self._table, len(self._table)
        floor = criteria.salary_floor
        needed = None if floor is None else fits.annual_floor(floor)
        table.key.append(key)
        table.alive.append(1)
        table.currency.append(-1 if floor is None else self._currency(floor.currency if needed is not None else ""))
        table.floor.append(min(needed or 0, _LARGEST))
        table.near_floor.append(min(fits.least_near(needed or 0), _LARGEST))
        table.accept_undisclosed.append(criteria.accept_undisclosed)
        wanted = [self._name(name) for name in criteria.skills.all]
        any_of = [self._name(name) for name in criteria.skills.any]
        table.skills_all.append(set(wanted))
        table.skills_any.append(any_of)
        table.skills_none.append([self._name(name) for name in criteria.skills.none])
        table.facets["place"].append((concrete(criteria.places), criteria.accept_unknown_place))
        table.facets["zone"].append((criteria.utc_offset, criteria.tolerance))
        table.facets["workplace"].append(criteria.workplace)
        table.facets["seniority"].append(criteria.seniority)
        table.facets["employment"].append(criteria.employment)
        table.facets["language"].append(criteria.languages)
        query = TextQuery.parse(criteria.text)
        table.wanted.append(map(self._terms.number_of, query.wanted))
        table.excluded.append(map(self._terms.number_of, query.excluded))
        self._file(row, wanted, any_of, query)

    def _file(self, row: int, wanted: list[int], any_of: list[int], query: TextQuery) -> None:
        """Put a row where postings that it may fit will find it."""
        if wanted:
            rarest = min(wanted, key=lambda name: len(self._by_all.get(name, ())))
            self._by_all.setdefault(rarest, array("i")).append(row)
        elif any_of:
            for name in any_of:
                self._by_any.setdefault(name, array("i")).append(row)
        elif query.wanted:
            words = [word for term in query.wanted for word in term.split(" ")]
            word = min(words, key=lambda word: len(self._by_word.get(word, ())))
            self._by_word.setdefault(word, array("i")).append(row)
        else:
            self._always.append(row)

    def _name(self, name: str) -> int:
        return self._names.setdefault(name, len(self._names))

    def _currency(self, currency: str) -> int:
        return self._currencies.setdefault(currency, len(self._currencies))

    def _candidates(self, prepared: PreparedPosting, words: set[str]) -> Rows:
        """Living rows that may fit, in order."""
        marked = np.zeros(len(self._table), dtype=np.bool_)
        marked[view(self._always, np.int32)] = True
        numbers = self._names
        own = [numbers[name] for name in prepared.skills if name in numbers]
        implied = [numbers[name] for name in prepared.implied if name in numbers]
        buckets = [self._by_all.get(name) for name in own]
        buckets += [self._by_any.get(name) for name in {*own, *implied}]
        buckets += [self._by_word[word] for word in words & self._by_word.keys()]
        for bucket in buckets:
            if bucket:
                marked[view(bucket, np.int32)] = True
        return np.flatnonzero(marked & view(self._table.alive, np.bool_))

    def _match(self, prepared: PreparedPosting) -> Hits:
        posting, table = prepared.posting, self._table
        if posting.status == "closed" or not self._rows:
            return Hits(np.empty(0, dtype=np.uint32), np.empty(0, dtype=np.uint32))
        words = set(prepared.haystack.line.split(" "))
        rows = self._candidates(prepared, words)
        values = {
            "place": posting.reach,
            "zone": posting.timezones,
            "workplace": posting.workplace,
            "seniority": posting.seniority,
            "employment": posting.employment,
            "language": posting.language,
        }
        for name, value in values.items():
            rows = rows[table.facets[name].fitting(rows, value)]
        rows = self._saying(self._with_skills(rows, prepared), self._terms.held_by(prepared.haystack, words))
        paid, nearly = self._paid(rows, posting)
        keys = view(table.key, np.uint32)
        return Hits(np.sort(keys[rows[paid]]), np.sort(keys[rows[nearly]]))

    def _with_skills(self, rows: Rows, prepared: PreparedPosting) -> Rows:
        """The rows of which all, any and none hold."""
        has = np.zeros(len(self._names), dtype=np.bool_)
        has[[self._names[name] for name in prepared.skills if name in self._names]] = True
        found, size = self._table.skills_all.count(rows, has)
        rows = rows[found == size]
        found, _ = self._table.skills_none.count(rows, has)
        rows = rows[found == 0]
        # Last, because what is implied counts here alone.
        has[[self._names[name] for name in prepared.implied if name in self._names]] = True
        found, size = self._table.skills_any.count(rows, has)
        having: Rows = rows[(found > 0) | (size == 0)]
        return having

    def _saying(self, rows: Rows, held: Bools) -> Rows:
        """The rows of whose terms all wanted and no excluded ones are held."""
        found, _ = self._table.excluded.count(rows, held)
        rows = rows[found == 0]
        found, size = self._table.wanted.count(rows, held)
        saying: Rows = rows[found == size]
        return saying

    def _paid(self, rows: Rows, posting: PostingCore) -> tuple[Bools, Bools]:
        """Which rows' floors the pay reaches, and which it nearly reaches."""
        table = self._table
        # The last place stands for no floor at all, whose currency is -1.
        tops = np.full(len(self._currencies) + 1, -1, dtype=np.int64)
        for currency, top in (posting.salary.tops if posting.salary else {}).items():
            if currency in self._currencies:
                tops[self._currencies[currency]] = min(top, _LARGEST)
        wanted = view(table.currency, np.int32)[rows]
        top = tops[wanted]
        undisclosed = (top < 0) & (wanted >= 0)
        accepts = view(table.accept_undisclosed, np.bool_)[rows]
        paid = (wanted < 0) | (undisclosed & accepts) | (~undisclosed & (top >= view(table.floor, np.int64)[rows]))
        return paid, ~paid & (undisclosed | (top >= view(table.near_floor, np.int64)[rows]))

    def _compact(self) -> None:
        """Drop dead rows and number the living anew."""
        mask = view(self._table.alive, np.bool_).copy()
        moved = np.cumsum(mask) - 1
        self._table.keep(mask)
        self._rows = {key: int(moved[row]) for key, row in self._rows.items()}
        self._by_all = _all_moved(self._by_all, mask, moved)
        self._by_any = _all_moved(self._by_any, mask, moved)
        self._by_word = _all_moved(self._by_word, mask, moved)
        self._always = _moved(self._always, mask, moved)


def _all_moved(buckets: dict[T, "array[int]"], mask: Bools, moved: Rows) -> dict[T, "array[int]"]:
    found = ((name, _moved(bucket, mask, moved)) for name, bucket in buckets.items())
    return {name: bucket for name, bucket in found if bucket}


def _moved(bucket: "array[int]", mask: Bools, moved: Rows) -> "array[int]":
    rows = np.frombuffer(bucket, dtype=np.int32)
    found = array("i")
    found.frombytes(moved[rows[mask[rows]]].astype(np.int32).tobytes())
    return found
