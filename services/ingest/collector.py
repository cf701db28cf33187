"""The collectors: poll what is due, note how each source fares, close what has ended."""

import time
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from random import Random

import structlog

from services.ingest.closing import Tools, close_ended
from services.ingest.details import DetailReader, wants_details
from services.ingest.domain.schedule import SourceHealth, Validators, next_due, silent_since
from services.ingest.events import COLLECTOR
from services.ingest.poll import Poll, PollReport
from services.ingest.ports import FetchFailedError
from services.ingest.reader import Reader
from services.ingest.settings import SourceSettings
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.privacy import told
from services.runtime.records import Outgoing, Record

CLOSED_PER_TICK = 2_000
_PRUNED_EVERY = timedelta(days=1)
_SHARE_OF_DETAILS = 5
"""Part of its lease after which a poll begins no more calls for details: the last one may take its time."""
_LONG_TICK_S = 30.0
"""After which a tick leaves further polls to the next: in the embedded form all services share one thread."""

_events = structlog.get_logger(__name__)


class Collector:
    """A `Service` without inputs: its tick polls the sources.

    It sends by the producer itself, since the ledger may be written only after a record is durable. `worker` names who
    holds a source while it is polled; the same worker takes its own claims up again after a crash.
    """

    name = COLLECTOR
    inputs: tuple[str, ...] = ()

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
        self._reader = reader
        self._chance = chance
        self._worker = worker
        self._pruned_at: datetime | None = None
        self._warned: dict[str, datetime] = {}
        for source in tools.settings.sources:
            if source.format != "auto":
                tools.format_named(source.format)

    def load(self) -> None:
        """Nothing is held in memory."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Nothing comes in by a log."""
        return ()

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Poll the sources that are due, a few each time, and close what has ended. Raises UnavailableError."""
        settings = self._tools.settings
        held = self._paused()
        enabled = {source.name: source for source in settings.sources if source.enabled and source.name not in held}
        self._tools.ledger.register(enabled, now)
        latest = self._monotonic() + _LONG_TICK_S
        for _ in range(settings.polls_per_tick):
            if self._monotonic() >= latest:
                break
            claimed = self._tools.ledger.claim(enabled, now, most=1, worker=self._worker, lease=settings.lease)
            if not claimed:
                break
            self._poll_claimed(enabled[claimed[0]], now)
        close_ended(self._tools, now, CLOSED_PER_TICK)
        self._warn(now)
        self._prune(now)
        return ()

    def poll_source(self, source: SourceSettings, now: datetime) -> PollReport:
        """Poll one source, due or not. Raises UnavailableError where the store or the log is away."""
        health = self._health(source.name, now)
        poll = Poll(source, health, now, self._tools, self._details(source, now))
        wish: timedelta | None = None
        answered = False
        try:
            for page in self._reader.read(source, health.validators, now, daily=self._lacks_details(source, health)):
                answered = True
                if not poll.take(page):
                    break
        except FetchFailedError as error:
            poll.fail(told(error))
            wish = error.retry_after
        report = poll.finish()
        self._tools.ledger.settle(self._after(source, health, report, poll, now, wish, answered=answered))
        told_of = {"source": source.name, "items": report.counts.items, "notes": "; ".join(report.notes)}
        if report.error is not None:
            _events.warning("a poll failed", error=report.error, **told_of)
        else:
            _events.info("polled", unchanged=report.unchanged, **told_of)
        return report

    def _lacks_details(self, source: SourceSettings, health: SourceHealth) -> bool:
        """Whether a source's listings, as last read, are completed posting by posting."""
        for name in (health.format or "").split(", "):
            try:
                if wants_details(source, self._tools.format_named(name)):
                    return True
            except UsageError:
                continue  # it is no longer there: the listing is read anew anyway
        return False

    def _details(self, source: SourceSettings, now: datetime) -> DetailReader:
        latest = self._monotonic() + self._tools.settings.lease.total_seconds() / _SHARE_OF_DETAILS
        return DetailReader(
            source,
            in_time=lambda: self._monotonic() < latest,
            fetch=lambda address, validators: self._reader.detail(source, address, validators, now),
            kept=lambda source_ids: self._tools.ledger.items(source.name, source_ids),
            now=now,
        )

    def silent(self, now: datetime) -> dict[str, datetime]:
        """The enabled sources that have given nothing for too long, each with since when."""
        settings = self._tools.settings
        held = self._paused()
        found: dict[str, datetime] = {}
        for health in self._tools.ledger.healths():
            source = settings.source(health.source)
            if source is None or not source.enabled or source.name in held:
                continue
            since = silent_since(health, now, settings.silence_of(source))
            if since is not None:
                found[health.source] = since
        return found

    def _poll_claimed(self, source: SourceSettings, now: datetime) -> None:
        try:
            self.poll_source(source, now)
        except UnavailableError:
            raise
        except JobchimeError as error:
            self._note_failure(source, now, told(error))
        except Exception as error:
            # One source's fault must not keep the others from being polled.
            _events.exception("a poll failed unexpectedly", source=source.name)
            self._note_failure(source, now, f"the poll failed unexpectedly: {told(error)}")

    def _note_failure(self, source: SourceSettings, now: datetime, reason: str) -> None:
        health = self._health(source.name, now)
        failures = health.failures + 1
        self._tools.ledger.settle(
            replace(
                health,
                last_attempt=now,
                failures=failures,
                last_error=reason,
                validators=Validators(),
                next_due=next_due(now, every=source.every, failures=failures, chance=self._chance.random()),
            )
        )

    def _health(self, source: str, now: datetime) -> SourceHealth:
        return self._tools.ledger.health(source) or SourceHealth(source, added_at=now, next_due=now)

    def _after(
        self,
        source: SourceSettings,
        health: SourceHealth,
        report: PollReport,
        poll: Poll,
        now: datetime,
        wish: timedelta | None,
        *,
        answered: bool,
    ) -> SourceHealth:
        failures = 0 if report.error is None else health.failures + 1
        every = source.interval(report.rest)
        due = next_due(now, every=every, failures=failures, chance=self._chance.random(), retry_after=wish)
        after = replace(
            health,
            last_attempt=now,
            failures=failures,
            next_due=due,
            validators=poll.validators(report) if answered else health.validators,
            counts=report.counts if answered else health.counts,
            format=report.format,
        )
        if report.error is not None:
            return replace(after, last_error=report.error)
        return replace(
            after,
            last_success=now,
            listed_at=now if report.whole else health.listed_at,
            # While postings of the first listing wait for their details, what comes is still backlog.
            settled_at=health.settled_at or (None if report.waiting else now),
        )

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
