"""Which roles a search is likely to mean: those it asks for, else by its words and name, else by its skills.

What skills say together is learned: data/affinity.json counts to which roles each was core in captured postings.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from typing import Final, NamedTuple

from schemas.criteria import Criteria
from services.rules.languages_named import language_named
from services.rules.roles import LONGEST, Closeness, roles
from services.rules.text import TextQuery, words

_NAMED: Final = 1.0
_OF_FIELD: Final = 0.8
"""A word that names a field, as security does, may mean any role of it."""
_IN_A_WORD: Final = 0.6
"""One word of a search's name: "contracts" may be of law or of the form of work."""
_BY_SKILLS_BESIDE: Final = 0.4
"""What skills say where words name a role."""
_SECOND: Final = 0.8
"""A posting's second role, to its first, which decides."""
PRIOR: Final = 2.0
"""Postings with the usual share of a skill that are added to those of each role."""
_LEAST: Final = 0.15
_MOST: Final = 12
_JOINING: Final = frozenset({
    "a", "and", "or", "in", "from", "to", "of", "with", "und", "e", "y", "et", "de", "en", "i",
})  # fmt: skip
CLOSE: Final[Mapping[Closeness, float]] = {"same": 1.0, "near": 0.6, "family": 0.3, "far": 0.0}
"""How much of a likely role another one is."""


@dataclass(frozen=True, slots=True)
class Affinity:
    """The roles that a search is likely to mean, each with a weight up to 1; empty where nothing says so."""

    weights: tuple[tuple[str, float], ...] = ()

    def __bool__(self) -> bool:
        return bool(self.weights)

    def to(self, given: tuple[str, ...]) -> float:
        """How close a posting's roles are, 0 to 1: the best pair counts, a second role a little less."""
        return _closest(self, given)


@lru_cache(maxsize=65_536)
def _closest(affinity: Affinity, given: tuple[str, ...]) -> float:
    known = roles()
    return max(
        (
            weight * CLOSE[known.closeness(wanted, role)] * share
            for role, share in zip(given, (1.0, _SECOND), strict=False)
            if role in known
            for wanted, weight in affinity.weights
        ),
        default=0.0,
    )


@lru_cache(maxsize=4_096)
def affinity_of(criteria: Criteria, name: str = "") -> Affinity:
    """What a search with these criteria and this name is likely to mean. Excluded words say nothing.

    Roles that it asks for are what it means, whatever else it says.
    """
    asked = [role.id for said in criteria.roles.any if (role := roles().find(said))]
    if asked:
        return Affinity(tuple((role, _NAMED) for role in asked[:_MOST]))
    query = TextQuery.parse(criteria.text)
    found = _best(
        chain(*(_of_term(term) for term in (*query.wanted, *chain.from_iterable(query.either))), _of_name(words(name)))
    )
    share = _BY_SKILLS_BESIDE if max(found.values(), default=0.0) == _NAMED else 1.0
    of_skills = _of_skills((*criteria.skills.all, *criteria.skills.any))
    found = _best(chain(found.items(), ((role, share * weight) for role, weight in of_skills.items())))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return Affinity(tuple((role, round(weight, 4)) for role, weight in ranked[:_MOST] if weight >= _LEAST))


def _best(pairs: Iterable[tuple[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for role, weight in pairs:
        best[role] = max(weight, best.get(role, 0.0))
    return best


def _of_term(term: str, weight: float = _NAMED) -> Iterator[tuple[str, float]]:
    # A language is what the work is done in, and no trade of teachers.
    role = None if language_named(term) else roles().find(term)
    if role is not None:
        yield role.id, weight
        yield from ((other, weight * _OF_FIELD) for other in roles().of_field(term))


def _of_name(given: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The longest runs of words that name a role, from the left; a level alone, such as a student's, names none."""
    at = 0
    while at < len(given):
        for size in range(min(LONGEST, len(given) - at), 0, -1):
            run = " ".join(given[at : at + size])
            if _JOINING.isdisjoint((given[at], given[at + size - 1])) and _names_role(run):
                yield from _of_term(run, _NAMED if size > 1 else _IN_A_WORD)
                at += size - 1
                break
        at += 1


def _names_role(run: str) -> bool:
    return roles().find(run) is not None and not roles().says_level(run)


def _of_skills(names: Sequence[str]) -> dict[str, float]:
    """The likelihood of each role given all these skills, to that of the likeliest: naive Bayes.

    More skills do not make it surer in proportion, since they come together: log odds grow by the root of their number.
    """
    table = learned()
    known = [table.skills[name] for name in names if name in table.skills]
    if not known:
        return {}
    postings = sum(table.roles.values())
    usual = [sum(counts.values()) / postings for counts in known]
    share = 1.0 / math.sqrt(len(known))
    odds = {
        role: math.log(of_role)
        + share
        * sum(
            math.log((counts.get(role, 0) + PRIOR * often) / ((of_role + PRIOR) * often))
            for counts, often in zip(known, usual, strict=True)
        )
        for role, of_role in table.roles.items()
    }
    most = max(odds.values())
    return {role: math.exp(value - most) for role, value in odds.items()}


class Learned(NamedTuple):
    """How many captured postings there were of each role, and to how many of them each skill is core."""

    roles: Mapping[str, int]
    skills: Mapping[str, Mapping[str, int]]


@cache
def learned() -> Learned:
    """What bench.learn_affinity wrote."""
    return Learned(**json.loads(resources.files("services.rules").joinpath("data/affinity.json").read_bytes()))
