"""The index in Elasticsearch, where an installation has one; what it only makes faster goes on without it."""

from collections.abc import Iterator
from contextlib import contextmanager

from services.matcher.app import patient_engine
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import UnavailableError
from services.settings import Settings


def has_index(settings: Settings) -> bool:
    """Whether there is one: else workers hold criteria and postings in memory."""
    return settings.deployed and settings.matcher.index == "elasticsearch"


@contextmanager
def index_of(settings: Settings) -> Iterator[SearchEngine | None]:
    """The engine that holds it; None where there is none."""
    if not has_index(settings):
        yield None
        return
    engine = patient_engine(settings.elasticsearch)
    try:
        yield engine
    finally:
        engine.close()


def without_index(error: UnavailableError) -> str:
    """What is told of whoever finds it away and reads the store instead."""
    return f"{error}; meanwhile every posting is read from the store, which only takes longer"
