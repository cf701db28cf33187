"""GET and POST over http(s) that no hostile server can abuse: bounded in time, size, redirects and address."""

import ssl
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import cache
from http import HTTPStatus
from importlib.metadata import PackageNotFoundError, version

import httpcore2
import httpx2

from services.runtime.errors import UnavailableError
from services.runtime.http.addresses import (
    AddressRefusedError,
    CheckedBackend,
    LookupTimeoutError,
    UnansweredError,
    WhyUnanswered,
)
from services.runtime.http.inflate import ACCEPTED, BrokenEncodingError, EncodingRefusedError, inflater
from services.runtime.privacy.secrets import without_keys

PRODUCT = "jobchime"
"""Our name in a robots.txt and in the User-Agent."""
_REDIRECTS = (301, 302, 303, 307, 308)
_FOR_GOOD = (301, 308)
_FAULTS = (httpcore2.TimeoutException, httpcore2.NetworkError, httpcore2.ProtocolError)


@dataclass(frozen=True, slots=True)
class Limits:
    """Bounds of one GET; times in seconds."""

    connect: float = 10.0
    """For finding the host and connecting to it, whichever of its addresses answers."""
    headers: float = 30.0
    """From the beginning of a request to the end of the answer's header section."""
    read: float = 20.0
    """Between two pieces."""
    total: float = 120.0
    """With all redirects and the whole body."""
    body: int = 60_000_000
    """Bytes, decompressed; also as sent."""
    redirects: int = 5


@dataclass(frozen=True, slots=True)
class Answer:
    """What a server answered. The body of anything but a 200 is not read."""

    status: int
    url: str
    """After redirects."""
    headers: Mapping[str, str]
    """Lower-case names."""
    body: bytes = b""
    cut: str | None = None
    """Why the body is not whole: the rest was lost, or lies beyond a bound."""
    timed_out: bool = False
    """It is not, because the server let the time run out."""
    moved_to: str = ""
    """Where it is for good (301, 308), as far as each server on the way said so; empty where it did not move."""


@dataclass(frozen=True, slots=True)
class Posted:
    """What a server answered to a POST, whatever its status."""

    status: int
    body: bytes
    """The first of it, as it was sent."""
    headers: Mapping[str, str] = field(default_factory=dict, compare=False)
    """Lower-case names."""


class TimedOutError(UnavailableError):
    """A server that let the time run out: asked again at once it would hold its caller as long."""


def host_of(url: str) -> str:
    """The host of an address, by which politeness goes; empty where it has none."""
    try:
        return httpx2.URL(url).host.lower()
    except httpx2.InvalidURL:
        return ""


def user_agent(contact: str = "") -> str:
    """What we honestly are; servers refuse what poses as a browser."""
    try:
        release = version(PRODUCT)
    except PackageNotFoundError:
        release = "0"
    reached = "".join(letter for letter in contact if letter.isascii() and letter.isprintable())
    return f"{PRODUCT}/{release} (+{reached})" if reached else f"{PRODUCT}/{release}"


