"""Indices of a real Elasticsearch for tests: each made empty, all deleted in the end."""

import atexit
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache

from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from tests.support.engines import delete_indices, elasticsearch, elasticsearch_of_my_own, fresh_prefix


@contextmanager
def criteria_index_of_my_own() -> Iterator[ElasticsearchCriteriaIndex]:
    """An empty index of criteria, deleted at the end."""
    with elasticsearch_of_my_own() as settings:
        index = index_on(settings)
        index.ensure()
        yield index
        index.engine.close()


def index_on(settings: ElasticsearchSettings) -> ElasticsearchCriteriaIndex:
    """Another worker's view of an index."""
    patient = settings.model_copy(update={"timeout_s": 30.0})  # machines that run many tests at once are slow
    return ElasticsearchCriteriaIndex(SearchEngine(patient))


def empty_criteria_index() -> ElasticsearchCriteriaIndex:
    """An empty index; the one given before is deleted, so that one test may ask for hundreds."""
    index = _shared_index()
    delete_indices(elasticsearch(), index.engine.settings.prefix)
    index.ensure()
    return index


@cache
def _shared_index() -> ElasticsearchCriteriaIndex:
    url, prefix = elasticsearch(), fresh_prefix()
    atexit.register(delete_indices, url, prefix)
    return index_on(ElasticsearchSettings(urls=(url,), prefix=prefix))
