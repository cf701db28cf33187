"""What the sentence around a mention says of it: that it is asked for, only wished for, or that one need not have it.

What is denied is told by grammar: between the words that deny and the mention stand items of one list alone, so that
"no degree needed, but Python" denies no Python. Words are English, German, French, Spanish, Portuguese, Italian,
Dutch and Polish; which language a sentence is in does not matter to them.
"""

import re
from bisect import bisect_left
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Final, NamedTuple

from services.ingest.domain.text.anchors import line_cues_of
from services.rules.lexicon.builder import LANGUAGES, any_of, written
from services.rules.sections import Document
from services.rules.text import lowered

_LONGEST_NEGATION = 16
_SENTENCE_END = re.compile(r"[.!?;]\s+(?=\(?[A-ZÀ-Þ]|•)")
_BEGINS: Final = r"(?:^|[.!?;:(•]\s?)"
_CLAUSE_ENDS: Final = r"\s*(?=$|[.;,)!?\n])"
_ITEM_WORDS = 4
_MOST_BETWEEN = 120
_LONGEST_SENTENCE = 1200
"""Of one longer, what stands around the mention is read."""


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


@dataclass(frozen=True, slots=True)
class _Words:
    """What each is for stands in rules/lexicon/meanings.toml."""

    closes: re.Pattern[str]
    """Denies the list before it: Scala "is not required", "ist kein Muss", "n'est pas exigé", "isn't"."""
    opens: re.Pattern[str]
    """Denies the list behind it: "you don't need to know Java or" Scala, "pas besoin de" Scala, "but not" Scala."""
    lacking: re.Pattern[str]
    """The same, of experience: "no prior experience with" Scala."""
    frames: tuple[tuple[re.Pattern[str], re.Pattern[str]], ...]
    """Deny the list between two of their words: "no" Scala "required", "no" Scala "?"."""
    token: re.Pattern[str]
    joints: frozenset[str]
    last_joints: frozenset[str]
    others: frozenset[str]
    knowing: frozenset[str]


class _Denials(NamedTuple):
    """What a sentence holds of denying words, by their places in it."""

    opens: tuple[int, ...]
    closes: tuple[int, ...]
    frames: tuple[tuple[int, int], ...]


def denied(text: str, start: int, end: int, *, within: tuple[int, int]) -> bool:
    """Whether the sentence `within` says of what it names at `text[start:end]` that one need not have it."""
    first, last = within
    if last - first > _LONGEST_SENTENCE:
        first, last = max(first, start - _LONGEST_SENTENCE // 2), min(last, end + _LONGEST_SENTENCE // 2)
    # The sign that ends a sentence is read with it: a question mark says much.
    sentence = lowered(text[first : last + 1])
    start, end = start - first, end - first
    said = _denials_of(sentence)
    return (
        any(at >= end and _of_list(sentence[end:at]) and _closed(sentence[end:at].rstrip(", ")) for at in said.closes)
        or any(at <= start and _of_list(sentence[at:start], led=True) for at in said.opens)
        or any(
            opened <= start and end <= closed and _framed(sentence[opened:start], sentence[end:closed])
            for opened, closed in said.frames
        )
    )


@lru_cache(maxsize=16)
def _denials_of(sentence: str) -> _Denials:
    known = _words()
    opens = [found.end() for pattern in (known.opens, known.lacking) for found in pattern.finditer(sentence)]
    frames = [
        (opened.end(), closed.start())
        for opening, closing in known.frames
        for opened in opening.finditer(sentence)
        for closed in closing.finditer(sentence, opened.end(), opened.end() + 2 * _MOST_BETWEEN)
    ]
    return _Denials(tuple(opens), tuple(found.start() for found in known.closes.finditer(sentence)), tuple(frames))


def _framed(before: str, behind: str) -> bool:
    return _of_list(before, led=True) and _of_list(behind) and _closed(f"{before} {behind}")


def _closed(between: str) -> bool:
    """Whether a list has its "or": in "no agencies, Python required" a comma begins something else."""
    words = _words()
    joints = words.joints.intersection(words.token.findall(between))
    return not joints or bool(joints & words.last_joints)


def _of_list(between: str, *, led: bool = False) -> bool:
    """Whether words are items of one list, and what joins them; `led` by words of knowing."""
    if len(between) > _MOST_BETWEEN:
        return False
    known = _words()
    words = 0
    for token in known.token.findall(between):
        if led and token in known.knowing:
            continue
        if token in known.joints:
            led, words = False, 0
            continue
        words += 1
        if token in known.others or words > _ITEM_WORDS or not (token[-1].isalnum() or token[-1] in "+#-'’"):
            return False
        led = False
    return True


@cache
def _words() -> _Words:
    be, needed, but, how, lacking, kind, adverb = (
        any_of(f"denial.{entry}") for entry in ("be", "needed", "but", "how", "lacking", "kind_of_knowledge", "adverb")
    )
    is_not = rf"(?:(?:{be}\s)?{any_of('denial.not')}(?:\s{be})?|{any_of('denial.is_not')})"
    before_but = rf"(?:(?:{be}\s|\()\w+,?\s(?={but}))?"
    it_is_not_needed = rf"(?:[(:–—]\s?)?(?:{but}\s(?:{any_of('denial.it')}\s)?)?{is_not}(?:\s{how}){{0,3}}\s{needed}"
    return _Words(
        closes=re.compile(
            rf"{before_but}{it_is_not_needed}|{any_of('denial.at_end')}{_CLAUSE_ENDS}|{any_of('denial.closes')}"
        ),
        opens=re.compile(rf"{any_of('denial.opens')}(?!\s{any_of('denial.only')})(?![\w-])"),
        lacking=re.compile(
            rf"{lacking}\s(?:{any_of('denial.any')}\s)?(?:{kind}\s){{0,2}}{any_of('denial.knowledge')}\s{any_of('denial.in_it')}"
        ),
        frames=(
            (
                re.compile(any_of("denial.none_of")),
                re.compile(rf"(?:\b{be}\s)?(?:\b\w+{adverb}\s)?{needed}"),
            ),
            (re.compile(_BEGINS + any_of("denial.question")), re.compile(r"\?")),
            (re.compile(any_of("denial.lack")), re.compile(any_of("denial.is_fine"))),
            (re.compile(any_of("denial.not_necessary")), re.compile(any_of("denial.to_know"))),
            (re.compile(any_of("denial.not_a")), re.compile(any_of("denial.role"))),
            (re.compile(any_of("denial.you_need")), re.compile(any_of("denial.not_know"))),
        ),
        token=re.compile("|".join((*filter("/".__contains__, _plain("joints")), r"[\w+#.'’-]*[\w+#]", r"[^\w\s]"))),
        joints=_plain("joints") | {",", "/", "&"},
        last_joints=_plain("last_joints") | {"/"},
        others=_plain("others"),
        knowing=_plain("knowing"),
    )


def _plain(entry: str) -> frozenset[str]:
    return frozenset(word for language in LANGUAGES for word in written(f"denial.{entry}", language))
