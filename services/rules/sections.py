"""Which part of a posting a sentence stands in: requirements, benefits, about the company, ..."""

import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache
from typing import Final, Literal

from services.rules.lexicon.builder import any_of
from services.rules.text import lowered

Kind = Literal[
    "opening", "duties", "requirements", "nice", "benefits", "pay", "place", "about", "others", "process", "legal"
]
"""`others` are other openings of the employer."""

MOST_READ = 60_000
"""Characters of a text that the rules read; the longest of 2,733 captured ones has under 30,000."""
BOILERPLATE: frozenset[Kind] = frozenset({"about", "others", "benefits", "process", "legal"})
ABOUT_US: frozenset[Kind] = frozenset({"about", "others", "benefits"})
"""Where an employer speaks of itself and of what it offers to all."""
NOT_THE_WORK: frozenset[Kind] = BOILERPLATE - {"about"}
"""What says nothing of the work: not even its branch, which an employer says of itself."""
_LEAST_OWN = 400
_MOST_HEADING = 80
_MOST_HEADING_WORDS = 13
_MOST_ANNOUNCEMENT = 200

_HEADINGS: Final[tuple[tuple[str, Kind], ...]] = (
    ("legal", "legal"), ("others", "others"), ("surely_requirements", "requirements"), ("surely_place", "place"),
    ("surely_duties", "duties"), ("nice", "nice"), ("sought", "requirements"), ("process", "process"),
    ("benefits", "benefits"), ("pay", "pay"), ("requirements", "requirements"), ("duties", "duties"),
    ("place", "place"), ("about", "about"),
)  # fmt: skip
"""Tried in this order: the words of the languages, and the section.

A heading in none of them ("Collaboration") leaves the section as it is.
"""
# The sign is written out ahead of everything else: a scan for a set of characters is what makes this cheap.
_STOP = re.compile(r"[\n.!?;](?:(?<=\n)|(?<=[.!?;])(?=\s+[A-ZÀ-Þ•\"“(])|(?<=[a-z)][.!?])(?=[A-Z]))")
"""The end of a sentence; also where two were run together, as some boards do with line breaks."""
_OF_A_LINE: frozenset[Kind] = frozenset({"place", "pay"})
_SAYS_IT_ITSELF = re.compile(r":\s*\w")
"""Behind "Location: Berlin" the section before it goes on; "Location:" opens one."""
_LIST_BEHIND = re.compile(r"\s{0,4}•")
_ITEM_SIGNS: Final = ("- ", "– ", "* ", "● ", "· ", "+ ")
_FEW_WORDS: Final = 3
"""Of what is wished for, before the words that call it a plus."""
_LEADING_HEADING = re.compile(r"([A-Za-zÀ-ÿ][^:\n]{2,40}):\s+\S")
_LONGEST_LEADING = 42
"""Of that, with its colon: a look for the colon spares most lines the pattern."""


@dataclass(frozen=True, eq=False)
class Document:
    """A posting's title and text, cut into sections. What rules keep of one is found by the object itself."""

    title: str
    text: str

    @cached_property
    def _sections(self) -> tuple[list[int], list[Kind]]:
        starts: list[int] = [0]
        kinds: list[Kind] = ["opening"]
        at = 0
        for line in self.text.split("\n"):
            kind = _kind_of(line)
            if kind is not None:
                before = kinds[-1]
                starts.append(at)
                kinds.append(kind)
                if self._of_its_line(kind, line, at + len(line)):
                    starts.append(at + len(line))
                    kinds.append(before)
            at += len(line) + 1
        return starts, kinds

    def _of_its_line(self, kind: Kind, line: str, end: int) -> bool:
        """Whether a heading's line holds all of its section: "Location: Berlin", "Knowledge of Kafka is a plus"."""
        if kind == "nice":
            whole = line.rstrip().endswith(":") or _LIST_BEHIND.match(self.text, end)
            return not whole and bool(line.endswith(".") or _SAYS_IT_ITSELF.search(line) or _is_wish(line))
        return kind in _OF_A_LINE and bool(_SAYS_IT_ITSELF.search(line))

    def kind_at(self, position: int) -> Kind:
        """The section that a position of the text lies in."""
        starts, kinds = self._sections
        return kinds[bisect_right(starts, position) - 1]

    @cached_property
    def lowered(self) -> str:
        """The text in lower case, character for character."""
        return lowered(self.text)

    def parts(self) -> Iterator[tuple[int, int, Kind]]:
        """The sections in order: start, stop, kind."""
        starts, kinds = self._sections
        yield from zip(starts, [*starts[1:], len(self.text)], kinds, strict=True)

    @property
    def own_words(self) -> str:
        """The text without what an employer repeats in each posting: the sections of `BOILERPLATE`.

        The whole text where nearly nothing else is left.
        """
        own = "".join(self.text[start:stop] for start, stop, kind in self.parts() if kind not in BOILERPLATE)
        return own if len(own) >= _LEAST_OWN else self.text

    @property
    def of_work(self) -> str:
        """The text without the sections of `NOT_THE_WORK`, and without the sentences of others that belong there.

        Such are those by which nobody is turned down for what they are, and what an employer offers its own people.
        """
        kept, at = [], 0
        for start, stop in sorted(self._apart()):
            kept.append(self.text[at : max(at, start)])
            at = max(at, stop)
        return "".join([*kept, self.text[at:]])

    def _apart(self) -> Iterator[tuple[int, int]]:
        yield from ((start, stop) for start, stop, kind in self.parts() if kind in NOT_THE_WORK)
        for found in _no_work().finditer(self.lowered):
            # Its first letter shows that a sentence begins there.
            yield self.sentence_at(found.start() + 1, found.end())

    def sentence_at(self, start: int, end: int) -> tuple[int, int]:
        """The bounds of the sentence, or the line, around a stretch of the text; at most 300 characters each way."""
        left_edge = max(0, start - 300)
        right_edge = min(len(self.text), end + 300)
        left = self.text.rfind("\n", left_edge, start) + 1 or left_edge
        for stop in _STOP.finditer(self.text, left, start):
            left = stop.end()
        right = _STOP.search(self.text, end, right_edge)
        return left, right.start() if right else right_edge


