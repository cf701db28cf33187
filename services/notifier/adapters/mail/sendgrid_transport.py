"""One request to SendGrid, of which it is known whether it went out whole.

The library's own transport does not tell a request that never left from one whose answer was lost, waits for ever,
takes its proxy from the environment, follows redirects, and logs key and body. This one stands in its place.
"""

import http.client
import io
import json
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from python_http_client import Client

_MOST_BODY = 65_536


class NotSentError(Exception):
    """The request did not go out whole, so nothing can have come of it."""


class NoAnswerError(Exception):
    """The request went out whole and no answer came that could be understood."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came back. A body that was cut short is as much as came of it: the status line says what counts."""

    status: int
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes


@dataclass(frozen=True, slots=True)
class Limits:
    """In seconds: for connecting with encryption; for sending and the answer together."""

    connect: float
    answer: float


class WireClient(Client):  # type: ignore[misc]  # the library has no types
    """The library's client, posting over a connection of its own for each request.

    A connection that is kept may be closed by the server just as a request goes out on it; such a request would have no
    answer, and nobody could tell what became of it.
    """

    def __init__(
        self, host: str, headers: Mapping[str, str], limits: Limits, tls: ssl.SSLContext, path: Any = ()
    ) -> None:
        super().__init__(host, request_headers=dict(headers), version=3, url_path=list(path))
        self._limits = limits
        self._tls = tls

    def _build_client(self, name: str | None = None) -> "WireClient":
        path = [*self._url_path, name] if name else self._url_path
        return WireClient(self.host, self.request_headers, self._limits, self._tls, path)

    def post(self, request_body: Mapping[str, Any]) -> Answer:
        """Send one request. Raises NotSentError or NoAnswerError."""
        data = json.dumps(request_body, ensure_ascii=False).encode("utf-8", "replace")
        headers = {**self.request_headers, "Content-Type": "application/json", "Connection": "close"}
        return _exchange(self._build_url(None), headers, data, self._limits, self._tls)


def _exchange(url: str, headers: Mapping[str, str], data: bytes, limits: Limits, tls: ssl.SSLContext) -> Answer:
    parts = urlsplit(url)
    connection = _connection(parts.scheme, parts.hostname or "", parts.port, limits.connect, tls)
    with closing(connection):
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:
            raise NotSentError(_sentence(error)) from error
        connection.sock.settimeout(limits.answer)
        with _bell(connection.sock, limits.answer) as rang:
            try:
                whole = _post(connection, parts.path, headers, data)
                return _answer(connection, whole)
            except (NotSentError, NoAnswerError) as error:
                if rang.is_set():
                    raise type(error)(f"no answer within {limits.answer:g} s") from error
                raise


def _connection(
    scheme: str, host: str, port: int | None, timeout: float, tls: ssl.SSLContext
) -> http.client.HTTPConnection:
    if scheme == "https":
        made: http.client.HTTPConnection = http.client.HTTPSConnection(host, port, timeout=timeout, context=tls)
    else:
        made = http.client.HTTPConnection(host, port, timeout=timeout)
    made.response_class = _Response
    return made


def _post(connection: http.client.HTTPConnection, path: str, headers: Mapping[str, str], data: bytes) -> bool:
    """Whether the request went out whole: its last byte was handed to the system.

    Where it was not, the server cannot have it either: the body lacks bytes that Content-Length promises, and the brace
    that closes its JSON. A server may answer before it has read everything, to refuse, so that a break is no end yet.
    """
    try:
        connection.request("POST", path, body=data, headers=dict(headers))
    except OSError:
        return False
    return True


def _answer(connection: http.client.HTTPConnection, whole: bool) -> Answer:
    try:
        response = connection.getresponse()
    except (OSError, http.client.HTTPException) as error:
        raise (NoAnswerError if whole else NotSentError)(_sentence(error)) from error
    try:
        body = response.read(_MOST_BODY)
    except (OSError, http.client.HTTPException):
        body = b""
    return Answer(response.status, {name.lower(): value for name, value in response.getheaders()}, body)


class _Lines(io.BufferedReader):
    """A stream whose lines are whole: http.client would take a head that was cut off for one that had ended."""

    def readline(self, size: int | None = -1, /) -> bytes:
        line = super().readline(size)
        if not line.endswith(b"\n"):
            raise http.client.IncompleteRead(line)
        return line


class _Response(http.client.HTTPResponse):
    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fp: io.BufferedReader = _Lines(self.fp.detach())


@contextmanager
def _bell(sock: socket.socket, seconds: float) -> Iterator[threading.Event]:
    """Cut the connection after so many seconds: the socket's own timeout begins anew with every byte that comes in."""
    rang = threading.Event()

    def ring() -> None:
        rang.set()
        with suppress(OSError):
            # The plain socket's: that of an encrypted one would change it under its reader's hands.
            socket.socket.shutdown(sock, socket.SHUT_RDWR)

    timer = threading.Timer(seconds, ring)
    timer.daemon = True
    timer.start()
    try:
        yield rang
    finally:
        timer.cancel()


def _sentence(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "it broke off in its answer" if error.partial else "it closed the connection without an answer"
    if isinstance(error, http.client.HTTPException):
        return "its answer is no HTTP"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {error.verify_message}"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
