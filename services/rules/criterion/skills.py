"""Skills that are all needed, of which some are needed, and that are not wanted.

What a posting only mentions meets a search that says so, and no other.
"""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from schemas.criteria import Criteria, SkillTerms
from services.rules.criterion.base import (
    CriteriaError,
    Criterion,
    F,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    Unwanted,
    each_less,
    few,
    unknown,
    yes_or_no,
)
from services.rules.prepared import PreparedPosting
from services.rules.skills.taxonomy import taxonomy

_KIN: Final = 0.5
_MENTION: Final = 0.5
"""What a mention is of a skill that is asked for, where distances are told."""
_MENTIONED: Final = "~"
"""Before the name of a skill that may as well be mentioned: what only asks for it goes by other terms."""


@dataclass(frozen=True, slots=True)
class AllFacts(Facts):
    """Of skills that are all needed."""

    of_the_work = True
    weighty = True

    asked: tuple[str, ...]
    missing: tuple[str, ...]
    core: tuple[str, ...]
    """Those that the posting asks for."""
    wanted: tuple[str, ...] = ()
    """Those that it would like; the others that it has it only mentions."""
    mentioned: tuple[str, ...] = ()
    """Those of `missing` that it mentions, which is not enough."""


@dataclass(frozen=True, slots=True)
class AnyFacts(Facts):
    """Of skills of which some are needed."""

    of_the_work = True
    weighty = True

    asked: tuple[str, ...]
    found: tuple[str, ...]
    implied: tuple[str, ...]
    """Others that are implied by what the posting has."""
    core: tuple[str, ...]
    at_least: int
    by: tuple[str, ...] = ()
    """What implies each of `implied`."""
    by_core: tuple[str, ...] = ()
    """Those of `by` that the posting asks for."""
    wanted: tuple[str, ...] = ()
    """Those of `found` and `by` that it would like; the others that it has it only mentions."""
    mentioned: tuple[str, ...] = ()
    """Others that it mentions, or that are implied by what it mentions, which is not enough."""


@dataclass(frozen=True, slots=True)
class NoneFacts(Facts):
    """Of skills that are not wanted."""

    of_the_work = True

    asked: tuple[str, ...]
    found: tuple[str, ...]

    @property
    def excludes(self) -> bool:
        """Whether it only keeps clear of something."""
        return True


