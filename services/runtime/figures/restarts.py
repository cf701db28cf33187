"""How often workers are started anew: one that dies soon after each start is well whenever somebody looks."""

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import Connection

from services.runtime.figures.hours import HOUR, MINUTE, WORKER_RESTARTS, by_minute, last_hours, minute_of, read_counts

OVER_AFTER: Final = timedelta(minutes=15)
"""A platform waits five minutes at most before it starts again what died: what has run for so long goes on running."""


@dataclass(frozen=True, slots=True)
class Restarts:
    """Those of one worker."""

    worker: str
    hour: int
    """In the last hour."""
    day: int
    """In the last 24 hours, whole ones and the present one."""
    last: datetime | None
    """The minute of the last, where it was within the hour."""

    def go_on(self, now: datetime) -> bool:
        """Whether the last is not long enough ago to be taken for the last."""
        return self.last is not None and now - self.last < OVER_AFTER


def read_restarts(connection: Connection, now: datetime) -> tuple[Restarts, ...]:
    """Of each worker that was started anew in the last 24 hours, within the caller's transaction."""
    days, hours, last = Counter[str](), Counter[str](), dict[str, datetime]()
    for count in read_counts(connection, last_hours(now, 24)[0], (WORKER_RESTARTS,), HOUR):
        days[count.part] += count.number
    for count in read_counts(connection, minute_of(now) - HOUR, (by_minute(WORKER_RESTARTS),), MINUTE):
        hours[count.part] += count.number
        last[count.part] = count.begins
    return tuple(
        Restarts(worker, hours[worker], max(days[worker], hours[worker]), last.get(worker))
        for worker in sorted({*days, *hours})
    )
