"""Wires the collectors and the normaliser."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from random import Random

from sqlalchemy import Engine

from services.ingest.adapters.children.beside import NormaliserBeside
from services.ingest.adapters.children.normalise_apart import NormaliseApart
from services.ingest.adapters.fetch.files import FileFetcher
from services.ingest.adapters.fetch.web import WebFetcher
from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.collector import Collector
from services.ingest.normaliser import Normaliser
from services.ingest.reader import Reader
from services.ingest.sending import Tools
from services.ingest.settings import IngestSettings
from services.ingest.trial import Normalise
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Producer, Record, Service


def make_reader(settings: IngestSettings, chance: Random) -> Reader:
    """What reads sources, over the web and from files."""
    known = Catalogue(settings.mappings)
    return Reader(
        web=WebFetcher(settings, chance),
        files=FileFetcher(),
        detect=known.detect,
        format_named=known.format_named,
        revision=known.revision,
    )


def make_collector(
    settings: IngestSettings,
    *,
    engine: Engine,
    producer: Producer,
    chance: Random,
    worker: str = "embedded",
    paused: Callable[[], frozenset[str]],
) -> Collector:
    """The collectors over a migrated store; `paused` are the sources that an operator holds.

    Raises UsageError for a source of an unknown format.
    """
    tools = Tools(settings, SqlSourceLedger(engine), producer, Catalogue(settings.mappings).format_named)
    return Collector(tools, make_reader(settings, chance), chance, worker=worker, paused=paused)


def make_normaliser(
    settings: IngestSettings | None = None, *, stopping: Callable[[], bool] = lambda: False
) -> Normaliser:
    """The normaliser over all formats, those of the settings too, and the dated rates.

    `stopping` says that the end of the process has been asked for.
    """
    formats = Catalogue(settings.mappings if settings else {}).by_name()
    return Normaliser(formats, NormaliseApart(stopping=stopping).begin, stopping=stopping)


@contextmanager
def normaliser_over(
    log: SqliteLog, settings: IngestSettings, *, stopping: Callable[[], bool] = lambda: False
) -> Iterator[Service]:
    """The normaliser of the embedded form: while open, with a process beside it, where there is a core for that."""
    normaliser = make_normaliser(settings, stopping=stopping)
    wanted = settings.reads_beside
    if not (_cores() > 1 if wanted is None else wanted):
        yield normaliser
        return

    def following(last: Record, most: int) -> Sequence[Record]:
        return log.read(last.topic, last.partition, last.offset + 1, most)

    with NormaliserBeside(normaliser, settings.mappings, following, stopping=stopping) as beside:
        yield beside


def _cores() -> int:
    """Those that this process may use, where the system tells."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def make_normalise() -> Normalise:
    """The normaliser's function alone, for trials of a feed."""
    return NormaliseApart()
