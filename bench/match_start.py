"""How long a matcher takes until a number of criteria are ready: from the log, and from its snapshot.

A log in SQLite is filled with criteria of the kind "full"; each start is a process of its own, as a worker's is, and
two that begin from one snapshot run at once, to see what of their memory they share.
"""

import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import orjson
import structlog

from bench.match_corpus import Corpus
from schemas.codec import encode
from schemas.criteria import CriteriaRecord
from schemas.topics import CRITERIA
from services.matcher.app import SNAPSHOT_FILE, make_matcher
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing

_AT_ONCE = 20_000


def start(size: int) -> dict[str, float]:
    """Seconds of each start, until criteria are ready, and megabytes of the file and of a worker."""
    with tempfile.TemporaryDirectory() as folder:
        _fill(Path(folder), size)
        cold = _started(folder, "", 1)[0]
        first = _started(folder, folder, 1)[0]
        again = _started(folder, folder, 2)
        alone = _started(folder, folder, 1)[0]
        return {
            "criteria": size,
            "cold_s": cold["ready_s"],
            "cold_and_written_s": first["ready_s"],
            "snapshot_s": alone["ready_s"],
            "snapshot_cpu_s": alone["cpu_s"],
            "file_mb": (Path(folder) / SNAPSHOT_FILE).stat().st_size / 1e6,
            "cold_own_mb": cold["own_mb"],
            "snapshot_own_mb": max(process["own_mb"] for process in again),
            "shared_mb": min(process["shared_mb"] for process in again),
        }


def _fill(folder: Path, size: int) -> None:
    corpus = Corpus("full", size)
    with SqliteLog(folder / "log.sqlite") as log:
        for begin in range(0, size, _AT_ONCE):
            some = corpus.criteria(range(begin, min(begin + _AT_ONCE, size)))
            log.produce(
                [
                    Outgoing(
                        CRITERIA.name,
                        str(key).encode(),
                        encode(CriteriaRecord(key=key, criteria_id=f"{key:032x}", version=1, criteria=asked)),
                    )
                    for key, asked in some.items()
                ]
            )


def _started(folder: str, kept_in: str, workers: int) -> list[dict[str, Any]]:
    """What each of some workers that run at once tells, once all are ready."""
    command = [sys.executable, "-m", "bench.match_start", folder, kept_in]
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE, "text": True}
    running = [subprocess.Popen(command, **pipes) for _ in range(workers)]
    ready = [process.stdout.readline() for process in running]
    # The memory that they have at once is asked of all before any ends.
    for process in running:
        process.stdin.write("tell\n")
        process.stdin.flush()
    memory = [process.stdout.readline() for process in running]
    for process in running:
        process.communicate()
    return [orjson.loads(first) | orjson.loads(then) for first, then in zip(ready, memory, strict=True)]


def _memory() -> dict[str, float]:
    """Megabytes that are this process's own, and that it shares with another."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    kb = {line.split(":")[0]: int(line.split()[1]) for line in lines[1:]}
    own = kb["Private_Clean"] + kb["Private_Dirty"]
    return {"own_mb": own / 1e3, "shared_mb": (kb["Shared_Clean"] + kb["Shared_Dirty"]) / 1e3}


def _worker(folder: Path, kept_in: Path | None) -> None:
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    with SqliteLog(folder / "log.sqlite") as log:
        begun, cpu = time.perf_counter(), time.process_time()
        matcher = make_matcher(log, folder=kept_in)
        matcher.load()
        ready = {"ready_s": time.perf_counter() - begun, "cpu_s": time.process_time() - cpu}
        print(orjson.dumps(ready).decode(), flush=True)
        sys.stdin.readline()
        print(orjson.dumps(_memory()).decode(), flush=True)


if __name__ == "__main__":
    _worker(Path(sys.argv[1]), Path(sys.argv[2]) if sys.argv[2] else None)
