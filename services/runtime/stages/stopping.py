"""Tells what could still begin something that the process is about to end."""

import threading


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
