"""Who may post a form: pages of our own, not too often from one network, and a session with its token."""

from collections.abc import Sequence
from datetime import datetime
from urllib.parse import urlsplit

from itsdangerous import BadSignature, URLSafeSerializer
from limits import RateLimitItem, parse
from limits.storage import MemoryStorage
from limits.strategies import MovingWindowRateLimiter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from ua_parser import parse as parse_user_agent

from services.portal.door import Door, GoneError
from services.portal.pages import locale_known, words_for
from services.runtime.web.clients import is_ours, network_of
from services.usecases import sessions, signing
from services.usecases.links import Subscriber
from services.usecases.sessions import SESSION_FOR, Session
from services.wording.words import Words

_MOST_AGENT = 300
"""Characters that are looked at; browsers send half as many."""
COOKIE = "__Host-jobchime"
DONE = "__Host-jobchime-done"
_DONE_FOR_S = 60
_FORMS = (parse("10/minute"), parse("60/hour"))
_PREVIEWS = (parse("120/minute"), parse("2000/hour"))
"""Of one network: some people type at the same time, each half a word a request."""
_COMPLETIONS = (parse("300/minute"),)
_LOOKS = (parse("30/minute"), parse("300/hour"))
"""Of one person by links of their mails, which scanners open too, and apart from these at home: each look may weigh
what their searches bring."""
_PAGES = (parse("120/minute"), parse("1500/hour"))
"""Of one person who is signed in, whatever the page."""
_FEEDS = (parse("60/minute"),)
"""Of one network, or of one secret address."""
_PROGRAMS = (parse("600/minute"),)
"""Of one network, whatever they are let in by: guessing too."""
_TOKENS = (parse("120/minute"), parse("3000/hour"))
"""Of one token."""


class FormGuard:
    """Refuses what another site sends, and what comes too often from one network."""

    def __init__(self, public_url: str, proxies: frozenset[str]) -> None:
        """`proxies`: whose word on whom they speak for is taken."""
        self._host = urlsplit(public_url).netloc
        self._proxies = proxies
        self._limiter = MovingWindowRateLimiter(MemoryStorage())

    def check(self, request: Request, *, limited: bool = False) -> None:
        """Raises HTTPException 403 for a form of another site, 429 where `limited` and too many came."""
        if not is_ours(request.headers, self._host):
            raise HTTPException(403)
        if limited:
            self._count(request, "form", _FORMS)

    def check_preview(self, request: Request) -> None:
        """The same of what is only shown and keeps nothing. Raises HTTPException 403, 429."""
        self.check(request)
        self._count(request, "preview", _PREVIEWS)

    def check_look(self, own_id: str) -> None:
        """The same of what somebody's searches would bring, by any of their links. Raises HTTPException 429."""
        self._count_of(own_id, "look", _LOOKS)

    def check_home(self, own_id: str) -> None:
        """The same where they are signed in, from which no link of theirs keeps them. Raises HTTPException 429."""
        self._count_of(own_id, "home", _LOOKS)

    def check_page(self, own_id: str) -> None:
        """The same of any page that they see signed in; who leaves is not kept. Raises HTTPException 429."""
        self._count_of(own_id, "page", _PAGES)

    def check_completion(self, request: Request) -> None:
        """The same of what is looked up for half a word. Raises HTTPException 429."""
        self._count(request, "completion", _COMPLETIONS)

    def check_feed(self, request: Request, key: str = "") -> None:
        """The same of a feed, by its secret address where that is known. Raises HTTPException 429."""
        # A reader that is a service asks for the feeds of many people from one network.
        if key:
            self._count_of(key, "own feed", _FEEDS)
        else:
            self._count(request, "feed", _FEEDS)

    def check_program(self, request: Request) -> None:
        """The same of a program that asks the API. Raises HTTPException 429."""
        self._count(request, "program", _PROGRAMS)

    def check_token(self, key: str) -> None:
        """The same of a token, wherever its program runs. Raises HTTPException 429."""
        self._count_of(key, "token", _TOKENS)

    def check_reaching(self, own_id: str) -> None:
        """The same of what has us ask a server that somebody names. Raises HTTPException 429."""
        self._count_of(own_id, "reaching", _FORMS)

    def _count(self, request: Request, kind: str, limits: Sequence[RateLimitItem]) -> None:
        self._count_of(network_of(request, self._proxies), kind, limits)

    def _count_of(self, key: str, kind: str, limits: Sequence[RateLimitItem]) -> None:
        if not all(self._limiter.hit(limit, kind, key) for limit in limits):
            raise HTTPException(429, headers={"Retry-After": "60"})


