"""Jobs that somebody is asked about, over the API: answered by `/v1/feedback`."""

from typing import Annotated

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.portal.api.access import Caller, may
from services.portal.api.answers import Shown, answer, shows
from services.portal.api.finding import require_read
from services.portal.api.models import Job, job_of
from services.portal.door import Door
from services.usecases.live_previews import LivePreviews
from services.usecases.questions import questions


class Questions(Shown):
    """Jobs of which it is unsure whether they would take them."""

    items: tuple[Job, ...]
    """What an answer to tells most first, at most six."""


def routes(door: Door, live: LivePreviews) -> APIRouter:
    """`GET /v1/questions`."""
    router = APIRouter(tags=["Feedback"])

    @router.get("/v1/questions", responses=shows(Questions))
    def list_questions(request: Request, caller: Annotated[Caller, may("jobs:read")]) -> Response:
        """Open jobs that fit their searches and may be wanted or not; say `more_like` or `not_relevant` of each.

        Whatever was said of is not among them.
        """
        require_read(live)
        asked = questions(door.installation, live, caller.person, caller.now)
        return answer(request, Questions(items=tuple(job_of(posting, caller.words) for posting in asked)))

    return router
