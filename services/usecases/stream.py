"""What the stream shows of itself: the whole at a glance with its troubles, and what an installation stands on."""

from collections.abc import Iterator

from services.overview.doctor import examine
from services.overview.finding import Finding, Grade
from services.overview.gather import Gatherer
from services.overview.model import EngineView, Overview, ServiceView, Trouble
from services.overview.troubles import healthy, troubles
from services.runtime.clock import SystemClock
from services.runtime.figures import SourceFigures, SourceState, StoreFigures
from services.settings import Settings

__all__ = [
    "EngineView",
    "Finding",
    "Gatherer",
    "Grade",
    "Overview",
    "ServiceView",
    "SourceFigures",
    "SourceState",
    "StoreFigures",
    "Trouble",
    "findings",
    "healthy",
    "troubles",
    "watcher",
]


def watcher(settings: Settings) -> Gatherer:
    """What looks at the whole stream, again and again; it opens at the first look, and is closed as a context."""
    return Gatherer(settings, SystemClock())


def findings(settings: Settings) -> Iterator[Finding]:
    """What is there, what is missing and how to mend it; each thing as soon as it was looked at."""
    return examine(settings, SystemClock())
