"""What an installation shows of itself: the whole stream at a glance, with its troubles, and what it stands on."""

from collections.abc import Iterator
from contextlib import closing

from services.overview.doctor.examination import examine
from services.overview.doctor.finding import Finding, Grade
from services.overview.engines import Engines
from services.overview.stream.gather import Gatherer
from services.overview.stream.model import (
    BAD_DELIVERIES,
    SERVICE_SEVERITY,
    SOURCE_SEVERITY,
    EngineView,
    Overview,
    ServiceView,
    Severity,
    Trouble,
    worst_first,
)
from services.overview.stream.store_troubles import REPLAY
from services.overview.stream.troubles import healthy, troubles
from services.runtime.clock import SystemClock
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.figures.stream import SourceFigures, StoreFigures
from services.runtime.http.names import DnsTextRecords
from services.runtime.kafka.offsets import Offsets
from services.settings import Settings
from services.usecases.installation import has_store, open_letters, open_log, store_as_it_is

__all__ = [
    "BAD_DELIVERIES",
    "REPLAY",
    "SERVICE_SEVERITY",
    "SOURCE_SEVERITY",
    "EngineView",
    "Finding",
    "Gatherer",
    "Grade",
    "Overview",
    "ServiceView",
    "Severity",
    "SourceFigures",
    "StoreFigures",
    "Trouble",
    "findings",
    "healthy",
    "troubles",
    "watcher",
    "worst_first",
]


_RESOLVER_PATIENCE_S = 3.0
"""For one name."""


def watcher(settings: Settings) -> Gatherer:
    """What looks at the whole stream, again and again; it opens at the first look, and is closed as a context."""
    return Gatherer(settings, _engines_of(settings), SystemClock())


def findings(settings: Settings) -> Iterator[Finding]:
    """All that the settings name, each thing as soon as it was looked at. Raises nothing for what is away."""
    return examine(settings, _engines_of(settings), SystemClock())


def _engines_of(settings: Settings) -> Engines:
    return Engines(
        has_store=lambda: has_store(settings),
        store=lambda: store_as_it_is(settings),
        log=lambda: open_log(settings),
        offsets=lambda patience_s: Offsets(settings.kafka, patience_s=patience_s),
        letters=lambda: open_letters(settings),
        search=lambda: closing(SearchEngine(settings.elasticsearch)),
        text_records=lambda: DnsTextRecords(_RESOLVER_PATIENCE_S),
    )
