"""Wires the collectors and the normaliser."""

from collections.abc import Callable
from random import Random

from sqlalchemy import Engine

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
from services.runtime.records import Producer


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


def make_normalise() -> Normalise:
    """The normaliser's function alone, for trials of a feed."""
    return NormaliseApart()
