"""The normaliser with a process beside it, which reads raw postings that wait while ours does what else is due.

What the process gives is what our own normaliser would have: whatever it cannot read, or does not live to, is read by
ours in its turn. So bytes, order, dead letters and what a crash repeats are as without it.
"""

import functools
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType
from typing import Self

from services.ingest.adapters.children.normalise_apart import ReadingProcess, reading_process
from services.ingest.adapters.children.work import records_read
from services.ingest.mapping.settings import MappingSettings
from services.runtime.chunks import chunked
from services.runtime.child import ChildEndedError
from services.runtime.records import Outgoing, Record, Service, ServiceWrapper

MANY = 200
"""Records of a batch for which a process is started: its start takes as long as some thousand of them."""
AT_ONCE = 64
"""Records it is asked for at a time: fewer, and it waits between them for our own process, which is busy."""
AHEAD = 500
"""Records of a partition that are asked for before their turn: a batch, which ours is at meanwhile."""
_IDLE_S = 60.0
_NOT_AGAIN_S = 60.0

Place = tuple[str, int]


@dataclass(slots=True)
class _Asked:
    """Some records in their order, and what the process makes of them: None where it cannot say."""

    records: list[Record]
    answer: "Future[Sequence[Outgoing] | None]"


class NormaliserBeside(ServiceWrapper):
    """Entered, it may start its process when many records wait; left, that is ended."""

    def __init__(
        self,
        normaliser: Service,
        mappings: Mapping[str, MappingSettings],
        following: Callable[[Record, int], Sequence[Record]],
        *,
        stopping: Callable[[], bool] = lambda: False,
        monotonic: Callable[[], float] = time.monotonic,
        process: ReadingProcess | None = None,
    ) -> None:
        """`following` gives up to so many records that come after one in its partition."""
        super().__init__(normaliser)
        self._mappings = pickle.dumps(dict(mappings))
        self._following = following
        self._stopping = stopping
        self._monotonic = monotonic
        self._process = process or reading_process()
        self._thread: ThreadPoolExecutor | None = None
        self._ahead: dict[Place, list[_Asked]] = {}
        self._up = False
        self._start: Future[Sequence[Outgoing] | None] | None = None
        self._not_before = 0.0
        self._used_at = 0.0
        self._closed = False

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._closed = True
        self._end()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """As the normaliser does, and raises what it raises."""
        if not self._is_up(batch):
            return super().handle(batch)
        asked = list(self._asked(batch))
        try:
            return [outgoing for some in self._answers(asked) for outgoing in some]
        finally:
            for some in asked:
                some.answer.cancel()
            last = batch[-1]
            self._ahead[last.topic, last.partition] = [
                self._ask(some) for some in chunked(self._following(last, AHEAD), AT_ONCE)
            ]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """End the process where nothing has waited for long."""
        if self._thread is not None and self._monotonic() - self._used_at > _IDLE_S:
            self._end()
        return super().tick(now)

    def _is_up(self, batch: Sequence[Record]) -> bool:
        """Whether the process may be asked; one that is wanted is started, and not waited for."""
        now = self._monotonic()
        if len(batch) >= MANY:
            self._used_at = now
            if not self._up and (self._start is None or self._start.done()) and now >= self._not_before:
                self._not_before = now + _NOT_AGAIN_S
                self._thread = self._thread or ThreadPoolExecutor(1, "normaliser beside")
                self._start = self._thread.submit(self._begin)
        return self._up and (len(batch) > AT_ONCE or (batch[0].topic, batch[0].partition) in self._ahead)

    def _asked(self, batch: Sequence[Record]) -> Iterator[_Asked]:
        """The batch in pieces: those that were asked for ahead, as far as they are what came, and the rest."""
        at = 0
        ahead = self._ahead.pop((batch[0].topic, batch[0].partition), [])
        for some in ahead:
            if some.records == list(batch[at : at + len(some.records)]):
                at += len(some.records)
                yield some
            else:
                some.answer.cancel()
        for more in chunked(batch[at:], AT_ONCE):
            yield self._ask(more)

    def _answers(self, asked: Sequence[_Asked]) -> Iterator[Sequence[Outgoing]]:
        """The process reads from the front, ours from the back, until both meet; given in order."""
        early: dict[int, Sequence[Outgoing] | None] = {}
        back = len(asked)
        for at, some in enumerate(asked):
            while back > at + 1 and not some.answer.done():
                back -= 1
                if asked[back].answer.cancel():
                    early[back] = self._early(asked[back].records)
            found = early.get(at) if some.answer.cancel() else some.answer.result()
            yield super().handle(some.records) if found is None else found

    def _early(self, records: Sequence[Record]) -> Sequence[Outgoing] | None:
        """Read before their turn: what is wrong with them is met again in it, after what is wrong before them."""
        try:
            return super().handle(records)
        except Exception:
            return None

    def _ask(self, records: list[Record]) -> _Asked:
        assert self._thread is not None
        self._used_at = self._monotonic()
        return _Asked(records, self._thread.submit(self._answer, records))

    def _begin(self) -> None:
        self._up = True
        self._up = self._answer([]) is not None

    def _answer(self, records: list[Record]) -> Sequence[Outgoing] | None:
        if not self._up or self._ends():
            return None
        work = functools.partial(records_read, self._mappings, records)
        try:
            answer = self._process.do(work, items=max(len(records), 1), stopping=self._ends)
        except ChildEndedError:
            self._up = False
            return None
        except RuntimeError:
            return None
        found: Sequence[Outgoing] = pickle.loads(answer)  # noqa: S301 (our own child's)
        return found

    def _ends(self) -> bool:
        return self._closed or self._stopping()

    def _end(self) -> None:
        self._up = False
        thread, self._thread = self._thread, None
        self._ahead.clear()
        if thread is not None:
            thread.shutdown(cancel_futures=True)
            self._process.child.close()
