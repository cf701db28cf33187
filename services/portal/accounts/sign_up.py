"""Signing up: a form, a letter, and a button that confirms; and what is kept of whoever does, and for how long."""

from collections.abc import Mapping
from functools import partial
from typing import Any

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.about_oneself import person_fields, readable
from services.portal.accounts.at_home import used_up
from services.portal.accounts.guard import Cookies, FormGuard, begin_session, words_here
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.form_page import form_page
from services.portal.forms import fault_in, wrong_field
from services.portal.pages import words_for
from services.portal.postman import Postman
from services.portal.preview_page import NOTHING_ASKED, outlook, previewed
from services.portal.reading import NOTHING_READ, Reading, reading
from services.portal.search_form import (
    ASKING,
    DEFAULTS,
    adding,
    given_of,
    instead,
    lacks_trade,
    search_fields,
    sent_in,
)
from services.runtime.errors import UnavailableError
from services.runtime.web.bodies import MOST_PASTED, form_of
from services.usecases import accounts, signing
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import LivePreviews, usual_currency
from services.usecases.mistyped import address_meant
from services.usecases.searches import query_of
from services.usecases.signing import SignUpRequest
from services.wording.words import Words, mark

CONSENT = mark("Yes, send me these job alerts. I can stop them with one click in any mail.")
_DEFAULTS = {"address": "", **DEFAULTS}
_FORM = form(
    "pasted", "add", "instead", "anyway", "folded", "meant", "as_typed", *_DEFAULTS, do=("preview", "read", "")
)


def routes(door: Door, guard: FormGuard, cookies: Cookies, postman: Postman, live: LivePreviews) -> APIRouter:
    """`GET` and `POST` of `/sign-up` and `/c/{token}`, and `GET /privacy`."""
    router = APIRouter(responses=answers(303, 400, 403, 408, 410, 413, 429, 503), default_response_class=HTMLResponse)

    _add_form(router, door, guard, postman, live)
    _add_confirming(router, door, guard, cookies, live)

    @router.get("/privacy")
    async def privacy(request: Request) -> Response:
        """Say what is kept, for how long, and who works on it: from what the store does, and from the settings."""
        settings = door.installation.settings
        return door.show(
            "privacy",
            await words_here(door, cookies, request),
            kept=accounts.RETENTION,
            consent=settings.portal.consent,
            backups=settings.portal.backups_kept_days,
            logs=settings.portal.logs_kept_days,
            contact=settings.portal.privacy_contact or settings.mail.sender.address,
            processors=settings.portal.processors,
        )

    return router


