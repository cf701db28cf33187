"""What may hang is waited for no longer than somebody who looks would, and what is dear to read is read seldom."""

import threading
from collections.abc import Callable
from concurrent.futures import Future
from concurrent.futures import TimeoutError as RanOutError
from datetime import datetime, timedelta
from typing import Generic, TypeVar

from services.runtime.errors import UnavailableError

T = TypeVar("T")


class Patient(Generic[T]):
    """Reads in a thread of its own: a server that hangs with a connection open is waited for without end."""

    def __init__(self, patience_s: float, else_said: str) -> None:
        self._patience_s = patience_s
        self._else_said = else_said
        self._pending: Future[T] | None = None

    def of(self, read: Callable[[], T]) -> T:
        """What was read now. Raises what that raises, and UnavailableError where it takes too long, or still does."""
        if self._pending is None or self._pending.done():
            self._pending = Future()
            threading.Thread(target=_into, args=(self._pending, read), name="look", daemon=True).start()
        try:
            found = self._pending.result(self._patience_s)
        except RanOutError:
            raise UnavailableError(self._else_said) from None
        return found


def _into(pending: "Future[T]", read: Callable[[], T]) -> None:
    try:
        pending.set_result(read())
    except BaseException as error:
        pending.set_exception(error)


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
