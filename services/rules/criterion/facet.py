"""Criteria that ask for one of a few values that a posting has: workplace, level, forms of employment, visa."""

from collections.abc import Hashable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

from schemas.criteria import Criteria
from schemas.posting import Employment, Form, PostingCore, Seniority, Visa, Workplace
from services.rules.criterion.base import (
    SILENT,
    Criterion,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
)
from services.rules.prepared import PreparedPosting

_A_STEP: Final = 0.2


@dataclass(frozen=True, slots=True)
class FacetFacts(Facts):
    """What a facet found."""

    asked: tuple[str, ...]
    value: str
    """Empty where the posting does not say."""
    steps: int | None = None
    """Of a level: how many it lies above the nearest that is asked for, below it less than 0."""
    several: tuple[str, ...] | None = None
    """All that the posting offers, where that is more than one."""
    at_once: bool = False
    """Whether it is the first and one of the others, and not one of them all."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return self.value not in ("", "unknown")


@dataclass(frozen=True, kw_only=True)
class Facet(Criterion[FacetFacts]):
    """Asks for some of the values of one field, which criteria and postings both call by the criterion's name."""

    name: str
    values: tuple[str, ...]
    unmarked: str | None = None
    """What postings leave unsaid: a posting without the field is accepted by a search that includes this value, and by
    no other."""
    untold: float = 0.5
    further: tuple[str, ...] = ()
    """Values of postings that no search names."""

    @property
    def evidence(self) -> str:  # type: ignore[override]  # a field would be a parameter of each facet
        """A field of the same name."""
        return self.name

    def asked(self, criteria: Criteria) -> tuple[str, ...]:
        """The values asked for; none where any will do."""
        found: tuple[str, ...] = getattr(criteria, self.name)
        return found

    def value(self, posting: PostingCore) -> str | None:
        """What the posting says."""
        found: str | None = getattr(posting, self.name)
        return found

    def standing(self, posting: PostingCore) -> tuple[str, ...]:
        """The values that a posting counts as, which indices hold: one of them is enough.

        A posting of none of them fits where nothing is asked.
        """
        return (self.value(posting) or self.unmarked or "unknown",)

    def asks(self, criteria: Criteria) -> bool:
        """Whether any value is named."""
        return bool(self.asked(criteria))

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Sorted; naming every value asks for nothing."""
        found = tuple(sorted(set(self.asked(criteria))))
        return {self.name: () if len(found) == len(self.values) else found}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether one of the asked values is the posting's."""
        asked = self.asked(criteria)
        return "yes" if not asked or any(value in asked for value in self.standing(prepared.posting)) else "no"

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """The values asked for."""
        asked = self.asked(criteria)
        return Narrowing(asked) if asked else None

    def terms_of(self, prepared: PreparedPosting) -> tuple[str, ...]:
        """The values that the posting counts as."""
        return self.standing(prepared.posting)

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """The values that the posting counts as."""
        return self.standing(prepared.posting)

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """The posting's value, or its silence, against what is asked."""
        facts = self._facts(criteria, prepared.posting)
        if self.fit(criteria, prepared) == "yes":
            return Reason(self.name, "yes", facts)
        return Reason(self.name, "no", self._apart(facts, prepared.posting))

    def _facts(self, criteria: Criteria, posting: PostingCore) -> FacetFacts:
        return FacetFacts(self.asked(criteria), self.value(posting) or "")

    def _apart(self, facts: FacetFacts, posting: PostingCore) -> FacetFacts:
        """With how far off a posting is, where that can be told."""
        return facts

    def distance(self, facts: FacetFacts, kin: float) -> float:
        """Near where the posting does not say."""
        return SILENT if facts.value in ("", "unknown") else self.untold

    def without(self, criteria: Criteria) -> Relaxation:
        """Any value."""
        return self._relaxed(criteria, "without", None, **{self.name: ()})

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each value more."""
        asked = self.asked(criteria)
        for value in self.values:
            if value not in asked:
                yield self._relaxed(criteria, "add", value, **{self.name: (*asked, value)})

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """The one value that the posting states, where another will do and nothing silent would go with it."""
        asked, own = self.asked(criteria), self.standing(prepared.posting)
        silent_stay = bool(asked) or self.unmarked is not None
        if silent_stay and len(own) == 1 and own[0] in self.values and self.value(prepared.posting) and asked != own:
            yield own[0]

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """All others, of those asked for or of all."""
        others = tuple(other for other in self.asked(criteria) or self.values if other != value)
        return criteria.model_copy(update={self.name: others})

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """That one too."""
        added = criteria.model_copy(update={self.name: (*self.asked(criteria), value)})
        return added.model_copy(update=self.canonical(added))


class Sponsorship(Facet):
    """Asks that the employer sponsors a visa, and may accept postings that do not say."""

    def asked(self, criteria: Criteria) -> tuple[str, ...]:
        """What a posting may say; nothing where no visa is asked for."""
        if not criteria.visa_sponsorship:
            return ()
        return ("offered", "unknown") if criteria.accept_unknown_visa else ("offered",)

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """What only qualifies the wish goes with it."""
        wanted = criteria.visa_sponsorship
        return {"visa_sponsorship": wanted, "accept_unknown_visa": criteria.accept_unknown_visa or not wanted}

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """Nothing: a sponsor harms nobody who does not need one."""
        yield from ()

    def without(self, criteria: Criteria) -> Relaxation:
        """Whatever the employer does."""
        return self._relaxed(criteria, "without", None, visa_sponsorship=False)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Postings that do not say."""
        if not criteria.accept_unknown_visa:
            yield self._relaxed(criteria, "accept", None, accept_unknown_visa=True)


