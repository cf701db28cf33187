"""Wires the portal: routes, pages for what goes wrong, headers, and the server around them."""

from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import partial
from types import TracebackType
from urllib.parse import urlsplit

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import ClientDisconnect, Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from services.portal import events, feeds, previews
from services.portal.accounts import home, mails, programs, searches, sign_up, signing_in, tracking
from services.portal.accounts.guard import Cookies, FormGuard, words_here
from services.portal.api.app import API, api_app
from services.portal.door import Door, ForgedError, GoneError, SignedOutError
from services.portal.links import jobs, left_out, standing
from services.portal.pages import Pages, words_for
from services.portal.postman import Postman
from services.portal.previews import PreviewReading
from services.portal.way_back import WithWayBack
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted
from services.runtime.web.files import Files
from services.runtime.web.headers import WithHeaders
from services.runtime.web.server import ConnectionLimits, WebServer
from services.usecases.errors import MissingError
from services.usecases.installation import Installation
from services.usecases.links import NOBODY, RUN, run_of
from services.usecases.live_previews import LivePreviews
from services.wording.words import Words, mark

Room = Callable[[Door, FormGuard, Cookies], APIRouter]
_RETRY_S = 5
_NOT_DONE = mark("That could not be done")
_LATER = mark("Not now")
_events = structlog.get_logger(__name__)


class PortalServer:
    """The portal, bound; what its forms ask for is done while it is entered."""

    def __init__(self, installation: Installation, clock: Callable[[], datetime], *, more: Sequence[Room] = ()) -> None:
        """`more`: pages that only some portals have, as the demo's. Raises UsageError for a port in use."""
        settings = installation.settings.portal
        self.postman = Postman()
        live = LivePreviews(installation)
        self._reading = PreviewReading(live, clock)
        self._web = WebServer(
            portal_app(installation, clock, self.postman, live, more),
            host=settings.host,
            port=settings.port,
            what="the portal",
            setting="[portal]",
            limits=ConnectionLimits(
                connections=settings.connections, of_one_peer=settings.connections_of_one, proxies=settings.proxies
            ),
        )
        self.address = self._web.address

    def __enter__(self) -> "PortalServer":
        self.postman.__enter__()
        self._reading.__enter__()
        self._web.__enter__()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._web.__exit__(kind, error, at)
        self._reading.__exit__(kind, error, at)
        self.postman.__exit__(kind, error, at)


def portal_app(
    installation: Installation,
    clock: Callable[[], datetime],
    postman: Postman,
    live: LivePreviews,
    more: Sequence[Room] = (),
) -> ASGIApp:
    """The application. `clock`: tells the time, with its zone."""
    settings = installation.settings
    mail, base = settings.mail, settings.mail.public_url.rstrip("/")
    root = urlsplit(base).path
    looks, logo = mail.brand, mail.brand.logo_bytes()
    pages = Pages(
        mail.sender_name,
        mail.postal_address,
        sender_address=mail.sender.address,
        website=looks.website,
        logo=logo is not None,
        branded=bool(looks.colour or looks.colour_dark),
        webhooks=settings.notifier.webhooks.enabled,
        welcome=looks.welcome,
    )
    door = Door(installation, pages, clock, base, root)
    guard, cookies = FormGuard(base, settings.portal.proxies), Cookies(installation.ids.secret)
    # A redirect to the path without its last slash would name the Host that was asked for, by plain http.
    app = FastAPI(title="jobchime: portal", version="1", docs_url=None, redoc_url=None, redirect_slashes=False)
    app.include_router(standing.routes(door, guard, postman, live))
    app.include_router(jobs.routes(door, cookies, live))
    app.include_router(left_out.routes(door, cookies))
    app.include_router(events.routes(door))
    app.include_router(previews.routes(door, guard, cookies, live))
    app.include_router(sign_up.routes(door, guard, cookies, postman, live))
    app.include_router(signing_in.routes(door, guard, cookies, postman))
    app.include_router(home.routes(door, guard, cookies, postman, live))
    app.include_router(searches.routes(door, guard, cookies, live))
    app.include_router(mails.routes(door, guard, cookies, live))
    app.include_router(tracking.routes(door, guard, cookies, live))
    app.include_router(programs.routes(door, guard, cookies))
    app.include_router(feeds.routes(door, guard, live))
    for room in more:
        app.include_router(room(door, guard, cookies))
    _add_probes(app)
    # Before the files: a route that comes later is not reached.
    _add_brand(app, looks.brand.accent, looks.brand.accent_dark, logo)
    # Files alone: of a page that holds secrets beside what somebody sent, its length when packed would tell of them.
    app.mount("/static", GZipMiddleware(Files("services.portal", anywhere=("widget.js",))))
    _show_faults(app, door, cookies)
    # Around all else: as a middleware it would stand within what answers for failures.
    api = api_app(door, guard, live, settings.portal.api_origins)
    return WithHeaders(WithWayBack(partial(_pages_or_api, app, api)), root)


def _add_probes(app: FastAPI) -> None:
    """Whether it lives. A store that is away takes no portal away: its pages say so, and when to come again."""

    @app.get("/livez", include_in_schema=False)
    @app.get("/readyz", include_in_schema=False)
    async def lives() -> Response:
        return PlainTextResponse("ok\n")


