"""Keeping our own secrets out of what others say: a server may quote what it was sent.

Who holds a secret gives it to `remember` once. From then on logs and error texts are without it, whoever wrote them.
"""

import re
import threading
from base64 import b64encode
from collections.abc import Iterable, Iterator
from urllib.parse import quote, quote_plus, urlsplit

HIDDEN_SECRET = "(secret hidden)"  # noqa: S105 (what stands in its place)
_LEAST = 8
"""Characters of a secret that is looked for in everything: a shorter one would maul sentences that are not about it."""
_OWN_NAME = "jobchime"

# What is a secret by where it stands, whoever's it is: credentials of HTTP (RFC 9110, 11.4) and of a URL, and a key of
# SendGrid's by its form.
_BY_PLACE = (
    (re.compile(r"(\bAuthorization\W{1,4}\w+ +)[\w.~+/-]+=*", re.IGNORECASE), rf"\1{HIDDEN_SECRET}"),
    (re.compile(r"\b((?i:Bearer|Basic|ApiKey)) +(?=\S*[\dA-Z=_])[\w.~+/-]{8,}=*"), rf"\1 {HIDDEN_SECRET}"),
    (re.compile(r"(?<=://)[^\s/@:\"'<>]*:[^\s/@\"'<>]+(?=@)"), HIDDEN_SECRET),
    (re.compile(r"\bSG\.[\w-]{6,}\.[\w-]{6,}"), HIDDEN_SECRET),
)
_URL = re.compile(r"([a-z][a-z0-9+.-]*://)([^\s\"'<>`]*[^\s\"'<>`.,;:)\]}])", re.IGNORECASE)
_AUTHORITY = re.compile(r"[^/?#]*@")
_VALUE = re.compile(r"=[^&;]*")


class _Secrets:
    """The secrets of this process, in every form in which they travel."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._forms: frozenset[str] = frozenset()
        self.pattern: re.Pattern[str] | None = None

    def add(self, forms: Iterable[str]) -> None:
        with self._lock:
            self._forms |= frozenset(forms)
            self.pattern = _any_of(self._forms)


_known = _Secrets()


def remember(secret: str, user: str = "") -> None:
    """Keep a secret, and with its user's name what is sent of both at a login, out of every text from now on."""
    if len(secret) >= _LEAST and secret != _OWN_NAME:
        _known.add(_forms(secret, user))


def remember_url(url: str) -> None:
    """Keep the password in an address out of every text from now on."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return
    if parts.password:
        remember(parts.password, parts.username or "")


def without_secrets(text: str, secret: str = "", user: str = "") -> str:
    """A text without known secrets, without what looks like one by its place, and without the given one."""
    if secret and (own := _any_of(_forms(secret, user))):
        text = own.sub(HIDDEN_SECRET, text)
    if _known.pattern is not None:
        text = _known.pattern.sub(HIDDEN_SECRET, text)
    for pattern, instead in _BY_PLACE:
        text = pattern.sub(instead, text)
    return text


def without_keys(text: str) -> str:
    """A text, or one address, in which no address shows what may be a key: user and password, the values of a query.

    Which of them are keys nobody can tell, so that all are hidden. A key within the path stays.
    """
    return _URL.sub(_without_keys, text)


def _without_keys(found: re.Match[str]) -> str:
    scheme, rest = found.groups()
    place, asks, query = rest.partition("#")[0].partition("?")
    if asks:
        query = _VALUE.sub("=…", query) if "=" in query else "…"
    return f"{scheme}{_AUTHORITY.sub('', place, count=1)}{asks}{query}"


def _forms(secret: str, user: str) -> Iterator[str]:
    """As it is, in a URL, and as base64 by itself and within a login (RFC 4616, RFC 7617)."""
    yield from {secret, quote(secret, safe=""), quote_plus(secret)}
    for sent in (secret, f"\0{user}\0{secret}", f"{user}\0{user}\0{secret}", f"{user}:{secret}"):
        encoded = b64encode(sent.encode("utf-8", "surrogatepass")).decode().rstrip("=")
        yield encoded
        yield encoded.replace("+", "-").replace("/", "_")


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    """The longest first: a part of a form must not be hidden before the whole."""
    ordered = sorted((form for form in forms if form), key=len, reverse=True)
    return re.compile("|".join(f"{re.escape(form)}=*" for form in ordered)) if ordered else None
