"""What goes wrong and when, drawn from a seed: the same seed, the same plan."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from tests.support.own_engines import Engine
from tests.support.streams.sizes import SERVICES, ServiceName, Size

Act = Literal["kill", "freeze", "join", "leave"]


@dataclass(frozen=True)
class WorkerFault:
    """One thing that happens to a service's workers, so many seconds after the flow began."""

    at_s: float
    act: Act
    second: bool = False
    """To the second worker, where there is one at that time."""
    seconds: float = 0.0
    """How long a freeze lasts."""
    work_s: float = 0.0
    """A worker that is not working yet when its time comes is let work for so long first; 0: it is hit as it starts."""

    def __str__(self) -> str:
        which = " the second" if self.second else ""
        lasting = f" for {self.seconds:.1f} s" if self.seconds else ""
        worked = f" (after {self.work_s:.1f} s of work)" if self.work_s else ""
        return f"{self.at_s:.1f} {self.act}{which}{lasting}{worked}"


@dataclass(frozen=True)
class EngineFault:
    """An engine ends, and is started again after some seconds; `after_s` counts from when the last one was back."""

    after_s: float
    engine: Engine
    crash: bool
    """Killed, not stopped in order."""
    away_s: float

    def __str__(self) -> str:
        return f"+{self.after_s:.1f} {self.engine} {'killed' if self.crash else 'stopped'} for {self.away_s:.0f} s"


@dataclass(frozen=True)
class Plan:
    """Everything that goes wrong in one run."""

    workers: dict[ServiceName, tuple[WorkerFault, ...]]
    engines: tuple[EngineFault, ...]

    def __str__(self) -> str:
        lines = [f"{service}: {', '.join(map(str, faults))}" for service, faults in self.workers.items()]
        return "\n".join([*lines, f"engines: {', '.join(map(str, self.engines))}"])


def drawn(seed: int, size: Size) -> Plan:
    """Draw a plan."""
    chance = random.Random(seed)
    return Plan({service: _of_workers(chance, size) for service in SERVICES}, _of_engines(chance, size))


def _of_workers(chance: random.Random, size: Size) -> tuple[WorkerFault, ...]:
    """Kills at moments drawn evenly; freezes and second workers, each in a stretch of its own, among them."""
    faults = [
        WorkerFault(chance.uniform(0.02, 1) * size.span_s, "kill", chance.random() < 0.5, work_s=_work(chance))
        for _ in range(size.kills)
    ]
    stretch = size.span_s / (size.joins + 1)
    for at in range(size.joins):
        came = (at + chance.uniform(0.2, 0.5)) * stretch
        faults += [WorkerFault(came, "join"), WorkerFault(came + chance.uniform(0.3, 0.7) * stretch, "leave")]
    for _ in range(size.freezes):
        seconds = size.session_s + chance.uniform(2, 5)
        faults.append(
            WorkerFault(
                chance.uniform(0.1, 0.9) * size.span_s, "freeze", chance.random() < 0.5, seconds, _work(chance, early=0)
            )
        )
    return tuple(sorted(faults, key=lambda fault: fault.at_s))


def _work(chance: random.Random, early: float = 0.25) -> float:
    """On a slow machine most workers would never get to work if they were not let."""
    return 0.0 if chance.random() < early else chance.uniform(0.1, 6)


def _of_engines(chance: random.Random, size: Size) -> tuple[EngineFault, ...]:
    ends: list[tuple[Engine, bool, float]] = [(engine, True, 0.0) for engine in size.restarts]
    ends += [(engine, False, seconds) for engine, seconds in size.aways]
    chance.shuffle(ends)
    gaps = _shares(chance, len(ends), size.span_s - sum(seconds for _, _, seconds in ends))
    return tuple(EngineFault(gap, *end) for gap, end in zip(gaps, ends, strict=True))


def _shares(chance: random.Random, count: int, whole: float) -> Sequence[float]:
    """Uneven parts of two thirds of a whole: engines take their time to start, too."""
    parts = [chance.uniform(0.5, 1.5) for _ in range(count)]
    return [part / sum(parts) * whole * 2 / 3 for part in parts]
