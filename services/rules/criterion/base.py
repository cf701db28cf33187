"""What a criterion is: what it asks for, whether a posting fits it and why, how it is relaxed."""

from abc import ABC, abstractmethod
from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field, fields
from functools import cached_property
from typing import Any, ClassVar, Final, Generic, Literal, TypeVar

from schemas.criteria import Criteria
from services.rules.prepared import PreparedPosting

Fit = Literal["yes", "near", "no"]

Step = Literal["without", "drop", "add", "either", "fewer", "lower", "accept", "tolerate"]
"""What is done to a criterion: not asked for at all; one of its terms less, one more; any one of its skills will do, or
fewer of them; a lower floor; what postings do not say is accepted; more hours of tolerance or kilometres, or roles that
are near."""

T = TypeVar("T")

SILENT: Final = 0.3
"""How far off a posting is that does not say: it may well fit."""
MOST_NAMES: Final = 100
"""Skills in one list, or places."""
UNSAID: Final = "?"
"""The term of a posting that does not say."""


class CriteriaError(ValueError):
    """Criteria that cannot be searched for, with one sentence that says how to mend them."""

    def __init__(self, said: str, code: str = "", **values: object) -> None:
        """`code` names what is wrong, and `values` are what is said of it; empty where no page has words for it."""
        super().__init__(said)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Facts:
    """What one criterion found in a posting, as data: each criterion has a kind of its own."""

    of_the_work: ClassVar[bool] = False
    """Whether they tell what the work is; else they tell its terms."""
    weighty: ClassVar[bool] = False
    """Whether a reader learns most from them about why a job was found."""

    @property
    def excludes(self) -> bool:
        """Whether the posting only keeps clear of something."""
        return False

    @property
    def stated(self) -> bool:
        """Whether the posting says something, rather than fits by its silence."""
        return not self.excludes

    def as_data(self) -> dict[str, Any]:
        """The facts by name, without those that there are none of."""
        values = ((field.name, getattr(self, field.name)) for field in fields(self))
        return {name: value for name, value in values if value is not None}


F = TypeVar("F", bound=Facts)


@dataclass(frozen=True, slots=True)
class Reason:
    """What one criterion says of a posting."""

    criterion: str
    """The name of the criterion; `status` for a closed posting."""
    fit: Fit
    facts: Facts
    """What there is to say of it: `services.wording.reasons` says it in words."""


@dataclass(frozen=True)
class Relaxation:
    """How a search's criteria change in one criterion, and accept whatever they accept there."""

    criterion: str
    step: Step
    value: str | int | float | None
    """The term that is dropped or added, the amount of the floor, the hours of tolerance."""
    asked: Criteria
    """Those of the search."""
    changes: Mapping[str, object] = field(hash=False)
    within: Literal["skills", "roles"] | None = None
    """The part of the criteria that changes; None: they do themselves."""

    @cached_property
    def criteria(self) -> Criteria:
        """The relaxed ones, made when they are asked for: whoever looks for near misses asks only whether there are."""
        if self.within is None:
            return self.asked.model_copy(update=self.changes)
        part = getattr(self.asked, self.within).model_copy(update=self.changes)
        return self.asked.model_copy(update={self.within: part})

    @property
    def own(self) -> tuple[str, Step, str | int | float | None]:
        """What tells it from the other relaxations of the same criteria."""
        return (self.criterion, self.step, self.value)


@dataclass(frozen=True, slots=True)
class Narrowing:
    """The terms that indices look up for a criterion, and how many of them a posting must have."""

    terms: tuple[str, ...]
    at_least: int = 1


