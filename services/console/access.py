"""Who may come in: by a session, a token, or the word of a trusted proxy. Nobody else sees anything."""

import hmac
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from cachetools import LRUCache
from itsdangerous import BadSignature, URLSafeSerializer
from limits import parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from services.runtime.web.clients import address_in, is_ours, network_of
from services.settings.console import ConsoleSettings

COOKIE: Final = "jobchime-console"
_MOST_SESSIONS: Final = 1_000
_ENTRIES: Final = (parse("10/minute"), parse("60/hour"))
"""Of one network: a password is not found by trying."""
_READS: Final = parse("30/minute")
"""Of all operators: feeds that are read for a trial, since they are other people's servers."""
_TRIALS: Final = parse("120/minute")
"""Of all operators: mappings that are tried on what is here, which takes the processor's time alone."""
_MOST_NAME: Final = 80


class SignedOutError(Exception):
    """Something was asked for by who has not signed in."""


@dataclass(frozen=True, slots=True)
class Operator:
    """Who is at the console."""

    name: str
    session: str | None = None
    """None of who is named by a proxy or carries the token in each request."""


@dataclass(frozen=True, slots=True)
class _Session:
    name: str
    until: datetime


class Access:
    """Signs operators in and out. Sessions are of this process: after a restart everybody signs in once more."""

    def __init__(self, settings: ConsoleSettings, clock: Callable[[], datetime]) -> None:
        self._settings = settings
        self._clock = clock
        self._lasting = timedelta(hours=settings.hours)
        self._sessions: LRUCache[str, _Session] = LRUCache(_MOST_SESSIONS)
        self._lock = threading.Lock()
        self._limiter = MovingWindowRateLimiter(MemoryStorage())
        self._forms = URLSafeSerializer(secrets.token_bytes(32), salt="console form")
        made = "" if settings.has_credential else secrets.token_urlsafe(24)
        self._token = settings.token.get_secret_value() or made
        self.made_token = made
        """That of this start alone, where the settings name no credential; else empty."""

    def operator(self, request: Request) -> Operator:
        """Who asks. Raises SignedOutError for anybody else."""
        named = self._named_by_proxy(request)
        if named is not None:
            return named
        scheme, _, given = request.headers.get("authorization", "").partition(" ")
        if scheme.casefold() == "bearer":
            self._check_tries(request)
            if self._is_token(given.strip()):
                return Operator("token")
            self._missed(request)
            raise SignedOutError
        session = request.cookies.get(COOKIE, "")
        now = self._clock()
        with self._lock:
            found = self._sessions.get(session)
            if found is None or found.until < now:
                self._sessions.pop(session, None)
                raise SignedOutError
            self._sessions[session] = _Session(found.name, now + self._lasting)
        return Operator(found.name, session)

    def enter(self, request: Request, given: str) -> str | None:
        """A new session for who knows the token or the password, None for who does not.

        Raises HTTPException 403 for a form of another site, 429 for too many tries of one network.
        """
        self._check_site(request)
        self._check_tries(request)
        if not (self._is_token(given) or self._is_password(given)):
            self._missed(request)
            return None
        session = secrets.token_urlsafe(32)
        with self._lock:
            self._sessions[session] = _Session("operator", self._clock() + self._lasting)
        return session

    def check_reads(self) -> None:
        """Count that a feed is read. Raises HTTPException 429 where too many were."""
        if not self._limiter.hit(_READS, "reads"):
            raise HTTPException(429)

    def check_trials(self) -> None:
        """Count that a mapping is tried on what is here. Raises HTTPException 429 where too many were."""
        if not self._limiter.hit(_TRIALS, "trials"):
            raise HTTPException(429)

    def leave(self, operator: Operator) -> None:
        """End a session."""
        with self._lock:
            self._sessions.pop(operator.session or "", None)

    def keep(self, response: Response, request: Request, session: str) -> None:
        """Have a browser bring the session along, also where a link of another site, as an alert's, leads here.

        Whoever is led here so only looks: what is done is done by forms, which `check_form` holds to be our own.
        """
        secure = request.url.scheme == "https" or request.headers.get("x-forwarded-proto") == "https"
        response.set_cookie(COOKIE, session, path="/", secure=secure, httponly=True, samesite="lax")

    def form_token(self, operator: Operator) -> str:
        """What a form of theirs carries."""
        return str(self._forms.dumps(operator.session or operator.name))

    def check_form(self, request: Request, operator: Operator, given: str) -> None:
        """Raises HTTPException 403 for a form that was not made for them here."""
        self._check_site(request)
        try:
            made_for = self._forms.loads(given)
        except BadSignature:
            made_for = None
        if made_for != (operator.session or operator.name):
            raise HTTPException(403)

    def _check_site(self, request: Request) -> None:
        if not is_ours(request.headers, ""):
            raise HTTPException(403)

    def _check_tries(self, request: Request) -> None:
        """Raises HTTPException 429 where too many tries of a network failed lately."""
        network = network_of(request, self._settings.proxies)
        if not all(self._limiter.test(limit, network) for limit in _ENTRIES):
            raise HTTPException(429, headers={"Retry-After": "60"})

    def _missed(self, request: Request) -> None:
        network = network_of(request, self._settings.proxies)
        for limit in _ENTRIES:
            self._limiter.hit(limit, network)

    def _named_by_proxy(self, request: Request) -> Operator | None:
        header = self._settings.user_header
        peer = address_in(request.client.host if request.client else "")
        name = request.headers.get(header, "").strip()[:_MOST_NAME] if header else ""
        return Operator(name) if name and str(peer) in self._settings.proxies else None

    def _is_token(self, given: str) -> bool:
        return bool(self._token) and hmac.compare_digest(given.encode(), self._token.encode())

    def _is_password(self, given: str) -> bool:
        hashed = self._settings.password_hash.get_secret_value()
        if not hashed:
            return False
        try:
            return PasswordHasher().verify(hashed, given)
        except (VerificationError, InvalidHashError):
            return False


def hash_password(password: str) -> str:
    """What `password_hash` of the settings takes."""
    return PasswordHasher().hash(password)
