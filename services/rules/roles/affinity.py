"""Which roles a search is likely to mean: those it asks for, else by its words and name, else by its skills.

What words and skills say is learned: data/affinity.json counts of which roles the captured postings were whose titles
hold a word, and those to which a skill was core.
"""

import json
import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache, cached_property, lru_cache
from importlib import resources
from itertools import chain
from typing import Final, NamedTuple

import numpy as np

from schemas.criteria import Criteria
from services.rules.languages.named import language_named
from services.rules.roles.taxonomy import LONGEST, Closeness, roles
from services.rules.text import TextQuery, words

_OfRoles = np.ndarray[tuple[int], np.dtype[np.float64]]
"""A number for each role that is learned of."""
_NAMED: Final = 1.0
_TITLE: Final = 4.5
"""Postings that a title of the taxonomy counts for beside those that hold it: it is surely meant."""
_MEANT: Final = 1.5
_OF_FIELD: Final = 1.0
"""What a field counts for, as security does: for the role that it likely means, and for any other role of it."""
_LEAST_SHARE: Final = 0.1
"""Of the likeliest role; what a word means more rarely it does not mean."""
_IN_A_WORD: Final = 0.6
"""One word of a search's name: "contracts" may be of law or of the form of work."""
_BY_SKILLS_BESIDE: Final = 0.7
"""What skills say where words name a role."""
_SHARES: Final = (1.0, 0.8, 0.8, 0.8, 0.8, 0.8)
"""What a posting's first role, which decides, and its others count for."""
PRIOR: Final = 2.0
"""Postings with the usual share of a skill that are added to those of each role."""
_LEAST: Final = 0.15
_HARDLY: Final = math.log(_LEAST) - 0.01
"""What is less likely by its logarithm, to the likeliest, falls below `_LEAST` however it is rounded."""
_MOST: Final = 12
CLOSE: Final[Mapping[Closeness, float]] = {"same": 1.0, "near": 0.6, "family": 0.3, "far": 0.0}
"""How much of a likely role another one is."""


@dataclass(frozen=True)
class Affinity:
    """The roles that a search is likely to mean, each with a weight up to 1; empty where nothing says so."""

    weights: tuple[tuple[str, float], ...] = ()
    _hash: int = field(init=False, repr=False, compare=False)
    """Worked out once: it is looked up for every posting that is weighed."""

    def __post_init__(self) -> None:
        object.__setattr__(self, "_hash", hash(self.weights))

    def __hash__(self) -> int:
        return self._hash

    def __bool__(self) -> bool:
        return bool(self.weights)

    def to(self, given: tuple[str, ...]) -> float:
        """How close a posting's roles are, 0 to 1: the best pair counts, a second role a little less."""
        close, best = self._close_by_id, 0.0
        # No generator: this is asked nearly four hundred times a person.
        for role, share in zip(given, _SHARES, strict=False):
            own = close.get(role, 0.0) * share
            if own > best:
                best = own
        return best

    def closer_than(self, least: float) -> Iterator[str]:
        """The roles of the taxonomy that are closer."""
        return (_ids()[place] for place in np.flatnonzero(self._close > least).tolist())

    @cached_property
    def _close_by_id(self) -> Mapping[str, float]:
        """The same of those that are close at all, by their ids."""
        ids, close = _ids(), self._close
        near = np.flatnonzero(close)
        return dict(zip([ids[place] for place in near.tolist()], close[near].tolist(), strict=True))

    @cached_property
    def _close(self) -> _OfRoles:
        """How close each role of the taxonomy is."""
        close = np.zeros(len(_places()))
        for wanted, weight in self.weights:
            np.maximum(close, weight * _closeness(wanted), out=close)
        return close


@cache
def _places() -> Mapping[str, int]:
    """Where each role of the taxonomy stands in it."""
    return {role.id: place for place, role in enumerate(roles())}


@cache
def _ids() -> tuple[str, ...]:
    return tuple(_places())


@cache
def _closeness(wanted: str) -> _OfRoles:
    """How much of a role each role of the taxonomy is."""
    known = roles()
    return np.array([CLOSE[known.closeness(wanted, role.id)] for role in known])


@lru_cache(maxsize=4_096)
def affinity_of(criteria: Criteria, name: str = "") -> Affinity:
    """What a search with these criteria and this name is likely to mean. Excluded words say nothing.

    Roles that it asks for are what it means, whatever else it says.
    """
    asked = [role.id for said in criteria.roles.any if (role := roles().find(said))]
    if asked:
        return Affinity(tuple((role, _NAMED) for role in asked[:_MOST]))
    query = TextQuery.parse(criteria.text)
    parts = [*map(_of_term, query.wanted), *(_best(map(_of_term, group)) for group in query.either)]
    found = _best((_together([part for part in parts if part]), *_of_name(name)))
    share = _BY_SKILLS_BESIDE if max(found.values(), default=0.0) == _NAMED else 1.0
    of_skills = _of_skills((*criteria.skills.all, *criteria.skills.any))
    found = _best((found, {role: share * weight for role, weight in of_skills.items()}))
    ranked = sorted(found.items(), key=lambda pair: (-pair[1], pair[0]))
    return Affinity(tuple((role, round(weight, 4)) for role, weight in ranked[:_MOST] if weight >= _LEAST))


