"""What both forms show of themselves to whoever operates them: metrics, probes, heartbeats, and pauses obeyed."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager, suppress
from datetime import datetime
from functools import partial

from sqlalchemy import Engine

from services.ingest.settings import IngestSettings
from services.processes import services_needed
from services.runtime.cached import Cached
from services.runtime.clock import Clock
from services.runtime.errors import JobchimeError, UnavailableError
from services.runtime.figures.cut_off import Nowhere
from services.runtime.figures.hours import HourCounts
from services.runtime.figures.mail import MailPlan
from services.runtime.figures.sources import Expected
from services.runtime.figures.stream import RECENT, StoreFigures, read_figures
from services.runtime.health.ground import ShownRunner
from services.runtime.health.heartbeat import Heartbeat, HeartbeatThread, SqlHeartbeats
from services.runtime.health.notes import Failure
from services.runtime.health.status import Progress, RunnerStatus, heartbeat_of, heartbeats_of, not_ready
from services.runtime.http.names import DnsTextRecords
from services.runtime.kafka.findings import LOSES
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.freshness import Measured
from services.runtime.metrics.meter import RunnerMeter
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import BY_OPERATOR, PauseWatch, SqlPauses
from services.runtime.records import Service
from services.runtime.sql.met import keep_sender_met, keep_way_in_met
from services.runtime.tracing import Span, Traced, exported_to_collector
from services.runtime.web.probes import Probed, ProbeServer
from services.sender import SenderRecord, asked_again_s, sender_records
from services.settings import Settings
from services.way_in import WHY_LOST, WayIn, WhyLost

_TOPICS_EVERY_S = 300.0
"""How often Kafka is asked how its topics are set up."""
_FILES_EVERY_S = 60.0
"""How often the settings and their mappings are read anew."""
_NAMES_PATIENCE_S = 5.0
"""For so long the sender's domain is asked for each of its records."""


def expected_of(ingest: IngestSettings) -> tuple[Expected, ...]:
    """The sources of the settings, polled and pushed."""
    polled = [Expected(source.name, ingest.silence_of(source), enabled=source.enabled) for source in ingest.sources]
    pushed = dict.fromkeys(key.source for key in ingest.push.keys.values())
    return (*polled, *(Expected(name, None, pushed=True) for name in pushed))


def figures_of(store: Engine, settings: Settings, now: datetime) -> StoreFigures:
    """The store's counts, with what the settings lead to expect. Raises UnavailableError."""
    mail = settings.mail
    hears = mail.mailer == "sendgrid" and bool(mail.sendgrid.event_key) and not mail.sendgrid.sandbox
    begins = mail.warm_up.begins(now)
    sandbox = mail.mailer == "sendgrid" and mail.sendgrid.sandbox
    nowhere: Nowhere | None = (
        "folder" if mail.mailer == "folder" else "sandbox" if sandbox else "warm_up" if begins else None
    )
    plan = MailPlan(mail.warm_up.limit(now), hears, nowhere, begins, mail.public_url, mail.sender_address)
    expected, needed = expected_of(settings.ingest), needed_of(settings)
    return read_figures(store, now, expected, needed, plan, with_canary=settings.notifier.canary)


def needed_of(settings: Settings) -> tuple[str, ...]:
    """The services that should run: the portal too once links in mails of strangers lead to it."""
    mail = settings.mail
    with_portal = settings.portal.enabled or (mail.mailer != "folder" and bool(mail.public_url))
    return services_needed(settings.ingest, with_portal=with_portal)


