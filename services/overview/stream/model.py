"""What there is to say of the whole stream at one time."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal

from services.runtime.errors import Mend
from services.runtime.figures.stream import StoreFigures
from services.runtime.health.heartbeat import Worker


@dataclass(frozen=True, slots=True)
class TopicView:
    """One topic."""

    name: str
    records: int
    """That are still there."""
    end: int
    """That ever were, summed over its partitions."""
    dead: int
    """Dead letters of it that nobody has replayed or discarded."""
    per_second: float | None = None
    """Since the last look; None at the first."""


@dataclass(frozen=True, slots=True)
class ServiceView:
    """One service over all its workers."""

    name: str
    lag: int | None
    """Records not handled; None where it reads no topic or nobody can tell."""
    workers: tuple[Worker, ...] = ()
    """Alive or lately so."""
    paused: bool = False
    needed: bool = True
    """It should run, in this form."""

    def alive(self, now: datetime) -> tuple[Worker, ...]:
        """Those that may be taken to run."""
        return tuple(worker for worker in self.workers if worker.alive(now))

    def lost(self, now: datetime) -> tuple[Worker, ...]:
        """Those that went silent without a goodbye."""
        return tuple(worker for worker in self.workers if worker.lost(now))


@dataclass(frozen=True, slots=True)
class LetterView:
    """Dead letters of one topic and reason that nobody has replayed or discarded."""

    topic: str
    error: str
    waiting: int


@dataclass(frozen=True, slots=True)
class EngineView:
    """Something outside that the stream needs."""

    name: str
    reachable: bool
    said: str = ""
    """Its version or place; of one that is away, why."""
    away_since: datetime | None = None
    """Of one that is away: the first look that missed it."""
    mend: Mend | None = None
    """What must be done about it; None: it comes back by itself."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not well."""

    what: str
    do: str
    """One thing to do about it."""
    grave: bool = True
    """False: known or wanted, such as a pause; told, and no failure."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it."""

    at: datetime
    form: Literal["embedded", "deployed"]
    engines: tuple[EngineView, ...] = ()
    figures: StoreFigures | None = None
    """None where the store does not answer."""
    topics: tuple[TopicView, ...] = ()
    services: tuple[ServiceView, ...] = ()
    letters: tuple[LetterView, ...] = ()
    indexed: int | None = None
    """Postings of the last week in the index of Elasticsearch; None where there is none, or it does not say."""
    undeclared: int = 0
    """Subscribers who are served although nobody said where, when and to what words they agreed."""
    freshness_s: dict[str, float] = field(default_factory=dict)
    """By service: the median time from a posting's fetch to its handling, of the last records."""
