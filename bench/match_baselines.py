"""What `bench.match` compares the index with: a loop over objects, SQLite, and counting in columns.

All of them get the places that a posting takes in as a set, which is worked out once; none builds a verdict.
"""

import gc
import sqlite3
from collections.abc import Iterator, Sequence
from typing import Any, Final

import numpy as np

from bench.match_corpus import Corpus, criteria_of
from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.ports import Hits
from services.rules.criterion.facet import EMPLOYMENT, SENIORITY
from services.rules.criterion.salary import annual_floor, least_near
from services.rules.criterion.timezone import timezone_fits
from services.rules.places.placing import deciding
from services.rules.prepared import PreparedPosting
from services.rules.text import TextQuery


class Criterion:
    """Criteria as an object with slots, everything that can be worked out beforehand worked out."""

    __slots__ = (
        "accept_undisclosed", "accept_unknown_place", "any_of", "currency", "employment", "floor", "key", "languages",
        "near_floor", "needed", "offset", "places", "seniority", "text", "tolerance", "unwanted", "workplace",
    )  # fmt: skip

    def __init__(self, key: int, criteria: Criteria, shared: dict[Any, Any]) -> None:
        """`shared` holds values that many have, once."""

        def shared_value(value: Any) -> Any:
            return shared.setdefault(value, value)

        floor = criteria.salary_floor
        self.key = key
        self.needed = frozenset(criteria.skills.all)
        self.any_of = shared_value(frozenset(criteria.skills.any))
        self.unwanted = shared_value(frozenset(criteria.skills.none))
        self.text = TextQuery.parse(criteria.text)
        self.places = shared_value(frozenset(deciding(criteria)))
        self.accept_unknown_place = criteria.accept_unknown_place
        self.offset, self.tolerance = criteria.utc_offset, criteria.tolerance
        self.currency = floor and floor.currency
        self.floor = (floor and annual_floor(floor)) or 0
        self.near_floor = least_near(self.floor)
        self.accept_undisclosed = criteria.accept_undisclosed
        self.workplace, self.seniority = shared_value(criteria.workplace), shared_value(criteria.seniority)
        self.employment, self.languages = shared_value(criteria.employment), shared_value(criteria.languages)


class Naive:
    """A loop over objects that leaves each at the first thing that does not fit."""

    def __init__(self, corpus: Corpus) -> None:
        shared: dict[Any, Any] = {}
        gc.disable()
        self._criteria = [Criterion(key, asked, shared) for key, asked in every(corpus)]
        gc.freeze()
        gc.enable()
        self._places = sorted({place for value in shared.values() if isinstance(value, frozenset) for place in value})

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting."""
        return [self._match(PreparedPosting(posting)) for posting in postings]

    def _match(self, prepared: PreparedPosting) -> Hits:
        posting = prepared.posting
        skills, having = prepared.skills, prepared.skills | prepared.implied.keys()
        stated, allowed = prepared.allowed.stated, prepared.allowed
        taken_in = {place for place in self._places if stated and allowed.takes_in(place)}
        tops = posting.salary.tops if posting.salary else {}
        workplace, language, zones = posting.workplace, posting.language, posting.timezones
        [seniority] = SENIORITY.standing(posting)
        employment = set(EMPLOYMENT.standing(posting))
        keys: list[int] = []
        near: list[int] = []
        for criterion in self._criteria:
            if not criterion.needed <= skills:
                continue
            if criterion.places and (
                taken_in.isdisjoint(criterion.places) if stated else not criterion.accept_unknown_place
            ):
                continue
            if criterion.workplace and workplace not in criterion.workplace:
                continue
            if criterion.seniority and seniority not in criterion.seniority:
                continue
            if criterion.employment and employment.isdisjoint(criterion.employment):
                continue
            if criterion.any_of and having.isdisjoint(criterion.any_of):
                continue
            if criterion.unwanted and not skills.isdisjoint(criterion.unwanted):
                continue
            if criterion.languages and language is not None and language not in criterion.languages:
                continue
            if criterion.offset is not None and not timezone_fits(criterion.offset, criterion.tolerance, zones):
                continue
            paid = True
            if criterion.currency:
                top = tops.get(criterion.currency)
                if top is None:
                    paid = criterion.accept_undisclosed
                elif top < criterion.floor:
                    if top < criterion.near_floor:
                        continue
                    paid = False
            if criterion.text and not criterion.text.fits_haystack(prepared.haystack):
                continue
            (keys if paid else near).append(criterion.key)
        return Hits(np.array(keys, dtype=np.uint32), np.array(near, dtype=np.uint32))


def every(corpus: Corpus) -> Iterator[tuple[int, Criteria]]:
    """All criteria of a corpus, as models."""
    for draw in corpus.draws():
        for at in range(len(draw.amount)):
            yield draw.first + at, criteria_of(draw, at)


_TABLE: Final = """CREATE TABLE criteria (key INTEGER PRIMARY KEY, one TEXT, two TEXT, three TEXT, four TEXT,
    place TEXT, unknown INTEGER, currency TEXT, floor INTEGER, near_floor INTEGER, undisclosed INTEGER)"""
_QUERY: Final = """
    SELECT key, currency IS NULL OR (t.top IS NULL AND undisclosed) OR ifnull(t.top >= floor, 0)
    FROM criteria c LEFT JOIN top t USING (currency)
    WHERE one IN (SELECT name FROM skill)
      AND (two IS NULL OR two IN (SELECT name FROM skill)) AND (three IS NULL OR three IN (SELECT name FROM skill))
      AND (four IS NULL OR four IN (SELECT name FROM skill))
      AND (c.place IN (SELECT place FROM fitting) OR (unknown AND :untold))
      AND (currency IS NULL OR t.top IS NULL OR t.top >= near_floor)
    ORDER BY key"""


class Sqlite:
    """A table in memory, indexed by the rarest skill. For criteria of skills, place and floor alone."""

    def __init__(self, corpus: Corpus) -> None:
        counts: dict[str, int] = {}
        for _, asked in every(Corpus(corpus.kind, min(corpus.size, 50_000))):
            for name in asked.skills.all:
                counts[name] = counts.get(name, 0) + 1
        self._database = sqlite3.connect(":memory:")
        self._database.execute(_TABLE)
        self._database.executemany(
            f"INSERT INTO criteria VALUES ({','.join('?' * 11)})",
            (_values(key, asked, counts) for key, asked in every(corpus)),
        )
        self._database.execute("CREATE INDEX by_rarest ON criteria (one)")
        self._database.execute("ANALYZE")
        self._database.execute("CREATE TEMP TABLE skill (name TEXT PRIMARY KEY)")
        self._database.execute("CREATE TEMP TABLE top (currency TEXT PRIMARY KEY, top INTEGER)")
        self._database.execute("CREATE TEMP TABLE fitting (place TEXT PRIMARY KEY)")
        self._places = [row[0] for row in self._database.execute("SELECT DISTINCT place FROM criteria")]

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting."""
        return [self._match(PreparedPosting(posting)) for posting in postings]

    def _match(self, prepared: PreparedPosting) -> Hits:
        base, allowed = self._database, prepared.allowed
        fitting = [
            places for places in self._places if not places or (allowed.stated and _takes_in_any(places, prepared))
        ]
        tops = prepared.posting.salary.tops if prepared.posting.salary else {}
        filled = (
            ("skill", [("",), *((name,) for name in prepared.skills)]),
            ("top", list(tops.items())),
            ("fitting", [(places,) for places in fitting]),
        )
        for name, rows in filled:
            base.execute(f"DELETE FROM {name}")
            if rows:
                base.executemany(f"INSERT INTO {name} VALUES ({','.join('?' * len(rows[0]))})", rows)
        found = base.execute(_QUERY, {"untold": not allowed.stated}).fetchall()
        paid = np.array([row[1] for row in found], dtype=np.bool_)
        keys = np.array([row[0] for row in found], dtype=np.uint32)
        return Hits(keys[paid], keys[~paid])


