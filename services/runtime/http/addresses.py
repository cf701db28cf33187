"""Which network addresses a request on behalf of a setting may reach, and connections to no others.

`ipaddress.is_global` will not do: it accepts NAT64 and 6to4 forms of loopback, and differs between Python versions.
The ranges are those of the IANA special-purpose address registries (RFC 6890 and its updates).
"""

import ipaddress
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, Literal

import httpcore2

from services.runtime.errors import JobchimeError, UnavailableError


class AddressRefusedError(JobchimeError):
    """An address that may not be asked: only a change of the settings helps."""


WhyUnanswered = Literal["no_host", "no_connection", "no_tls", "no_http", "away"]
"""`no_tls`: no connection that can be trusted; `away`: it was lost, or closed without an answer."""


class UnansweredError(UnavailableError):
    """A server that gave no answer, with why, by kind."""

    def __init__(self, sentence: str, why: WhyUnanswered) -> None:
        super().__init__(sentence)
        self.why = why


class LookupTimeoutError(UnavailableError):
    """A name that no name server resolves in time."""


_NEVER = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",  # this host: reaches loopback on Linux
        "169.254.0.0/16",  # link-local, with the metadata service of most clouds
        "168.63.129.16/32",  # the metadata service of one cloud, at an address that looks public
        "100.100.100.200/32",  # of another, within the shared range
        "192.0.0.0/24",  # protocol assignments, with the metadata service of a third
        "192.0.2.0/24",
        "192.88.99.0/24",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_PRIVATE = tuple(
    IPv4Network(text)
    for text in ("10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "198.18.0.0/15")
)
_GLOBAL6 = IPv6Network("2000::/3")
_NEVER6 = tuple(
    IPv6Network(text)
    for text in (
        "2001::/23",  # protocol assignments, Teredo among them
        "2001:db8::/32",
        "3fff::/20",
    )
)
_PRIVATE6 = (IPv6Network("::1/128"), IPv6Network("fc00::/7"))
_METADATA6 = IPv6Network("fd00:ec2::/32")
_NAT64 = IPv6Network("64:ff9b::/96")
_SIX_TO_FOUR = IPv6Network("2002::/16")

Address = IPv4Address | IPv6Address
_Entry = tuple[Any, ...]
"""Of `socket.getaddrinfo`."""


def refusal(address: Address, *, allow_private: bool) -> str | None:
    """Why an address may not be reached; None where it may.

    An IPv6 address that stands for an IPv4 one (mapped, NAT64 of RFC 6052, 6to4 of RFC 3056) is judged as that one.
    `allow_private` admits loopback and private ranges, and never link-local, metadata or multicast addresses.
    """
    if isinstance(address, IPv6Address):
        inner = _embedded(address)
        if inner is None:
            return _refusal6(address, allow_private)
        address = inner
    if any(address in network for network in _NEVER):
        return "is reserved"
    if not allow_private and any(address in network for network in _PRIVATE):
        return "is private"
    return None


def refusal_of_literal(host: str, *, allow_private: bool) -> str | None:
    """The same of a host that is written as an address; None also of a name, which is resolved when it is asked."""
    try:
        return refusal(ipaddress.ip_address(host.strip("[]")), allow_private=allow_private)
    except ValueError:
        return None


def _embedded(address: IPv6Address) -> IPv4Address | None:
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address in _NAT64:
        return IPv4Address(int(address) & 0xFFFF_FFFF)
    if address in _SIX_TO_FOUR:
        return IPv4Address((int(address) >> 80) & 0xFFFF_FFFF)
    return None


def _refusal6(address: IPv6Address, allow_private: bool) -> str | None:
    if address in _METADATA6:
        return "is reserved"
    if any(address in network for network in _PRIVATE6):
        return None if allow_private else "is private"
    if address not in _GLOBAL6 or any(address in network for network in _NEVER6):
        return "is reserved"
    return None


def reachable(host: str, port: int, *, allow_private: bool, timeout_s: float) -> Sequence[str]:
    """Resolve a host once and check every address that it has.

    The caller connects to what this gives, not to the name, which may resolve differently a moment later. Spellings
    such as 127.1, 2130706433 or full-width digits are no way around: what they resolve to is what is checked.
    Raises AddressRefusedError if any address is refused, UnansweredError if there is none, LookupTimeoutError.
    """
    found = _looked_up(host, port, timeout_s)
    if isinstance(found, Exception):
        raise UnansweredError(f"the host {host} cannot be found", "no_host") from found
    addresses = list(dict.fromkeys(str(entry[4][0]) for entry in found))
    for text in addresses:
        reason = refusal(ipaddress.ip_address(text), allow_private=allow_private)
        if reason is not None:
            raise AddressRefusedError(_sentence(host, text, reason))
    return addresses


def _looked_up(host: str, port: int, timeout_s: float) -> list[_Entry] | Exception:
    """Ask the system, in a thread that is left behind once the time is over: it can neither be bounded nor stopped."""
    answers: SimpleQueue[list[_Entry] | Exception] = SimpleQueue()

    def look_up() -> None:
        try:
            answers.put(socket.getaddrinfo(host, port, type=socket.SOCK_STREAM))
        except (OSError, UnicodeError) as error:
            answers.put(error)

    Thread(target=look_up, name=f"look-up of {host[:100]}", daemon=True).start()
    try:
        return answers.get(timeout=max(timeout_s, 0.0))
    except Empty:
        raise LookupTimeoutError(f"the host {host} cannot be found: no name server answers in time") from None


def _sentence(host: str, address: str, reason: str) -> str:
    where = host if host == address else f"{host} ({address})"
    hint = "; set allow_private = true, or give --allow-private, if that is meant" if reason == "is private" else ""
    return f"{where} {reason} and is not asked{hint}"


class CheckedBackend(httpcore2.NetworkBackend):
    """Connects only to addresses that were checked, and holds every wait to one deadline."""

    def __init__(self, allow_private: bool, deadline: float, monotonic: Callable[[], float]) -> None:
        self._allow_private = allow_private
        self.deadline = deadline
        self._monotonic = monotonic
        self._sockets = httpcore2.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore2.SOCKET_OPTION] | None = None,
    ) -> httpcore2.NetworkStream:
        problem: Exception = httpcore2.ConnectTimeout()
        until = self._monotonic() + self._left(timeout)
        for address in reachable(host, port, allow_private=self._allow_private, timeout_s=self._left(timeout)):
            left = until - self._monotonic()
            if left <= 0:
                break
            try:
                stream = self._sockets.connect_tcp(address, port, left, local_address, socket_options)
            except (httpcore2.ConnectError, httpcore2.ConnectTimeout) as error:
                problem = error
                continue
            return _TimedStream(stream, self._left)
        raise problem

    def _left(self, timeout: float | None) -> float:
        left = self.deadline - self._monotonic()
        return left if timeout is None else min(left, timeout)


class _TimedStream(httpcore2.NetworkStream):
    """A connection whose every wait ends at the deadline, so that a server cannot hold us by dripping bytes."""

    def __init__(self, inner: httpcore2.NetworkStream, left: Callable[[float | None], float]) -> None:
        self._inner = inner
        self._left = left

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        if (left := self._left(timeout)) <= 0:
            raise httpcore2.ReadTimeout
        return self._inner.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        if (left := self._left(timeout)) <= 0:
            raise httpcore2.WriteTimeout
        self._inner.write(buffer, left)

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore2.NetworkStream:
        if (left := self._left(timeout)) <= 0:
            raise httpcore2.ConnectTimeout
        return _TimedStream(self._inner.start_tls(ssl_context, server_hostname, left), self._left)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)