class Operations:
    """Made before the services, which it wraps; entered when they run."""

    def __init__(
        self,
        store: Callable[[], Engine],
        settings: Settings,
        clock: Clock,
    ) -> None:
        self._store = store
        self._settings = settings
        self._clock = clock
        self._measured: dict[str, Measured] = {}
        self._figures = Cached(self.figures)
        self._way_in: WayIn | None = None
        self._sender: Cached[tuple[SenderRecord, ...]] | None = None
        self._spans: tuple[Callable[[Span], None], Callable[[], None]] | None = None
        self._hours = HourCounts(clock)
        self.metrics = Metrics(self._hours)
        self.pauses = PauseWatch(lambda: SqlPauses(store()).read())

    def measured(self, service: Service) -> Service:
        """The service, with the freshness of what it handles measured, and traced where a collector is named."""
        wrapped = self._measured[service.name] = Measured(service, self.metrics, self._clock)
        tracing = self._settings.tracing
        if not tracing.endpoint:
            return wrapped
        if self._spans is None:
            self._spans = exported_to_collector(tracing.endpoint)
        return Traced(wrapped, self._spans[0], tracing.share, self._clock)

    def meter(self, service: str) -> RunnerMeter:
        """What a runner tells of a service."""
        return self.metrics.meter(service)

    def paused_sources(self) -> frozenset[str]:
        """The sources that an operator has paused."""
        return self.pauses().sources

    def follow_settings(self, read: Callable[[], Settings]) -> None:
        """Have it told how many sources the settings, read anew, have otherwise than here."""
        look = Cached(lambda: _sources_not_taken_up(self._settings, read), keep_s=_FILES_EVERY_S)
        self.metrics.follow(listed.NOT_TAKEN_UP, look)

    def follow_way_in(self) -> None:
        """Have it told, and kept, what readers meet at `mail.public_url`, and kept what the sender's domain says."""
        way_in = self._way_in = WayIn(self._settings.mail)
        if way_in.is_looked_at:
            mail, texts = self._settings.mail, DnsTextRecords(_NAMES_PATIENCE_S)
            self._sender = Cached(lambda: tuple(sender_records(mail, texts)), keep_s=asked_again_s, first_wait_s=0.0)

        def certificate_fails() -> float | None:
            found = way_in.certificate()
            return None if found is None else float(found.severity(self._clock.now()) == "grave")

        def fails(why: WhyLost) -> float | None:
            figures, leaving = self._figures(), way_in.leaving()
            if figures is None or leaving is None:
                return None
            return float(leaving.why_lost(figures.way_in_met, self._clock.now()) == why)

        self.metrics.follow(listed.CERTIFICATE_FAILS, certificate_fails)
        for why in WHY_LOST:
            self.metrics.follow(listed.LINKS_FAIL, partial(fails, why), why)

    def follow_topics(self) -> None:
        """Have it told of how many topics Kafka deletes long before it is to, or refuses what is large."""

        def forget() -> int | None:
            with suppress(UnavailableError):
                # Only here: the embedded form starts sooner without Kafka's client.
                from services.runtime.kafka.topics import check as check_topics

                return len({fault.topic for fault in check_topics(self._settings.kafka) if fault.kept in LOSES})
            return None

        self.metrics.follow(listed.TOPICS_FORGET, Cached(forget, keep_s=_TOPICS_EVERY_S))

    def follow_index(self, postings: Callable[[datetime], int], criteria: Callable[[], int]) -> None:
        """Have it told what the indices lack, which count their postings since a time, and their criteria."""

        def lacking(of: Callable[[StoreFigures], int]) -> int | None:
            figures = self._figures()
            with suppress(UnavailableError):
                return None if figures is None else max(of(figures), 0)
            return None

        def of_postings() -> int | None:
            return lacking(lambda figures: figures.recent_postings - postings(figures.at - RECENT))

        def of_criteria() -> int | None:
            # What came since it was paused waits for it, and is not lost.
            is_paused = self.pauses.holds("matcher")
            return None if is_paused else lacking(lambda figures: figures.settled_criteria - criteria())

        if self._settings.matcher.indexed > RECENT:
            self.metrics.follow(listed.INDEX_LACKS, Cached(of_postings), "postings")
        self.metrics.follow(listed.INDEX_LACKS, Cached(of_criteria), "criteria")

    def figures(self) -> StoreFigures:
        """The store's counts. Raises UnavailableError."""
        return figures_of(self._store(), self._settings, self._clock.now())

    @contextmanager
    def shown(
        self,
        runner: ShownRunner,
        *,
        worker: str,
        host: str,
        port: int | None,
        stuck_after_s: float,
        or_any_port: bool = False,
        others: Callable[[], Mapping[str, Failure | None]] = dict,
        lag_by_status: bool = False,
        needs_store: bool = False,
    ) -> Iterator[ProbeServer | None]:
        """Serve probes at `port` (None: nowhere) and send heartbeats while the runner runs.

        `or_any_port`: at a free one where another worker of this machine has it.

        `others`: services beside the runner, by name, each with why it fails, None where it does not. `lag_by_status`:
        the runner's meter is not told of lag. `needs_store`: nothing is done where heartbeats cannot be written there.
        Raises UsageError for a port that cannot be had.
        """
        self.metrics.watch_store(self._figures)
        self.metrics.follow(listed.LOOP, runner.pulse.idle_s, "main")
        beats: HeartbeatThread | None = None

        def unheard() -> Sequence[str]:
            return [beats.unheard] if needs_store and beats is not None and beats.unheard else []

        with ExitStack() as stack:
            if self._spans is not None:
                stack.callback(self._spans[1])
            probes = None
            if port is not None:
                probed = Probed(
                    self.metrics.registry,
                    lambda: (*not_ready(runner.status(), self.pauses()), *_failing(others()), *unheard()),
                    runner.pulse.idle_s,
                    stuck_after_s,
                )
                probes = stack.enter_context(ProbeServer(probed, host=host, port=port, or_any=or_any_port))
            stack.callback(self.keep_hours)
            heartbeats = _Heartbeats(self._store, worker, self._clock.now(), probes.address if probes else None)
            progress = Progress()

            def read() -> Sequence[Heartbeat]:
                status = runner.status()
                if lag_by_status:
                    self._measure_lag(status)
                pauses = self.pauses()
                # They come of another thread than the loop, and go on while it hangs.
                stalls = progress.stalls(status, pauses, runner.pulse.idle_s())
                own = heartbeats_of(status, pauses, self._measured, stalls)
                return (*own, *self._heartbeats_of_others(others()))

            beats = HeartbeatThread(read, heartbeats, clock=self._clock, also=self._measure)
            stack.enter_context(beats)
            yield probes

    def keep_hours(self) -> None:
        """Have the store keep what was measured by the hour; what it does not take now comes with the next."""
        with suppress(UnavailableError):
            self._hours.keep(self._store())

    def _measure_lag(self, status: RunnerStatus) -> None:
        for service in status.services:
            for lane in service.lanes:
                self.metrics.meter(service.name).lag(lane.topic, lane.partition, lane.lag)

    def _measure(self, heartbeats: Sequence[Heartbeat]) -> None:
        for heartbeat in heartbeats:
            meter = self.metrics.meter(heartbeat.service)
            meter.ready(heartbeat.ready)
            meter.paused(self.pauses.holds(heartbeat.service))
        self._hours.keep(self._store())
        if self._way_in is not None and (leaving := self._way_in.leaving()) is not None and leaving.met:
            keep_way_in_met(self._store(), self._settings.mail.public_url, self._clock.now())
        if self._sender is not None and (records := self._sender()):
            there = {record.what for record in records if record.grade != "wrong"}
            keep_sender_met(self._store(), self._settings.mail.sender_address, there, self._clock.now())

    def _heartbeats_of_others(self, others: Mapping[str, Failure | None]) -> Iterator[Heartbeat]:
        for name, failure in others.items():
            error = None if failure is None else failure.error
            reason = BY_OPERATOR if self.pauses.holds(name) else error
            mend = None if failure is None else failure.mend
            yield heartbeat_of(Heartbeat(name, ready=reason is None, reason=reason, mend=mend), failure)


