"""Who asks: a page of our own or of another site, and from which network."""

import ipaddress
from collections.abc import Set
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.requests import Request

_OF_V4, _OF_V6 = 24, 56
"""Bits of an address that name a network: what one customer of a provider is given, or shares."""


def is_ours(headers: Headers, host: str) -> bool:
    """Whether a form is of our own pages, at `host` or where it was sent to.

    By Fetch Metadata, which all browsers of today send, else by Origin; who sends neither is no browser.
    """
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site in ("same-origin", "none")
    origin = headers.get("origin")
    if origin is None:
        return True
    try:
        named = urlsplit(origin).netloc
    except ValueError:
        return False
    # `null` has no host: it is what a page says of itself that hides where it is from.
    return bool(named) and named in (host, headers.get("host"))


def network_of(request: Request, proxies: Set[str]) -> str:
    """The network of a client, by the word of `proxies` where one of these speaks for it."""
    peer = address_in(request.client.host if request.client else "")
    if str(peer) in proxies:
        # Some proxies add a line of their own below the client's instead of going on with it.
        lines = ",".join(request.headers.getlist("x-forwarded-for"))
        named = [address_in(part) for part in lines.split(",") if part.strip()]
        peer = next((address for address in reversed(named) if str(address) not in proxies), peer)
    if peer is None:
        return "unknown"
    bits = _OF_V4 if peer.version == 4 else _OF_V6
    return str(ipaddress.ip_network((peer.packed, bits), strict=False))


def address_in(text: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address | None:
    """An address, also with a port, in brackets, or of version 4 within version 6; None where it is none."""
    text = text.strip()
    if text.startswith("["):
        text = text[1:].partition("]")[0]
    elif text.count(":") == 1:
        text = text.partition(":")[0]
    try:
        found = ipaddress.ip_address(text)
    except ValueError:
        return None
    return getattr(found, "ipv4_mapped", None) or found
