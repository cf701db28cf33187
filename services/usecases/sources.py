"""The sources of the settings: how each fares, and what operators say of them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.schedule import SourceHealth
from services.ingest.settings import SourceSettings
from services.operating import expected_of
from services.runtime.errors import UsageError
from services.runtime.figures.stream import SourceFigures, SourceState, read_source_figures
from services.usecases.installation import Installation
from services.usecases.pauses import require_source

__all__ = ["SourceFigures", "SourceHealth", "Standing", "accept", "again", "standings"]

_RANK: dict[SourceState, int] = {"silent": 0, "hanging": 1, "failing": 2, "shrunk": 3, "paused": 4}
"""What is not well, the worst first."""


@dataclass(frozen=True, slots=True)
class Standing:
    """A source that is polled, and how it fares."""

    source: SourceSettings
    figures: SourceFigures
    health: SourceHealth | None
    """As its polls left it; None of one that was never polled."""

    @property
    def well(self) -> bool:
        """Whether there is nothing to see to."""
        return self.figures.state not in _RANK


def standings(installation: Installation, now: datetime) -> Sequence[Standing]:
    """All sources that are polled, what is not well first. Raises UnavailableError."""
    ingest, engine = installation.settings.ingest, installation.engine
    expected = [source for source in expected_of(ingest) if not source.pushed]
    figures = {source.name: source for source in read_source_figures(engine, now, expected)}
    healths = {health.source: health for health in SqlSourceLedger(engine).healths()}
    found = [Standing(source, figures[source.name], healths.get(source.name)) for source in ingest.sources]
    return sorted(found, key=lambda standing: _RANK.get(standing.figures.state, len(_RANK)))


def accept(installation: Installation, source: str) -> int:
    """Say that a complete listing which shrank suspiciously is right; gives how many postings its next poll closes.

    Raises UsageError for a source that the settings do not name, or whose listing has not shrunk so.
    """
    require_source(installation.settings, source)
    shrunk = SqlSourceLedger(installation.engine).accept_shrunk(source)
    if shrunk is None:
        raise UsageError(f"the listing of {source} has not shrunk in a way that needs your word")
    return shrunk.lacking


def again(installation: Installation, source: str | None) -> int:
    """Have all open postings of a source, or of all, go out once more when they are next found; gives how many.

    Nobody is mailed anything twice. Raises UsageError for a source that the settings do not name.
    """
    if source is not None:
        require_source(installation.settings, source)
    return SqlSourceLedger(installation.engine).send_again(source)
