"""Drawn criteria as an index holds them: what `Vocabulary.row_of` does for one, for half a million at once."""

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np

from bench.match_corpus import RICH, Corpus, Draw, Kind, sample
from schemas.criteria import Criteria
from services.matcher.adapters.floors import ACCEPTS_UNDISCLOSED, CURRENCY_SHIFT
from services.matcher.adapters.memory.columns import (
    CLAUSES,
    PLACES,
    SKILLS,
    UNKNOWN_PLACE,
    WITH_MANNER,
    Column,
    Columns,
    empty_columns,
    spread,
)
from services.matcher.adapters.memory.index import MemoryCriteriaIndex
from services.matcher.adapters.memory.vocabulary import (
    ANY_FACETS,
    LAST,
    LITERAL_SHIFT,
    NEGATED,
    Vocabulary,
    ranks_of,
)
from services.rules.criterion import FACETS
from services.rules.places.placing import deciding


def fill(corpus: Corpus, index: MemoryCriteriaIndex, advance: Callable[[int], None] = lambda count: None) -> None:
    """Put all criteria of a corpus into an empty index."""
    encoder = Encoder(Vocabulary(index.rates), corpus.kind)
    columns, sections = empty_columns(corpus.size), np.empty(corpus.size, dtype=np.uint8)
    pools = [np.zeros(1, dtype=np.uint32)]
    for draw in corpus.draws():
        rows = slice(draw.first, draw.first + len(draw.amount))
        some, sections[rows], pool = encoder.encoded(draw)
        for column, values in zip(columns, some, strict=True):
            column[rows] = values
        pools.append(pool)
        advance(len(draw.amount))
    every = np.concatenate(pools)
    # Of ten million criteria they are worth hundreds of megabytes.
    pools.clear()
    index.fill(encoder.known, columns, sections, every)


