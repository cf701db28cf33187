"""Being at home: searches, browsers that are signed in, all that is kept, and leaving."""

import json
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from types import MappingProxyType

from babel import Locale
from babel.numbers import format_decimal
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from services.portal.about_oneself import CHOICES, about_oneself, covered
from services.portal.accounts.at_home import AtHome, at_home, day_here, lead, show
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.answers import answers, form
from services.portal.door import Door, SignedOutError
from services.portal.form_page import timing_options
from services.portal.forms import fault_in
from services.portal.gains import names_trade
from services.portal.links.standing import AGAIN, CHANGES, change, pause_until, paused_until, soonest_day, when
from services.portal.postman import Postman
from services.portal.preview_page import EVERY_TRADE, Outlook
from services.portal.search_form import given_of, timing_fields
from services.portal.widening import MOST, WIDEN, Pressed, changed_by_link, foreseen, press
from services.runtime.web.bodies import form_of
from services.usecases import accounts, choices, links, searches, sessions, signing, suppressions
from services.usecases.accounts import Profile
from services.usecases.errors import WrongFieldError
from services.usecases.links import SavedSearch
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import query_of
from services.usecases.signing import NewAddress
from services.usecases.typed import home_in, names_in
from services.usecases.wording import capitalised, criteria_in_words
from services.wording.words import LANGUAGES, Words, mark

_HERE_ALONE = (
    "delete-search",
    "keep-search",
    "timing",
    "pause-until",
    "profile",
    "make-feed",
    "end-feed",
    "sign-out",
    "sign-out-everywhere",
    "erase",
    "move",
)
"""What a form may say beside `CHANGES`."""
_LISTED = ("worked_as", "knows", "avoids")
_PROFILE = ("name", "time_zone", "currency", "locale", "speaks", "home", "years", *_LISTED)
_TIMING = ("search", "cadence", "hour", "weekday", "preferred_places")


def routes(door: Door, guard: FormGuard, cookies: Cookies, postman: Postman, live: LivePreviews) -> APIRouter:
    """`/`, `/home` and `/home/export`."""
    router = APIRouter(
        responses=answers(303, 400, 403, 404, 408, 410, 413, 429, 503), default_response_class=HTMLResponse
    )
    _add_home(router, door, guard, cookies, postman, live)
    return router


def _add_home(
    router: APIRouter, door: Door, guard: FormGuard, cookies: Cookies, postman: Postman, live: LivePreviews
) -> None:
    @router.get("/")
    async def begin(request: Request) -> Response:
        """Lead home whoever is signed in, others to where they sign up."""
        try:
            await at_home(door, guard, cookies, request)
        except SignedOutError:
            return RedirectResponse(f"{door.root}/sign-up", 303)
        return RedirectResponse(f"{door.root}/home", 303)

    @router.get("/home")
    async def home(request: Request) -> Response:
        """Show what is theirs."""
        here = await at_home(door, guard, cookies, request)
        guard.check_home(here.person.subscriber_id)
        return await door.work(partial(_page, door, cookies, live, here))

    fields = ("csrf", "session", "sure", "address", "until", "selectivity", "press", *_PROFILE, *_TIMING)

    @router.post("/home", openapi_extra=form(*fields, do=(*_HERE_ALONE, WIDEN, *CHANGES)))
    async def do(request: Request) -> Response:
        """Do what a form says."""
        guard.check(request)
        form, here = await form_of(request), await at_home(door, guard, cookies, request)
        cookies.check_form(here.session.key, form.get("csrf", ""))
        if form.get("do") == "move":
            guard.check(request, limited=True)
            return await door.work(partial(_move, door, cookies, live, postman, here, form.get("address", "").strip()))
        if form.get("do") == WIDEN:
            guard.check_home(here.person.subscriber_id)
            return await door.work(partial(_widen, door, cookies, live, here, form.get("press", "")))
        if (change_fields := _WITH_FIELDS.get(form.get("do", ""))) is not None:
            return await door.work(partial(_fields, door, cookies, live, here, form, change_fields))
        if form.get("do") == "erase" and not form.get("sure"):
            unticked = WrongFieldError("sure", "is not ticked", "sure")
            return await door.work(partial(_page, door, cookies, live, here, unticked, "erase"))
        await door.work(partial(_act, door, here, form))
        if form.get("do") == "erase":
            gone = door.show("gone", here.words, erased=True, titled_by_form=True, days=accounts.RETENTION["erasures"])
            cookies.clear(gone)
            return gone
        own = form.get("session", "") in ("", here.session.key)
        if form.get("do") == "sign-out-everywhere" or (form.get("do") == "sign-out" and own):
            answer = RedirectResponse(f"{door.root}/home", 303)
            cookies.clear(answer)
            return answer
        return lead(door, cookies, here, "/home", form["do"])

    @router.get("/home/export", response_class=JSONResponse)
    async def export(request: Request) -> Response:
        """All that is kept about them, as a file."""
        here = await at_home(door, guard, cookies, request)
        data = await door.work(lambda: accounts.export(door.installation, here.person.subscriber_id))
        headers = {"Content-Disposition": 'attachment; filename="job-alerts.json"'}
        return Response(json.dumps(data, indent=1, ensure_ascii=False), 200, headers, "application/json")


