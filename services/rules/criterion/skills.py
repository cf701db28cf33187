"""Skills that are all needed, of which some are needed, and that are not wanted."""

from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from schemas.criteria import Criteria, SkillTerms
from services.rules.criterion.base import (
    CriteriaError,
    Criterion,
    Fact,
    Fit,
    Reason,
    Relaxation,
    Step,
    besides,
    each_less,
    few,
    listed,
    names_of,
    perhaps,
    quoted,
    yes_or_no,
)
from services.rules.prepared import PreparedPosting
from services.rules.skills import taxonomy

_KIN: Final = 0.5


class _Skills(Criterion):
    evidence = "skills"

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """All three lists together: what one asks for changes what another one says."""
        return {"skills": _canonical(criteria.skills)}

    def _with(
        self, criteria: Criteria, step: Step, value: str | None, text: str, **changes: tuple[str, ...]
    ) -> Relaxation:
        return self._relaxed(criteria, step, value, text, skills=SkillTerms(**{**dict(criteria.skills), **changes}))


class SkillsAll(_Skills):
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
        facts: tuple[Fact, ...] = (("asked", asked), ("missing", missing), ("core", _core(met, prepared)))
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
            yield self._with(criteria, "either", None, f"with any one of {listed(needed, 'or')}", all=(), any=needed)

    def distance(self, facts: Mapping[str, object], kin: float) -> float:
        """By the share that is missing."""
        return len(names_of(facts["missing"])) / len(names_of(facts["asked"]))


class SkillsAny(_Skills):
    """Asks for at least one of the named skills, itself or as what another skill implies."""

    name = "skills.any"
    untold = 0.6

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.any)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has one, or one that implies one."""
        asked = criteria.skills.any
        return yes_or_no(
            not asked or not prepared.skills.isdisjoint(asked) or not prepared.implied.keys().isdisjoint(asked)
        )

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Those that it asks for or mentions, else what implies one."""
        asked = criteria.skills.any
        own = tuple(name for name in asked if name in prepared.skills)
        implied = tuple(name for name in asked if name not in prepared.skills and name in prepared.implied)
        facts: tuple[Fact, ...] = (
            *(("asked", asked), ("found", own), ("implied", implied)),
            ("core", _core(own, prepared)),
        )
        if own:
            return Reason(self.name, "yes", _asks_for(own, prepared), facts)
        if implied:
            words = f"{_asks_for((prepared.implied[implied[0]],), prepared)}, which implies {implied[0]}"
            return Reason(self.name, "yes", words, facts)
        return Reason(self.name, "no", _asks_for_none_of(asked), facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """None needed."""
        return self._with(criteria, "without", None, f"without needing {listed(criteria.skills.any, 'or')}", any=())

    def adding(self, criteria: Criteria, name: str) -> Relaxation:
        """One more skill of which any will do."""
        asked = criteria.skills.any
        return self._with(criteria, "add", name, f"with {name}{besides(asked)}", any=(*asked, name))

    def distance(self, facts: Mapping[str, object], kin: float) -> float:
        """By how often the posting's skills go together with those asked for."""
        return self.untold - _KIN * kin


class SkillsNone(_Skills):
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
        facts: tuple[Fact, ...] = (("asked", asked), ("found", found))
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
    satisfied = needed.union(*(known.parents(name) for name in needed))
    if any_of & satisfied:
        any_of = frozenset()
    return SkillTerms(all=tuple(sorted(needed)), any=tuple(sorted(any_of)), none=tuple(sorted(unwanted)))


def _names(asked: Iterable[str]) -> frozenset[str]:
    known = taxonomy()
    found = set()
    for name in asked:
        skill = known.canonical(name)
        if skill is None:
            raise CriteriaError(f"{quoted(name)} is not a skill that is known here{perhaps(known.nearest(name))}")
        found.add(skill)
    return few(found, "skills in one list")
