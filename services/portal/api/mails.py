"""Mails over the API: the next one, those that were built, and what each left out."""

from typing import Annotated

from fastapi import APIRouter
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from schemas.model import Instant
from services.portal.api.access import Caller, may
from services.portal.api.answers import LISTED, Page, Part, Shown, answer, page_asked, shows, there, written_cursor
from services.portal.api.models import ChosenJob, Job, chosen, job_of
from services.portal.door import Door
from services.usecases import left_out, mailed
from services.usecases.feedback import Kind
from services.usecases.mail import State
from services.usecases.wording import doubts_briefly
from services.wording.words import Words

_Id = Annotated[str, Field(max_length=40)]
_Slot = Annotated[str, Field(pattern=r"^[0-9]{8}T[0-9]{4}Z$")]


class NextMail(Shown):
    """The next mail, as it would be now from all searches that are not paused."""

    due_at: Instant | None
    """When it may be sent at the earliest; null: as jobs come in."""
    subject: str
    """Empty where nothing is worth a mail yet."""
    jobs: tuple[ChosenJob, ...]
    near_misses: tuple[ChosenJob, ...]


class Mail(Shown):
    """A mail that was built for them."""

    id: str
    due_at: Instant
    subject: str
    state: State
    """What became of it."""
    job_ids: tuple[str, ...]
    """In the order of the mail."""


class Mails(Shown):
    """Some of them, the newest first."""

    items: tuple[Mail, ...]


class OpenedMail(Shown):
    """A mail with its jobs. Its text is not given, whose links act for their reader without a token."""

    mail: Mail
    jobs: tuple[Job, ...]
    """As they are now; those that are forgotten are left out."""


class UnlikelyJob(Shown):
    """A job that fits and that a mail left out, since it is unlikely to be wanted."""

    job: Job
    elsewhere: tuple[Job, ...]
    """The same job in other places."""
    chance: float | None
    """That they want it, as it is foreseen now, from 0 to 1; null where no search of theirs finds it any more."""
    but: str
    """What speaks most against it, in their language; empty where nothing does."""
    said: Kind | None
    """What they said of it."""


class LeftOutJobs(Shown):
    """What a mail left out. Jobs are as they are now; those that are forgotten are left out."""

    no_room: tuple[Job, ...]
    """Likely enough, and the mail was full: the best first."""
    unlikely: tuple[UnlikelyJob, ...]
    """The likeliest first, at most 30."""
    unlikely_count: int
    """How many there were, as the mail says it."""


def routes(door: Door) -> APIRouter:
    """`/v1/mails`."""
    router = APIRouter()
    _add_built(router, door)
    _add_left_out(router, door)
    return router


def _add_built(router: APIRouter, door: Door) -> None:
    reads, installation = may("mails:read"), door.installation

    @router.get("/v1/mails/next", tags=["Mails"], responses=shows(NextMail, "missing"))
    def next_mail(request: Request, caller: Annotated[Caller, reads]) -> Response:
        """The next mail as it would be now; 404 where no search is left that is not paused."""
        upcoming = mailed.next_mail(installation, caller.person, caller.now)
        found = there(upcoming, "they have no search that is not paused")
        jobs, near = chosen(found.items, caller.words), chosen(found.near, caller.words)
        return answer(request, NextMail(due_at=found.due_at, subject=found.subject, jobs=jobs, near_misses=near))

    @router.get("/v1/mails", tags=["Mails"], responses=shows(Mails, "malformed", headers=LISTED))
    def list_mails(request: Request, caller: Annotated[Caller, reads], page: Annotated[Page, page_asked()]) -> Response:
        """Those that were built, sent or not, the newest first; a year is kept."""
        [before] = page.last() if page.cursor else ("",)
        found = mailed.sent(installation, caller.person, before, page.limit + 1)
        some = [_mail(mail) for mail in found[: page.limit]]
        part = Part(some, written_cursor((some[-1].id,)) if len(found) > len(some) else "")
        return answer(request, Mails(items=tuple(some)), headers=part.links(request, page))

    @router.get("/v1/mails/{mail_id}", tags=["Mails"], responses=shows(OpenedMail, "missing"))
    def get_mail(request: Request, mail_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """One of them, with its jobs as they are now."""
        opened = mailed.opened(installation, caller.person, mail_id)
        found = there(opened, "there was no such mail, or it is forgotten")
        jobs = tuple(job_of(posting, caller.words) for posting in found.jobs)
        return answer(request, OpenedMail(mail=_mail(found.mailed), jobs=jobs))


def _add_left_out(router: APIRouter, door: Door) -> None:
    reads, installation = may("mails:read"), door.installation

    @router.get("/v1/mails/{mail_id}/left-out", tags=["Mails"], responses=shows(LeftOutJobs, "missing"))
    def list_left_out(request: Request, mail_id: _Slot, caller: Annotated[Caller, reads]) -> Response:
        """What one of them left out; say `more_like` or `not_relevant` of these by `/v1/feedback`."""
        kept = left_out.left_out(installation, caller.person, mail_id)
        found, words = there(kept, "there was no such mail, or it is forgotten"), caller.words
        listed = LeftOutJobs(
            no_room=tuple(job_of(posting, words) for posting in found.rest),
            unlikely=tuple(_unlikely(job, words) for job in found.unlikely),
            unlikely_count=found.count,
        )
        return answer(request, listed)


def _mail(mail: mailed.MailedDigest) -> Mail:
    return Mail(
        id=mailed.slot_of(mail.due_at),
        due_at=mail.due_at,
        subject=mail.subject,
        state=mail.state,
        job_ids=mail.posting_ids,
    )


def _unlikely(job: left_out.UnlikelyJob, words: Words) -> UnlikelyJob:
    return UnlikelyJob(
        job=job_of(job.posting, words),
        elsewhere=tuple(job_of(posting, words) for posting in job.elsewhere),
        chance=job.chance.value if job.chance else None,
        but=doubts_briefly(job.chance, job.posting, words) if job.chance else "",
        said=job.said,
    )
