"""A worker's work: batches of events through lanes, off the event loop."""

import asyncio
import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Executor
from typing import Any

import structlog

from services.runtime.clock import Clock
from services.runtime.faust.batch import HeldLane, Place, record_of
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.lane import LaneSettings
from services.runtime.metering import RunnerMeter
from services.runtime.notes import Failure
from services.runtime.records import Producer, Service
from services.runtime.status import LaneStatus, ServiceStatus

_SLICE_S = 0.25
_events = structlog.get_logger(__name__)
_RATE_OVER_S = 60.0
_SAMPLE_EVERY_S = 1.0


class Work:
    """The lanes of a service, which outlive a membership in the group, and what is known of their partitions."""

    def __init__(
        self,
        service: Service,
        producer: Producer,
        settings: KafkaSettings,
        *,
        clock: Clock,
        lanes: LaneSettings,
        meter: RunnerMeter,
        luck: Callable[[], float],
        hands: Executor,
    ) -> None:
        self._service = service
        self._producer = producer
        self._names = {settings.topic(name): name for name in service.inputs}
        self._clock = clock
        self._settings = lanes
        self.meter = meter
        self._luck = luck
        self._hands = hands
        self._lanes: dict[Place, HeldLane] = {}
        self._ends: Mapping[Place, tuple[int, int]] = {}
        self._rate: deque[tuple[float, int]] = deque()
        self._going = 0

    @property
    def busy(self) -> bool:
        """Whether the service is handling something right now."""
        return self._going > 0

    @property
    def handled(self) -> int:
        """Records done, dead ones included."""
        return sum(lane.handled for lane in list(self._lanes.values()))

    @property
    def halted(self) -> bool:
        """Whether a partition of ours is halted."""
        return any(lane.halted for place, lane in list(self._lanes.items()) if place in self._ends)

    @property
    def error(self) -> str | None:
        """Why a partition is not running."""
        errors = [lane.error for place, lane in list(self._lanes.items()) if lane.error and place in self._ends]
        return errors[0] if errors else None

    def is_halted(self, place: Place) -> bool:
        """Whether a partition is halted."""
        return place in self._lanes and self._lanes[place].halted

    def place(self, topic: str, partition: int) -> Place:
        """The place of a partition of the cluster."""
        return self._names[topic], partition

    async def hold(self, due: Mapping[Place, Sequence[Any]]) -> list[HeldLane]:
        """Give records to the lanes of their places, in order; those of a halted lane stay undone."""
        return await asyncio.get_running_loop().run_in_executor(self._hands, self._hold, due)

    async def go(self, lanes: Sequence[HeldLane]) -> float | None:
        """Work on each lane as far as it goes; when to go on (monotonic seconds), None where nothing is left to do."""
        self._going += 1
        try:
            return await asyncio.get_running_loop().run_in_executor(self._hands, self._go, lanes)
        finally:
            self._going -= 1

    def know(self, ends: Mapping[Place, tuple[int, int]]) -> None:
        """Learn where our partitions stand: by place the next offset and the end."""
        for gone in self._ends.keys() - ends.keys():
            self.meter.unassigned(*gone)
        for (topic, partition), (offset, end) in ends.items():
            self.meter.lag(topic, partition, max(end - offset, 0))
        self._ends = ends
        self._measure()

    def status(self, *, loaded: bool, tick_errors: int, failure: Failure | None) -> ServiceStatus:
        """A snapshot, from any thread; `failure` is of what is no partition's."""
        lanes = tuple(self._lane_status(place, *ends) for place, ends in sorted(self._ends.items()))
        return ServiceStatus(
            name=self._service.name,
            loaded=loaded,
            lanes=lanes,
            handled=self.handled,
            per_second=_per_second(list(self._rate)),
            tick_errors=tick_errors,
            failure=next((lane.failure for lane in lanes if lane.failure is not None), failure),
        )

    def _go(self, lanes: Sequence[HeldLane]) -> float | None:
        if self._settings.together and len(lanes) > 1:
            self._go_together(lanes)
        return _go(lanes)

    def _go_together(self, lanes: Sequence[HeldLane]) -> None:
        """Handle what the partitions brought as one batch; where that fails, each partition goes its own way."""
        began = time.monotonic()
        share = max(self._settings.batch // len(lanes), 1)
        sound = [(lane, batch) for lane in lanes if (batch := lane.sound(share))]
        if len(sound) < 2:
            return
        together = [record for _, batch in sound for record in batch]
        try:
            outgoing = self._service.handle(together)
            if outgoing:
                self._producer.produce(outgoing)
        except Exception as error:  # It comes again, where the lane of the partition at fault deals with it.
            _events.info("goes partition by partition", service=self._service.name, error_type=type(error).__name__)
            return
        for lane, batch in sound:
            lane.done_with(batch)
        self.meter.batch(together[0].topic, len(together), time.monotonic() - began)

    def _lane_status(self, place: Place, offset: int, end: int) -> LaneStatus:
        lane = self._lanes.get(place)
        if lane is None:
            return LaneStatus(*place, offset, max(end - offset, 0), "running", 0)
        return lane.status(offset, end)

    def _hold(self, due: Mapping[Place, Sequence[Any]]) -> list[HeldLane]:
        lanes = []
        for place, records in due.items():
            lane = self._lane(place)
            if not lane.halted:
                lane.hold([record_of(record, place[0]) for record in records])
                lanes.append(lane)
        return lanes

    def _lane(self, place: Place) -> HeldLane:
        if place not in self._lanes:
            self._lanes[place] = HeldLane(
                self._service,
                *place,
                producer=self._producer,
                clock=self._clock,
                settings=self._settings,
                meter=self.meter,
                luck=self._luck,
            )
        return self._lanes[place]

    def _measure(self) -> None:
        now, rate = time.monotonic(), self._rate
        if len(rate) > 1 and rate[-1][0] - rate[-2][0] < _SAMPLE_EVERY_S:
            rate.pop()
        rate.append((now, self.handled))
        while len(rate) > 2 and now - rate[0][0] > _RATE_OVER_S:
            rate.popleft()


def _go(lanes: Sequence[HeldLane]) -> float | None:
    """Work for a little while, in turns, so that a partition that waits holds up no other; when to go on."""
    until = time.monotonic() + _SLICE_S
    moved = True
    while moved:
        moved = False
        for lane in lanes:
            moved = lane.work() or moved
            if time.monotonic() >= until and not all(lane.finished or lane.halted for lane in lanes):
                return until
    waiting = [lane.wakes_at for lane in lanes if lane.wakes_at is not None and not lane.finished]
    return min(waiting, default=None)


def _per_second(rate: Sequence[tuple[float, int]]) -> float:
    if len(rate) < 2:
        return 0.0
    (first_at, first), (last_at, last) = rate[0], rate[-1]
    return (last - first) / (last_at - first_at) if last_at > first_at else 0.0
