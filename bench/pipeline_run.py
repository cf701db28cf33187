"""The embedded form with so many criteria: captures go in, digests come out, and every stage is timed."""

import os
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import structlog
from pydantic import SecretStr
from rich.progress import Progress, TaskID
from sqlalchemy import ColumnElement, Table, func, select

from bench.grouping import Grouping, compare
from bench.looped import Capture, write_loop
from bench.pipeline_fill import SEARCHES_EACH, fill
from bench.stopwatch import Spent, Stopwatch, processor_s
from schemas.keys import unpack
from schemas.sql.tables import deliveries, matches, postings, saved_searches
from services.embedded import Embedded, embedded
from services.ingest.adapters.children.beside import NormaliserBeside
from services.ingest.adapters.children.normalise_apart import reading_process
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.collector import Collector
from services.ingest.normaliser import Normaliser
from services.ingest.settings import IngestSettings, SourceSettings
from services.matcher.service import Matcher
from services.notifier.adapters.sql.digests.deliveries import SqlDeliveries
from services.notifier.adapters.sql.digests.digests import SqlDigests
from services.notifier.adapters.sql.windows.due import SqlWindows
from services.notifier.choosing import Choosing
from services.notifier.composing import Composer
from services.notifier.delivering import Courier
from services.notifier.mail_settings import MailSettings
from services.notifier.service import Notifier
from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.sql.store import reading
from services.settings import Settings

MORNING: Final = datetime(2026, 9, 1, 4, tzinfo=UTC)
DUE: Final = datetime(2026, 9, 1, 6, tzinfo=UTC)
INFLOW: Final = {
    "collect": "poll feed files, compare with the ledger",
    "normalise": "raw postings to postings",
    "beside": "the same, in the process beside",
    "match": "against all criteria, and encode",
    "store": "matches and newest postings into the store",
}
OUTFLOW: Final = {
    "cut": "number the positions",
    "claim": "find who is due, read their searches, give them back",
    "windows": "rows of matches to the best postings of each due search",
    "read": "postings, what was sent and served",
    "curate": "judge, merge, rank, choose",
    "render": "HTML and text",
    "commit": "windows, digest, items, mail and delivery, one transaction each",
    "claim of mails": "take them from the store",
    "begin": "commit that a mail is being sent",
    "answer": "commit that it was taken",
    "mail": "write it to a folder, and what is not named of handing it over",
}
SHARED: Final = {"log": "read, append and commit records"}
OUTFLOW_WATCHED: Final = (
    (SqlWindows, "take_cut", "cut"),
    (SqlWindows, "claim_due", "claim"),
    (SqlWindows, "done", "claim"),
    (SqlWindows, "matches", "windows"),
    (Choosing, "read", "read"),
    (Choosing, "sent_of_near", "read"),
    (Choosing, "choose", "curate"),
    (Choosing, "completed", "curate"),
    (Composer, "compose", "render"),
    (SqlDigests, "commit_all", "commit"),
    (SqlDigests, "close_empty", "commit"),
    (SqlDeliveries, "claim", "claim of mails"),
    (SqlDeliveries, "begin", "begin"),
    (SqlDeliveries, "accepted", "answer"),
    (Courier, "deliver", "mail"),
)
"""What a notifier's tick is made of."""
_WATCHED: Final = (
    (Collector, "tick", "collect"),
    (Collector, "_poll_claimed", "collect"),  # in a thread
    (NormaliserBeside, "handle", "normalise"),
    (Normaliser, "handle", "normalise"),
    (Matcher, "handle", "match"),
    (Notifier, "handle", "store"),
    (SqliteLog, "read", "log"),
    (SqliteLog, "advance", "log"),
    *OUTFLOW_WATCHED,
)
_MIB: Final = 1 << 20


@dataclass(frozen=True)
class Flow:
    """What went through in how long."""

    count: int
    wall_s: float
    cpu_s: float
    stages: Mapping[str, Spent]

    @property
    def per_s(self) -> float:
        return self.count / self.wall_s

    @property
    def cpu_ms(self) -> float:
        return 1_000 * self.cpu_s / self.count


