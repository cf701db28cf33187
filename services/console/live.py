"""The stream as all who watch see it, and pieces of pages that come again as they change."""

import asyncio
import json
import math
import threading
import time
from collections.abc import AsyncIterator, Callable
from typing import Final

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse

from services.console.access import SignedOutError
from services.console.door import ConsoleDoor
from services.usecases.overview import Overview

_EVERY_S: Final = 2.0
_FRESH_S: Final = 1.5


class Watch:
    """Looks at the stream for all who watch, no oftener than each second and a half.

    Who comes while it looks is shown what it finds: where a store hangs that takes long, and nobody waits in a queue.
    """

    def __init__(self, look: Callable[[], Overview], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._look = look
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._last: tuple[float, float, Overview] | None = None
        """When the last look began and ended, and what it found."""
        self._forgotten = -math.inf
        self.over = threading.Event()
        """Set when the console ends: who watches is let go."""

    def look(self) -> Overview:
        """How the stream is. Raises nothing for what is away."""
        with self._lock:
            last = self._last
            if last is None or last[0] < self._forgotten or self._monotonic() - last[1] > _FRESH_S:
                began = self._monotonic()
                found = self._look()
                self._last = last = (began, self._monotonic(), found)
            return last[2]

    def forget(self) -> None:
        """Look anew the next time, after something was done."""
        self._forgotten = self._monotonic()


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
