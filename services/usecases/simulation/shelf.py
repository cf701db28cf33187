"""A folder of feeds as a demo has it: served day by day, which of its days are the busiest, and whom it holds work for.

An item is withheld until the simulated time that it was posted at. What a board changed or took down later stands in
later editions of its file: `board.json`, `board@2026-11-19T06.json`.
"""

import hashlib
import json
import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Final

from pydantic import TypeAdapter

from schemas.criteria import Criteria, RoleTerms
from schemas.posting import PostingCore
from schemas.raw import unserved
from services.ingest.adapters.fetch.files import FileFetcher
from services.ingest.adapters.formats.registry import detect, format_named
from services.ingest.domain.dates import read_date
from services.ingest.domain.draft import Draft
from services.ingest.domain.normalise import normalise
from services.ingest.domain.polling.schedule import Validators
from services.ingest.mapping.trace import Trace
from services.ingest.ports import Broken, Fetched, Format, Item, JsonObject, Skip, UnusableItemError
from services.ingest.settings import SourceSettings
from services.rules.money import rates_before
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge
from services.runtime.clock import Clock
from services.usecases.sources import may_be_feed
from services.wording.catalogues import words_of
from services.wording.places import place_in_words
from services.wording.roles import role_in_words

_EDITION = re.compile(r"(?P<of>.+)@(?P<hour>\d{4}-\d{2}-\d{2}T\d{2})")
_FIRST = datetime.min.replace(tzinfo=UTC)
MOST_PEOPLE: Final = 16
"""People: a few trades of a few countries, and a folder that one can look through."""
_NEWS: Final = timedelta(days=3)
"""Before the first poll: what it takes as new."""
_SPREAD: Final = 2
"""What one more person of a trade, or of a country, must make up for in postings."""
_MOST_OF_A_TRADE: Final = 3
"""A folder of one trade gives a few mails, and not the same jobs to everybody."""


def feed_files(folder: Path) -> list[Path]:
    """The files of a folder that may be feeds, in a fixed order; of several editions of one the first."""
    files = (path for path in folder.rglob("*") if path.is_file() and may_be_feed(path))
    first: dict[Path, Path] = {}
    for path in sorted(files, key=lambda path: (_edition(path)[1], path)):
        first.setdefault(_edition(path)[0], path)
    return sorted(first.values())


def _edition(path: Path) -> tuple[Path, datetime]:
    """The file without its hour, and the time in UTC from which on its board serves it."""
    found = _EDITION.fullmatch(path.stem)
    if found is None:
        return path, _FIRST
    return path.with_stem(found["of"]), datetime.fromisoformat(f"{found['hour']}:00+00:00")


def _served(first: Path, now: datetime) -> Path:
    """The edition of a file that is served at a time."""
    own, _ = _edition(first)
    editions = [(_edition(path)[1], path) for path in own.parent.iterdir() if _edition(path)[0] == own]
    return max((edition for edition in editions if edition[0] <= now), default=(_FIRST, first))[1]


class ArrivingFormat:
    """A format that shows of each listing only what had been posted by the clock's time."""

    def __init__(self, inner: Format, shelf: "Shelf") -> None:
        self._inner = inner
        self._shelf = shelf
        self.name = inner.name
        self.title = inner.title
        self.complete = inner.complete
        self.attribution = inner.attribution
        self.addresses = inner.addresses
        self.every = inner.every
        self.details = inner.details

    def detects(self, body: bytes) -> bool:
        """As the format itself."""
        return self._inner.detects(body)

    def split(self, body: bytes) -> Iterator[Item | Skip | Broken]:
        """What has arrived; the undated have been there from the start."""
        now = self._shelf.clock.now()
        for part, posted_at in self._shelf.parts(self._inner, body):
            if posted_at is None or posted_at <= now:
                yield part

    def next_page(self, url: str, body: bytes) -> str | None:
        """Files have no pages."""
        return None

    def draft(self, data: JsonObject) -> Draft:
        """As the format itself."""
        return self._inner.draft(data)

    def traces(self, data: JsonObject) -> Iterable[Trace]:
        """As the format itself."""
        return self._inner.traces(data)

    def fingerprint(self, data: JsonObject) -> JsonObject:
        """As the format itself."""
        return self._inner.fingerprint(data)


