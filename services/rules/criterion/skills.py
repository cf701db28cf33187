"""Skills that are all needed, of which some are needed, and that are not wanted."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.criteria import Criteria, SkillTerms
from services.rules.criterion.base import (
    CriteriaError,
    Criterion,
    F,
    Facts,
    Fit,
    Reason,
    Relaxation,
    Step,
    besides,
    each_less,
    few,
    listed,
    perhaps,
    quoted,
    yes_or_no,
)
from services.rules.prepared import PreparedPosting
from services.rules.skills import taxonomy

_KIN: Final = 0.5


@dataclass(frozen=True, slots=True)
class AllFacts(Facts):
    """Of skills that are all needed."""

    asked: tuple[str, ...]
    missing: tuple[str, ...]
    core: tuple[str, ...]
    """Those that the posting asks for; the others that it has it only mentions."""


@dataclass(frozen=True, slots=True)
class AnyFacts(Facts):
    """Of skills of which some are needed."""

    asked: tuple[str, ...]
    found: tuple[str, ...]
    implied: tuple[str, ...]
    """Others that are implied by what the posting has."""
    core: tuple[str, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class NoneFacts(Facts):
    """Of skills that are not wanted."""

    asked: tuple[str, ...]
    found: tuple[str, ...]


class _Skills(Criterion[F]):
    evidence = "skills"

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """All three lists together: what one asks for changes what another one says."""
        return {"skills": _canonical(criteria.skills)}

    def _with(
        self, criteria: Criteria, step: Step, value: str | int | None, text: str, **changes: object
    ) -> Relaxation:
        return self._relaxed(criteria, step, value, text, skills=criteria.skills.model_copy(update=changes))


class SkillsAll(_Skills[AllFacts]):
    """Asks for every named skill, by its own name: a parent is implied, not asked for."""

    name = "skills.all"
    untold = 1.0

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.all)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has all of them."""
        return yes_or_no(prepared.skills.issuperset(criteria.skills.all))

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which are missing, else which are core and which are only mentioned."""
        asked = criteria.skills.all
        missing = tuple(name for name in asked if name not in prepared.skills)
        met = tuple(name for name in asked if name in prepared.skills)
        facts = AllFacts(asked, missing, _core(met, prepared))
        if missing:
            words = f"does not ask for {listed(missing, 'or')}"
            return Reason(self.name, "no", f"{words}, but for {listed(met)}" if met else words, facts)
        return Reason(self.name, "yes", _asks_for(asked, prepared), facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """None needed."""
        return self._with(criteria, "without", None, f"without needing {listed(criteria.skills.all)}", all=())

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each less; any one of them."""
        needed = criteria.skills.all
        for name, others in each_less(needed):
            yield self._with(criteria, "drop", name, f"without needing {name}", all=others)
        if len(needed) > 1 and not criteria.skills.any:
            if (fewer := len(needed) - 1) > 1:
                text = f"with at least {_some_of(needed, fewer)}"
                yield self._with(criteria, "fewer", fewer, text, all=(), any=needed, at_least=fewer)
            yield self._with(criteria, "either", None, f"with any one of {listed(needed, 'or')}", all=(), any=needed)

    def distance(self, facts: AllFacts, kin: float) -> float:
        """By the share that is missing."""
        return len(facts.missing) / len(facts.asked)


