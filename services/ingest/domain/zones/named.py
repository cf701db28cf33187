"""The time zones that a text names, by data/zones.toml, found in one pass; `reading.py` says which are asked for."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from services.ingest.domain.lexicon import composed
from services.ingest.domain.tables import table_of
from services.ingest.domain.zones.hours import names_clock, tells_apart

ZoneKind = Literal["abbreviations", "short", "names", "spoken", "spans", "ignored", "iana"]
_Hit = tuple[ZoneKind, float, float, int, int]
"""Kind, least and most offset, start and end."""
WESTMOST, EASTMOST = -12.0, 14.0


@dataclass(frozen=True, slots=True)
class Zone:
    """A zone in a text, from `start` to `end`, in hours from UTC; a span of zones has two different ends."""

    start: int
    end: int
    least: float
    most: float


@dataclass(frozen=True, slots=True)
class _Table:
    automaton: AhoCorasick
    entries: tuple[tuple[ZoneKind, float, float], ...]


@cache
def _table() -> _Table:
    raw = table_of("zones.toml")
    entries: dict[str, tuple[ZoneKind, float, float]] = {}
    for kind in get_args(ZoneKind):
        for name, offset in raw[kind].items():
            if kind == "iana":
                entries.update((zone, (kind, float(name), float(name))) for zone in offset.split())
                continue
            least, most = offset if isinstance(offset, list) else (offset, offset)
            entries[name] = (kind, float(least), float(most))
    automaton = AhoCorasick(list(entries), matchkind=MatchKind.LeftmostLongest, implementation=Implementation.DFA)
    return _Table(automaton, tuple(entries.values()))


_NUMBER = re.compile(
    r"\s{0,2}(?:(?P<sign>[+\-−–±])\s?(?P<hours>\d{1,2})|(?P<zero>0)(?!\d))(?P<part>:?[34][05]|:00|\.5)?(?![\d:])"
)
_CLOCK_BEFORE = re.compile(r"\d\s?(?:[ap]\.?m\.?)?\s?\(?$|\d:\d\d\s?\(?$", re.IGNORECASE)
_AMERICAN = frozenset({"Eastern", "Central", "Mountain", "Pacific"})
"""Said without `time` behind hours of the day: `7am to 6pm Eastern`."""
_ASIDE = re.compile(r"\s?\(?\s?")


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in data/lexicon/meanings.toml, under `[zone]`."""

    further: re.Pattern[str]
    time_behind: re.Pattern[str]
    listed: re.Pattern[str]
    clocks_before: re.Pattern[str]


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        further=re.compile(
            composed(
                "zone",
                r"\s?(?:/|,|{or}|[-–])\s?(?:{or} )?(?P<sign>[+−-])\s?(?P<hours>\d{1,2})(?P<part>:30|\.5)?(?![\d:])",
            )
        ),
        time_behind=_pattern(r"[ -]?(?:/\w{2,4} )?(?:{sort} )?(?:{work}[ -]?)?{clock_behind}"),
        listed=_pattern(r"\s?(?:/|,|{or}|[-–]|&|\()\s?(?:{or} )?(?:{the} )?(?:{us} )?"),
        clocks_before=_pattern(
            r"\d\s?(?:[ap]\.?m\.?)?\s?(?:-|–|—|{clock_to})\s?\d{1,2}(?::\d\d)?\s?[ap]\.?m\.?,?\s\(?$"
        ),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("zone", template), re.IGNORECASE)


def zones_in(text: str) -> list[Zone]:
    """Every zone in a text, in order; a word or place that may be a zone wants a clock beside it."""
    table = _table()
    hits: list[_Hit] = [
        (*table.entries[pattern], start, end)
        for pattern, start, end in table.automaton.find_matches_as_indexes(text)
        if not (
            text[start - 1 : start].isalnum() or text[end : end + 1].isalpha() or text[start - 1 : start] in ("_", "@")
        )
    ]
    numbers = [_numbered(text, start, end) if text[start:end] in ("UTC", "GMT") else [] for *_, start, end in hits]
    believed = [
        kind in ("abbreviations", "iana") or bool(number) or _has_clock(text, kind, start, end)
        for (kind, _, _, start, end), number in zip(hits, numbers, strict=True)
    ]
    _spread_belief(text, hits, believed)
    zones: list[Zone] = []
    for (kind, least, most, start, end), number, sure in zip(hits, numbers, believed, strict=True):
        if number:
            zones += number
        elif sure and kind != "ignored":
            zones.append(Zone(start, end, least, most))
    return _without_asides(text, zones)


def _spread_belief(text: str, hits: Sequence[_Hit], believed: list[bool]) -> None:
    """In a list, what follows makes a zone of what precedes (`Eastern or Central time`); of abbreviations also back."""
    for i in reversed(range(len(hits) - 1)):
        alike = hits[i][0] != "spans" or hits[i + 1][0] == "spans"
        believed[i] = believed[i] or (alike and believed[i + 1] and _beside(text, hits[i], hits[i + 1]))
    for i in range(1, len(hits)):
        back = hits[i][0] == "short" and believed[i - 1] and _beside(text, hits[i - 1], hits[i])
        believed[i] = believed[i] or back


def _beside(text: str, first: _Hit, second: _Hit) -> bool:
    return bool(_patterns().listed.fullmatch(text, first[4], second[3]))


def _has_clock(text: str, kind: ZoneKind, start: int, end: int) -> bool:
    if kind == "short" and _CLOCK_BEFORE.search(text, max(0, start - 8), start):
        return True
    if text[start:end] in _AMERICAN and _patterns().clocks_before.search(text, max(0, start - 24), start):
        return True
    if kind in ("names", "spoken") and (names_clock(text, start) or tells_apart(text, start)):
        return True
    return kind != "spoken" and bool(_patterns().time_behind.match(text, end))


def _numbered(text: str, start: int, end: int) -> list[Zone]:
    """`UTC+5:30`, and the further ones of `GMT+1/+2`, `UTC-5 to +1`."""
    found: list[Zone] = []
    number = _NUMBER.match(text, end)
    while number is not None:
        groups = number.groupdict()
        hours = float(groups["hours"] or 0) + {":30": 0.5, "30": 0.5, ".5": 0.5, ":45": 0.75, "45": 0.75}.get(
            groups["part"] or "", 0.0
        )
        if groups["sign"] == "±":
            least, most = -hours, hours
        else:
            least = most = -hours if groups["sign"] in ("-", "−", "–") else hours
        if least < WESTMOST or most > EASTMOST:
            break
        found.append(Zone(start, number.end(), least, most))
        start, number = number.end(), _patterns().further.match(text, number.end())
    return found


def _without_asides(text: str, zones: list[Zone]) -> list[Zone]:
    """Of `EDT (UTC-4)` and `UTC+2 (CEST)` the name alone: the number is the summer's."""
    kept: list[Zone] = []
    for zone in zones:
        last = kept[-1] if kept else None
        if last is None or not _ASIDE.fullmatch(text, last.end, zone.start) or "(" not in text[last.end : zone.start]:
            kept.append(zone)
        elif text[zone.start : zone.end].isalpha() and not text[last.start : last.end].isalpha():
            kept[-1] = zone
        elif text[zone.start : zone.end].isalpha():
            kept.append(zone)
    return kept