@dataclass(frozen=True)
class Figures:
    """One size."""

    criteria: int
    subscribers: int
    inflow: Flow
    """Counted in postings."""
    keys: int
    """Matches, and near misses, that were stored."""
    outflow: Flow
    """Counted in digests that were mailed."""
    held: int
    """Subscribers that were due and found nothing worth a mail."""
    load_s: float
    """Until the matcher had read all criteria."""
    load_cpu_s: float
    memory_mib: Mapping[str, float]
    """Of the process, at the end of each part; `peak` is the most until then."""
    disk_mib: Mapping[str, float]
    grouping: Grouping


@dataclass(frozen=True)
class Plan:
    """How much to measure at each size."""

    postings: int
    due: int
    beside: bool = False
    """With a process beside the normaliser, which is there before the first poll."""


@dataclass(frozen=True)
class Feed:
    """One body for one source."""

    path: Path
    format: str


def feeds_of(captures: Sequence[Capture], wanted: int, folder: Path) -> list[Feed]:
    """As many loops of the captures as make so many postings; the last loop may be a part."""
    feeds: list[Feed] = []
    number = listed = 0
    while listed < wanted:
        number += 1
        for capture in captures:
            if listed >= wanted:
                break
            feeds.append(Feed(write_loop(capture, number, MORNING, folder), capture.format))
            listed += capture.items
    return feeds


def measure(size: int, plan: Plan, documents: Path, feeds: Sequence[Feed], progress: Progress) -> Figures:
    """Fill an installation and run it. Raises RuntimeError where something that was due did not come out."""
    structlog.configure(logger_factory=structlog.ReturnLoggerFactory())
    task = progress.add_task(f"{size:,}: filling", total=size)
    with TemporaryDirectory(prefix="jobchime-bench-") as name:
        folder = Path(name)
        clock = FixedClock(MORNING)
        settings = _settings(folder, feeds, beside=plan.beside)
        fill(settings, documents, size, clock, due=(plan.due, DUE), advance=lambda some: progress.advance(task, some))
        with embedded(settings, clock=clock, with_housekeeper=False) as system:
            return _Run(size, plan, system, clock, (progress, task)).figures()


def _settings(folder: Path, feeds: Sequence[Feed], *, beside: bool) -> Settings:
    """Each feed is a source that is polled once."""
    often = timedelta(days=2)
    return Settings(
        data=folder / "data",
        secret=SecretStr("a secret of these figures alone"),
        ingest=IngestSettings(
            reads_beside=beside,
            sources=tuple(
                SourceSettings(name=feed.path.stem, url=str(feed.path), format=feed.format, every=often, max_details=0)
                for feed in feeds
            ),
        ),
        mail=MailSettings(folder=folder / "mails", public_url="https://jobs.example", postal_address="1 Main Street"),
    )


