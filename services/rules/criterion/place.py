"""Where one may work from, against where the subscriber would."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.criteria import Criteria
from schemas.posting import Scope
from services.rules.criterion.base import (
    SILENT,
    CriteriaError,
    Criterion,
    Facts,
    Fit,
    Reason,
    Relaxation,
    few,
    perhaps,
    quoted,
    yes_or_no,
)
from services.rules.places import (
    canonical_place,
    countries_of,
    country_of,
    is_country,
    is_group,
    is_subdivision,
    nearest_places,
)
from services.rules.placing import concrete
from services.rules.prepared import PreparedPosting


@dataclass(frozen=True, slots=True)
class PlaceFacts(Facts):
    """Codes of places."""

    asked: tuple[str, ...]
    fits: tuple[str, ...]
    """Those of them that the posting takes in."""
    scope: Scope
    hires: tuple[str, ...]
    """All that it names: groups, then countries, then parts of them."""
    shut: tuple[str, ...] = ()
    """Those asked for that it rules out, where none fits."""


class Place(Criterion[PlaceFacts]):
    """Asks that one may work from one of some places, and may accept postings that do not say."""

    name = "place"
    evidence = "reach"
    untold = 0.7

    def asks(self, criteria: Criteria) -> bool:
        """Whether a place is named."""
        return bool(criteria.places)

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Codes, without those that another one holds."""
        places = concrete(place_codes(criteria.places))
        return {"places": places, "accept_unknown_place": criteria.accept_unknown_place and bool(places)}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether any asked place is taken in."""
        if not criteria.places:
            return "yes"
        allowed = prepared.allowed
        if not allowed.stated:
            return yes_or_no(criteria.accept_unknown_place)
        return yes_or_no(any(map(allowed.takes_in, concrete(criteria.places))))

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Where it hires, against what is asked."""
        asked, allowed, reach = concrete(criteria.places), prepared.allowed, prepared.posting.reach
        fits = tuple(filter(allowed.takes_in, asked)) if allowed.stated else ()
        hires = (*reach.groups, *reach.countries, *reach.subdivisions)
        shut = () if fits else tuple(filter(allowed.rules_out, asked))
        fit = yes_or_no(bool(fits) if allowed.stated else criteria.accept_unknown_place)
        return Reason(self.name, fit, PlaceFacts(asked, fits, reach.scope, hires, shut))

    def without(self, criteria: Criteria) -> Relaxation:
        """Any place."""
        return self._relaxed(criteria, "without", None, places=())

    def steps(self, criteria: Criteria) -> Iterator[Relaxation]:
        """Postings that do not say."""
        if not criteria.accept_unknown_place:
            yield self._relaxed(criteria, "accept", None, accept_unknown_place=True)

    def adding(self, criteria: Criteria, code: str) -> Relaxation:
        """One more place."""
        return self._relaxed(criteria, "add", code, places=(*criteria.places, code))

    def distance(self, facts: PlaceFacts, kin: float) -> float:
        """Near where the posting does not say."""
        return SILENT if facts.scope == "unknown" else self.untold


def place_codes(asked: Iterable[str]) -> tuple[str, ...]:
    """The codes of places, sorted, without those that another one holds. Raises CriteriaError."""
    found = set()
    for place in asked:
        code = canonical_place(place)
        if code is None:
            raise CriteriaError(f"{quoted(place)} is not a place that is known here{perhaps(nearest_places(place))}")
        found.add(code)
    codes = sorted(few(found, "places"))
    return tuple(code for code in codes if not any(_holds(other, code) for other in codes if other != code))


def _holds(outer: str, inner: str) -> bool:
    """Whether whatever takes in `inner` takes in `outer` too, so that beside it `inner` asks for nothing more."""
    if is_group(outer):
        if not is_group(inner):
            return (country_of(inner) if is_subdivision(inner) else inner) in countries_of(outer)
        # Two names of one set of countries hold each other: the first by name stays.
        mine, other = countries_of(outer), countries_of(inner)
        return other < mine or (other == mine and outer < inner)
    return is_country(outer) and is_subdivision(inner) and country_of(inner) == outer
