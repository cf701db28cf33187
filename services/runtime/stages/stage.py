"""One service under a runner, embedded or deployed: from the records of its topics to what is produced and done."""

import math
import time
from collections import deque
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Protocol

import structlog

from services.runtime.clock import Clock
from services.runtime.errors import UnavailableError
from services.runtime.health.notes import Failure, Notes
from services.runtime.health.status import ServiceStatus
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.records import Producer, Service
from services.runtime.stages.lane import Lane, LaneLog, LaneSettings
from services.runtime.stages.ticks import Ticks

_events = structlog.get_logger(__name__)
_RATE_OVER_S = 60.0
_SAMPLE_EVERY_S = 1.0
_NO_START = "cannot start yet and tries again"

Place = tuple[str, int]
"""A topic, without the installation's prefix, and a partition."""


class StageLog(LaneLog, Producer, Protocol):
    """What a stage needs of a log."""


class Stage:
    """A service with its lanes and ticks over one log, and what went wrong with it.

    The log says where records come from, where they go, and what a commit is; all else is the same everywhere.
    """

    def __init__(
        self,
        service: Service,
        log: StageLog,
        *,
        clock: Clock,
        settings: LaneSettings,
        meter: RunnerMeter,
        luck: Callable[[], float],
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self.service = service
        self.name = service.name
        self.meter = meter
        self.notes = Notes(service.name, clock, monotonic)
        self.ticks = Ticks(service, log, self.notes, meter=meter, monotonic=monotonic)
        self.loaded = False
        self.loads_at = 0.0
        """When loading is tried again (monotonic seconds)."""
        self._log = log
        self._clock = clock
        self._settings = settings
        self._luck = luck
        self._monotonic = monotonic
        self._load_failed = 0
        self._lanes: dict[Place, Lane] = {}
        self._rate: deque[tuple[float, int]] = deque()

    @property
    def lanes(self) -> Mapping[Place, Lane]:
        """The lanes that were asked for, of whichever partitions; may be asked from any thread."""
        return dict(self._lanes)

    @property
    def handled(self) -> int:
        """Records done, dead ones included."""
        return sum(lane.handled for lane in self.lanes.values())

    def lane(self, place: Place) -> Lane:
        """The lane of a partition, which is kept. From any thread."""
        if place not in self._lanes:
            made = Lane(
                self.service,
                *place,
                log=self._log,
                clock=self._clock,
                settings=self._settings,
                luck=self._luck,
                monotonic=self._monotonic,
                meter=self.meter,
            )
            self._lanes.setdefault(place, made)  # two threads may have made one
        return self._lanes[place]

    def load(self) -> bool:
        """Have the service rebuild its memory, once and when that is due; whether it has.

        Raises what is not an engine that is away: a start that fails for a reason of its own is no service.
        """
        if self.loaded or self._monotonic() < self.loads_at:
            return self.loaded
        try:
            self.service.load()
        except UnavailableError as error:
            self._load_failed += 1
            self.loads_at = self._monotonic() + self._settings.retry.delay(self._load_failed, self._luck())
            self.notes.note(_NO_START, error)
            return False
        self.notes.works(_NO_START)
        self.loaded = True
        return True

    def work(
        self, lanes: Collection[Lane], stop: Callable[[], bool] = lambda: False, within_s: float = math.inf
    ) -> bool:
        """One batch of each lane; whether there may be more to do at once.

        Between batches it ends where `stop` says so, or that many seconds are over.
        """
        until = self._monotonic() + within_s
        if self._settings.together and self._together(lanes):
            return True
        more = False
        for lane in lanes:
            if stop() or self._monotonic() >= until:
                return True
            more = lane.work() or more
        return more

    def measure(self) -> None:
        """Take a sample of how much is done."""
        now, rate = self._monotonic(), self._rate
        if len(rate) > 1 and rate[-1][0] - rate[-2][0] < _SAMPLE_EVERY_S:
            rate.pop()
        rate.append((now, self.handled))
        while len(rate) > 2 and now - rate[0][0] > _RATE_OVER_S:
            rate.popleft()

    def status(
        self, stands: Mapping[Place, tuple[int, int]], ticks: Failure | None, *, member: bool = True
    ) -> ServiceStatus:
        """A snapshot of lanes; `stands` holds by place the next offset and the end.

        `ticks`: why what it does by the clock fails.
        """
        lanes = tuple(self.lane(place).status(end, offset) for place, (offset, end) in sorted(stands.items()))
        return ServiceStatus(
            name=self.name,
            loaded=self.loaded,
            lanes=lanes,
            handled=self.handled,
            per_second=_per_second(list(self._rate)),
            tick_errors=self.ticks.errors,
            failure=next((lane.failure for lane in lanes if lane.failure is not None), self.notes.failure or ticks),
            member=member,
            ticks=ticks,
        )

    def _together(self, lanes: Collection[Lane]) -> bool:
        """Handle what the partitions brought as one batch; where that fails, each partition goes its own way."""
        began = self._monotonic()
        share = max(self._settings.batch // max(len(lanes), 1), 1)
        sound = [(lane, batch) for lane in lanes if (batch := lane.sound(share))]
        if len(sound) < 2:
            return False
        together = [record for _, batch in sound for record in batch]
        try:
            self._log.produce(self.service.handle(together))
        except Exception as error:  # It comes again, where the lane of the partition at fault deals with it.
            _events.info("goes partition by partition", service=self.name, error_type=type(error).__name__)
            return False
        for lane, batch in sound:
            lane.done_with(batch)
        self.meter.batch(together[0].topic, len(together), self._monotonic() - began)
        return True


def _per_second(rate: Sequence[tuple[float, int]]) -> float:
    if len(rate) < 2:
        return 0.0
    (first_at, first), (last_at, last) = rate[0], rate[-1]
    return (last - first) / (last_at - first_at) if last_at > first_at else 0.0
