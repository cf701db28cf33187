"""What goes wrong with a service: logged, dated, and over once it works again."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

import structlog

from services.runtime.clock import Clock
from services.runtime.errors import Mend, UnavailableError, mend_of
from services.runtime.privacy.redaction import redacted
from services.runtime.throttle import Throttle

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Failure:
    """An error that has not passed."""

    error: str
    """In a sentence, without people."""
    since: datetime
    """When it first failed since it last worked."""
    at: datetime
    """When it last failed."""
    mend: Mend | None = None
    """What must be done before it passes; None: it passes by itself."""
    times: int = 1
    """How often in a row."""

    def again(self, error: str, now: datetime, mend: Mend | None = None) -> "Failure":
        """The failure after one more error."""
        # A clock that was set back since must not hide for how long it fails.
        return Failure(error, min(self.since, now), now, mend, self.times + 1)


class Notes:
    """Keeps, for each thing that a service does, why it fails; logs an error that comes again and again once a minute.

    May be told and asked from any thread.
    """

    def __init__(self, service: str, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._throttle = Throttle(monotonic)
        self._failures: dict[str, Failure] = {}

    @property
    def failure(self) -> Failure | None:
        """The failure that was seen last; None where all works."""
        return max(list(self._failures.values()), key=lambda failure: failure.at, default=None)

    @property
    def error(self) -> str | None:
        """Its sentence."""
        return None if (failure := self.failure) is None else failure.error

    def failure_of(self, event: str) -> Failure | None:
        """Why this one fails; None where it works."""
        return self._failures.get(event)

    def note(self, event: str, error: BaseException) -> None:
        """Say that `event` failed. A traceback only where it is a bug."""
        text = redacted(error)
        if self._throttle.passes((event, text)):
            bug = None if isinstance(error, UnavailableError) else error
            _events.warning(event, service=self._service, error_type=type(error).__name__, error=text, exc_info=bug)
        at, mend = self._clock.now(), mend_of(error)
        before = self._failures.get(event)
        self._failures[event] = Failure(text, at, at, mend) if before is None else before.again(text, at, mend)

    def works(self, *events: str) -> None:
        """Say that what failed under these events works again."""
        for event in events:
            self._failures.pop(event, None)
