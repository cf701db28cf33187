"""What of a job speaks for one person, whatever they search for."""

from typing import Final

from services.notifier.domain.curation.judging import PostingFeatures
from services.notifier.domain.model import NO_SUITS, Recipient, Suits
from services.rules.places.distances import kilometres

LEAST_YEARS: Final = 2
"""Whoever has begun has one."""
_MOST_KM: Final = 50
"""Farther than this few travel each day: half of the region around a large city."""


def suits_of(ready: PostingFeatures, recipient: Recipient) -> Suits:
    """What of a job suits somebody by what they say of themself; nothing where they say nothing."""
    if recipient.years is None and recipient.home is None:
        return NO_SUITS
    return Suits(_years(ready, recipient), _km(ready, recipient))


def _years(ready: PostingFeatures, recipient: Recipient) -> tuple[int, int] | None:
    asked, own = ready.years, recipient.years
    return (asked, own) if own is not None and LEAST_YEARS <= asked <= own else None


def _km(ready: PostingFeatures, recipient: Recipient) -> int | None:
    """How far it lies from their town, if that is near and one must go there."""
    home = recipient.home.town if recipient.home else None
    if home is None or ready.posting.workplace == "remote":
        return None
    away = min((round(kilometres(home, town)) for town in ready.towns), default=None)
    return away if away is not None and away <= _MOST_KM else None