def _add_form(router: APIRouter, door: Door, guard: FormGuard, postman: Postman, live: LivePreviews) -> None:
    @router.get("/sign-up")
    async def ask(request: Request) -> Response:
        """Show the form, or that the letters which it ends in do not go out: its own answer looks nothing up."""
        words = words_for(request)
        if not await door.work(lambda: signing.takes_addresses(door.installation)):
            return door.not_now(words)
        asked = {name: value for name, value in request.query_params.items() if name in ASKING}
        given = {**_DEFAULTS, "currency": usual_currency(words.locale), **asked}
        return _form(door, words, given, seen={**NOTHING_ASKED, "at_once": bool(asked)})

    @router.post("/sign-up", openapi_extra=_FORM)
    async def sign_up(request: Request) -> Response:
        """Take a wish; the answer is the same whoever has the address."""
        words, given = words_for(request), sent_in(await form_of(request, MOST_PASTED), address="")
        if given.get("do") == "read":
            guard.check_preview(request)
            now = door.clock()
            if given["currency"] == usual_currency(words.locale):
                # Browsers are of more countries than their languages say: nobody has named this currency.
                given["currency"] = usual_currency(words.locale, given["time_zone"])
            read = await door.work(partial(reading, given, words, now, live))
            seen = await door.work(partial(previewed, live, read.given, words, now))
            return _form(door, words, read.given, just_read=read, seen=seen)
        if given.get("add") or given.get("instead") or given.get("do") == "preview":
            # Where the page runs no script.
            guard.check_preview(request)
            given = adding(given, given["add"]) if given.get("add") else given
            given = instead(given, given["instead"]) if given.get("instead") else given
            return _form(door, words, given, seen=await door.work(partial(previewed, live, given, words, door.clock())))
        guard.check(request, limited=True)
        if given.get("meant") and given.get("as_typed") == given["address"]:
            given = {**given, "address": given["meant"]}
        try:
            # Beside the loop: places and skills are looked up, of which there may be many.
            kept, kept_out = await door.work(partial(readable, given, words))
            wish = await door.work(partial(wish_of, kept, words))
        except WrongFieldError as error:
            return _form(door, words, given, error)
        if lacks_trade(given):
            seen = await door.work(partial(previewed, live, given, words, door.clock()))
            return _form(door, words, given, seen=seen, asks_trade=True)
        meant = address_meant(wish.profile.address)
        if meant and given.get("as_typed") != given["address"]:
            # Before anything goes to a mailbox of somebody else.
            seen = await door.work(partial(previewed, live, given, words, door.clock()))
            return _form(door, words, given, seen=seen, meant=meant)
        now, wording = door.clock(), words.say(CONSENT)
        postman.later(partial(signing.sign_up, door.installation, wish, wording, door.base, now))
        sent = {name: given[name] for name in _DEFAULTS if given[name] != _DEFAULTS[name]}
        return door.show("posted", words, address=wish.profile.address, kept_out=kept_out, sent=sent)


def _add_confirming(router: APIRouter, door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> None:
    @router.get("/c/{token}")
    async def look(request: Request, token: str) -> Response:
        """Show what will be confirmed; a look confirms nothing."""
        kept = await door.work(lambda: signing.waiting(door.installation, token, door.clock()))
        if kept is None:
            return await used_up(door, cookies, request)
        words = words_for(request, str(kept.wanted.get("locale", "")))
        wanted, reader, now = signing.search_in(kept), signing.reader_in(kept), door.clock()
        given = given_of(query_of(wanted), wanted.timing, words)
        try:
            expected = await door.work(partial(outlook, live, wanted, given, reader, words, now))
        except UnavailableError:
            # Whoever came to confirm can, whatever they would be told beside it.
            expected = None
        return door.show(
            "confirm", words, address=kept.address, search=wanted.name, wording=kept.wording, outlook=expected
        )

    @router.post("/c/{token}")
    async def confirm(request: Request, token: str) -> Response:
        """Take them in, and sign this browser in: they have proven to have the mailbox."""
        guard.check(request, limited=True)
        now = door.clock()
        person = await door.work(lambda: signing.confirm(door.installation, token, now))
        if person is None:
            return await used_up(door, cookies, request)
        return await begin_session(door, cookies, request, person, now, "/home/welcome")


def wish_of(given: Mapping[str, str], words: Words) -> SignUpRequest:
    """The wish in a form's fields. Raises WrongFieldError."""
    person = {"address": given["address"], **person_fields(given, words)}
    return signing.wish_from(person, search_fields(given, words))


def _form(
    door: Door,
    words: Words,
    given: Mapping[str, str],
    error: WrongFieldError | None = None,
    seen: Mapping[str, Any] = NOTHING_ASKED,
    just_read: Reading = NOTHING_READ,
    *,
    asks_trade: bool = False,
    meant: str = "",
) -> Response:
    error_shown = error or seen["fault"]
    fault, wrong = (fault_in(error_shown, words), wrong_field(error_shown)) if error_shown else ("", "")
    page = {**form_page(given, words, wrong, just_read), "asks_trade": asks_trade, "address_meant": meant}
    return door.show("sign_up", words, 400 if error else 200, error=fault, **page, **seen)
