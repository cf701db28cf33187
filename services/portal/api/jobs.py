"""Jobs over the API: one as it is and why it was found; those that somebody tracks; and what they say of jobs."""

import base64
import json
from datetime import date
from typing import Annotated, Any, Literal

from fastapi import APIRouter, Path
from fastapi import Query as Asked
from pydantic import Field
from starlette.requests import Request
from starlette.responses import Response

from schemas.model import Instant
from services.portal.api.access import Caller, may
from services.portal.api.answers import (
    LISTED,
    TAKES,
    Page,
    Sent,
    Shown,
    answer,
    changes,
    makes,
    page_asked,
    shows,
    takes_away,
    there,
)
from services.portal.api.models import Job, job_of
from services.portal.door import Door
from services.usecases import feedback, links, tracker
from services.usecases.errors import WrongFieldError
from services.usecases.feedback import GivenAnswer, Kind
from services.usecases.installation import Installation
from services.usecases.tracker import MOST_NOTE, Tracked
from services.usecases.wording import capitalised, in_telling_order, in_words
from services.wording.words import Words

_Id = Annotated[str, Path(max_length=100, pattern=r"^[^\x00]*$")]


class Finding(Shown):
    """A search of theirs that a job fits, or nearly."""

    search: str
    """Its name."""
    near: bool
    reasons: tuple[str, ...]
    """Criterion by criterion, in their language, what tells most first."""


class JobFound(Shown):
    """A job, and why it was found."""

    job: Job
    found_by: tuple[Finding, ...]
    """None where no search of theirs fits it any more."""
    saved: bool


class SavedJob(Shown):
    """A job that somebody keeps for themself."""

    id: str
    title: str
    """As it was when it was saved, like company and url."""
    company: str
    url: str
    note: str
    saved_at: Instant
    applied_on: date | None
    """By their clock; null: they have not applied."""
    closed: bool
    """Whether it is known that nobody can apply any more."""
    job: Job | None
    """As it is now; null where it is forgotten."""


class SavedJobs(Shown):
    """Some of them, the last saved first."""

    items: tuple[SavedJob, ...]


class SavedJobWish(Sent):
    """What is kept beside a job."""

    note: str = Field(default="", max_length=MOST_NOTE)
    applied_on: str | None = Field(default=None, json_schema_extra={"format": "date"})
    """Null: they have not applied."""


class Said(Shown):
    """What somebody said of a job or a company."""

    id: str
    kind: Kind
    title: str
    """Of the job; empty where it is not known, and of a company."""
    company: str
    job_id: str
    """Of the job that it was said of; empty where that is not known."""
    note: str
    said_at: Instant
    counts_until: Instant | None
    """It counts less each day until then; null: until it is taken back."""


class SaidList(Shown):
    """Some of them, the last said first."""

    items: tuple[Said, ...]


class OfJob(Sent):
    """A job that does not fit, or of which more are wanted."""

    kind: Literal["not_relevant", "more_like"]
    job_id: str = Field(max_length=100)
    note: str = Field(default="", max_length=MOST_NOTE)


class OfCompany(Sent):
    """A company of which no job is to come."""

    kind: Literal["hidden_company"]
    company: str = Field(min_length=1, max_length=300)
    note: str = Field(default="", max_length=MOST_NOTE)


class Note(Sent):
    """What is written beside it."""

    note: str = Field(max_length=MOST_NOTE)


_Answer = Annotated[OfJob | OfCompany, Field(discriminator="kind")]


def routes(door: Door) -> APIRouter:
    """`/v1/jobs/{job_id}`, `/v1/saved-jobs` and `/v1/feedback`."""
    router = APIRouter()
    _add_job(router, door)
    _add_saved(router, door)
    _add_feedback(router, door)
    _add_said(router, door.installation)
    return router


