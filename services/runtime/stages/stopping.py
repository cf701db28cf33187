"""When to end: the process is about to, or what is waited for does not come."""

import threading
import time
from collections.abc import Callable

from services.runtime.errors import UnavailableError

_LOOK_EVERY_S = 0.05
_UNSAID = 10
"""How many times longer nothing may move where no reason is known: a large batch on a busy machine fails nowhere."""


class Stopping:
    """Whether the end has come, to be asked from any thread; a runner says so, and what it drives asks."""

    def __init__(self) -> None:
        self._asked = threading.Event()
        self._stop: threading.Event | None = None

    def __call__(self) -> bool:
        """Whether nothing more is to be begun."""
        return self._asked.is_set() or (self._stop is not None and self._stop.is_set())

    def follow(self, stop: threading.Event) -> None:
        """The end has come when `stop` is set."""
        self._stop = stop

    def ask(self) -> None:
        """The end has come."""
        self._asked.set()

    def wait(self, seconds: float) -> None:
        """Wait for so long, or until the end has come."""
        until = time.monotonic() + seconds
        while not self() and (left := until - time.monotonic()) > 0:
            self._asked.wait(min(left, _LOOK_EVERY_S))


class Patience:
    """How long to wait for an engine that is away, where the end is to come by itself.

    Work that takes long says no reason why nothing moves; that is waited for ten times as long.
    """

    def __init__(self, seconds: float, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._monotonic = monotonic
        self._since = monotonic()
        self._moved: object = None

    def check(self, moved: object, why: str | None) -> None:
        """Raises UnavailableError, with the reason, where `moved` has been the same for too long."""
        now = self._monotonic()
        if moved != self._moved:
            self._moved, self._since = moved, now
            return
        most = self._seconds if why else self._seconds * _UNSAID
        if now - self._since > most:
            raise UnavailableError(f"nothing has moved for {most:.0f} s: {why or 'no reason was given'}")
