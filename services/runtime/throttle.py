"""What is said again and again is said once a minute."""

import time
from collections.abc import Callable, Hashable
from threading import Lock

from cachetools import TTLCache

_AGAIN_S = 60.0
_MOST = 10_000


class Throttle:
    """Lets the same thing pass once a minute. May be asked from any thread."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._passed: TTLCache[Hashable, None] = TTLCache(_MOST, _AGAIN_S, timer=monotonic)
        self._lock = Lock()

    def passes(self, key: Hashable) -> bool:
        """Whether it did not pass within the last minute; then it passes now."""
        with self._lock:
            if key in self._passed:
                return False
            self._passed[key] = None
            return True