def _add_job(router: APIRouter, door: Door) -> None:
    @router.get("/v1/jobs/{job_id}", tags=["Jobs"], responses=shows(JobFound, "missing"))
    def get_job(request: Request, job_id: _Id, caller: Annotated[Caller, may("jobs:read")]) -> Response:
        """A job as it is now, open or closed, and which searches of theirs it fits."""
        job = links.job(door.installation, caller.person, job_id)
        found = there(job, "there is no such job, or it is forgotten")
        saved = tracker.is_saved(door.installation, caller.own_id, found.posting.posting_id)
        by = tuple(
            Finding(search=search.name, near=search.near, reasons=_reasons(search.reasons, caller.words))
            for search in found.found_by
        )
        return answer(request, JobFound(job=job_of(found.posting, caller.words), found_by=by, saved=saved))


def _reasons(reasons: Any, words: Words) -> tuple[str, ...]:
    return tuple(capitalised(in_words(reason, words)) for reason in in_telling_order(reasons))


def _add_saved(router: APIRouter, door: Door) -> None:
    reads, writes, installation = may("jobs:read"), may("jobs:write"), door.installation

    def shown(request: Request, caller: Caller, job_id: str) -> Response:
        tracked = (saved for saved in tracker.tracked(installation, caller.own_id) if saved.job.posting_id == job_id)
        return answer(request, _saved(there(next(tracked, None), "there is no such job of yours"), caller.words))

    @router.get("/v1/saved-jobs", tags=["Saved jobs"], responses=shows(SavedJobs, "malformed", headers=LISTED))
    def list_saved(
        request: Request,
        caller: Annotated[Caller, reads],
        page: Annotated[Page, page_asked()],
        applied: Annotated[bool | None, Asked(description="Only those applied for, or not; else all.")] = None,
    ) -> Response:
        """What somebody saved or applied for, the last saved first."""
        tracked = tracker.tracked(installation, caller.own_id)
        some = [saved for saved in tracked if applied is None or (saved.job.applied_on is not None) == applied]
        part = page.of(some, lambda saved: (saved.job.saved_at.isoformat(), saved.job.posting_id), newest_first=True)
        items = tuple(_saved(saved, caller.words) for saved in part.items)
        return answer(request, SavedJobs(items=items), headers=part.links(request, page))

    @router.get("/v1/saved-jobs/{job_id}", tags=["Saved jobs"], responses=shows(SavedJob, "missing"))
    def get_saved(request: Request, job_id: _Id, caller: Annotated[Caller, reads]) -> Response:
        """One of them."""
        return shown(request, caller, job_id)

    @router.put("/v1/saved-jobs/{job_id}", tags=["Saved jobs"], responses=changes(SavedJob, "missing", *TAKES))
    def save_job(request: Request, job_id: _Id, wish: SavedJobWish, caller: Annotated[Caller, writes]) -> Response:
        """Save a job, with a note and the day of applying; said again these take the place of what was there.

        To save it, and to apply, says `more_like` of it too.
        """
        applied_on = _day(wish.applied_on)
        note = tracker.note_from(wish.note)
        tracker.save(installation, caller.own_id, job_id, caller.now)
        tracker.change(installation, caller.own_id, job_id, note, applied_on, caller.now)
        return shown(request, caller, job_id)

    @router.delete("/v1/saved-jobs/{job_id}", tags=["Saved jobs"], status_code=204, responses=takes_away())
    def take_job_out(job_id: _Id, caller: Annotated[Caller, writes]) -> Response:
        """Keep it no more, and take back what saving it said; said again it changes nothing."""
        tracker.take_out(installation, caller.own_id, job_id)
        return Response(status_code=204)


def _day(text: str | None) -> date | None:
    try:
        return date.fromisoformat(text) if text is not None else None
    except ValueError:
        raise WrongFieldError("applied_on", f"{text!r} is not a date such as 2026-03-31", "day") from None


def _saved(tracked: Tracked, words: Words) -> SavedJob:
    job = tracked.job
    return SavedJob(
        id=job.posting_id,
        title=job.title,
        company=job.company,
        url=job.url,
        note=job.note,
        saved_at=job.saved_at,
        applied_on=job.applied_on,
        closed=tracked.closed,
        job=job_of(tracked.posting, words) if tracked.posting else None,
    )


def _all_said(installation: Installation, caller: Caller) -> list[Said]:
    return [_said(given) for given in feedback.said(installation, caller.own_id)]


def _kept(installation: Installation, caller: Caller, said_id: str) -> Said:
    said = (said for said in _all_said(installation, caller) if said.id == said_id)
    return there(next(said, None), "they never said that, or took it back")