class SkillsAny(_Skills[AnyFacts]):
    """Asks for at least so many of the named skills, each itself or as what another skill implies."""

    name = "skills.any"
    untold = 0.6

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.any)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has so many, or others that imply them."""
        asked, own, implied = criteria.skills.any, prepared.skills, prepared.implied
        if not asked:
            return "yes"
        if criteria.skills.at_least == 1:
            return yes_or_no(not own.isdisjoint(asked) or not implied.keys().isdisjoint(asked))
        return yes_or_no(sum(name in own or name in implied for name in asked) >= criteria.skills.at_least)

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Those that it asks for or mentions, and what implies more of them where they are too few."""
        asked, at_least = criteria.skills.any, criteria.skills.at_least
        own = tuple(name for name in asked if name in prepared.skills)
        implied = tuple(name for name in asked if name not in prepared.skills and name in prepared.implied)
        facts = AnyFacts(asked, own, implied, _core(own, prepared), at_least)
        if self.fit(criteria, prepared) == "no":
            if not own and not implied:
                return Reason(self.name, "no", _asks_for_none_of(asked), facts)
            words = f"asks for only {len(own) + len(implied)} of your {len(asked)} skills, {listed((*own, *implied))}"
            return Reason(self.name, "no", f"{words}; you want {at_least}", facts)
        words = _asks_for(own, prepared)
        if len(own) < at_least:
            more = implied[: at_least - len(own)]
            meant = " and ".join(
                f"{_asks_for(by, prepared)}, which implies {listed(names)}" for by, names in _by_what(more, prepared)
            )
            words = f"{words}, and {meant}" if words else meant
        return Reason(self.name, "yes", words, facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """None needed."""
        some = _some_of(criteria.skills.any, criteria.skills.at_least)
        return self._with(criteria, "without", None, f"without needing {some}", any=(), at_least=1)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Fewer of them."""
        asked, at_least = criteria.skills.any, criteria.skills.at_least
        for fewer in range(at_least - 1, 0, -1):
            text = f"with {'any' if fewer == 1 else 'at least'} {_some_of(asked, fewer, one='one of ')}"
            yield self._with(criteria, "fewer", fewer, text, at_least=fewer)

    def adding(self, criteria: Criteria, name: str) -> Relaxation:
        """One more skill of which any will do."""
        asked = criteria.skills.any
        return self._with(criteria, "add", name, f"with {name}{besides(asked)}", any=(*asked, name))

    def distance(self, facts: AnyFacts, kin: float) -> float:
        """By the share that is missing of those needed, and how often the posting's skills go with those asked for."""
        met = len(facts.found) + len(facts.implied)
        return self.untold * (1 - met / facts.at_least) - _KIN * kin


class SkillsNone(_Skills[NoneFacts]):
    """Asks for none of the named skills, by their own names."""

    name = "skills.none"
    untold = 0.7

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.none)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has none of them."""
        return yes_or_no(prepared.skills.isdisjoint(criteria.skills.none))

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which it has."""
        asked = criteria.skills.none
        found = tuple(name for name in asked if name in prepared.skills)
        facts = NoneFacts(asked, found)
        if found:
            return Reason(self.name, "no", f"asks for {listed(found)}, which you exclude", facts)
        return Reason(self.name, "yes", f"does not ask for {listed(asked, 'or')}", facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """None excluded."""
        return self._with(criteria, "without", None, f"without excluding {listed(criteria.skills.none, 'or')}", none=())

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each less."""
        for name, others in each_less(criteria.skills.none):
            yield self._with(criteria, "drop", name, f"without excluding {name}", none=others)


def _core(names: tuple[str, ...], prepared: PreparedPosting) -> tuple[str, ...]:
    return tuple(name for name in names if name in prepared.core)


def _asks_for(names: tuple[str, ...], prepared: PreparedPosting) -> str:
    """A posting asks for core skills; others it only mentions, which is less."""
    core = _core(names, prepared)
    aside = tuple(name for name in names if name not in core)
    said = (f"asks for {listed(core)}" if core else "", f"mentions {listed(aside)}" if aside else "")
    return " and ".join(filter(None, said))


def _some_of(names: tuple[str, ...], at_least: int, one: str = "") -> str:
    """`Go or Rust`, `2 of Go, Rust or C`."""
    return f"{one if at_least == 1 else f'{at_least} of '}{listed(names, 'or')}"


def _by_what(names: tuple[str, ...], prepared: PreparedPosting) -> Iterator[tuple[tuple[str, ...], list[str]]]:
    """Implied skills by the skill that implies them."""
    by: dict[str, list[str]] = {}
    for name in names:
        by.setdefault(prepared.implied[name], []).append(name)
    for skill, implied in by.items():
        yield (skill,), implied


def _asks_for_none_of(names: tuple[str, ...]) -> str:
    if len(names) == 1:
        return f"does not ask for {names[0]}"
    return f"asks for neither {names[0]} nor {names[1]}" if len(names) == 2 else f"asks for none of {listed(names)}"


def _canonical(asked: SkillTerms) -> SkillTerms:
    needed, any_of, unwanted = _names(asked.all), _names(asked.any), _names(asked.none)
    clash = (needed | any_of) & unwanted
    if clash:
        raise CriteriaError(f"{min(clash)} is both asked for and excluded: take it out of one of the two lists")
    known = taxonomy()
    if asked.at_least > max(len(any_of), 1):
        raise CriteriaError(f"{len(any_of)} skills are named of which at least {asked.at_least} are wanted: name more")
    satisfied = any_of & needed.union(*(known.parents(name) for name in needed))
    at_least = asked.at_least - len(satisfied)
    any_of = any_of - satisfied if at_least > 0 else frozenset()
    return SkillTerms(
        all=tuple(sorted(needed)),
        any=tuple(sorted(any_of)),
        at_least=max(at_least, 1) if any_of else 1,
        none=tuple(sorted(unwanted)),
    )


def _names(asked: Iterable[str]) -> frozenset[str]:
    known = taxonomy()
    found = set()
    for name in asked:
        skill = known.canonical(name)
        if skill is None:
            raise CriteriaError(f"{quoted(name)} is not a skill that is known here{perhaps(known.nearest(name))}")
        found.add(skill)
    return few(found, "skills in one list")
