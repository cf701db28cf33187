"""What the stream shows of itself: the whole at a glance, with its troubles."""

from services.overview.stream.gather import Gatherer
from services.overview.stream.model import EngineView, Overview, ServiceView, Trouble
from services.overview.stream.troubles import healthy, troubles
from services.runtime.clock import SystemClock
from services.runtime.figures.stream import SourceFigures, SourceState, StoreFigures
from services.settings import Settings

__all__ = [
    "EngineView",
    "Gatherer",
    "Overview",
    "ServiceView",
    "SourceFigures",
    "SourceState",
    "StoreFigures",
    "Trouble",
    "healthy",
    "troubles",
    "watcher",
]


def watcher(settings: Settings) -> Gatherer:
    """What looks at the whole stream, again and again; it opens at the first look, and is closed as a context."""
    return Gatherer(settings, SystemClock())
