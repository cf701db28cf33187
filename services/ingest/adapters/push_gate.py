"""Lets a bounded number of requests in, and reads their bodies within bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from services.ingest.push_settings import PushSettings
from services.runtime.inflate import BrokenEncodingError, EncodingRefusedError, inflater

_PASSING_S = 5.0


class PushRefusedError(Exception):
    """A request that is answered with a status and a sentence; `retry_after_s` where it may be sent again."""

    def __init__(self, status: int, reason: str, *, retry_after_s: int | None = None) -> None:
        super().__init__(reason)
        self.status = status
        self.reason = reason
        self.retry_after_s = retry_after_s


class Pieces(Protocol):
    """A body as it arrives."""

    def stream(self) -> AsyncIterator[bytes]: ...


class Gate:
    """Holds requests back, unread, while as many as may be are at work. For one event loop."""

    def __init__(self, settings: PushSettings) -> None:
        self._settings = settings
        self._free = asyncio.Semaphore(settings.at_once)
        self._waiting = 0

    @asynccontextmanager
    async def turn(self, request: Pieces | None = None) -> AsyncIterator[None]:
        """Wait for a turn, for a bounded time. Raises PushRefusedError, 503, once the body of `request` has passed."""
        if self._free.locked() and self._waiting >= self._settings.waiting:
            await self._pass_over(request)
            raise PushRefusedError(503, "too many requests wait already; send it again later", retry_after_s=5)
        self._waiting += 1
        try:
            async with asyncio.timeout(self._settings.wait_s):
                await self._free.acquire()
        except TimeoutError:
            await self._pass_over(request)
            raise PushRefusedError(
                503, "other requests are still at work; send it again later", retry_after_s=5
            ) from None
        finally:
            self._waiting -= 1
        try:
            yield
        finally:
            self._free.release()

    async def _pass_over(self, request: Pieces | None) -> None:
        """Let a body go by unkept: a client that is still sending when its connection ends may never see the answer."""
        if request is None:
            return
        sent = 0
        with suppress(TimeoutError):
            async with asyncio.timeout(_PASSING_S):
                async for piece in request.stream():
                    sent += len(piece)
                    if sent > self._settings.max_bytes:
                        return


async def read_body(request: Pieces, settings: PushSettings, *, encoding: str | None, length: str | None) -> bytes:
    """A whole body, decompressed. Raises PushRefusedError: 413, 415, 400, 408."""
    most = settings.max_bytes
    if length is not None and length.isascii() and length.isdigit() and int(length[:18]) > most:
        raise _too_large(most)
    try:
        undo = inflater(encoding)
    except EncodingRefusedError as error:
        raise PushRefusedError(415, f"{error}; send it plain, or gzipped once") from None
    out, sent = bytearray(), 0
    try:
        async with asyncio.timeout(settings.body_s):
            async for piece in request.stream():
                sent += len(piece)
                out += undo.feed(piece, most + 1 - len(out))
                if sent > most or len(out) > most:
                    raise _too_large(most)
    except TimeoutError:
        raise PushRefusedError(408, f"the body did not arrive within {settings.body_s:.0f} s") from None
    except BrokenEncodingError as error:
        raise PushRefusedError(400, str(error)) from None
    if not undo.complete():
        raise PushRefusedError(400, "the compressed body is cut short")
    return bytes(out)


def _too_large(most: int) -> PushRefusedError:
    return PushRefusedError(413, f"the body is larger than {most:,} bytes; send it in several requests")
