"""The push endpoint over HTTP: POST and DELETE of postings, each answered once it is durable."""

import asyncio
import hashlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from functools import partial
from hmac import compare_digest
from typing import Annotated, Any, TypeVar

import structlog
from anyio import CapacityLimiter, to_thread
from fastapi import Depends, FastAPI, Query, Request
from fastapi.responses import JSONResponse, Response
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.ingest.adapters.push.docs import RESPONSES, ErrorModel, TakenModel, request_body
from services.ingest.adapters.push.gate import (
    Gate,
    PushedRecord,
    PushRefusedError,
    RequestCode,
    TooManyRecordsError,
    UnreadableBodyError,
    read_body,
    records_of,
    too_many,
)
from services.ingest.faults import FaultCode, FeedFault
from services.ingest.push import (
    PUSH,
    REFUSED_WHOLE,
    Pusher,
    PushReport,
    RefusedRecord,
    SourceAtWorkError,
    TakenRecord,
    UnknownField,
    bad_pushed_id,
    is_id,
)
from services.ingest.push_settings import PushSettings
from services.runtime.errors import UnavailableError
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import Pauses
from services.runtime.privacy.redaction import redacted

_JSON = "application/json"
_LINES = frozenset({"application/x-ndjson", "application/ndjson", "application/jsonl", "application/x-jsonlines"})
_AWAY_RETRY_S = 5
_PAUSED_RETRY_S = 60

_events = structlog.get_logger(__name__)
T = TypeVar("T")


class Keys:
    """The API keys, hashed: neither their text nor how much of one was right can be told from here."""

    def __init__(self, settings: PushSettings) -> None:
        """Raises UsageError for a key that is missing, guessable, or the same as another."""
        self._known: list[tuple[bytes, str, str]] = []
        for name, key in settings.keys.items():
            self._known.append((hashlib.sha256(key.secret(name)).digest(), name, key.source))

    def find(self, given: str) -> tuple[str, str] | None:
        """The name of a key and the source that it pushes for; None for an unknown one."""
        digest = hashlib.sha256(given.encode("utf-8", "surrogatepass")).digest()
        found: tuple[str, str] | None = None
        # All are compared, whichever fits: the time taken says nothing.
        for known, name, source in self._known:
            if compare_digest(known, digest):
                found = (name, source)
        return found


