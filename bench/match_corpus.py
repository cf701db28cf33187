"""Criteria as columns from a seed, for `bench.match`: a million in a second, and any of them as a model.

What single fields ask follows a sample of `bench.corpus`; here they are drawn anew, each by itself. Criteria of 500
skills by Zipf's law ("skewed") or evenly; the other kinds are named for what is odd about them.
"""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import numpy as np

from bench import corpus
from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Skill
from services.matcher.adapters.columns import CLAUSES, PLACES, SKILLS, Column, Columns
from services.matcher.adapters.memory import MemoryCriteriaIndex
from services.matcher.adapters.memory_vocabulary import (
    ACCEPTS_UNDISCLOSED,
    CURRENCY_SHIFT,
    UNKNOWN_PLACE,
    Vocabulary,
    ranks_of,
)
from services.rules.placing import concrete
from services.rules.skills import taxonomy

Kind = Literal["skewed", "even", "full", "constant", "one skill", "tokenless", "any of", "wide"]
KINDS: Final[tuple[Kind, ...]] = ("skewed", "even", "full", "constant", "one skill", "tokenless", "any of", "wide")
WHAT: Final[dict[Kind, str]] = {
    "skewed": "required skills, place, floor; skills by Zipf's law",
    "even": "the same, every skill as often as any other",
    "full": "everything that criteria can ask",
    "constant": "20,000 as in skewed; all others need a skill that no posting has, beside a common one",
    "one skill": "all need one and the same skill, which every posting has; place and floor",
    "tokenless": "as in full, 20 % without skills or words",
    "any of": "no skill is required: two to four of which one will do; place and floor",
    "wide": "criteria as in skewed; postings of 100 skills",
}
_RICH: Final = ("full", "tokenless")
STEADY: Final = 20_000
_CHUNK: Final = 500_000
_SAMPLE: Final = 20_000


@dataclass(frozen=True)
class Draw:
    """Some criteria as columns: numbers of skills (-1 is none), and rows of the sample to take a field from."""

    first: int
    """The key of the first row; the others follow."""
    needed: Column
    """Four skills a row."""
    any_of: Column
    """Four skills a row."""
    unwanted: Column
    """Two skills a row."""
    fields: dict[str, Column]
    """By field of `Criteria`: a row of the sample."""
    amount: Column
    """Of the floor, a year; 0 is none."""


