"""What speaks for and against a job: parts of its score, the chance that it is wanted, and what they rest on."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final, Literal, NamedTuple

from schemas.posting import ConditionKind, Period

AnswerKind = Literal["not_relevant", "more_like", "saved"]
"""What a subscriber says of one job, and means of those like it; who saves one says more like it."""
PartCode = Literal["fit", "pay", "stated", "fresh", "place", "preferred"]


class FitFacts(NamedTuple):
    """Which asked skills a job is about, and whether asked words stand in its title."""

    asked: tuple[str, ...] = ()
    core: tuple[str, ...] = ()
    implied: tuple[str, ...] = ()
    """Asked skills that count half, since what `by` names at the same place implies them."""
    by: tuple[str, ...] = ()
    counts: float | None = None
    """The share of all else that counts, where no asked skill is core."""
    in_title: bool | None = None
    """None where no words are asked for."""


class PayFacts(NamedTuple):
    """The top of a job's pay and the floor that it is held against, a year, in the floor's currency."""

    annual_top: int
    annual_floor: int
    currency: str
    period: Period
    """Of the floor, as it was asked for."""


class FreshFacts(NamedTuple):
    """How old a job is."""

    days: int


class PlaceFacts(NamedTuple):
    """The asked places that a job names, and those that it takes in."""

    named: tuple[str, ...]
    fits: tuple[str, ...]


class PreferredFacts(NamedTuple):
    """The places that are liked best, those that a job names, and those that it takes in."""

    asked: tuple[str, ...]
    named: tuple[str, ...]
    fits: tuple[str, ...]


PartFacts = FitFacts | PayFacts | FreshFacts | PlaceFacts | PreferredFacts


@dataclass(frozen=True, slots=True)
class Part:
    """One part of a score, and what it rests on, see `services.notifier.domain.curation.score`."""

    code: PartCode
    points: float
    most: float
    facts: PartFacts | None = None
    """None where it rests on nothing that can be named."""


ChanceFact = Literal[
    "trade", "near_role", "searches", "neighbour", "breadth", "title", "core", "often", "technology", "home", "region",
    "nearby", "elsewhere", "zone", "workplace", "form", "level", "leading", "experience", "overqualified", "travel",
    "written", "spoken", "condition", "pay", "known", "avoided",
]  # fmt: skip
"""What a chance rests on, see `services.notifier.domain.curation.chance`."""


class Doubt(NamedTuple):
    """One thing that speaks against a job, and what it is about."""

    fact: ChanceFact
    of: tuple[str, ...] = ()
    """The role, level, form, places, languages or tools that it is about: an id, codes, names or the person's words."""
    amount: float | None = None
    """Of a zone, how many hours it is away; of travel, per cent; of breadth, how many roles will do.

    Of experience, and of who has more of it than is asked for, how many years are; of a region, how many km it lies
    from where the person lives.
    """
    own: int | None = None
    """How many years of experience the person has, where it has fewer than are asked for, or too many."""
    condition: ConditionKind | None = None
    done: tuple[str, ...] = ()
    """Of roles, those that the person has had, where the job is far from all of them."""


class Against(NamedTuple):
    """A doubt, and what it takes from the log odds."""

    doubt: Doubt
    costs: float


class AnswerFacts(NamedTuple):
    """The answer that moves a job most, with the job that it was given to."""

    kind: AnswerKind
    title: str
    company: str
    said_on: date


LEAST_MOVED: Final = 0.4
"""What moves log odds by less is not worth a line of a mail: a tenth of chance, where it is least sure."""


class Answered(NamedTuple):
    """By how much what a person said of jobs moves the log odds of one that is like them, and by which answer most."""

    odds: float
    """Below 0: it takes from them."""
    by: AnswerFacts


class Chance:
    """The chance that a person accepts a job that fits their search, with what speaks against the job.

    That is worked out when it is first asked for: most jobs are weighed and never shown.
    """

    __slots__ = ("_against", "_facts", "_work_out", "answered", "value")

    def __init__(
        self,
        value: float,
        work_out: Callable[[], Iterable[Against]] = tuple,
        answered: Answered | None = None,
        facts: Callable[[float], list[ChanceFact]] | None = None,
    ) -> None:
        """`value`: 0 to 1. `work_out` gives what speaks against the job, the most telling first; `facts` as below."""
        self.value = value
        self.answered = answered
        self._facts = facts
        self._work_out: Callable[[], Iterable[Against]] | None = work_out
        self._against: tuple[Against, ...] = ()

    @property
    def against(self) -> tuple[Against, ...]:
        """The most telling first."""
        if self._work_out is not None:
            self._against, self._work_out = tuple(self._work_out()), None
        return self._against

    def most_telling(self) -> Iterator[Against]:
        """The same, each worked out when it is asked for: of what is left out, a few are put in words, once."""
        return iter(self._against if self._work_out is None else self._work_out())

    def facts(self, least: float) -> list[ChanceFact]:
        """Those that cost so much, the most telling first; what each is about is not worked out."""
        if self._facts is not None:
            return self._facts(least)
        return [doubt.fact for doubt, costs in self.most_telling() if costs >= least]

    def __eq__(self, other: object) -> bool:
        own = (self.value, self.against, self.answered)
        return isinstance(other, Chance) and own == (other.value, other.against, other.answered)

    def __hash__(self) -> int:
        return hash(self.value)

    def __repr__(self) -> str:
        return f"Chance({self.value}, against={self.against}, answered={self.answered})"


CERTAIN = Chance(1.0)