def _sources_not_taken_up(here: Settings, read: Callable[[], Settings]) -> int:
    try:
        there = read().ingest
    except JobchimeError:
        # What cannot be read would not be taken up: the next start says why, and `jobchime doctor` before it.
        return 0
    new, known = (
        {source.name: (source, of.mapping_of(source)) for source in of.sources} for of in (there, here.ingest)
    )
    return sum(new.get(name) != known.get(name) for name in {*new, *known})


def _failing(others: Mapping[str, Failure | None]) -> Iterator[str]:
    return (f"{name}: {failure.error}" for name, failure in others.items() if failure is not None)


class _Heartbeats:
    """Heartbeats into a store that may be away at first."""

    def __init__(self, store: Callable[[], Engine], worker: str, started_at: datetime, probes: str | None) -> None:
        self._store = store
        self._worker = worker
        self._started_at = started_at
        self._probes = probes
        self._made: SqlHeartbeats | None = None

    def publish(self, heartbeats: Sequence[Heartbeat], now: datetime) -> None:
        if self._made is None:
            self._made = SqlHeartbeats(self._store(), self._worker, self._started_at, probes=self._probes)
        self._made.publish(heartbeats, now)

    def goodbye(self, now: datetime, why: str | None = None) -> None:
        if self._made is not None:
            self._made.goodbye(now, why)
