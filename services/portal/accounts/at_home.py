"""Who is at home, the pages that they are shown, and what their form just did, which the next page says once."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from services.portal.accounts.guard import Cookies, FormGuard, session_of
from services.portal.door import Door, SignedOutError
from services.portal.links.standing import paused_until
from services.portal.pages import words_for
from services.usecases import consent
from services.usecases.links import Subscriber
from services.usecases.sessions import Session
from services.wording.dates import day_in_words
from services.wording.lines import zone_of
from services.wording.words import Words, mark

_SAVED: Final = mark("Saved.")
_PAUSED: Final = mark("Paused.")
_MAILED: Final = mark("You are mailed again.")
_HIDDEN: Final = mark("Hidden: it does not come again.")
_TAKEN_BACK: Final = mark("Taken back.")
_DONE: Final[Mapping[str, str]] = {
    "save": _SAVED,
    "timing": _SAVED,
    "profile": _SAVED,
    "choose": _SAVED,
    "note": _SAVED,
    "keep-search": _SAVED,
    "note-hidden": _SAVED,
    "delete-search": mark("Deleted."),
    "pause": _PAUSED,
    "pause-search": _PAUSED,
    "pause-until": mark("Paused until {day}."),
    "resume-search": mark("It goes on."),
    "go-on": _MAILED,
    "again": _MAILED,
    "make-feed": mark("The feed has an address now."),
    "end-feed": mark("The feed has no address any more."),
    "sign-out": mark("That browser is signed out."),
    "applied": mark("Noted: you applied."),
    "out": mark("Taken out."),
    "hide": _HIDDEN,
    "show": mark("Shown again."),
    "take-back": _TAKEN_BACK,
    "hide-company": mark("Hidden: its jobs do not come any more."),
    "end": _TAKEN_BACK,
    "end-all": _TAKEN_BACK,
    "answer": mark("Noted: your answers count from now on."),
    "challenge": mark("A challenge is on its way."),
    "prove": mark("It is yours: jobs are posted there from now on."),
    "ping": mark("A try is on its way."),
    "turn-on": mark("It is turned on again."),
    "remove": mark("Removed."),
}
"""By what the form said."""


@dataclass(frozen=True, slots=True)
class AtHome:
    """A browser that is signed in."""

    session: Session
    person: Subscriber
    words: Words
    done: str = ""
    """What its form just did; empty where no page has that to say."""


async def at_home(door: Door, guard: FormGuard, cookies: Cookies, request: Request) -> AtHome:
    """Who is signed in, which is a sign of life. Raises SignedOutError, HTTPException 429 for too many pages."""
    found = await session_of(door, cookies, request)
    if found is None:
        raise SignedOutError
    session, person = found
    if request.method == "GET":
        guard.check_page(person.subscriber_id)
    await door.work(lambda: consent.seen(door.installation, person, door.clock()))
    return AtHome(session, person, words_for(request, person.profile.locale), cookies.done(request, session.key))


async def used_up(door: Door, cookies: Cookies, request: Request) -> Response:
    """Answer a link that acts once and is over, as one that was pressed twice."""
    found = await session_of(door, cookies, request)
    words = words_for(request, found[1].profile.locale if found else "")
    return door.show("late", words, 410, signed_in=found is not None)


def show(door: Door, cookies: Cookies, here: AtHome, template: str, status: int = 200, **values: object) -> Response:
    """A page that has forms, with what the last one did."""
    done = here.words.say(_DONE[here.done], day=paused_until(here.person, here.words)) if here.done in _DONE else ""
    csrf = cookies.form_token(here.session.key)
    answer = door.show(template, here.words, status, csrf=csrf, done=done, **values)
    if here.done:
        cookies.forget_done(answer)
    return answer


def lead(door: Door, cookies: Cookies, here: AtHome, page: str, done: str) -> Response:
    """On to a page that says what a form did. `page`: its path."""
    answer = RedirectResponse(f"{door.root}{page}", 303)
    cookies.tell_done(answer, here.session.key, done)
    return answer


def day_here(here: AtHome, at: datetime) -> str:
    """The day of a time where they are."""
    return day_in_words(at.astimezone(zone_of(here.person.profile.time_zone)).date(), here.words.locale)
