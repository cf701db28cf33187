"""Where one may work from, against where the subscriber would."""

from collections.abc import Hashable, Iterable, Iterator, Mapping
from dataclasses import dataclass

from schemas.criteria import Criteria
from schemas.posting import Scope
from services.rules.criterion.base import (
    SILENT,
    UNSAID,
    Criterion,
    Facts,
    Fit,
    Narrowing,
    Reason,
    Relaxation,
    few,
    unknown,
    yes_or_no,
)
from services.rules.places.known import canonical_place, country_of, is_subdivision, nearest_places
from services.rules.places.placing import deciding, holds, parts_of, places_taken_in
from services.rules.prepared import PreparedPosting


@dataclass(frozen=True, slots=True)
class PlaceFacts(Facts):
    """Codes of places."""

    weighty = True

    asked: tuple[str, ...]
    fits: tuple[str, ...]
    """Those of them that the posting takes in."""
    scope: Scope
    hires: tuple[str, ...]
    """All that it names: groups, then countries, then parts of them."""
    shut: tuple[str, ...] = ()
    """Those asked for that it rules out, where none fits."""

    @property
    def stated(self) -> bool:
        """Whether the posting says something."""
        return bool(self.fits)


class Place(Criterion[PlaceFacts]):
    """Asks that one may work from one of some places, and may accept postings that do not say."""

    name = "place"
    evidence = "reach"
    untold = 0.7

    def asks(self, criteria: Criteria) -> bool:
        """Whether a place is named."""
        return bool(criteria.places)

    def canonical(self, criteria: Criteria) -> Mapping[str, object]:
        """Codes, those of remote work alone without what holds another one.

        A place beside one that holds it changes nothing of what matches, but says where its person looks first.
        """
        places = deciding(criteria.model_copy(update={"places": _codes(criteria.places)}))
        return {"places": places, "accept_unknown_place": criteria.accept_unknown_place and bool(places)}

    def fit(self, criteria: Criteria, prepared: PreparedPosting) -> Fit:
        """Whether any asked place is taken in."""
        if not criteria.places:
            return "yes"
        allowed = prepared.allowed
        if not allowed.stated:
            return yes_or_no(criteria.accept_unknown_place)
        return yes_or_no(any(map(allowed.takes_in, deciding(criteria))))

    def narrowing(self, criteria: Criteria) -> Narrowing | None:
        """The places asked for; a search for a subdivision is also one for a part of its country."""
        asked = deciding(criteria)
        if not asked:
            return None
        parts = sorted({parts_of(country_of(place)) for place in asked if is_subdivision(place)})
        return Narrowing((*asked, *parts, *([UNSAID] if criteria.accept_unknown_place else ())))

    def terms_of(self, prepared: PreparedPosting) -> tuple[str, ...] | None:
        """All places that it takes in."""
        return places_taken_in(prepared.reach) if prepared.allowed.stated else (UNSAID,)

    def looks_at(self, prepared: PreparedPosting) -> Hashable:
        """Where it hires."""
        return prepared.reach

    def reason(self, criteria: Criteria, prepared: PreparedPosting) -> Reason:
        """Where it hires, against what is asked."""
        asked, allowed, reach = deciding(criteria), prepared.allowed, prepared.reach
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

    def excludable(self, criteria: Criteria, prepared: PreparedPosting) -> Iterator[str]:
        """A place that alone lets the posting in, where another is left to ask for."""
        if not prepared.allowed.stated:
            return
        for code in criteria.places if len(criteria.places) > 1 else ():
            if self.fit(self.excluding(criteria, code), prepared) == "no":
                yield code

    def excluding(self, criteria: Criteria, value: str) -> Criteria:
        """The other places."""
        return criteria.model_copy(update={"places": tuple(code for code in criteria.places if code != value)})

    def allowing(self, criteria: Criteria, value: str, stood: str = "") -> Criteria:
        """That one too; of what is no place nothing."""
        if not criteria.places or canonical_place(value) != value or value in criteria.places:
            return criteria
        return criteria.model_copy(update={"places": tuple(sorted((*criteria.places, value)))})

    def distance(self, facts: PlaceFacts, kin: float) -> float:
        """Near where the posting does not say."""
        return SILENT if facts.scope == "unknown" else self.untold


def place_codes(asked: Iterable[str]) -> tuple[str, ...]:
    """The codes of places, sorted, without those that another one holds. Raises CriteriaError."""
    codes = _codes(asked)
    return tuple(code for code in codes if not any(holds(other, code) for other in codes if other != code))


def _codes(asked: Iterable[str]) -> tuple[str, ...]:
    found = set()
    for place in asked:
        code = canonical_place(place)
        if code is None:
            raise unknown(place, "place", nearest_places(place))
        found.add(code)
    return tuple(sorted(few(found, "places")))
