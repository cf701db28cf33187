"""The sentences in which a posting names a skill, and how it means it there: asks for it, wishes for it, lists it."""

import re
from functools import cache, lru_cache
from typing import Final, NamedTuple

from services.rules.lexicon.builder import LANGUAGES, any_of, phrases_of
from services.rules.skills.taxonomy import taxonomy
from services.rules.text import lowered

_SENTENCE_ENDS: Final = re.compile(r"(?<=\w{3})[.!?]\s+(?=[A-ZÀ-Þ•])")
"""Behind a word: none behind "e.g."."""
_REACH: Final = 160
"""Characters of a sentence on either side of what it names in which a list is looked for."""
_NEAR: Final = 90
"""Characters on either side in which an `or` leaves it open whether it is this that is asked for."""
_OPENED: Final = re.compile(r"\w \(([^()]*)\Z")
_CLOSED: Final = re.compile(r"([^()]*)\)")
_BETWEEN_ITEMS: Final = re.compile(r"[,/;]")
_MOST_WORDS: Final = 3
"""Of one item in brackets."""
_ALONE: Final = 40
"""Characters of an item of a list that names little else."""
_MOST_BARE: Final = 5
"""Words of such an item, its bullet among them, that can hardly say anything else: "• You have a"."""
_HEADING: Final = 60
_LONGEST: Final = 600
"""Characters of a sentence on either side of what it names that are read."""
_LONGEST_LIST: Final = 3_000
_MOST_MENTIONS: Final = 12
_ELSEWHERE: Final = ("nice", "others", "process", "benefits", "legal", "surely_duties", "duties")
_BULLETS: Final = ("• ", "- ", "* ", "– ")


class _Sentence(NamedTuple):
    """Around a mention, in lower case."""

    before: str
    behind: str
    heading: str
    """What stands above its list; empty where it stands in none."""
    is_item: bool

    @property
    def whole(self) -> str:
        return self.before + self.behind

    @property
    def asks(self) -> bool:
        """Whether it asks for something, or is an item that names little else, and not of what a team works with."""
        is_alone = self.is_item and len(self.whole) <= _ALONE and not _of_the_team().search(self.heading)
        return is_alone or bool(_asks().search(self.whole))

    @property
    def asks_plainly(self) -> bool:
        """Whether it asks for something, or is an item that names nothing else."""
        is_bare = self.is_item and len(self.whole.split()) <= _MOST_BARE and self.asks
        return is_bare or bool(_asks().search(self.whole))


@lru_cache(maxsize=8_192)
def is_one_of_several(name: str, text: str, language: str | None) -> bool:
    """Whether a posting asks for a skill only in a list of which one will do: `Java or Scala`, `tools such as Figma`.

    Where it is named and nothing is asked for, as in what a team works with, it is not asked for either; unless it is
    nowhere else.
    """
    named = _sentences(name, text)
    asking = [some for some in named if some.asks]
    among = _lists(language).among
    return bool(named) and all(map(among, asking or named))


@lru_cache(maxsize=8_192)
def is_wished(name: str, text: str) -> bool:
    """Whether a posting calls a skill preferred, or a plus, where it names it or above the list in which it does."""
    return any(_wishes().search(some.heading) or _wishes().search(some.whole) for some in _sentences(name, text))


def is_asked_for_alone(name: str, text: str, language: str | None) -> bool:
    """Whether a sentence asks for a skill, and for nothing that will do in its place; no wish, and no example."""
    apart = _apart(language)
    return any(some.asks_plainly and not apart.sets(some) for some in _sentences(name, text))


def _sentences(name: str, text: str) -> list[_Sentence]:
    """Those that name a skill."""
    return [_around(text, start, end) for start, end in _places(text).get(name, ())[:_MOST_MENTIONS]]


@lru_cache(maxsize=1_024)
def _places(text: str) -> dict[str, list[tuple[int, int]]]:
    """Where it names each skill, by whatever spelling; asked of each skill of a card in turn."""
    found: dict[str, list[tuple[int, int]]] = {}
    for mention in taxonomy().find(text):
        found.setdefault(mention.name, []).append((mention.start, mention.end))
    return found


def _around(text: str, start: int, end: int) -> _Sentence:
    line = text.rfind("\n", max(0, start - _LONGEST), start) + 1 or max(0, start - _LONGEST)
    begins, stops = line, text.find("\n", end, end + _LONGEST)
    stops = stops if stops >= 0 else min(len(text), end + _LONGEST)
    is_item = text.startswith(_BULLETS, line)
    for sentence in _SENTENCE_ENDS.finditer(text, begins, stops):
        if lowered(text[begins : sentence.start() + 1]).endswith(_abbreviated()):
            continue
        if sentence.end() <= start:
            begins = sentence.end()
        elif sentence.start() >= end:
            stops = sentence.start() + 1
            break
    heading = _heading(text, line) if is_item else ""
    return _Sentence(lowered(text[begins:start]), lowered(text[end:stops]), lowered(heading), is_item)


@cache
def _abbreviated() -> tuple[str, ...]:
    """Words that begin a list of examples and end with a full stop that ends no sentence."""
    return tuple(way for way in phrases_of("joint.such_as") if way.endswith("."))


