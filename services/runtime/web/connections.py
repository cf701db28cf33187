"""Connections of a web server within bounds: of their number, of a request's head, and of the time each may take.

Uvicorn bounds the head's size and the idle time between two requests. What it lacks is here: a time for the head to
arrive in and for an answer to be read in, and a number of connections beyond which none is kept. Its own
`limit_concurrency` counts silent connections too, so that these would shut out everybody else.
"""

import asyncio
import json
from collections.abc import Iterable
from dataclasses import dataclass
from http import HTTPStatus
from typing import ClassVar, cast

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol, RequestResponseCycle

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

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
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
    idle = [each for each in connections if not each.has_request and not each.transport.is_closing()]
    if not idle:
        return False
    min(idle, key=lambda each: each._without_request_since).transport.abort()
    return True


def bounded(limits: ConnectionLimits) -> type[BoundedConnection]:
    """The protocol that uvicorn is to speak under these limits."""
    return type("Connection", (BoundedConnection,), {"limits": limits})