class Shelf:
    """Each body is recognised, cut and dated once, however often it is polled."""

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self._formats: dict[bytes, Format | None] = {}
        self._parts: dict[bytes, list[tuple[Item | Skip | Broken, datetime | None]]] = {}

    def detect(self, body: bytes) -> Format | None:
        """Stands in for `formats.detect`."""
        found = self._detected(body)
        return ArrivingFormat(found, self) if found else None

    def format_named(self, name: str) -> Format:
        """Stands in for `formats.format_named`."""
        return ArrivingFormat(format_named(name), self)

    def parts(self, found: Format, body: bytes) -> list[tuple[Item | Skip | Broken, datetime | None]]:
        """The parts of a listing, each with when it was posted."""
        key = _key(body)
        if key not in self._parts:
            self._parts[key] = [(part, _posted_at_of(found, part, self.clock.now())) for part in found.split(body)]
        return self._parts[key]

    def state(self, body: bytes) -> str | None:
        """What stays the same while nothing more arrives; None for what is no feed, or not all of it is taken.

        What is skipped or broken is told by the poll that reads it, so that such a listing is read each time.
        """
        found, now = self._detected(body), self.clock.now()
        if found is None:
            return None
        parts = self.parts(found, body)
        if len({part.source_id for part, _ in parts if isinstance(part, Item)}) < len(parts):
            return None
        arrived = sum(posted_at is None or posted_at <= now for _, posted_at in parts)
        return f"{_key(body).hex()}-{arrived}"

    def _detected(self, body: bytes) -> Format | None:
        key = _key(body)
        if key not in self._formats:
            self._formats[key] = detect(body)
        return self._formats[key]


class ShelfFetcher:
    """`Fetcher` that tells what is unchanged by what has arrived: what changes is the time, not the file."""

    def __init__(self, shelf: Shelf) -> None:
        self._files = FileFetcher()
        self._shelf = shelf

    def fetch(self, source: SourceSettings, address: str, validators: Validators, now: datetime) -> Fetched:
        """Read the file, whatever `validators` say of it."""
        served = str(_served(Path(address), self._shelf.clock.now()))
        fetched = self._files.fetch(source.model_copy(update={"url": served}), served, Validators(), now)
        state = self._shelf.state(fetched.body)
        if state is not None and validators.etag == state:
            return replace(fetched, body=b"", unchanged=True)
        return replace(fetched, validators=Validators(etag=state))


def posted_dates(folder: Path, *, at_most: datetime) -> Iterator[datetime | None]:
    """Of each posting of a folder of feeds when it was posted; None where it does not say, or not by `at_most`."""
    for _, _, posted_at in _items(folder, at_most):
        yield posted_at if posted_at is not None and posted_at <= at_most else None


def _items(folder: Path, now: datetime) -> Iterator[tuple[Format, Item, datetime | None]]:
    """All of a folder, each with when it was posted."""
    for path in feed_files(folder):
        body = path.read_bytes()
        found = detect(body)
        for part in found.split(body) if found else ():
            if found and isinstance(part, Item):
                yield found, part, _posted_at_of(found, part, now)


def _key(body: bytes) -> bytes:
    return hashlib.blake2b(body, digest_size=16).digest()


def _posted_at_of(found: Format, part: Item | Skip | Broken, now: datetime) -> datetime | None:
    """When it says that it was posted; None where it does not, or cannot be read."""
    if not isinstance(part, Item):
        return None
    try:
        return read_date("posted_at", found.draft(part.data).posted_at, fetched_at=now).value
    except UnusableItemError:
        return None


@dataclass(frozen=True, slots=True)
class BusiestDays:
    """Some days in a row that hold the most postings, and how many of all they hold."""

    start: datetime
    end: datetime
    """When the last of them was posted."""
    postings: int
    of: int
    """All postings, also those that do not say when they were posted."""

    def __str__(self) -> str:
        """`16 to 20 November 2026 hold 230 of 345 postings`."""
        first, last = self.start.date(), self.end.date()
        since = f"{first:%-d}" if (first.year, first.month) == (last.year, last.month) else f"{first:%-d %B}"
        since += f" {first:%Y}" if first.year != last.year else ""
        return f"{since} to {last:%-d %B %Y} hold {self.postings:,} of {self.of:,} postings"


