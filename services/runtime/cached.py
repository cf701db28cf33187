"""What is dear to find out, kept for a while."""

import threading
import time
from collections.abc import Callable
from typing import Generic, TypeVar

import structlog

from services.runtime.privacy.redaction import redacted

T = TypeVar("T")
_events = structlog.get_logger(__name__)

_KEEP_NONE_S = 30.0


class Cached(Generic[T]):
    """What is dear to find out: read at most every few seconds, and never waited for without bound.

    What is read and hangs holds one thread of this process, not those who ask. That there is none to read is believed
    for half a minute at most: what is asked of may just be starting.
    """

    def __init__(
        self,
        read: Callable[[], T | None],
        *,
        keep_s: float | Callable[[T], float] = 5.0,
        wait_s: float = 2.0,
        first_wait_s: float | None = None,
    ) -> None:
        """`keep_s`: for so long, or as long as what was read is worth.

        `first_wait_s`: the first is waited for so long; then what was read last is given until there is another.
        """
        self._read = read
        self._wait_s = wait_s
        self._first_wait_s = first_wait_s
        self._keeps = keep_s if callable(keep_s) else lambda _: keep_s
        self._keep_none_s = _KEEP_NONE_S if callable(keep_s) else min(keep_s, _KEEP_NONE_S)
        self._lock = threading.Lock()
        self._reading: threading.Event | None = None
        self._value: T | None = None
        self._read_at = float("-inf")

    def __call__(self) -> T | None:
        """What was read; None where it does not come in time, or could not be read."""
        with self._lock:
            before, reading = self._value, self._begun()
            wait_s = self._wait_s if self._first_wait_s is None or self._read_at > float("-inf") else self._first_wait_s
        if reading is None:
            return before
        if not reading.wait(wait_s):
            return before if self._first_wait_s is not None else None
        with self._lock:
            return self._value

    def start(self) -> None:
        """Begin to read, where that is due, and wait for nothing."""
        with self._lock:
            self._begun()

    def _begun(self) -> threading.Event | None:
        """The reading that is under way; None where what is known still holds."""
        if time.monotonic() - self._read_at < self._kept_for(self._value):
            return None
        if self._reading is None:
            self._reading = threading.Event()
            threading.Thread(target=self._refresh, args=(self._reading,), name="figures", daemon=True).start()
        return self._reading

    def _kept_for(self, value: T | None) -> float:
        return self._keep_none_s if value is None else self._keeps(value)

    def _refresh(self, done: threading.Event) -> None:
        value: T | None = None
        try:
            value = self._read()
        except Exception as error:
            _events.warning("figures cannot be read", error=redacted(error), error_type=type(error).__name__)
        with self._lock:
            self._value, self._read_at, self._reading = value, time.monotonic(), None
        done.set()
