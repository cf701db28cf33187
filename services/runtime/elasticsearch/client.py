"""Elasticsearch as this project asks it: one try a request, and nothing but whole answers."""

import logging
from collections.abc import Mapping, Sequence
from typing import Any, Final

import orjson
from elastic_transport import ApiError, ConnectionTimeout, OrjsonSerializer, TransportError
from elastic_transport.client_utils import DEFAULT
from elasticsearch import Elasticsearch, UnsupportedProductError

from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.errors import JobchimeError, PoisonError, UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted

JSON: Final = {"accept": "application/json", "content-type": "application/json"}
LINES: Final = {"accept": "application/json", "content-type": "application/x-ndjson"}
WHOLE: Final = "responses.error,responses.status,responses.timed_out,responses._shards.failed"
"""What a `filter_path` of `_msearch` must let through for partial answers to be told."""

_CONFLICT, _NOT_FOUND, _TOO_MANY = 409, 404, 429
_REFUSED: Final = (401, 403)
_BLOCKED: Final = "cluster_block_exception"
_OTHER_FORM: Final = "strict_dynamic_mapping_exception"
_ENGINE: Final = "Elasticsearch"


class MissingIndexError(UnavailableError):
    """An index or alias that a request named is not there (any more)."""


class RefusedError(JobchimeError):
    """A request that will never be taken; `kind` is the server's name for why."""

    def __init__(self, sentence: str, kind: str) -> None:
        super().__init__(sentence)
        self.kind = kind


class SlowError(UnavailableError):
    """No answer in time: of less at once there may be one."""


class SearchEngine:
    """A connection to a cluster. Nothing is retried in here, so that the caller's deadline holds. For many threads."""

    def __init__(self, settings: ElasticsearchSettings) -> None:
        """Connects on first use. Raises UsageError without an address, and for settings that the client refuses."""
        if not settings.urls:
            raise UsageError("no Elasticsearch is configured: set elasticsearch.urls, such as http://127.0.0.1:9200")
        if settings.ca_file and not settings.ca_file.is_file():
            raise UsageError(f"elasticsearch.ca_file {settings.ca_file} is no file")
        self.settings = settings
        try:
            self._client = _client(settings)
        except (ValueError, OSError) as error:
            raise UsageError(
                f"the Elasticsearch client refuses elasticsearch.* of the settings: {redacted(error)}"
            ) from error

    def close(self) -> None:
        """Let go of the connections."""
        self._client.close()

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
        return self._send(method, path, JSON, body, params, timeout_s)

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
        self, index: str, searches: Sequence[Mapping[str, Any]], *, filter_path: str, timeout_s: float | None = None
    ) -> list[dict[str, Any]]:
        """The answer of each search, `filter_path` (of one answer) alone. Raises as `ask`, and for a partial answer."""
        if not searches:
            return []
        head = orjson.dumps({"index": index, "allow_partial_search_results": False})
        lines = b"".join(b"%b\n%b\n" % (head, orjson.dumps(search)) for search in searches)
        let_through = ",".join((WHOLE, *(f"responses.{path}" for path in filter_path.split(","))))
        found = self._send("POST", "/_msearch", LINES, lines, {"filter_path": let_through}, timeout_s)
        answers: list[dict[str, Any]] = found["responses"]
        for answer in answers:
            _check_whole(answer)
        return answers

    def bulk(
        self,
        lines: bytes,
        *,
        index: str = "",
        params: Mapping[str, Any] | None = None,
        timeout_s: float | None = None,
    ) -> None:
        """Send `_bulk` lines, to `index` unless they name one; a version conflict is fine: what is held is as new.

        Raises PoisonError for a document that is refused, MissingIndexError, and UnavailableError for any other item
        that failed, also where the index lacks a field of it; then some items may have been written, so all are to be
        sent again.
        """
        wanted = {"filter_path": "errors,items.*.status,items.*.error.type,items.*.error.reason"}
        found = self._send(
            "POST", f"/{index}/_bulk" if index else "/_bulk", LINES, lines, {**(params or {}), **wanted}, timeout_s
        )
        if not found["errors"]:
            return
        failed = [item for answered in found["items"] for item in answered.values() if "error" in item]
        for item in sorted(failed, key=lambda item: item["status"] != _NOT_FOUND):
            if item["status"] != _CONFLICT:
                raise _failure(item["status"], item["error"]["type"], item["error"]["reason"], item=True)

    def _send(
        self,
        method: str,
        path: str,
        headers: Mapping[str, str],
        body: Any,
        params: Mapping[str, Any] | None,
        timeout_s: float | None,
    ) -> Any:
        client = self._client if timeout_s is None else self._client.options(request_timeout=timeout_s)
        try:
            return client.perform_request(method, path, params=params, headers=headers, body=body).body
        except ApiError as error:
            raise _failure(error.meta.status, *_cause(error.body)) from error
        except ConnectionTimeout as error:
            raise SlowError(f"Elasticsearch does not answer in time: {redacted(error)}", mend=_ENGINE) from error
        except TransportError as error:
            raise _away(f"Elasticsearch does not answer: {redacted(error)}") from error
        except UnsupportedProductError as error:
            raise _away("what answers at elasticsearch.urls is not Elasticsearch: check it") from error


