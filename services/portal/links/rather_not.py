"""Below a job that is not relevant: what its title says besides, and a press by which somebody avoids it."""

from collections.abc import Mapping
from dataclasses import dataclass

from babel.numbers import format_decimal

from schemas.posting import PostingCore
from services.portal.door import Door, Visit
from services.portal.links.undoing import UNDONE, Done, undo_of, undone
from services.usecases import avoiding
from services.usecases.live_previews import LivePreviews
from services.wording.lines import quoted

_TAKES_BACK = "avoid-no-more"
DOES = ("avoid", _TAKES_BACK)
"""What a form may do about it."""


@dataclass(frozen=True, slots=True)
class RatherNot:
    """What somebody could say that they avoid, and what that would cost, in their words."""

    words: tuple[str, ...]
    costs: tuple[str, ...]


def offered(door: Door, live: LivePreviews, visit: Visit, posting: PostingCore) -> RatherNot:
    """What the title says that no search of theirs does."""
    person, words = visit.subscriber, visit.words
    some = avoiding.of_job(door.installation, person, posting)
    costs = avoiding.costs(door.installation, live, person, some, visit.now)
    return RatherNot(
        some,
        tuple(
            words.count(
                "{what}: 1 of the newest jobs that you would be mailed would fall away",
                "{what}: {shown} of the newest jobs that you would be mailed would fall away",
                fewer,
                what=quoted(said, words),
                shown=format_decimal(fewer, locale=words.locale),
            )
            for said, fewer in costs.items()
            if fewer
        ),
    )


def act(door: Door, visit: Visit, form: Mapping[str, str]) -> Done:
    """Do what a form says of `DOES`. Raises MissingError, ChangedError."""
    installation, person, words = door.installation, visit.subscriber, visit.words
    if form.get("do") == _TAKES_BACK:
        avoiding.take_back(installation, person, undone(installation, visit, _TAKES_BACK, form), visit.now)
        return Done(words.say(UNDONE))
    said = form.get("words", "")
    avoiding.avoid(installation, person, visit.about, said, visit.now)
    noted = words.say(
        "Noted: rather nothing about {what}. Jobs about it are less likely from now on.", what=quoted(said, words)
    )
    return Done(noted, _TAKES_BACK, undo_of(installation, visit, _TAKES_BACK, said))
