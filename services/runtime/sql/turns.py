"""The line of a process's threads that would write to one SQLite file.

SQLite itself has none: who finds a file held looks again ten times a second, and whoever writes one transaction after
the other has taken it anew by then.
"""

import threading
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager

from services.runtime.errors import UnavailableError


class Turns:
    """One turn at a time, in the order of asking."""

    def __init__(self, what: str, wait_s: float) -> None:
        self._what = what
        self._wait_s = wait_s
        self._lock = threading.Lock()
        self._line: deque[threading.Event] = deque()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Raises UnavailableError where it does not come in time."""
        mine = threading.Event()
        with self._lock:
            self._line.append(mine)
            self._line[0].set()
        try:
            if not mine.wait(self._wait_s):
                raise UnavailableError(f"{self._what} is written to by others of this process for too long")
            yield
        finally:
            with self._lock:
                self._line.remove(mine)
                if self._line:
                    self._line[0].set()
