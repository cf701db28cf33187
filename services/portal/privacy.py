"""What is kept of a subscriber, for how long, and who else sees it: from the settings and from what the store does."""

from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from services.portal.door import Door
from services.portal.pages import words_for
from services.usecases.accounts import KEPT


def routes(door: Door) -> APIRouter:
    """`GET /privacy`."""
    router = APIRouter()

    @router.get("/privacy")
    async def privacy(request: Request) -> Response:
        """Show the page."""
        settings = door.installation.settings
        return door.show(
            "privacy",
            words_for(request.headers),
            kept=KEPT,
            contact=settings.portal.privacy_contact or settings.mail.sender.address,
            processors=settings.portal.processors,
        )

    return router