class _Run:
    """One installation, from its start to its last mail."""

    def __init__(
        self,
        size: int,
        plan: Plan,
        system: Embedded,
        clock: FixedClock,
        shown: tuple[Progress, TaskID],
    ) -> None:
        self._size = size
        self._plan = plan
        self._due = min(plan.due, size // SEARCHES_EACH)
        self._system = system
        self._clock = clock
        self._watch = Stopwatch()
        self._progress, self._task = shown
        self._memory: dict[str, float] = {}

    def figures(self) -> Figures:
        self._say("reading the criteria", None)
        began, cpu = time.perf_counter(), time.process_time()
        self._system.runner.load()
        load_s, load_cpu_s = time.perf_counter() - began, time.process_time() - cpu
        self._note_memory("loaded")
        with self._watch.watching(*_WATCHED):
            inflow = self._inflow()
            self._note_memory("after postings")
            outflow = self._outflow()
            self._check()
        self._note_memory("after digests")
        self._memory["peak"] = _peak_mib()
        self._say("grouping", None)
        grouping = compare(self._system.engine, self._size)
        return Figures(
            criteria=self._size,
            subscribers=-(-self._size // SEARCHES_EACH),
            inflow=inflow,
            keys=self._keys(),
            outflow=outflow,
            held=self._due - outflow.count,
            load_s=load_s,
            load_cpu_s=load_cpu_s,
            memory_mib=self._memory,
            disk_mib=self._disk(),
            grouping=grouping,
        )

    def _inflow(self) -> Flow:
        """Poll all sources and read what they list, as `run` does: polls go on beside what else is done."""
        runner, beside = self._system.runner, self._beside()
        self._say("postings in", self._plan.postings)
        with self._timed() as took, self._system.collector:
            more, began, ticked = True, time.perf_counter(), -1.0
            while more or self._unpolled():
                if (since := time.perf_counter() - began) >= ticked + 1.0:
                    # As time goes: a poll that seems to have been in the future would be due again.
                    self._clock.set(MORNING + timedelta(seconds=since))
                    runner.tick(self._clock.now())
                    ticked = since
                    self._progress.update(self._task, completed=self._count(postings))
                if not (more := runner.step()):
                    time.sleep(0.01)
        if beside is not None:
            pid, before = beside
            took.stages = {**took.stages, "beside": Spent(cpu_s=processor_s(pid) - before)}
            took.cpu_s += took.stages["beside"].cpu_s
        return Flow(self._count(postings), took.wall_s, took.cpu_s, took.stages)

    def _beside(self) -> tuple[int, float] | None:
        """The process beside the normaliser, and what it has taken until it can read; None where there is none."""
        found = next((one for one in self._system.services if isinstance(one, NormaliserBeside)), None)
        if found is None:
            return None
        found.start()
        while not found.is_up:
            time.sleep(0.05)
        pid = reading_process().child.pid
        assert pid is not None
        return pid, processor_s(pid)

    def _unpolled(self) -> list[str]:
        healths = SqlSourceLedger(self._system.engine).healths()
        polled = {health.source for health in healths if health.last_success is not None}
        return [source.name for source in self._system.settings.ingest.sources if source.name not in polled]

    def _outflow(self) -> Flow:
        runner = self._system.runner
        self._say("digests out", self._due)
        self._clock.set(DUE)
        before = -1
        with self._timed() as took:
            while (sent := self._sent()) > before or self._waiting():
                before = sent
                runner.tick(self._clock.advance(timedelta(seconds=1)))
                self._progress.update(self._task, completed=self._sent())
        return Flow(self._sent(), took.wall_s, took.cpu_s, took.stages)

    def _check(self) -> None:
        """Raise RuntimeError where feeds were not read, or a search that was due was not served."""
        unpolled = self._unpolled()
        unserved = self._count(saved_searches, saved_searches.c.next_due_at <= DUE)
        if unpolled or unserved:
            raise RuntimeError(f"{unserved} searches were not served, and these sources were not read: {unpolled}")

    @contextmanager
    def _timed(self) -> Iterator["_Took"]:
        took = _Took()
        self._watch.stages.clear()
        wall, cpu = time.perf_counter(), time.process_time()
        yield took
        took.wall_s, took.cpu_s = time.perf_counter() - wall, time.process_time() - cpu
        took.stages = dict(self._watch.stages)

    def _say(self, what: str, total: int | None) -> None:
        if not self._progress.console.is_terminal:
            self._progress.console.print(f"{self._size:,}: {what}")
        self._progress.update(self._task, description=f"{self._size:,}: {what}", completed=0, total=total)

    def _note_memory(self, when: str) -> None:
        pages = int(Path("/proc/self/statm").read_text().split()[1])
        self._memory[when] = pages * os.sysconf("SC_PAGE_SIZE") / _MIB

    def _count(self, table: Table, *which: ColumnElement[bool]) -> int:
        with reading(self._system.engine) as connection:
            return connection.execute(select(func.count()).select_from(table).where(*which)).scalar_one()

    def _sent(self) -> int:
        return self._count(deliveries, deliveries.c.state == "accepted")

    def _waiting(self) -> bool:
        return self._count(deliveries, deliveries.c.state == "pending") > 0

    def _keys(self) -> int:
        with reading(self._system.engine) as connection:
            rows = connection.execute(select(matches.c.matched, matches.c.near))
            return sum(unpack(row.matched).size + unpack(row.near).size for row in rows)

    def _disk(self) -> dict[str, float]:
        settings = self._system.settings
        files = {"log": "log*", "store": "store*"}
        found = {name: sum(file.stat().st_size for file in settings.data.glob(of)) for name, of in files.items()}
        found["mails"] = sum(file.stat().st_size for file in settings.mail.folder.glob("*.eml"))
        return {name: size / _MIB for name, size in found.items()}


@dataclass
class _Took:
    wall_s: float = 0.0
    cpu_s: float = 0.0
    stages: Mapping[str, Spent] = field(default_factory=dict)


def _peak_mib() -> float:
    status = Path("/proc/self/status").read_text()
    return int(status.split("VmHWM:")[1].split()[0]) / 1024
