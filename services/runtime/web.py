"""An ASGI application served in a thread of this process."""

import logging
import socket
import threading
from types import TracebackType
from typing import Any

import structlog
import uvicorn

from services.runtime.errors import UsageError

_GRACE_S = 10
_START_S = 10.0
_BACKLOG = 256
_MOST_CONNECTIONS = 1_000

_events = structlog.get_logger(__name__)


class WebServer:
    """Serves until it is left; requests in hand are finished then, for some seconds."""

    def __init__(self, app: Any, *, host: str, port: int, what: str, setting: str) -> None:
        """Bind at once. `what` is served, where `setting` says. Raises UsageError where the address cannot be had."""
        self._socket = _bound(host, port, what, setting)
        self.port = int(self._socket.getsockname()[1])
        self.address = f"{host}:{self.port}"
        self._what = what
        for name in ("uvicorn", "uvicorn.error"):
            logging.getLogger(name).setLevel(logging.WARNING)
        config = uvicorn.Config(
            app,
            log_config=None,
            access_log=False,
            server_header=False,
            date_header=True,
            proxy_headers=False,
            ws="none",
            lifespan="off",
            backlog=_BACKLOG,
            limit_concurrency=_MOST_CONNECTIONS,
            timeout_graceful_shutdown=_GRACE_S,
        )
        self._server = uvicorn.Server(config)
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
        self._thread.join(timeout=_GRACE_S + _START_S)
        self._socket.close()

    def _run(self) -> None:
        try:
            self._server.run(sockets=[self._socket])
        finally:
            self._over.set()


def _bound(host: str, port: int, what: str, setting: str) -> socket.socket:
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        made = socket.socket(family, kind, protocol)
        made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        made.bind(address)
    except OSError as error:
        raise UsageError(f"{what} cannot listen on {host}:{port}: {error.strerror or error}; see {setting}") from None
    return made
