"""Places that a saved search prefers: they let no job in or out, and move one that fits by a few points."""

from collections.abc import Sequence

from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import NOT_PREFERRED, Preferred
from services.rules.places.known import countries_of, country_of, is_country, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE

TAKEN_IN = 0.5
"""The share for a preferred place that a job takes in without naming it or a part of it; named is worth 1."""


def preferred_of(places: Sequence[str], ready: PostingFeatures) -> Preferred:
    """The preferred places that a job takes in; none where it does not say from where."""
    allowed = ready.allowed
    if not places:
        return NOT_PREFERRED
    own = [WORLDWIDE, *sorted(ready.hires)]
    taken_in = filter(allowed.takes_in, own)
    named = [own_place for own_place in taken_in if any(_lies_in(own_place, place) for place in places)]
    return Preferred(tuple(named), () if named else tuple(filter(allowed.takes_in, places)))


def share_of(found: Preferred) -> float:
    """Of the points for a preferred place."""
    return 1.0 if found.named else TAKEN_IN if found.taken_in else 0.0


def _lies_in(own: str, place: str) -> bool:
    """Whether a place is another one, or a part of it."""
    if own == place or WORLDWIDE in (own, place):
        return own == place
    if is_group(own):
        return is_group(place) and countries_of(own) <= countries_of(place)
    country = country_of(own) if is_subdivision(own) else own
    if is_group(place):
        return country in countries_of(place)
    return is_country(place) and country == place
