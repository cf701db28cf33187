"""Time zones that a posting asks for: standard-time offsets, hours from UTC.

The title's, else the text's where a sentence speaks of working hours, else the board's field. What a text says of a
company's or a webinar's clock asks for nothing."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

from ahocorasick_rs import AhoCorasick, Implementation, MatchKind

from schemas.posting import Timezones
from services.ingest.domain.draft import Draft
from services.ingest.domain.findings import Finding, evidence_of, quote
from services.ingest.domain.tables import table_of
from services.ingest.domain.zones.hours import hours_around, names_clock, tells_apart
from services.rules.lexicon.builder import composed
from services.rules.places.known import find_places
from services.rules.sections import Document
from services.rules.text import lowered

ZoneKind = Literal["abbreviations", "short", "names", "spoken", "spans", "ignored", "iana"]
_Hit = tuple[ZoneKind, float, float, int, int]
"""Kind, least and most offset, start and end."""
WESTMOST, EASTMOST = -12.0, 14.0
_NUMBER = re.compile(
    r"\s{0,2}(?:(?P<sign>[+\-−–±])\s?(?P<hours>\d{1,2})|(?P<zero>0)(?!\d))(?P<part>:?[34][05]|:00|\.5)?(?![\d:])"
)
_CLOCK_BEFORE = re.compile(r"\d\s?(?:[ap]\.?m\.?)?\s?\(?$|\d:\d\d\s?\(?$", re.IGNORECASE)
_AMERICAN = frozenset({"Eastern", "Central", "Mountain", "Pacific"})
"""Said without `time` behind hours of the day: `7am to 6pm Eastern`."""
_ASIDE = re.compile(r"\s?\(?\s?")
_STRAY, _ITS_NEIGHBOUR = 14.0, 13.0
_AROUND, _BESIDE = 60, 8
_MOST_ZONES = 60
_MOST_TITLE = 300
_ELSEWHERE = frozenset({"legal", "process", "about", "others"})


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


@dataclass(frozen=True, slots=True)
class _NamedPatterns:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[zone]`."""

    further: re.Pattern[str]
    time_behind: re.Pattern[str]
    """In lower case, as those that follow."""
    listed: re.Pattern[str]
    clocks_before: re.Pattern[str]


@cache
def _named_patterns() -> _NamedPatterns:
    return _NamedPatterns(
        further=re.compile(
            composed(
                "zone",
                r"\s?(?:/|,|{or}|[-–])\s?(?:{or} )?(?P<sign>[+−-])\s?(?P<hours>\d{1,2})(?P<part>:30|\.5)?(?![\d:])",
            )
        ),
        time_behind=_named_pattern(r"[ -]?(?:/\w{2,4} )?(?:{sort} )?(?:{work}[ -]?)?{clock_behind}"),
        listed=_named_pattern(r"\s?(?:/|,|{or}|[-–]|&|\()\s?(?:{or} )?(?:{the} )?(?:{us} )?"),
        clocks_before=_named_pattern(
            r"\d\s?(?:[ap]\.?m\.?)?\s?(?:-|–|—|{clock_to})\s?\d{1,2}(?::\d\d)?\s?[ap]\.?m\.?,?\s\(?$"
        ),
    )


def _named_pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("zone", template))


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
    if not hits:
        return []
    small = lowered(text)
    numbers = [_numbered(text, start, end) if text[start:end] in ("UTC", "GMT") else [] for *_, start, end in hits]
    believed = [
        kind in ("abbreviations", "iana") or bool(number) or _has_clock(text, small, kind, start, end)
        for (kind, _, _, start, end), number in zip(hits, numbers, strict=True)
    ]
    _spread_belief(small, hits, believed)
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
    return bool(_named_patterns().listed.fullmatch(text, first[4], second[3]))


def _has_clock(text: str, small: str, kind: ZoneKind, start: int, end: int) -> bool:
    if kind == "short" and _CLOCK_BEFORE.search(text, max(0, start - 8), start):
        return True
    if text[start:end] in _AMERICAN and _named_patterns().clocks_before.search(small, max(0, start - 24), start):
        return True
    if kind in ("names", "spoken") and (names_clock(small, start) or tells_apart(small, start)):
        return True
    return kind != "spoken" and bool(_named_patterns().time_behind.match(small, end))


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
        start, number = number.end(), _named_patterns().further.match(text, number.end())
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


@dataclass(frozen=True, slots=True)
class _Patterns:
    """What their words are for stands in rules/lexicon/meanings.toml, under `[zone]`."""

    cue: re.Pattern[str]
    clocks: re.Pattern[str]
    """A range of hours right before a zone."""
    range: re.Pattern[str]
    no_cue: re.Pattern[str]
    demand: re.Pattern[str]
    soft_before: re.Pattern[str]
    soft_behind: re.Pattern[str]
    """A wish about where one is. `Pacific time zone preferred` by itself still says which hours are worked."""
    wished_before: re.Pattern[str]
    wished_behind: re.Pattern[str]
    not_needed: re.Pattern[str]
    """Behind hours, also in the next sentence: "full coverage is not a requirement"."""


