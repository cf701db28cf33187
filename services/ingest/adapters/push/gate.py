"""What a push must pass before it is taken: its key, its rate, its size and the form of its body."""

import asyncio
import json
from collections import Counter, deque
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, replace
from typing import Literal, Protocol

from services.ingest.adapters.formats.json_rows import rows
from services.ingest.faults import FaultCode, FeedFault, json_fault
from services.ingest.ports import Broken, JsonObject
from services.ingest.push_settings import PushSettings
from services.runtime.http.inflate import BrokenEncodingError, EncodingRefusedError, inflater
from services.runtime.strict_json import read_value

_PASSING_S = 5.0
_PASSING_AT_ONCE = 2
_MOST_PASSING = 8
_RETRY_S = 5
_SLACK_S = 5.0
"""For how long a body may be slower than the least rate."""
MOST_RECORD_BYTES = 1_000_000
"""Of one posting; a log takes no record that is several times as large."""
_EMPTY = FeedFault("body_empty", "the body holds no posting")
_GIVEN_UP = 100
"""Malformed records of one body, after which the rest is no longer read."""


RequestCode = Literal[
    "away", "bad_compression", "busy", "failed", "method_not_allowed", "not_found", "paused", "stopping",
    "too_many_records", "too_many_requests", "too_slow", "unauthorized", "unsupported_encoding",
    "unsupported_media_type",
]  # fmt: skip
"""Why a request as a whole is not taken, beside what can be wrong with its body (`services.ingest.faults`)."""


class PushRefusedError(Exception):
    """A request that is answered with a status, a code and a sentence; `retry_after_s` where it may be sent again."""

    def __init__(
        self, status: int, code: RequestCode | FaultCode, reason: str, *, retry_after_s: int | None = None
    ) -> None:
        super().__init__(reason)
        self.status = status
        self.code = code
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
            raise too_many("too many requests of this key wait already; send it again later")
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
                raise too_many("other requests of this key are still at work; send it again later") from None
            raise _busy("other requests are still at work; send it again later") from None

    def _leave(self, key: str) -> None:
        self._at_work[key] -= 1
        while next_key := min(
            (other_key for other_key, line in self._waiting.items() if line and self._may_work(other_key)),
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
        for idle_key in [other_key for other_key, count in self._at_work.items() if not count]:
            del self._at_work[idle_key]

    async def _pass_over(self, key: str, request: Pieces | None) -> None:
        """Let a body go by unkept: a client that is still sending when its connection ends may never see the answer.

        Few at a time, and of one key a few in line: reading for nothing must not cost the others their answers.
        """
        if request is None or self._passing[key] >= _MOST_PASSING:
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
        raise PushRefusedError(415, "unsupported_encoding", f"{error}; send it plain, or gzipped once") from None
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
            "too_slow",
            f"the body did not arrive within {settings.body_s:.0f} s, or came slower than"
            f" {settings.least_rate:,} bytes a second",
        ) from None
    except BrokenEncodingError as error:
        raise PushRefusedError(400, "bad_compression", str(error)) from None
    if not undo.complete():
        raise PushRefusedError(400, "cut_short", "the compressed body is cut short")
    return bytes(out)


def _too_large(most: int) -> PushRefusedError:
    return PushRefusedError(
        413, "body_too_large", f"the body is larger than {most:,} bytes; send it in several requests"
    )


def too_many(why: str) -> PushRefusedError:
    """429: what somebody sends waits for what they sent before."""
    return PushRefusedError(429, "too_many_requests", why, retry_after_s=_RETRY_S)


def _busy(why: str) -> PushRefusedError:
    return PushRefusedError(503, "busy", why, retry_after_s=_RETRY_S)


class UnreadableBodyError(ValueError):
    """A body with no record in it that could be judged: 400."""

    def __init__(self, fault: FeedFault) -> None:
        super().__init__(fault.sentence)
        self.fault = fault


class TooManyRecordsError(ValueError):
    """More records than one request may hold: 413."""


@dataclass(frozen=True, slots=True)
class PushedRecord:
    """One record of a body, by its index from 0; either the object or why it is none."""

    index: int
    row: JsonObject | None = None
    fault: FeedFault | None = None


