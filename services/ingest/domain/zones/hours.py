"""The words around a zone: how many hours from it one may be, and those that make a time zone of a place."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Final

from services.rules.lexicon.builder import composed, numbers, phrases_of

_BEFORE: Final = 80
"""Characters before a zone in which its hours are said."""
_APART: Final = 48
_CLOCK: Final = 40


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[zone]`."""

    values: Mapping[str, float]
    """Of the words for numbers."""
    signed: re.Pattern[str]
    behind: re.Pattern[str]
    before: re.Pattern[str]
    shared: re.Pattern[str]
    """Between the hours and the zone."""
    one_way: re.Pattern[str]
    apart: re.Pattern[str]
    """For text in lower case, as those that follow."""
    apart_stems: tuple[str, ...]
    """What `apart` needs at least: most places stand behind none of it."""
    clock_of: re.Pattern[str]
    clock_stems: tuple[str, ...]


@cache
def _patterns() -> _Patterns:
    values = {word: float(n) for word, n in numbers().items()}
    number = rf"(?:\d{{1,2}}(?!\d)(?:[.,]5|½)?|{'|'.join(values)})(?: {{half}})?"
    both_ways = r"(?:±|\+\s?/\s?[-−–]|\+[-−–]|{both_ways})"
    return _Patterns(
        values=values,
        signed=_pattern(r"[+\-−](?P<shift>\d{1,2})(?!\s?[\d:/.]|\s?[ap]\.?m|\s?h\b|\s?{o_clock})"),
        behind=_pattern(
            rf",?\s?{{time}}?\s?\(?\s?(?:(?:{both_ways}|{{within}})\s?(?P<both>{number})"
            r"|(?P<down>[-−–])\s?(?P<less>\d{1,2})\s?/\s?\+\s?(?P<more>\d{1,2})"
            r"|\+\s?(?P<after>\d{1,2})\s?/\s?[-−–]\s?(?P<before>\d{1,2}))(?:\s?{hours})?"
        ),
        before=_pattern(
            rf"(?:(?:{both_ways}|{{at_most}})\s?(?:\d\s?[-–]\s?)?(?P<hours>{number})\s?-?(?:{{hours}}|{{time_zones}})"
            rf"(?P<between>[\w'’ ]{{0,40}})"
            rf"|(?:\d\s?[-–]\s?)?\b(?P<within>{number})\s?{{hours}} {{within}}(?: {{the}})?\s?)$"
        ),
        shared=_pattern("{shared}|{in} $"),
        one_way=_pattern("(?P<east>{east})|{west}"),
        apart=_in_lower_case(rf"(?:{both_ways}\s?{number}\s?-?{{hours}}[\w ]{{0,12}}|{{difference}}\s(?:{{the}} )?)$"),
        apart_stems=("±", "+", *phrases_of("zone.apart")),
        clock_of=_in_lower_case(r"(?:{clock_of} ?|{label} ?: ?)$"),
        clock_stems=tuple(phrases_of("zone.clock")),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("zone", template), re.IGNORECASE)


def _in_lower_case(template: str) -> re.Pattern[str]:
    return re.compile(composed("zone", template))


def hours_around(text: str, start: int, end: int) -> tuple[float, float]:
    """Hours that one may be west and east of the zone at a stretch: `CET ±2`, `within three hours of EST`, `CET -1/+3`.

    Of `CET+2`, a zone by itself, both move one way.
    """
    known = _patterns()
    signed = known.signed.match(text, end)
    if signed is not None:
        shift = float(signed["shift"]) * (1 if text[end] == "+" else -1)
        return -shift, shift
    behind = known.behind.match(text, end)
    if behind is not None:
        both = _value(behind["both"])
        return both or _value(behind["less"] or behind["before"]), both or _value(behind["more"] or behind["after"])
    before = known.before.search(text, max(0, start - _BEFORE), start)
    if before is None or known.shared.search(before["between"] or ""):
        return 0.0, 0.0
    hours = _value(before["hours"] or before["within"])
    one_way = known.one_way.search(before["between"] or "")
    if one_way is not None:
        return (0.0, hours) if one_way["east"] else (hours, 0.0)
    return hours, hours


def tells_apart(text: str, start: int) -> bool:
    """Whether the words before a place, in lower case, mean its time: `+/- 2 hours of New York`.

    Within hours of it, one may live.
    """
    known, left = _patterns(), max(0, start - _APART)
    return _holds_stem(text, left, start, known.apart_stems) and bool(known.apart.search(text, left, start))


def names_clock(text: str, start: int) -> bool:
    """Whether the words before a place, in lower case, are those for its time: `heure de Paris`."""
    known, left = _patterns(), max(0, start - _CLOCK)
    return _holds_stem(text, left, start, known.clock_stems) and bool(known.clock_of.search(text, left, start))


def _holds_stem(text: str, start: int, end: int, stems: Iterable[str]) -> bool:
    before = text[start:end]
    return any(stem in before for stem in stems)


def _value(written: str | None) -> float:
    """`3`, `5.5`, `three`, `two and a half` as a number; nothing is 0."""
    if not written:
        return 0.0
    values = _patterns().values
    first, *half = written.lower().replace("½", ".5").replace(",", ".").split()
    return (values[first] if first in values else float(first)) + (0.5 if half else 0.0)
