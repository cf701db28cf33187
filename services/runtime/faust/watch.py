"""What a runner under Faust watches while it is a member of its group."""

import time

from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.faust.work import Work
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.notes import Notes

_WAITS = "waits for Kafka"


class Touch:
    """Notices where no broker keeps the group for longer than a session lasts."""

    def __init__(self, settings: KafkaSettings, notes: Notes) -> None:
        self._settings = settings
        self._notes = notes
        self._lost_at: float | None = None
        self.held = True
        """Whether one has, within the last session."""

    def look(self, in_touch: bool, now: float) -> None:
        """Take in whether a broker keeps the group at `now` (monotonic seconds)."""
        if in_touch:
            self._lost_at = None
            self._notes.works(_WAITS)
        elif self._lost_at is None:
            self._lost_at = now
        self.held = self._lost_at is None or now - self._lost_at < self._settings.session_timeout_s
        if not self.held:
            where = ", ".join(self._settings.bootstrap)
            self._notes.note(_WAITS, UnavailableError(f"Kafka at {where} does not answer"))


class Quiet:
    """Notices where nothing has moved for too long."""

    def __init__(self, patience_s: float) -> None:
        self._patience_s = patience_s
        self._handled = -1
        self._since = 0.0

    def check(self, work: Work) -> None:
        """Raises JobchimeError for a halted partition, UnavailableError where patience is over."""
        if work.halted:
            raise JobchimeError(work.error or "a partition is halted")
        now = time.monotonic()
        if work.handled != self._handled:
            self._handled, self._since = work.handled, now
        elif now - self._since > self._patience_s:
            why = work.error or "no reason was given"
            raise UnavailableError(f"nothing has moved for {self._patience_s:.0f} s: {why}")
