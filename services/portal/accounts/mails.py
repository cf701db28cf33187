"""Mails at home: the next one as it would be now, and those that were sent, as they were sent."""

from collections.abc import Callable, Mapping
from datetime import datetime
from functools import partial
from threading import Lock
from typing import Final, NamedTuple

from cachetools import TTLCache
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from services.portal.about_oneself import SENT
from services.portal.accounts.at_home import AtHome, at_home
from services.portal.accounts.guard import Cookies, FormGuard
from services.portal.accounts.tracking import asked
from services.portal.answers import answers
from services.portal.door import Door
from services.portal.links.standing import paused_until
from services.portal.preview_page import Outlook
from services.portal.previews import FRAMED
from services.portal.widening import foreseen
from services.usecases import links, mailed, tracker
from services.usecases.links import SavedSearch
from services.usecases.live_previews import LivePreviews
from services.usecases.mail import State
from services.usecases.mailed import NextMail
from services.usecases.previewed import FirstMail
from services.usecases.searches import NEW_SEARCH_LOOKS_BACK, query_of
from services.usecases.searches import reader as reader_of
from services.usecases.wording import ShownJob, doubts_briefly, shown_job
from services.wording.dates import moment_in_words
from services.wording.lines import zone_of
from services.wording.words import mark

_STATES: Mapping[State, str] = {
    "pending": mark("about to be sent"),
    "claimed": mark("about to be sent"),
    "sending": mark("about to be sent"),
    "accepted": mark("sent"),
    "delivered": mark("arrived"),
    "bounced": mark("came back"),
    "failed": mark("refused by the mail server"),
    "unknown": mark("perhaps sent: nobody knows"),
    "not_sent": mark("not sent"),
    "cancelled": mark("not sent: you did not want it any more"),
}
"""What became of a mail."""
# Links open beside the page: where a mail lies in a frame, they could show nothing there.
_POPUPS = "sandbox allow-popups allow-popups-to-escape-sandbox"
_HEADERS = {name: value.replace("sandbox", _POPUPS) for name, value in FRAMED.items()}
_MOST_MADE: Final = 200
_MOST_WELCOMING: Final = 5
_SHOWN_WITHIN_S: Final = 60.0
_BESIDE = '<head>\n<base target="_blank">'


def routes(door: Door, guard: FormGuard, cookies: Cookies, live: LivePreviews) -> APIRouter:
    """`GET` of `/home/welcome` and `/home/mails`, there also of `/next`, `/{slot}` and `/{slot}/mail`."""
    router = APIRouter(responses=answers(303, 404, 410, 429, 503), default_response_class=HTMLResponse)
    upcoming_mails = _Upcoming(door)

    async def shown(request: Request, page: Callable[[AtHome], Response]) -> Response:
        here = await at_home(door, guard, cookies, request)
        return await door.work(partial(page, here))

    @router.get("/home/welcome")
    async def welcome(request: Request) -> Response:
        """Say that it worked, when the first mails come, and what they would hold now."""
        return await shown(request, partial(_welcome_page, door, cookies, live))

    @router.get("/home/mails")
    async def listed(request: Request, before: str = "") -> Response:
        """Show the next one, and list those that were sent."""
        return await shown(request, partial(_list_page, door, upcoming_mails, before))

    @router.get("/home/mails/next")
    async def upcoming(request: Request) -> Response:
        """Show the next one as it would be now, by itself."""
        return await shown(request, partial(_next_mail, door, upcoming_mails))

    @router.get("/home/mails/{slot}")
    async def opened(request: Request, slot: str) -> Response:
        """Show one that was sent, and what became of it."""
        return await shown(request, partial(_opened_page, door, cookies, slot))

    @router.get("/home/mails/{slot}/mail")
    async def mail(request: Request, slot: str) -> Response:
        """Show it as it was sent, by itself."""
        return await shown(request, partial(_mail, door, slot))

    return router


class _Upcoming:
    """The next mails: each is made once for the page that names it and, soon after, for the frame that shows it."""

    def __init__(self, door: Door) -> None:
        self._door = door
        self._made: TTLCache[str, NextMail] = TTLCache(_MOST_MADE, _SHOWN_WITHIN_S)
        self._lock = Lock()

    def named(self, here: AtHome) -> NextMail | None:
        """As it would be now. Raises UnavailableError."""
        made = mailed.next_mail(self._door.installation, here.person, self._door.clock())
        with self._lock:
            self._made.pop(here.person.subscriber_id, None)
            if made is not None:
                self._made[here.person.subscriber_id] = made
        return made

    def shown(self, here: AtHome) -> NextMail | None:
        """As the page named it, where that was just now. Raises UnavailableError."""
        with self._lock:
            made = self._made.pop(here.person.subscriber_id, None)
        return made or mailed.next_mail(self._door.installation, here.person, self._door.clock())


