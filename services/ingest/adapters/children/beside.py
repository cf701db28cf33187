"""The normaliser with a process beside it, which reads raw postings that wait while ours does what else is due.

What the process gives is what our own normaliser would have; what it cannot read, or does not live to, ours reads in
its turn. So bytes, order, dead letters and what is repeated after a crash are as without it.
"""

import functools
import pickle
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import datetime
from types import TracebackType

from services.ingest.adapters.children.normalise_apart import ReadingProcess, reading_process
from services.ingest.adapters.children.work import records_read
from services.ingest.domain.normalise import REVISION
from services.ingest.mapping.settings import MappingSettings
from services.runtime.child import ChildEndedError
from services.runtime.chunks import chunked
from services.runtime.records import Outgoing, Record, Service, ServiceWrapper

MANY = 200
"""Records in one batch from which the process is started. Its start takes the processor as long as a thousand, and
after an hour of quiet a poll brings some ten."""
AT_ONCE = 64
"""Records it is asked for at a time: with fewer it often waits for our own process, which is busy."""
AHEAD = 500
"""Records of a partition that are asked for before their turn: what a lane takes at a time."""
_IDLE_S = 60.0
_NOT_AGAIN_S = 60.0

Answer = Sequence[Outgoing] | None


@dataclass(frozen=True, slots=True)
class _Asked:
    """Records that follow one another, and what the process makes of them: None where it cannot say."""

    records: Sequence[Record]
    answer: "Future[Answer]"


class NormaliserBeside(ServiceWrapper, AbstractContextManager["NormaliserBeside"]):
    """Starts its process once many records wait, and ends it a minute after none do, or when it is left."""

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
        """`following` gives up to so many records that come after one in its partition.

        `stopping` says that the end of our own process is asked for.
        """
        super().__init__(normaliser)
        self._mappings = pickle.dumps(dict(mappings))
        self._following = following
        self._stopping = stopping
        self._monotonic = monotonic
        self._process = process or reading_process()
        self._thread: ThreadPoolExecutor | None = None
        self._ahead: dict[int, Sequence[_Asked]] = {}
        self.is_up = False
        """Whether the process runs and has made its tables."""
        self._is_left = False
        self._not_before = self._idle_since = monotonic()

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._is_left = True
        self._rest()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """As the normaliser does; raises what it raises, for the first record of which it does."""
        if len(batch) >= MANY:
            self.start()
        if not self.is_up or (len(batch) <= AT_ONCE and not self._ahead.get(batch[0].partition)):
            return super().handle(batch)
        self._idle_since = self._monotonic()
        asked = list(self._asked(batch))
        try:
            outgoing = [one for some in self._answers(asked) for one in some]
        finally:
            for some in asked:
                some.answer.cancel()
        following = self._following(batch[-1], AHEAD)
        self._ahead[batch[-1].partition] = [self._ask(some) for some in chunked(following, AT_ONCE)]
        return outgoing

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """End the process after a minute in which few records came at a time: it holds the tables of all rules."""
        if self.is_up and self._monotonic() - self._idle_since > _IDLE_S:
            self._rest()
        return super().tick(now)

    def start(self) -> None:
        """Start the process, unless it runs or has ended a moment ago; nobody waits until it can read."""
        if self.is_up or self._monotonic() < self._not_before:
            return
        self._idle_since = self._monotonic()
        self._not_before = self._idle_since + _NOT_AGAIN_S  # One that the system ends for its memory would end again.
        self._thread = self._thread or ThreadPoolExecutor(1, "normaliser beside")
        self._thread.submit(self._begin)

    def _begin(self) -> None:
        self.is_up = self._answer(()) is not None  # Having read nothing, it has made its tables.
        self._idle_since = self._monotonic()

    def _asked(self, batch: Sequence[Record]) -> Iterator[_Asked]:
        """A batch in pieces: those that were asked for ahead, as far as they are what came, and the rest."""
        at = 0
        for some in self._ahead.pop(batch[0].partition, ()):
            if list(batch[at : at + len(some.records)]) == some.records:
                at += len(some.records)
                yield some
            else:
                some.answer.cancel()
        for more in chunked(batch[at:], AT_ONCE):
            yield self._ask(more)

    def _answers(self, asked: Sequence[_Asked]) -> Iterator[Sequence[Outgoing]]:
        """What becomes of each piece, in order: the process reads from the front, ours from the back till both meet."""
        early: dict[int, Answer] = {}
        back = len(asked)
        for at, some in enumerate(asked):
            while back > at + 1 and not some.answer.done():
                back -= 1
                if asked[back].answer.cancel():
                    early[back] = self._early(asked[back].records)
            found = early.get(at) if some.answer.cancel() else some.answer.result()
            yield super().handle(some.records) if found is None else found

    def _early(self, records: Sequence[Record]) -> Answer:
        """Read before their turn, so that what is wrong with them is met in it, after what is wrong before them."""
        try:
            return super().handle(records)
        except Exception:
            return None

    def _ask(self, records: Sequence[Record]) -> _Asked:
        thread = self._thread
        assert thread is not None
        return _Asked(records, thread.submit(self._answer_if_up, records))

    def _answer_if_up(self, records: Sequence[Record]) -> Answer:
        return self._answer(records) if self.is_up else None

    def _answer(self, records: Sequence[Record]) -> Answer:
        """In the thread. A process that has ended is asked no more, until it is started again."""
        if self._is_to_end():
            return None
        work = functools.partial(records_read, self._mappings, REVISION, records)
        try:
            answer = self._process.do(work, items=max(len(records), 1), stopping=self._is_to_end)
        except ChildEndedError:
            self.is_up = False
            return None
        except RuntimeError:
            return None  # What is wrong with a record our own normaliser says.
        found: Sequence[Outgoing] = pickle.loads(answer)  # noqa: S301 (our own child's)
        return found

    def _is_to_end(self) -> bool:
        return self._is_left or self._stopping()

    def _rest(self) -> None:
        self.is_up = False
        self._ahead.clear()
        thread, self._thread = self._thread, None
        if thread is not None:
            thread.shutdown(cancel_futures=True)
            self._process.child.rest()