@cache
def _patterns() -> _Patterns:
    return _Patterns(
        cue=_pattern("{cue}"),
        clocks=_pattern(r"\d\s?(?:[ap]\.?m\.?)?\s?(?:-|–|—|{clock_to})\s?\d{1,2}(?::\d\d)?\s?(?:[ap]\.?m\.?)?\s?\(?$"),
        range=_pattern(
            r"(?:UTC|GMT)\s?[+\-−–]\s?\d[\d:.h ]{0,5}(?:{to}|\.\.|[-–—/])\s?(?:UTC|GMT)?\s?[+\-−–]\s?\d"
            r"|(?:UTC|GMT) (?:{to}|[-–—]) (?:UTC|GMT)\s?[+\-−–]\s?\d"
        ),
        no_cue=_pattern("{no_cue}"),
        demand=_pattern("{demand}"),
        soft_before=_pattern(r"{preferred}[^.\n]{0,40}{where_one_is}|{ideally}"),
        soft_behind=_pattern(r"[^.\n;]{0,40}{soft_behind}"),
        wished_before=_pattern(r"{wished}:? (?:\w+ ){0,3}$"),
        wished_behind=_pattern(r"[\w /&-]{0,30}{wished_behind}"),
        not_needed=_pattern(
            r"(?:\W{0,3}{filling}){0,6}\W{0,3}{not_needed}"
            r"|(?: ?\([^()\n]{1,16}\))?\W{0,4}{in_full}[\w ]{0,30}{denial}"
        ),
    )


def _pattern(template: str) -> re.Pattern[str]:
    return re.compile(composed("zone", template), re.IGNORECASE)


def read_timezones(draft: Draft, document: Document) -> Finding[Timezones | None]:
    """Decide the zones that an applicant has to be in or to work in."""
    return _in_title(document.title) or _in_text(document) or _from_field(draft.timezones)


def _in_title(title: str) -> Finding[Timezones | None] | None:
    zones = zones_in(title)[:_MOST_ZONES]
    wished = any(_is_wished_of_some(title, *_near(title, zone), zone) for zone in zones)
    return None if wished else _finding("title", title, zones)


def _near(title: str, zone: Zone) -> tuple[int, int]:
    """A whole title, but of one that is no title."""
    return max(0, zone.start - _MOST_TITLE), min(len(title), zone.end + _MOST_TITLE)


def _in_text(document: Document) -> Finding[Timezones | None] | None:
    asked: list[Zone] = []
    for zone in zones_in(document.text)[:_MOST_ZONES]:
        if (asked and zone.start - asked[-1].end < _BESIDE) or _is_asked_for(document, zone):
            asked.append(zone)
    return _finding("text", document.text, asked)


def _is_wished_of_some(text: str, left: int, right: int, zone: Zone) -> bool:
    """Whether a zone is preferred in a sentence that names a wider region: `EU, US - Eastern time preferred`.

    Whoever is elsewhere in the region works by another clock. A zone preferred by itself says which hours are worked.
    """
    wished = _patterns().wished_before.search(text, left, zone.start) or _patterns().wished_behind.match(
        text, zone.end, right
    )
    return bool(wished) and any(mention.kind == "group" for mention in find_places(text[left:right]))


def _finding(source: str, text: str, zones: Sequence[Zone]) -> Finding[Timezones | None] | None:
    if not zones:
        return None
    ends = [end for zone in zones for end in _ends(text, zone)]
    shown = tuple(quote(source, text, zone.start, zone.end) for zone in zones[:3])
    return Finding(Timezones(min=max(min(ends), WESTMOST), max=min(max(ends), EASTMOST)), shown)


def _ends(text: str, zone: Zone) -> Iterator[float]:
    less, more = hours_around(text, zone.start, zone.end)
    yield zone.least - less
    yield zone.most + more


def _is_asked_for(document: Document, zone: Zone) -> bool:
    """Whether the sentence speaks of working hours, and not of a deadline or a webinar."""
    text = document.text
    left, right = document.sentence_at(zone.start, zone.end)
    if _patterns().soft_before.search(text, left, zone.start) or _patterns().soft_behind.match(text, zone.end):
        return False
    if _patterns().not_needed.match(text, zone.end) or _is_wished_of_some(text, left, right, zone):
        return False
    if any(hours_around(text, zone.start, zone.end)):
        return True
    if document.kind_at(zone.start) in _ELSEWHERE and not _patterns().demand.search(text, left, right):
        return False
    start = max(text.rfind("\n", max(0, zone.start - _AROUND), zone.start) + 1, zone.start - _AROUND, 0)
    around = text[start : zone.end + _AROUND].partition("\n")[0]
    if _patterns().no_cue.search(around):
        return False
    if _patterns().clocks.search(text, max(0, zone.start - 24), zone.start) or _patterns().range.search(around):
        return True
    return bool(_patterns().cue.search(text, left, right))


def _from_field(offsets: Sequence[float]) -> Finding[Timezones | None]:
    """A set, whose one stray is known: Himalayas lists +14 beside each of America's zones."""
    kept = {offset for offset in offsets if WESTMOST <= offset <= EASTMOST}
    if len(kept) > 1 and _ITS_NEIGHBOUR not in kept:
        kept.discard(_STRAY)
    if not kept:
        return Finding(None)
    shown = evidence_of("timezones", ", ".join(f"{offset:g}" for offset in sorted(kept)))
    return Finding(Timezones(min=min(kept), max=max(kept)), (shown,))
