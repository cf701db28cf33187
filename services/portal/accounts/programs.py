"""Programs at home: tokens by which they act for somebody by the API, and webhooks to which events are posted."""

from collections.abc import Mapping
from datetime import datetime
from functools import partial

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.at_home import AtHome, at_home, lead, show
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.forms import fault_in
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import api_tokens, links, webhooks
from services.usecases.api_tokens import MOST_DAYS, SCOPES, ApiToken, Scope
from services.usecases.errors import WrongFieldError
from services.usecases.webhooks import AttemptFault, EventState, ListedEvent, Secret, Shown
from services.wording.dates import day_in_words, moment_in_words
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
_NEW_TOKEN: Mapping[str, str] = {"name": "", "days": "90", **{str(scope): "" for scope in SCOPES}}
_TOKEN_FORM = form("csrf", "key", "name", "days", *SCOPES, do=("make", "end", "end-all"))
_WEBHOOK_ACTS = ("add", "challenge", "prove", "ping", "rotate", "turn-on", "remove")
_KINDS: Mapping[str, str] = {
    "job.matched": mark("A job"),
    "webhook.ping": mark("A try"),
    "webhook.challenge": mark("A challenge"),
}
_STATES: Mapping[EventState, str] = {
    "waiting": mark("is posted from {moment} on"),
    "delivered": mark("taken"),
    "failed": mark("not taken"),
    "cancelled": mark("not posted any more"),
}
_FAULTS: Mapping[AttemptFault, str] = {
    "refused": mark("The address is in a private network, or may not be asked."),
    "slow": mark("No answer came in time."),
    "no_host": mark("The host cannot be found."),
    "no_connection": mark("No connection could be made."),
    "no_tls": mark("No secure connection could be made: the certificate is not valid, or the server speaks no TLS."),
    "no_http": mark("What it answers is not HTTP."),
    "away": mark("No answer came."),
}


def routes(door: Door, guard: FormGuard, cookies: Cookies) -> APIRouter:
    """`GET` and `POST` of `/home/tokens` and `/home/webhooks`."""
    router = APIRouter()
    router.include_router(_tokens(door, guard, cookies))
    router.include_router(_webhooks(door, guard, cookies))
    return router


def _tokens(door: Door, guard: FormGuard, cookies: Cookies) -> APIRouter:
    """`GET` and `POST` of `/home/tokens`."""
    router = APIRouter(responses=answers(303, 400, 403, 408, 413, 429, 503), default_response_class=HTMLResponse)

    @router.get("/home/tokens")
    async def listed(request: Request) -> Response:
        """Show them."""
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(_tokens_page, door, cookies, here))

    @router.post("/home/tokens", openapi_extra=_TOKEN_FORM)
    async def change(request: Request) -> Response:
        """Make one, which is shown this once, or take some back."""
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, guard, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        return await door.work(partial(_act_on_tokens, door, cookies, here, sent))

    return router


def _act_on_tokens(door: Door, cookies: Cookies, here: AtHome, sent: Mapping[str, str]) -> Response:
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
        return _tokens_page(door, cookies, here, error=error, sent=sent)
    return _shown_once(_tokens_page(door, cookies, here, made=text))


def _tokens_page(
    door: Door,
    cookies: Cookies,
    here: AtHome,
    *,
    made: str = "",
    error: WrongFieldError | None = None,
    sent: Mapping[str, str] | None = None,
) -> Response:
    """`made`: the token that was just made."""
    words, given = here.words, {**_NEW_TOKEN, **(sent or {})}
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


def _webhooks(door: Door, guard: FormGuard, cookies: Cookies) -> APIRouter:
    """`GET` and `POST` of `/home/webhooks`."""
    statuses = answers(303, 400, 403, 404, 408, 413, 429, 503)
    router = APIRouter(responses=statuses, default_response_class=HTMLResponse)

    @router.get("/home/webhooks")
    async def look(request: Request) -> Response:
        """Show them, with what was posted of late."""
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(_webhooks_page, door, cookies, here))

    @router.post(
        "/home/webhooks", openapi_extra=form("csrf", "webhook", "address", "search", "challenge", do=_WEBHOOK_ACTS)
    )
    async def do(request: Request) -> Response:
        """Do what a form says of one of them."""
        guard.check(request)
        sent, here = await form_of(request), await at_home(door, guard, cookies, request)
        cookies.check_form(here.session.key, sent.get("csrf", ""))
        if sent.get("do") in ("add", "challenge", "ping"):
            # Others' servers are asked by it.
            guard.check(request, limited=True)
        return await door.work(partial(_act_on_webhooks, door, cookies, here, sent))

    return router


