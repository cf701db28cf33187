"""A job with why it is there, and the jobs that a digest had no room for."""

from functools import partial

from babel.dates import format_datetime
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.posting import PostingCore
from services.portal.door import Door, Visit
from services.usecases import links
from services.usecases.links import FoundBy
from services.usecases.wording import ShownJob, capitalised, in_telling_order, in_words, shown_job
from services.wording.lines import zone_of
from services.wording.words import Words


def routes(door: Door) -> APIRouter:
    """`GET /j/{token}` and `GET /r/{token}`."""
    router = APIRouter()

    @router.get("/j/{token}")
    async def job(request: Request, token: str) -> Response:
        """Show a job."""
        visit = await door.visit(request, "job", token)
        return await door.work(partial(_job_page, door, visit))

    @router.get("/r/{token}")
    async def rest(request: Request, token: str) -> Response:
        """Show what had no room."""
        visit = await door.visit(request, "rest", token)
        return await door.work(partial(_rest_page, door, visit))

    return router


def _job_page(door: Door, visit: Visit) -> Response:
    job = links.job(door.installation, visit.subscriber, visit.about)
    if job is None:
        return door.show("forgotten", visit.words, 410)
    person, posting = visit.subscriber, job.posting
    return door.show(
        "job",
        visit.words,
        job=shown_job(posting, visit.words),
        posting=posting,
        closed=posting.status == "closed",
        paragraphs=[part.strip() for part in posting.description_text.split("\n\n") if part.strip()],
        why=[(found, _reasons(found, visit.words)) for found in job.found_by],
        actions={purpose: door.link(purpose, person, posting.posting_id) for purpose in ("more", "irrelevant", "hide")},
    )


def _rest_page(door: Door, visit: Visit) -> Response:
    rest = links.rest(door.installation, visit.subscriber, visit.about)
    if rest is None:
        return door.show("forgotten", visit.words, 410)
    zone = zone_of(visit.subscriber.profile.time_zone)
    return door.show(
        "rest",
        visit.words,
        when=format_datetime(rest.due_at.astimezone(zone), "long", locale=visit.words.locale),
        jobs=[_row(door, visit, posting) for posting in rest.jobs],
    )


def _row(door: Door, visit: Visit, posting: PostingCore) -> tuple[ShownJob, str, bool]:
    page = door.link("job", visit.subscriber, posting.posting_id)
    return shown_job(posting, visit.words), page, posting.status == "closed"


def _reasons(found: FoundBy, words: Words) -> list[tuple[bool, str]]:
    ordered = in_telling_order(found.reasons)
    return [(reason.fit == "yes", capitalised(in_words(reason, words))) for reason in ordered]
