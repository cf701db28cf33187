"""`/metrics`, `/livez` and `/readyz` of a process, over HTTP, in a thread of their own.

The standard library's server: it needs no event loop, so that it answers while the worker's own is stuck.
"""

import errno
import io
import json
import socket
import threading
import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, ClassVar
from urllib.parse import urlsplit

import structlog
from prometheus_client import CollectorRegistry
from prometheus_client.exposition import choose_encoder

from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import redacted

_events = structlog.get_logger(__name__)
_JSON = "application/json; charset=utf-8"
_REQUEST_TIMEOUT_S = 5.0
"""Of a whole request and, anew, of its answer, in however many pieces they come and go."""
_MOST_AT_ONCE = 16
_MOST_CONNECTIONS = 64
_MOST_HEAD = 16_384
"""Bytes of a request, of which only the head is read."""


@dataclass(frozen=True, slots=True)
class Probed:
    """What the probes ask. Each is called in a thread of the server and must be quick."""

    registry: CollectorRegistry
    not_ready: Callable[[], Sequence[str]]
    """Why the process does not do its work, a sentence each; none: it does."""
    idle_s: Callable[[], float]
    """Seconds since the worker's loop last turned."""
    stuck_after_s: float = 600.0
    """An idle time beyond which the process is to be killed: longer than any single step of the loop takes."""


class ProbeServer:
    """Serves the probes until it is left."""

    def __init__(self, probed: Probed, *, host: str, port: int, or_any: bool = False) -> None:
        """Bind at once; `or_any`: at a free port where another process has this one. Raises UsageError."""
        handler = type("Handler", (_Handler,), {"probed": probed, "slots_free": threading.Semaphore(_MOST_AT_ONCE)})
        try:
            self._server = _bound(host, port, handler, or_any=or_any)
        except OSError as error:
            raise UsageError(
                f"the probes cannot listen on {host}:{port}: {error.strerror or error}; set another port in [probes],"
                " or enabled = false"
            ) from None
        self.port = int(self._server.server_address[1])
        self.address = f"{host}:{self.port}"
        self._thread = threading.Thread(target=self._server.serve_forever, name="probes", daemon=True)

    def __enter__(self) -> "ProbeServer":
        self._thread.start()
        _events.info("probes are served", listening=self.address)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(timeout=_REQUEST_TIMEOUT_S)


def _bound(host: str, port: int, handler: type[BaseHTTPRequestHandler], *, or_any: bool) -> "_Server":
    try:
        return _Server((host, port), handler)
    except OSError as error:
        if not or_any or error.errno != errno.EADDRINUSE:
            raise
        _events.info("another process has the port of the probes; takes a free one", port=port)
        return _Server((host, 0), handler)


class _Server(ThreadingHTTPServer):
    """A thread a connection. Where there are as many as may be, the oldest makes room: it is silent or slow."""

    daemon_threads = True
    block_on_close = False
    request_queue_size = _MOST_CONNECTIONS

    def __init__(self, address: tuple[str, int], handler: type[BaseHTTPRequestHandler]) -> None:
        self._open: dict[socket.socket, None] = {}
        self._changing = threading.Lock()
        super().__init__(address, handler)

    def process_request(self, request: Any, client_address: Any) -> None:
        """Answer it in a thread of its own."""
        with self._changing:
            while len(self._open) >= _MOST_CONNECTIONS:
                oldest = next(iter(self._open))
                del self._open[oldest]
                with suppress(OSError):
                    oldest.shutdown(socket.SHUT_RDWR)
            self._open[request] = None
        super().process_request(request, client_address)

    def shutdown_request(self, request: Any) -> None:
        """End it."""
        with self._changing:
            self._open.pop(request, None)
        super().shutdown_request(request)

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A client that went away is no event."""
        _events.debug("a probe broke off")


class _Head(io.RawIOBase):
    """What a client sends, for so long and so much. Raises TimeoutError."""

    def __init__(self, client: socket.socket) -> None:
        self._client = client
        self._ends_at = time.monotonic() + _REQUEST_TIMEOUT_S
        self._left = _MOST_HEAD

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        time_left = self._ends_at - time.monotonic()
        if time_left <= 0 or self._left <= 0:
            raise TimeoutError
        self._client.settimeout(time_left)
        count = self._client.recv_into(buffer, min(self._left, memoryview(buffer).nbytes))
        self._left -= count
        return count


class _Handler(BaseHTTPRequestHandler):
    probed: ClassVar[Probed]
    slots_free: ClassVar[threading.Semaphore]
    timeout = _REQUEST_TIMEOUT_S
    server_version = "jobchime"
    sys_version = ""

    def setup(self) -> None:
        """Read within bounds."""
        super().setup()
        self.rfile = io.BufferedReader(_Head(self.connection))

    def do_GET(self) -> None:
        """Answer one of the three paths."""
        if not self.slots_free.acquire(blocking=False):
            self._answer(HTTPStatus.SERVICE_UNAVAILABLE, _JSON, _json({"error": "too many probes at once"}))
            return
        try:
            self._route()
        finally:
            self.slots_free.release()

    do_HEAD = do_GET  # noqa: N815 (the standard library's name)

    def _route(self) -> None:
        pages: dict[str, Callable[[], None]] = {"/metrics": self._metrics, "/livez": self._live, "/readyz": self._ready}
        page = pages.get(urlsplit(self.path).path)
        if page is None:
            found = {"error": "not found", "paths": sorted(pages)}
            self._answer(HTTPStatus.NOT_FOUND, _JSON, _json(found))
            return
        try:
            page()
        except (ConnectionError, TimeoutError):
            raise
        except Exception as error:
            _events.exception("a probe failed", path=urlsplit(self.path).path)
            self._answer(HTTPStatus.INTERNAL_SERVER_ERROR, _JSON, _json({"error": redacted(error)}))

    def _metrics(self) -> None:
        encode, kind = choose_encoder(self.headers.get("Accept", ""))
        self._answer(HTTPStatus.OK, kind, encode(self.probed.registry))

    def _live(self) -> None:
        idle = self.probed.idle_s()
        alive = idle <= self.probed.stuck_after_s
        said: dict[str, object] = {"alive": alive, "idle_seconds": round(idle, 1)}
        if not alive:
            said["reason"] = f"the worker's loop has not turned for {idle:.0f} s; restart the process"
        self._answer(HTTPStatus.OK if alive else HTTPStatus.SERVICE_UNAVAILABLE, _JSON, _json(said))

    def _ready(self) -> None:
        reasons = list(self.probed.not_ready())
        status = HTTPStatus.SERVICE_UNAVAILABLE if reasons else HTTPStatus.OK
        self._answer(status, _JSON, _json({"ready": not reasons, "reasons": reasons}))

    def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
        # Of a send it is the whole time, not that of one piece.
        self.connection.settimeout(_REQUEST_TIMEOUT_S)
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.send_header("Cache-Control", "no-store")
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """A probe every few seconds is no event."""


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"
