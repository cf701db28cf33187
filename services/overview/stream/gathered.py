"""What is made of that which was read of the store and the log."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from statistics import median

from sqlalchemy import Connection

from services.overview.stream.model import SOURCE_SEVERITY, HoursView, LogView, Place, StoreView, worst_first
from services.runtime.figures.hours import read_mailed, read_stages
from services.runtime.figures.peak import Peak
from services.runtime.figures.source_hours import read_source_faults, read_source_hours
from services.runtime.figures.source_readers import read_source_readers
from services.runtime.figures.stream import StoreFigures
from services.runtime.health.heartbeat import Worker

_MOST_SOURCES = 12
"""Whose hours are read: those that fare worst."""


def read_hours(connection: Connection, figures: StoreFigures) -> HoursView:
    """What the store counted by the hour, and of the sources that fare worst; in the caller's transaction."""
    now, faults = figures.at, read_source_faults(connection, figures.at)
    worst = sorted(figures.sources, key=lambda source: (worst_first(source.state), -faults[source.name], source.name))
    names = [source.name for source in worst[:_MOST_SOURCES]]
    of_sources = dict(read_source_hours(connection, now, names))
    unwell = [source.name for source in worst[:_MOST_SOURCES] if SOURCE_SEVERITY[source.state] in ("grave", "note")]
    readers = dict(read_source_readers(connection, unwell))
    return HoursView(read_stages(connection, now), read_mailed(connection, now), of_sources, readers)


def peak_of(store: StoreView, lead: timedelta) -> Peak | None:
    """None too under a plan that lets only so many mails a day go out: it decides by itself when they do."""
    figures = store.figures
    notifiers = sum(worker.alive for worker in figures.workers if worker.service == "notifier")
    return None if figures.mail.day else store.ahead.peak(figures.at, figures.due_subscribers, notifiers, lead)


def lag_of(log: LogView, service: str, topics: Sequence[str]) -> int:
    """What is there and not handled; without a commit, all that is there."""
    committed = log.committed.get(service, {})
    places = [place for place in log.ends if place[0] in topics]
    return sum(max(log.ends[at] - max(committed.get(at, 0), log.starts[at]), 0) for at in places)


def summed(offsets: Mapping[Place, int]) -> dict[str, int]:
    found: dict[str, int] = {}
    for (topic, _), offset in offsets.items():
        found[topic] = found.get(topic, 0) + offset
    return found


def freshness(workers: Sequence[Worker], now: datetime) -> dict[str, float]:
    found: dict[str, list[float]] = {}
    for worker in workers:
        if worker.alive(now) and worker.heartbeat.freshness_s is not None and worker.heartbeat.per_second > 0:
            found.setdefault(worker.heartbeat.service, []).append(worker.heartbeat.freshness_s)
    return {service: median(values) for service, values in found.items()}
