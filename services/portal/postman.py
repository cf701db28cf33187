"""Does what a form asked for after the form was answered, so that neither the answer nor its time tells anything."""

import queue
import threading
from collections.abc import Callable
from types import TracebackType

import structlog

from services.runtime.privacy.redaction import redacted

_events = structlog.get_logger(__name__)


class Postman:
    """A thread that does one thing after the other. What waits when it is left is done, for `last_s` at most."""

    def __init__(self, *, most_waiting: int = 1_000, last_s: float = 5.0) -> None:
        self._waiting: queue.Queue[Callable[[], object] | None] = queue.Queue(most_waiting)
        self._last_s = last_s
        self._thread = threading.Thread(target=self._run, name="postman", daemon=True)

    def __enter__(self) -> "Postman":
        self._thread.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        try:
            self._waiting.put(None, timeout=self._last_s)
        except queue.Full:
            # The store or the mailer is away: what waits is lost with the process.
            return
        self._thread.join(self._last_s)

    def later(self, task: Callable[[], object]) -> None:
        """Do it soon; where too much waits it is dropped: whoever meant it asks again."""
        try:
            self._waiting.put_nowait(task)
        except queue.Full:
            _events.warning("too much waits: a letter is not written")

    def join(self) -> None:
        """Return once all that waited is done."""
        self._waiting.join()

    def _run(self) -> None:
        while (task := self._waiting.get()) is not None:
            try:
                task()
            except Exception as error:
                _events.error("a letter failed", error=redacted(error), error_type=type(error).__name__)
            finally:
                self._waiting.task_done()
