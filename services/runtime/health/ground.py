"""What a worker stands on: engines, topics and tables, waited for before it begins."""

import threading
import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from random import SystemRandom
from typing import Protocol

import structlog

from services.runtime.clock import Clock
from services.runtime.errors import UnavailableError, mend_of
from services.runtime.health.notes import Failure
from services.runtime.health.status import HAS_NOT_BEGUN, Pulse, RunnerStatus
from services.runtime.privacy.redaction import redacted
from services.runtime.retry import RetryPolicy
from services.runtime.throttle import Throttle

_events = structlog.get_logger(__name__)
_luck = SystemRandom().random


class Ground:
    """Everything that must be there first. An engine that is away is waited for, whatever else is wrong is raised."""

    def __init__(
        self,
        needs: Sequence[Callable[[], None]],
        *,
        clock: Clock,
        retry: RetryPolicy | None = None,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """Each need raises UnavailableError while it is away, UsageError where waiting does not help."""
        self._needs = tuple(needs)
        self._clock = clock
        self._retry = retry or RetryPolicy()
        self._throttle = Throttle(monotonic)
        self._failure = Failure(HAS_NOT_BEGUN, clock.now(), clock.now())
        self.there = False
        """Whether all of it was there once: what goes away later is for whoever uses it."""

    @property
    def failure(self) -> Failure | None:
        """What is away, since it was first asked for; None once all was there."""
        return None if self.there else self._failure

    @property
    def missing(self) -> str | None:
        """What is away, in a sentence; None once all was there."""
        return None if self.there else self._failure.error

    def check(self) -> None:
        """Ask for all of it once, in order. Raises what the first need raises that is not met."""
        for need in self._needs:
            need()
        self.there = True

    def wait(self, stop: threading.Event, pulse: Pulse) -> bool:
        """Ask until all of it is there; False where `stop` came first. Raises UsageError."""
        failed = 0
        while not stop.is_set():
            pulse.turn()
            try:
                self.check()
            except UnavailableError as error:
                failed += 1
                self._note(error)
                stop.wait(self._retry.delay(failed, _luck()))
            else:
                if failed:
                    _events.info("what was away is there; begins")
                return True
        return False

    def _note(self, error: UnavailableError) -> None:
        """Log what is away once a minute."""
        text = redacted(error)
        if self._throttle.passes(text):
            _events.warning("cannot begin yet and tries again", error=text)
        self._failure = self._failure.again(text, self._clock.now(), mend_of(error))


class ShownRunner(Protocol):
    """What is shown of a runner."""

    @property
    def pulse(self) -> Pulse: ...

    def status(self) -> RunnerStatus: ...


class Grounded:
    """A runner as it is shown: with what it waits for, before it begins."""

    def __init__(self, runner: ShownRunner, ground: Ground) -> None:
        self._runner = runner
        self._ground = ground

    @property
    def pulse(self) -> Pulse:
        return self._runner.pulse

    def status(self) -> RunnerStatus:
        """The runner's own; until it begins, with what is away as its error."""
        status = self._runner.status()
        failure = self._ground.failure
        if failure is None:
            return status
        return replace(status, services=tuple(replace(service, failure=failure) for service in status.services))
