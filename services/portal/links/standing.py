"""Whether one is mailed, and for which searches: leaving, pausing, going on, by a link in a mail.

A look changes nothing; a form does, or one click of a mail program (RFC 8058).
"""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import partial

from babel.dates import get_day_names
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.guard import FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door, GoneError, Visit
from services.portal.forms import fault_in
from services.portal.pages import words_for
from services.portal.postman import Postman
from services.portal.preview_page import Outlook
from services.portal.widening import MOST, WIDEN, Pressed, foreseen, press
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import accounts, choices, consent, links, searches, signing
from services.usecases.errors import WrongFieldError
from services.usecases.installation import Installation
from services.usecases.links import MANAGE_FOR, SavedSearch, Subscriber
from services.usecases.live_previews import LivePreviews
from services.wording.dates import day_in_words
from services.wording.lines import zone_of
from services.wording.words import Words, mark

ONE_CLICK = ("List-Unsubscribe", "One-Click")
"""The field that a mail program sends (RFC 8058 section 3.2)."""
CHANGES = ("again", "pause", "go-on", "pause-search", "resume-search", "choose")
"""What a form may say, see `change`."""
LEAVE = ("leave", "why", "pause-until", "weekly-search", "erase", *CHANGES)
_LEAVING = form("search", "selectivity", "why", "until", **{ONE_CLICK[0]: (ONE_CLICK[1],)}, do=LEAVE)
BUTTON = mark("Stop all job alerts")
AGAIN = mark("Mail me again")
PAUSE = mark("Only pause")
PAUSE_ALL = mark("Pause all mails")
UNTIL = mark("Nothing until {day}")
CONFIRM = mark("Yes, send me job alerts")
REASONS: Mapping[str, str] = {
    "found": mark("I found a job"),
    "too_many": mark("Too many mails"),
    "not_fitting": mark("The jobs do not fit"),
    "never_asked": mark("I never asked for this"),
    "other": mark("Something else"),
}
"""By `services.usecases.consent.WHY`."""


def routes(door: Door, guard: FormGuard, postman: Postman, live: LivePreviews) -> APIRouter:
    """`GET` and `POST` of `/u/{token}`, `/m/{token}` and `/y/{token}`."""
    router = APIRouter(responses=answers(400, 404, 408, 410, 413, 429, 503), default_response_class=HTMLResponse)
    _add_answers(router, door)

    @router.get("/u/{token}")
    async def ask_to_leave(request: Request, token: str) -> Response:
        """Show the button."""
        visit = await door.visit(request, "unsubscribe", token)
        return await _leave_page(door, visit)

    @router.post("/u/{token}", openapi_extra=_LEAVING)
    async def leave(request: Request, token: str) -> Response:
        """Do what the form says; a mail program's one click leaves everything."""
        form = await form_of(request)
        try:
            visit = await door.visit(request, "unsubscribe", token)
            if _erases(form):
                # Whoever was passed the mail erases nobody.
                task = partial(signing.ask_to_erase, door.installation, visit.subscriber, door.base, visit.now)
                return _mail(door, postman, visit, task)
            if links.has_moved(visit.subscriber) and _mails_again(visit.subscriber, form):
                # The link does not say where its mail went: who reads the old mailbox may end mails, not begin them.
                return _mail_a_link(door, postman, visit)
            try:
                await door.work(partial(_leave, door.installation, visit, form))
            except WrongFieldError as error:
                return await _leave_page(door, visit, error)
            except UsageError:
                # Who was erased a moment ago is not there to do it to.
                await door.visit(request, "unsubscribe", token)
                raise
            again = await door.visit(request, "unsubscribe", token)
            return await _leave_page(door, again, done=_done(form, again), thanked=form.get("do") == "why")
        except GoneError:
            # Nothing is sent to them, which is what they ask for.
            return door.show("gone", words_for(request), erased=False, titled_by_form=True)

    def looked_at(visit: Visit, more: str) -> LivePreviews | None:
        """What says what would bring more, where that is asked for. Raises HTTPException 429."""
        if not more or visit.expired:
            return None
        guard.check_look(visit.subscriber.subscriber_id)
        return live

    @router.get("/m/{token}")
    async def look(request: Request, token: str, more: str = "") -> Response:
        """Show the searches; `more`: with what would bring more."""
        visit = await door.visit(request, "manage", token)
        return await door.work(partial(_manage_page, door, visit, looked_at(visit, more)))

    @router.post("/m/{token}", openapi_extra=form("search", "selectivity", "press", do=("mail", WIDEN, *CHANGES)))
    async def manage(request: Request, token: str, more: str = "") -> Response:
        """Do what the form says; `more`: as where it was pressed."""
        form = await form_of(request)
        visit = await door.visit(request, "manage", token)
        if not visit.expired and form.get("do") == WIDEN:
            seen, sent = looked_at(visit, WIDEN), form.get("press", "")
            act = partial(press, door.installation, visit.subscriber, sent, visit.words, visit.now, by_link=True)
            pressed = await door.work(act)
            return await door.work(partial(_manage_page, door, visit, seen, pressed=pressed))
        if not visit.expired:
            await door.work(partial(change, door.installation, visit.subscriber, form, visit.words, visit.now))
            visit = await door.visit(request, "manage", token)
            return await door.work(partial(_manage_page, door, visit, looked_at(visit, more), done=_done(form, visit)))
        if form.get("do") == "mail":
            return _mail_a_link(door, postman, visit)
        return await door.work(partial(_manage_page, door, visit))

    return router


