"""Captured feeds served again and again: each loop with other ids, titles and dates, and some words of its own.

The JSON captures in JOBCHIME_SHARED of formats that need no calls for details. What a loop lists is nobody's repeat:
ids and titles differ from those of every other loop, dates become the last hours, and expiries a month ahead.
"""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import blake2b
from pathlib import Path
from typing import Any, Final

import orjson

from services.ingest.adapters.formats.registry import detect
from services.ingest.ports import Format, Item, UnusableItemError
from tests.support.shared import captures

_ISO: Final = re.compile(r"\d{4}-\d\d-\d\d([T ].*)?")
_EXPIRY: Final = re.compile("expir|until|deadline|clos", re.IGNORECASE)
_SECONDS: Final = range(1_400_000_000, 2_200_000_000)
_MILLISECONDS: Final = range(1_400_000_000_000, 2_200_000_000_000)
_LATER: Final = timedelta(days=30)
_RECENT_S: Final = 20 * 3_600
_LONG_TEXT: Final = 300
_SYLLABLES: Final = ("ba", "co", "di", "fu", "ga", "he", "ki", "lo", "ma", "ne")
_SPREAD: Final = 1_000
"""Numeric ids of one loop lie between those of the capture."""


@dataclass(frozen=True)
class Capture:
    """One captured feed, and which members of its items are their ids and titles."""

    name: str
    format: str
    data: Any
    ids: frozenset[str]
    titles: frozenset[str]
    items: int

    def loop(self, number: int, now: datetime) -> bytes:
        """The body of a loop; numbers from 1 to 999."""
        return orjson.dumps(_Loop(self, number, now).changed(self.data))


def looped() -> list[Capture]:
    """All captures that can be looped."""
    return list(_looped())


def _looped() -> Iterator[Capture]:
    for file in sorted(captures().rglob("*.json")):
        body = file.read_bytes()
        found = detect(body)
        if found is None or (found.details is not None and found.details.awaited):
            continue
        items = [part for part in found.split(body) if isinstance(part, Item)]
        ids, titles = _members(found, items)
        if not ids or not titles:
            continue
        capture = Capture(
            name=re.sub(r"[^a-z0-9]+", "-", f"{file.parent.name}-{file.stem}".lower()),
            format=found.name,
            data=orjson.loads(body),
            ids=ids,
            titles=titles,
            items=len(items),
        )
        if _loops(capture, found, {item.source_id for item in items}):
            yield capture


def _members(found: Format, items: list[Item]) -> tuple[frozenset[str], frozenset[str]]:
    """The names of members that hold, in every item, its id; and of those that hold its title."""
    ids, titles = defaultdict[str, int](int), defaultdict[str, int](int)
    for item in items:
        try:
            title = found.draft(item.data).title
        except UnusableItemError:
            continue
        for name, value in item.data.items():
            ids[name] += str(value) == item.source_id
            titles[name] += value == title
    most_ids, most_titles = max(ids.values(), default=0), max(titles.values(), default=0)
    return (
        frozenset(name for name, count in ids.items() if count and count == most_ids),
        frozenset(name for name, count in titles.items() if count and count == most_titles),
    )


def _loops(capture: Capture, found: Format, before: set[str]) -> bool:
    """Whether another loop has as many items, all of other ids."""
    parts = found.split(capture.loop(1, datetime.fromisoformat("2026-09-01T06:00:00+00:00")))
    after = {part.source_id for part in parts if isinstance(part, Item)}
    return len(after) == len(before) and not after & before


class _Loop:
    """Goes through a body and changes what makes an item the item that it is."""

    def __init__(self, capture: Capture, number: int, now: datetime) -> None:
        self._capture = capture
        self._number = number
        self._now = now
        self._word = "".join(_SYLLABLES[int(digit)] for digit in f"{number:03}").capitalize()

    def changed(self, value: Any, name: str = "") -> Any:
        if isinstance(value, dict):
            return {key: self.changed(member, key) for key, member in value.items()}
        if isinstance(value, list):
            return [self.changed(item, name) for item in value]
        if isinstance(value, str):
            return self._text(value, name)
        if isinstance(value, int) and not isinstance(value, bool):
            return self._number_of(value, name)
        return value

    def _text(self, value: str, name: str) -> str:
        if name in self._capture.ids:
            return f"{value}-{self._number}"
        if name in self._capture.titles:
            return f"{value} {self._word}"
        if _ISO.fullmatch(value):
            return self._moment(value, name).isoformat()
        if len(value) > _LONG_TEXT:
            return f"{value} You join the {self._word} group, number {self._number} of ours."
        return value

    def _number_of(self, value: int, name: str) -> int:
        if name in self._capture.ids:
            return value * _SPREAD + self._number
        for unit, per_second in ((_SECONDS, 1), (_MILLISECONDS, 1_000)):
            if value in unit:
                return int(self._moment(str(value), name).timestamp()) * per_second
        return value

    def _moment(self, seed: str, name: str) -> datetime:
        """In the last hours, the same for the same date; or a month ahead."""
        if _EXPIRY.search(name):
            return self._now.replace(microsecond=0) + _LATER
        hashed = int.from_bytes(blake2b(seed.encode(), digest_size=8).digest())
        return self._now.replace(microsecond=0) - timedelta(seconds=hashed % _RECENT_S)


def write_loop(capture: Capture, number: int, now: datetime, folder: Path) -> Path:
    """Put the body of a loop where a source may read it."""
    path = folder / f"{capture.name}-{number}.json"
    path.write_bytes(capture.loop(number, now))
    return path
