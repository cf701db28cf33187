"""What the sentence around a place in a text says of all that is in it: that it is asked for, or only wished for."""

import re
from bisect import bisect_left
from functools import cache
from typing import NamedTuple

from ahocorasick_rs import BytesAhoCorasick, Implementation, MatchKind

from services.rules.skill_text import haystack_of

_ASKING = (
    " years ", "+ years", "years'", "year of", "experience in", "experience with", "experience of", "experience as",
    "experience using", "proficien", "fluent", "fluency", "knowledge of", "familiarity with", "familiar with",
    "understanding of", "expertise in", "track record", "background in", " skills", "required", "must have",
    "must be", "ability to", "erfahrung", "kenntnisse", "experiencia", "experiência", "expérience", "maîtrise",
)  # fmt: skip
_OPTIONAL = (
    "nice to have", "bonus", "a plus", "big plus", "strong plus", "huge plus", " plus.", "plus:", "pluses", "preferred",
    "prefered", "preferably", "ideally", "desirable", "advantage", "not required", "not mandatory", "good to have",
    "optional", "familiarity is", "von vorteil", "wünschenswert", "mile widzian", "un plus", "deseable", "diferencial",
    "un atout",
)  # fmt: skip
_DEGREE = (
    "degree",
    "bachelor",
    "master",
    "diploma",
    " bs ",
    " ms ",
    "bsc",
    "msc",
    "b.s",
    "m.s",
    "major",
    "studium",
    "licence",
)
_SPEAKS = (
    "experience", "background", "knowledge", "expertise", "understanding", "proficien", "familiar", "skill", "career",
    "years", "exposure", "competen", "trained", "certified", "licensed", "licenced", "erfahrung",
)  # fmt: skip
_ROLE = (
    "you will", "you'll", "you'd", "you would", "we are seeking", "we're seeking", "is seeking", "looking for",
    "responsible for", "this role", "this position", "in the role", "the role", "as our", "the ideal candidate",
    "searching for", "is hiring", "are hiring", "we're hiring", "your role", "your mission", "your work",
    "suchen wir", "wir suchen", "du wirst", "recherchons", "buscamos", "procuramos", "szukamy",
)  # fmt: skip
_EQUIPMENT = (
    "internet connection", "internet speed", "internet access", "mbps", "headset", "webcam", "home office",
    "ethernet connection", "wired connection", "wi fi connection", "own computer", "own laptop",
)  # fmt: skip
_CUES = {
    "asks": _ASKING,
    "optional": _OPTIONAL,
    "degree": _DEGREE,
    "speaks": _SPEAKS,
    "role": _ROLE,
    "equipment": _EQUIPMENT,
}
_KINDS = tuple(kind for kind, words in _CUES.items() for _ in words)
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=[A-ZÀ-Þ•])")


class Line(NamedTuple):
    """A sentence, or a line without a full stop, from `start` to `stop`."""

    start: int
    stop: int
    asks: bool = False
    """Speaks of experience, knowledge, years: what an applicant brings."""
    optional: bool = False
    """Calls it a plus, preferred, not required."""
    optional_from: int = 0
    """Where the first such words begin."""
    degree: bool = False
    """Names a degree."""
    speaks: bool = False
    """Holds a word of knowing or having done, whether asked for or not."""
    role: bool = False
    """Speaks of the one who is sought, or of what they will do."""
    equipment: bool = False
    """Speaks of what one must have at home to work there."""


class Lines:
    """The sentences of a text, read in order of position."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._now = Line(0, -1)
        found = _cues().find_matches_as_indexes(haystack_of(text), overlapping=True)
        self._cues = sorted((start, cue) for cue, start, _ in found)

    def at(self, position: int) -> Line:
        """The sentence around a position, which is not before that of the last call."""
        if position >= self._now.stop:
            self._now = self._read(position)
        return self._now

    def _read(self, position: int) -> Line:
        text = self._text
        start = text.rfind("\n", 0, position) + 1
        stop = text.find("\n", position)
        stop = stop if stop >= 0 else len(text)
        # A paragraph speaks of many things: what is optional in one sentence of it is not in the others.
        for sentence in _SENTENCE_END.finditer(text, start, stop):
            if sentence.end() > position:
                stop = sentence.start()
                break
            start = sentence.end()
        first, last = bisect_left(self._cues, (start, 0)), bisect_left(self._cues, (stop, 0))
        cues = self._cues[first:last]
        kinds = {_KINDS[cue] for _, cue in cues}
        return Line(
            start,
            stop,
            asks="asks" in kinds,
            optional="optional" in kinds,
            optional_from=next((at for at, cue in cues if _KINDS[cue] == "optional"), 0),
            degree="degree" in kinds,
            speaks="speaks" in kinds,
            role="role" in kinds,
            equipment="equipment" in kinds,
        )


@cache
def _cues() -> BytesAhoCorasick:
    cues = [haystack_of(cue) for words in _CUES.values() for cue in words]
    return BytesAhoCorasick(cues, matchkind=MatchKind.Standard, implementation=Implementation.DFA)
