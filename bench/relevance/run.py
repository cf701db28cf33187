"""What the people are mailed: captured feeds arrive item by item, and the embedded form matches, curates and mails."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final
from unittest.mock import patch

import structlog

from bench.relevance.captured import arrival, capture_dates, key_of
from bench.relevance.claims import Line, lines_of
from bench.relevance.people import Person
from services.embedded import embedded
from services.ingest.adapters.formats.registry import detect
from services.ingest.ports import Broken, Format, Item, Skip
from services.notifier.composing import Composer
from services.notifier.domain.model import Digest
from services.notifier.ports import Email
from services.runtime.clock import Clock, FixedClock
from services.settings import Settings
from services.usecases.simulation.days import demo_settings, shelved_collector, take_in
from services.usecases.simulation.shelf import Shelf
from services.wording.catalogues import words_of
from tests.support.shared import captures

Span = tuple[date, date]

SPANS: Final[tuple[Span, ...]] = (
    (date(2024, 11, 20), date(2024, 12, 14)),
    (date(2025, 2, 5), date(2025, 3, 3)),
    (date(2025, 4, 8), date(2025, 4, 18)),
    (date(2025, 8, 25), date(2025, 9, 30)),
    (date(2025, 10, 1), date(2025, 11, 1)),
    (date(2026, 4, 16), date(2026, 5, 24)),
    (date(2026, 7, 16), date(2026, 8, 22)),
)
"""The days in which the captures posted enough to be worth a mail; nothing is known of one in the next."""
_AT_ONCE: Final = 3
_TICKS: Final = (5, 17)
"""Hours, UTC."""


@dataclass(frozen=True)
class Sent:
    """One job in one mail."""

    person: str
    mailed_at: datetime
    rank: int
    posting: str
    near: bool
    """Shown below as one that nearly fits."""
    searches: tuple[str, ...]
    score: float
    why: tuple[Line, ...] = ()


@dataclass(frozen=True)
class Run:
    """All that was sent."""

    sent: tuple[Sent, ...]
    mails: int


def run(people: Sequence[Person], advance: Callable[[float], None] = lambda share: None) -> Run:
    """Go through all spans, each with an installation of its own. Takes a minute or two."""
    with ProcessPoolExecutor(_AT_ONCE) as pool:
        waiting = [pool.submit(_span, span, people) for span in SPANS]
        for number, _ in enumerate(as_completed(waiting), start=1):
            advance(number / len(SPANS))
        sent = [job for span in waiting for job in span.result()]
    return Run(tuple(sent), len({(job.person, job.mailed_at) for job in sent}))


def _span(span: Span, people: Sequence[Person]) -> list[Sent]:
    """What is sent in some days."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    hours = list(_hours(span))
    clock = FixedClock(hours[0])
    arrivals = _Arrivals()
    with TemporaryDirectory(prefix="jobchime-relevance-") as folder, _composed() as digests:
        shelf = _CapturedShelf(clock, arrivals)
        settings = _settings(Path(folder), arrivals, hours[0], hours[-1])
        made = embedded(
            settings, clock=clock, make_own=lambda engine, log: shelved_collector(settings, engine, log, shelf)
        )
        with made as system:
            take_in(system, "\n".join(person.line for person in people), hours[0])
            system.runner.load()
            for at in hours:
                clock.set(at)
                system.runner.tick(at)
                system.runner.drain()
                system.runner.tick(at)
    names = {person.address: person.name for person in people}
    files = {source.name: str(Path(source.url).relative_to(captures())) for source in settings.ingest.sources}
    return list(_sent(digests, names, files))


def _settings(folder: Path, arrivals: "_Arrivals", first: datetime, last: datetime) -> Settings:
    """The demo's, with the feeds in which something arrives within these days, polled at each tick."""
    settings = demo_settings(folder, captures())
    sources = tuple(
        source.model_copy(update={"every": timedelta(hours=11)})
        for source in settings.ingest.sources
        if any(first <= at <= last for _, at in arrivals.of(Path(source.url).read_bytes()))
    )
    return settings.model_copy(update={"ingest": settings.ingest.model_copy(update={"sources": sources})})


def _hours(span: Span) -> Iterator[datetime]:
    """When something happens: twice a day, so that a mail may hold what came some hours after it was due."""
    first, last = span
    for number in range((last - first).days + 1):
        yield from (datetime.combine(first + timedelta(days=number), time(hour), UTC) for hour in _TICKS)


class _Arrivals:
    """When each part of a captured body arrives."""

    def __init__(self) -> None:
        self._captured = {(captures() / file).read_bytes(): at for file, at in capture_dates().items()}
        self._parts: dict[bytes, list[tuple[Item | Skip | Broken, datetime]]] = {}

    def of(self, body: bytes) -> list[tuple[Item | Skip | Broken, datetime]]:
        if body not in self._parts:
            at, found = self._captured.get(body), detect(body)
            if at is None or found is None:
                return []
            self._parts[body] = [
                (part, arrival(found, part, at) if isinstance(part, Item) else at) for part in found.split(body)
            ]
        return self._parts[body]


class _CapturedShelf(Shelf):
    """Withholds each item until it was posted, or else captured."""

    def __init__(self, clock: Clock, arrivals: _Arrivals) -> None:
        super().__init__(clock)
        self._arrivals = arrivals

    def parts(self, found: Format, body: bytes) -> list[tuple[Item | Skip | Broken, datetime | None]]:
        """The parts of a listing, each with when it arrives."""
        return [*self._arrivals.of(body)]


@contextmanager
def _composed() -> Iterator[list[Digest]]:
    """Notes each digest that is mailed."""
    digests = list[Digest]()
    compose = Composer.compose

    def noting(composer: Composer, digest: Digest) -> Email:
        digests.append(digest)
        return compose(composer, digest)

    with patch.object(Composer, "compose", noting):
        yield digests


def _sent(digests: Sequence[Digest], names: dict[str, str], files: dict[str, str]) -> Iterator[Sent]:
    words = words_of("en")
    for digest in digests:
        for near, jobs in ((False, digest.items), (True, digest.near)):
            for rank, job in enumerate(jobs, start=1):
                yield Sent(
                    person=names[digest.recipient.address],
                    mailed_at=digest.due_at,
                    rank=rank,
                    posting=key_of(files[job.posting.source], job.posting.source_id),
                    near=near,
                    searches=tuple(found.search.name for found in job.found_by),
                    score=round(job.score, 2),
                    why=() if near else tuple(lines_of(job, words)),
                )
