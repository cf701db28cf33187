"""Time, as something that is given."""

from datetime import UTC, datetime, timedelta
from typing import Protocol


class Clock(Protocol):
    """Tells the time in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock."""

    def now(self) -> datetime:
        return datetime.now(UTC)


class FixedClock:
    """A clock that stands still until it is set: simulated days and tests. It never runs backwards."""

    def __init__(self, at: datetime) -> None:
        self._at = _utc(at)

    def now(self) -> datetime:
        return self._at

    def set(self, at: datetime) -> None:
        """Move on to `at`. Raises ValueError for a time before the present one."""
        at = _utc(at)
        if at < self._at:
            raise ValueError(f"the clock stands at {self._at.isoformat()} and cannot be set back to {at.isoformat()}")
        self._at = at

    def advance(self, by: timedelta) -> datetime:
        """Move on by a span; gives the new time."""
        self.set(self._at + by)
        return self._at


def _utc(at: datetime) -> datetime:
    if at.tzinfo is None:
        raise ValueError("a time needs a zone")
    return at.astimezone(UTC)
