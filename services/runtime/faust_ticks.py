"""The ticks of a service that also reads topics."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

import structlog

from services.runtime.clock import Clock
from services.runtime.errors import UnavailableError
from services.runtime.metering import RunnerMeter
from services.runtime.privacy import told
from services.runtime.records import Outgoing, Producer, Service

_events = structlog.get_logger(__name__)
_SAY_AGAIN_S = 60.0


class Notes:
    """Logs an error that comes again and again once a minute, and remembers the last one."""

    def __init__(self, service: str, clock: Clock, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._service = service
        self._clock = clock
        self._monotonic = monotonic
        self._said_at = float("-inf")
        self.error: str | None = None
        self.at: datetime | None = None

    def note(self, event: str, error: BaseException) -> None:
        """A traceback only where it is a bug."""
        text, now = told(error), self._monotonic()
        if text != self.error or now - self._said_at >= _SAY_AGAIN_S:
            self._said_at = now
            bug = None if isinstance(error, UnavailableError) else error
            _events.warning(event, service=self._service, error_type=type(error).__name__, error=text, exc_info=bug)
        self.error, self.at = text, self._clock.now()


class Ticks:
    """Has a service do what is due and produces what that gives; holds it until it is durable."""

    def __init__(
        self,
        service: Service,
        producer: Producer,
        notes: Notes,
        *,
        meter: RunnerMeter,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._service = service
        self._producer = producer
        self._notes = notes
        self._meter = meter
        self._monotonic = monotonic
        self._held: Sequence[Outgoing] = ()
        self.errors = 0

    def tick(self, now: datetime) -> int:
        """How many records went out. An error is logged and counted, and costs this tick."""
        began = self._monotonic()
        try:
            if not self._held:
                self._held = self._service.tick(now)
            if self._held:
                self._producer.produce(self._held)
        except Exception as error:
            self.errors += 1
            self._notes.note("tick failed", error)
            self._meter.ticked(self._monotonic() - began, failed=True)
            return 0
        count, self._held = len(self._held), ()
        self._meter.ticked(self._monotonic() - began, failed=False)
        return count
