"""Wires the API: routes, what is said of what goes wrong, and the OpenAPI document."""

from collections.abc import Iterable, Iterator, Sequence
from functools import partial
from typing import Any, Final

import structlog
from fastapi import APIRouter, FastAPI
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.middleware.cors import CORSMiddleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import ASGIApp

from services.portal.accounts.guard import FormGuard
from services.portal.api import account, finding, jobs, mails, questions, searches, webhooks
from services.portal.api.access import DOCUMENT, Access, May, put_off
from services.portal.api.answers import Problem, RefusedError, WrongField, problem
from services.portal.door import Door
from services.runtime.errors import ChangedError, UnavailableError, UsageError
from services.runtime.privacy.redaction import redacted
from services.usecases.errors import MissingError, WrongFieldError
from services.usecases.live_previews import LivePreviews

API: Final = "/api"
"""Where it lies."""
_ABOUT: Final = (
    "All that the portal does, for programs: searches with previews, jobs, feedback, mails, the account. Signing up,"
    " another address, erasing, and making tokens are done on the pages. `docs/api.md` says more."
)
_SAID_OF_TOKENS: Final = (
    "Made at home, under “Programs that act for you”. Each operation names the scope that it needs."
)
_CONFLICTS: Final = frozenset({"name_taken", "name_room", "job_room"})
"""Of what is wrong with a field, what another state of things would not mind."""
_READ: Final = ["ETag", "Link", "Location", "Retry-After", "WWW-Authenticate"]
_SEND: Final = ["Authorization", "Content-Type", "If-Match", "If-None-Match", "Idempotency-Key"]
_events = structlog.get_logger(__name__)


def api_app(door: Door, guard: FormGuard, live: LivePreviews, origins: Sequence[str] = ()) -> ASGIApp:
    """The application, to be served below `API`, in which its `root_path` ends.

    `origins`: pages whose scripts may ask it with a token.
    """
    app: ASGIApp = Access(routed(door, guard, live), door, guard)
    if origins:
        # Outermost: a browser asks beforehand, without a token, whether a script may send one.
        app = CORSMiddleware(
            app, allow_origins=origins, allow_methods=["*"], allow_headers=_SEND, expose_headers=_READ, max_age=600
        )
    return app


def routed(door: Door, guard: FormGuard, live: LivePreviews) -> FastAPI:
    """The routes with their document."""
    app = FastAPI(
        title="jobchime",
        description=_ABOUT,
        version="1",
        docs_url=None,
        redoc_url=None,
        openapi_url=DOCUMENT,
        generate_unique_id_function=lambda route: route.name,
        redirect_slashes=False,
        servers=[{"url": f"{door.root}{API}"}],
        root_path_in_servers=False,
    )
    made = finding.Finding(door, live)
    routers = (
        account.routes(door),
        mails.routes(door),
        searches.routes(door, live, made),
        finding.routes(door, live, made),
        jobs.routes(door),
        questions.routes(door, live),
        webhooks.routes(door, guard),
    )
    for router in routers:
        app.include_router(router)
    _show_faults(app)
    app.openapi = partial(_document, app, routers)  # type: ignore[method-assign]  # as FastAPI's own docs extend it
    return app


def _document(app: FastAPI, routers: Iterable[APIRouter]) -> dict[str, Any]:
    if app.openapi_schema is None:
        made = FastAPI.openapi(app)
        components = made.setdefault("components", {})
        schema = Problem.model_json_schema(ref_template="#/components/schemas/{model}")
        components.setdefault("schemas", {}).update({**schema.pop("$defs"), "Problem": schema})
        components["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer", "description": _SAID_OF_TOKENS}}
        for path, method, scope in _scopes(routers):
            made["paths"][path][method]["security"] = [{"token": [scope]}]
    assert app.openapi_schema is not None
    return app.openapi_schema


def _scopes(routers: Iterable[APIRouter]) -> Iterator[tuple[str, str, str]]:
    """Each operation, by path and method, with the scope that it needs."""
    routes = (route for router in routers for route in router.routes if isinstance(route, APIRoute))
    for route in routes:
        for part in route.dependant.dependencies:
            if isinstance(part.call, May):
                yield from ((route.path_format, method.lower(), part.call.scope) for method in route.methods or ())


def _show_faults(app: FastAPI) -> None:
    @app.exception_handler(RefusedError)
    async def refused(_: Request, error: RefusedError) -> Response:
        return problem(error)

    @app.exception_handler(RequestValidationError)
    async def invalid(_: Request, error: RequestValidationError) -> Response:
        faults = [WrongField(field=_place(fault["loc"]), detail=fault["msg"]) for fault in error.errors()]
        if any(fault["type"] == "json_invalid" for fault in error.errors()):
            return problem(RefusedError("malformed", "the body is no JSON"))
        return problem(
            RefusedError("wrong_field", "; ".join(f"{fault.field}: {fault.detail}" for fault in faults), errors=faults)
        )

    @app.exception_handler(WrongFieldError)
    async def wrong(_: Request, error: WrongFieldError) -> Response:
        kind = "conflict" if error.code in _CONFLICTS else "wrong_field"
        fault = WrongField(field=error.field, detail=error.said, code=error.code)
        return problem(RefusedError(kind, str(error), errors=[fault]))

    @app.exception_handler(MissingError)
    async def missing(_: Request, error: MissingError) -> Response:
        return problem(RefusedError("missing", str(error)))

    @app.exception_handler(ChangedError)
    async def changed(_: Request, error: ChangedError) -> Response:
        return problem(RefusedError("changed", str(error)))

    @app.exception_handler(UsageError)
    async def conflict(_: Request, error: UsageError) -> Response:
        return problem(RefusedError("conflict", str(error)))

    @app.exception_handler(UnavailableError)
    async def away(_: Request, error: UnavailableError) -> Response:
        return problem(put_off(error))

    @app.exception_handler(HTTPException)
    async def other(_: Request, error: HTTPException) -> Response:
        kind = {404: "missing", 405: "method", 429: "too_many_requests"}.get(error.status_code, "malformed")
        return problem(RefusedError(kind, headers=error.headers))

    @app.exception_handler(Exception)
    async def failed(_: Request, error: Exception) -> Response:
        _events.error(
            "a program's request failed", error=redacted(error), error_type=type(error).__name__, exc_info=error
        )
        return problem(RefusedError("failed", headers={"Connection": "close"}))


def _place(where: Sequence[str | int]) -> str:
    """A field with dots between its parts, and without whether body or query has it."""
    return ".".join(map(str, where[1:] or where))