class _Expected(NamedTuple):
    """What the page after a sign-up says of a search."""

    search: SavedSearch
    comes: str
    """When its first mail does; empty: as jobs come in."""
    jobs: list[ShownJob]
    """Some of those that it would hold now, and that the page does not ask about."""
    found: int
    """How many it would hold."""
    waits: bool
    outlook: Outlook | None
    """None while postings are still being read."""


def _welcome_page(door: Door, cookies: Cookies, live: LivePreviews, here: AtHome) -> Response:
    installation, person, now = door.installation, here.person, door.clock()
    saved = [search for search in links.searches(installation, person) if not search.paused]
    reader = reader_of(installation, person.subscriber_id)
    since = now - NEW_SEARCH_LOOKS_BACK
    about = asked(door, live, here)
    asked_about = {posting_id for posting_id, _ in about}

    def expected(search: SavedSearch) -> _Expected:
        query = query_of(search)
        # What a first mail holds is new since then; it comes from the log soon, and is in these columns already.
        first = live.first_mail(query, reader, now, since) if live.ready else FirstMail((), waits=False)
        comes = "" if search.timing.cadence == "instant" else _moment(here, max(search.next_due_at, now))
        seen = foreseen(installation, live, person, search, here.words, now, whatever_comes=first.waits)
        others = [job for job in first.jobs if job.posting_id not in asked_about]
        jobs = [shown_job(job, here.words) for job in others[:_MOST_WELCOMING]]
        return _Expected(search, comes, jobs, len(first.jobs), first.waits, seen)

    return door.show(
        "welcome",
        here.words,
        person=person,
        csrf=cookies.form_token(here.session.key),
        serves=person.status == "active",
        looks_back=NEW_SEARCH_LOOKS_BACK.days,
        zone=person.profile.time_zone,
        searches=[expected(search) for search in saved],
        read=live.ready,
        asked=about,
        leave=door.link("unsubscribe", person),
    )


def _list_page(door: Door, upcoming_mails: _Upcoming, before: str, here: AtHome) -> Response:
    found = mailed.sent(door.installation, here.person, before)
    upcoming = None if before else upcoming_mails.named(here)
    return door.show(
        "mails",
        here.words,
        newest=not before,
        serves=here.person.status == "active",
        until=paused_until(here.person, here.words) if here.person.status == "paused" else "",
        upcoming=upcoming,
        said_choice=here.words.say(SENT[here.person.profile.selectivity]),
        comes=_moment(here, upcoming.due_at) if upcoming and upcoming.due_at else "",
        unlikely=[
            (
                shown_job(posting, here.words),
                door.link("job", here.person, posting.posting_id),
                doubts_briefly(chance, posting, here.words),
            )
            for posting, chance in (upcoming.unlikely if upcoming else ())
        ],
        mails=[
            (mailed.slot_of(mail.due_at), _moment(here, mail.due_at), mail, here.words.say(_STATES[mail.state]))
            for mail in found
        ],
        older=mailed.slot_of(found[-1].due_at) if len(found) == mailed.MOST_LISTED else "",
    )


def _next_mail(door: Door, upcoming_mails: _Upcoming, here: AtHome) -> Response:
    upcoming = upcoming_mails.shown(here)
    if upcoming is None or not upcoming.html:
        return door.show("forgotten", here.words, 410)
    return _framed(upcoming.html)


def _opened_page(door: Door, cookies: Cookies, slot: str, here: AtHome) -> Response:
    found, words = mailed.opened(door.installation, here.person, slot), here.words
    if found is None:
        return door.show("forgotten", words, 410)
    saved = tracker.saved_ids(door.installation, here.person.subscriber_id)
    return door.show(
        "mailed",
        words,
        slot=slot,
        csrf=cookies.form_token(here.session.key),
        when=_moment(here, found.mailed.due_at),
        mail=found.mailed,
        to=found.email.to_address if found.email else "",
        state=words.say(_STATES[found.mailed.state]),
        jobs=[
            (
                shown_job(job, words),
                door.link("job", here.person, job.posting_id),
                job.status == "closed",
                job.posting_id,
                job.posting_id in saved,
            )
            for job in found.jobs
        ],
    )


def _mail(door: Door, slot: str, here: AtHome) -> Response:
    found = mailed.opened(door.installation, here.person, slot)
    if found is None or found.email is None:
        return door.show("forgotten", here.words, 410)
    return _framed(found.email.html)


def _framed(html: str) -> Response:
    return HTMLResponse(html.replace("<head>", _BESIDE, 1), headers=_HEADERS)


def _moment(here: AtHome, at: datetime) -> str:
    """A day and an hour by the reader's clock."""
    return moment_in_words(at.astimezone(zone_of(here.person.profile.time_zone)), here.words.locale)
