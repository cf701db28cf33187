"""Criteria that ask for one of a few values that a posting has one of: workplace, level, form of employment."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Final, get_args

from schemas.criteria import Criteria
from schemas.posting import Employment, PostingCore, Seniority, Visa, Workplace
from services.rules.criterion.base import (
    SILENT,
    Criterion,
    Facts,
    Fit,
    Reason,
    Relaxation,
    besides,
    listed,
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


@dataclass(frozen=True, kw_only=True)
class Facet(Criterion[FacetFacts]):
    """Asks for some of the values of one field, which criteria and postings both call by the criterion's name."""

    name: str
    values: tuple[str, ...]
    what: str
    """As it reads in `without regard to level (junior or mid)`."""
    silence: str
    """What is said of a posting that does not say."""
    says: str = "is {value}"
    """What is said of one that does."""
    unmarked: str | None = None
    """What postings leave unsaid: a posting without the field is accepted by a search that includes this value, and by
    no other."""
    spelling: Mapping[str, str]
    """Values as they stand in a sentence, where they do not stand for themselves."""
    added: Mapping[str, str]
    """Values as they read after `with`, where they say more than themselves: `with mid or an unstated level`."""
    untold: float = 0.5

    @property
    def evidence(self) -> str:  # type: ignore[override]
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

    def standing(self, posting: PostingCore) -> str:
        """The value that a posting counts as, which indices hold."""
        return self.value(posting) or self.unmarked or "unknown"

    def spelt(self, values: tuple[str, ...], word: str = "or") -> str:
        """Values as they stand in a sentence: `remote or on site`."""
        return listed((self.spelling.get(value, value) for value in values), word)

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
        return "yes" if not asked or self.standing(prepared.posting) in asked else "no"

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """The posting's value, or its silence, against what is asked."""
        asked, value = self.asked(criteria), self.value(prepared.posting)
        facts = FacetFacts(asked, value or "")
        words = self.says.format(value=self.spelt((value,))) if value and value != "unknown" else self.silence
        if self.fit(criteria, prepared) == "yes":
            return Reason(self.name, "yes", words, facts)
        facts, words = self._apart(facts, prepared.posting, words)
        return Reason(self.name, "no", f"{words}; you ask for {self.spelt(asked)}", facts)

    def _apart(self, facts: FacetFacts, posting: PostingCore, words: str) -> tuple[FacetFacts, str]:
        """What more there is to say of how far off a posting is."""
        return facts, words

    def distance(self, facts: FacetFacts, kin: float) -> float:
        """Near where the posting does not say."""
        return SILENT if facts.value in ("", "unknown") else self.untold

    def without(self, criteria: Criteria) -> Relaxation:
        """Any value."""
        text = f"without regard to {self.what} ({self.spelt(self.asked(criteria))})"
        return self._relaxed(criteria, "without", None, text, **{self.name: ()})

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each value more."""
        asked = self.asked(criteria)
        for value in self.values:
            if value not in asked:
                others = besides(tuple(map(self._adjective, asked)))
                text = f"with {self.added.get(value) or self._adjective(value)}{others}"
                yield self._relaxed(criteria, "add", value, text, **{self.name: (*asked, value)})

    def _adjective(self, value: str) -> str:
        return value if value == "intern" else self.spelt((value,))


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

    def without(self, criteria: Criteria) -> Relaxation:
        """Whatever the employer does."""
        return self._relaxed(criteria, "without", None, "without regard to visas", visa_sponsorship=False)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Postings that do not say."""
        if not criteria.accept_unknown_visa:
            text = "with postings that do not say whether a visa is sponsored"
            yield self._relaxed(criteria, "accept", None, text, accept_unknown_visa=True)


class Level(Facet):
    """Levels have an order, so that it can be told how far off one is."""

    def distance(self, facts: FacetFacts, kin: float) -> float:
        """By levels between."""
        return super().distance(facts, kin) if facts.steps is None else _A_STEP * abs(facts.steps)

    def _apart(self, facts: FacetFacts, posting: PostingCore, words: str) -> tuple[FacetFacts, str]:
        steps = steps_apart(facts.asked, self.standing(posting))
        if steps is None:
            return facts, words
        return replace(facts, steps=steps), f"{words}, {_STEPS[abs(steps)]} {'above' if steps > 0 else 'below'}"


_STEPS: Final = ("", "one step", "two steps", "three steps", "four steps", "five steps")
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


WORKPLACE: Final = Facet(
    name="workplace",
    values=get_args(Workplace),
    what="workplace",
    silence="does not say whether it is remote",
    spelling={"onsite": "on site"},
    added={"unknown": "jobs that do not say which"},
)
SENIORITY: Final = Level(
    name="seniority",
    values=get_args(Seniority),
    what="level",
    silence="names no level, and so may be mid-level",
    says="is at {value} level",
    # Titles name the other levels and rarely this one.
    unmarked="mid",
    spelling={"intern": "an intern's"},
    added={"mid": "mid or an unstated level"},
    untold=0.6,
)
EMPLOYMENT: Final = Facet(
    name="employment",
    values=get_args(Employment),
    what="employment",
    silence="does not say how one is employed, and so may be full-time",
    # Work that is not full-time says so.
    unmarked="full_time",
    spelling={
        "full_time": "full-time",
        "part_time": "part-time",
        "contract": "a contract",
        "internship": "an internship",
    },
    added={"full_time": "full-time or an unstated form"},
)
VISA: Final = Sponsorship(
    name="visa",
    values=get_args(Visa),
    what="visas",
    silence="does not say whether it sponsors a visa",
    says="{value}",
    spelling={"offered": "sponsors a visa", "refused": "sponsors no visa", "unknown": "nothing said of it"},
    added={},
    untold=0.9,
)