def busiest_days(posted: Iterable[datetime | None], days: int) -> BusiestDays | None:
    """The `days` up to one of the postings that hold the most, of equal ones the newest; None where none says when.

    A first poll alerts to what was posted in the days before it alone, so that days of few postings would mail little.
    """
    every = list(posted)
    dated = sorted(moment for moment in every if moment is not None)
    span = timedelta(days=days)
    counts = [(place + 1 - bisect_right(dated, end - span), end) for place, end in enumerate(dated)]
    if not counts:
        return None
    postings, end = max(counts)
    return BusiestDays(end - span, end, postings, len(every))


@dataclass(frozen=True, slots=True)
class Resident:
    """Somebody invented who lives in a country, and asks for nothing yet."""

    name: str
    country: str
    time_zone: str
    currency: str
    locale: str
    speaks: tuple[str, ...]


def cast(residents: str, folder: Path, end: datetime, days: int) -> str:
    """People as JSON lines, chosen of `residents`, JSON lines too, by what its folder posted up to `end`."""
    people = [TypeAdapter(Resident).validate_json(line) for line in residents.splitlines()]
    since, until = end - timedelta(days=days) - _NEWS, end + timedelta(days=1)
    rates = rates_before(until.date())
    postings = (
        normalise(found.draft(item.data), raw=unserved(found.name, item.source_id, until), rates=rates)
        for found, item, posted_at in _items(folder, until)
        if posted_at is not None and since < posted_at <= until
    )
    return "".join(f"{json.dumps(_entry(*chosen), ensure_ascii=False)}\n" for chosen in choose(people, postings))


def choose(residents: Sequence[Resident], postings: Iterable[PostingCore]) -> list[tuple[Resident, str]]:
    """Whom to mail, and the role that each asks for, once a country: where most fit, spread over trades and countries.

    The same for the same postings, in whichever order they come.
    """
    fit = _fitting(residents, postings)
    chosen, trades, lands = list[tuple[Resident, str]](), Counter[str](), Counter[str]()
    free = list(residents)

    def worth(pair: tuple[Resident, str]) -> tuple[float, str, str]:
        resident, role = pair
        crowd = _SPREAD ** (trades[role] + lands[resident.country])
        return -fit[resident.country, resident.speaks][role] / crowd, role, resident.name

    while free and len(chosen) < MOST_PEOPLE:
        taken = {(resident.country, role) for resident, role in chosen}
        pairs = [
            (resident, role)
            for resident in free
            for role in fit[resident.country, resident.speaks]
            if (resident.country, role) not in taken and trades[role] < _MOST_OF_A_TRADE
        ]
        if not pairs:
            break
        resident, role = min(pairs, key=worth)
        chosen.append((resident, role))
        free.remove(resident)
        trades[role] += 1
        lands[resident.country] += 1
    return sorted(chosen, key=lambda pair: pair[0].name)


def _fitting(
    residents: Sequence[Resident], postings: Iterable[PostingCore]
) -> Mapping[tuple[str, tuple[str, ...]], Counter[str]]:
    """By where somebody lives and what they speak, how many postings of each role fit."""
    fit = {(resident.country, resident.speaks): Counter[str]() for resident in residents}
    for posting in postings:
        if not posting.roles:
            continue
        prepared, role = PreparedPosting(posting), posting.roles[0]
        for (country, speaks), counts in fit.items():
            if posting.language in (None, *speaks) and judge(_asking(role, country), prepared).outcome == "match":
                counts[role] += 1
    return fit


def _asking(role: str, country: str) -> Criteria:
    return Criteria(roles=RoleTerms(any=(role,), neighbours=True), places=(country,))


def _entry(resident: Resident, role: str) -> dict[str, object]:
    """As a file of subscribers has it."""
    words = words_of(resident.locale)
    name = f"{role_in_words(role, words)}, {place_in_words(resident.country, words)}"
    search = {
        "name": name,
        "cadence": "daily",
        "hour": 7,
        "criteria": _asking(role, resident.country).model_dump(mode="json", exclude_defaults=True),
    }
    profile = {
        "name": resident.name,
        "time_zone": resident.time_zone,
        "currency": resident.currency,
        "locale": resident.locale,
    }
    return {
        "address": f"{resident.name.lower()}@example.com",
        **profile,
        "speaks": resident.speaks,
        "searches": [search],
    }
