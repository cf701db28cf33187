"""Which roles a search is likely to mean: those it asks for, else by its words and name, else by its skills.

What skills say is learned: data/affinity.json holds how often core skills went with roles in captured postings.
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from itertools import chain
from typing import Final

from schemas.criteria import Criteria
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
    role = roles().find(term)
    if role is not None:
        yield role.id, weight
        yield from ((other, weight * _OF_FIELD) for other in roles().of_field(term))


def _of_name(given: Sequence[str]) -> Iterator[tuple[str, float]]:
    """The longest runs of words that name a role, from the left."""
    at = 0
    while at < len(given):
        for size in range(min(LONGEST, len(given) - at), 0, -1):
            run = " ".join(given[at : at + size])
            if given[at] not in _JOINING and given[at + size - 1] not in _JOINING and roles().find(run):
                yield from _of_term(run, _NAMED if size > 1 else _IN_A_WORD)
                at += size - 1
                break
        at += 1


def _of_skills(names: Sequence[str]) -> dict[str, float]:
    """The mean of what each skill says, the likeliest role being 1."""
    table = learned()
    told = [table[name] for name in names if name in table]
    found: dict[str, float] = {}
    for shares in told:
        for role, share in shares.items():
            found[role] = found.get(role, 0.0) + share
    most = max(found.values(), default=0.0)
    return {role: share / most for role, share in found.items()} if most else {}


@cache
def learned() -> Mapping[str, Mapping[str, float]]:
    """Of each skill, the share of each role among postings to which it is core; bench.learn_affinity writes it."""
    table: dict[str, dict[str, float]] = json.loads(
        resources.files("services.rules").joinpath("data/affinity.json").read_bytes()
    )
    return table
