"""How far work that is not remote lies from the subscriber's towns."""

import math
from collections.abc import Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Final

from schemas.criteria import Criteria, Nearby
from schemas.posting import PostingCore
from services.rules.criterion.base import (
    SILENT,
    UNSAID,
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    few,
    perhaps,
    quoted,
)
from services.rules.places.distances import cell_of, cells_round, kilometres
from services.rules.places.towns import known_towns, label_of, nearest_towns, town_in_short, town_of, towns_meant
from services.rules.prepared import PreparedPosting

MOST_KM: Final = 300
_FARTHER_BY: Final = (50, 100)
"""Per cent."""
_FEWER: Final = (200, 100, 50, 25, 10)
"""Kilometres that one may come down to, as a form offers them."""
_REMOTE: Final = "r"
"""Among the cells of towns: for remote work, which is near everybody."""


@dataclass(frozen=True, slots=True)
class NearFacts(Facts):
    """Labels of towns, and kilometres."""

    weighty = True

    asked: tuple[str, ...]
    remote: bool
    town: str | None = None
    """Of the posting, the nearest; None where it names none that is known."""
    centre: str | None = None
    """The town asked for that it is nearest to, by the kilometres that are allowed."""
    km: float | None = None
    """Between the two."""
    within: int | None = None
    """Kilometres that are allowed."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return self.km is not None


class Near(Criterion[NearFacts]):
    """Asks that work which is not remote lies near one of some towns; up to half as far again is a near miss."""

    name = "near"
    evidence = "towns"
    untold = 0.7
    indexed_near = True
    exact = False

    def asks(self, criteria: Criteria) -> bool:
        """Whether any town is named."""
        return bool(criteria.near)

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Labels of towns, each once with the most kilometres, sorted."""
        most: dict[str, int] = {}
        for asked in criteria.near:
            label = label_meant(asked.town)
            most[label] = max(asked.km, most.get(label, 0))
        near = tuple(Nearby(town=label, km=most[label]) for label in sorted(few(set(most), "towns")))
        return {"near": near, "accept_unknown_town": criteria.accept_unknown_town and bool(near)}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """By `nearness`; remote work is near everybody."""
        return near_fit(criteria.near, prepared.posting, accept_unknown=criteria.accept_unknown_town)

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """The cells round the towns asked for, which do not tell how far away a posting is."""
        if not criteria.near:
            return None
        cells: dict[str, None] = {}
        for circle in criteria.near:
            town = town_of(circle.town)
            cells |= dict.fromkeys(cells_round(town, farthest(circle.km)) if town else ())
        return Narrowing((_REMOTE, *([UNSAID] if criteria.accept_unknown_town else ()), *cells))

    def terms_of(self, prepared: PreparedPosting) -> set[str]:
        """The cells of its towns."""
        posting = prepared.posting
        if posting.workplace == "remote":
            return {_REMOTE}
        if not posting.towns:
            return {UNSAID}
        return set(map(cell_of, known_towns(posting.towns)))

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """Its towns, and whether these matter."""
        return prepared.posting.workplace == "remote" or prepared.posting.towns

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """How far its nearest town is from the nearest of those asked for."""
        posting = prepared.posting
        facts = NearFacts(tuple(circle.town for circle in criteria.near), posting.workplace == "remote")
        nearest = None if facts.remote else _nearest(criteria.near, posting)
        if nearest is not None:
            km, circle, town = nearest
            facts = replace(facts, town=label_of(town), centre=circle.town, km=round(km, 1), within=circle.km)
        return Reason(self.name, self.fit(criteria, prepared), facts)

    def without(self, criteria: Criteria) -> Relaxation:
        """However far."""
        return self._relaxed(criteria, "without", None, near=(), accept_unknown_town=False)

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Farther off; postings that name no town."""
        before = criteria.near
        for percent in _FARTHER_BY:
            farther = tuple(_farther(circle, percent) for circle in criteria.near)
            if farther != before:
                yield self._relaxed(criteria, "tolerate", percent, near=farther)
            before = farther
        if not criteria.accept_unknown_town:
            yield self._relaxed(criteria, "accept", None, accept_unknown_town=True)

    def nearly(self, criteria: Criteria, prepared: PreparedPosting) -> Relaxation | None:
        """So many kilometres as it lies from the town that it is nearest to."""
        nearest = _nearest(criteria.near, prepared.posting)
        if nearest is None or self.fit(criteria, prepared) != "near":
            return None
        km, centre, _ = nearest
        far = math.ceil(km)
        farther = tuple(
            circle.model_copy(update={"km": far}) if circle == centre else circle for circle in criteria.near
        )
        return self._relaxed(criteria, "tolerate", far, near=farther)

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """A town that alone lets the posting in: left out beside others, else with fewer kilometres."""
        if prepared.posting.workplace == "remote" or self.fit(criteria, prepared) != "yes":
            return
        for circle in criteria.near:
            fewer = (0,) if len(criteria.near) > 1 else tuple(km for km in _FEWER if km < circle.km)
            for km in fewer:
                value = f"{km} {circle.town}"
                if self.fit(self.excluding(criteria, value), prepared) != "yes":
                    yield value
                    break

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """Without that town, or with its fewer kilometres."""
        km, town = circle_in(value)
        return criteria.model_copy(update={"near": _with_circle(criteria.near, town, km)})

    def replaced(self, criteria: Criteria, value: str) -> str:
        """The kilometres round that town."""
        return str(_km_round(criteria.near, circle_in(value)[1]))

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """That town as it was, where it stands as it was left."""
        km, town = circle_in(value)
        before = int(stood) if stood.isdecimal() else 0
        if not criteria.near or _km_round(criteria.near, town) != km or not 0 < before <= MOST_KM:
            return criteria
        return criteria.model_copy(update={"near": _with_circle(criteria.near, town, before)})

    def distance(self, facts: NearFacts, kin: float) -> float:
        """By the share of the kilometres that it lies beyond them; near where the posting does not say."""
        if facts.km is None or facts.within is None:
            return SILENT
        return min(facts.km / facts.within - 1, self.untold)


def circle_in(value: str) -> tuple[int, str]:
    """Of a value of `excludable`, the kilometres that are left, 0 for none, and the town."""
    km, _, town = value.partition(" ")
    return (int(km), town) if km.isdecimal() else (0, "")


def _km_round(near: Sequence[Nearby], town: str) -> int:
    """Those that are asked for round a town, 0 for none."""
    return next((circle.km for circle in near if circle.town == town), 0)


def _with_circle(near: Sequence[Nearby], town: str, km: int) -> tuple[Nearby, ...]:
    """These towns, one of them with so many kilometres, or without it."""
    others = [circle for circle in near if circle.town != town]
    return tuple(sorted([*others, *([Nearby(town=town, km=km)] if km else [])], key=lambda circle: circle.town))


def _nearest(asked: Sequence[Nearby], posting: PostingCore) -> tuple[float, Nearby, int] | None:
    """The kilometres between a town of a posting and one that is asked for, by the share of those that are allowed."""
    apart = [
        (km, circle, town)
        for town in posting.towns
        for circle in asked
        if (km := _apart(circle.town, town)) is not None
    ]
    return min(apart, key=lambda found: (found[0] / found[1].km, found[0]), default=None)


def near_fit(asked: Sequence[Nearby], posting: PostingCore, *, accept_unknown: bool) -> Fit:
    """Whether a posting is near enough to a town that is asked for; nearly where it is up to half as far again."""
    if not asked or posting.workplace == "remote":
        return "yes"
    if not posting.towns:
        return "yes" if accept_unknown else "no"
    fits = {nearness(circle.town, circle.km, town) for circle in asked for town in posting.towns}
    return "yes" if "yes" in fits else "near" if "near" in fits else "no"


def nearness(label: str, within: int, town: int) -> Fit:
    """Whether one town lies within so many kilometres of another, or nearly."""
    km = _apart(label, town)
    if km is None:
        return "no"
    return "yes" if km <= within else "near" if km <= farthest(within) else "no"


def farthest(within: int) -> float:
    """The kilometres up to which work is a near miss."""
    return 1.5 * within


def label_meant(said: str) -> str:
    """The label of the town that a person means. Raises CriteriaError with the nearest, or with those it may be."""
    meant = (short,) if (short := town_in_short(said)) else towns_meant(said)
    if not meant:
        near = nearest_towns(said)
        fault = f"{quoted(said)} is not a town that is known here, as villages are not{perhaps(near)}"
        raise CriteriaError(fault, "town_near" if near else "town", given=said, near="; ".join(near))
    if len(meant) > 1:
        *some, last = labels = [town.label for town in meant[:5]]
        fault = f"{quoted(said)} may be {'; '.join(some)} or {last}: name which is meant"
        raise CriteriaError(fault, "town_several", given=said, near="; ".join(labels))
    return meant[0].label


@lru_cache(maxsize=65_536)
def _apart(label: str, town: int) -> float | None:
    centre, other = town_of(label), town_of(label_of(town) or "")
    return kilometres(centre, other) if centre and other else None


def _farther(circle: Nearby, percent: int) -> Nearby:
    return circle.model_copy(update={"km": min(circle.km * (100 + percent) // 100, MOST_KM)})
