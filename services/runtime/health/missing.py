"""Which workers are missing: those that went silent without a goodbye, and those that ended by themselves. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from services.runtime.figures.restarts import Restarts
from services.runtime.health.heartbeat import Worker
from services.runtime.health.last_words import LastWords


@dataclass(frozen=True, slots=True)
class Missing:
    """Of one service, the longest gone first."""

    lost: tuple[Worker, ...]
    """In whose place nobody came."""
    replaced: tuple[Worker, ...]
    """In whose place one of another name began since, as a platform starts a new pod for one that died."""


def missing(
    workers: Sequence[Worker], words: Sequence[LastWords], restarts: Sequence[Restarts], now: datetime
) -> Missing:
    """Who is missing among the workers of one service.

    One that began anew under its own name, by `restarts`, was there before and takes nobody's place.
    """
    restarted = {restart.worker for restart in restarts}
    gone = [worker for worker in workers if worker.lost(now) or (worker.stopped and words_of(worker, words))]
    gone.sort(key=lambda worker: worker.seen_at)
    replaced = 0
    for begun in sorted(worker.started_at for worker in workers if worker.worker not in restarted):
        if replaced < len(gone) and gone[replaced].seen_at < begun:
            replaced += 1
    return Missing(tuple(gone[replaced:]), tuple(gone[:replaced]))


def words_of(worker: Worker, words: Iterable[LastWords]) -> LastWords | None:
    """Why a worker ended by itself in its last life; None where it did not, or nobody has heard why."""
    return next((last for last in words if last.worker == worker.worker and last.at >= worker.started_at), None)