def _add_feedback(router: APIRouter, door: Door) -> None:
    reads, writes, installation = may("jobs:read"), may("jobs:write"), door.installation

    @router.get("/v1/feedback", tags=["Feedback"], responses=shows(SaidList, "malformed", headers=LISTED))
    def list_feedback(
        request: Request,
        caller: Annotated[Caller, reads],
        page: Annotated[Page, page_asked()],
        kind: Annotated[Kind | None, Asked(description="Only of one kind.")] = None,
    ) -> Response:
        """What was said of jobs, and which companies are hidden."""
        some = [said for said in _all_said(installation, caller) if kind is None or said.kind == kind]
        part = page.of(some, lambda said: (said.said_at.isoformat(), said.id), newest_first=True)
        return answer(request, SaidList(items=tuple(part.items)), headers=part.links(request, page))

    @router.post("/v1/feedback", tags=["Feedback"], status_code=201, responses=makes(Said, "missing", *TAKES))
    def say_of_job(request: Request, wish: _Answer, caller: Annotated[Caller, writes]) -> Response:
        """Call a job not relevant, wish for more like it, or hide a company; said again it counts from now on.

        A saved job that is called not relevant is saved no more, and its note goes along.
        """
        own_id, note = caller.own_id, tracker.note_from(wish.note)
        match wish:
            case OfCompany():
                kept = feedback.hide_company(installation, own_id, wish.company, caller.now)
            case OfJob(kind="not_relevant"):
                kept = feedback.hide_job(installation, own_id, wish.job_id, caller.now)
            case _:
                kept = feedback.say(installation, own_id, wish.kind, wish.job_id, caller.now)
        if note:
            feedback.note(installation, own_id, kept.kind, kept.value, note)
        said = _kept(installation, caller, _id_of(kept.kind, kept.value))
        return answer(request, said, 201, {"Location": f"{door.root}/api/v1/feedback/{said.id}"})


def _add_said(router: APIRouter, installation: Installation) -> None:
    reads, writes = may("jobs:read"), may("jobs:write")

    @router.get("/v1/feedback/{said_id}", tags=["Feedback"], responses=shows(Said, "missing"))
    def get_said(request: Request, said_id: _Said, caller: Annotated[Caller, reads]) -> Response:
        """One thing that was said."""
        return answer(request, _kept(installation, caller, said_id))

    @router.patch("/v1/feedback/{said_id}", tags=["Feedback"], responses=changes(Said, "missing", *TAKES))
    def note_said(request: Request, said_id: _Said, wish: Note, caller: Annotated[Caller, writes]) -> Response:
        """Write something beside it."""
        _kept(installation, caller, said_id)
        kind, value = _of_id(said_id)
        feedback.note(installation, caller.own_id, kind, value, wish.note)
        return answer(request, _kept(installation, caller, said_id))

    @router.delete("/v1/feedback/{said_id}", tags=["Feedback"], status_code=204, responses=takes_away("missing"))
    def take_back_said(said_id: _Said, caller: Annotated[Caller, writes]) -> Response:
        """Take it back: nothing is moved or kept out by it any more."""
        _kept(installation, caller, said_id)
        feedback.take_back(installation, caller.own_id, *_of_id(said_id))
        return Response(status_code=204)


_Said = Annotated[str, Field(max_length=1_000)]


def _said(given: GivenAnswer) -> Said:
    kept, about = given.answer, given.answer.job
    return Said(
        id=_id_of(kept.kind, kept.value),
        kind=kept.kind,
        title=about.title if about else "",
        company=about.company if about else kept.company or (kept.value if kept.kind == "hidden_company" else ""),
        job_id=kept.posting_id,
        note=kept.note,
        said_at=given.said_at,
        counts_until=given.fades_at,
    )


def _id_of(kind: str, value: str) -> str:
    """Names what was said, in an address."""
    return base64.urlsafe_b64encode(json.dumps([kind, value]).encode()).decode().rstrip("=")


def _of_id(said_id: str) -> tuple[str, str]:
    """Of one that is known."""
    kind, value = json.loads(base64.urlsafe_b64decode(said_id + "=="))
    return kind, value
