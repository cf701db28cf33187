"""What a runner says of itself, and in words why a service does not do its work."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final, Literal

from schemas.counted import counted
from services.runtime.errors import Mend
from services.runtime.health.heartbeat import Heartbeat
from services.runtime.health.notes import Failure
from services.runtime.metrics.freshness import Measured
from services.runtime.pauses import BY_OPERATOR, Pauses

LaneState = Literal["running", "waiting", "isolating", "halted"]
STANDS_AFTER = timedelta(minutes=2)
"""What has not moved for so long, and should, does not work: a batch takes seconds."""
TICKS_FAIL = 5
"""So many ticks in a row that failed, each a second after the last, are no passing conflict."""
NOT_LOADED_YET = "not loaded yet"
WAITS_FOR_PARTITIONS = "waits for its partitions"
HAS_NOT_BEGUN = "has not begun"
STILL_BEGINS: Final = frozenset({
    NOT_LOADED_YET, WAITS_FOR_PARTITIONS, HAS_NOT_BEGUN, f"not loaded: {HAS_NOT_BEGUN}"
})  # fmt: skip
"""What each start goes through, though nothing is wrong."""
CLOCK_FAILS = "what it does by the clock fails"


@dataclass(frozen=True, slots=True)
class LaneStatus:
    """One service's way through one partition."""

    topic: str
    partition: int
    offset: int
    lag: int
    """Records that it has not processed."""
    state: LaneState
    """`waiting` for an engine or the next try, `isolating` the record that fails, `halted` by the cap."""
    dead: int
    """Dead letters written by this process."""
    failure: Failure | None = None
    """Why it is not running."""

    @property
    def error(self) -> str | None:
        """Why it is not running, in a sentence."""
        return None if self.failure is None else self.failure.error


@dataclass(frozen=True, slots=True)
class ServiceStatus:
    """One service."""

    name: str
    loaded: bool
    lanes: tuple[LaneStatus, ...]
    handled: int
    """Records processed by this process."""
    per_second: float
    """Over the last minute."""
    tick_errors: int
    failure: Failure | None = None
    """What fails and has not passed: of a partition, else of anything else that it does."""
    member: bool = True
    """Whether it has been given its share of the partitions; without a group, it always has."""
    ticks: Failure | None = None
    """Why what it does by the clock fails; None where it went well the last time."""

    @property
    def last_error(self) -> str | None:
        """What fails, in a sentence."""
        return None if self.failure is None else self.failure.error

    @property
    def lag(self) -> int:
        return sum(lane.lag for lane in self.lanes)

    @property
    def halted(self) -> bool:
        return any(lane.state == "halted" for lane in self.lanes)


@dataclass(frozen=True, slots=True)
class RunnerStatus:
    """All services of a runner, at one time."""

    at: datetime
    services: tuple[ServiceStatus, ...]

    @property
    def lag(self) -> int:
        return sum(service.lag for service in self.services)

    @property
    def healthy(self) -> bool:
        """Every service is loaded and none of its partitions stands still."""
        stuck = ("halted", "waiting")
        return all(s.loaded and all(lane.state not in stuck for lane in s.lanes) for s in self.services)


