"""What an installation shows of itself: the stream at a glance, with its troubles, over time, and what it stands on."""

from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final, Literal, get_args

from schemas.topics import POSTINGS
from services.overview.doctor.diagnosis import Diagnosis, Grade
from services.overview.engines import Engines
from services.overview.stream.gather import Gatherer
from services.overview.stream.model import (
    BAD_DELIVERIES,
    SERVICE_SEVERITY,
    SOURCE_SEVERITY,
    ByHand,
    EngineView,
    Overview,
    Remedy,
    ServiceView,
    Severity,
    Trouble,
    worst_first,
)
from services.overview.stream.spans import span
from services.overview.stream.troubles.every import healthy, mailing_troubles, troubles
from services.overview.stream.troubles.mail import REPLAY
from services.overview.stream.troubles.sources import of_one_source
from services.runtime.clock import SystemClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.figures.hours import (
    DAY,
    HOUR,
    MAIL_EVENTS,
    MINUTE,
    SpanCount,
    StageFigures,
    by_minute,
    last_days,
    last_hours,
    minute_of,
    read_counts,
    read_stages,
)
from services.runtime.figures.peak import Peak
from services.runtime.figures.source_hours import SourceHour
from services.runtime.figures.sources import SourceFigures
from services.runtime.figures.stream import StoreFigures
from services.runtime.http.names import DnsTextRecords
from services.runtime.metrics import catalogue
from services.runtime.sql.store import reading
from services.settings import Settings
from services.usecases.installation import Installation, has_store, open_letters, open_log, store_as_it_is

if TYPE_CHECKING:
    from services.runtime.kafka.offsets import Offsets

__all__ = [
    "BAD_DELIVERIES",
    "REPLAY",
    "SERVICE_SEVERITY",
    "SOURCE_SEVERITY",
    "SPANS",
    "ByHand",
    "Diagnosis",
    "EngineView",
    "Gatherer",
    "Grade",
    "History",
    "Overview",
    "Peak",
    "Remedy",
    "Series",
    "ServiceView",
    "Severity",
    "SourceFigures",
    "SourceHour",
    "Span",
    "StageFigures",
    "StoreFigures",
    "Trouble",
    "diagnoses",
    "healthy",
    "history",
    "mailing_troubles",
    "of_one_source",
    "span",
    "troubles",
    "watcher",
    "worst_first",
]

Span = Literal["hour", "day", "month", "year"]
SPANS: Final[tuple[Span, ...]] = get_args(Span)
_PER: Final[dict[Span, timedelta]] = {"hour": MINUTE, "day": HOUR}
_RESOLVER_PATIENCE_S = 3.0
"""For one name."""
_SERIES: Final[tuple[tuple[str, str, frozenset[str]], ...]] = (
    ("Postings matched", catalogue.RECORDS.name, frozenset({POSTINGS.name})),
    ("Matches found", catalogue.MATCHES.name, frozenset()),
    ("Mails accepted", catalogue.MAIL_ATTEMPTS.name, frozenset({"accepted"})),
    ("Mails that came back", MAIL_EVENTS, frozenset({"bounced", "soft_bounced"})),
    ("Complaints", MAIL_EVENTS, frozenset({"spam"})),
    ("Dead letters", catalogue.DEAD.name, frozenset()),
)
"""What is plotted: how it is called, of which measure, and which parts of it; none: all."""


@dataclass(frozen=True, slots=True)
class Series:
    """One thing that is counted, over time."""

    name: str
    counts: tuple[int, ...]

    @property
    def whole(self) -> int:
        """Of all the time that is shown."""
        return sum(self.counts)


@dataclass(frozen=True, slots=True)
class History:
    """The last 60 minutes, 24 hours, 30 days or 12 months, the present one last; in UTC."""

    span: Span
    begins: tuple[datetime, ...]
    series: tuple[Series, ...]
    stages: tuple[StageFigures, ...]


def watcher(settings: Settings) -> Gatherer:
    """What looks at the whole stream, again and again; it opens at the first look, and is closed as a context."""
    return Gatherer(settings, _engines_of(settings), SystemClock())


def history(installation: Installation, shown: Span, now: datetime) -> History:
    """What was counted over time. Raises UnavailableError."""
    begins = _begins(shown, now)
    counted = [(name, by_minute(measure) if shown == "hour" else measure, parts) for name, measure, parts in _SERIES]
    measures = list(dict.fromkeys(measure for _, measure, _ in counted))
    with reading(installation.engine) as connection:
        found = read_counts(connection, begins[0], measures, _PER.get(shown, DAY))
        stages = read_stages(connection, now)
    series = tuple(
        Series(name, _counted(begins, [count for count in found if _counts_towards(count, measure, parts)]))
        for name, measure, parts in counted
    )
    return History(shown, begins, series, stages)


def _begins(shown: Span, now: datetime) -> tuple[datetime, ...]:
    if shown == "hour":
        return tuple(minute_of(now) - MINUTE * back for back in reversed(range(60)))
    if shown == "day":
        return last_hours(now, 24)
    if shown == "month":
        return last_days(now, 30)
    [day] = last_days(now, 1)
    months = [day.year * 12 + day.month - 1 - back for back in reversed(range(12))]
    return tuple(day.replace(year=month // 12, month=month % 12 + 1, day=1) for month in months)


def _counts_towards(count: SpanCount, measure: str, parts: frozenset[str]) -> bool:
    return count.measure == measure and (not parts or count.part in parts)


def _counted(begins: tuple[datetime, ...], found: list[SpanCount]) -> tuple[int, ...]:
    ends = (*begins[1:], datetime.max.replace(tzinfo=begins[0].tzinfo))
    return tuple(
        sum(count.number for count in found if first <= count.begins < end)
        for first, end in zip(begins, ends, strict=True)
    )


def diagnoses(settings: Settings) -> Iterator[Diagnosis]:
    """All that the settings name, each thing as soon as it was looked at. Raises nothing for what is away."""
    from services.overview.doctor.examination import examine  # which no page needs

    return examine(settings, _engines_of(settings), SystemClock())


def _engines_of(settings: Settings) -> Engines:
    return Engines(
        has_store=lambda: has_store(settings),
        store=lambda: store_as_it_is(settings),
        log=lambda: open_log(settings),
        offsets=lambda patience_s: _offsets_of(settings, patience_s),
        letters=lambda: open_letters(settings),
        search=lambda: closing(SearchEngine(settings.elasticsearch)),
        text_records=lambda: DnsTextRecords(_RESOLVER_PATIENCE_S),
    )


def _offsets_of(settings: Settings, patience_s: float) -> "Offsets":
    from services.runtime.kafka.offsets import Offsets

    return Offsets(settings.kafka, patience_s=patience_s)
