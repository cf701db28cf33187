"""An index of a baseline on some engine, over plain HTTP: the clients refuse engines that are not of their own make."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

import orjson
import urllib3

from bench.hits import MOST
from schemas.criteria import Criteria, CriteriaRecord
from services.matcher.adapters.elasticsearch.documents import ANY, query_of
from services.rules.criterion import FACETS
from services.rules.prepared import PreparedPosting

KEYWORD: Final = {"type": "keyword"}
NUMBER: Final = {"type": "long"}
_AS_OURS: Final = ("place", "language")
AS_OURS: Final = (*_AS_OURS, *(facet.name for facet in FACETS))
"""Fields of which a posting must meet one term."""
_SEARCHES: Final = 16
"""In one request."""


class BaselineIndex:
    """Criteria in one index on one engine, of one shard, that no other index shares."""

    def __init__(
        self,
        url: str,
        name: str,
        properties: dict[str, Any],
        document: Callable[[CriteriaRecord], dict[str, Any]],
    ) -> None:
        self._http = urllib3.PoolManager(timeout=3_600, retries=False, maxsize=4)
        self._url, self._name = url, name
        self._properties, self._document = properties, document

    def create(self) -> None:
        """Make it anew. What is asked is not kept for when it is asked again: no posting comes twice in a stream."""
        self.delete()
        settings = {
            "number_of_shards": 1,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "requests.cache.enable": False,
            "max_result_window": MOST,
        }
        self._ask("PUT", "", {"settings": settings, "mappings": {"dynamic": False, "properties": self._properties}})

    def delete(self) -> None:
        """Drop it, if there is one."""
        self._ask("DELETE", "?ignore_unavailable=true")

    def load(self, records: Iterable[CriteriaRecord]) -> None:
        """Add criteria, each as a document by its key."""
        lines = b"".join(
            b'{"index":{"_id":"%d"}}\n%b\n' % (record.key, orjson.dumps(self._document(record))) for record in records
        )
        answer = self._ask("POST", "/_bulk?filter_path=errors,items.*.error", lines)
        if answer["errors"]:
            raise RuntimeError(str(answer["items"][:1]))

    def settle(self) -> None:
        """Merge into one segment, which is what searches like best."""
        self._ask("POST", "/_forcemerge?max_num_segments=1")
        self._ask("POST", "/_refresh")

    def search(self, body: dict[str, Any], wanted: str) -> dict[str, Any]:
        """One search; of its answer only what `wanted` names."""
        answer: dict[str, Any] = self._ask("POST", f"/_search?filter_path=timed_out,_shards.failed,{wanted}", body)
        _check_whole(answer)
        return answer

    def search_many(self, bodies: Sequence[dict[str, Any]], wanted: str) -> Iterator[dict[str, Any]]:
        """The answer of each, some in one request."""
        paths = ",".join(f"responses.{member}" for member in ("error", "timed_out", "_shards.failed", wanted))
        for at in range(0, len(bodies), _SEARCHES):
            lines = b"".join(b"{}\n%b\n" % orjson.dumps(body) for body in bodies[at : at + _SEARCHES])
            for answer in self._ask("POST", f"/_msearch?filter_path={paths}", lines)["responses"]:
                _check_whole(answer)
                yield answer

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        lines = isinstance(body, bytes)
        kind = "application/x-ndjson" if lines else "application/json"
        data = body if lines or body is None else orjson.dumps(body)
        url = f"{self._url}/{self._name}{path}"
        answer = self._http.request(method, url, body=data, headers={"content-type": kind})
        if answer.status >= 300 and not (method == "DELETE" and answer.status == 404):
            raise RuntimeError(f"{method} {url}: {answer.data[:400]!r}")
        return orjson.loads(answer.data)


def filters_as_ours(prepared: PreparedPosting) -> list[dict[str, Any]]:
    """What a posting must meet in these fields."""
    ours = [
        clause for clause in query_of(prepared)["bool"]["filter"] if not clause["terms"].keys().isdisjoint(_AS_OURS)
    ]
    return [*ours, *({"terms": {facet.name: [ANY, *facet.terms_of(prepared)]}} for facet in FACETS)]


def fields_as_ours(criteria: Criteria, ours: Mapping[str, Any]) -> dict[str, Any]:
    """What is asked in these fields; `ours` is our own document."""
    asked = {facet.name: facet.asked(criteria) or [ANY] for facet in FACETS}
    return {name: ours[name] for name in _AS_OURS} | asked


def _check_whole(answer: dict[str, Any]) -> None:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise RuntimeError(f"a search failed: {answer.get('error', 'a shard did not answer')}")