class Level(Facet):
    """Levels have an order, so that it can be told how far off one is; the next one is nearly what is asked for."""

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """The posting's level too, where it is at most one away."""
        asked, value = self.asked(criteria), self.standing(prepared.posting)[0]
        steps = steps_apart(asked, value)
        if steps is None or abs(steps) > 1 or value in asked:
            return None
        return self._relaxed(criteria, "add", value, **{self.name: (*asked, value)})

    def distance(self, facts: FacetFacts, kin: float) -> float:
        """By levels between."""
        return super().distance(facts, kin) if facts.steps is None else _A_STEP * abs(facts.steps)

    def _apart(self, facts: FacetFacts, posting: PostingCore) -> FacetFacts:
        return replace(facts, steps=steps_apart(facts.asked, self.standing(posting)[0]))


class Engagement(Facet):
    """A posting may offer several forms, or be for a time and full-time at once; each of them may be asked for.

    Some are asked for by another that takes them in.
    """

    def value(self, posting: PostingCore) -> str | None:
        """The first form."""
        return posting.offered[0] if posting.offered else None

    def standing(self, posting: PostingCore) -> tuple[str, ...]:
        """What may be asked for of them: work that goes with learning is an internship, work for no pay is nothing."""
        if not posting.offered:
            return super().standing(posting)
        taken = (ASKED_AS.get(form, form) for form in posting.offered)
        return tuple(dict.fromkeys(form for form in taken if form in self.values))

    def _facts(self, criteria: Criteria, posting: PostingCore) -> FacetFacts:
        several = posting.offered if len(posting.offered) > 1 else None
        return replace(super()._facts(criteria, posting), several=several, at_once=posting.ends_by_a_day)


class Permanence(Facet):
    """Asks for employment without an end. Most of it does not say so, and what ends does."""

    @property
    def evidence(self) -> str:  # type: ignore[override]  # as of any facet
        """What tells the forms of employment."""
        return "employment"

    def asked(self, criteria: Criteria) -> tuple[str, ...]:
        """Nothing where what ends will do too."""
        return ("permanent",) if criteria.permanent else ()

    def value(self, posting: PostingCore) -> str | None:
        """That it ends, where one is told."""
        return "ending" if posting.ends else None

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """As it is."""
        return {self.name: criteria.permanent}

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """Nothing: which form somebody does not want, employment says."""
        yield from ()

    def without(self, criteria: Criteria) -> Relaxation:
        """Also what ends."""
        return self._relaxed(criteria, "without", None, permanent=False)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """None: there is no more to ask for."""
        yield from ()


ASKED_AS: Final[dict[Form, Employment]] = {"apprenticeship": "internship", "student": "internship"}
"""Forms that no search names, by the one that takes them in."""


_LADDER: Final[dict[str, int]] = {
    "intern": 0,
    "junior": 1,
    "mid": 2,
    "senior": 3,
    "lead": 4,
    "staff": 4,
    "principal": 5,
}
"""The levels of those who do the work. Those of managers are another ladder, of which nothing here tells the rungs."""


def steps_apart(asked: tuple[str, ...], value: str) -> int | None:
    """How many levels a posting lies above the nearest asked one, below it less than 0; None where none can be told."""
    at = _LADDER.get(value)
    rungs = sorted(_LADDER[level] for level in asked if level in _LADDER)
    return None if at is None or not rungs else min((at - rung for rung in rungs), key=abs)


WORKPLACE: Final = Facet(name="workplace", values=get_args(Workplace))
SENIORITY: Final = Level(
    name="seniority",
    values=get_args(Seniority),
    # Titles name the other levels and rarely this one.
    unmarked="mid",
    untold=0.6,
)
EMPLOYMENT: Final = Engagement(
    name="employment",
    values=get_args(Employment),
    # Work that is not full-time says so.
    unmarked="full_time",
    further=tuple(form for form in get_args(Form) if form not in get_args(Employment)),
)
VISA: Final = Sponsorship(name="visa", values=get_args(Visa), untold=0.9)
PERMANENT: Final = Permanence(name="permanent", values=("permanent", "ending"), unmarked="permanent")
FACETS: Final[tuple[Facet, ...]] = (WORKPLACE, SENIORITY, EMPLOYMENT, VISA, PERMANENT)
"""In the order in which indices hold their values."""
