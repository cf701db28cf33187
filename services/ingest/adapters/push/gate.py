"""Lets a bounded number of requests in, no key more than its share, and reads their bodies within bounds."""

import asyncio
from collections import Counter, deque
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from typing import Protocol

from services.ingest.push_settings import PushSettings
from services.runtime.http.inflate import BrokenEncodingError, EncodingRefusedError, inflater

_PASSING_S = 5.0
_PASSING_AT_ONCE = 2
_PASSING_OF_ONE_KEY = 8
_RETRY_S = 5
_SLACK_S = 5.0
"""For how long a body may be slower than the least rate."""


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
    """Holds requests back, unread, while as many as may be are at work. For one event loop.

    One key has half of the turns at most, so that another's requests find one free whatever it sends; a turn that
    becomes free goes to the key that has the fewest, and among these to the one served longest ago.
    """

    def __init__(self, settings: PushSettings) -> None:
        self._settings = settings
        self._share = max(1, settings.at_once // 2)
        self._waiting_share = max(1, settings.waiting // 2)
        self._at_work: Counter[str] = Counter()
        self._waiting: dict[str, deque[asyncio.Future[None]]] = {}
        self._passing: Counter[str] = Counter()
        self._passes = asyncio.Semaphore(_PASSING_AT_ONCE)

    @asynccontextmanager
    async def turn(self, key: str, request: Pieces | None = None) -> AsyncIterator[None]:
        """Wait for a turn, for a bounded time. Raises PushRefusedError, 429 or 503, once the body has passed."""
        if self._may_work(key):
            self._at_work[key] += 1
        else:
            try:
                await self._wait(key)
            except PushRefusedError:
                await self._pass_over(key, request)
                raise
        try:
            yield
        finally:
            self._leave(key)

    def _may_work(self, key: str) -> bool:
        return self._at_work.total() < self._settings.at_once and self._at_work[key] < self._share

    async def _wait(self, key: str) -> None:
        """Stand in line until the turn is this request's. Raises PushRefusedError."""
        if sum(map(len, self._waiting.values())) >= self._settings.waiting:
            raise _busy("too many requests wait already; send it again later")
        line = self._waiting.setdefault(key, deque())
        if len(line) >= self._waiting_share:
            raise _too_many("too many requests of this key wait already; send it again later")
        turn: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        line.append(turn)
        try:
            async with asyncio.timeout(self._settings.wait_s):
                await turn
        except BaseException as error:
            if turn.done() and not turn.cancelled():
                self._leave(key)
            elif turn in line:
                line.remove(turn)
            if not isinstance(error, TimeoutError):
                raise
            if self._share <= self._at_work[key] and self._share < self._settings.at_once:
                raise _too_many("other requests of this key are still at work; send it again later") from None
            raise _busy("other requests are still at work; send it again later") from None

    def _leave(self, key: str) -> None:
        self._at_work[key] -= 1
        while next_key := min(
            (each for each, line in self._waiting.items() if line and self._may_work(each)),
            key=self._at_work.__getitem__,
            default=None,
        ):
            # To the end of the lines: among keys that have as few, the one served longest ago comes first.
            line = self._waiting.pop(next_key)
            turn = line.popleft()
            if line:
                self._waiting[next_key] = line
            if not turn.done():
                self._at_work[next_key] += 1
                turn.set_result(None)
        for each in [each for each, count in self._at_work.items() if not count]:
            del self._at_work[each]

    async def _pass_over(self, key: str, request: Pieces | None) -> None:
        """Let a body go by unkept: a client that is still sending when its connection ends may never see the answer.

        Few at a time, and of one key a few in line: reading for nothing must not cost the others their answers.
        """
        if request is None or self._passing[key] >= _PASSING_OF_ONE_KEY:
            return
        sent = 0
        self._passing[key] += 1
        try:
            with suppress(TimeoutError):
                async with asyncio.timeout(_PASSING_S), self._passes:
                    async for piece in request.stream():
                        sent += len(piece)
                        if sent > self._settings.max_bytes:
                            return
        finally:
            self._passing[key] -= 1


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
    began = asyncio.get_running_loop().time()
    pieces = aiter(request.stream())
    try:
        while True:
            async with asyncio.timeout_at(began + min(settings.body_s, _SLACK_S + sent / settings.least_rate)):
                piece = await anext(pieces, None)
            if piece is None:
                break
            sent += len(piece)
            out += undo.feed(piece, most + 1 - len(out))
            if sent > most or len(out) > most:
                raise _too_large(most)
    except TimeoutError:
        raise PushRefusedError(
            408,
            f"the body did not arrive within {settings.body_s:.0f} s, or came slower than"
            f" {settings.least_rate:,} bytes a second",
        ) from None
    except BrokenEncodingError as error:
        raise PushRefusedError(400, str(error)) from None
    if not undo.complete():
        raise PushRefusedError(400, "the compressed body is cut short")
    return bytes(out)


def _too_large(most: int) -> PushRefusedError:
    return PushRefusedError(413, f"the body is larger than {most:,} bytes; send it in several requests")


def _too_many(why: str) -> PushRefusedError:
    return PushRefusedError(429, why, retry_after_s=_RETRY_S)


def _busy(why: str) -> PushRefusedError:
    return PushRefusedError(503, why, retry_after_s=_RETRY_S)
