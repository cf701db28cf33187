"""How long what is kept: a pure policy, and the service that carries it out once a day."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from schemas.topics import TOPICS, Topic, dead_of
from services.runtime.errors import Mend, UnavailableError, mend_of
from services.runtime.log.sqlite import SqliteLog
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Outgoing, TicksAlone

DEAD_RETENTION = timedelta(days=90)
"""Dead letters outlive their topics, so that there is time to mend what killed them."""

EVERY = timedelta(days=1)
AGAIN_AFTER = timedelta(hours=1)
"""When a chore that failed is tried again."""

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Trim:
    """Drop from a topic what was appended before then and all its consumers have handled."""

    topic: str
    before: datetime
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Compact:
    """Keep of a topic only the newest record of each key, beside what a consumer has yet to handle.

    A consumer that has read ahead to know what it will handle must not find it gone.
    """

    topic: str
    consumers: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Chore:
    """Something to clear away once a day; `clear` takes the time and says how much went."""

    name: str
    clear: Callable[[datetime], int]


def upkeep(now: datetime, topics: Iterable[Topic]) -> tuple[Trim | Compact, ...]:
    """What is due for the topics at `now`: each by its own retention, their dead letters by one for all."""
    due: list[Trim | Compact] = []
    for topic in topics:
        if topic.compacted:
            due.append(Compact(topic.name, topic.consumers))
        if topic.retention is not None:
            due.append(Trim(topic.name, now - topic.retention, topic.consumers))
        due.append(Trim(dead_of(topic.name), now - DEAD_RETENTION))
    return tuple(due)


class Housekeeper(TicksAlone):
    """A service without inputs that clears away, once a day, what has outlived its time."""

    name = "housekeeper"

    def __init__(self, chores: Sequence[Chore]) -> None:
        self._chores = tuple(chores)
        self._due: dict[str, datetime] = {}

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Do the chores that are due. One that fails is tried again in an hour and keeps no other from its turn.

        Raises UnavailableError naming the failures, when all have had their turn.
        """
        failed: list[str] = []
        mend: Mend | None = None
        for chore in self._chores:
            if now < self._due.get(chore.name, now):
                continue
            try:
                cleared = chore.clear(now)
            except Exception as error:
                self._due[chore.name] = now + AGAIN_AFTER
                failed.append(f"clearing {chore.name} failed: {redacted(error)}")
                mend = mend or mend_of(error)
                continue
            self._due[chore.name] = now + EVERY
            if cleared:
                _events.info("cleared", chore=chore.name, rows=cleared)
        if failed:
            raise UnavailableError("; ".join(failed), mend=mend)
        return ()


def log_chore(log: SqliteLog) -> Chore:
    """Trim and compact the embedded log; a broker sees to its topics by itself."""
    return Chore("log", lambda now: sum(_clear(log, due) for due in upkeep(now, TOPICS)))


def _clear(log: SqliteLog, due: Trim | Compact) -> int:
    below = _handled(log, due.topic, due.consumers)
    if isinstance(due, Trim):
        return log.trim(due.topic, due.before, below=below)
    return log.compact(due.topic, below=below)


def _handled(log: SqliteLog, topic: str, consumers: Sequence[str]) -> tuple[int, ...] | None:
    """The offsets up to which every consumer has come; None where there is none, as of dead letters."""
    if not consumers:
        return None
    partitions = range(log.partitions)
    return tuple(min(log.committed(name, topic, at) for name in consumers) for at in partitions)