def records_of(body: bytes, *, lines: bool, most: int) -> list[PushedRecord]:
    """Cut a body: JSON lines, or one JSON object, or a list of them. UTF-8 alone.

    A list that is cut short gives its whole records, then one that says so. Raises UnreadableBodyError and
    TooManyRecordsError.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        fault = FeedFault("bad_encoding", f"the body is not UTF-8 at byte {error.start:,}")
        raise UnreadableBodyError(fault) from None
    found: list[PushedRecord] = []
    may_be_too_large = len(body) > MOST_RECORD_BYTES
    for record in _lines(text) if lines else _document(text):
        if len(found) == most:
            raise TooManyRecordsError(f"the body holds more than {most:,} postings; send them in several requests")
        found.append(_bounded(record) if may_be_too_large else record)
    if not found:
        raise UnreadableBodyError(_EMPTY)
    if all(record.row is None for record in found) and (
        len(found) == 1 or found[-1].fault == _rest_unread(len(found) - 1)
    ):
        raise UnreadableBodyError(found[0].fault or _EMPTY)
    return found


def _lines(text: str) -> Iterator[PushedRecord]:
    """Each line that holds something. Only a newline ends a line: U+2028 may stand within a text."""
    index = faults = start = number = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip(" \t\r")
        start = end + 1 if end >= 0 else len(text)
        number += 1
        if not line:
            continue
        record = _line(index, number, line)
        yield record
        index += 1
        faults += record.row is None
        if faults == _GIVEN_UP:
            if text[start:].strip():
                yield PushedRecord(index, fault=_rest_unread(faults))
            return


def _line(index: int, number: int, line: str) -> PushedRecord:
    try:
        value, end = read_value(line)
    except ValueError as error:
        return PushedRecord(index, fault=_json_fault(error).at(f"line {number:,}: "))
    if line[end:].strip():
        more = line[end:].strip()[:40]
        return PushedRecord(index, fault=FeedFault("goes_on", f"line {number:,}: more after the object: {more}"))
    return _judged(index, value, f"line {number:,}: ")


def _document(text: str) -> Iterator[PushedRecord]:
    opening = text.lstrip(" \t\r\n")[:1]
    if opening == "[":
        for index, value in enumerate(rows(text, None, alone=True)):
            yield PushedRecord(index, fault=value.fault) if isinstance(value, Broken) else _judged(index, value)
        return
    if opening != "{":
        raise UnreadableBodyError(
            FeedFault("wrong_form", "the body holds no posting: it is neither a JSON object nor a list of them")
        )
    try:
        value, end = read_value(text)
    except ValueError as error:
        raise UnreadableBodyError(_json_fault(error)) from None
    if text[end:].strip(" \t\r\n"):
        several = "several postings are a list, or lines sent as application/x-ndjson"
        raise UnreadableBodyError(FeedFault("goes_on", f"the body goes on after its object; {several}"))
    yield _judged(0, value)


def _bounded(record: PushedRecord) -> PushedRecord:
    size = len(json.dumps(record.row, ensure_ascii=False).encode()) if record.row is not None else 0
    if size <= MOST_RECORD_BYTES:
        return record
    why = f"a posting has {MOST_RECORD_BYTES:,} bytes at most, and this {size:,}"
    return PushedRecord(record.index, fault=FeedFault("item_too_large", why))


def _judged(index: int, value: object, where: str = "") -> PushedRecord:
    if not isinstance(value, dict):
        why = f"{where}a posting is an object of fields, not {type(value).__name__}"
        return PushedRecord(index, fault=FeedFault("not_an_object", why))
    return PushedRecord(index, row=value)


def _json_fault(error: ValueError) -> FeedFault:
    fault = json_fault(error)
    place = f" (character {error.pos:,})" if isinstance(error, json.JSONDecodeError) else ""
    return replace(fault, sentence=f"{fault}{place}")


def _rest_unread(faults: int) -> FeedFault:
    return FeedFault("given_up", f"{faults} records are malformed: the rest is not read")