def _fields(
    door: Door, cookies: Cookies, live: LivePreviews, here: AtHome, form: Mapping[str, str], change_fields: "_Change"
) -> Response:
    """Change what has fields that may be wrong."""
    try:
        change_fields(door, here, form)
    except WrongFieldError as error:
        return _page(door, cookies, live, here, error, form.get("search", "") or form.get("do", ""), form)
    return lead(door, cookies, here, "/home", form["do"])


def _widen(door: Door, cookies: Cookies, live: LivePreviews, here: AtHome, sent: str) -> Response:
    """Have a search ask for less by one press, which the page takes back by another."""
    pressed = press(door.installation, here.person, sent, here.words, door.clock())
    return _page(door, cookies, live, here, pressed=pressed)


def _retime(door: Door, here: AtHome, form: Mapping[str, str]) -> None:
    """Mail a search at other times, or the jobs of other places first."""
    search = links.own_search(door.installation, here.person, form.get("search", ""))
    searches.change(door.installation, search.search_id, timing_fields(form), door.clock())


def _pause_until(door: Door, here: AtHome, form: Mapping[str, str]) -> None:
    """Mail nothing until a day."""
    pause_until(door.installation, here.person, form.get("until", ""), here.words, door.clock())


def _change_profile(door: Door, here: AtHome, form: Mapping[str, str]) -> None:
    """Facts of theirs but the address, which has to be confirmed."""
    # What stands there as the page showed it says nothing new, also where it tells less than is kept.
    shown = about_oneself(here.person.profile, here.words)
    given: dict[str, str | int | list[str] | None] = {
        name: form[name] for name in _PROFILE if name in form and form[name] != shown.get(name)
    }
    if "home" in given:
        given["home"] = home_in(form["home"])
    given |= {name: names_in(form[name]) for name in _LISTED if name in given}
    if "speaks" in form:
        # Empty is an answer here: they do not say.
        given["speaks"] = [name.strip() for name in form["speaks"].replace(";", ",").split(",") if name.strip()]
    accounts.change(door.installation, here.person.subscriber_id, given, door.clock())


_Change = Callable[[Door, AtHome, Mapping[str, str]], None]
_WITH_FIELDS: Mapping[str, _Change] = {"timing": _retime, "pause-until": _pause_until, "profile": _change_profile}


def _move(door: Door, cookies: Cookies, live: LivePreviews, postman: Postman, here: AtHome, address: str) -> Response:
    """Take a new address; the answer is the same whoever has it."""
    try:
        checked = signing.address_from(address)
    except WrongFieldError as error:
        return _page(door, cookies, live, here, error, "address", {"address": address})
    if not signing.takes_addresses(door.installation):
        return door.not_now(here.words)
    wanted = NewAddress(here.person.subscriber_id, checked, here.words.say(signing.MOVE))
    postman.later(partial(signing.ask_new_address, door.installation, wanted, door.base, door.clock()))
    return door.show("posted", here.words, address=checked)


def _act(door: Door, here: AtHome, form: Mapping[str, str]) -> None:
    installation, own_id, now = door.installation, here.person.subscriber_id, door.clock()
    match form.get("do"):
        case "delete-search":
            search = links.own_search(installation, here.person, form.get("search", ""))
            searches.delete(installation, search.search_id, now)
        case "keep-search":
            searches.keep(installation, links.own_search(installation, here.person, form.get("search", "")).search_id)
        case "make-feed" | "end-feed" as wanted:
            search = links.own_search(installation, here.person, form.get("search", ""))
            searches.give_feed(installation, search.search_id, signing.new_token() if wanted == "make-feed" else None)
        case "sign-out":
            sessions.end(installation, own_id, form.get("session") or here.session.key)
        case "sign-out-everywhere":
            sessions.end(installation, own_id)
        case "erase":
            accounts.erase(installation, own_id, now)
        case _:
            change(installation, here.person, form, here.words, now)


_WHY_SUPPRESSED: Mapping[str | None, str] = {
    suppressions.PROVIDER: mark("A mail to this address came back for good, or was reported as spam here."),
    suppressions.MAIL_SERVER: mark("The mail server of this address says that there is no such mailbox."),
}
"""By who suppressed the address."""
_TAKEN_OFF = mark("{board} was asked not to mail this address, or has reason not to.")


