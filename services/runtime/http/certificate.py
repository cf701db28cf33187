"""The certificate of a server, as whoever connects to it meets it."""

import socket
import ssl
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from urllib.parse import urlsplit

import httpx2

_LAST_DAYS, _LAST_WEEKS = timedelta(days=3), timedelta(days=14)
"""Certificates are renewed when a third of their life is left; who renews one by hand needs a working day."""
_LAST_PART, _LAST_PARTS = 0.1, 0.2
"""The same, of one that lives for days, as shares of its life."""


@dataclass(frozen=True, slots=True)
class Certificate:
    """Of one host."""

    host: str
    begins: datetime | None = None
    """None where it is refused, whose dates nobody vouches for."""
    ends: datetime | None = None
    refused: str = ""
    """Why nobody trusts it."""

    def severity(self, now: datetime) -> Literal["well", "note", "grave"]:
        """`note`: its renewal should have come; `grave`: it is refused, or will be within days."""
        if self.begins is None or self.ends is None:
            return "grave"
        left, life = self.ends - now, self.ends - self.begins
        if left < min(_LAST_DAYS, _LAST_PART * life):
            return "grave"
        return "note" if left < min(_LAST_WEEKS, _LAST_PARTS * life) else "well"


def certificate_of(url: str, patience_s: float, tls: ssl.SSLContext | None = None) -> Certificate | None:
    """Shake hands with the server of an address; None where it has no TLS, or nobody answers: that others tell."""
    parts = urlsplit(url)
    if parts.scheme != "https" or parts.hostname is None:
        return None
    context = tls or httpx2.create_ssl_context(trust_env=False)
    try:
        with (
            closing(socket.create_connection((parts.hostname, parts.port or 443), timeout=patience_s)) as connection,
            context.wrap_socket(connection, server_hostname=parts.hostname) as secured,
        ):
            found = secured.getpeercert() or {}
    except ssl.SSLCertVerificationError as error:
        return Certificate(parts.hostname, refused=error.verify_message)
    except OSError:
        return None
    return Certificate(parts.hostname, _moment(found["notBefore"]), _moment(found["notAfter"]))


def _moment(said: object) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(str(said)), UTC)
