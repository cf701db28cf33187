"""What a mail left out: jobs that had no room, and those that fit and are unlikely, of which its reader says more."""

from collections.abc import Mapping
from functools import partial
from typing import Final

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response

from schemas.posting import PostingCore
from services.portal.accounts.guard import Cookies
from services.portal.answers import answers, form
from services.portal.door import Door, Visit
from services.portal.links.former import is_former, sign_in_first
from services.runtime.errors import UsageError
from services.runtime.web.bodies import form_of
from services.usecases import choices, left_out
from services.usecases.feedback import FADES_IN, Kind
from services.usecases.left_out import UnlikelyJob
from services.usecases.wording import ShownJob, doubts_briefly, shown_job
from services.wording.dates import day_in_words
from services.wording.lines import zone_of

_SAYS: Final[Mapping[str, Kind]] = {"more": "more_like", "irrelevant": "not_relevant"}
_DOES = (*_SAYS, "undo", "choose")


def routes(door: Door, cookies: Cookies) -> APIRouter:
    """`GET` and `POST` of `/r/TOKEN`."""
    router = APIRouter(responses=answers(400, 404, 408, 410, 413, 503), default_response_class=HTMLResponse)

    @router.get("/r/{token}")
    async def show(request: Request, token: str, was: str = "") -> Response:
        """List what was left out; a look changes nothing. `was`: how choosy their mails were until a moment ago."""
        visit = await door.visit(request, "rest", token)
        former = await is_former(door, cookies, request, visit, "rest")
        return await door.work(partial(_page, door, visit, former=former, was=was))

    @router.post(
        "/r/{token}",
        openapi_extra=form("job", "at", "selectivity", "was", do=_DOES),
        response_class=RedirectResponse,
        responses=answers(303),
        status_code=303,
    )
    async def say(request: Request, token: str) -> Response:
        """Keep what is said of one of the unlikely jobs, or of all to come, and lead back to where it stands."""
        sent = await form_of(request)
        visit = await door.visit(request, "rest", token)
        if await is_former(door, cookies, request, visit, "rest"):
            return sign_in_first(door, visit)
        await door.work(partial(_act, door, visit, sent))
        page = door.link("rest", visit.subscriber, visit.about)
        if sent.get("do") == "choose":
            # Of several presses the undo leads back to before the first.
            was = _selectivity_before(sent, visit.subscriber.profile.selectivity)
            return RedirectResponse(f"{page}?was={was}#choice", 303)
        at = sent.get("at", "")
        return RedirectResponse(f"{page}#at{at}" if at.isdecimal() and at.isascii() else page, 303)

    return router


def _selectivity_before(sent: Mapping[str, str], now: str) -> str:
    """How choosy somebody's mails were before the presses on a page, of which this one may take them back."""
    first = sent.get("was", "")
    return first if first in choices.SELECTIVITIES and first != sent.get("selectivity") else now


def _act(door: Door, visit: Visit, sent: Mapping[str, str]) -> None:
    installation, person, job, do = door.installation, visit.subscriber, sent.get("job", ""), sent.get("do", "")
    if do not in _DOES:
        raise UsageError("the form says nothing that can be done here")
    if do == "choose":
        choices.choose(installation, person, sent.get("selectivity", ""), visit.now)
    elif do == "undo":
        left_out.take_back(installation, person, visit.about, job)
    else:
        left_out.answer(installation, person, visit.about, job, _SAYS[do], visit.now)


def _page(door: Door, visit: Visit, *, former: bool, was: str) -> Response:
    """`former`: it lists the jobs alone."""
    found, words = left_out.left_out(door.installation, visit.subscriber, visit.about), visit.words
    if found is None:
        return door.show("forgotten", words, 410)
    zone = zone_of(visit.subscriber.profile.time_zone)
    return door.show(
        "left_out",
        words,
        when=day_in_words(found.due_at.astimezone(zone).date(), words.locale),
        rest=[_row(door, visit, posting) for posting in found.rest],
        unlikely=[_unlikely(door, visit, job, former=former) for job in found.unlikely],
        former=former,
        found=found,
        days=FADES_IN.days,
        is_mailed=visit.subscriber.status in ("active", "paused"),
        chosen=choices.choice(door.installation, visit.subscriber, visit.now),
        was=was if was in choices.SELECTIVITIES and was != visit.subscriber.profile.selectivity else "",
    )


def _row(door: Door, visit: Visit, posting: PostingCore) -> tuple[ShownJob, str, bool]:
    page = door.link("job", visit.subscriber, posting.posting_id)
    return shown_job(posting, visit.words), page, posting.status == "closed"


def _unlikely(door: Door, visit: Visit, job: UnlikelyJob, *, former: bool) -> dict[str, object]:
    """A job as the page lists it, with what speaks most against it, its other places, and what was said of it."""
    shown, page, closed = _row(door, visit, job.posting)
    elsewhere = sorted({shown_job(other, visit.words).where for other in job.elsewhere} - {shown.where})
    return {
        "id": job.posting.posting_id,
        "job": shown,
        "page": page,
        "closed": closed,
        "elsewhere": elsewhere,
        "but": doubts_briefly(job.chance, job.posting, visit.words) if job.chance and not former else "",
        "said": "" if former else job.said or "",
    }
