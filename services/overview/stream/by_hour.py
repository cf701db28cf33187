"""What the store counted by the hour, and of the sources that fare worst."""

from dataclasses import dataclass, field

from sqlalchemy import Connection

from services.overview.stream.model import SOURCE_SEVERITY, worst_first
from services.runtime.figures.hours import StageFigures, read_mailed, read_stages
from services.runtime.figures.source_hours import SourceHour, read_source_faults, read_source_hours
from services.runtime.figures.source_readers import SourceReaders, read_source_readers
from services.runtime.figures.stream import StoreFigures

_MOST_SOURCES = 12
"""Whose hours are read: those that fare worst."""


@dataclass(frozen=True, slots=True)
class HoursView:
    """What the store counted by the hour."""

    stages: tuple[StageFigures, ...] = ()
    mailed: dict[str, int] = field(default_factory=dict)
    sources: dict[str, tuple[SourceHour, ...]] = field(default_factory=dict)
    readers: dict[str, SourceReaders] = field(default_factory=dict)


def read_hours(connection: Connection, figures: StoreFigures) -> HoursView:
    """In the caller's transaction."""
    now, faults = figures.at, read_source_faults(connection, figures.at)
    worst = sorted(figures.sources, key=lambda source: (worst_first(source.state), -faults[source.name], source.name))
    names = [source.name for source in worst[:_MOST_SOURCES]]
    of_sources = dict(read_source_hours(connection, now, names))
    unwell = [source.name for source in worst[:_MOST_SOURCES] if SOURCE_SEVERITY[source.state] in ("grave", "note")]
    readers = dict(read_source_readers(connection, unwell))
    return HoursView(read_stages(connection, now), read_mailed(connection, now), of_sources, readers)
