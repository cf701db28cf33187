"""A place and the parts that are left out of it: `Europe except Spain`, `Canada (outside Quebec)`."""

import re
from collections.abc import Sequence

from services.rules.place_names import Found
from services.rules.places import PlaceMention, countries_of

_WHOLE = re.compile(
    r"\W*(?:(?:remote|all|any|anywhere|in|within|across|of|the|ganz|heel|toda|todo|toute?|tutta|tutto|cał[ae]|la"
    r"|le|el|los|países|pays|de|da|do|l['’])\W+)*",
    re.IGNORECASE,
)
_TO_EXCEPT = re.compile(r"(?:\s(?:states|countries|provinces))?[\s,(–—-]*", re.IGNORECASE)


def whole_of(text: str, name: Found | None, begins: int, cue: int) -> PlaceMention | None:
    """Give the place of which a cue leaves something out, where the statement is that alone.

    `name` is the last before the cue, `begins` and `cue` are where its sentence and the cue begin.
    """
    if name is None or name.start < begins or len(name.senses) > 1:
        return None
    sense = name.senses[0]
    led = _WHOLE.fullmatch(text, begins, name.start) and _TO_EXCEPT.fullmatch(text, name.end, cue)
    if not led or sense.kind not in ("country", "group"):
        return None
    return PlaceMention(sense.code, sense.kind, name.start, name.end, text[name.start : name.end])


def is_bracketed_part(text: str, name: Found | None, cue: int, left_out: Sequence[PlaceMention]) -> bool:
    """Whether the places behind a cue are parts of the one that is named right before its bracket."""
    if name is None or text[name.end : cue].strip() != "(":
        return False
    sense = name.senses[0]
    if sense.kind not in ("country", "group"):
        return False
    members = countries_of(sense.code) if sense.kind == "group" else {sense.code}
    return members.issuperset(one.code[:2] for one in left_out)