async def _pages_or_api(pages: ASGIApp, api: ASGIApp, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve a request by one of the two. A mount would not do: it leaves a path with a line break to the pages."""
    if scope["type"] == "http" and scope["path"].startswith(f"{API}/"):
        await api({**scope, "root_path": f"{scope.get('root_path', '')}{API}"}, receive, send)
    else:
        await pages(scope, receive, send)


def _add_brand(app: FastAPI, light: str, dark: str, logo: tuple[bytes, str] | None) -> None:
    css = f":root {{ --accent: {light}; }}\n@media (prefers-color-scheme: dark) {{ :root {{ --accent: {dark}; }} }}\n"

    @app.get("/static/brand.css", include_in_schema=False)
    async def colours() -> Response:
        return Response(css, media_type="text/css")

    if logo is not None:
        body, media_type = logo

        @app.get("/static/logo", include_in_schema=False)
        async def picture() -> Response:
            # Mails show it too, within the pages of whoever reads them.
            shown_anywhere = {"Cross-Origin-Resource-Policy": "cross-origin", "Cache-Control": "public, max-age=86400"}
            return Response(body, media_type=media_type, headers=shown_anywhere)


_FAULTS: Mapping[int, tuple[str, str]] = {
    403: (
        _NOT_DONE,
        mark("This form was made before you last signed in, or elsewhere. Load its page again and fill it in there."),
    ),
    408: (_NOT_DONE, mark("What you sent did not arrive in time. Go back and press the button again.")),
    413: (_NOT_DONE, mark("That is more text than fits here. Go back, shorten it and press the button again.")),
    429: (
        _LATER,
        mark("That was too often in a short time. Nothing is lost: wait a minute, go back and press the button again."),
    ),
    500: (_NOT_DONE, mark("Something is broken here, and we have been told. Try again later.")),
    503: (_LATER, mark("We cannot look that up at the moment. Nothing is changed; try again in a minute.")),
}
"""Of a status: what a page says, its title first."""
_MALFORMED = (_NOT_DONE, mark("Go back, load the page again and press its button once more."))
_MISSING = (mark("It is not there any more"), mark("What you ask for was removed in the meantime, or is not yours."))


def _show_faults(app: FastAPI, door: Door, cookies: Cookies) -> None:
    async def words_of_reader(request: Request) -> Words:
        try:
            return await words_here(door, cookies, request)
        except UnavailableError:
            return words_for(request)

    def page(words: Words, status: int, fault: tuple[str, str]) -> Response:
        title, text = map(words.say, fault)
        return door.show("failed", words, status, title=title, text=text)

    @app.exception_handler(ForgedError)
    async def forged(request: Request, _: ForgedError) -> Response:
        _events.info("a link that nobody here made")
        answer = door.show("unknown", await words_of_reader(request), 404)
        # A copy that runs elsewhere asks for a link that nobody made, and learns that it is not alone.
        if request.path_params.get("token") == NOBODY:
            answer.headers[RUN] = ""
            with suppress(UnavailableError):
                answer.headers[RUN] = await door.work(lambda: run_of(door.installation))
        return answer

    @app.exception_handler(SignedOutError)
    async def signed_out(request: Request, _: SignedOutError) -> Response:
        return RedirectResponse(f"{door.root}/sign-in", 303)

    @app.exception_handler(RequestValidationError)
    async def unknown(request: Request, _: RequestValidationError) -> Response:
        return door.show("unknown", await words_of_reader(request), 404)

    @app.exception_handler(GoneError)
    async def gone(request: Request, _: GoneError) -> Response:
        return door.show("gone", await words_of_reader(request), 410, erased=False)

    @app.exception_handler(MissingError)
    async def missing(request: Request, _: MissingError) -> Response:
        return page(await words_of_reader(request), 404, _MISSING)

    @app.exception_handler(UsageError)
    async def refused(request: Request, _: UsageError) -> Response:
        return page(await words_of_reader(request), 400, _MALFORMED)

    @app.exception_handler(UnavailableError)
    async def away(request: Request, error: UnavailableError) -> Response:
        _events.warning("a visit is put off", error=redacted(error), error_type=type(error).__name__)
        answer = page(words_for(request), 503, _FAULTS[503])
        answer.headers["Retry-After"] = str(_RETRY_S)
        return answer

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        if error.status_code in (403, 429):
            _events.warning("a form was refused", status=error.status_code)
        if error.status_code == 404:
            return door.show("unknown", await words_of_reader(request), 404)
        fault = _FAULTS.get(error.status_code, _MALFORMED)
        answer = page(await words_of_reader(request), error.status_code, fault)
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(ClientDisconnect)
    async def left(_: Request, __: ClientDisconnect) -> Response:
        return Response(status_code=400)

    @app.exception_handler(Exception)
    async def failed(request: Request, error: Exception) -> Response:
        # Without the address of the page: a token stands in it.
        _events.error("a visit failed", error=redacted(error), error_type=type(error).__name__, exc_info=error)
        answer = page(words_for(request), 500, _FAULTS[500])
        # The server ends the connection after a failure: who keeps it open would lose the next request.
        answer.headers["Connection"] = "close"
        return answer
