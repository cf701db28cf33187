"""Searches at home: one is changed, copied or added in the form in which one signs up, with what it finds."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter
from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from schemas.codec import encode
from services.portal.about_oneself import owner_fields
from services.portal.accounts.at_home import AtHome, at_home, lead
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door, SignedOutError
from services.portal.form_page import form_page
from services.portal.forms import fault_in, wrong_field
from services.portal.pages import words_for
from services.portal.preview_page import NOTHING_ASKED, previewed
from services.portal.reading import NOTHING_READ, Reading, reading
from services.portal.search_form import (
    ASKING,
    DEFAULTS,
    adding,
    asking,
    changed_fields,
    given_of,
    instead,
    lacks_trade,
    search_fields,
    search_of,
    sent_in,
)
from services.runtime.web.bodies import MOST_PASTED, form_of
from services.usecases import links, searches
from services.usecases.errors import MissingError, WrongFieldError
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import Query, SavedSearch, Timing, WantedSearch, query_of, search_from
from services.wording.words import Words, mark

_SIGNED_OUT = mark(
    "You are signed out, and nothing is saved yet. Sign in in another window, come back to this page and save: what you"
    " typed is still here."
)
_SIGNED_IN_SINCE = mark("You have signed in since this form was made, and nothing is saved yet: look at it and save.")
_FORM = form(
    *("csrf", "name", "pasted", "add", "instead", "anyway", "folded", "version", *DEFAULTS),
    do=("save", "preview", "read"),
)


@dataclass(frozen=True, slots=True)
class _Searches:
    """What the pages of one who is at home are made with."""

    door: Door
    cookies: Cookies
    live: LivePreviews

    def page(
        self,
        here: AtHome,
        given: Mapping[str, str],
        *,
        new: bool,
        error: WrongFieldError | None = None,
        just_read: Reading = NOTHING_READ,
        seen: Mapping[str, Any] = NOTHING_ASKED,
        asks_trade: bool = False,
        changed_since: str = "",
        deleted_since: bool = False,
    ) -> Response:
        """The form; `changed_since`: where the search is that is another by now than when the form was made;
        `deleted_since`: whether it is none any more."""
        words, error_shown = here.words, error or seen["fault"]
        fault, wrong = (fault_in(error_shown, words), wrong_field(error_shown)) if error_shown else ("", "")
        csrf = self.cookies.form_token(here.session.key)
        shown = {
            "error": fault,
            "csrf": csrf,
            "new": new,
            **form_page(given, words, wrong, just_read),
            "asks_trade": asks_trade,
            "changed_since": changed_since,
            "deleted_since": deleted_since,
            **seen,
        }
        return self.door.show("search", words, 400 if error else 404 if deleted_since else 200, **shown)

    def kept(self, words: Words, csrf: str, sent: Mapping[str, str], fault: str, *, new: bool) -> Response:
        """The form as it was sent, of which nothing is done: what somebody typed is not lost with their session."""
        shown = form_page({"time_zone": "", **sent_in(sent, name="")}, words)
        return self.door.show(
            "search", words, 403, error=words.say(fault), csrf=csrf, new=new, **shown, **NOTHING_ASKED
        )

    def shown(self, here: AtHome, search_id: str, *, new: bool, asked: Mapping[str, str] = {}) -> Response:
        """The form of a saved search or of a copy of it; of none, one of what is `asked`, or empty."""
        given = {**DEFAULTS, "name": "", "currency": here.person.profile.currency, **asked}
        if search_id:
            query, timing = self._saved(here, search_id, copied=new)
            # Who asks for no pay yet is asked for it in their own money.
            own = {} if query.criteria.salary_floor else {"currency": here.person.profile.currency}
            given = {**given_of(query, timing, here.words), **own}
            if not new:
                given["version"] = _version(query, timing)
        given |= owner_fields(here.person.profile, here.words)
        return self.page(here, given, new=new, seen=self._preview(here, given))

    def question(self, here: AtHome, search_id: str) -> Response:
        """Whether a search shall really go."""
        search = links.own_search(self.door.installation, here.person, search_id)
        csrf = self.cookies.form_token(here.session.key)
        return self.door.show("delete", here.words, search=search, csrf=csrf)

    def posted(self, here: AtHome, search_id: str, sent: Mapping[str, str]) -> Response:
        """Save it, or show what it finds, or what a pasted text asks for."""
        owner = owner_fields(here.person.profile, here.words)
        given = {**sent_in(sent, name=""), **owner}
        new, now = not search_id, self.door.clock()
        if sent.get("add") or sent.get("instead"):
            given = adding(given, sent["add"]) if sent.get("add") else instead(given, sent["instead"])
            return self.page(here, given, new=new, seen=self._preview(here, given))
        match sent.get("do"):
            case "preview":
                return self.page(here, given, new=new, seen=self._preview(here, given))
            case "read":
                read = reading(given, here.words, now, self.live)
                # What it says of their home and years is of the page with their profile: mails go by that.
                filled = {**read.given, **owner}
                return self.page(here, filled, new=new, just_read=read, seen=self._preview(here, filled))
        try:
            if new and lacks_trade(given) and search_of(given, here.words):
                return self.page(here, given, new=new, asks_trade=True, seen=self._preview(here, given))
            if changed := self._save(here, search_id, given):
                given |= {"version": changed}
                path = f"/home/search/{search_id}"
                return self.page(here, given, new=new, changed_since=path, seen=self._preview(here, given))
        except WrongFieldError as error:
            return self.page(here, given, new=new, error=error)
        except MissingError:
            # Deleted in another window, where it was theirs: what was typed for long is not lost with it.
            kept = {name: value for name, value in given.items() if name != "version"}
            return self.page(here, kept, new=True, deleted_since=True, seen=self._preview(here, kept))
        return lead(self.door, self.cookies, here, "/home", "save")

    def _save(self, here: AtHome, search_id: str, given: Mapping[str, str]) -> str:
        """Gives the version of a search that is another by now than when its form was made, which is not saved."""
        installation, now = self.door.installation, self.door.clock()
        if search_id:
            before, timing = self._saved(here, search_id, copied=False)
            search_id = links.own_search(installation, here.person, search_id).search_id
            fields = changed_fields(given, before, timing, here.words)
            wanted, now_saved = search_from(fields), _version(before, timing)
            # Who presses twice has saved it already.
            if now_saved not in (given.get("version", now_saved), _version(query_of(wanted), wanted.timing)):
                return now_saved
        else:
            fields = search_fields(given, here.words)
        searches.check_room(installation, here.person, fields["name"], search_id)
        if search_id:
            searches.change(installation, search_id, fields, now)
        else:
            searches.add(installation, here.person.subscriber_id, search_from(fields), now)
        return ""

    def _saved(self, here: AtHome, search_id: str, *, copied: bool) -> tuple[Query, Any]:
        saved: SavedSearch = links.own_search(self.door.installation, here.person, search_id)
        query = query_of(saved)
        if copied:
            query = replace(query, name=copied_name(saved.name, here.words))
        return query, saved.timing

    def _preview(self, here: AtHome, given: Mapping[str, str]) -> Mapping[str, Any]:
        return previewed(self.live, given, here.words, self.door.clock())


def _version(query: Query, timing: Timing) -> str:
    """Names a search as its form has it."""
    asked = query.name, encode(query.criteria), query.preferred_places, timing
    return sha256(repr(asked).encode()).hexdigest()[:32]


def path_of_wish(wish: WantedSearch, words: Words) -> str:
    """Where somebody saves what they asked for at sign-up, though they were subscribed."""
    return f"/home/search?{urlencode(asking(given_of(query_of(wish), wish.timing, words)))}"


def copied_name(name: str, words: Words) -> str:
    """What a copy of a search is called."""
    return words.say(mark("{name}, another"), name=name)[:120]


def routes(door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`GET` and `POST` of `/home/search` and `/home/search/{search_id}`."""
    router = APIRouter(responses=answers(303, 400, 403, 404, 408, 413, 429, 503), default_response_class=HTMLResponse)
    own = _Searches(door, cookies, live)

    async def show(request: Request, search_id: str, *, new: bool) -> Response:
        here = await at_home(door, guard, cookies, request)
        asked = {name: value for name, value in request.query_params.items() if new and name in ASKING}
        return await door.work(partial(own.shown, here, search_id, new=new, asked=asked))

    async def take(request: Request, search_id: str) -> Response:
        guard.check(request)
        sent, new = await form_of(request, MOST_PASTED), not search_id
        try:
            here = await at_home(door, guard, cookies, request)
        except SignedOutError:
            return own.kept(words_for(request), "", sent, _SIGNED_OUT, new=new)
        try:
            cookies.check_form(here.session.key, sent.get("csrf", ""))
        except HTTPException:
            return own.kept(here.words, cookies.form_token(here.session.key), sent, _SIGNED_IN_SINCE, new=new)
        return await door.work(partial(own.posted, here, search_id, sent))

    @router.get("/home/search")
    async def begin(request: Request, like: str = "") -> Response:
        """Show the form of another search, empty, as the address fills it or like one of theirs."""
        return await show(request, like, new=True)

    @router.post("/home/search", openapi_extra=_FORM)
    async def add(request: Request) -> Response:
        """Save it, or show what it finds."""
        return await take(request, "")

    @router.get("/home/search/{search_id}")
    async def look(request: Request, search_id: str) -> Response:
        """Show the form of a search of theirs."""
        return await show(request, search_id, new=False)

    @router.get("/home/search/{search_id}/delete")
    async def question(request: Request, search_id: str) -> Response:
        """Ask whether a search of theirs shall really go: for good, which one press is too little for."""
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(own.question, here, search_id))

    @router.post("/home/search/{search_id}", openapi_extra=_FORM)
    async def change(request: Request, search_id: str) -> Response:
        """Save what is changed, or show what it finds."""
        return await take(request, search_id)

    return router
