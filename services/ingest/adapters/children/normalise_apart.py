"""Normalises an item within a budget of time: a large one where its reading can be ended."""

import atexit
import functools
import pickle
import signal
from collections.abc import Callable
from datetime import date

from schemas.codec import decode
from schemas.posting import Posting
from schemas.raw import RawPosting
from services.ingest.adapters.children.work import MOST_TOGETHER, draft_read, size_of
from services.ingest.domain.draft import Draft
from services.ingest.domain.normalise import Reading, read_together, reading_of
from services.ingest.faults import FeedFault
from services.rules.money import Rates, rates_before
from services.runtime.child import Child, ChildEndedError
from services.runtime.errors import PoisonError, UnavailableError

BUDGET_S = 5.0
"""Of the processor, for one item. The largest that is read at all takes about one."""
MOST_S = 60.0
"""By the clock, the start of the process too: on a machine that is busy with other things."""


class NormaliseApart:
    """The rules, with what they may take bounded."""

    def __init__(
        self,
        rates: Callable[[date], Rates] = rates_before,
        *,
        stopping: Callable[[], bool] = lambda: False,
        most_here: int = MOST_TOGETHER,
        budget_s: float = BUDGET_S,
    ) -> None:
        """`rates` gives the last ones published before a day. `stopping`: the end of our own process is asked for."""
        self._rates = rates
        self._stopping = stopping
        self._most_here = most_here
        self._budget_s = budget_s

    def __call__(self, draft: Draft, raw: RawPosting) -> Posting:
        """Read a draft by all rules. Raises PoisonError where that takes too long, UnavailableError at our end."""
        return read_together([self.begin(draft, raw)])[0]

    def begin(self, draft: Draft, raw: RawPosting) -> Reading:
        """Begin to read a draft; a large one is read to its end at once, and raises as `__call__` does."""
        rates = self._rates(raw.fetched_at.date())
        size = size_of(draft)
        if size <= self._most_here:
            return reading_of(draft, raw=raw, rates=rates)
        return _reading_of(self._read_apart(draft, raw, rates, size))

    def _read_apart(self, draft: Draft, raw: RawPosting, rates: Rates, size: int) -> Posting:
        bare = raw.model_copy(update={"item": {}})
        work = functools.partial(draft_read, draft, bare, rates.on, dict(rates.euro))
        try:
            return decode(Posting, self.process.do(work, stopping=self._stopping))
        except ChildEndedError as ended:
            raise self._why(ended, size) from None

    @property
    def process(self) -> "ReadingProcess":
        """The one that reads large items, shared by all of one budget."""
        return reading_process(self._budget_s)

    def _why(self, ended: ChildEndedError, size: int) -> Exception:
        if ended.stopped:
            return UnavailableError("the end of the process has been asked for while an item is read")
        if ended.late or ended.status == -signal.SIGPROF:
            limit = f"{MOST_S:g} s" if ended.late else f"{self._budget_s:g} s of the processor"
            fault = FeedFault("too_heavy", f"it takes too long to be read: more than {limit}, {size / 1000:,.0f} kB")
            return PoisonError(fault.sentence, code=fault.code)
        return RuntimeError(f"the process that reads large items gave no answer: {ended}")


def _reading_of(posting: Posting) -> Reading:
    yield from ()
    return posting


class ReadingProcess:
    """A process of its own that does `work`, ended by the system where an item takes more than its budget."""

    def __init__(self, budget_s: float) -> None:
        self.child = Child(["-m", "services.ingest.adapters.children.normalise_child"])
        self._budget_s = budget_s

    def do(self, work: Callable[[], bytes], *, items: int = 1, stopping: Callable[[], bool] = lambda: False) -> bytes:
        """What `work` gives. Raises ChildEndedError, and RuntimeError with the words of an error of its own."""
        frame = pickle.dumps((self._budget_s * items, work))
        answer = self.child.ask(frame, most_s=MOST_S, stopping=stopping)
        if answer.startswith(b"-"):
            raise RuntimeError(answer[1:].decode("utf-8"))
        return answer[1:]


@functools.cache
def reading_process(budget_s: float = BUDGET_S) -> ReadingProcess:
    """Our process's one of a budget, closed at our exit."""
    process = ReadingProcess(budget_s)
    atexit.register(process.child.close)
    return process
