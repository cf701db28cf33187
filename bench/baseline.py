"""An index of a baseline on some engine, over plain HTTP: the clients refuse engines that are not of their own make."""

from collections.abc import Iterable
from typing import Any, Final

import orjson
import urllib3

from bench.hits import MOST

KEYWORD: Final = {"type": "keyword"}
NUMBER: Final = {"type": "long"}


class BaselineIndex:
    """One index on one engine, of one shard, that no other index shares."""

    def __init__(self, url: str, name: str) -> None:
        self._http = urllib3.PoolManager(timeout=3_600, retries=False)
        self._url, self._name = url, name

    def create(self, properties: dict[str, Any]) -> None:
        """Make it anew. What is asked is not kept for when it is asked again: no posting comes twice in a stream."""
        self.delete()
        settings = {
            "number_of_shards": 1,
            "number_of_replicas": 0,
            "refresh_interval": "-1",
            "requests.cache.enable": False,
            "max_result_window": MOST,
        }
        self._ask("PUT", "", {"settings": settings, "mappings": {"dynamic": False, "properties": properties}})

    def delete(self) -> None:
        """Drop it, if there is one."""
        self._ask("DELETE", "?ignore_unavailable=true")

    def load(self, documents: Iterable[tuple[int, dict[str, Any]]]) -> None:
        """Add documents by their keys."""
        lines = b"".join(b'{"index":{"_id":"%d"}}\n%b\n' % (key, orjson.dumps(one)) for key, one in documents)
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

    def search_many(self, bodies: Iterable[dict[str, Any]], wanted: str) -> list[dict[str, Any]]:
        """Some searches in one request."""
        lines = b"".join(b"{}\n%b\n" % orjson.dumps(body) for body in bodies)
        paths = ",".join(f"responses.{one}" for one in ("error", "timed_out", "_shards.failed", wanted))
        answers: list[dict[str, Any]] = self._ask("POST", f"/_msearch?filter_path={paths}", lines)["responses"]
        for answer in answers:
            _check_whole(answer)
        return answers

    def _ask(self, method: str, path: str, body: Any = None) -> Any:
        lines = isinstance(body, bytes)
        kind = "application/x-ndjson" if lines else "application/json"
        data = body if lines or body is None else orjson.dumps(body)
        url = f"{self._url}/{self._name}{path}"
        answer = self._http.request(method, url, body=data, headers={"content-type": kind})
        if answer.status >= 300 and not (method == "DELETE" and answer.status == 404):
            raise RuntimeError(f"{method} {url}: {answer.data[:400]!r}")
        return orjson.loads(answer.data)


def _check_whole(answer: dict[str, Any]) -> None:
    if "error" in answer or answer["timed_out"] or answer["_shards"]["failed"]:
        raise RuntimeError(f"a search failed: {answer.get('error', 'a shard did not answer')}")
