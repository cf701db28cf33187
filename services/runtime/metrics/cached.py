"""What is dear to find out, for whoever asks often."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from services.runtime.privacy.redaction import redacted

T = TypeVar("T")

_events = structlog.get_logger(__name__)


class Cached(Generic[T]):
    """Read at most every few seconds, and never waited for without bound.

    What is read and hangs holds one thread of this process, not those who ask.
    """

    def __init__(
        self,
        read: Callable[[], T],
        *,
        keep_s: float = 5.0,
        wait_s: float = 2.0,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._read = read
        self._keep_s = keep_s
        self._wait_s = wait_s
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._reading: threading.Event | None = None
        self._value: T | None = None
        self._read_at = float("-inf")

    def __call__(self) -> T | None:
        """What was read; None where it does not come in time, or could not be read."""
        with self._lock:
            if self._monotonic() - self._read_at < self._keep_s:
                return self._value
            if self._reading is None:
                self._reading = threading.Event()
                threading.Thread(target=self._refresh, args=(self._reading,), name="figures", daemon=True).start()
            done = self._reading
        if not done.wait(self._wait_s):
            return None
        with self._lock:
            return self._value

    def _refresh(self, done: threading.Event) -> None:
        value: T | None = None
        try:
            value = self._read()
        except Exception as error:
            _events.warning("figures cannot be read", error=redacted(error), error_type=type(error).__name__)
        with self._lock:
            self._value, self._read_at, self._reading = value, self._monotonic(), None
        done.set()
