"""How far somebody meets the conditions of a posting: to study, to live somewhere, to wait in a pool."""

from typing import Final

from schemas.posting import Condition, PostingCore
from services.notifier.domain.curation.wishes import Wish
from services.rules.places.known import country_of, is_group, is_subdivision
from services.rules.places.placing import WORLDWIDE

UNTOLD: Final = 0.5
"""What a fact is where a posting does not tell what it is held against; where nothing is asked it is 1."""


def no_job(wish: Wish, posting: PostingCore) -> bool:
    """Whether no paid post is open, as of a talent pool or of volunteers, and the search does not ask for that."""
    if not wish.pools and any(condition.kind == "pool" for condition in posting.conditions):
        return True
    return not wish.volunteers and {*posting.offered} == {"volunteer"}


def hardest_condition(wish: Wish, posting: PostingCore) -> tuple[float, Condition | None]:
    """The condition that the person meets the least, as far as one can tell, and how far they do.

    Shifts are none of them: of the judged jobs in shifts no fewer are wanted than of others.
    """
    met = ((_meets(wish, condition), condition) for condition in posting.conditions if condition.kind != "shifts")
    return min(met, key=lambda pair: (pair[0], pair[1].kind != "pool"), default=(1.0, None))


def _meets(wish: Wish, condition: Condition) -> float:
    if condition.kind == "enrolment":
        return wish.studies
    if condition.kind == "pool":
        return float(wish.pools)
    return max((_nearness(wish, place) for place in condition.places), default=UNTOLD)


def _nearness(wish: Wish, place: str) -> float:
    """Whether somebody lives at a place or asks for it; half where they do so of its country and of no part."""
    narrow = [wanted for wanted in wish.criteria.places if not is_group(wanted) and wanted != WORLDWIDE]
    own = narrow or ([wish.lives] if wish.lives else [])
    parts = [part for part in wish.localities.parts if country_of(part) == _country(place)]
    if place in parts or any(place in (wanted, _country(wanted)) for wanted in own):
        return 1.0
    if parts and is_subdivision(place):
        return 0.0
    return UNTOLD if not own or _country(place) in own else 0.0


def _country(place: str) -> str:
    return country_of(place) if is_subdivision(place) else place