def get(
    url: str,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    allow_private: bool = False,
    private_headers: Mapping[str, str] | None = None,
    tls: ssl.SSLContext | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Answer:
    """GET an address, following redirects by hand.

    `private_headers` (keys) go to the origin of `url` only; `tls` stands in for the usual certificates. No proxy,
    cookie, netrc or environment variable is heeded.
    Raises AddressRefusedError for an address that may not be asked, UnavailableError where no answer comes: as
    TimedOutError where none comes in time, as UnansweredError where it is known why.
    """
    deadline = monotonic() + limits.total
    origin = _origin(_parsed(url))
    target = _parsed(url)
    moved_to, for_good = "", True
    for _ in range(limits.redirects + 1):
        private = private_headers or {} if _origin(target) == origin else {}
        backend = CheckedBackend(allow_private, deadline, monotonic)
        with httpcore2.ConnectionPool(ssl_context=tls or _tls(), network_backend=backend) as pool:
            backend.deadline = min(deadline, monotonic() + limits.headers)
            with _answering(target, {**headers, **private}, limits, pool) as response:
                backend.deadline = deadline
                answer = _answer(target, response, limits)
        location = answer.headers.get("location")
        if answer.status not in _REDIRECTS or not location:
            return replace(answer, moved_to=moved_to)
        target = _joined(target, location)
        for_good = for_good and answer.status in _FOR_GOOD
        moved_to = str(target) if for_good else moved_to
    raise UnavailableError(f"{without_keys(url)} redirects more than {limits.redirects} times")


def post(
    url: str,
    body: bytes,
    *,
    headers: Mapping[str, str],
    limits: Limits,
    allow_private: bool = False,
    tls: ssl.SSLContext | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Posted:
    """POST a body to an address; no redirect is followed. Raises as `get`.

    Of an answer `limits.body` bytes are read at most, and what breaks off within it is whole enough.
    """
    target = _parsed(url)
    backend = CheckedBackend(allow_private, monotonic() + limits.total, monotonic)
    with (
        httpcore2.ConnectionPool(ssl_context=tls or _tls(), network_backend=backend) as pool,
        _answering(target, headers, limits, pool, body) as response,
    ):
        answered = bytearray()
        try:
            for piece in _pieces(response):
                answered += piece
                if len(answered) >= limits.body:
                    break
        except _FAULTS:
            pass
        return Posted(response.status, bytes(answered[: limits.body]), _headers(response))


def _parsed(url: str) -> httpx2.URL:
    try:
        parsed = httpx2.URL(url)
    except httpx2.InvalidURL as error:
        raise AddressRefusedError(f"{without_keys(url)[:200]!r} is not an address") from error
    if parsed.scheme not in ("http", "https") or not parsed.host:
        raise AddressRefusedError(f"{without_keys(url)[:200]} is not an http(s) address and is not asked")
    return parsed


def _joined(base: httpx2.URL, location: str) -> httpx2.URL:
    try:
        return _parsed(str(base.join(location)))
    except httpx2.InvalidURL as error:
        raise UnavailableError(f"{without_keys(str(base))} redirects to an address that cannot be read") from error


def _origin(url: httpx2.URL) -> tuple[str, str, int]:
    return url.scheme, url.host, url.port or _port(url)


def _port(url: httpx2.URL) -> int:
    return url.port or (443 if url.scheme == "https" else 80)


def _headers(response: httpcore2.Response) -> dict[str, str]:
    return {name.lower(): value for name, value in httpx2.Headers(response.headers).items()}


@cache
def _tls() -> ssl.SSLContext:
    return httpx2.create_ssl_context(trust_env=False)


@contextmanager
def _answering(
    url: httpx2.URL,
    headers: Mapping[str, str],
    limits: Limits,
    pool: httpcore2.ConnectionPool,
    body: bytes | None = None,
) -> Iterator[httpcore2.Response]:
    """Send a request, with a body a POST; gives the answer with its header section read."""
    accepted = ACCEPTED if body is None else "identity"
    wire = [("Host", url.netloc.decode("ascii")), ("Accept-Encoding", accepted), ("Connection", "close")]
    wire += [(name, value) for name, value in headers.items() if name.lower() != "host"]
    if body is not None:
        wire.append(("Content-Length", str(len(body))))
    request = httpcore2.Request(
        "GET" if body is None else "POST",
        httpcore2.URL(scheme=url.raw_scheme, host=url.raw_host, port=_port(url), target=url.raw_path),
        headers=wire,
        content=body,
        extensions={"timeout": {"connect": limits.connect, "read": limits.read, "write": limits.read}},
    )
    try:
        response = pool.handle_request(request)
    except _FAULTS as error:
        sentence = f"{without_keys(str(url))} gives no answer: {_fault(error)}"
        if isinstance(error, httpcore2.TimeoutException):
            raise TimedOutError(sentence) from error
        raise UnansweredError(sentence, _why_unanswered(error)) from error
    except LookupTimeoutError as error:
        raise TimedOutError(str(error)) from error
    try:
        yield response
    finally:
        response.close()


def _answer(url: httpx2.URL, response: httpcore2.Response, limits: Limits) -> Answer:
    headers = _headers(response)
    if response.status != 200:
        return Answer(response.status, str(url), headers)
    try:
        body, cut, timed_out = _body(response, headers.get("content-encoding"), limits.body)
    except EncodingRefusedError as error:
        raise UnavailableError(f"{without_keys(str(url))} cannot be read: {error}") from error
    return Answer(response.status, str(url), headers, body, cut, timed_out)


def _body(response: httpcore2.Response, encoding: str | None, most: int) -> tuple[bytes, str | None, bool]:
    """Read a body as far as it goes: what was whole before a fault is of use to a feed."""
    undo = inflater(encoding)
    body = bytearray()
    sent = 0
    too_large = f"the body is larger than {most / 1e6:g} MB; the rest was left"
    try:
        for piece in _pieces(response):
            sent += len(piece)
            body += undo.feed(piece, most + 1 - len(body))
            if len(body) > most or sent > most:
                return bytes(body[:most]), too_large, False
    except BrokenEncodingError as error:
        return bytes(body), str(error), False
    except _FAULTS as error:
        cut = f"the body broke off: {_fault(error, of_body=True)}"
        return bytes(body), cut, isinstance(error, httpcore2.TimeoutException)
    return bytes(body), None if undo.complete() else "the body broke off within its encoding", False


def _pieces(response: httpcore2.Response) -> Iterator[bytes]:
    yield from response.iter_stream()


def _fault(error: Exception, *, of_body: bool = False) -> str:
    """A fault in words of our own: those of the libraries below are for who programs with them."""
    if isinstance(error, httpcore2.TimeoutException):
        return "it took too long"
    if isinstance(error, httpcore2.ConnectError):
        why = _why_not_connected(error)
        return "no connection could be made" + (f" ({why})" if why else "")
    if not isinstance(error, httpcore2.ProtocolError):
        return "the connection was lost"
    if of_body:
        return "it ends too early, or is not HTTP"
    beneath = _beneath(error)
    if beneath is None:
        return "it closed the connection without an answer"
    # What h11 calls the fault as a status of HTTP.
    too_long = getattr(beneath, "error_status_hint", None) == HTTPStatus.REQUEST_HEADER_FIELDS_TOO_LARGE
    return "the header of its answer does not end" if too_long else "its answer is not HTTP"


def _why_unanswered(error: Exception) -> WhyUnanswered:
    beneath = _beneath(error)
    if isinstance(error, httpcore2.ConnectError):
        return "no_tls" if isinstance(beneath, ssl.SSLError) else "no_connection"
    return "no_http" if isinstance(error, httpcore2.ProtocolError) and beneath is not None else "away"


def _why_not_connected(error: Exception) -> str:
    beneath = _beneath(error)
    if isinstance(beneath, ssl.SSLCertVerificationError):
        return f"its certificate is refused: {beneath.verify_message}"
    if isinstance(beneath, ssl.SSLError):
        return "it does not speak TLS as it should"
    return beneath.strerror or "" if isinstance(beneath, OSError) else ""


def _beneath(error: Exception) -> Exception | None:
    """The error of the library below: httpcore gives it along as the argument, and no more as the cause."""
    return next((cause for cause in error.args if isinstance(cause, Exception)), None)
