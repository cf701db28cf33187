"""A poll of one source, from its pages to what the ledger knows of its health."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, islice
from random import Random

import structlog

from schemas.giving import Giving
from services.ingest.details import DetailReader, wants_details
from services.ingest.domain.polling.giving import Polled, given
from services.ingest.domain.polling.schedule import Counts, SourceHealth, Validators, next_due
from services.ingest.poll import Poll, PollReport
from services.ingest.polls import Polls
from services.ingest.ports import Fetched, FetchFailedError
from services.ingest.reader import Page, Reader
from services.ingest.sending import Tools
from services.ingest.settings import SourceSettings
from services.runtime.errors import UsageError
from services.runtime.privacy.redaction import redacted

_events = structlog.get_logger(__name__)


class Poller:
    """Polls sources, each for itself; others are polled in its waits."""

    def __init__(
        self,
        tools: Tools,
        reader: Reader,
        chance: Random,
        polls: Polls,
        *,
        monotonic: Callable[[], float],
    ) -> None:
        self._tools = tools
        self._reader = reader
        self._chance = chance
        self._polls = polls
        self._monotonic = monotonic

    def poll(self, source: SourceSettings, now: datetime) -> PollReport:
        """Poll a source, by whoever has the turn. Raises UnavailableError where the store or the log is away."""
        settings = self._tools.settings
        began = self._monotonic()
        latest = began + min(settings.poll_timeout, settings.lease / 2).total_seconds()
        health = self._health(source.name, now)
        poll = Poll(source, health, now, self._tools, self._details(source, now, latest))
        wish: timedelta | None = None
        answered = False
        try:
            for page in self._pages(source, health, now, latest):
                answered = True
                if not poll.take(page):
                    break
        except FetchFailedError as error:
            poll.fail(redacted(error), hung=error.hung)
            wish = error.retry_after
        report = poll.finish()
        after = self._after(source, health, report, poll, now, wish, answered=answered)
        if report.hung:
            # It backs off from when it was left: from when it was asked, a hang of minutes would be none.
            after = replace(after, next_due=after.next_due + timedelta(seconds=self._monotonic() - began))
        self._tools.ledger.settle(after, report.counts, report.unread)
        fields = {"source": source.name, "items": report.counts.items, "notes": "; ".join(report.notes)}
        if report.error is not None:
            _events.warning("a poll failed", error=report.error, **fields)
        else:
            _events.info("polled", unchanged=report.unchanged, **fields)
        return report

    def _pages(self, source: SourceSettings, health: SourceHealth, now: datetime, latest: float) -> Iterator[Page]:
        """The pages of a listing, each fetched, and read as far as its first part, while others are polled.

        What reads a body whole before it gives anything does that then.
        """
        pages = self._reader.read(
            source,
            health.validators,
            now,
            daily=self._lacks_details(source, health),
            in_time=lambda: self._monotonic() < latest,
        )

        def fetched() -> Page | None:
            page = next(pages, None)
            return page and replace(page, parts=chain(list(islice(page.parts, 1)), page.parts))

        while (page := self._polls.apart(fetched)) is not None:
            yield page

    def _lacks_details(self, source: SourceSettings, health: SourceHealth) -> bool:
        """Whether a source's listings, as last read, are completed posting by posting."""
        for name in (health.format or "").split(", "):
            try:
                if wants_details(source, self._tools.format_named(name)):
                    return True
            except UsageError:
                continue  # it is no longer there: the listing is read anew anyway
        return False

    def _details(self, source: SourceSettings, now: datetime, latest: float) -> DetailReader:
        def fetch(address: str, validators: Validators) -> Fetched:
            return self._polls.apart(lambda: self._reader.detail(source, address, validators, now))

        return DetailReader(
            source,
            in_time=lambda: self._monotonic() < latest,
            fetch=fetch,
            kept=lambda source_ids: self._tools.ledger.items(source.name, source_ids),
            now=now,
        )

    def note_failure(self, source: SourceSettings, now: datetime, reason: str) -> None:
        """Note that a poll came to nothing, and put the next off."""
        health = self._health(source.name, now)
        failures = health.failures + 1
        self._tools.ledger.settle(
            replace(
                health,
                last_attempt=now,
                failures=failures,
                hangs=0,
                last_error=reason,
                validators=Validators(),
                next_due=next_due(now, every=source.every, failures=failures, chance=self._chance.random()),
            ),
            Counts(),
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
            hangs=health.hangs + 1 if report.hung else 0,
            notes="; ".join(report.notes),
            shrunk=report.shrunk,
            next_due=due,
            validators=poll.validators(report) if answered else health.validators,
            counts=report.counts if answered else health.counts,
            format=report.format,
            giving=_giving_after(source, health, report, now),
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


def _giving_after(source: SourceSettings, health: SourceHealth, report: PollReport, now: datetime) -> Giving:
    counts = report.counts
    return given(
        health.giving,
        now,
        Polled(
            listed=counts.items - report.ended,
            ended=report.ended,
            new=counts.new,
            unread=report.unread,
            moved=bool(counts.new or counts.changed or counts.closed),
            whole=report.whole,
            unchanged=report.unchanged,
            says=report.says,
            hosts=report.hosts,
            said_by=report.said_by,
            known=report.known,
            renamed=report.renamed,
            differ=report.differ,
            cut=report.cut,
            moved_to=report.moved_to,
            held=report.held,
            turns_over=source.turns_over,
        ),
    )
