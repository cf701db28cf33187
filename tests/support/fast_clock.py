"""A clock that runs fast, and the same in every process of a machine."""

import time
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True)
class FastClock:
    """`factor` simulated seconds a second, since `started` (of the machine's monotonic clock)."""

    at_start: datetime
    started: float
    factor: float

    def now(self) -> datetime:
        return self.at_start + timedelta(seconds=(time.monotonic() - self.started) * self.factor)
