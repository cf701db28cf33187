"""Their searches, paused and let go on."""

from collections.abc import Mapping
from functools import partial

from babel.dates import get_day_names
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.portal.door import Door, Visit
from services.portal.forms import form_of
from services.runtime.errors import UsageError
from services.usecases import accounts, consent, links, searches
from services.usecases.installation import Installation
from services.usecases.links import MANAGE_FOR, SavedSearch
from services.wording.words import Words, mark

AGAIN = mark("Mail me again")


def routes(door: Door) -> APIRouter:
    """`GET` and `POST /m/{token}`."""
    router = APIRouter()

    @router.get("/m/{token}")
    async def look(request: Request, token: str) -> Response:
        """Show the searches."""
        visit = await door.visit(request, "manage", token)
        return await door.work(partial(_page, door, visit))

    @router.post("/m/{token}")
    async def do(request: Request, token: str) -> Response:
        """Do what the form says."""
        form = await form_of(request)
        visit = await door.visit(request, "manage", token)
        if not visit.expired:
            await door.work(partial(_do, door.installation, visit, form))
            visit = await door.visit(request, "manage", token)
        return await door.work(partial(_page, door, visit))

    return router


def _do(installation: Installation, visit: Visit, form: Mapping[str, str]) -> None:
    own_id, now = visit.subscriber.subscriber_id, visit.now
    match form.get("do"):
        case "again":
            consent.subscribe_again(installation, own_id, visit.words.say(AGAIN), now)
        case "go-on":
            accounts.resume(installation, own_id, now)
        case "pause":
            accounts.pause(installation, own_id, now)
        case "pause-search":
            searches.pause(installation, _own(installation, visit, form), now)
        case "resume-search":
            searches.resume(installation, _own(installation, visit, form), now)
        case _:
            raise UsageError("the form says nothing that can be done here")


def _own(installation: Installation, visit: Visit, form: Mapping[str, str]) -> str:
    return links.own_search(installation, visit.subscriber, form.get("search", "")).search_id


def _page(door: Door, visit: Visit) -> Response:
    leave = door.link("unsubscribe", visit.subscriber)
    if visit.expired:
        return door.show("expired", visit.words, 410, days=MANAGE_FOR.days, leave=leave)
    saved = links.searches(door.installation, visit.subscriber)
    return door.show(
        "manage",
        visit.words,
        status_of_person=visit.subscriber.status,
        searches=[(search, when(search, visit.words)) for search in saved],
        leave=leave,
    )


def when(search: SavedSearch, words: Words) -> str:
    """When a search is served, in words."""
    timing = search.timing
    hour = f"{timing.hour:02}:00"
    if timing.cadence == "instant":
        return words.say("Sent as jobs come in")
    if timing.weekday is None:
        return words.say("Sent daily at {hour}", hour=hour)
    day = get_day_names(locale=words.locale)[timing.weekday]
    return words.say("Sent on {day} at {hour}", day=day, hour=hour)
