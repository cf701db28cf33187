"""Where the time of a running system goes: some of its functions are timed, each less what it calls of the others."""

import functools
import os
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sqlalchemy import text

from services.runtime.sql.store import open_store


def processor_s(pid: int) -> float:
    """Processor time that a process has taken so far."""
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


@contextmanager
def database_s(url: str) -> Iterator[dict[int, float]]:
    """The processor time of each of a database's own processes, by its id, as of the last look before it ended."""
    found: dict[int, float] = {}
    done = threading.Event()
    engine = open_store(url)
    query = text("SELECT pid FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")

    def look() -> None:
        while not done.wait(0.2):
            with engine.connect() as connection:
                for pid in connection.execute(query).scalars():
                    with suppress(OSError):
                        found[pid] = processor_s(pid)

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield found
    finally:
        done.set()
        thread.join()
        engine.dispose()


@dataclass
class Spent:
    """By one stage."""

    wall_s: float = 0.0
    cpu_s: float = 0.0
    calls: int = 0


@dataclass
class Stopwatch:
    """Times stages by their own share: what is timed inside of a stage counts for the inner one alone."""

    stages: defaultdict[str, Spent] = field(default_factory=lambda: defaultdict(Spent))
    _local: threading.local = field(default_factory=threading.local)

    @contextmanager
    def stage(self, name: str) -> Iterator[None]:
        """Time what is done inside."""
        within: list[Spent] = self._local.__dict__.setdefault("within", [])
        inner = Spent()
        within.append(inner)
        wall, cpu = time.perf_counter(), time.thread_time()
        try:
            yield
        finally:
            took_wall, took_cpu = time.perf_counter() - wall, time.thread_time() - cpu
            within.pop()
            spent = self.stages[name]
            spent.wall_s += took_wall - inner.wall_s
            spent.cpu_s += took_cpu - inner.cpu_s
            spent.calls += 1
            if within:
                within[-1].wall_s += took_wall
                within[-1].cpu_s += took_cpu

    @contextmanager
    def watching(self, *watched: tuple[Any, str, str]) -> Iterator[None]:
        """Time calls meanwhile: of (a class or module, the name of a function in it, the stage that it counts for)."""
        before = [(owner, name, getattr(owner, name)) for owner, name, _ in watched]
        try:
            for owner, name, stage in watched:
                setattr(owner, name, self._timed(getattr(owner, name), stage))
            yield
        finally:
            for owner, name, function in before:
                setattr(owner, name, function)

    def _timed(self, function: Callable[..., Any], stage: str) -> Callable[..., Any]:
        @functools.wraps(function)
        def timed(*args: Any, **kwargs: Any) -> Any:
            with self.stage(stage):
                return function(*args, **kwargs)

        return timed


def ms(seconds: float) -> float:
    """For a report."""
    return round(seconds * 1e3, 1)


def percentile(ordered: Sequence[float], share: float) -> float:
    """Of what was taken, the shortest first, that below which so large a share lies."""
    return ordered[min(int(len(ordered) * share), len(ordered) - 1)]
