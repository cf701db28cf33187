"""The services as processes that are started again whenever they end, as a service manager would."""

import signal
import subprocess
import threading
import time
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import TracebackType

from tests.support.forking import Forked, fork
from tests.support.streams.installation import Installation
from tests.support.streams.sizes import SERVICES, ServiceName

_LOOK_S = 0.1
_AGAIN_S = 1.0
_STOP_S = 60.0


@dataclass
class Kill:
    """A SIGKILL that ended a running process."""

    service: ServiceName
    age_s: float
    lag: int
    """Records that waited for the service when they were last counted."""
    worked: bool
    """It had started and was a member of its group."""


class Worker:
    """One process of a service at a time."""

    def __init__(self, place: Installation, service: ServiceName, number: int) -> None:
        self.service = service
        self.log = place.folder / f"{service}-{number}.log"
        self.ends: Counter[int] = Counter()
        """How it ended otherwise than by a kill or by being told to stop: by exit code."""
        self._place = place
        self._lock = threading.RLock()
        self._process: Forked | None = None
        self._began = 0.0
        self._not_before = 0.0
        self._wanted = False
        self._working = False
        self._read_from = 0

    def start(self) -> None:
        with self._lock:
            self._wanted = True
            self._launch()

    def look(self) -> None:
        """Start it again where it has ended by itself, unless somebody is at it."""
        if not self._lock.acquire(blocking=False):
            return
        try:
            code = self._process.poll() if self._wanted and self._process is not None else None
            if code is None:
                return
            if self._not_before == 0.0:
                self.ends[code] += 1
                self._not_before = time.monotonic() + _AGAIN_S
            elif time.monotonic() >= self._not_before:
                self._launch()
        finally:
            self._lock.release()

    @property
    def works(self) -> bool:
        """Whether the present process has said that it is a member of its group."""
        if not self._working and self.log.is_file():
            with self.log.open("rb") as log:
                log.seek(self._read_from)
                self._working = b'"event": "running"' in log.read()
        return self._working

    def kill(self) -> float | None:
        """SIGKILL, and start it again at once; its age, or None where it was not running."""
        with self._lock:
            process = self._process
            if process is None or not self._wanted or process.poll() is not None:
                return None
            process.kill()
            if process.wait() != -signal.SIGKILL:
                return None
            age = time.monotonic() - self._began
            self._launch()
            return age

    def freeze(self, seconds: float) -> bool:
        """SIGSTOP for so long; whether it was running, before and after."""
        with self._lock:  # so that nobody kills or looks meanwhile
            process = self._process
            if process is None or not self._wanted or process.poll() is not None:
                return False
            process.send_signal(signal.SIGSTOP)
            time.sleep(seconds)
            process.send_signal(signal.SIGCONT)
            return True

    def stop(self) -> int | None:
        """SIGTERM; its exit code, None where it was not running."""
        with self._lock:
            self._wanted = False
            process, self._process = self._process, None
            code = None
            if process is not None and process.poll() is None:
                process.terminate()
                try:
                    code = process.wait(_STOP_S)
                except subprocess.TimeoutExpired:
                    process.kill()
                    process.wait()
                    raise AssertionError(f"{self.service} did not stop within {_STOP_S:.0f} s of SIGTERM") from None
            return code

    def abandon(self) -> None:
        """End it without a word, at the end of all."""
        self._wanted = False
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGCONT)
            self._process.kill()
            self._process.wait()

    def _launch(self) -> None:
        self._read_from, self._working = self.log.stat().st_size if self.log.is_file() else 0, False
        command, environment = (self.service, "--config", self._place.file), self._place.environment()
        self._process = fork(*command, log=self.log, append=True, environment=environment)
        self._began, self._not_before = time.monotonic(), 0.0


@dataclass
class Supervisor:
    """A first and a second worker of each service; the first ones run from the beginning."""

    place: Installation
    lag: Mapping[str, int]
    """By service, as last counted by somebody else."""
    kills: list[Kill] = field(default_factory=list)
    freezes: Counter[ServiceName] = field(default_factory=Counter)
    joined: Counter[ServiceName] = field(default_factory=Counter)
    left: Counter[tuple[ServiceName, int | None]] = field(default_factory=Counter)
    """By service and exit code."""

    def __post_init__(self) -> None:
        self._workers = {service: [Worker(self.place, service, number) for number in (1, 2)] for service in SERVICES}
        self._here: dict[ServiceName, bool] = dict.fromkeys(SERVICES, False)
        self._stop = threading.Event()
        self._looker = threading.Thread(target=self._look, daemon=True)

    def __enter__(self) -> "Supervisor":
        for first, _ in self._workers.values():
            first.start()
        self._looker.start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self._stop.set()
        self._looker.join()
        for worker in self._all():
            worker.abandon()

    def kill(self, service: ServiceName, *, second: bool) -> bool:
        """Kill one worker; whether one was running."""
        worker = self._chosen(service, second)
        worked = worker.works
        age = worker.kill()
        if age is None:
            return False
        self.kills.append(Kill(service, age, self.lag.get(service, 0), worked))
        return True

    def works(self, service: ServiceName, *, second: bool) -> bool:
        """Whether the worker that would be hit has got to work."""
        return self._chosen(service, second).works

    def freeze(self, service: ServiceName, seconds: float, *, second: bool) -> bool:
        """Hold one worker up; whether one was running."""
        done = self._chosen(service, second).freeze(seconds)
        self.freezes[service] += done
        return done

    def join(self, service: ServiceName) -> None:
        """Have a second worker come."""
        self._here[service] = True
        self._workers[service][1].start()
        self.joined[service] += 1

    def leave(self, service: ServiceName) -> None:
        """Have the second worker stop in order."""
        self._here[service] = False
        self.left[service, self._workers[service][1].stop()] += 1

    def stop(self) -> dict[ServiceName, list[int | None]]:
        """Have all stop in order; their exit codes."""
        self._stop.set()
        self._looker.join()
        return {service: [worker.stop() for worker in workers] for service, workers in self._workers.items()}

    @property
    def ends(self) -> dict[ServiceName, dict[int, int]]:
        """Ends of their own: by service and exit code, how many."""
        return {
            service: dict(sum((worker.ends for worker in ones), Counter())) for service, ones in self._workers.items()
        }

    def tracebacks(self) -> list[str]:
        """The logs that hold one, each with its first."""
        found = []
        for worker in self._all():
            text = worker.log.read_text(errors="replace") if worker.log.is_file() else ""
            at = text.find("Traceback (most recent call last)")
            if at >= 0:
                found.append(f"{worker.log.name}: {text[max(at - 300, 0) : at + 3_000]}")
        return found

    def _chosen(self, service: ServiceName, second: bool) -> Worker:
        return self._workers[service][second and self._here[service]]

    def _all(self) -> list[Worker]:
        return [worker for workers in self._workers.values() for worker in workers]

    def _look(self) -> None:
        while not self._stop.wait(_LOOK_S):
            for worker in self._all():
                worker.look()