class Criterion(ABC, Generic[F]):
    """One criterion, described once.

    The truth, both indices, explanations, backtests and the canonical form are made from this; `CRITERIA` of the
    package lists them all, in the order in which reasons are given.
    """

    name: str
    """What reasons and reports call it."""
    evidence: str
    """The field of a posting whose evidence decides it; empty where there is none."""
    untold: float
    """How far off a posting is that fails it where no distance can be told, 0 to 1: what people may well reconsider
    is near."""
    indexed_near: ClassVar[bool] = False
    """Whether `fit` knows `near`, so that indices and match records do."""
    excludes: ClassVar[bool] = False
    """Whether a posting that has any of its terms is ruled out."""
    exact: ClassVar[bool] = True
    """Whether its terms alone tell what fits; else what has them may still fail."""
    part: ClassVar[Literal["skills", "roles"] | None] = None
    """The part of the criteria that is its own; None: fields of the criteria themselves are."""

    @property
    def by_terms(self) -> bool:
        """Whether it can be told by terms, see `narrowing`."""
        return type(self).narrowing is not Criterion.narrowing

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """What every index looks up of canonical criteria; None where nothing is asked.

        A posting without enough of the terms fails, and one with them fits or nearly fits where the terms are `exact`;
        of what `excludes`, one with any fails. What has no terms, as pay and words, indices narrow by in their own way.
        """
        return None

    def terms_of(self, prepared: PreparedPosting) -> Iterable[str] | None:
        """The terms that a posting has, each once; None where it has whichever are asked for."""
        return ()

    @abstractmethod
    def asks(self, criteria: Criteria) -> bool:
        """Whether the criteria ask for anything by it."""

    @property
    def may_be_near(self) -> bool:
        """Whether a posting may fail it by a little, see `nearly`."""
        return type(self).nearly is not Criterion.nearly

    @abstractmethod
    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """The fields of the criteria that are its own, in their one form. Raises CriteriaError."""

    @abstractmethod
    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether a posting fits, without why; `yes` where nothing is asked."""

    @abstractmethod
    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """What of a posting decides `fit`: postings that are alike in it fit the same criteria."""

    @abstractmethod
    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """`fit` with its reason, of criteria that ask for something."""

    @abstractmethod
    def without(self, criteria: Criteria) -> Relaxation:
        """The same criteria without it, of criteria that ask for something."""

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """All smaller relaxations that can be told from the criteria alone, of criteria that ask for something."""
        yield from ()

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """The least relaxation that lets in a posting which fails it by a little; None where it fails by more, or fits.

        Where `fit` is `near` there always is one.
        """
        return None

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """What of a posting that fits the criteria could ask to be kept out by it: see `excluding`."""
        yield from ()

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """The same criteria, by which no posting with a value of `excludable` fits, nor any that did not."""
        return criteria

    def replaced(self, criteria: Criteria, value: str) -> str:
        """What `excluding` takes the place of, which its value does not say; empty where it adds or takes out alone."""
        return ""

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """What `excluding` gives, made what it was before; `stood`: what `replaced` said then."""
        return criteria

    def distance(self, facts: F, kin: float) -> float:
        """How far off a posting is that failed, from 0, which just fails, to 1 and beyond.

        `facts` are those of the reason; `kin` says how often, 0 to 1, the posting's skills go with those asked for.
        """
        return self.untold

    def _relaxed(self, criteria: Criteria, step: Step, value: str | float | None, /, **changes: object) -> Relaxation:
        return Relaxation(self.name, step, value, criteria, changes, self.part)


class Unwanted(Criterion[F]):
    """Asks for none of some terms: the list `none` of one part of the criteria."""

    excludes = True

    @abstractmethod
    def unwanted(self, criteria: Criteria) -> tuple[str, ...]:
        """Those terms."""

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(self.unwanted(criteria))

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """Those that are not wanted."""
        found = self.unwanted(criteria)
        return Narrowing(found) if found else None

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """Its terms that are not asked for, while the list has room."""
        if len(self.unwanted(criteria)) < MOST_NAMES:
            yield from self.unasked(criteria, prepared)

    @abstractmethod
    def unasked(self, criteria: Criteria, prepared: PreparedPosting) -> Iterable[str]:
        """Terms of a posting that say what it is, and that the criteria do not ask for."""

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """That one too."""
        return self._relaxed(criteria, "add", value, none=(*self.unwanted(criteria), value)).criteria

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """Not that one."""
        others = tuple(other for other in self.unwanted(criteria) if other != value)
        return self._relaxed(criteria, "drop", value, none=others).criteria

    def without(self, criteria: Criteria) -> Relaxation:
        """None excluded."""
        return self._relaxed(criteria, "without", None, none=())

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each less."""
        for name, others in each_less(self.unwanted(criteria)):
            yield self._relaxed(criteria, "drop", name, none=others)


def yes_or_no(fits: bool) -> Fit:
    """A fit that cannot be near."""
    return "yes" if fits else "no"


def each_less(values: tuple[T, ...]) -> Iterator[tuple[T, tuple[T, ...]]]:
    """Each of several, with the others."""
    for value in values if len(values) > 1 else ():
        yield value, tuple(other for other in values if other != value)


def unknown(name: str, kind: str, nearest: tuple[str, ...]) -> CriteriaError:
    """For a name that stands for nothing; `kind` is what it should name."""
    said = f"{quoted(name)} is not a {kind} that is known here{perhaps(nearest)}"
    return CriteriaError(said, f"{kind}_near" if nearest else kind, given=name, near=", ".join(nearest))


def quoted(name: str) -> str:
    """What somebody wrote, short enough for a sentence about it."""
    return repr(name if len(name) <= 60 else f"{name[:57]}...")


def perhaps(nearest: tuple[str, ...]) -> str:
    """What may have been meant: `; did you mean Java?`."""
    return f"; did you mean {' or '.join(nearest)}?" if nearest else ""


def few(found: set[str], what: str) -> frozenset[str]:
    """What was named, where it is no more than one search may hold. Raises CriteriaError."""
    if len(found) > MOST_NAMES:
        raise CriteriaError(f"{len(found)} {what} are more than the {MOST_NAMES} that one search may hold")
    return frozenset(found)
