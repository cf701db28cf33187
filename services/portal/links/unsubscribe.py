"""Leaving: a look changes nothing, a form or one click of a mail program (RFC 8058) does."""

from collections.abc import Mapping
from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.portal.door import Door, GoneError, Visit
from services.portal.forms import form_of
from services.portal.pages import words_for
from services.runtime.errors import UsageError
from services.usecases import accounts, consent, links, searches
from services.usecases.installation import Installation
from services.wording.words import Words, mark

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""The field that a mail program sends (RFC 8058 section 3.2)."""
BUTTON = mark("Stop all job alerts")
AGAIN = mark("Mail me again")
PAUSE = mark("Only pause")
REASONS: Mapping[str, str] = {
    "found": mark("I found a job"),
    "too_many": mark("Too many mails"),
    "not_fitting": mark("The jobs do not fit"),
    "never_asked": mark("I never asked for this"),
    "other": mark("Something else"),
}
"""By `services.usecases.consent.WHY`."""


def routes(door: Door) -> APIRouter:
    """`GET` and `POST /u/{token}`."""
    router = APIRouter()

    @router.get("/u/{token}")
    async def ask(request: Request, token: str) -> Response:
        """Show the button."""
        visit = await door.visit(request, "unsubscribe", token)
        return await _page(door, visit)

    @router.post("/u/{token}")
    async def do(request: Request, token: str) -> Response:
        """Do what the form says; a mail program's one click leaves everything."""
        form = await form_of(request)
        try:
            visit = await door.visit(request, "unsubscribe", token)
            try:
                await door.work(partial(_do, door.installation, visit, form))
            except UsageError:
                # Who was erased a moment ago is not there to do it to.
                await door.visit(request, "unsubscribe", token)
                raise
            return await _page(door, await door.visit(request, "unsubscribe", token))
        except GoneError:
            # Nothing is sent to them, which is what they ask for.
            return door.show("gone", words_for(request.headers))

    return router


def _do(installation: Installation, visit: Visit, form: Mapping[str, str]) -> None:
    own_id, words, now = visit.subscriber.subscriber_id, visit.words, visit.now
    if form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        consent.unsubscribe(installation, own_id, "one-click", "", now)
        return
    match form.get("do"):
        case "leave":
            consent.unsubscribe(installation, own_id, "page", words.say(BUTTON), now)
        case "again":
            consent.subscribe_again(installation, own_id, words.say(AGAIN), now)
        case "pause":
            consent.pause_instead(installation, own_id, words.say(PAUSE), now)
        case "go-on":
            accounts.resume(installation, own_id, now)
        case "why":
            consent.say_why(installation, own_id, form.get("why", ""))
        case "pause-search":
            searches.pause(installation, _search_id(installation, visit, form), now)
        case "resume-search":
            searches.resume(installation, _search_id(installation, visit, form), now)
        case _:
            raise UsageError("the form says nothing that can be done here")


def _search_id(installation: Installation, visit: Visit, form: Mapping[str, str]) -> str:
    return links.own_search(installation, visit.subscriber, form.get("search", "")).search_id


async def _page(door: Door, visit: Visit) -> Response:
    saved = await door.work(lambda: links.searches(door.installation, visit.subscriber))
    return door.show(
        "unsubscribe",
        visit.words,
        status_of_person=visit.subscriber.status,
        searches=saved,
        reasons=_reasons(visit.words),
        button=visit.words.say(BUTTON),
        again=visit.words.say(AGAIN),
        pause=visit.words.say(PAUSE),
    )


def _reasons(words: Words) -> list[tuple[str, str]]:
    return [(why, words.say(text)) for why, text in REASONS.items()]
