"""What a pasted CV says of whose it is: where they live and their years, as a sentence would."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

from services.rules.criterion.text import holds_contact
from services.rules.home import Home, home_read
from services.usecases.wishes.named import years_of
from services.usecases.wishes.places import NamedPlace, named_in
from services.usecases.wishes.sentence import stretches_of

_HEAD: Final = 6
"""Lines within which a CV says who it is of and how to reach them; a posting says at its end where to apply."""
_PROFILE: Final = 12
"""Lines within which it says for how long they have worked."""
_MOST_LINE: Final = 300
_POSTCODE: Final = re.compile(r"[\d\s-]*")


class Cv(NamedTuple):
    """What is read of one."""

    home: Home | None = None
    said: str = ""
    """The line that says it."""
    years: int | None = None


def cv_of(text: str) -> Cv:
    """What a CV says; nothing of any other text."""
    lines = [line.strip()[:_MOST_LINE] for line in text.splitlines() if line.strip()][:_PROFILE]
    if not any(map(holds_contact, lines[:_HEAD])):
        return Cv()
    years = next((years for line in lines if (years := years_of(line)[0]) is not None), None)
    for line in lines[:_HEAD]:
        town = next((place.town for place in named_in(line) if place.town and _is_alone(line, place)), None)
        if town:
            return Cv(home_read(town.label), line, years)
    return Cv(years=years)


def _is_alone(line: str, place: NamedPlace) -> bool:
    """Whether a part of a line says no more than the place, but for its postcode: "Paris Jones" lives somewhere."""
    spans: Sequence[tuple[int, int]] = [*stretches_of(line)]
    start, end = next(((start, end) for start, end in spans if start <= place.start < end), (0, 0))
    around = line[start : place.start], line[place.end : max(place.end, end)]
    return bool(end) and all(_POSTCODE.fullmatch(rest) for rest in around)
