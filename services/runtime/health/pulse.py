"""Whether a loop still turns."""

import time
from collections.abc import Callable


class Pulse:
    """When a loop last turned, for whoever must tell a stuck one from a quiet one."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at = monotonic()

    def turn(self) -> None:
        """The loop is alive."""
        self._at = self._monotonic()

    def idle_s(self) -> float:
        """Seconds since it last turned."""
        return self._monotonic() - self._at