def _heading(text: str, begins: int) -> str:
    """The short line above a list; what stands further above than a list is long is none."""
    for line in reversed(text[max(0, begins - _LONGEST_LIST) : begins].splitlines()):
        if line.strip() and not line.startswith(_BULLETS):
            return line if len(line) <= _HEADING else ""
    return ""


class _Apart(NamedTuple):
    """What keeps a sentence from asking for what it names, and for that alone."""

    lists: "_Lists"
    such_as: re.Pattern[str]
    either: re.Pattern[str]
    aside: re.Pattern[str]
    """It is a wish, denied, or what one needs at home."""
    sought: re.Pattern[str]
    """A heading of what is asked for, whatever else it says."""
    elsewhere: re.Pattern[str]
    """One of wishes, of how to apply, of the law, of what is offered, of what will be done."""

    def sets(self, some: _Sentence) -> bool:
        """Whether it does so for a sentence."""
        before, behind = some.before[-_REACH:], some.behind
        if before.rstrip().endswith(("/", "(")) or behind.lstrip().startswith(("/", ")")):
            return True
        around = f"{before[-_NEAR:]} {behind[:_NEAR]}"
        among = _OPENED.search(before) or self.such_as.search(before) or self.either.search(around)
        if among or self.lists.among(some) or self.aside.search(some.whole):
            return True
        return bool(self.elsewhere.search(some.heading)) and not self.sought.search(some.heading)


@cache
def _apart(language: str | None) -> _Apart:
    languages = _read_in(language)
    aside = any_of("sentence.optional", "sentence.denies", "sentence.equipment")
    sought = any_of("heading.surely_requirements", "heading.sought", "heading.requirements")
    elsewhere = any_of(*(f"heading.{of}" for of in _ELSEWHERE))
    return _Apart(
        _lists(language),
        re.compile(any_of("joint.such_as", "joint.one_of", languages=languages)),
        re.compile(rf"\b{any_of('joint.or', 'joint.own.or', languages=languages)}\b"),
        re.compile(aside),
        re.compile(rf"^(?!.*{any_of('heading.nice')}).*{sought}"),
        re.compile(elsewhere),
    )


@cache
def _asks() -> re.Pattern[str]:
    return re.compile(any_of("sentence.asks"))


@cache
def _of_the_team() -> re.Pattern[str]:
    return re.compile(any_of("sentence.role"))


@cache
def _wishes() -> re.Pattern[str]:
    return re.compile(any_of("sentence.optional", "sentence.prefers"))


class _Lists(NamedTuple):
    """For text in lower case, around one of their items."""

    before: re.Pattern[str]
    """An `or` right before it."""
    behind: re.Pattern[str]
    """How its list goes on to one."""
    opened: re.Pattern[str]
    """What begins a list of examples, and its items up to this one."""
    closed: re.Pattern[str]
    """How a list goes on to what leaves it open: `etc.`, `and the like`."""

    def among(self, some: _Sentence) -> bool:
        """Whether it stands in a list of which one will do."""
        before, behind = some.before[-_REACH:], some.behind[:_REACH]
        return bool(
            self.behind.match(behind)
            or self.before.search(before)
            or self.opened.search(before)
            or self.closed.match(behind)
        ) or _is_in_brackets(before, behind)


def _is_in_brackets(before: str, behind: str) -> bool:
    """Whether it is one of several in brackets behind what they are examples of: `cloud platforms (AWS, GCP)`."""
    opened, closed = _OPENED.search(before), _CLOSED.match(behind)
    if not opened or not closed:
        return False
    within = f"{opened[1]}_{closed[1]}"
    items = _BETWEEN_ITEMS.split(within)
    return len(items) > 1 and all(len(item.split()) <= _MOST_WORDS for item in items) and not _asks().search(within)


@cache
def _lists(language: str | None) -> _Lists:
    languages = _read_in(language)
    either = any_of("joint.or", "joint.own.or", "joint.either", languages=languages)
    both = any_of("joint.and", "joint.own.and", languages=languages)
    more = any_of("experience.or_more", languages=languages)
    such_as, one_of, alike = (any_of(f"joint.{entry}", languages=languages) for entry in ("such_as", "one_of", "alike"))
    between = rf"(?:\s?[,/;&]\s?(?:(?:{both}|{either})\s)?|\s(?:{both}|{either})\s)"
    other = rf"(?!{both}\s)[\w+#./-]+(?: (?!{both}\s|{either}\s)[\w+#./-]+)?"
    item = r"[\w+#.'-]+(?: [\w+#.'-]+){0,2}"
    return _Lists(
        before=re.compile(rf"(?<=\s)\(?{either}\)?\s\Z"),
        # "5 years of Python or more" takes nothing else.
        behind=re.compile(rf"(?:, {other}){{0,4}},?(?! \(?{more}(?:[.,;:)]|\Z)) \(?{either}\)?\s\w"),
        opened=re.compile(
            rf"(?:{such_as}[,:]?\s|{one_of}\s(?:[\w'-]+\s){{0,5}}[(:]?\s?)(?:{item}{between}){{0,8}}(?:[\w+#.'-]+\s)?\Z"
        ),
        closed=re.compile(rf"(?:{between}{item}){{0,6}}?[\s,/&)]{{1,3}}{alike}"),
    )


def _read_in(language: str | None) -> tuple[str, ...]:
    """By the words of which languages a text is read: texts of all languages borrow English ones."""
    return tuple(dict.fromkeys(("en", language))) if language and language in LANGUAGES else ("en",)