class Corpus:
    """So many criteria of a kind, the same ones whenever they are drawn."""

    def __init__(self, kind: Kind, size: int, seed: int = 7) -> None:
        self.kind: Kind = kind
        self.size = size
        self._seed = seed

    def draws(self) -> Iterator[Draw]:
        """All criteria, some at once."""
        # What is drawn together depends on how much: the steady ones are always drawn by themselves.
        first = min(STEADY, self.size) if self.kind == "constant" else 0
        if first:
            yield self._draw(0, first)
        for begin in range(first, self.size, _CHUNK):
            yield self._draw(begin, min(_CHUNK, self.size - begin))

    def criteria(self, keys: Sequence[int]) -> dict[int, Criteria]:
        """Some criteria as models, by key. They are drawn again: ask for many at once."""
        wanted, found = sorted(keys), dict[int, Criteria]()
        for draw in self.draws():
            some = [key for key in wanted if draw.first <= key < draw.first + len(draw.amount)]
            found |= {key: criteria_of(draw, key - draw.first) for key in some}
        return found

    def postings(self, count: int) -> list[PostingCore]:
        """Postings to match them with."""
        found = corpus.postings(count)
        names = _sample().skills
        if self.kind == "one skill":
            return [_with_skills(one, (*(skill.name for skill in one.skills), names[0])) for one in found]
        if self.kind != "wide":
            return found
        random_ = np.random.default_rng(self._seed)
        chosen = (random_.choice(len(_sample().weights), 100, replace=False, p=_sample().weights) for _ in found)
        return [_with_skills(one, tuple(names[at] for at in some)) for one, some in zip(found, chosen, strict=True)]

    def fill(self, index: MemoryCriteriaIndex, advance: Callable[[int], None] = lambda count: None) -> None:
        """Put all of them into an empty index."""
        encoder = _Encoder(Vocabulary(index.rates), self.kind)
        parts = []
        for draw in self.draws():
            parts.append(encoder.encoded(draw))
            advance(len(draw.amount))
        columns = Columns(*(np.concatenate(columns) for columns in zip(*(part[0] for part in parts), strict=True)))
        sections = np.concatenate([part[1] for part in parts])
        pool = np.concatenate([np.zeros(1, dtype=np.uint32), *(part[2] for part in parts)])
        del parts
        index.fill(encoder.known, columns, sections, pool)

    def _draw(self, first: int, count: int) -> Draw:
        random_ = np.random.default_rng((self._seed, KINDS.index(self.kind), first))
        sample, rich = _sample(), self.kind in _RICH
        blank = np.full((count, 4), -1, dtype=np.int16)
        kind = random_.random(count)
        bare = kind < (0.2 if self.kind == "tokenless" else 0.04 if rich else 0)
        needed = self._needed(random_, count, first)
        needed[bare] = -1
        any_of = blank
        if self.kind == "any of":
            needed, any_of = blank, _skills(random_, count, (2, 3, 4), sample.weights)
        elif rich:
            any_of = _skills(random_, count, (2, 3, 4), sample.weights)
            any_of[bare | (kind < 0.84)] = -1
            needed[kind > 0.91] = -1
            any_of[sample.satisfies[needed[:, :, None], any_of[:, None, :]].any(axis=(1, 2))] = -1
        fields = {name: random_.integers(0, _SAMPLE, count) for name in (_FIELDS if rich else _CORE_FIELDS)}
        # Who names no skill at least names a place; without other fields, so does everybody.
        placed = bare if rich else np.ones(count, dtype=np.bool_)
        fields["places"][placed] = random_.choice(sample.placed, int(placed.sum()))
        if self.kind == "tokenless":
            fields["text"][bare] = sample.textless
        amounts = random_.integers(40, 200, count) * 1_000
        unwanted = np.full((count, 2), -1, dtype=np.int16)
        if rich:
            some = random_.random(count) < 0.15
            unwanted[some] = _skills(random_, int(some.sum()), (1, 2), sample.weights)[:, :2]
            clash = (unwanted[:, :, None] == np.concatenate((needed, any_of), axis=1)[:, None, :]).any(axis=(1, 2))
            unwanted[clash] = -1
        return Draw(
            first=first,
            needed=needed,
            any_of=any_of,
            unwanted=unwanted,
            fields=fields,
            amount=np.where(sample.has_floor[fields["salary_floor"]], amounts, 0),
        )

    def _needed(self, random_: np.random.Generator, count: int, first: int) -> Column:
        sample = _sample()
        weights = np.full(len(sample.weights), 1 / len(sample.weights)) if self.kind == "even" else sample.weights
        needed = _skills(random_, count, (1, 2, 2, 3, 3, 4), weights)
        if self.kind == "one skill":
            needed[:] = (0, -1, -1, -1)
        if self.kind == "constant":
            others = np.arange(first, first + count) >= STEADY
            needed[others, 1:] = -1
            needed[others, 1] = random_.integers(len(sample.weights), len(sample.skills), int(others.sum()))
        return needed


_CORE_FIELDS: Final = ("places", "salary_floor")
_FIELDS: Final = (*_CORE_FIELDS, "text", "utc_offset", "workplace", "seniority", "employment", "languages")


@dataclass(frozen=True)
class _Sample:
    criteria: tuple[Criteria, ...]
    skills: tuple[str, ...]
    """Those that are asked for, the most frequent ones first; then others."""
    weights: Column
    """How often each of the first ones is asked for."""
    has_floor: Column
    satisfies: Column
    """Whether one of the first skills, or nothing, which is last, is or implies another."""
    placed: Column
    """Rows with places."""
    textless: int
    """A row without text."""