class PushApi:
    """What the routes do."""

    def __init__(
        self, pusher: Pusher, settings: PushSettings, *, pauses: Callable[[], Pauses], metrics: Metrics
    ) -> None:
        self._pusher = pusher
        self._settings = settings
        self._keys = Keys(settings)
        self._pauses = pauses
        self._metrics = metrics
        self._gate = Gate(settings)
        self._threads = CapacityLimiter(settings.at_once)

    async def post(self, request: Request, key: str | None, *, backlog: bool) -> Response:
        """Take what a body holds."""
        name, source = self._client(key)
        with self._refusals_counted(source):
            lines = _is_lines(request.headers.get("content-type"))
            # A client that asks before it sends has sent nothing yet that would have to pass.
            sent = None if "expect" in request.headers else request
            async with self._gate.turn(name, sent):
                body = await read_body(
                    request,
                    self._settings,
                    encoding=request.headers.get("content-encoding"),
                    length=request.headers.get("content-length"),
                )
                report = await self._in_thread(partial(self._push, source, body, lines, backlog=backlog))
        self._count(source, report)
        _events.info("pushed", key=name, source=source, taken=len(report.taken), refused=len(report.refused))
        return _answer(report)

    async def delete(self, source_id: str, key: str | None) -> Response:
        """Close one posting."""
        name, source = self._client(key)
        with self._refusals_counted(source):
            if not is_id(source_id):
                raise _whole(400, bad_pushed_id())
            async with self._gate.turn(name):
                done = await self._in_thread(partial(self._pusher.close, source, source_id))
        self._count(source, PushReport((done,)))
        if done.outcome == "unknown":
            raise PushRefusedError(404, "not_found", "no posting of this id was pushed for this source")
        _events.info("closed", key=name, source=source, posting=done.posting_id)
        return JSONResponse(_record_json(done), 202)

    def answered(self, status: int) -> None:
        """Count an answer."""
        self._metrics.count(listed.PUSH_REQUESTS, str(status))

    def _client(self, key: str | None) -> tuple[str, str]:
        found = self._keys.find(key) if key else None
        if found is None:
            raise PushRefusedError(401, "unauthorized", "an API key is needed: Authorization: Bearer KEY")
        pauses = self._pauses()
        if pauses.holds_source(found[1]) or pauses.holds(PUSH):
            why = "the operator has paused this; send it later"
            raise PushRefusedError(503, "paused", why, retry_after_s=_PAUSED_RETRY_S)
        return found

    def _push(self, source: str, body: bytes, lines: bool, *, backlog: bool) -> PushReport:
        records = records_of(body, lines=lines, most=self._settings.max_records)
        good = [(record.index, record.row) for record in records if record.row is not None]
        report = self._pusher.push(source, good, backlog=backlog)
        refused = [*report.refused, *(_unread(record) for record in records if record.row is None)]
        return PushReport(report.taken, tuple(sorted(refused, key=lambda record: record.index)), report.unknown)

    async def _in_thread(self, work: Callable[[], T]) -> T:
        try:
            return await to_thread.run_sync(work, limiter=self._threads)
        except UnreadableBodyError as error:
            raise _whole(400, error.fault) from None
        except TooManyRecordsError as error:
            raise PushRefusedError(413, "too_many_records", str(error)) from None
        except SourceAtWorkError:
            raise too_many("other requests of this source are still at work; send it again later") from None
        except UnavailableError as error:
            # What is wrong with our engines is the operator's to know, and nothing of a client's.
            _events.warning("a push is put off", error=redacted(error), error_type=type(error).__name__)
            raise PushRefusedError(
                503, "away", "it cannot be kept now; send the same again", retry_after_s=_AWAY_RETRY_S
            ) from None

    @contextmanager
    def _refusals_counted(self, source: str) -> Iterator[None]:
        """Count a request that is refused whole by its source, as a poll that failed."""
        try:
            yield
        except PushRefusedError:
            self._metrics.by_hour(source, REFUSED_WHOLE)
            raise

    def _count(self, source: str, report: PushReport) -> None:
        self._metrics.by_hour(source, report.hours)
        for record in report.taken:
            self._metrics.count(listed.PUSHED, record.outcome)
        if report.refused:
            self._metrics.count(listed.PUSHED, "refused", by=len(report.refused))


def push_app(api: PushApi) -> FastAPI:
    """The application with its routes and its OpenAPI page."""
    app = FastAPI(
        title="jobchime: push postings",
        description="Postings in, one or many at a time; 202 once they are durable. See docs/push.md.",
        version="1",
        redoc_url=None,
    )
    bearer = HTTPBearer(auto_error=False, description="The API key that the operator gave you.")
    Key = Annotated[HTTPAuthorizationCredentials | None, Depends(bearer)]  # noqa: N806 (a type)

    @app.post("/v1/postings", status_code=202, responses=RESPONSES, openapi_extra=request_body(), response_model=None)
    async def post_postings(
        request: Request,
        key: Key,
        backlog: Annotated[
            bool, Query(description="These are no news: alert nobody to those older than three days.")
        ] = False,
    ) -> Response:
        """Add, change or close postings: one object, a list, or one object a line."""
        return await api.post(request, key.credentials if key else None, backlog=backlog)

    gone: dict[int | str, dict[str, Any]] = {
        202: {"model": TakenModel, "description": "It is closed, now or before."},
        404: {"model": ErrorModel, "description": "No such posting was pushed."},
        401: RESPONSES[401],
        429: RESPONSES[429],
        503: RESPONSES[503],
    }

    @app.delete("/v1/postings/{id:path}", status_code=202, responses=gone, response_model=None)
    async def delete_posting(id: str, key: Key) -> Response:
        """Close a posting by the id that it was pushed with."""
        return await api.delete(id, key.credentials if key else None)

    _handle_errors(app)
    app.add_middleware(_Counted, api=api)
    return app


