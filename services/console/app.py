"""Wires the console: routes, pages for what goes wrong, headers, and the server around them."""

from collections.abc import Callable
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Final
from urllib.parse import quote, urlunsplit

import structlog
from fastapi import FastAPI, Form
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.types import ASGIApp

from services.console import letters, mapping, people, runbook, sources, stream, turns
from services.console.access import COOKIE, Access, SignedOutError
from services.console.door import MOST_ADDRESS, ConsoleDoor, console_templates, page_of_ours
from services.console.live import Watch
from services.console.turns import Turns
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted
from services.runtime.web.files import Files
from services.runtime.web.headers import WithHeaders
from services.runtime.web.server import ConnectionLimits, WebServer
from services.usecases import operators
from services.usecases.installation import Installation
from services.usecases.overview import watcher

_NOT_DONE: Final = "That could not be done."

_events = structlog.get_logger(__name__)


class ConsoleServer:
    """The console, bound; it watches while it is entered."""

    def __init__(self, installation: Installation, clock: Callable[[], datetime], file: Path | None = None) -> None:
        """`file`: the settings file, to which sources are added. Raises UsageError for a port in use."""
        settings = installation.settings.console
        self._gatherer = watcher(installation.settings)
        self._watch = Watch(self._gatherer.look)
        self.access = Access(settings, clock)
        self._web = WebServer(
            console_app(installation, clock, self.access, self._watch, file),
            host=settings.host,
            port=settings.port,
            what="the console",
            setting="[console]",
            limits=ConnectionLimits(connections=64, of_one_peer=32, proxies=settings.proxies),
        )
        self.address = self._web.address
        self._opened = ExitStack()

    @property
    def way_in(self) -> str:
        """An address that signs in by itself, where the settings name no credential; else where to sign in."""
        made = self.access.made_token
        return f"http://{self.address}/{f'enter#{made}' if made else ''}"

    def __enter__(self) -> "ConsoleServer":
        self._opened.enter_context(self._gatherer)
        self._opened.enter_context(self._web)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._watch.over.set()
        self._opened.close()


def console_app(
    installation: Installation, clock: Callable[[], datetime], access: Access, watch: Watch, file: Path | None
) -> ASGIApp:
    """The application. `clock`: tells the time, with its zone. `file`: the settings file."""
    door = ConsoleDoor(installation, access, clock, console_templates(clock), file)
    app = FastAPI(title="jobchime: console", version="1", docs_url=None, redoc_url=None, openapi_url=None)
    revealed, under_way = people.Revealed(door), Turns(watch.over)
    app.include_router(stream.routes(door, watch, under_way))
    app.include_router(letters.routes(door, under_way, revealed))
    app.include_router(turns.routes(door, watch, under_way))
    app.include_router(people.routes(door, revealed))
    app.include_router(sources.routes(door, watch))
    app.include_router(mapping.routes(door))
    app.include_router(runbook.routes(door))
    _add_ways_in(app, door)
    app.mount("/static", GZipMiddleware(Files("services.console")))
    _show_faults(app, door)
    return WithHeaders(app, "")


def _add_ways_in(app: FastAPI, door: ConsoleDoor) -> None:
    access = door.access

    @app.get("/livez")
    async def lives() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/readyz")
    async def is_ready() -> Response:
        return PlainTextResponse("ok\n")

    @app.get("/enter")
    async def enter(request: Request) -> Response:
        """The page to sign in; its script reads what stands behind a #: the secret, or part of what was asked for."""
        wanted = page_of_ours(app, request.query_params.get("next", ""))
        return door.show(request, "enter", values={"wrong": False, "wanted": wanted})

    @app.post("/enter")
    async def entered(
        request: Request,
        secret: str = Form(max_length=1_000),
        wanted: str = Form("", max_length=MOST_ADDRESS, alias="next"),
    ) -> Response:
        """Sign in, and go on to the page that was asked for."""
        session = await door.work(lambda: access.enter(request, secret.strip()))
        wanted = page_of_ours(app, wanted)
        if session is None:
            _events.warning("somebody did not get into the console")
            return door.show(request, "enter", status=403, values={"wrong": True, "wanted": wanted})
        answer = door.back(wanted or "/")
        access.keep(answer, request, session)
        return answer

    @app.post("/leave")
    async def leave(request: Request, token: str = Form(max_length=400)) -> Response:
        """Sign out."""
        operator = access.operator(request)
        access.check_form(request, operator, token)
        access.leave(operator)
        answer = door.back("/enter")
        answer.delete_cookie(COOKIE, path="/")
        return answer

    @app.get("/acts")
    async def acts(request: Request) -> Response:
        """What operators did."""
        operator = access.operator(request)
        done = await door.work(lambda: operators.latest(door.installation))
        return door.show(request, "acts", operator, values={"done": done})


def _show_faults(app: FastAPI, door: ConsoleDoor) -> None:
    def failed_with(request: Request, status: int, said: str) -> Response:
        return door.show(request, "failed", status=status, values={"said": said})

    def sent_away(request: Request) -> Response:
        if "authorization" in request.headers or request.url.path.endswith("/live"):
            return Response(status_code=401, headers={"WWW-Authenticate": "Bearer"})
        # Of what was sent by a form nothing is kept: it leads to where all begins.
        asked = urlunsplit(("", "", quote(request.scope["path"]), request.url.query, "")) * (request.method == "GET")
        wanted = quote(page_of_ours(app, asked) or "/", safe="")
        return RedirectResponse(f"/enter?next={wanted}", 303)

    def unread(request: Request, said: str) -> Response:
        """A form is read before it is asked whose it is: nobody else learns what is wrong with theirs."""
        try:
            if request.url.path != "/enter":
                door.access.operator(request)
        except SignedOutError:
            return sent_away(request)
        except HTTPException as error:
            return error_page(request, error)
        return failed_with(request, 400, said)

    def error_page(request: Request, error: HTTPException) -> Response:
        said = {
            403: "The form is of another site, or was made before you signed in; or what it is about is masked again.",
            404: "There is no such page.",
            429: "Too many tries from your network, or too many feeds read or mappings tried. Wait a minute.",
        }
        answer = failed_with(request, error.status_code, said.get(error.status_code, _NOT_DONE))
        answer.headers.update(error.headers or {})
        return answer

    @app.exception_handler(SignedOutError)
    async def signed_out(request: Request, _: SignedOutError) -> Response:
        return sent_away(request)

    @app.exception_handler(RequestValidationError)
    async def unknown(request: Request, _: RequestValidationError) -> Response:
        return unread(request, "The form lacks something, or holds too much.")

    @app.exception_handler(UsageError)
    async def refused(request: Request, error: UsageError) -> Response:
        return failed_with(request, 400, str(error))

    @app.exception_handler(UnavailableError)
    async def away(request: Request, error: UnavailableError) -> Response:
        answer = failed_with(request, 503, redacted(error))
        answer.headers["Retry-After"] = "5"
        return answer

    @app.exception_handler(HTTPException)
    async def other(request: Request, error: HTTPException) -> Response:
        return unread(request, _NOT_DONE) if error.status_code == 400 else error_page(request, error)

    @app.exception_handler(Exception)
    async def broken(request: Request, error: Exception) -> Response:
        _events.error("the console failed", error=redacted(error), error_type=type(error).__name__, exc_info=error)
        answer = failed_with(request, 500, f"Something is broken here: {type(error).__name__}. The log says more.")
        answer.headers["Connection"] = "close"
        return answer
