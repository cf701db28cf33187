"""A page that answers a form can be gone back to, as the browser of whoever sent the form keeps it."""

from typing import Final

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

_BY_THAT_BROWSER: Final = "private, no-cache"
"""For its Back and Forward; whoever asks for the page anew is answered anew."""


class WithWayBack:
    """Lets a browser keep the page that answers a form, unless the answer says itself how it may be kept.

    Browsers fetch other pages anew on Back. Of this one they would have to send the form again: they show an error
    instead (`ERR_CACHE_MISS`). To lead on to a page of its own would not do, since what people typed of themselves
    would have to stand in its address, or be kept here.
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve a request."""

        async def sent(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                if headers.get("content-type", "").startswith("text/html"):
                    headers.setdefault("Cache-Control", _BY_THAT_BROWSER)
            await send(message)

        await self._app(scope, receive, sent if _fills_window(scope) else send)


def _fills_window(scope: Scope) -> bool:
    """Whether a form leads to a page, by Fetch Metadata: no piece of a page, no program, no frame."""
    if scope["type"] != "http" or scope["method"] != "POST":
        return False
    return Headers(scope=scope).get("sec-fetch-dest") == "document"
