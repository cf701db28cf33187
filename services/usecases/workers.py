"""Workers that have been heard of, and forgetting one that is gone."""

from datetime import datetime

from services.runtime.health.heartbeat import Worker, forget_worker, read_workers
from services.usecases.installation import Installation

__all__ = ["Worker", "forget", "listed"]


def listed(installation: Installation) -> tuple[Worker, ...]:
    """Those of the last day. Raises UnavailableError."""
    return read_workers(installation.engine)


def forget(installation: Installation, name: str, now: datetime) -> None:
    """Drop a lost worker from all that is shown; it is back with its next heartbeat. Raises UsageError."""
    forget_worker(installation.engine, name, now)
