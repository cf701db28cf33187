"""Polls in hand at one time, each in a thread of its own: one is worked on, while the others wait for their servers."""

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

LONG_S = 10.0
"""A poll that has lasted so long leaves its place and its host to another: what hangs must hold up no one else."""
_MOST_TIMES = 4
"""So many times as many as there are places may be in hand, long ones included."""
MOST_OF_A_HOST = 4
"""Polls of one host, long ones included, and requests to it: politeness has an end to what is left to others, too."""
_STOP_PATIENCE_S = 3.0

T = TypeVar("T")


class PollStoppedError(BaseException):
    """The end has come: a poll is left where it is, as by a kill. No `Exception`, since nobody is to handle it."""


@dataclass(frozen=True, slots=True)
class _Poll:
    host: str
    since: float


class Polls:
    """Who polls what, and whose turn it is.

    Whoever works on a poll has the turn, so that ledger and log are written by one thread at a time, and gives it away
    only in `apart`. The threads are daemons: one that is in a call which nothing can end dies with the process.
    """

    def __init__(self, places: int, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._places = places
        self._monotonic = monotonic
        self._turn = threading.Lock()
        self._changed = threading.Condition()
        self._running: dict[str, _Poll] = {}
        self._stopped = False

    @contextmanager
    def turn(self, timeout_s: float = -1.0) -> Iterator[bool]:
        """Work on a poll, or beside polls; gives whether the turn came in time. Raises PollStoppedError."""
        has = self._turn.acquire(timeout=timeout_s)
        try:
            self._check()
            yield has
        finally:
            if has:
                self._turn.release()

    def apart(self, wait: Callable[[], T]) -> T:
        """Have others work while this poll waits for its server. Raises PollStoppedError, and what `wait` raises."""
        self._turn.release()
        try:
            return wait()
        finally:
            self._turn.acquire()
            self._check()

    def begin(self, choose: Callable[[frozenset[str], frozenset[str]], tuple[str, str] | None]) -> str | None:
        """Take up a poll, if there is a place: `choose` gives a source and its host, where one is due.

        It is told of the sources that are being polled, and of the hosts that are to be asked by no further poll.
        """
        with self._changed:
            if self._stopped or not self._has_place():
                return None
            chosen = choose(frozenset(self._running), self._hosts_in_use())
            if chosen is None:
                return None
            source, host = chosen
            self._running[source] = _Poll(host, self._monotonic())
            return source

    def end(self, source: str) -> None:
        """A poll has come to its end."""
        with self._changed:
            del self._running[source]
            self._changed.notify_all()

    def start(self, work: Callable[[], None]) -> None:
        """Do something in a thread of its own."""
        threading.Thread(target=self._until_stopped, args=(work,), name="poll", daemon=True).start()

    def wait(self) -> bool:
        """Wait until a poll ends; gives whether there was one."""
        with self._changed:
            return bool(self._running) and self._changed.wait()

    @property
    def stopped(self) -> bool:
        return self._stopped

    def stop(self) -> None:
        """Begin no more, and have those in hand end at their next wait; one that writes is waited for, a little."""
        with self._changed:
            self._stopped = True
        if self._turn.acquire(timeout=_STOP_PATIENCE_S):
            self._turn.release()

    def _hosts_in_use(self) -> frozenset[str]:
        latest, polls = self._monotonic() - LONG_S, Counter(poll.host for poll in self._running.values())
        young = {poll.host for poll in self._running.values() if poll.since > latest}
        return frozenset(host for host in polls if host and (host in young or polls[host] >= MOST_OF_A_HOST))

    def _has_place(self) -> bool:
        latest = self._monotonic() - LONG_S
        young = sum(poll.since > latest for poll in self._running.values())
        return young < self._places and len(self._running) < _MOST_TIMES * self._places

    def _check(self) -> None:
        if self._stopped:
            raise PollStoppedError

    def _until_stopped(self, work: Callable[[], None]) -> None:
        try:
            work()
        except PollStoppedError:
            return