def _act_on_webhooks(door: Door, cookies: Cookies, here: AtHome, sent: Mapping[str, str]) -> Response:
    try:
        made = _act(door, here, sent, door.clock())
    except WrongFieldError as error:
        return _webhooks_page(door, cookies, here, error=error, given=sent)
    if made is not None:
        # In the answer to the form itself: led elsewhere, the secret would have to be kept.
        return _shown_once(_webhooks_page(door, cookies, here, made=made))
    return lead(door, cookies, here, "/home/webhooks", sent["do"])


def _shown_once(answer: Response) -> Response:
    """A page with a secret, which no browser keeps: going back to it fails."""
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _act(door: Door, here: AtHome, sent: Mapping[str, str], now: datetime) -> Secret | None:
    """Gives a secret where one was made."""
    installation, own_id, hook = door.installation, here.person.subscriber_id, sent.get("webhook", "")
    match sent.get("do"):
        case "add":
            return webhooks.add(installation, here.person, sent.get("address", ""), sent.get("search", ""), now)
        case "rotate":
            return webhooks.rotate(installation, own_id, hook, now)
        case "prove":
            webhooks.prove(installation, own_id, hook, sent.get("challenge", ""), now)
        case "challenge":
            webhooks.challenge(installation, own_id, hook, now)
        case "ping":
            webhooks.ping(installation, own_id, hook, now)
        case "turn-on":
            webhooks.turn_on(installation, own_id, hook, now)
        case "remove":
            webhooks.remove(installation, own_id, hook, now)
        case _:
            raise UsageError("the form says nothing that can be done here")
    return None


def _webhooks_page(
    door: Door,
    cookies: Cookies,
    here: AtHome,
    *,
    made: Secret | None = None,
    error: WrongFieldError | None = None,
    given: Mapping[str, str] | None = None,
) -> Response:
    installation, words, given = door.installation, here.words, given or {}
    if not webhooks.allowed(installation):
        raise HTTPException(404)
    saved = links.searches(installation, here.person)
    names = {search.search_id: search.name for search in saved}
    return show(
        door,
        cookies,
        here,
        "webhooks",
        400 if error else 200,
        error=fault_in(error, words) if error else "",
        wrong=given.get("webhook", ""),
        given={name: given.get(name, "") for name in ("address", "search", "challenge")},
        made=made,
        hooks=[_shown(here, webhook, names) for webhook in webhooks.listed(installation, here.person.subscriber_id)],
        searches=[("", words.say(mark("All my searches"))), *names.items()],
        serves=here.person.status == "active",
        most_address=webhooks.MOST_ADDRESS,
    )


def _shown(here: AtHome, shown: Shown, names: Mapping[str, str]) -> Mapping[str, object]:
    hook, words = shown.webhook, here.words
    of = names.get(hook.search_id, "") if hook.search_id else words.say(mark("All my searches"))
    return {
        "id": hook.webhook_id,
        "address": hook.address,
        "state": hook.state,
        "why_shut": hook.why_shut,
        "of": of,
        "failing": _moment(here, hook.failing_since) if hook.failing_since else "",
        "former": _moment(here, hook.former_until) if hook.former_until else "",
        "events": [_event(here, event) for event in shown.events],
    }


def _event(here: AtHome, event: ListedEvent) -> Mapping[str, str]:
    words, last = here.words, event.last
    fault = words.say(_FAULTS[last.fault]) if last and last.fault else ""
    return {
        "kind": words.say(_KINDS[event.kind]),
        "made": _moment(here, event.created_at),
        "state": words.say(_STATES[event.state], moment=_moment(here, event.not_before)),
        "attempts": words.count("{count} attempt", "{count} attempts", event.attempts) if event.attempts else "",
        "status": str(last.status) if last and last.status else "",
        "said": (fault or last.answer) if last else "",
        "id": event.event_id,
    }


def _moment(here: AtHome, at: datetime) -> str:
    return moment_in_words(at.astimezone(zone_of(here.person.profile.time_zone)), here.words.locale)