def _best(given: Iterable[Mapping[str, float]]) -> dict[str, float]:
    best: dict[str, float] = {}
    for weights in given:
        for role, weight in weights.items():
            best[role] = max(weight, best.get(role, 0.0))
    return best


def _together(parts: Sequence[Mapping[str, float]]) -> dict[str, float]:
    """What words say that are asked for at once: a word speaks for roles; that a title lacks it speaks against none."""
    if len(parts) < 2:
        return dict(parts[0]) if parts else {}
    named = dict.fromkeys(chain.from_iterable(parts))
    times = {role: math.prod(max(1.0, part.get(role, 0.0) / _LEAST_SHARE) for part in parts) for role in named}
    most = max(times.values())
    return {role: value / most for role, value in times.items()}


@lru_cache(maxsize=4_096)
def _of_term(term: str) -> Mapping[str, float]:
    """How likely a word or phrase means each role, to the likeliest: by captured titles and the taxonomy's names."""
    # A language is what the work is done in, and no trade of teachers; a level may be of any.
    known = roles()
    if language_named(term) or known.says_level(term):
        return {}
    stems = tuple(word.stem for word in known.vocabulary.words(term))
    bare = tuple(stem for stem in stems if stem not in known.vocabulary.levels) or stems
    counts: dict[str, float] = {**learned().words.get(" ".join(bare), {})}
    meant = known.find(term)
    if meant is not None:
        certain = known.vocabulary.titles.get(bare) == meant.id
        counts[meant.id] = counts.get(meant.id, 0.0) + (_TITLE if certain else _MEANT)
        for other in known.of_field(term):
            counts[other] = counts.get(other, 0.0) + _OF_FIELD
    if not counts:
        return {}
    most = max(counts.values())
    return {role: count / most for role, count in counts.items() if count >= _LEAST_SHARE * most}


@lru_cache(maxsize=4_096)
def _of_name(name: str) -> tuple[Mapping[str, float], ...]:
    """What a search's name says; many are called alike."""
    return tuple(_of_words(words(name)))


def _of_words(given: Sequence[str]) -> Iterator[Mapping[str, float]]:
    """The longest runs of words that name a role, from the left; a level alone, such as a student's, names none."""
    at, joins = 0, roles().vocabulary.joins
    while at < len(given):
        for size in range(min(LONGEST, len(given) - at), 0, -1):
            run = " ".join(given[at : at + size])
            if joins.isdisjoint((given[at], given[at + size - 1])) and _names_role(run):
                share = 1.0 if size > 1 else _IN_A_WORD
                yield {role: share * weight for role, weight in _of_term(run).items()}
                at += size - 1
                break
        at += 1


def _names_role(run: str) -> bool:
    return roles().find(run) is not None and not roles().says_level(run)


def _of_skills(names: Sequence[str]) -> dict[str, float]:
    """The likelihood of each role given all these skills, to that of the likeliest, where it is not least: naive Bayes.

    More skills do not make it surer in proportion, since they come together: log odds grow by the root of their number.
    """
    table = learned()
    known = [_gains(name) for name in names if name in table.skills]
    if not known:
        return {}
    odds = _usual() + 1.0 / math.sqrt(len(known)) * sum(known)
    below = odds - odds.max()
    names_of = tuple(table.roles)
    return {names_of[place]: math.exp(below[place]) for place in np.flatnonzero(below >= _HARDLY).tolist()}


@cache
def _usual() -> _OfRoles:
    """The log of how many postings there are of each role."""
    return np.array([*map(math.log, learned().roles.values())])


@lru_cache(maxsize=4_096)
def _gains(skill: str) -> _OfRoles:
    """What a skill adds to the log odds of each role."""
    table = learned()
    counts = table.skills[skill]
    often = sum(counts.values()) / sum(table.roles.values())
    return np.array(
        [
            math.log((counts.get(role, 0) + PRIOR * often) / ((of_role + PRIOR) * often))
            for role, of_role in table.roles.items()
        ]
    )


class Learned(NamedTuple):
    """How many captured postings of each role there are, hold a word in the title, and have a skill at their core."""

    roles: Mapping[str, int]
    words: Mapping[str, Mapping[str, int]]
    """By stems of one to three words that stand together where the title says what the work is."""
    skills: Mapping[str, Mapping[str, int]]


@cache
def learned() -> Learned:
    """What bench.learn_affinity wrote."""
    return Learned(**json.loads(resources.files("services.rules").joinpath("data/affinity.json").read_bytes()))
