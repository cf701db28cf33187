"""Tokens at home: programs that act for somebody by the API are let in, seen and shut out."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.at_home import AtHome, at_home, lead, show
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.forms import fault_in
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import api_tokens
from services.usecases.api_tokens import MOST_DAYS, SCOPES, ApiToken, Scope
from services.usecases.errors import WrongFieldError
from services.wording.dates import day_in_words
from services.wording.lines import zone_of
from services.wording.words import mark

_MAY: Mapping[Scope, str] = {
    "searches:read": mark("Read your searches, and try out others"),
    "searches:write": mark("Change, add and delete searches"),
    "jobs:read": mark("Read which jobs you saved, and what you said of jobs and companies"),
    "jobs:write": mark("Save and hide jobs, and say what you think of them"),
    "mails:read": mark("Read which mails you were sent, and what comes next"),
    "account:read": mark("Read your name, your address and your settings"),
    "account:write": mark("Change your settings, pause your mails and go on"),
    "webhooks:read": mark("Read your webhooks, and what was posted to them"),
    "webhooks:write": mark("Add, change and remove webhooks"),
    "export": mark("Get all that is kept about you, your mails with their links included"),
}
_DAYS = (30, 90, MOST_DAYS)
_EMPTY: Mapping[str, str] = {"name": "", "days": "90", **{str(scope): "" for scope in SCOPES}}
_FORM = form("csrf", "key", "name", "days", *SCOPES, do=("make", "end", "end-all"))


def routes(door: Door, guard: FormGuard, cookies: Cookies) -> APIRouter:
    """`GET` and `POST` of `/home/tokens`."""
    router = APIRouter(responses=answers(303, 400, 403, 408, 413, 503), default_response_class=HTMLResponse)

    @router.get("/home/tokens")
    async def listed(request: Request) -> Response:
        """Show them."""
        here = await at_home(door, cookies, request)
        return await door.work(partial(_page, door, cookies, here))

    @router.post("/home/tokens", openapi_extra=_FORM)
    async def change(request: Request) -> Response:
        """Make one, which is shown this once, or take some back."""
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        return await door.work(partial(_change, door, cookies, here, sent))

    return router


def _change(door: Door, cookies: Cookies, here: AtHome, sent: Mapping[str, str]) -> Response:
    own_id = here.person.subscriber_id
    match sent.get("do"):
        case "make":
            return _make_token(door, cookies, here, sent)
        case "end" if sent.get("key"):
            api_tokens.end(door.installation, own_id, sent["key"])
        case "end-all":
            api_tokens.end(door.installation, own_id)
        case _:
            raise UsageError("the form says nothing that can be done here")
    return lead(door, cookies, here, "/home/tokens", sent["do"])


def _make_token(door: Door, cookies: Cookies, here: AtHome, sent: Mapping[str, str]) -> Response:
    scopes = [scope for scope in SCOPES if sent.get(scope)]
    days = next((days for days in _DAYS if sent.get("days") == str(days)), 0)
    try:
        text, _ = api_tokens.make(
            door.installation,
            here.person.subscriber_id,
            sent.get("name", ""),
            scopes,
            days,
            api_tokens.chance,
            door.clock(),
        )
    except WrongFieldError as error:
        return _page(door, cookies, here, error=error, sent=sent)
    return _page(door, cookies, here, made=text)


def _page(
    door: Door,
    cookies: Cookies,
    here: AtHome,
    *,
    made: str = "",
    error: WrongFieldError | None = None,
    sent: Mapping[str, str] | None = None,
) -> Response:
    """`made`: the token that was just made."""
    words, given = here.words, {**_EMPTY, **(sent or {})}
    own = api_tokens.of_person(door.installation, here.person.subscriber_id, door.clock())
    return show(
        door,
        cookies,
        here,
        "tokens",
        400 if error else 200,
        error=fault_in(error, words) if error else "",
        made=made,
        tokens=[(token, *_token_row(token, here)) for token in own],
        given=given,
        scopes=[(scope, words.say(_MAY[scope])) for scope in SCOPES],
        days=[(str(days), words.count("{count} day", "{count} days", days)) for days in _DAYS],
        document=f"{door.base or door.root}/api/openapi.json",
    )


def _token_row(token: ApiToken, here: AtHome) -> tuple[list[str], str, str]:
    """What it may do, until when, and when it was last used."""
    words, zone = here.words, zone_of(here.person.profile.time_zone)
    may = [words.say(_MAY[scope]) for scope in token.scopes]
    until = day_in_words(token.expires_at.astimezone(zone).date(), words.locale)
    return may, until, day_in_words(token.used_on, words.locale) if token.used_on else ""