class Encoder:
    """Writes draws as an index holds them: what `Vocabulary.row_of` does for one, for many at once."""

    def __init__(self, known: Vocabulary, kind: Kind) -> None:
        self.known = known
        drawn = sample()
        every = drawn.criteria
        rich, named = kind in RICH, drawn.skills[: len(drawn.weights)]
        self._skills = np.array([known.skill(name) for name in (drawn.skills if kind == "constant" else named)] + [0])
        self._own = np.array(
            [known.literals.having("skills.none", name) << LITERAL_SHIFT for name in named] if rich else []
        )
        self._implied = np.array(
            [known.literals.having("skills.any", name) << LITERAL_SHIFT for name in named]
            if rich or kind == "any of"
            else []
        )
        self._place = np.array([known.place_set(deciding(criteria)) for criteria in every])
        self._unknown = np.array([not criteria.places or criteria.accept_unknown_place for criteria in every])
        self._texts = [_text_literals(known, criteria) for criteria in every] if rich else []
        floors = [criteria.salary_floor for criteria in every]
        self._currency = np.array([known.currency(floor.currency) if floor else 0 for floor in floors])
        self._undisclosed = np.array([criteria.accept_undisclosed for criteria in every])
        self._pooled = 1

    def encoded(self, draw: Draw) -> tuple[Columns, Column, Column]:
        """Columns, sections, and the pool; the places of a pool go on from one draw to the next."""
        fields, count = draw.fields, len(draw.amount)
        # The rarest skill is the one of the highest number: none is before all.
        numbers = self._skills[-np.sort(-draw.needed, axis=1)].astype(np.uint32)
        home, also = numbers[:, 0] << 16 | numbers[:, 1], numbers[:, 2] << 16 | numbers[:, 3]
        place = self._place[fields["places"]]
        pool, rest, positive = self._rest(draw)
        sections = np.where(numbers[:, 0] > 0, SKILLS, np.where(positive, CLAUSES, PLACES)).astype(np.uint8)
        currency = np.where(draw.amount > 0, self._currency[fields["salary_floor"]], 0)
        accepts = (draw.amount > 0) & self._undisclosed[fields["salary_floor"]]
        rate = np.array(self.known.rates)[currency]
        columns = Columns(
            key=np.arange(draw.first, draw.first + count, dtype=np.uint32),
            pay=currency.astype(np.uint64) << CURRENCY_SHIFT
            | draw.amount.astype(np.uint64)
            | accepts.astype(np.uint64) * np.uint64(ACCEPTS_UNDISCLOSED),
            bits=self._bits(fields, count)
            | np.where(self._unknown[fields["places"]], UNKNOWN_PLACE, 0).astype(np.uint32),
            place=place.astype(np.uint32),
            also=also,
            home=np.where(sections == SKILLS, home, np.where(sections == PLACES, place, 0)).astype(np.uint32),
            rank=np.where(np.isfinite(rate), ranks_of(draw.amount / rate), 0).astype(np.uint16),
            rest=rest,
        )
        return columns, sections, pool

    def _bits(self, fields: dict[str, Column], count: int) -> Column:
        found = np.full(count, ANY_FACETS, dtype=np.uint32)
        for facet in FACETS:
            if facet.name in fields:
                alone = (
                    tuple(other.asked(asked) if other is facet else () for other in FACETS)
                    for asked in sample().criteria
                )
                found &= np.array([self.known.bits(asked, True) for asked in alone], dtype=np.uint32)[
                    fields[facet.name]
                ]
        return found

    def _manners(self, fields: dict[str, Column], count: int) -> Column:
        if "utc_offset" not in fields:
            return np.zeros(count, dtype=np.uint32)
        every = sample().criteria
        hours, hour_of = _numbered([(criteria.utc_offset, criteria.tolerance) for criteria in every])
        spoken, language_of = _numbered([criteria.languages for criteria in every])
        number = np.array([[self.known.manner(at, near, languages) for languages in spoken] for at, near in hours])
        return number[hour_of[fields["utc_offset"]], language_of[fields["languages"]]].astype(np.uint32)

    def _rest(self, draw: Draw) -> tuple[Column, Column, Column]:
        """The pool of these rows, where in all pools each begins, and whether its first clause may be looked up."""
        count = len(draw.amount)
        literals, sizes, positive = self._literals(draw)
        manner = self._manners(draw.fields, count)
        some = np.flatnonzero((manner > 0) | (sizes > 0))
        named = manner[some] > 0
        lengths = 1 + named + sizes[some]
        begins = np.cumsum(lengths) - lengths
        pool = np.zeros(int(lengths.sum()), dtype=np.uint32)
        is_literal = np.ones(pool.size, dtype=np.bool_)
        is_literal[begins] = is_literal[begins[named] + 1] = False
        pool[begins], pool[begins[named] + 1] = 2 * sizes[some] + named * WITH_MANNER, manner[some][named]
        pool[is_literal] = literals
        rest = np.zeros(count, dtype=np.uint32)
        rest[some] = begins + self._pooled
        self._pooled += pool.size
        return pool, rest, positive

    def _literals(self, draw: Draw) -> tuple[Column, Column, Column]:
        """Those of all rows one after another, how many each has, and whether its first clause may be looked up."""
        count = len(draw.amount)
        parts: list[tuple[Column, Column]] = []
        any_row, any_at = np.nonzero(draw.any_of >= 0)
        if any_row.size:
            last = np.append(any_row[1:] != any_row[:-1], True)
            parts.append((any_row, self._implied[draw.any_of[any_row, any_at]] | last))
        positive: Column = np.asarray((draw.any_of >= 0).any(axis=1))
        if "text" in draw.fields:
            texts = draw.fields["text"]
            wanted, excluded = (_flat([text[side] for text in self._texts], texts) for side in (0, 1))
            parts = [wanted, *parts, excluded]
            positive[wanted[0]] = True
        none_row, none_at = np.nonzero(draw.unwanted >= 0)
        if none_row.size:
            parts.append((none_row, self._own[draw.unwanted[none_row, none_at]] | NEGATED | LAST))
        if not parts:
            return np.empty(0, dtype=np.uint32), np.zeros(count, dtype=np.int64), positive
        rows, literals = (np.concatenate(side) for side in zip(*parts, strict=True))
        return literals[np.argsort(rows, kind="stable")], np.bincount(rows, minlength=count), positive


def _flat(lists: Sequence[Sequence[int]], chosen: Column) -> tuple[Column, Column]:
    """The values of chosen lists one after another, each with the place of its choice."""
    sizes = np.array([len(row) for row in lists])
    values = np.array([value for row in lists for value in row], dtype=np.int64)
    starts, counts = (np.cumsum(sizes) - sizes)[chosen], sizes[chosen]
    return np.repeat(np.arange(chosen.size), counts), values[spread(starts, counts)]


def _numbered(values: Sequence[Any]) -> tuple[list[Any], Column]:
    distinct = list(dict.fromkeys(values))
    number = {value: at for at, value in enumerate(distinct)}
    return distinct, np.array([number[value] for value in values])


def _text_literals(known: Vocabulary, criteria: Criteria) -> tuple[list[int], list[int]]:
    """The literals of a text's wanted clauses, and of those that it excludes."""
    literals = list(known.row_of(Criteria(text=criteria.text)).literals) if criteria.text else []
    return [literal for literal in literals if not literal & NEGATED], [
        literal for literal in literals if literal & NEGATED
    ]
