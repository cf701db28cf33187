"""Places behind the label of a line: `Location: Remote, Spain`, `📍 Europe`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.named import as_states, without_frames
from services.ingest.domain.reach.parts import parted
from services.ingest.domain.reach.words import MOST_BETWEEN, pattern_of, words
from services.ingest.domain.text.sections import ABOUT_US, Document
from services.rules.places.known import PlaceMention, find_places

_SIGN_BEHIND = re.compile(r"[\ufe0f\s:–-]*")
_MOST_LABELLED = 220


@dataclass(frozen=True, slots=True)
class _Patterns:
    """For text in lower case. What their words are for stands in rules/lexicon/meanings.toml, under `[reach]`."""

    before: re.Pattern[str]
    behind: re.Pattern[str]
    end: re.Pattern[str]
    """Ends what the label heads."""
    ends_anywhere: re.Pattern[str]
    wished: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        before=pattern_of(r"[\W_]*(?:{label_before}\s+){0,2}"),
        behind=pattern_of(
            r"(?:\(s\))?(?: {label_behind})?\s{0,2}(?:[:：>]|[-–—]\s)\s*(?:\n\W{0,4})?"
            r"|[ \t]*\n{1,2}(?=[^\n]{2,60}(?:\n|$))"
        ),
        end=pattern_of(r"\n|[.!?](?:\s|$)|💰|[💼🕒⏰]|{label_ends}"),
        ends_anywhere=pattern_of(r"(?:[|/,]|{or})\s?{anywhere_else}\W*$"),
        wished=pattern_of("{wished}"),
    )


@dataclass(frozen=True, slots=True)
class Label:
    """A labelled line: `text[start:stop]` is its value, `line` where it begins."""

    line: int
    start: int
    stop: int
    places: Sequence[PlaceMention]
    """What it allows; none where its value begins with something else."""
    asides: Sequence[str]
    """Codes of what it rules out."""
    anywhere: bool
    """Whether its list of places ends with anywhere else."""


def read_label(document: Document, cue: Cue) -> Label | None:
    """Read the line whose label a cue is; None where it is no label after all."""
    text, small, known = document.text, document.lowered, _patterns()
    line = text.rfind("\n", max(0, cue.start - 60), cue.start) + 1
    if cue.start - line > 50 or not known.before.fullmatch(small, line, cue.start):
        return None
    sign = not text[cue.start].isalnum()
    behind = (_SIGN_BEHIND if sign else known.behind).match(small, cue.end)
    if behind is None or (document.kind_at(max(0, line - 1)) in ABOUT_US and sign):
        return None
    start = behind.end()
    limit = min(len(text), start + _MOST_LABELLED)
    end = known.end.search(small, start, limit)
    stop = end.start() if end else limit
    if words().preferred_behind.match(small, stop) and stop - start < 3:
        return None
    value, said = text[start:stop], small[start:stop]
    mentions = [m for m in find_places(value, cities=True) if not words().not_a_place.match(small, start + m.end)]
    left_out, mentions = parted(value, mentions)
    if end is not None and known.wished.match(end[0]):
        wish = max(value.rfind(mark) for mark in ",;(")
        mentions = [m for m in mentions if m.start < wish] or mentions
    if mentions and (
        mentions[0].start > MOST_BETWEEN or (sign and not words().filled.fullmatch(said[: mentions[0].start]))
    ):
        mentions = []
    anywhere = bool(known.ends_anywhere.search(said)) or (len(mentions) > 1 and mentions[-1].kind == "worldwide")
    return Label(
        line, start, stop, without_frames(value, as_states(mentions)), [mention.code for mention in left_out], anywhere
    )