def _takes_in_any(places: str, prepared: PreparedPosting) -> bool:
    return any(map(prepared.allowed.takes_in, places.split(" ")))


def _values(key: int, criteria: Criteria, counts: dict[str, int]) -> tuple[Any, ...]:
    names = sorted(criteria.skills.all, key=lambda name: counts.get(name, 0))
    floor = criteria.salary_floor
    return (
        key,
        *(*(names or [""]), None, None, None, None)[:4],
        " ".join(deciding(criteria)),
        criteria.accept_unknown_place,
        floor and floor.currency,
        floor and floor.amount,
        floor and least_near(floor.amount),
        criteria.accept_undisclosed,
    )


class Counting:
    """How many of the skills that it needs each criterion was found by, with numpy; then place and floor in columns."""

    def __init__(self, corpus: Corpus) -> None:
        skills: dict[str, int] = {}
        places: dict[tuple[str, ...], int] = {}
        currencies: dict[str | None, int] = {None: 0}
        rows: list[list[int]] = []
        columns: list[tuple[int, int, bool, int, int, int, bool]] = []
        for at, (_, asked) in enumerate(every(corpus)):
            for name in asked.skills.all:
                if skills.setdefault(name, len(rows)) == len(rows):
                    rows.append([])
                rows[skills[name]].append(at)
            floor = asked.salary_floor
            currency = currencies.setdefault(floor.currency if floor else None, len(currencies))
            place = places.setdefault(deciding(asked), len(places))
            amount = floor.amount if floor else 0
            columns.append(
                (
                    *(len(asked.skills.all), place, asked.accept_unknown_place, currency, amount),
                    *(least_near(amount), asked.accept_undisclosed),
                )
            )
        self._rows = {name: np.array(rows[number], dtype=np.int32) for name, number in skills.items()}
        self._sets, self._currencies = list(places), currencies
        self._size, self._place, unknown, self._currency, self._floor, self._near, accepts = (
            np.array(column) for column in zip(*columns, strict=True)
        )
        self._size, self._unknown, self._accepts = (
            self._size.astype(np.int8),
            unknown.astype(bool),
            accepts.astype(bool),
        )

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting."""
        return [self._match(PreparedPosting(posting)) for posting in postings]

    def _match(self, prepared: PreparedPosting) -> Hits:
        found = np.zeros(self._size.size, dtype=np.int8)
        for name in prepared.skills & self._rows.keys():
            found[self._rows[name]] += 1
        rows = np.flatnonzero(found == self._size)
        allowed = prepared.allowed
        fitting = np.array(
            [not places or (allowed.stated and any(map(allowed.takes_in, places))) for places in self._sets]
        )
        rows = rows[fitting[self._place[rows]] | (self._unknown[rows] & (not allowed.stated))]
        tops = prepared.posting.salary.tops if prepared.posting.salary else {}
        by_number = np.full(len(self._currencies), -1)
        for code, number in self._currencies.items():
            by_number[number] = tops.get(code, -1) if code else 2**62
        top = by_number[self._currency[rows]]
        paid = np.where(top < 0, self._accepts[rows], top >= self._floor[rows])
        near = ~paid & ((top < 0) | (top >= self._near[rows]))
        return Hits(rows[paid].astype(np.uint32), rows[near].astype(np.uint32))
