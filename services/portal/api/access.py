"""Who may ask: a bearer token (RFC 6750) before anything is read, not too often, and what each token allows."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import cache, partial
from typing import Any, Final

import structlog
from fastapi import Depends
from fastapi.dependencies.models import Dependant
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from services.portal.accounts.guard import FormGuard
from services.portal.api.answers import RefusedError, WrongField, problem
from services.portal.door import Door
from services.runtime.errors import UnavailableError
from services.runtime.privacy.redaction import redacted
from services.runtime.web.bodies import MOST_PASTED, body_of
from services.usecases import api_tokens
from services.usecases.api_tokens import ApiToken
from services.usecases.links import Subscriber
from services.wording.catalogues import words_of
from services.wording.words import Words

DOCUMENT: Final = "/openapi.json"
AWAY_RETRY_S: Final = 5
_CALLER: Final = "jobchime.caller"
_MOST_HEADER: Final = 200
_MOST_NAMED: Final = 60
_MOST_FAULTS: Final = 10
_REALM: Final = 'Bearer realm="jobchime"'
_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Caller:
    """A program, and whom it acts for."""

    token: ApiToken
    person: Subscriber
    words: Words
    """Of that person."""
    now: datetime

    @property
    def own_id(self) -> str:
        """The subscriber's id."""
        return self.person.subscriber_id


class Access:
    """Lets through who has a token that is good, with a body within bounds; cookies count for nothing here."""

    def __init__(self, app: ASGIApp, door: Door, guard: FormGuard) -> None:
        self._app = app
        self._door = door
        self._guard = guard

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request = Request(scope, receive)
        try:
            self._guard.check_program(request)
            if scope["path"].removeprefix(scope.get("root_path", "")) != DOCUMENT:
                scope[_CALLER] = await self._caller(request)
                self._guard.check_token(scope[_CALLER].token.key)
            body = await body_of(request, MOST_PASTED)
        except RefusedError as refused:
            await problem(refused)(scope, receive, send)
        except HTTPException as error:
            kinds = {429: "too_many_requests", 408: "too_slow", 413: "too_large"}
            late = RefusedError(kinds[error.status_code], headers=error.headers)
            await problem(late)(scope, receive, send)
        except UnavailableError as error:
            await problem(put_off(error))(scope, receive, send)
        except ClientDisconnect:
            return
        else:
            await self._app(scope, _replayed(body, receive), send)

    async def _caller(self, request: Request) -> Caller:
        """Raises RefusedError, UnavailableError."""
        scheme, _, text = request.headers.get("authorization", "")[:_MOST_HEADER].strip().partition(" ")
        if scheme.casefold() != "bearer":
            # What nobody has tried yet is not wrong (RFC 6750, section 3.1).
            raise RefusedError("unauthorized", "Authorization: Bearer TOKEN", headers={"WWW-Authenticate": _REALM})
        now = self._door.clock()
        found = await self._door.work(partial(api_tokens.whose, self._door.installation, text.strip(), now))
        if found is None:
            _events.warning("a token lets nobody in")
            wrong = f'{_REALM}, error="invalid_token"'
            raise RefusedError(
                "unauthorized", "this token is over, or never was one", headers={"WWW-Authenticate": wrong}
            )
        return Caller(*found, words_of(found[1].profile.locale), now)


def put_off(error: UnavailableError) -> RefusedError:
    """What is said where an engine is away: what is wrong with it is the operator's to know."""
    _events.warning("a program is put off", error=redacted(error), error_type=type(error).__name__)
    return RefusedError("away", headers={"Retry-After": str(AWAY_RETRY_S)})


def _replayed(body: bytes, receive: Receive) -> Receive:
    """A body that was read, and then whatever comes: that its sender has gone."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def received() -> Message:
        return waiting.pop() if waiting else await receive()

    return received


class May:
    """A dependency: whoever asks, where their token allows it."""

    def __init__(self, scope: api_tokens.Scope) -> None:
        self.scope = scope

    async def __call__(self, request: Request) -> Caller:
        """Raises RefusedError."""
        found: Caller = request.scope[_CALLER]
        if self.scope not in found.token.scopes:
            wanted = f'{_REALM}, error="insufficient_scope", scope="{self.scope}"'
            detail = f"the scope {self.scope} is needed"
            raise RefusedError("out_of_scope", detail, headers={"WWW-Authenticate": wanted})
        if unknown := sorted(request.query_params.keys() - set(_parameters(request.scope["route"].dependant))):
            # To leave it out would be to answer what nobody asked.
            said = "there is no such parameter here"
            faults = [WrongField(field=name[:_MOST_NAMED], detail=said) for name in unknown[:_MOST_FAULTS]]
            raise RefusedError("wrong_field", f"{faults[0].field}: {said}", errors=faults)
        return found


def _parameters(dependant: Dependant) -> Iterator[str]:
    """What a query of an operation may hold."""
    yield from (parameter.alias for parameter in dependant.query_params)
    for part in dependant.dependencies:
        yield from _parameters(part)


@cache
def may(scope: api_tokens.Scope) -> Any:
    """What a route depends on whose callers need a scope."""
    return Depends(May(scope))
