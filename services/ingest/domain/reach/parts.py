"""A place and what is left out of it: `Europe except Spain`, `Canada (outside Quebec)`, `Remote, non-US`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from services.ingest.domain.reach.words import pattern_of
from services.ingest.domain.text.sections import Document
from services.rules.places.known import PlaceMention, countries_of
from services.rules.places.names import NameMatch
from services.rules.text import lowered


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    whole: re.Pattern[str]
    to_except: re.Pattern[str]
    left_out_before: re.Pattern[str]
    """Right before a place, what leaves it out of its list: `non-US`, `no UK`, but not `no Brasil`, Portuguese."""
    left_out_at_once: re.Pattern[str]
    goes_on: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        whole=pattern_of(r"\W*(?:{whole}\W*)*"),
        to_except=pattern_of(r"(?:\s{parts})?[\s,(–—-]*"),
        left_out_before=pattern_of(
            r"(?:(?:^|[^\w\s]\s?|{clause}\s){no_place}|{left_out})[\s.:-]*(?:{people_of}\s)?(?:{preposition}\s)?"
            r"(?:{article} )?$"
        ),
        left_out_at_once=pattern_of(r"[\s,(|–—:-]{0,4}{left_out}[\s.-]{0,2}(?:{article} )?"),
        goes_on=pattern_of(r"\s?(?:,|&|/|,? ?(?:{joint.and}|{joint.or}))\s?(?:{article} )?"),
    )


_MOST_BEFORE = 40


def parted(text: str, mentions: Sequence[PlaceMention]) -> tuple[list[PlaceMention], list[PlaceMention]]:
    """Part the places of a field, title or label: what is left out, in lists that go on from it too, and the others."""
    known, text = _patterns(), lowered(text)
    left_out: list[PlaceMention] = []
    others: list[PlaceMention] = []
    for mention in mentions:
        goes_on = left_out and known.goes_on.fullmatch(text, left_out[-1].end, mention.start)
        if goes_on or known.left_out_before.search(text, max(0, mention.start - _MOST_BEFORE), mention.start):
            left_out.append(mention)
        else:
            others.append(mention)
    return left_out, others


def is_left_out_behind(between: str) -> bool:
    """Whether the words between two places, in lower case, leave the second out."""
    return bool(_patterns().left_out_before.search(between))


def is_left_out_at_once(between: str) -> bool:
    """Whether words in lower case between a phrase and its first place but leave that out: `remote (non-US)`."""
    return bool(_patterns().left_out_at_once.fullmatch(between))


def whole_of(document: Document, name: NameMatch | None, begins: int, cue: int) -> PlaceMention | None:
    """Give the place of which a cue leaves something out, where the statement is that alone.

    `name` is the last before the cue, `begins` and `cue` are where its sentence and the cue begin.
    """
    if name is None or name.start < begins or len(name.senses) > 1:
        return None
    sense = name.senses[0]
    known = _patterns()
    small = document.lowered
    led = known.whole.fullmatch(small, begins, name.start) and known.to_except.fullmatch(small, name.end, cue)
    if not led or sense.kind not in ("country", "group"):
        return None
    return PlaceMention(sense.code, sense.kind, name.start, name.end, document.text[name.start : name.end])


def is_bracketed_part(text: str, name: NameMatch | None, cue: int, left_out: Sequence[PlaceMention]) -> bool:
    """Whether the places behind a cue are parts of the one that is named right before its bracket."""
    if name is None or text[name.end : cue].strip() != "(":
        return False
    sense = name.senses[0]
    if sense.kind not in ("country", "group"):
        return False
    members = countries_of(sense.code) if sense.kind == "group" else {sense.code}
    return members.issuperset(place.code[:2] for place in left_out)
