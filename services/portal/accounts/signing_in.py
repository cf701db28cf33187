"""Signing in by a link, and by one that proves a new address."""

from functools import partial

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.accounts.at_home import used_up
from services.portal.accounts.guard import Cookies, FormGuard, begin_session, browser_of
from services.portal.accounts.searches import path_of_wish
from services.portal.answers import answers, form
from services.portal.door import Door
from services.portal.forms import fault_in
from services.portal.pages import words_for
from services.portal.postman import Postman
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import accounts, sessions, signing
from services.usecases.errors import WrongFieldError
from services.wording.words import mark


def routes(door: Door, guard: FormGuard, cookies: Cookies, postman: Postman) -> APIRouter:
    """`GET` and `POST` of `/sign-in`, `/s/{token}` and `/a/{token}`."""
    router = APIRouter(
        responses=answers(303, 400, 403, 404, 408, 410, 413, 429, 503), default_response_class=HTMLResponse
    )
    _add_signing_in(router, door, guard, cookies, postman)
    _add_new_address(router, door, guard, cookies)
    return router


def _add_signing_in(router: APIRouter, door: Door, guard: FormGuard, cookies: Cookies, postman: Postman) -> None:
    @router.get("/sign-in")
    async def ask(request: Request) -> Response:
        """Show the form."""
        return door.show("sign_in", words_for(request), error="", address="")

    @router.post("/sign-in", openapi_extra=form("address"))
    async def send(request: Request) -> Response:
        """Mail a link, if somebody has the address; the answer is the same if nobody has."""
        guard.check(request, limited=True)
        address, words = (await form_of(request)).get("address", "").strip(), words_for(request)
        try:
            signing.address_from(address)
        except WrongFieldError as error:
            return door.show("sign_in", words, 400, error=fault_in(error, words), address=address)
        postman.later(partial(signing.ask, door.installation, address, door.base, door.clock()))
        return door.show("posted", words, address=address)

    @router.get("/s/{token}")
    async def look(request: Request, token: str) -> Response:
        """Show a button: scanners of mail look at each link, and this one acts once."""
        return door.show("enter", words_for(request))

    @router.post("/s/{token}")
    async def enter(request: Request, token: str) -> Response:
        """Use the link up."""
        guard.check(request, limited=True)
        session = signing.new_token()
        used = await door.work(
            lambda: sessions.use_link(door.installation, token, session, browser_of(request), door.clock())
        )
        if not used:
            return await used_up(door, cookies, request)
        wish = await door.work(lambda: signing.wish_beside(door.installation, token, door.clock()))
        return cookies.lead_home(door.root, session, path_of_wish(wish, words_for(request)) if wish else "/home")


def _add_new_address(router: APIRouter, door: Door, guard: FormGuard, cookies: Cookies) -> None:
    @router.get("/a/{token}")
    async def look(request: Request, token: str) -> Response:
        """Show the new address; a look confirms nothing."""
        kept = await door.work(lambda: signing.new_address(door.installation, token, door.clock()))
        if kept is None:
            return await used_up(door, cookies, request)
        person = await door.work(lambda: accounts.find(door.installation, kept.subscriber_id))
        words = words_for(request, person.profile.locale)
        return door.show("new_address", words, address=kept.address, wording=kept.wording)

    @router.post("/a/{token}")
    async def confirm(request: Request, token: str) -> Response:
        """Mail them there, and sign this browser in, and no other: they have proven to have the mailbox."""
        guard.check(request, limited=True)
        now = door.clock()
        try:
            person = await door.work(lambda: signing.confirm_new_address(door.installation, token, door.base, now))
        except UsageError:
            words = words_for(request)
            text = words.say(mark("Somebody is subscribed with this address already: sign in with it."))
            return door.show("failed", words, 400, title=words.say(mark("That could not be done")), text=text)
        if person is None:
            return await used_up(door, cookies, request)
        return await begin_session(door, cookies, request, person, now)
