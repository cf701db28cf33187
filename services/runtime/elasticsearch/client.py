"""Elasticsearch as this project asks it: one try a request, and nothing but whole answers."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson

from services.runtime.elasticsearch.refusals import CONFLICT, NOT_FOUND, cause, failure, said_of
from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import UnavailableError, UsageError

JSON: Final = {"accept": "application/json", "content-type": "application/json"}
LINES: Final = {"accept": "application/json", "content-type": "application/x-ndjson"}
WHOLE: Final = "responses.error,responses.status,responses.timed_out,responses._shards.failed"
"""What a `filter_path` of `_msearch` must let through for partial answers to be told."""


class SearchEngine:
    """A connection to a cluster. Nothing is retried in here, so that the caller's deadline holds. For many threads."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        """Connects on first use. Raises UsageError without an address, and for settings that the client refuses."""
        if not settings.urls:
            raise UsageError("no Elasticsearch is configured: set elasticsearch.urls, such as http://127.0.0.1:9200")
        if settings.ca_file and not settings.ca_file.is_file():
            raise UsageError(f"elasticsearch.ca_file {settings.ca_file} is no file")
        # Only where there is a cluster to ask: to import its client takes a fifth of the start of a command.
        from services.runtime.elasticsearch.connection import Connection

        self.settings = settings
        self._connection = Connection(settings)

    def close(self) -> None:
        """Let go of the connections."""
        self._connection.close()

    def ask(
        self,
        method: str,
        path: str,
        body: Any = None,
        *,
        params: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> Any:
        """One request, its answer parsed.

        Raises MissingIndexError (404), UnavailableError where waiting may help (no connection, no answer in time, 429,
        5xx, refused credentials), and JobchimeError for a request that will never be taken.
        """
        return self._connection.send(method, path, JSON, body, params, timeout_s)

    def refresh(self, index: str, *, timeout_s: float | None = None) -> None:
        """Make all that was written to an index, or several, visible to searches. Raises as `ask`, and where a shard
        could not."""
        answer = self.ask("POST", f"/{index}/_refresh", timeout_s=timeout_s)
        if answer["_shards"]["failed"]:
            raise UnavailableError(f"Elasticsearch could not refresh a shard of {index}")

    def count(self, index: str, query: Mapping[str, Any] | None = None) -> int:
        """How many documents a query finds, by default all that there are. Raises as `ask`, and for a partial count."""
        found = self.ask("POST", f"/{index}/_count", None if query is None else {"query": query})
        if found["_shards"]["successful"] < found["_shards"]["total"]:
            raise UnavailableError(f"Elasticsearch could not count in every shard of {index}")
        return int(found["count"])

    def delete_some(self, index: str, query: Mapping[str, Any], most: int) -> int:
        """Delete documents that a query finds, but for those that change meanwhile, at most `most`; how many.

        Raises as `ask`, and where some could not be deleted; then others may have been.
        """
        body = {"query": query, "max_docs": most}
        params = {"conflicts": "proceed", "refresh": "true"}
        answer = self.ask("POST", f"/{index}/_delete_by_query", body, params=params)
        if answer["failures"] or answer["timed_out"]:
            raise UnavailableError(f"Elasticsearch could not delete all that it found in {index}")
        return int(answer["deleted"])

    def search_many(
        self, index: str, searches: Sequence[Mapping[str, Any]], *, filter_path: str
    ) -> list[dict[str, Any]]:
        """The answer of each search, `filter_path` (of one answer) alone. Raises as `ask`, and for a partial answer."""
        if not searches:
            return []
        head = orjson.dumps({"index": index, "allow_partial_search_results": False})
        lines = b"".join(b"%b\n%b\n" % (head, orjson.dumps(search)) for search in searches)
        let_through = ",".join((WHOLE, *(f"responses.{path}" for path in filter_path.split(","))))
        found = self._connection.send("POST", "/_msearch", LINES, lines, {"filter_path": let_through})
        answers: list[dict[str, Any]] = found["responses"]
        for answer in answers:
            _check_whole(answer)
        return answers

    def bulk(self, lines: bytes, *, index: str = "", params: Mapping[str, Any] | None = None) -> None:
        """Send `_bulk` lines, to `index` unless they name one; a version conflict is fine: what is held is as new.

        Raises PoisonError for a document that is refused, MissingIndexError, and UnavailableError for any other item
        that failed, also where the index lacks a field of it; then some items may have been written, so all are to be
        sent again.
        """
        wanted = {"filter_path": "errors,items.*.status,items.*.error.type,items.*.error.reason,items.*.error.index"}
        found = self._connection.send(
            "POST", f"/{index}/_bulk" if index else "/_bulk", LINES, lines, {**(params or {}), **wanted}
        )
        if not found["errors"]:
            return
        failed = [item for answered in found["items"] for item in answered.values() if "error" in item]
        for item in sorted(failed, key=lambda item: item["status"] != NOT_FOUND):
            if item["status"] != CONFLICT:
                raise failure(item["status"], *said_of(item["error"]), item=True)


def _check_whole(answer: Mapping[str, Any]) -> None:
    """A response is 200 although searches or shards in it failed."""
    if "error" in answer:
        raise failure(answer.get("status", 500), *cause(answer))
    if answer.get("timed_out", True) or answer.get("_shards", {}).get("failed", 1):
        raise UnavailableError("Elasticsearch answered in part: a shard failed or ran out of time")
