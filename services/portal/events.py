"""Events of the mail provider: signed bytes enter; what follows from them is kept before the answer."""

from dataclasses import asdict

import structlog
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import JSONResponse, Response

from services.portal.answers import answers
from services.portal.door import Door
from services.runtime.errors import UsageError
from services.runtime.web.bodies import body_of
from services.usecases.mail import SIGNATURE, TIMESTAMP, ForgedEventsError, take_events

MOST_BYTES = 16_000_000
"""Of 10,000 events; SendGrid sends far fewer at once."""

_BODY = {
    "requestBody": {
        "required": True,
        "content": {"application/json": {"schema": {"type": "array", "items": {"type": "object"}}}},
    }
}
_REFUSED = {
    "description": "The events are not signed by the provider, or are none.",
    "content": {"application/json": {"schema": {"type": "object", "required": ["error"]}}},
}
_events = structlog.get_logger(__name__)


def routes(door: Door) -> APIRouter:
    """`POST /events/sendgrid`."""
    router = APIRouter()
    refused = dict.fromkeys((400, 403), _REFUSED) | answers(408, 413, 503)

    @router.post("/events/sendgrid", responses=refused, openapi_extra=_BODY)
    async def sendgrid(request: Request) -> Response:
        """Take events; anything but 200 has SendGrid send them again."""
        body = await body_of(request, MOST_BYTES)
        signature, timestamp = request.headers.get(SIGNATURE, ""), request.headers.get(TIMESTAMP, "")
        try:
            taken = await door.work(lambda: take_events(door.installation, body, signature, timestamp, door.clock()))
        except ForgedEventsError as error:
            return JSONResponse({"error": str(error)}, 403)
        except UsageError as error:
            return JSONResponse({"error": str(error)}, 400)
        _events.info("events of the mail provider", taken=taken.taken, known=taken.known, aside=taken.aside)
        return JSONResponse(asdict(taken))

    return router
