"""The stream as all who watch see it, and pieces of pages that come again as they change."""

import asyncio
import json
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.console.access import SignedOutError
from services.console.door import ConsoleDoor
from services.usecases.overview import Gatherer, Overview

_EVERY_S: Final = 2.0
_FRESH_S: Final = 1.5


class Watch:
    """Looks at the stream for all who watch, no oftener than each second and a half."""

    def __init__(self, gatherer: Gatherer) -> None:
        self._gatherer = gatherer
        self._lock = threading.Lock()
        self._last: tuple[float, Overview] | None = None
        self.over = threading.Event()
        """Set when the console ends: who watches is let go."""

    def look(self) -> Overview:
        """How the stream is. Raises nothing for what is away."""
        with self._lock:
            if self._last is None or time.monotonic() - self._last[0] > _FRESH_S:
                self._last = (time.monotonic(), self._gatherer.look())
            return self._last[1]

    def forget(self) -> None:
        """Look anew the next time, after something was done."""
        with self._lock:
            self._last = None


def live_pieces(door: ConsoleDoor, watch: Watch, request: Request, now: Callable[[], tuple[str, bool]]) -> Response:
    """A piece of a page again and again, as server-sent events; `now` gives it, and whether it is the last."""

    async def events() -> AsyncIterator[str]:
        while not watch.over.is_set() and not await request.is_disconnected():
            try:
                door.access.operator(request)
            except SignedOutError:
                return
            html, last = await door.work(now)
            yield f"data: {json.dumps(html)}\n\n"
            if last:
                yield "event: last\ndata: last\n\n"
                return
            await asyncio.sleep(_EVERY_S)

    return StreamingResponse(events(), media_type="text/event-stream")
