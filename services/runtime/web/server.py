"""An ASGI application served in a thread of this process."""

import asyncio
import logging
import socket
import threading
from types import TracebackType
from typing import Any, cast

import structlog
import uvicorn

from services.runtime.errors import UsageError
from services.runtime.web.connections import BoundedConnection, ConnectionLimits, bounded

_GRACE_S = 3
_LAST_S = 1.5
"""After the grace: what is broken off then is answered within this time."""
_BACKLOG = 256
_MOST_HEAD = 16_384
"""Bytes of a request's head."""
_IDLE_S = 5

_events = structlog.get_logger(__name__)


class WebServer:
    """Serves until it is left; requests in hand are finished then, for three seconds.

    An application that is cancelled after that answers for itself.
    """

    def __init__(
        self,
        app: Any,
        *,
        host: str,
        port: int,
        what: str,
        setting: str,
        limits: ConnectionLimits | None = None,
    ) -> None:
        """Bind at once. `what` is served, where `setting` says. Raises UsageError where the address cannot be had."""
        self._socket = _bound(host, port, what, setting)
        self.port = int(self._socket.getsockname()[1])
        self.address = f"{host}:{self.port}"
        self._what = what
        for name in ("uvicorn", "uvicorn.error"):
            # Below that it tells of each malformed request, of which anybody can make many.
            logging.getLogger(name).setLevel(logging.CRITICAL)
        config = uvicorn.Config(
            app,
            http=bounded(limits or ConnectionLimits()),
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


def _bound(host: str, port: int, what: str, setting: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        raise UsageError(f"{what} cannot listen on {host}:{port}: {error.strerror or error}; see {setting}") from None
    return made