async def begin_session(
    door: Door, cookies: "Cookies", request: Request, person: Subscriber, now: datetime, page: str = "/home"
) -> Response:
    """Sign in the browser of whoever has just proven to have their mailbox, and lead on to a page.

    Raises GoneError, UnavailableError.
    """
    session = signing.new_token()
    if not await door.work(lambda: sessions.begin(door.installation, person, session, browser_of(request), now)):
        raise GoneError
    return cookies.lead_home(door.root, session, page)


async def session_of(door: Door, cookies: "Cookies", request: Request) -> tuple[Session, Subscriber] | None:
    """Who is signed in by a browser; None where nobody is. Raises UnavailableError."""
    token = cookies.token(request)
    return await door.work(lambda: sessions.session_of(door.installation, token, door.clock())) if token else None


async def words_here(door: Door, cookies: "Cookies", request: Request) -> Words:
    """The texts of a page that anybody may find: in the language of whoever is signed in. Raises UnavailableError."""
    found = None if locale_known(request) else await session_of(door, cookies, request)
    return words_for(request, found[1].profile.locale if found else None)


def browser_of(request: Request) -> str:
    """What a browser calls itself in few words, as `Firefox, Windows`: enough to tell sessions apart by; may be empty.

    Of the header no more is kept: all of it may tell one person from all others.
    """
    named = parse_user_agent(request.headers.get("user-agent", "")[:_MOST_AGENT])
    families = (part.family for part in (named.user_agent, named.os) if part is not None)
    return ", ".join(family for family in families if family != "Other")


class Cookies:
    """The session's token in a cookie that only this site gets, and the token of its forms."""

    def __init__(self, secret: bytes) -> None:
        self._session = URLSafeSerializer(secret, salt="session")
        self._form = URLSafeSerializer(secret, salt="form")
        self._done = URLSafeSerializer(secret, salt="done")

    def lead_home(self, root: str, token: str, page: str = "/home") -> Response:
        """Sign a browser in, and send it to its pages."""
        answer, seconds = RedirectResponse(f"{root}{page}", 303), int(SESSION_FOR.total_seconds())
        value = self._session.dumps(token)
        answer.set_cookie(COOKIE, value, max_age=seconds, path="/", secure=True, httponly=True, samesite="lax")
        return answer

    def clear(self, response: Response) -> None:
        """Sign it out, and have the browser forget what it was shown."""
        response.headers["Clear-Site-Data"] = '"cache", "storage"'
        response.delete_cookie(COOKIE, path="/", secure=True, httponly=True, samesite="lax")

    def token(self, request: Request) -> str | None:
        """What stands in the cookie; None where there is none of ours."""
        try:
            value = self._session.loads(request.cookies.get(COOKIE, ""))
        except BadSignature:
            return None
        return value if isinstance(value, str) else None

    def tell_done(self, response: Response, session: str, done: str) -> None:
        """Have the next page say what a form of that session did: within a minute, and in no address."""
        value = str(self._done.dumps([session, done]))
        response.set_cookie(DONE, value, max_age=_DONE_FOR_S, path="/", secure=True, httponly=True, samesite="lax")

    def done(self, request: Request, session: str) -> str:
        """What a form of that session just did; empty where that is said already."""
        try:
            value = self._done.loads(request.cookies.get(DONE, ""))
        except BadSignature:
            return ""
        return str(value[1]) if value[0] == session else ""

    def forget_done(self, response: Response) -> None:
        """Once it is said."""
        response.delete_cookie(DONE, path="/", secure=True, httponly=True, samesite="lax")

    def form_token(self, session: str) -> str:
        """What a form of that session carries."""
        return str(self._form.dumps(session))

    def check_form(self, session: str, given: str) -> None:
        """Raises HTTPException 403 for a form that was not made for that session."""
        try:
            made_for = self._form.loads(given)
        except BadSignature:
            made_for = None
        if made_for != session:
            raise HTTPException(403)