def _mail_a_link(door: Door, postman: Postman, visit: Visit) -> Response:
    """To where they are mailed now, whoever reads the old mail; as often as a link may be asked for."""
    address = visit.subscriber.profile.address
    return _mail(door, postman, visit, partial(signing.ask, door.installation, address, door.base, visit.now))


def _mail(door: Door, postman: Postman, visit: Visit, task: Callable[[], object]) -> Response:
    postman.later(task)
    return door.show("posted", visit.words, address="")


def _erases(form: Mapping[str, str]) -> bool:
    return form.get("do") == "erase" and form.get(ONE_CLICK[0]) != ONE_CLICK[1]


def _mails_again(person: Subscriber, form: Mapping[str, str]) -> bool:
    """Whether a form would have somebody mailed, now or by an operator, who is not, or mailed more."""
    if form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        return False
    pauses = form.get("do") in ("pause", "pause-until") and person.status == "unsubscribed"
    return pauses or form.get("do") in ("again", "go-on", "resume-search", "choose")


def _add_answers(router: APIRouter, door: Door) -> None:
    @router.get("/y/{token}")
    async def question(request: Request, token: str) -> Response:
        """Ask whether they want mails; a look answers nothing."""
        return await _answer_page(door, await door.visit(request, "answer", token))

    @router.post("/y/{token}", openapi_extra=form(do=("yes",)))
    async def answer(request: Request, token: str) -> Response:
        """Take their yes."""
        given, visit = await form_of(request), await door.visit(request, "answer", token)
        if given.get("do") != "yes":
            raise UsageError("the form says nothing that can be done here")
        if not visit.expired:
            own_id, (_, wording) = visit.subscriber.subscriber_id, _question(visit.subscriber, visit.words)
            await door.work(lambda: consent.subscribe_again(door.installation, own_id, wording, visit.now))
            visit = await door.visit(request, "answer", token)
        return await _answer_page(door, visit)


async def _answer_page(door: Door, visit: Visit) -> Response:
    leave = door.link("unsubscribe", visit.subscriber)
    if visit.expired:
        return door.show("expired", visit.words, 410, days=MANAGE_FOR.days, leave=leave, mails=False)
    saved = await door.work(lambda: links.searches(door.installation, visit.subscriber))
    title, wording = _question(visit.subscriber, visit.words)
    asked = visit.subscriber.status != "active" or visit.subscriber.asked_at is not None
    return door.show("answer", visit.words, title=title, wording=wording, asked=asked, searches=saved, leave=leave)


def _question(person: Subscriber, words: Words) -> tuple[str, str]:
    """A heading, and what stands on the button that says yes."""
    match person.status:
        case "unconfirmed":
            return words.say(mark("Do you want job alerts?")), words.say(CONFIRM)
        case "active" if person.asked_at is not None:
            return words.say(mark("Do you still want job alerts?")), words.say(mark("Yes, keep them coming"))
        case "active":
            return words.say(mark("You get job alerts")), ""
        case "paused":
            return words.say(mark("Your mails are paused")), words.say(AGAIN)
        case _:
            return words.say(mark("You are unsubscribed")), words.say(AGAIN)


def change(
    installation: Installation, person: Subscriber, form: Mapping[str, str], words: Words, now: datetime
) -> None:
    """Do what a form says of a person's mails and searches. Raises UsageError for what is nothing of the kind."""
    own_id = person.subscriber_id

    def own_search() -> str:
        return links.own_search(installation, person, form.get("search", "")).search_id

    match form.get("do"):
        case "again":
            yes = CONFIRM if person.status == "unconfirmed" else AGAIN
            consent.subscribe_again(installation, own_id, words.say(yes), now)
        case "pause":
            button = PAUSE if person.status == "unsubscribed" else PAUSE_ALL
            consent.pause(installation, own_id, words.say(button), now)
        case "go-on":
            consent.resume(installation, own_id, words.say(AGAIN), now)
        case "pause-search":
            searches.pause(installation, own_search(), now)
        case "resume-search":
            searches.resume(installation, own_search(), now)
        case "choose":
            choices.choose(installation, person, form.get("selectivity", ""), now)
        case _:
            raise UsageError("the form says nothing that can be done here")
    # To change something is a sign of life, by whichever link.
    consent.seen(installation, person, now)


