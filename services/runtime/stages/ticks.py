"""The ticks of a service, whoever runs it."""

import time
from collections.abc import Callable, Sequence
from datetime import datetime

from services.runtime.health.notes import Notes
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Outgoing, Producer, Service

_FAILED = "tick failed"


class Ticks:
    """Has a service do what is due and produces what that gives.

    What a tick gave is kept until it is durable, and the service is not ticked again before; a kill in between loses
    it, so a service that cannot make it again produces by itself and marks afterwards, as the outbox relay does.
    """

    def __init__(
        self,
        service: Service,
        producer: Producer,
        notes: Notes,
        *,
        meter: RunnerMeter,
        monotonic: Callable[[], float] = time.monotonic,
        load: Callable[[], None] = lambda: None,
    ) -> None:
        """`load` is called until it has gone well once, before the first tick."""
        self.name = service.name
        self.notes = notes
        self._service = service
        self._producer = producer
        self._meter = meter
        self._monotonic = monotonic
        self._load: Callable[[], None] | None = load
        self._pending: Sequence[Outgoing] = ()
        self.errors = 0

    def tick(self, now: datetime) -> int:
        """How many records went out. An error is logged and counted, and costs this tick."""
        try:
            return self.once(now)
        except Exception as error:
            self.notes.note(_FAILED, error)
            return 0

    def once(self, now: datetime) -> int:
        """The same, but raises what goes wrong."""
        began, failed = self._monotonic(), True
        try:
            if self._load is not None:
                self._load()
                self._load = None
            if not self._pending:
                self._pending = self._service.tick(now)
            if self._pending:
                self._producer.produce(self._pending)
            failed = False
        finally:
            self.errors += failed
            self._meter.ticked(self._monotonic() - began, failed=failed)
        self.notes.works(_FAILED)
        count, self._pending = len(self._pending), ()
        return count
