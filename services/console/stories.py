"""Why somebody got, or did not get, a job, as a line of events."""

from fastapi import APIRouter, Form, Query
from starlette.requests import Request
from starlette.responses import Response

from services.console.access import Operator
from services.console.door import ConsoleDoor
from services.runtime.errors import UsageError
from services.usecases import stories
from services.usecases.stories import Story


def routes(door: ConsoleDoor) -> APIRouter:
    """`/why`. Who is asked about stands in the form's body: addresses have no business in those of pages."""
    router = APIRouter()

    @router.get("/why")
    async def ask(request: Request, posting: str = Query("", max_length=100)) -> Response:
        """Whom and what it is about."""
        return shown(request, door.access.operator(request), {"person": "", "posting": posting})

    @router.post("/why")
    async def why(
        request: Request,
        person: str = Form(max_length=300),
        posting: str = Form(max_length=100),
        token: str = Form(max_length=400),
    ) -> Response:
        """The story."""
        operator = door.access.operator(request)
        door.access.check_form(request, operator, token)
        asked = {"person": person.strip(), "posting": posting.strip()}
        try:
            found = await door.work(lambda: stories.story(door.installation, **asked, now=door.clock()))
        except UsageError as error:
            return shown(request, operator, asked, fault=str(error))
        return shown(request, operator, asked, found)

    def shown(
        request: Request, operator: Operator, asked: dict[str, str], story: Story | None = None, fault: str = ""
    ) -> Response:
        return door.show(request, "why", operator, values={"asked": asked, "story": story, "fault": fault})

    return router
