"""How far the places of a job are those that somebody would work at: named, taken in, and near enough."""

from functools import lru_cache
from typing import Final

from services.notifier.domain.curation.chance.conditions import UNTOLD
from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.curation.wishes import Wish
from services.rules.places.distances import kilometres
from services.rules.places.known import countries_of, country_of, is_group
from services.rules.places.placing import WORLDWIDE, Allowed

SHUT: Final = 0.5
"""What the share of a wanted group counts where somebody's own country is shut out; and what a job is that shuts out
the country of a time zone, where no place is wanted."""


def takes_in_home(wish: Wish, allowed: Allowed) -> float:
    """Whether the narrowest places that are wanted are taken in, or else the home that they take in.

    Where none is wanted, whether the country is that they live in: half where their time zone alone tells it. Then a
    posting that states no place is in no doubt.
    """
    if wish.places:
        return _takes_in_wanted(wish.places, wish.home, allowed)
    if wish.stays_in is None or not allowed.stated or allowed.takes_in(wish.stays_in):
        return 1.0
    return 0.0 if wish.says_home else SHUT


def shuts_out(wish: Wish, ready: PostingFeatures) -> bool:
    """Whether a job is abroad, or hires abroad alone, for somebody who says where they live and asks for no place, and
    of whom no search names a town or a part of a country that it takes in."""
    if wish.stays_in is None or not wish.says_home:
        return False
    named = {*wish.localities.parts, *(town.code for town in wish.localities.towns)}
    return takes_in_home(wish, ready.allowed) == 0.0 and not any(map(ready.allowed.takes_in, named))


@lru_cache(maxsize=16_384)
def _takes_in_wanted(places: tuple[str, ...], home: str | None, allowed: Allowed) -> float:
    """Of groups alone it is the share of their countries, and half of it where the home is shut out."""
    if not allowed.stated:
        return UNTOLD
    narrow = [place for place in places if not is_group(place) and place != WORLDWIDE]
    if narrow:
        return float(any(map(allowed.takes_in, narrow)))
    if home is not None and allowed.takes_in(home):
        return 1.0
    share = max(_share_of(place, allowed) for place in places)
    return share if home is None else share * SHUT


def _share_of(place: str, allowed: Allowed) -> float:
    countries = countries_of(place) if is_group(place) else ()
    return sum(map(allowed.takes_in, countries)) / len(countries) if countries else float(allowed.takes_in(place))


def parts_of_country(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The parts of a wanted country to which a posting keeps; none where any search asks for or names one of them."""
    parts, places = ready.posting.reach.subdivisions, wish.criteria.places
    if not parts or not places or any(part in places or part in wish.localities.parts for part in parts):
        return ()
    return tuple(part for part in parts if country_of(part) in places or country_of(part) == wish.home)


def far_off(wish: Wish, ready: PostingFeatures) -> bool:
    """Whether work that is not remote lies far from what the person names of its country; `near` is judged itself."""
    if wish.criteria.near or ready.posting.workplace == "remote":
        return False
    return bool(ready.towns) and not any(map(wish.localities.take_in, ready.towns))


def nearby(wish: Wish, ready: PostingFeatures) -> float:
    """Whether work that is not remote lies near a town that the person lives in or names, in whatever country."""
    if ready.posting.workplace == "remote":
        return 0.0
    return float(any(map(wish.localities.near, ready.towns)))


def km_from_home(wish: Wish, ready: PostingFeatures) -> int | None:
    """How far work that is far off lies from where somebody lives, if they say so and it is in their country."""
    home = wish.town
    if home is None or parts_of_country(wish, ready):
        return None
    towns = (town for town in ready.towns if town.country == home.country)
    return min((round(kilometres(home, town)) for town in towns), default=None)


def named_elsewhere(wish: Wish, ready: PostingFeatures) -> tuple[str, ...]:
    """The places that a title names, where none is wanted; of remote work in a wanted country those parts of it which
    no search of the person names. Of work that is not remote the region counts."""
    named, wanted = ready.title_places, [place for place in wish.criteria.places if place != WORLDWIDE]
    if named is None or not wanted:
        return ()
    if not any(map(named.takes_in, wanted)):
        return ready.title_codes
    parts = ready.title_parts if ready.posting.workplace == "remote" else ()
    return () if any(map(wish.localities.take_in_part, parts)) else tuple(sorted(parts))
