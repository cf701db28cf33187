"""What the sentence around a place in a text says of all that is in it: that it is asked for, or only wished for."""

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from services.ingest.domain.text.anchors import line_cues_of
from services.ingest.domain.text.sections import Document
from services.rules.lexicon.builder import any_of

_LONGEST_NEGATION = 16
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=\(?[A-ZÀ-Þ]|•)")


@cache
def _negated() -> re.Pattern[str]:
    """Before a word of wishing, turns it round: "Python is not a nice to have"."""
    deny = any_of("denial.not", "denial.joined", "denial.none_of")
    return re.compile(rf"{deny}[\s-](?:{any_of('denial.of_a_wish')}\s)?$", re.IGNORECASE)


class Line(NamedTuple):
    """A sentence, or a line without a full stop, from `start` to `stop`."""

    start: int
    stop: int
    asks: bool = False
    """Speaks of experience, knowledge, years: what an applicant brings."""
    optional: bool = False
    """Calls it a plus, preferred, not required."""
    wishes: tuple[tuple[int, bool], ...] = ()
    """Where such words begin, and whether they prefer it, which is more than a plus."""
    denies: bool = False
    """Holds a word of denial: "no", "not", "kein"."""
    degree: bool = False
    """Names a degree."""
    speaks: bool = False
    """Holds a word of knowing or having done, whether asked for or not."""
    role: bool = False
    """Speaks of the one who is sought, of what they will do, or of what the team works with."""
    equipment: bool = False
    """Speaks of what one must have at home to work there."""

    @property
    def optional_from(self) -> int:
        """Where the first word begins that calls something optional."""
        return self.wishes[0][0]


class Lines:
    """The sentences of a text, read in order of position."""

    def __init__(self, document: Document) -> None:
        self._text = document.text
        self._now = Line(0, -1)
        self._paragraph_stop = -1
        self._cues = line_cues_of(document)
        self._starts = [start for start, _ in self._cues]

    def at(self, position: int) -> Line:
        """The sentence around a position, which is not before that of the last call."""
        if position >= self._now.stop:
            self._now = self._line_at(position)
        return self._now

    def prefers(self, line: Line, start: int, end: int) -> bool:
        """Whether the nearest wish of a line prefers what stands there: "Kotlin preferred, Scala a plus"."""

        def apart(wish: tuple[int, bool]) -> tuple[int, int]:
            first, last = (end, wish[0]) if wish[0] >= end else (wish[0], start)
            return sum(self._text.count(sign, first, last) for sign in ",;"), last - first

        return min(line.wishes, key=apart)[1]

    def prefers_in(self, start: int, stop: int) -> bool:
        """Whether a stretch of the text, as a heading, speaks of what is preferred."""
        first = bisect_left(self._starts, start)
        return any("prefers" in said for _, said in self._cues[first : bisect_left(self._starts, stop, first)])

    def _line_at(self, position: int) -> Line:
        text = self._text
        if position < self._paragraph_stop:
            start = self._now.start
        else:
            start = text.rfind("\n", 0, position) + 1
            stop = text.find("\n", position)
            self._paragraph_stop = stop if stop >= 0 else len(text)
        stop = self._paragraph_stop
        # A paragraph speaks of many things: what is optional in one sentence of it is not in the others.
        for sentence in _SENTENCE_END.finditer(text, start, stop):
            if sentence.end() > position:
                stop = sentence.start()
                break
            start = sentence.end()
        first = bisect_left(self._starts, start)
        cues = self._cues[first : bisect_left(self._starts, stop, first)]
        if not cues:
            return Line(start, stop)
        kinds = {kind for _, said in cues for kind in said}
        wishes = [(at + text[at].isspace(), "prefers" in said) for at, said in cues if "optional" in said]
        if "denies" in kinds:
            wishes = [
                wish for wish in wishes if not _negated().search(text, max(start, wish[0] - _LONGEST_NEGATION), wish[0])
            ]
        return Line(
            start,
            stop,
            asks="asks" in kinds,
            optional=bool(wishes),
            wishes=tuple(wishes),
            denies="denies" in kinds,
            degree="degree" in kinds,
            speaks="speaks" in kinds,
            role="role" in kinds,
            equipment="equipment" in kinds,
        )
