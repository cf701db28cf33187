"""What there is to say of the whole stream at one time."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal

from services.overview.search_yield import SearchYield
from services.runtime.errors import Mend
from services.runtime.figures.hours import StageFigures
from services.runtime.figures.lost_postings import LostPostings
from services.runtime.figures.peak import DayAhead, Peak
from services.runtime.figures.restarts import Restarts
from services.runtime.figures.source_hours import SourceHour
from services.runtime.figures.source_readers import SourceReaders
from services.runtime.figures.sources import SourceState
from services.runtime.figures.stream import StoreFigures
from services.runtime.health.heartbeat import Worker
from services.runtime.health.last_words import LastWords
from services.runtime.health.missing import Missing, missing
from services.runtime.http.certificate import Certificate
from services.runtime.kafka.findings import TopicFinding
from services.runtime.pauses import Pause
from services.sender import SenderRecord
from services.way_in import Leaving

Severity = Literal["grave", "note", "well", "idle"]
"""`note`: known or wanted, such as a pause; told, and no failure. `idle`: nothing is to be expected of it."""
ServiceState = Literal["paused", "not running", "off", "ready", "not ready", "partly ready"]
SOURCE_SEVERITY: Final[dict[SourceState, Severity]] = {
    "silent": "grave",
    "hanging": "grave",
    "failing": "grave",
    "shrunk": "grave",
    "unread": "grave",
    "replaced": "grave",
    "ended": "grave",
    "stale": "grave",
    "empty": "note",
    "barren": "note",
    "paused": "note",
    "ok": "well",
    "off": "idle",
    "waiting": "idle",
}
"""What is not well first, the worst before the rest."""
SERVICE_SEVERITY: Final[dict[ServiceState, Severity]] = {
    "not running": "grave",
    "not ready": "grave",
    "partly ready": "grave",
    "paused": "note",
    "ready": "well",
    "off": "idle",
}
DATA_FOLDER: Final = "the data folder"
"""The name of what the embedded form writes to, where that cannot be written."""
BAD_DELIVERIES: Final = frozenset({"failed", "unknown", "bounced"})
"""States of deliveries that did not reach, or may not have reached, their reader."""


Place = tuple[str, int]
"""A partition of a topic."""


def worst_first(state: SourceState) -> int:
    """The rank of a source among others; the same for all to which there is nothing to see."""
    unwell = [known for known, severity in SOURCE_SEVERITY.items() if severity in ("grave", "note")]
    return unwell.index(state) if state in unwell else len(unwell)


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
    held_by: str = ""
    """Of one that is paused, the name to resume: its own, or that of its process."""
    pause: Pause | None = None
    needed: bool = True
    """It should run, in this form."""
    restarts: tuple[Restarts, ...] = ()
    """Of its workers, those that were started anew of late."""
    last_words: tuple[LastWords, ...] = ()
    """Of its workers, those that were not told to end."""

    def alive(self, now: datetime) -> tuple[Worker, ...]:
        """Those that may be taken to run."""
        return tuple(worker for worker in self.workers if worker.alive(now))

    def ready(self, now: datetime) -> tuple[Worker, ...]:
        """Those that work."""
        return tuple(worker for worker in self.alive(now) if worker.heartbeat.ready)

    def state(self, now: datetime) -> ServiceState:
        """How it fares over all its workers."""
        alive, ready = len(self.alive(now)), len(self.ready(now))
        if self.paused:
            return "paused"
        if not alive:
            return "not running" if self.needed else "off"
        if ready == alive:
            return "ready"
        return "partly ready" if ready else "not ready"

    @property
    def restarts_said(self) -> str:
        """Of all its workers: `2 in 1 h, 3 in 24 h`; empty where there are none."""
        hour, day = (sum(getattr(restart, span) for restart in self.restarts) for span in ("hour", "day"))
        return ", ".join(f"{count:,} in {span}" for count, span in ((hour, "1 h"), (day, "24 h")) if count)

    def lost(self, now: datetime) -> tuple[Worker, ...]:
        """Those that went silent without a goodbye or ended by themselves, and in whose place nobody came."""
        return self._missing(now).lost

    def replaced(self, now: datetime) -> tuple[Worker, ...]:
        """Those in whose place one of another name began since."""
        return self._missing(now).replaced

    def _missing(self, now: datetime) -> Missing:
        return missing(self.workers, self.last_words, self.restarts, now)


@dataclass(frozen=True, slots=True)
class LetterView:
    """Dead letters of one topic and reason that nobody has replayed or discarded."""

    topic: str
    error: str
    fault: str
    """What they share word for word: a code with its field where they have one, whatever each says; else the error."""
    waiting: int
    returnable: int = 0
    """Of these, records of a topic, which alone can be sent back."""


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
class HoursView:
    """What the store counted by the hour."""

    stages: tuple[StageFigures, ...] = ()
    mailed: dict[str, int] = field(default_factory=dict)
    sources: dict[str, tuple[SourceHour, ...]] = field(default_factory=dict)
    readers: dict[str, SourceReaders] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class LogView:
    """Where the topics begin and end, and how far the services have come."""

    starts: Mapping[Place, int]
    ends: Mapping[Place, int]
    committed: Mapping[str, Mapping[Place, int]]


@dataclass(frozen=True, slots=True)
class StoreView:
    """What the store says."""

    at: datetime
    """When the workers were read: their heartbeats are held against it, however long all the rest takes."""
    figures: StoreFigures
    workers: tuple[Worker, ...]
    undeclared: int
    hours: HoursView
    ahead: DayAhead
    search_yield: SearchYield | None = None
    lost_postings: LostPostings = field(default_factory=LostPostings)


RemedyAct = Literal[
    "resume", "pause", "resume source", "pause source", "accept source", "poll source", "poll sources",
    "resume sources", "sources again", "replay letters", "settle copy",
    "forget worker", "forget lost workers", "make topics", "reindex", "retry mails",
    "show letters", "show sources", "show figures", "show doubts", "show failed mails", "show suppressions",
    "show people",
]  # fmt: skip
"""`show ...`: a page on which the one thing is done, as it is done to each of some."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """What a console can do about a trouble at the press of a button."""

    act: RemedyAct
    about: str = ""
    """A service, a worker, a source, a topic or an index; `sending`. Empty: all there are.

    Of many that have the same: their state, or their topic, and behind a space the reason that they share.
    """
    count: int = 0
    """Of many that have the same, how many there are."""


ByHand = Literal["machine", "process", "settings", "others", "known to you", "passes", "told of elsewhere"]
"""Why no button does it: where it is done, who does it, or that there is nothing to do."""


@dataclass(frozen=True, slots=True)
class Trouble:
    """Something that is not well."""

    what: str
    do: str
    """One thing to do about it."""
    remedy: Remedy | ByHand
    """How that is done from afar, or why it is not."""
    grave: bool = True
    """False: a note."""


@dataclass(frozen=True, slots=True)
class Overview:
    """All of it. Programs read its fields by their names, as members of `status --json`."""

    at: datetime
    form: Literal["embedded", "deployed"]
    engines: tuple[EngineView, ...] = ()
    figures: StoreFigures | None = None
    """None where the store does not answer."""
    topics: tuple[TopicView, ...] = ()
    topic_faults: tuple[TopicFinding, ...] = ()
    """Of the deployed form: what of its topics is not as it should be."""
    services: tuple[ServiceView, ...] = ()
    letters: tuple[LetterView, ...] = ()
    indexed: int | None = None
    """Postings of the last week in the index of Elasticsearch; None where there is none, or it does not say."""
    indexed_criteria: int | None = None
    """Criteria in the index of Elasticsearch; None likewise."""
    undeclared: int = 0
    """Subscribers who are served although nobody said where, when and to what words they agreed."""
    freshness_s: dict[str, float] = field(default_factory=dict)
    """By service: the median time from a posting's fetch to its handling, of the last records."""
    stages: tuple[StageFigures, ...] = ()
    """How long each part of the way takes, against its objective."""
    has_portal: bool = False
    """In the embedded form: the portal is part of that process, and shares its fate."""
    lost_postings: LostPostings = field(default_factory=LostPostings)
    """Of what sources list, such as the store lacks."""
    last_words: tuple[datetime, str] | None = None
    """Of the embedded form: when and why it last ended by itself; None where it was killed, or told to."""
    run_since: datetime | None = None
    """In the embedded form, where nobody is heard of: since when a process runs on the data folder all the same."""
    has_store: bool = True
    """False of a data folder in which no store was made yet."""
    store_is_server: bool = False
    """No start makes it, nor holds it for a moment."""
    source_hours: dict[str, tuple[SourceHour, ...]] = field(default_factory=dict)
    """The sources that fare worst, the worst first, with what came of them in each of the last 24 hours."""
    source_readers: dict[str, SourceReaders] = field(default_factory=dict)
    """Of those of them that are not well: who had jobs of them of late."""
    mailed: dict[str, int] = field(default_factory=dict)
    """Mails of the last 24 hours by what became of them: accepted, bounced, spam and the like."""
    certificate: Certificate | None = None
    """Of `mail.public_url`; None where mails stay here, or its server does not answer."""
    sender_faults: tuple[SenderRecord, ...] = ()
    """Why mails may be taken for spam, by what the sender's domain says of who may send; none where mails stay here."""
    leaving: Leaving | None = None
    """What is answered there to who leaves; None where mails stay here."""
    search_yield: SearchYield | None = None
    """What comes of the searches that were saved last; None where they, or postings, are too few."""
    free: int | None = None
    """Bytes of the disk of the data folder; None where there is none."""
    peak: Peak | None = None
    """The digests of the next 24 hours that wait longest; None where nobody can tell how long they take."""