def _why_suppressed(door: Door, here: AtHome) -> tuple[str, str] | None:
    """Since when and why nothing is mailed to their address; None where mail is."""
    kept = suppressions.in_force(door.installation, here.person.profile.address)
    if kept is None:
        return None
    words, board = here.words, door.installation.settings.mail.sender_name
    why = words.say(_WHY_SUPPRESSED.get(kept.added_by, _TAKEN_OFF), board=board)
    return day_here(here, kept.since), why


def _page(
    door: Door,
    cookies: Cookies,
    live: LivePreviews,
    here: AtHome,
    error: WrongFieldError | None = None,
    wrong: str = "",
    typed: Mapping[str, str] = MappingProxyType({}),
    pressed: Pressed | None = None,
) -> Response:
    """`wrong`: where the error belongs: the id of a search, or the name of a part of the page; `typed`: what it has;
    `pressed`: what a press just did to a search."""
    person, words, settings = here.person, here.words, door.installation.settings
    saved = links.searches(door.installation, person)
    outlooks = _outlooks(door, live, here, saved, pressed.search_id if pressed else "")
    browsers = sessions.sessions_of(door.installation, person.subscriber_id, door.clock())
    return show(
        door,
        cookies,
        here,
        "home",
        400 if error else 200,
        error=fault_in(error, words) if error else "",
        wrong=wrong,
        status_of_person=person.status,
        again=words.say(AGAIN),
        suppressed=_why_suppressed(door, here),
        contact=settings.portal.privacy_contact or settings.mail.sender.address,
        address=person.profile.address,
        typed=typed,
        profile=_profile(person.profile, words) | dict(typed if wrong == "profile" else {}),
        covered=covered(person.profile.avoids, words),
        languages=_languages(person.profile.locale),
        chosen=choices.choice(door.installation, person, door.clock()),
        choices=[(value, words.say(label)) for value, label in CHOICES.items()],
        until=paused_until(here.person, here.words),
        soonest=soonest_day(person, door.clock()),
        searches=[
            (
                search,
                _about(search, live, words, outlooks.get(search.search_id)),
                outlooks.get(search.search_id),
                _search_fields(search, words) | dict(typed if wrong == search.search_id else {}),
                changed_by_link(door.installation, person, search, words, door.clock()),
            )
            for search in saved
        ],
        pressed=pressed,
        options=timing_options(words),
        base=door.base or door.root,
        sessions=[(browser, browser.key == here.session.key) for browser in browsers],
        leave=door.link("unsubscribe", person),
    )


def _profile(profile: Profile, words: Words) -> dict[str, str]:
    """The fields of somebody's facts."""
    return {
        "name": profile.name,
        "locale": profile.locale,
        "time_zone": profile.time_zone,
        "currency": profile.currency,
        **about_oneself(profile, words),
    }


def _outlooks(
    door: Door, live: LivePreviews, here: AtHome, saved: Sequence[SavedSearch], pressed_on: str
) -> dict[str, Outlook]:
    """Of searches that bring hardly anything to somebody who is mailed: what comes, why, and what would bring more.

    `pressed_on`: a search that a press has just changed, of which the page says what comes in any case.
    """
    if here.person.status != "active":
        return {}
    served, now = [search for search in saved if not search.paused][:MOST], door.clock()
    found = {
        search.search_id: foreseen(door.installation, live, here.person, search, here.words, now) for search in served
    }
    return {
        search_id: seen
        for search_id, seen in found.items()
        if seen and (seen.advice or seen.looser or search_id == pressed_on)
    }


def _about(search: SavedSearch, live: LivePreviews, words: Words, seen: Outlook | None) -> list[str]:
    """What it asks for, how many jobs of the last days fit it, and when it is mailed.

    `seen`: where the page says of it what comes and what would bring more.
    """
    said = [capitalised(" · ".join(criteria_in_words(search.criteria, words)))]
    if live.ready and seen is None:
        found = live.count(search.criteria)
        shown = format_decimal(found, locale=words.locale)
        single, many = "1 job of the last {days} days fits", "{shown} jobs of the last {days} days fit"
        said.append(words.count(single, many, found, shown=shown, days=live.days))
    if not names_trade(search.criteria):
        said.append(words.say(EVERY_TRADE))
    return [*said, when(search, words)]


def _search_fields(search: SavedSearch, words: Words) -> dict[str, str]:
    """The fields of its form, of which the page shows when it is mailed."""
    return given_of(query_of(search), search.timing, words)


def _languages(locale: str) -> list[tuple[str, str]]:
    """Those of our texts, each by its own name; theirs with the country that they chose it for."""
    own = Locale.parse(locale).language
    names = ((code, str(Locale(code).get_display_name(code)).capitalize()) for code in LANGUAGES)
    return [(locale if code == own else code, name) for code, name in names]