class Pulse:
    """When a loop last turned, for whoever must tell a stuck one from a quiet one."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._at = monotonic()

    def turn(self) -> None:
        """The loop is alive."""
        self._at = self._monotonic()

    def idle_s(self) -> float:
        """Seconds since it last turned."""
        return self._monotonic() - self._at


class Progress:
    """Since when a worker gets nowhere, by what its runner says of itself at each heartbeat."""

    def __init__(self) -> None:
        self._stood: dict[tuple[str, str, int], tuple[int, datetime]] = {}

    def stalls(self, status: RunnerStatus, pauses: Pauses, idle_s: float) -> Mapping[str, Failure]:
        """By service: that the loop has not turned, else that partitions with records to do have not moved.

        `idle_s`: seconds since the loop last turned, which it does not while a service loads, as long as that takes.
        What is paused, or waits for an engine, is not counted.
        """
        now = status.at
        hangs = timedelta(seconds=idle_s if all(service.loaded for service in status.services) else 0)
        stood, self._stood = self._stood, {}
        found = {}
        for service in status.services:
            if pauses.holds(service.name):
                continue
            if hangs >= STANDS_AFTER:
                found[service.name] = Failure("its loop hangs", now - hangs, now, "restart")
            standing = []
            for lane in service.lanes if service.loaded and service.member else ():
                if lane.lag and lane.state in ("running", "isolating"):
                    place = (service.name, lane.topic, lane.partition)
                    offset, since = stood.get(place, (-1, now))
                    since = min(since, now) if offset == lane.offset else now
                    self._stood[place] = (lane.offset, since)
                    standing += [(since, lane.lag)] if now - since >= STANDS_AFTER else []
            if standing and service.name not in found:
                since, lag = min(since for since, _ in standing), sum(lag for _, lag in standing)
                found[service.name] = Failure(f"handles none of {counted(lag, 'record')} to do", since, now, "restart")
        return found


def reason_of(service: ServiceStatus, pauses: Pauses) -> str | None:
    """Why a service does not do its work, in one sentence; None where it does."""
    if pauses.holds(service.name):
        return BY_OPERATOR
    if not service.loaded:
        return f"not loaded: {service.last_error}" if service.last_error else NOT_LOADED_YET
    if not service.member:
        return f"without partitions: {service.last_error}" if service.last_error else WAITS_FOR_PARTITIONS
    halted = [lane for lane in service.lanes if lane.state == "halted"]
    if halted:
        return halted[0].error or "halted by the cap on dead letters"
    waiting = [lane for lane in service.lanes if lane.state == "waiting"]
    if waiting:
        return f"waits: {waiting[0].error}" if waiting[0].error else "waits to try again"
    if service.ticks is not None and service.ticks.times >= TICKS_FAIL:
        return f"{CLOCK_FAILS}: {service.ticks.error}"
    return None


def _mend_of(service: ServiceStatus) -> Mend | None:
    halted = next((lane.failure for lane in service.lanes if lane.state == "halted"), None)
    failure = halted or service.failure
    return None if failure is None else failure.mend


def not_ready(status: RunnerStatus, pauses: Pauses) -> tuple[str, ...]:
    """Why a process is not ready: each service that is not, by name."""
    reasons = ((service.name, reason_of(service, pauses)) for service in status.services)
    return tuple(f"{name}: {reason}" for name, reason in reasons if reason is not None)


def heartbeats_of(
    status: RunnerStatus,
    pauses: Pauses,
    measured: Mapping[str, Measured] | None = None,
    stalls: Mapping[str, Failure] | None = None,
) -> Sequence[Heartbeat]:
    """What a runner's status comes to as heartbeats; `stalls`: services that get nowhere, and would not know it."""
    measures = measured or {}
    found = []
    for service in status.services:
        reason, failure, mend = reason_of(service, pauses), service.failure, _mend_of(service)
        stall = (stalls or {}).get(service.name)
        if stall is not None and reason is None:
            reason, failure, mend = stall.error, stall, stall.mend
        measure = measures.get(service.name)
        found.append(
            heartbeat_of(
                Heartbeat(
                    service=service.name,
                    ready=reason is None,
                    reason=reason,
                    mend=mend,
                    handled=service.handled,
                    per_second=service.per_second,
                    lag=service.lag,
                    dead=sum(lane.dead for lane in service.lanes),
                    freshness_s=None if measure is None else measure.freshness_s(),
                ),
                failure,
            )
        )
    return found


def heartbeat_of(heartbeat: Heartbeat, failure: Failure | None) -> Heartbeat:
    """The heartbeat with what fails, and since when."""
    if failure is None:
        return heartbeat
    return replace(heartbeat, last_error=failure.error, last_error_since=failure.since, last_error_at=failure.at)
