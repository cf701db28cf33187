"""How well a job fits the skills and words that are asked for: a part of its score, and what all else counts for."""

from collections.abc import Iterable
from itertools import combinations
from typing import NamedTuple

from schemas.criteria import Criteria
from services.notifier.domain.curation.judging import Ready
from services.notifier.domain.model import Fact
from services.rules.text import TextQuery

ONE_OF_ANY = 0.7
"""One core skill of several in `any` is worth this; two or more are worth 1."""
IMPLIED = 0.5
"""What a core skill implies, to what is core by its own name.

No more than half: two that are implied are then worth what one is by name, and naming one of them never costs.
"""
NOTHING_ASKED = 0.5
_EXACTLY = 2
"""So many implied skills are sought among all pairs; more are taken as they come, which may find one less."""


class Implied(NamedTuple):
    """A skill of `any` that is not core itself, and a core skill that implies it and is not asked for."""

    name: str
    by: str


def fit_share(criteria: Criteria, ready: Ready) -> float:
    """From 0 to 1: are the asked skills core to the job, in its title or requirements; asked words, in its title."""
    core, skills, shares = ready.core, criteria.skills, list[float]()
    if skills.all:
        shares.append(len(core.intersection(skills.all)) / len(skills.all))
    if skills.any:
        named, implied = len(core.intersection(skills.any)), len(implied_of_any(criteria, ready))
        shares.append(_share_of_any(criteria, named + IMPLIED * implied))
    if criteria.text:
        shares.append(1.0 if _in_title(criteria, ready) else 0.0)
    return sum(shares) / len(shares) if shares else NOTHING_ASKED


def counts_for_all_else(criteria: Criteria, ready: Ready) -> float:
    """The share for which all but the fit counts where the job only mentions the asked skills.

    It is what one skill that is implied would add to the fit, or of `all` a core one, whichever is less. All else
    together has as many points as the fit. So nothing puts such a job before one to which an asked skill is core, or
    whose core implies one.
    """
    skills = criteria.skills
    asked = (*skills.all, *skills.any)
    if not asked or not ready.core.isdisjoint(asked) or implied_of_any(criteria, ready):
        return 1.0
    of_all = 1.0 / len(skills.all) if skills.all else 1.0
    of_any = _share_of_any(criteria, IMPLIED) if skills.any else 1.0
    return min(of_all, of_any) / (bool(skills.all) + bool(skills.any) + bool(criteria.text))


def implied_of_any(criteria: Criteria, ready: Ready) -> tuple[Implied, ...]:
    """Skills of `any` that core skills imply, as many as count beside those that are core by name.

    Each core skill counts once: what is asked for itself implies nothing more, and no two are implied by one.
    """
    asked, core = criteria.skills.any, ready.core
    implied = ready.implied_by_core
    if not asked or not implied or implied.keys().isdisjoint(asked):
        return ()
    room = _most_of_any(criteria) - len(core.intersection(asked))
    own = {*asked, *criteria.skills.all}
    pairs = [Implied(name, by) for name in asked if name not in core for by in implied.get(name, ()) if by not in own]
    if room < 1 or not pairs:
        return ()
    if room > _EXACTLY:
        return _apart(pairs)[:room]
    two_apart = (two for two in combinations(pairs, 2) if len(_apart(two)) == 2)
    return (next(two_apart, None) if room > 1 else None) or (pairs[0],)


def _apart(pairs: Iterable[Implied]) -> tuple[Implied, ...]:
    """Pairs that share nothing with one before."""
    found: dict[str, Implied] = {}
    for pair in pairs:
        if pair.name not in found and all(pair.by != other.by for other in found.values()):
            found[pair.name] = pair
    return tuple(found.values())


def fit_facts(criteria: Criteria, ready: Ready, counts: float) -> tuple[Fact, ...]:
    """What the fit rests on: `implied` and `by` name a skill and that which implies it at the same place."""
    facts = list[Fact]()
    if asked := (*criteria.skills.all, *criteria.skills.any):
        facts += [("asked", asked), ("core", tuple(name for name in asked if name in ready.core))]
    if implied := implied_of_any(criteria, ready):
        facts += [("implied", tuple(skill.name for skill in implied)), ("by", tuple(skill.by for skill in implied))]
    if counts < 1.0:
        facts.append(("counts", counts))
    if criteria.text:
        facts.append(("in_title", int(_in_title(criteria, ready))))
    return tuple(facts)


def _most_of_any(criteria: Criteria) -> int:
    """So many of `any` are all: two, or as many as must be there; where only one is asked for, it is."""
    return min(max(2, criteria.skills.at_least), len(criteria.skills.any))


def _share_of_any(criteria: Criteria, worth: float) -> float:
    """For core ones of `any` that are worth so many; evenly between none, one and all."""
    most = _most_of_any(criteria)
    if worth >= most:
        return 1.0
    if most > 2:
        return worth / most
    for_one = ONE_OF_ANY if len(criteria.skills.any) > 1 else 1.0
    return for_one * worth if worth <= 1.0 else for_one + (1.0 - for_one) * (worth - 1.0)


def _in_title(criteria: Criteria, ready: Ready) -> bool:
    return TextQuery.parse(criteria.text).fits_haystack(ready.title)
