"""Criteria as columns from a seed, for `bench.match`: a million in a second, and any of them as a model.

What single fields ask follows a sample of `bench.corpus`; here they are drawn anew, each by itself. Criteria of 500
skills by Zipf's law ("skewed") or evenly; the other kinds are named for what is odd about them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final, Literal

import numpy as np

from bench import corpus
from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.posting import PostingCore, Skill
from services.matcher.adapters.memory.columns import Column
from services.rules.skills.taxonomy import taxonomy

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
RICH: Final = ("full", "tokenless")
STEADY: Final = 20_000
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

    def __init__(self, kind: Kind, size: int, seed: int = 7, part: int = 500_000) -> None:
        """`part`: how many criteria are drawn together."""
        self.kind: Kind = kind
        self.size = size
        self._seed = seed
        self._part = part

    def draws(self) -> Iterator[Draw]:
        """All criteria, some at once."""
        # What is drawn together depends on how much: the steady ones are always drawn by themselves.
        first = min(STEADY, self.size) if self.kind == "constant" else 0
        if first:
            yield self._draw(0, first)
        for begin in range(first, self.size, self._part):
            yield self._draw(begin, min(self._part, self.size - begin))

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
        names = sample().skills
        if self.kind == "one skill":
            return [_with_skills(posting, (*(skill.name for skill in posting.skills), names[0])) for posting in found]
        if self.kind != "wide":
            return found
        random_ = np.random.default_rng(self._seed)
        chosen = (random_.choice(len(sample().weights), 100, replace=False, p=sample().weights) for _ in found)
        return [
            _with_skills(posting, tuple(names[at] for at in some)) for posting, some in zip(found, chosen, strict=True)
        ]

    def _draw(self, first: int, count: int) -> Draw:
        random_ = np.random.default_rng((self._seed, KINDS.index(self.kind), first))
        known, rich = sample(), self.kind in RICH
        blank = np.full((count, 4), -1, dtype=np.int16)
        kind = random_.random(count)
        bare = kind < (0.2 if self.kind == "tokenless" else 0.04 if rich else 0)
        needed = self._needed(random_, count, first)
        needed[bare] = -1
        any_of = blank
        if self.kind == "any of":
            needed, any_of = blank, _skills(random_, count, (2, 3, 4), known.weights)
        elif rich:
            any_of = _skills(random_, count, (2, 3, 4), known.weights)
            any_of[bare | (kind < 0.84)] = -1
            needed[kind > 0.91] = -1
            any_of[known.satisfies[needed[:, :, None], any_of[:, None, :]].any(axis=(1, 2))] = -1
        fields = {name: random_.integers(0, _SAMPLE, count) for name in (_FIELDS if rich else _CORE_FIELDS)}
        # Who names no skill at least names a place; without other fields, so does everybody.
        placed = bare if rich else np.ones(count, dtype=np.bool_)
        fields["places"][placed] = random_.choice(known.placed, int(placed.sum()))
        if self.kind == "tokenless":
            fields["text"][bare] = known.textless
        amounts = random_.integers(40, 200, count) * 1_000
        unwanted = np.full((count, 2), -1, dtype=np.int16)
        if rich:
            some = random_.random(count) < 0.15
            unwanted[some] = _skills(random_, int(some.sum()), (1, 2), known.weights)[:, :2]
            clash = (unwanted[:, :, None] == np.concatenate((needed, any_of), axis=1)[:, None, :]).any(axis=(1, 2))
            unwanted[clash] = -1
        return Draw(
            first=first,
            needed=needed,
            any_of=any_of,
            unwanted=unwanted,
            fields=fields,
            amount=np.where(known.has_floor[fields["salary_floor"]], amounts, 0),
        )

    def _needed(self, random_: np.random.Generator, count: int, first: int) -> Column:
        known = sample()
        weights = np.full(len(known.weights), 1 / len(known.weights)) if self.kind == "even" else known.weights
        needed = _skills(random_, count, (1, 2, 2, 3, 3, 4), weights)
        if self.kind == "one skill":
            needed[:] = (0, -1, -1, -1)
        if self.kind == "constant":
            others = np.arange(first, first + count) >= STEADY
            needed[others, 1:] = -1
            needed[others, 1] = random_.integers(len(known.weights), len(known.skills), int(others.sum()))
        return needed


_CORE_FIELDS: Final = ("places", "salary_floor")
_FIELDS: Final = (*_CORE_FIELDS, "text", "utc_offset", "workplace", "seniority", "employment", "languages")


@dataclass(frozen=True)
class Sample:
    """Criteria whose fields are dealt anew, and what is known of their skills."""

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
def sample() -> Sample:
    """Criteria to take fields from, drawn once."""
    found = tuple(corpus.criteria(_SAMPLE, seed=11))
    counts: dict[str, int] = {}
    for criteria in found:
        for name in criteria.skills.all:
            counts[name] = counts.get(name, 0) + 1
    asked = sorted(counts, key=lambda name: (-counts[name], name))
    weights = np.array([counts[name] for name in asked], dtype=np.float64)
    others = sorted(set(taxonomy().names()) - counts.keys())
    return Sample(
        criteria=found,
        skills=(*asked, *others),
        weights=weights / weights.sum(),
        has_floor=np.array([criteria.salary_floor is not None for criteria in found]),
        satisfies=_satisfying(asked),
        placed=np.array([at for at, criteria in enumerate(found) if criteria.places]),
        textless=next(at for at, criteria in enumerate(found) if not criteria.text),
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
    known = sample()

    def of(name: str) -> Criteria:
        return known.criteria[draw.fields[name][at]] if name in draw.fields else Criteria()

    def names(skills: Column) -> tuple[str, ...]:
        return tuple(sorted(known.skills[number] for number in skills[at] if number >= 0))

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
