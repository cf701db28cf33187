"""An ASGI application served in a thread of this process, and its connections within bounds.

Uvicorn bounds the head's size and the idle time between two requests. What it lacks is here: a time for the head to
arrive in and for an answer to be read in, and a number of connections beyond which none is kept. Its own
`limit_concurrency` counts silent connections too, so that these would shut out everybody else.
"""

import asyncio
import json
import logging
import resource
import socket
import threading
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from types import TracebackType
from typing import Any, ClassVar, cast

import h11
import structlog
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

from services.runtime.errors import UsageError

_LOOK_EVERY_S = 0.5


@dataclass(frozen=True, slots=True)
class ConnectionLimits:
    """What a client may use up of a web server."""

    connections: int = 256
    of_one_peer: int = 64
    """Connections from one address."""
    proxies: frozenset[str] = frozenset({"127.0.0.1", "::1"})
    """Addresses that speak for many clients, so that `of_one_peer` does not hold for them."""
    head_s: float = 10.0
    """How long a connection may be without a whole head of a request: silent, idle or slow."""
    answer_s: float = 30.0
    """How long an answer may take to be read."""


class BoundedConnection(H11Protocol):
    """One connection of uvicorn. Where there are as many as may be, the one longest without a request makes room."""

    limits: ClassVar[ConnectionLimits]

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn's
        """Make room for it, or refuse it."""
        self._without_request_since = self.loop.time()
        self._unread_since: float | None = None
        super().connection_made(transport)
        others = [cast("BoundedConnection", other) for other in self.connections if other is not self]
        if len(others) >= self.limits.connections and not _made_room(others):
            self._refuse("too many connections; try again later")
            return
        mine = [other for other in others if other._peer == self._peer and not other.transport.is_closing()]
        if self._peer not in self.limits.proxies and len(mine) >= self.limits.of_one_peer and not _made_room(mine):
            self._refuse("too many connections from this address; try again later")
            return
        self.loop.call_later(_LOOK_EVERY_S, self._look)

    def on_response_complete(self) -> None:
        """Begin to count the time to the next request."""
        self._without_request_since = self.loop.time()
        super().on_response_complete()

    def send_400_response(self, msg: str) -> None:
        """Say that the request is malformed, where there is no answer under way yet."""
        try:
            super().send_400_response(msg)
        except h11.LocalProtocolError:
            self.transport.abort()

    @property
    def has_request(self) -> bool:
        """Whether a request has begun and is not answered yet."""
        cycle: RequestResponseCycle | None = self.cycle
        return cycle is not None and not cycle.response_complete

    @property
    def _peer(self) -> str:
        return self.client[0] if self.client else ""

    def _refuse(self, why: str) -> None:
        body = json.dumps({"error": why}).encode()
        status = HTTPStatus.SERVICE_UNAVAILABLE
        head = (
            f"HTTP/1.1 {status.value} {status.phrase}\r\nContent-Type: application/json\r\nRetry-After: 5\r\n"
            f"Connection: close\r\nContent-Length: {len(body)}\r\n\r\n"
        )
        self.transport.write(head.encode() + body)
        self.transport.close()

    def _look(self) -> None:
        """Break off what takes too long. It goes on after a close, which waits for the client to read."""
        if self not in self.connections:
            return
        now = self.loop.time()
        unread = self.transport.get_write_buffer_size() > 0
        self._unread_since = (self._unread_since or now) if unread else None
        slow_reader = self._unread_since is not None and now - self._unread_since > self.limits.answer_s
        slow_head = not unread and not self.has_request and now - self._without_request_since > self.limits.head_s
        if slow_reader or slow_head:
            self.transport.abort()
            return
        self.loop.call_later(_LOOK_EVERY_S, self._look)


def _made_room(connections: Iterable[BoundedConnection]) -> bool:
    """End the connection that has been without a request longest; False where each has one."""
    idle = [
        connection for connection in connections if not connection.has_request and not connection.transport.is_closing()
    ]
    if not idle:
        return False
    min(idle, key=lambda connection: connection._without_request_since).transport.abort()
    return True


def bounded(limits: ConnectionLimits) -> type[BoundedConnection]:
    """The protocol that uvicorn is to speak under these limits."""
    return type("Connection", (BoundedConnection,), {"limits": limits})


_GRACE_S = 3
_LAST_S = 1.5
"""After the grace: what is broken off then is answered within this time."""
_BACKLOG = 2_048
"""Connections that wait to be accepted, as far as the machine lets them; it breaks off those beyond."""
_MOST_HEAD = 16_384
"""Bytes of a request's head."""
_IDLE_S = 5
_FILES_BESIDE = 512
"""Of this process besides connections: of the store, the log, and what its services read."""

_events = structlog.get_logger(__name__)


class WebServer:
    """Serves until it is left; requests in hand are finished then, for three seconds.

    An application that is cancelled after that answers for itself.
    """

    def __init__(self, app: Any, *, host: str, port: int, what: str, setting: str, limits: ConnectionLimits) -> None:
        """Bind at once. `what` is served, where `setting` says. Raises UsageError where the address cannot be had."""
        self._socket = _bound(host, port, what, setting)
        self.port = int(self._socket.getsockname()[1])
        self.address = f"{host}:{self.port}"
        self._what = what
        for name in ("uvicorn", "uvicorn.error"):
            # Below that it tells of each malformed request, of which anybody can make many.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        _allow_files(limits.connections + _FILES_BESIDE)
        config = uvicorn.Config(
            app,
            http=bounded(limits),
            h11_max_incomplete_event_size=_MOST_HEAD,
            timeout_keep_alive=_IDLE_S,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            ws="none",
            lifespan="off",
            backlog=_BACKLOG,
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = _Server(config)
        self._thread = threading.Thread(target=self._run, name=what, daemon=True)
        self._over = threading.Event()

    def __enter__(self) -> "WebServer":
        self._thread.start()
        while not self._server.started and not self._over.wait(0.01):
            pass
        _events.info("served", what=self._what, listening=self.address)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._server.should_exit = True
        self._thread.join(timeout=_GRACE_S + _LAST_S)
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._over.set()


class _Server(uvicorn.Server):
    """Leaves no connection behind: one whose client does not read would otherwise outlive the loop."""

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        await super().shutdown(sockets)
        if self.server_state.tasks:
            await asyncio.wait(self.server_state.tasks, timeout=_LAST_S / 2)
        for connection in list(self.server_state.connections):
            cast("BoundedConnection", connection).transport.abort()
        # An abort is carried out by the loop's next turn.
        await asyncio.sleep(0)


def _allow_files(count: int) -> None:
    """Have the system let this process open as many, of which most let a process ask for more than it has at first."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    if soft == resource.RLIM_INFINITY or soft >= count:
        return
    most = count if hard == resource.RLIM_INFINITY else min(count, hard)
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, hard))
    if most < count:
        _events.warning("fewer connections than the settings allow: see `ulimit -n`", files=most, wanted=count)


def _bound(host: str, port: int, what: str, setting: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        raise UsageError(f"{what} cannot listen on {host}:{port}: {error.strerror or error}; see {setting}") from None
    return made
