"""Wiring of the collectors."""

from random import Random

from sqlalchemy import Engine

from services.ingest.adapters.fetch import SourceFetcher
from services.ingest.adapters.fetch_files import FileFetcher
from services.ingest.adapters.fetch_web import WebFetcher
from services.ingest.adapters.formats import detect, format_named
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.closing import Tools
from services.ingest.collector import Collector
from services.ingest.reader import Reader
from services.ingest.settings import IngestSettings
from services.runtime.records import Producer


def make_reader(settings: IngestSettings, chance: Random) -> Reader:
    """What reads sources, over the web and from files."""
    fetcher = SourceFetcher(WebFetcher(settings, chance), FileFetcher())
    return Reader(fetcher, detect=detect, format_named=format_named)


def make_collector(
    settings: IngestSettings, *, engine: Engine, producer: Producer, chance: Random, worker: str = "embedded"
) -> Collector:
    """The collectors over a migrated store. Raises UsageError for a source of an unknown format."""
    tools = Tools(settings, SqlSourceLedger(engine), producer, format_named)
    return Collector(tools, make_reader(settings, chance), chance, worker=worker)
