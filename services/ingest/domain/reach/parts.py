"""A place and what is left out of it: `Europe except Spain`, `Canada (outside Quebec)`, `Remote, non-US`."""

import re
from collections.abc import Sequence
from typing import Final

from services.rules.place_names import Found
from services.rules.places import PlaceMention, countries_of

_WHOLE = re.compile(
    r"\W*(?:(?:remote|all|any|anywhere|in|within|across|of|the|ganz|heel|toda|todo|toute?|tutta|tutto|cał[ae]|la"
    r"|le|el|los|países|pays|de|da|do|l['’])\W+)*",
    re.IGNORECASE,
)
_TO_EXCEPT = re.compile(r"(?:\s(?:states|countries|provinces))?[\s,(–—-]*", re.IGNORECASE)

LEFT_OUT_BEFORE: Final = re.compile(
    r"(?:(?:^|[^\w\s]\s?|\b(?:but|and)\s)no"
    r"|\b(?:not|non|excluding|excludes?|excl|except(?: for)?|outside(?: of)?|without|other than|apart from|außer|ohne"
    r"|kein\w*|sauf|hors|sans|excepto|salvo|sin|exceto|sem|eccetto|tranne|behalve|geen))\b[\s.:-]*"
    r"(?:(?:candidates?|applicants?|residents?|people|hires)\s(?:from|in|of)\s)?(?:(?:in|from|for)\s)?"
    r"(?:the |la |le )?$",
    re.IGNORECASE,
)
"""Right before a place, what leaves it out of its list: `non-US`, `no UK`, but not `no Brasil`, which is Portuguese."""
_MOST_BEFORE = 40
_GOES_ON = re.compile(r"\s?(?:,|&|/|,? ?\b(?:and|or|und|oder|et|ou|y|o|e))\s?(?:the )?", re.IGNORECASE)


def parted(text: str, mentions: Sequence[PlaceMention]) -> tuple[list[PlaceMention], list[PlaceMention]]:
    """Part the places of a field, title or label: what is left out, in lists that go on from it too, and the others."""
    left_out: list[PlaceMention] = []
    others: list[PlaceMention] = []
    for mention in mentions:
        goes_on = left_out and _GOES_ON.fullmatch(text, left_out[-1].end, mention.start)
        if goes_on or LEFT_OUT_BEFORE.search(text, max(0, mention.start - _MOST_BEFORE), mention.start):
            left_out.append(mention)
        else:
            others.append(mention)
    return left_out, others


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
