"""Places behind the label of a line: `Location: Remote, Spain`, `📍 Europe`."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from services.ingest.domain.reach.cues import Cue
from services.ingest.domain.reach.named import as_states, without_frames
from services.ingest.domain.reach.parts import parted
from services.ingest.domain.reach.words import MOST_BETWEEN, NOT_A_PLACE, PREFERRED_BEHIND, words
from services.ingest.domain.text.sections import ABOUT_US, Document
from services.rules.places import PlaceMention, find_places

_LABEL_BEFORE = re.compile(
    r"[\W_]*(?:(?:job|work|working|role|office|primary|position|hiring|employment|candidate|remote|the"
    r"|required|your|votre|ton|dein|ihr|tu|su|seu)\s+){0,2}",
    re.IGNORECASE,
)
_LABEL_BEHIND = re.compile(
    r"(?:\(s\))?(?: (?:type|requirements?|details?|of work|restrictions?|eligibility))?\s{0,2}(?:[:：>]"
    r"|[-–—]\s)\s*(?:\n\W{0,4})?"
    r"|[ \t]*\n{1,2}(?=[^\n]{2,60}(?:\n|$))",
    re.IGNORECASE,
)
_SIGN_BEHIND = re.compile(r"[\ufe0f\s:–-]*")
_LABEL_END = re.compile(
    r"\n|[.!?](?:\s|$)|💰|[💼🕒⏰]|\b(?:with|but|preferred|preferably|preference|ideal\w*|note|hours?|reports?|travel"
    r"|department|salary"
    r"|type|start|schedule|team|about|because|we|our|who|where|please|compensation|clients?|customers?|experience"
    r"|duration"
    r"|employment|contract|aligned|overlap\w*|based companies)\b",
    re.IGNORECASE,
)
_MOST_LABELLED = 220
_ENDS_ANYWHERE = re.compile(r"(?:[|/,]|\bor)\s?anywhere(?: else)?\W*$", re.IGNORECASE)
_WISHED = re.compile(r"prefer|ideal", re.IGNORECASE)


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
    text = document.text
    line = text.rfind("\n", max(0, cue.start - 60), cue.start) + 1
    if cue.start - line > 50 or not _LABEL_BEFORE.fullmatch(text, line, cue.start):
        return None
    sign = not text[cue.start].isalnum()
    behind = (_SIGN_BEHIND if sign else _LABEL_BEHIND).match(text, cue.end)
    if behind is None or (document.kind_at(max(0, line - 1)) in ABOUT_US and sign):
        return None
    start = behind.end()
    limit = min(len(text), start + _MOST_LABELLED)
    end = _LABEL_END.search(text, start, limit)
    stop = end.start() if end else limit
    if PREFERRED_BEHIND.match(text, stop) and stop - start < 3:
        return None
    value = text[start:stop]
    mentions = [m for m in find_places(value, cities=True) if not NOT_A_PLACE.match(text, start + m.end)]
    left_out, mentions = parted(value, mentions)
    if end is not None and _WISHED.match(end[0]):
        wish = max(value.rfind(mark) for mark in ",;(")
        mentions = [m for m in mentions if m.start < wish] or mentions
    if mentions and (
        mentions[0].start > MOST_BETWEEN or (sign and not words().filled.fullmatch(value[: mentions[0].start]))
    ):
        mentions = []
    anywhere = bool(_ENDS_ANYWHERE.search(value)) or (len(mentions) > 1 and mentions[-1].kind == "worldwide")
    return Label(
        line, start, stop, without_frames(value, as_states(mentions)), [mention.code for mention in left_out], anywhere
    )