class _Skills(Criterion[F]):
    evidence = "skills"
    part = "skills"

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """All three lists together: what one asks for changes what another one says."""
        return {"skills": _canonical(criteria.skills)}

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """Its skills, and which of them it only mentions."""
        return prepared.skills, prepared.asked_for

    def _mentioning(self, criteria: Criteria) -> Relaxation:
        return self._relaxed(criteria, "accept", None, mentions=True)

    def _with_mentions(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Mentions count: a relaxation of one criterion alone where only one of the two asks."""
        skills = criteria.skills
        if not skills.mentions and not (skills.all and skills.any):
            yield self._mentioning(criteria)


class SkillsAll(_Skills[AllFacts]):
    """Asks for every named skill, by its own name: a parent is implied, not asked for."""

    name = "skills.all"
    untold = 1.0

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.all)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has all of them."""
        return yes_or_no(_own(criteria, prepared).issuperset(criteria.skills.all))

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """Each of them."""
        needed = criteria.skills.all
        return Narrowing(_terms(needed, mentions=criteria.skills.mentions), len(needed)) if needed else None

    def terms_of(self, prepared: PreparedPosting) -> set[str]:
        """Its skills, and which of them it asks for."""
        return {*prepared.asked_for, *_terms(prepared.skills, mentions=True)}

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which are missing, and how the posting means the others."""
        asked, own = criteria.skills.all, _own(criteria, prepared)
        missing = tuple(name for name in asked if name not in own)
        met = tuple(name for name in asked if name in own)
        mentioned = tuple(name for name in missing if name in prepared.skills)
        return Reason(self.name, yes_or_no(not missing), AllFacts(asked, missing, *_meant(met, prepared), mentioned))

    def without(self, criteria: Criteria) -> Relaxation:
        """None needed."""
        mentions = criteria.skills.mentions and bool(criteria.skills.any)
        return self._relaxed(criteria, "without", None, all=(), mentions=mentions)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Each less; any one of them; mentions count."""
        needed = criteria.skills.all
        for name, others in each_less(needed):
            yield self._relaxed(criteria, "drop", name, all=others)
        if len(needed) > 1 and not criteria.skills.any:
            if (fewer := len(needed) - 1) > 1:
                yield self._relaxed(criteria, "fewer", fewer, all=(), any=needed, at_least=fewer)
            yield self._relaxed(criteria, "either", None, all=(), any=needed)
        yield from self._with_mentions(criteria)

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """Mentions, where one skill is missing and is mentioned; else the others, where there are some."""
        needed = criteria.skills.all
        own = _own(criteria, prepared)
        missing = [name for name in needed if name not in own]
        if len(missing) != 1:
            return None
        [name] = missing
        if name in prepared.skills:
            return self._mentioning(criteria)
        if len(needed) == 1:
            return None
        return self._relaxed(criteria, "drop", name, all=tuple(other for other in needed if other != name))

    def distance(self, facts: AllFacts, kin: float) -> float:
        """By the share that is missing, of which what is mentioned is half there."""
        return (len(facts.missing) - _MENTION * len(facts.mentioned)) / len(facts.asked)


class SkillsAny(_Skills[AnyFacts]):
    """Asks for at least so many of the named skills, each itself or as what another skill implies."""

    name = "skills.any"
    untold = 0.6

    def asks(self, criteria: Criteria) -> bool:
        """Whether any is named."""
        return bool(criteria.skills.any)

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has so many, or others that imply them."""
        asked, own, implied = criteria.skills.any, _own(criteria, prepared), _implied(criteria, prepared)
        if not asked:
            return "yes"
        if criteria.skills.at_least == 1:
            return yes_or_no(not own.isdisjoint(asked) or not implied.keys().isdisjoint(asked))
        # One that is named twice is one.
        return yes_or_no(sum(name in own or name in implied for name in set(asked)) >= criteria.skills.at_least)

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """So many of them."""
        asked = criteria.skills
        return Narrowing(_terms(asked.any, mentions=asked.mentions), asked.at_least) if asked.any else None

    def terms_of(self, prepared: PreparedPosting) -> set[str]:
        """Its skills with the parents that they imply, and the same of those that it asks for."""
        named = _terms((*prepared.skills, *prepared.implied), mentions=True)
        return {*prepared.asked_for, *prepared.implied_by_asked, *named}

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Those that it asks for or mentions, and what implies more of them where they are too few."""
        asked, at_least = criteria.skills.any, criteria.skills.at_least
        has, implies = _own(criteria, prepared), _implied(criteria, prepared)
        own = tuple(name for name in asked if name in has)
        implied = tuple(name for name in asked if name not in has and name in implies)
        by = tuple(implies[name] for name in implied)
        core, wanted = _meant(own, prepared)
        by_core, by_wanted = _meant(by, prepared)
        besides = (name for name in asked if name not in has and name not in implies)
        mentioned = tuple(name for name in besides if name in prepared.skills or name in prepared.implied)
        facts = AnyFacts(asked, own, implied, core, at_least, by, by_core, (*wanted, *by_wanted), mentioned)
        return Reason(self.name, self.fit(criteria, prepared), facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """None needed."""
        mentions = criteria.skills.mentions and bool(criteria.skills.all)
        return self._relaxed(criteria, "without", None, any=(), at_least=1, mentions=mentions)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Fewer of them; mentions count."""
        for fewer in range(criteria.skills.at_least - 1, 0, -1):
            yield self._relaxed(criteria, "fewer", fewer, at_least=fewer)
        yield from self._with_mentions(criteria)

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """Mentions, where one is too few and another is mentioned; else one fewer, where that is some."""
        asked, own, implied = criteria.skills.any, _own(criteria, prepared), _implied(criteria, prepared)
        fewer = criteria.skills.at_least - 1
        if not asked or sum(name in own or name in implied for name in asked) != fewer:
            return None
        if any(
            (name in prepared.skills or name in prepared.implied) and name not in own and name not in implied
            for name in asked
        ):
            return self._mentioning(criteria)
        return self._relaxed(criteria, "fewer", fewer, at_least=fewer) if fewer else None

    def adding(self, criteria: Criteria, name: str) -> Relaxation:
        """One more skill of which any will do."""
        return self._relaxed(criteria, "add", name, any=(*criteria.skills.any, name))

    def distance(self, facts: AnyFacts, kin: float) -> float:
        """By the share that is missing of those needed, and how often the posting's skills go with those asked for."""
        met = len(facts.found) + len(facts.implied)
        half_met = met + _MENTION * min(len(facts.mentioned), facts.at_least - met)
        return self.untold * (1 - half_met / facts.at_least) - _KIN * kin


class SkillsNone(Unwanted[NoneFacts], _Skills[NoneFacts]):
    """Asks for none of the named skills, by their own names."""

    name = "skills.none"
    untold = 0.7

    def unwanted(self, criteria: Criteria) -> tuple[str, ...]:
        """Those named."""
        return criteria.skills.none

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether the posting has none of them."""
        return yes_or_no(prepared.skills.isdisjoint(criteria.skills.none))

    def terms_of(self, prepared: PreparedPosting) -> frozenset[str]:
        """Its skills, mentioned or not."""
        return prepared.skills

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Which it has."""
        asked = criteria.skills.none
        found = tuple(name for name in asked if name in prepared.skills)
        return Reason(self.name, yes_or_no(not found), NoneFacts(asked, found))

    def unasked(self, criteria: Criteria, prepared: PreparedPosting) -> tuple[str, ...]:
        """Skills of its title that are not asked for, nor imply one that is."""
        asked = {*criteria.skills.all, *criteria.skills.any}
        titled = (skill.name for skill in prepared.posting.skills if skill.strength == "title")
        return tuple(name for name in titled if asked.isdisjoint((name, *taxonomy().parents(name))))


def _terms(names: Iterable[str], *, mentions: bool) -> tuple[str, ...]:
    return tuple(_MENTIONED + name for name in names) if mentions else tuple(names)


def _own(criteria: Criteria, prepared: PreparedPosting) -> frozenset[str]:
    """The skills of a posting that count for a search."""
    return prepared.skills if criteria.skills.mentions else prepared.asked_for


def _implied(criteria: Criteria, prepared: PreparedPosting) -> Mapping[str, str]:
    """The parents that these imply, with what implies each."""
    return prepared.implied if criteria.skills.mentions else prepared.implied_by_asked


def _meant(names: tuple[str, ...], prepared: PreparedPosting) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Those that a posting asks for, and those that it would like."""
    core, wanted = prepared.core, prepared.wanted
    return tuple(name for name in names if name in core), tuple(name for name in names if name in wanted)


def _canonical(asked: SkillTerms) -> SkillTerms:
    needed, any_of, unwanted = _names(asked.all), _names(asked.any), _names(asked.none)
    clash = (needed | any_of) & unwanted
    if clash:
        said = f"{min(clash)} is both asked for and excluded: take it out of one of the two lists"
        raise CriteriaError(said, "clash", given=min(clash))
    known = taxonomy()
    if asked.at_least > max(len(any_of), 1):
        fault = f"{len(any_of)} skills are named of which at least {asked.at_least} are wanted: name more"
        raise CriteriaError(fault, "skills_few", given=asked.at_least)
    satisfied = any_of & needed.union(*(known.parents(name) for name in needed))
    at_least = asked.at_least - len(satisfied)
    any_of = any_of - satisfied if at_least > 0 else frozenset()
    return SkillTerms(
        all=tuple(sorted(needed)),
        any=tuple(sorted(any_of)),
        at_least=max(at_least, 1) if any_of else 1,
        none=tuple(sorted(unwanted)),
        mentions=asked.mentions and bool(needed or any_of),
    )


def _names(asked: Iterable[str]) -> frozenset[str]:
    known = taxonomy()
    found = set()
    for name in asked:
        skill = known.canonical(name)
        if skill is None:
            raise unknown(name, "skill", known.nearest(name))
        found.add(skill)
    return few(found, "skills in one list")
