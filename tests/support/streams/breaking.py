"""Carries out a plan: one thread for each service's workers, one for the engines."""

import threading
import time
from collections import Counter
from collections.abc import Callable

from tests.support.own_engines import Engine, OwnEngines
from tests.support.streams.plan import EngineFault, Plan, WorkerFault
from tests.support.streams.sizes import ServiceName
from tests.support.streams.workers import Supervisor

_SOON_S = 0.2
_PATIENCE_S = 300.0
_WORKS_WITHIN_S = 120.0


class Breaking:
    """Breaks things as planned; `stop` gives up what is left of the plan."""

    def __init__(self, plan: Plan, supervisor: Supervisor, engines: OwnEngines) -> None:
        self.restarted: Counter[Engine] = Counter()
        self.away_s: dict[Engine, float] = {}
        """For how long each was stopped at a stretch, as measured."""
        self.down: frozenset[Engine] = frozenset()
        self._supervisor = supervisor
        self._engines = engines
        self._stop = threading.Event()
        self._errors: list[BaseException] = []
        jobs: list[Callable[[], None]] = [self._engine_job(plan.engines)]
        jobs += [self._worker_job(service, faults) for service, faults in plan.workers.items()]
        self._threads = [threading.Thread(target=self._guarded, args=(job,), daemon=True) for job in jobs]

    def start(self) -> None:
        self._began = time.monotonic()
        for thread in self._threads:
            thread.start()

    @property
    def done(self) -> bool:
        return not any(thread.is_alive() for thread in self._threads)

    def check(self) -> None:
        """Raise what went wrong in carrying it out."""
        if self._errors:
            raise self._errors[0]

    def stop(self) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _guarded(self, job: Callable[[], None]) -> None:
        try:
            job()
        except BaseException as error:
            self._errors.append(error)

    def _worker_job(self, service: ServiceName, faults: tuple[WorkerFault, ...]) -> Callable[[], None]:
        def job() -> None:
            for fault in faults:
                if self._stop.wait(max(self._began + fault.at_s - time.monotonic(), 0)):
                    return
                self._break(service, fault)

        return job

    def _break(self, service: ServiceName, fault: WorkerFault) -> None:
        if fault.act == "join":
            self._supervisor.join(service)
            return
        if fault.act == "leave":
            self._supervisor.leave(service)
            return
        if fault.work_s:
            self._let_work(service, fault)
        if fault.act == "freeze":
            self._until(lambda: self._supervisor.freeze(service, fault.seconds, second=fault.second))
        else:
            self._until(lambda: self._supervisor.kill(service, second=fault.second))

    def _let_work(self, service: ServiceName, fault: WorkerFault) -> None:
        """Wait for it to work, not for ever: while an engine is away it may not."""
        until = time.monotonic() + _WORKS_WITHIN_S
        if self._supervisor.works(service, second=fault.second):
            return
        while time.monotonic() < until and not self._stop.wait(_SOON_S):
            if self._supervisor.works(service, second=fault.second):
                self._stop.wait(fault.work_s)
                return

    def _until(self, broken: Callable[[], bool]) -> None:
        """Try until a worker was running to be broken: while an engine is away they come and go."""
        until = time.monotonic() + _PATIENCE_S
        while not broken():
            assert time.monotonic() < until, "no worker came up to be broken"
            if self._stop.wait(_SOON_S):
                return

    def _engine_job(self, faults: tuple[EngineFault, ...]) -> Callable[[], None]:
        def job() -> None:
            for fault in faults:
                if self._stop.wait(fault.after_s):
                    return
                self._end(fault)

        return job

    def _end(self, fault: EngineFault) -> None:
        self.down |= {fault.engine}
        end = self._engines.kill if fault.crash else self._engines.stop
        end(fault.engine)
        began = time.monotonic()
        self._stop.wait(fault.away_s)
        away_s = time.monotonic() - began
        self._engines.start(fault.engine)
        self.down -= {fault.engine}
        if fault.away_s:
            self.away_s[fault.engine] = away_s
        else:
            self.restarted[fault.engine] += 1
