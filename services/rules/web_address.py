"""Which addresses of strangers may be links, and how they are written: for postings, descriptions and mails alike."""

import re
from urllib.parse import urlsplit, urlunsplit

import idna

from schemas.posting import PostingCore

_PLAIN = re.compile(
    r"https?://[a-zA-Z0-9](?:[a-zA-Z0-9-]*\.)*[a-zA-Z0-9-]+(?::\d{1,4})?(?:[/?#][!#-&(-;=?-\[\]-_a-~]*)?"
)
"""An address that needs no taking apart to tell that it is one, as nearly all are."""
_MOST = 2_000
_NEVER = frozenset(" \"'<>`\\")
"""Characters that end an attribute, or that browsers read in a way of their own: a `\\` as a `/`."""


def web_address(url: str | None) -> str:
    """The address as it may be linked and shown; empty where it must be neither.

    It is http(s) with a host, without a user's name (`https://your-bank.example@elsewhere.example`), a backslash or
    characters that nobody sees. A host with letters beyond ASCII is written as it is looked up, in Punycode (RFC 5891
    after UTS 46), so that letters that look alike do not pass for each other.
    """
    given = url.strip() if url else ""
    if not given or len(given) > _MOST:
        return ""
    if _PLAIN.fullmatch(given):
        return given
    if not given.isprintable() or not _NEVER.isdisjoint(given):
        return ""
    try:
        parts = urlsplit(given)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return ""
    if parts.scheme not in ("http", "https") or not host or "@" in parts.netloc or "%" in parts.netloc:
        return ""
    if not host.isascii():
        try:
            host = idna.encode(host, uts46=True, std3_rules=True, transitional=False).decode("ascii")
        except (idna.IDNAError, UnicodeError):
            return ""
        return urlunsplit(parts._replace(netloc=host if port is None else f"{host}:{port}"))
    return given


def job_address(posting: PostingCore) -> str:
    """Where a job can be read and applied for, as it may be linked; empty where nothing of it can be followed."""
    given = (posting.url, posting.apply_url)
    return next(
        (link for address in given if address and (link := web_address(address.strip().replace(" ", "%20")))), ""
    )
