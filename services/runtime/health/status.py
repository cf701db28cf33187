"""What a runner says of itself: a snapshot for the command line, the health pages and the tests."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.runtime.health.notes import Failure

LaneState = Literal["running", "waiting", "isolating", "halted"]


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