def _leave(installation: Installation, visit: Visit, form: Mapping[str, str]) -> None:
    own_id, words, now = visit.subscriber.subscriber_id, visit.words, visit.now
    if form.get(ONE_CLICK[0]) == ONE_CLICK[1]:
        consent.unsubscribe(installation, own_id, "one-click", "", now)
        return
    match form.get("do"):
        case "leave":
            consent.unsubscribe(installation, own_id, "page", words.say(BUTTON), now)
        case "why":
            consent.say_why(installation, own_id, form.get("why", ""))
        case "pause-until":
            pause_until(installation, visit.subscriber, form.get("until", ""), words, now)
            consent.seen(installation, visit.subscriber, now)
        case "weekly-search":
            search = links.own_search(installation, visit.subscriber, form.get("search", ""))
            searches.change(installation, search.search_id, {"cadence": "weekly", "weekday": "0"}, now)
            consent.seen(installation, visit.subscriber, now)
        case _:
            change(installation, visit.subscriber, form, words, now)


def pause_until(installation: Installation, person: Subscriber, until: str, words: Words, now: datetime) -> None:
    """Mail nothing until a day, as it is typed. Raises UsageError, WrongFieldError."""
    zone = person.profile.time_zone
    day = consent.day_back(until, zone, now)
    wording = words.say(UNTIL, day=day_in_words(day, words.locale))
    consent.pause(installation, person.subscriber_id, wording, now, consent.beginning_of(day, zone))


def soonest_day(person: Subscriber, now: datetime) -> str:
    """The first day until which they may pause, as a field takes it."""
    return (now + timedelta(days=1)).astimezone(zone_of(person.profile.time_zone)).date().isoformat()


def _done(form: Mapping[str, str], visit: Visit) -> str:
    """What a page says was done that it does not show by itself: that mails come again."""
    comes_back = form.get("do") in ("again", "go-on") and visit.subscriber.status == "active"
    return visit.words.say(mark("Done: your mails come again.")) if comes_back else ""


async def _leave_page(
    door: Door, visit: Visit, error: WrongFieldError | None = None, *, done: str = "", thanked: bool = False
) -> Response:
    saved = await door.work(lambda: links.searches(door.installation, visit.subscriber))
    return door.show(
        "unsubscribe",
        visit.words,
        400 if error else 200,
        error=fault_in(error, visit.words) if error else "",
        done=done,
        soonest=soonest_day(visit.subscriber, visit.now),
        status_of_person=visit.subscriber.status,
        mails_kept=accounts.RETENTION["mails"],
        searches=saved,
        until=paused_until(visit.subscriber, visit.words),
        thanked=thanked,
        reasons=_reasons(visit.words),
        button=visit.words.say(BUTTON),
        again=visit.words.say(AGAIN),
        pause=visit.words.say(PAUSE),
    )


def _reasons(words: Words) -> list[tuple[str, str]]:
    return [(why, words.say(text)) for why, text in REASONS.items()]


def _manage_page(
    door: Door, visit: Visit, live: LivePreviews | None = None, *, done: str = "", pressed: Pressed | None = None
) -> Response:
    """`live`: what says what would bring more, where that is asked for; `pressed`: what a press did to a search."""
    leave = door.link("unsubscribe", visit.subscriber)
    if visit.expired:
        return door.show("expired", visit.words, 410, days=MANAGE_FOR.days, leave=leave, mails=True)
    saved = links.searches(door.installation, visit.subscriber)
    asked = [search for search in saved if live is not None and not search.paused][:MOST]
    return door.show(
        "manage",
        visit.words,
        done=done,
        status_of_person=visit.subscriber.status,
        until=paused_until(visit.subscriber, visit.words),
        searches=[(search, when(search, visit.words)) for search in saved],
        outlooks={search.search_id: _outlook(door, visit, live, search) for search in asked if live and live.ready},
        pressed=pressed,
        reading=bool(asked and live and not live.ready),
        chosen=choices.choice(door.installation, visit.subscriber, visit.now),
        leave=leave,
    )


def _outlook(door: Door, visit: Visit, live: LivePreviews, search: SavedSearch) -> Outlook | None:
    """In any case what would bring more: that is what they followed the link for."""
    person, words = visit.subscriber, visit.words
    return foreseen(door.installation, live, person, search, words, visit.now, whatever_comes=True)


def paused_until(person: Subscriber, words: Words) -> str:
    """The day until which somebody paused; empty where they named none."""
    if person.paused_until is None:
        return ""
    return day_in_words(person.paused_until.astimezone(zone_of(person.profile.time_zone)).date(), words.locale)


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