def _client(settings: ElasticsearchSettings) -> Elasticsearch:
    # The library tells each failed attempt as a warning; what matters of it comes as an error of ours.
    logging.getLogger("elastic_transport").setLevel(logging.CRITICAL)
    return Elasticsearch(
        list(settings.urls),
        basic_auth=(settings.username, settings.password.get_secret_value()) if settings.username else None,
        api_key=settings.api_key.get_secret_value() or None,
        ca_certs=str(settings.ca_file) if settings.ca_file else DEFAULT,
        request_timeout=settings.timeout_s,
        max_retries=0,
        retry_on_timeout=False,
        serializers={"application/json": OrjsonSerializer()},
    )


def _check_whole(answer: Mapping[str, Any]) -> None:
    """A response is 200 although searches or shards in it failed."""
    if "error" in answer:
        raise _failure(answer.get("status", 500), *_cause(answer))
    if answer.get("timed_out", True) or answer.get("_shards", {}).get("failed", 1):
        raise UnavailableError("Elasticsearch answered in part: a shard failed or ran out of time")


def _away(sentence: str) -> UnavailableError:
    return UnavailableError(sentence, mend=_ENGINE)


def _failure(status: int, kind: str, said: str, *, item: bool = False) -> JobchimeError:
    reason = f"{kind}: {said}" if kind else said or "no reason given"
    if status == _NOT_FOUND:
        return MissingIndexError(f"Elasticsearch lacks an index: {reason}")
    if kind == _BLOCKED:
        # By an operator, a snapshot or a full disk: with 403 or 429, and no fault of credentials.
        return _away(f"Elasticsearch is blocked ({status}): {said}")
    if status in _REFUSED:
        return _away(f"Elasticsearch refuses our credentials ({status}): check elasticsearch.* settings")
    if status == _TOO_MANY or status >= 500:
        return _away(f"Elasticsearch cannot serve now ({status}): {reason}")
    if kind == _OTHER_FORM:
        # No fault of the document: all of a release's have the fields of its own mapping.
        sentence = f"the index is of another release's form: end the older services, or reindex ({reason})"
        return UnavailableError(sentence, mend="reindex")
    sentence = f"Elasticsearch refuses a {'document' if item else 'request'} ({status}): {reason}"
    return PoisonError(sentence) if item else RefusedError(sentence, kind)


def _cause(body: Any) -> tuple[str, str]:
    """The name and the plainest sentence that an error's body has for why; each may be empty."""
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return "", str(error or "")
    first = (error.get("root_cause") or [error])[0]
    return str(first.get("type", "")), str(first.get("reason", ""))