def document_of(title: str, text: str) -> Document:
    """Cut a text; at most `MOST_READ` characters of it are read."""
    return Document(title=title, text=text[:MOST_READ])


@lru_cache(maxsize=64)
def sections_of(text: str) -> Document:
    """A text alone, cut once for all that is asked of it in turn."""
    return document_of("", text)


def _kind_of(line: str) -> Kind | None:
    if len(line) > _MOST_HEADING or line.endswith((".", ",", ";")):
        if _announces_wishes(line):
            return "nice"
        leading = _LEADING_HEADING.match(line) if ":" in line[:_LONGEST_LEADING] else None
        if leading is None:
            return None
        line = leading.group(1)
    elif line.startswith("•"):
        return None
    return _kind_of_heading(line)


def _announces_wishes(line: str) -> bool:
    """Whether a sentence announces what is nice to have: "Bonus points if you have worked with any of these:"."""
    if len(line) > _MOST_ANNOUNCEMENT or not line.endswith((":", ".")) or line.startswith("•"):
        return False
    heading = _plain(line)
    return (_wishes().search(heading) if line.endswith(":") else _wishes().match(heading)) is not None


def _is_wish(line: str) -> bool:
    """Whether a line names something and then calls it a plus, or begins as an item of a list."""
    heading = _plain(line)
    said = _wishes().search(heading)
    if said is None or line.startswith(_ITEM_SIGNS):
        return said is not None
    return said.end() == len(heading) and len(heading[: said.start()].split()) >= _FEW_WORDS


def _plain(line: str) -> str:
    """A line in lower case, without the signs at its ends and the numbers that it begins with."""
    lowered = line.lower().replace("’", "'")
    start, stop = 0, len(lowered)
    while start < stop and (lowered[start].isdecimal() or not lowered[start].isalnum()):
        start += 1
    while stop > start and not lowered[stop - 1].isalnum():
        stop -= 1
    return lowered[start:stop]


@cache
def _patterns() -> tuple[tuple[Kind, re.Pattern[str]], ...]:
    return tuple((kind, re.compile(any_of(f"heading.{entry}"))) for entry, kind in _HEADINGS)


@cache
def _no_work() -> re.Pattern[str]:
    return re.compile(any_of("no_work.law", "no_work.offered"))


@cache
def _wishes() -> re.Pattern[str]:
    return dict(_patterns())["nice"]


@cache
def _any_heading() -> re.Pattern[str]:
    """Most lines are none: one look tells them."""
    return re.compile(any_of(*(f"heading.{entry}" for entry, _ in _HEADINGS)))


@lru_cache(maxsize=16_384)
def _kind_of_heading(line: str) -> Kind | None:
    # Remembered: employers repeat their headings, and boards those of their forms, from posting to posting.
    heading = _plain(line)
    if not heading or len(heading.split()) > _MOST_HEADING_WORDS or not _any_heading().search(heading):
        return None
    return next((kind for kind, pattern in _patterns() if pattern.search(heading)), None)
