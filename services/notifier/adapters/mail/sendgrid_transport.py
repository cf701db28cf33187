"""One request to SendGrid, of which it is known whether it went out whole.

The library's own transport does not tell a request that never left from one whose answer was lost, waits for ever,
takes its proxy from the environment, follows redirects, and logs key and body. This one stands in its place.
"""

import http.client
import io
import ssl
import time
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any
from urllib.parse import urlsplit

import orjson
from python_http_client import Client

_MOST_BODY = 65_536
_RESUMED_FOR_S = 600.0
_SHORTEST_S = 0.001
"""A timeout of 0 would be none."""
_WHY_NOT_TRUSTED = "is this machine's clock right, are its certificates new, and does a proxy on the way read TLS?"


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


class Tls:
    """How connections to one server are encrypted, and what the last one agreed on with it.

    To begin from that saves a handshake's proofs, which take longer than all else of a request. The certificate is
    looked at anew every ten minutes.
    """

    def __init__(self, context: ssl.SSLContext) -> None:
        self.context = context
        self._agreed: tuple[ssl.SSLSession, float] | None = None
        """With when a certificate was last looked at."""

    @property
    def session(self) -> ssl.SSLSession | None:
        """What the next connection may begin from."""
        agreed = self._agreed
        return agreed[0] if agreed and time.monotonic() < agreed[1] + _RESUMED_FOR_S else None

    def learn(self, socket: ssl.SSLSocket) -> None:
        """Take up what a connection agreed on, which the server tells with its answer."""
        session, agreed = socket.session, self._agreed
        if session is not None and not socket.session_reused:
            self._agreed = (session, time.monotonic())
        elif session is not None and agreed is not None:
            # Where another connection had it forgotten meanwhile it stays so: this one looked at no certificate.
            self._agreed = (session, agreed[1])

    def forget(self) -> None:
        """Begin anew."""
        self._agreed = None


class WireClient(Client):  # type: ignore[misc]  # the library has no types
    """The library's client, posting over a connection of its own for each request.

    A connection that is kept may be closed by the server just as a request goes out on it; such a request would have no
    answer, and nobody could tell what became of it.
    """

    def __init__(self, host: str, headers: Mapping[str, str], limits: Limits, tls: Tls, path: Any = ()) -> None:
        super().__init__(host, request_headers=dict(headers), version=3, url_path=list(path))
        self._limits = limits
        self._tls = tls

    def _build_client(self, name: str | None = None) -> "WireClient":
        path = [*self._url_path, name] if name else self._url_path
        return WireClient(self.host, self.request_headers, self._limits, self._tls, path)

    def post(self, request_body: Mapping[str, Any]) -> Answer:
        """Send one request. Raises NotSentError or NoAnswerError."""
        data = orjson.dumps(request_body)
        headers = {**self.request_headers, "Content-Type": "application/json", "Connection": "close"}
        return _exchange(self._build_url(None), headers, data, self._limits, self._tls)


def _exchange(url: str, headers: Mapping[str, str], data: bytes, limits: Limits, tls: Tls) -> Answer:
    parts = urlsplit(url)
    made = _Encrypted if parts.scheme == "https" else _Plain
    connection = made(parts.hostname or "", parts.port, limits, tls)
    with closing(connection):
        try:
            connection.connect()
        except (OSError, UnicodeError) as error:
            tls.forget()
            raise NotSentError(_sentence(error)) from error
        try:
            whole = _post(connection, parts.path, headers, data)
            return _answer(connection, whole)
        except (NotSentError, NoAnswerError) as error:
            if connection.is_over:
                raise type(error)(f"no answer within {limits.answer:g} s") from error
            raise


class _Plain(http.client.HTTPConnection):
    """A connection for one request, which ends in time.

    A socket's own timeout begins anew with every byte that comes in, so it is set anew before each step.
    """

    def __init__(self, host: str, port: int | None, limits: Limits, tls: Tls) -> None:
        super().__init__(host, port, timeout=limits.connect)
        self._within = limits.answer
        self._tls = tls
        self._until = 0.0
        self.response_class = partial(_Response, hurry=self._hurry)  # type: ignore[assignment]  # it is only called

    def connect(self) -> None:
        super().connect()
        self._until = time.monotonic() + self._within

    @property
    def is_over(self) -> bool:
        """Whether its time is."""
        return time.monotonic() >= self._until

    def send(self, data: Any) -> None:
        left = memoryview(data)
        while left:
            self._hurry(self.sock)
            left = left[self.sock.send(left) :]

    def _hurry(self, socket: Any) -> None:
        socket.settimeout(max(self._until - time.monotonic(), _SHORTEST_S))


class _Encrypted(_Plain):
    default_port = http.client.HTTPS_PORT

    def connect(self) -> None:
        super().connect()
        self.sock = self._tls.context.wrap_socket(self.sock, server_hostname=self.host, session=self._tls.session)
        self._until = time.monotonic() + self._within

    def getresponse(self) -> http.client.HTTPResponse:
        # Taken now: where a head says that it will close, the connection is given up with that.
        socket = self.sock
        response = super().getresponse()
        if isinstance(socket, ssl.SSLSocket):
            self._tls.learn(socket)
        return response


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


class _Timely(io.RawIOBase):
    """A stream each read of which has only the time that is left."""

    def __init__(self, raw: io.RawIOBase, hurry: Callable[[], None]) -> None:
        self._raw = raw
        self._hurry = hurry

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any, /) -> int | None:
        self._hurry()
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Response(http.client.HTTPResponse):
    def __init__(self, socket: Any, *args: Any, hurry: Callable[[Any], None], **kwargs: Any) -> None:
        super().__init__(socket, *args, **kwargs)
        self.fp: io.BufferedReader = _Lines(_Timely(self.fp.detach(), partial(hurry, socket)))


def _sentence(error: Exception) -> str:
    if isinstance(error, http.client.IncompleteRead):
        return "it broke off in its answer" if error.partial else "it closed the connection without an answer"
    if isinstance(error, http.client.HTTPException):
        return "its answer is no HTTP"
    if isinstance(error, ssl.SSLCertVerificationError):
        return f"its certificate cannot be trusted: {error.verify_message}; {_WHY_NOT_TRUSTED}"
    if isinstance(error, TimeoutError):
        return "it did not answer in time"
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return str(error) or type(error).__name__