@cache
def _sample() -> _Sample:
    found = tuple(corpus.criteria(_SAMPLE, seed=11))
    counts: dict[str, int] = {}
    for one in found:
        for name in one.skills.all:
            counts[name] = counts.get(name, 0) + 1
    asked = sorted(counts, key=lambda name: (-counts[name], name))
    weights = np.array([counts[name] for name in asked], dtype=np.float64)
    others = sorted(set(taxonomy().names()) - counts.keys())
    return _Sample(
        criteria=found,
        skills=(*asked, *others),
        weights=weights / weights.sum(),
        has_floor=np.array([one.salary_floor is not None for one in found]),
        satisfies=_satisfying(asked),
        placed=np.array([at for at, one in enumerate(found) if one.places]),
        textless=next(at for at, one in enumerate(found) if not one.text),
    )


def _satisfying(names: Sequence[str]) -> Column:
    found = np.eye(len(names) + 1, dtype=np.bool_)
    found[-1] = False
    number = {name: at for at, name in enumerate(names)}
    for name in names:
        found[number[name], [number[parent] for parent in taxonomy().parents(name) if parent in number]] = True
    return found


def _skills(random_: np.random.Generator, count: int, sizes: Sequence[int], weights: Column) -> Column:
    """Up to four distinct skills a row; what was drawn twice is left out."""
    found = np.searchsorted(np.cumsum(weights), random_.random((count, 4))).clip(max=len(weights) - 1).astype(np.int16)
    size = random_.choice(np.array(sizes), count)
    for at in range(1, 4):
        again = (found[:, at : at + 1] == found[:, :at]).any(axis=1)
        found[again | (size <= at), at] = -1
    return found


def _with_skills(posting: PostingCore, names: tuple[str, ...]) -> PostingCore:
    return posting.model_copy(update={"skills": tuple(Skill(name=name) for name in dict.fromkeys(names))})


def criteria_of(draw: Draw, at: int) -> Criteria:
    sample = _sample()

    def of(name: str) -> Criteria:
        return sample.criteria[draw.fields[name][at]] if name in draw.fields else Criteria()

    def names(skills: Column) -> tuple[str, ...]:
        return tuple(sorted(sample.skills[number] for number in skills[at] if number >= 0))

    floor = of("salary_floor").salary_floor
    # Canonical as it is: to validate a million of them takes longer than all else.
    return Criteria.model_construct(
        skills=SkillTerms.model_construct(all=names(draw.needed), any=names(draw.any_of), none=names(draw.unwanted)),
        text=of("text").text,
        places=of("places").places,
        accept_unknown_place=of("places").accept_unknown_place,
        utc_offset=of("utc_offset").utc_offset,
        tolerance=of("utc_offset").tolerance,
        salary_floor=floor and SalaryFloor(amount=int(draw.amount[at]), currency=floor.currency),
        accept_undisclosed=of("salary_floor").accept_undisclosed,
        workplace=of("workplace").workplace,
        seniority=of("seniority").seniority,
        employment=of("employment").employment,
        languages=of("languages").languages,
    )


