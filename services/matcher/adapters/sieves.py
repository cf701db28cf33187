"""Sieves of past postings: the index of postings in Elasticsearch, and none where there is no index."""

from collections.abc import Iterator, Mapping
from typing import Any, Final

from schemas.criteria import Criteria
from services.matcher.adapters.elasticsearch.posting_document import far_from
from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.matcher.backtest import Far
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import UnavailableError

_AT_ONCE: Final = 5_000
"""Below the 10,000 hits that a server answers one search with."""


class OpenSieve:
    """`Sieve` that tells of none: every posting is read and judged."""

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """None of them."""
        return {}


class ElasticsearchSieve:
    """`Sieve` by the documents of `ElasticsearchRecentPostings`, whichever of the postings it holds.

    What it lacks, by age or after a loss, what is not visible yet, what it holds in another version than the store, and
    what another release or taxonomy put there is not told of, and so is read: nothing hangs on what the index holds.
    """

    def __init__(self, engine: SearchEngine, kind: str = "postings", *, at_once: int = _AT_ONCE) -> None:
        """`kind` names the index, after the installation's prefix; `at_once` is how many are asked of in a search."""
        self._engine = engine
        self._at_once = at_once
        self._generations = ElasticsearchRecentPostings(engine, kind).generations
        self._of_this_form = False

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """Those whose documents meet too few of what the criteria ask."""
        query = far_from(criteria)
        if query is None:
            return {}
        self._check_form()
        found: dict[str, Far] = {}
        names = list(versions)
        for first in range(0, len(names), self._at_once):
            found.update(self._far(query, names[first : first + self._at_once], versions))
        return found

    def _far(self, query: Mapping[str, Any], some: list[str], versions: Mapping[str, int]) -> Iterator[tuple[str, Far]]:
        asked = {
            "query": {"bool": {"filter": [{"ids": {"values": some}}, query]}},
            "size": len(some),
            "sort": ["_doc"],
            "track_total_hits": False,
            "stored_fields": "_none_",
            "docvalue_fields": ["posting_id", "version", "core"],
        }
        answer = self._engine.search_many(self._generations.alias, [asked], filter_path="hits.hits.fields")[0]
        for hit in answer.get("hits", {}).get("hits", ()):
            fields = hit["fields"]
            posting_id = fields["posting_id"][0]
            if versions[posting_id] == fields["version"][0]:
                yield posting_id, Far(frozenset(fields.get("core", ())))

    def _check_form(self) -> None:
        """Documents of another form lack what is asked for, and would all seem far."""
        if self._of_this_form:
            return
        generations = self._generations
        read = generations.current()
        if not read or read.schema != generations.schema:
            form = f"is of the form {read.schema or 'unknown'}" if read else "is missing"
            raise UnavailableError(f"the index of postings {form}: `jobchime reindex` makes it of {generations.schema}")
        self._of_this_form = True
