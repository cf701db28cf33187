"""The collectors: poll what is due, note how each source fares, close what has ended."""

import time
from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from functools import partial
from random import Random
from typing import Self

import structlog

from services.ingest.domain.polling.schedule import silent_since
from services.ingest.events import COLLECTOR
from services.ingest.poller import Poller
from services.ingest.polls import Polls, PollStoppedError
from services.ingest.reader import Reader
from services.ingest.sending import Tools, close_ended
from services.ingest.settings import SourceSettings
from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.http.fetch import host_of
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Outgoing, TicksAlone

CLOSED_PER_TICK = 2_000
_PRUNED_EVERY = timedelta(days=1)
_SWEEP_PATIENCE_S = 0.2
"""How long a tick waits for its turn beside the polls in hand; in the embedded form other services wait for it."""

_events = structlog.get_logger(__name__)


class Collector(TicksAlone):
    """A `Service` without inputs: its tick has the sources polled that are due, many at a time.

    It sends by the producer itself, since the ledger may be written only after a record is durable. `worker` names who
    holds a source while it is polled; the same worker takes its own claims up again after a crash.

    While it is entered, ticks begin polls and do not wait for them; else each tick ends when all that was due has been
    polled, as commands that tick once need it.
    """

    name = COLLECTOR

    def __init__(
        self,
        tools: Tools,
        reader: Reader,
        chance: Random,
        *,
        worker: str = "embedded",
        paused: Callable[[], frozenset[str]] = frozenset,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        """`paused` names the sources that an operator holds: they are not polled, and their silence is no news."""
        self._paused = paused
        self._monotonic = monotonic
        self._tools = tools
        self._worker = worker
        self._polls = Polls(tools.settings.polls_at_once, monotonic)
        self._poller = Poller(tools, reader, chance, self._polls, monotonic=monotonic)
        self._waits = True
        self._failure: Exception | None = None
        self._pruned_at: datetime | None = None
        self._warned: dict[str, datetime] = {}
        self._hosts = {source.name: host_of(source.url) if source.is_web else "" for source in tools.settings.sources}
        for source in tools.settings.sources:
            if source.format != "auto":
                tools.format_named(source.format)

    def __enter__(self) -> Self:
        self._waits = False
        return self

    def __exit__(self, *_: object) -> None:
        """End the polls in hand: those that write are waited for, a little; those that wait are left, as by a kill."""
        self._polls.stop()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Have the sources polled that are due, and close what has ended.

        Raises UnavailableError, also for a poll that was begun by an earlier tick.
        """
        self._tools.ledger.register(self._pollable(), now)
        self._begin_polls(now)
        if self._waits:
            self._wait_for_polls(now)
        failure, self._failure = self._failure, None
        if failure is not None:
            raise failure
        with suppress(PollStoppedError), self._polls.turn(_SWEEP_PATIENCE_S) as has_turn:
            if has_turn:
                close_ended(self._tools, now, CLOSED_PER_TICK)
                self._prune(now)
            self._warn(now)
        return ()

    def _pollable(self) -> dict[str, SourceSettings]:
        paused = self._paused()
        return {
            source.name: source
            for source in self._tools.settings.sources
            if source.enabled and source.name not in paused
        }

    def _begin_polls(self, now: datetime) -> None:
        began = self._monotonic()

        def time_of_poll() -> datetime:
            # A command that ticks once does all at the time that it was given.
            return now if self._waits else now + timedelta(seconds=self._monotonic() - began)

        while (name := self._next(now)) is not None:
            self._polls.start(partial(self._work, name, time_of_poll))

    def _wait_for_polls(self, now: datetime) -> None:
        try:
            while self._polls.wait():
                self._begin_polls(now)
        except BaseException:
            self._polls.stop()
            raise

    def _next(self, now: datetime) -> str | None:
        """Claim the source that has been due for longest, among those that may be polled beside what is in hand."""

        def choose(running: frozenset[str], hosts: frozenset[str]) -> tuple[str, str] | None:
            if self._failure is not None:
                return None
            free = [name for name in self._pollable() if name not in running and self._hosts[name] not in hosts]
            lease = self._tools.settings.lease
            claimed = self._tools.ledger.claim(free, now, most=1, worker=self._worker, lease=lease)
            return (claimed[0], self._hosts[claimed[0]]) if claimed else None

        return self._polls.begin(choose)

    def _work(self, name: str, now: Callable[[], datetime]) -> None:
        """Poll a source, and then the next that is due, as long as there is one and a place for it."""
        source_name: str | None = name
        while source_name is not None:
            source = self._tools.settings.source(source_name)
            assert source is not None
            try:
                with self._polls.turn():
                    self._poll_claimed(source, now())
            except Exception as error:
                self._failure = error
            finally:
                self._polls.end(source_name)
            source_name = self._next_or_none(now())

    def _next_or_none(self, now: datetime) -> str | None:
        try:
            return self._next(now)
        except Exception as error:
            self._failure = error
            return None

    def silent(self, now: datetime) -> dict[str, datetime]:
        """The enabled sources that have given nothing for too long, each with since when."""
        pollable = self._pollable()
        found: dict[str, datetime] = {}
        for health in self._tools.ledger.healths():
            source = pollable.get(health.source)
            if source is None:
                continue
            since = silent_since(health, now, self._tools.settings.silence_of(source))
            if since is not None:
                found[health.source] = since
        return found

    def _poll_claimed(self, source: SourceSettings, now: datetime) -> None:
        try:
            self._poller.poll(source, now)
        except UnavailableError:
            raise
        except JobchimeError as error:
            self._poller.note_failure(source, now, redacted(error))
        except Exception as error:
            # One source's fault must not keep the others from being polled.
            _events.exception("a poll failed unexpectedly", source=source.name)
            self._poller.note_failure(source, now, f"the poll failed unexpectedly: {redacted(error)}")

    def _warn(self, now: datetime) -> None:
        silent = self.silent(now)
        for name, since in silent.items():
            if self._warned.get(name) != since:
                _events.warning("a source has given nothing for too long", source=name, since=since.isoformat())
        self._warned = silent

    def _prune(self, now: datetime) -> None:
        if self._pruned_at is not None and now - self._pruned_at < _PRUNED_EVERY:
            return
        self._tools.ledger.prune(now - self._tools.settings.keep_closed)
        self._pruned_at = now