def _handle_errors(app: FastAPI) -> None:
    @app.exception_handler(PushRefusedError)
    async def refused(_: Request, error: PushRefusedError) -> Response:
        # The body may be unread: the connection ends with the answer.
        headers = {"Connection": "close"}
        if error.status == 401:
            headers["WWW-Authenticate"] = "Bearer"
        if error.retry_after_s is not None:
            headers["Retry-After"] = str(error.retry_after_s)
        return _error(error.status, error.code, error.reason, headers)

    @app.exception_handler(HTTPException)
    async def other(_: Request, error: HTTPException) -> Response:
        code: RequestCode = "not_found" if error.status_code == 404 else "method_not_allowed"
        return _error(error.status_code, code, str(error.detail), error.headers)

    @app.exception_handler(ClientDisconnect)
    async def left(_: Request, error: ClientDisconnect) -> Response:
        return Response(status_code=400)


class _Counted:
    """Counts each answer, and gives one where the application fails or is cancelled by a stop."""

    def __init__(self, app: ASGIApp, api: PushApi) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        begun = False

        async def counted(message: Message) -> None:
            nonlocal begun
            if message["type"] == "http.response.start":
                begun = True
                self._api.answered(message["status"])
            await send(message)

        try:
            await self._app(scope, receive, counted)
        except asyncio.CancelledError:
            if not begun:
                headers = {"Connection": "close", "Retry-After": str(_AWAY_RETRY_S)}
                answer = _error(503, "stopping", "it stops here; send the same again", headers)
                await answer(scope, receive, counted)
        except Exception as error:
            _events.error("a push failed", error=redacted(error), error_type=type(error).__name__, exc_info=error)
            if not begun:
                answer = _error(500, "failed", "it failed here; send the same again")
                await answer(scope, receive, counted)


def _is_lines(content_type: str | None) -> bool:
    kind = (content_type or "").partition(";")[0].strip().lower()
    if kind != _JSON and kind not in _LINES:
        raise PushRefusedError(
            415, "unsupported_media_type", "send application/json, or application/x-ndjson for one object a line"
        )
    return kind in _LINES


def _whole(status: int, fault: FeedFault) -> PushRefusedError:
    return PushRefusedError(status, fault.code, fault.sentence)


def _error(
    status: int, code: RequestCode | FaultCode, reason: str, headers: Mapping[str, str] | None = None
) -> Response:
    return JSONResponse({"error": reason, "code": code}, status, headers)


def _answer(report: PushReport) -> Response:
    errors = [_refused(record) for record in report.refused]
    content: Mapping[str, object] = {
        "accepted": len(report.taken),
        "refused": len(errors),
        "records": [_record_json(record) for record in report.taken],
        "errors": errors,
    }
    if report.unknown:
        content = {**content, "warnings": [_unknown(name) for name in report.unknown]}
    status = 202 if not errors else 207 if report.taken else 422
    return JSONResponse(content, status)


def _unread(record: PushedRecord) -> RefusedRecord:
    assert record.fault is not None
    return RefusedRecord(record.index, record.fault)


def _unknown(unknown: UnknownField) -> dict[str, object]:
    return {"item": unknown.index, "field": unknown.field, "nearest": unknown.nearest}


def _refused(record: RefusedRecord) -> dict[str, object]:
    fault = record.fault
    return {
        "index": record.index,
        "id": record.source_id,
        "code": fault.code,
        "field": fault.field,
        "reason": fault.sentence,
    }


def _record_json(record: TakenRecord) -> dict[str, object]:
    return {"index": record.index, "id": record.source_id, "posting_id": record.posting_id, "outcome": record.outcome}
