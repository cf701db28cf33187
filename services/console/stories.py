"""Why somebody got, or did not get, a job, as a line of events."""

from fastapi import APIRouter, Query
from starlette.requests import Request
from starlette.responses import Response

from services.console.door import ConsoleDoor
from services.runtime.errors import UsageError
from services.usecases import stories
from services.usecases.stories import Story


def routes(door: ConsoleDoor) -> APIRouter:
    """`GET /why`."""
    router = APIRouter()

    @router.get("/why")
    async def why(
        request: Request, person: str = Query("", max_length=300), posting: str = Query("", max_length=100)
    ) -> Response:
        """The page: whom and what is asked for, and the story."""
        operator = door.access.operator(request)
        asked = {"person": person.strip(), "posting": posting.strip()}
        found: Story | None = None
        fault = ""
        if all(asked.values()):
            try:
                found = await door.work(lambda: stories.story(door.installation, **asked, now=door.clock()))
            except UsageError as error:
                fault = str(error)
        return door.show(request, "why", operator, values={"asked": asked, "story": found, "fault": fault})

    return router
