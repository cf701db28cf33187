"""Criteria as columns."""

from array import array
from collections.abc import Callable, Iterable, Sequence
from typing import Any

from schemas.posting import Reach
from services.matcher.adapters.columns import Bools, Facet, Ragged, kept
from services.rules import fits
from services.rules.placing import Allowed


def _place_fits(asked: Sequence[tuple[tuple[str, ...], bool]], reach: Reach) -> Iterable[bool]:
    """By the same rule as `reasons.place`, each place looked up once. `asked` holds concrete places."""
    allowed = Allowed.of(reach)
    if not allowed.told:
        return [not places or accept_unknown for places, accept_unknown in asked]
    named = {place for places, _ in asked for place in places}
    taken_in = {place for place in named if allowed.takes_in(place)}
    return [not places or not taken_in.isdisjoint(places) for places, _ in asked]


def _each(rule: Callable[[Any, Any], bool]) -> Callable[[Sequence[Any], Any], Iterable[bool]]:
    return lambda asked, value: [rule(one, value) for one in asked]


class CriteriaTable:
    """One row a criterion, appended and never changed but for `alive`."""

    def __init__(self) -> None:
        self.key = array("I")
        self.alive = array("B")
        self.currency = array("i")
        self.floor = array("q")
        self.near_floor = array("q")
        self.accept_undisclosed = array("B")
        self.skills_all, self.skills_any, self.skills_none = Ragged(), Ragged(), Ragged()
        self.wanted, self.excluded = Ragged(), Ragged()
        self.facets: dict[str, Facet[Any, Any]] = {
            "place": Facet(_place_fits),
            "zone": Facet(_each(lambda hours, zones: fits.timezone_fits(hours[0], hours[1], zones))),
            "workplace": Facet(_each(fits.workplace_fits)),
            "seniority": Facet(_each(fits.seniority_fits)),
            "employment": Facet(_each(fits.employment_fits)),
            "language": Facet(_each(fits.language_fits)),
        }

    def __len__(self) -> int:
        return len(self.key)

    def keep(self, mask: Bools) -> None:
        """Drop the rows that a mask does not keep."""
        for name in ("key", "alive", "currency", "floor", "near_floor", "accept_undisclosed"):
            setattr(self, name, kept(getattr(self, name), mask))
        for ragged in (self.skills_all, self.skills_any, self.skills_none, self.wanted, self.excluded):
            ragged.keep(mask)
        for facet in self.facets.values():
            facet.column = kept(facet.column, mask)
