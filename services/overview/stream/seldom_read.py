"""What is dear to read is read seldom."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Generic, TypeVar

T = TypeVar("T")


class SeldomRead(Generic[T]):
    """What is dear to read: no oftener than so, but anew where the clock was set back."""

    def __init__(self, every: timedelta) -> None:
        self._every = every
        self._read: tuple[datetime, T] | None = None

    def at(self, now: datetime, read: Callable[[], T]) -> T:
        """What it is, as read now or not long ago."""
        if self._read is None or not timedelta(0) <= now - self._read[0] < self._every:
            self._read = now, read()
        return self._read[1]