class _Encoder:
    """Writes draws as an index holds them: what `Vocabulary.row_of` does for one, for many at once."""

    def __init__(self, known: Vocabulary, kind: Kind) -> None:
        self.known = known
        sample = _sample()
        every = sample.criteria
        self._skills = np.array([known.skill(name) for name in sample.skills] + [0])
        rich, named = kind in _RICH, sample.skills[: len(sample.weights)]
        self._own = np.array([known.literals.own(name) << 2 for name in named] if rich else [])
        self._implied = np.array(
            [known.literals.implied(name) << 2 for name in named] if rich or kind == "any of" else []
        )
        self._place = np.array([known.place_set(concrete(one.places)) for one in every])
        self._unknown = np.array([not one.places or one.accept_unknown_place for one in every])
        self._texts = [_text_literals(known, one) for one in every] if rich else []
        floors = [one.salary_floor for one in every]
        self._currency = np.array([known.currency(floor.currency) if floor else 0 for floor in floors])
        self._undisclosed = np.array([one.accept_undisclosed for one in every])
        self._pooled = 1

    def encoded(self, draw: Draw) -> tuple[Columns, Column, Column]:
        """Columns, sections, and the pool; the places of a pool go on from one draw to the next."""
        fields, count = draw.fields, len(draw.amount)
        # The rarest skill is the one of the highest number: none is before all.
        numbers = self._skills[-np.sort(-draw.needed, axis=1)].astype(np.uint32)
        home, also = numbers[:, 0] << 16 | numbers[:, 1], numbers[:, 2] << 16 | numbers[:, 3]
        place = self._place[fields["places"]]
        pool, clauses, positive = self._clauses(draw)
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
            manner=self._manners(fields, count),
            also=also,
            home=np.where(sections == SKILLS, home, np.where(sections == PLACES, place, 0)).astype(np.uint32),
            rank=np.where(rate > 0, ranks_of(draw.amount / np.where(rate > 0, rate, 1)), 0).astype(np.uint16),
            clauses=clauses,
        )
        return columns, sections, pool

    def _bits(self, fields: dict[str, Column], count: int) -> Column:
        found = np.full(count, UNKNOWN_PLACE - 1, dtype=np.uint32)
        for name in ("workplace", "seniority", "employment"):
            if name in fields:
                asked = [
                    {"workplace": (), "seniority": (), "employment": (), name: getattr(one, name)}
                    for one in _sample().criteria
                ]
                found &= np.array([self.known.bits(**one, places=True) for one in asked], dtype=np.uint32)[fields[name]]
        return found

    def _manners(self, fields: dict[str, Column], count: int) -> Column:
        if "utc_offset" not in fields:
            return np.zeros(count, dtype=np.uint32)
        every = _sample().criteria
        hours, hour_of = _numbered([(one.utc_offset, one.tolerance) for one in every])
        spoken, language_of = _numbered([one.languages for one in every])
        number = np.array([[self.known.manner(at, near, languages) for languages in spoken] for at, near in hours])
        return number[hour_of[fields["utc_offset"]], language_of[fields["languages"]]].astype(np.uint32)

    def _clauses(self, draw: Draw) -> tuple[Column, Column, Column]:
        """The pool of these rows, where in all pools each begins, and whether its first clause may be looked up."""
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
            parts.append((none_row, self._own[draw.unwanted[none_row, none_at]] | 3))
        if not parts:
            return np.empty(0, dtype=np.uint32), np.zeros(count, dtype=np.uint32), positive
        rows = np.concatenate([part[0] for part in parts])
        order = np.argsort(rows, kind="stable")
        literals, sizes = np.concatenate([part[1] for part in parts])[order], np.bincount(rows, minlength=count)
        some = np.flatnonzero(sizes)
        begins = np.cumsum(sizes[some] + 1) - (sizes[some] + 1)
        pool = np.empty(literals.size + some.size, dtype=np.uint32)
        is_count = np.zeros(pool.size, dtype=np.bool_)
        is_count[begins] = True
        pool[is_count], pool[~is_count] = sizes[some], literals
        clauses = np.zeros(count, dtype=np.uint32)
        clauses[some] = begins + self._pooled
        self._pooled += pool.size
        return pool, clauses, positive


def _flat(lists: Sequence[Sequence[int]], chosen: Column) -> tuple[Column, Column]:
    """The values of chosen lists one after another, each with the place of its choice."""
    sizes = np.array([len(one) for one in lists])
    values = np.array([value for one in lists for value in one], dtype=np.int64)
    starts = (np.cumsum(sizes) - sizes)[chosen]
    rows = np.repeat(np.arange(chosen.size), sizes[chosen])
    within = np.arange(rows.size) - np.repeat(np.cumsum(sizes[chosen]) - sizes[chosen], sizes[chosen])
    return rows, values[np.repeat(starts, sizes[chosen]) + within]


def _numbered(values: Sequence[Any]) -> tuple[list[Any], Column]:
    distinct = list(dict.fromkeys(values))
    number = {value: at for at, value in enumerate(distinct)}
    return distinct, np.array([number[value] for value in values])


def _text_literals(known: Vocabulary, criteria: Criteria) -> tuple[list[int], list[int]]:
    """The literals of a text's wanted clauses, and of those that it excludes."""
    literals = list(known.row_of(Criteria(text=criteria.text)).literals) if criteria.text else []
    return [one for one in literals if not one & 2], [one for one in literals if one & 2]
