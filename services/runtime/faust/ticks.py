"""The ticks of a service that also reads topics."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from services.runtime.metering import RunnerMeter
from services.runtime.notes import Notes
from services.runtime.records import Outgoing, Producer, Service

_FAILED = "tick failed"


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
            self._notes.note(_FAILED, error)
            self._meter.ticked(self._monotonic() - began, failed=True)
            return 0
        self._notes.works(_FAILED)
        count, self._held = len(self._held), ()
        self._meter.ticked(self._monotonic() - began, failed=False)
        return count
