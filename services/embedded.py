"""The embedded form: every service in one process over SQLite. It only wires.

Killed at any point, it goes on where it was: the log keeps what was acknowledged, the store what came of it.
"""

import socket
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager
from dataclasses import dataclass
from random import Random, SystemRandom

import structlog
from sqlalchemy import Engine

from services.ingest.app import make_collector, normaliser_over
from services.ingest.collector import Collector
from services.ingest.push_app import make_push_server
from services.matcher.app import make_matcher
from services.notifier.adapters.mail.mailers import say_where, try_out
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.notifier.app import build_notifier, build_webhooks, look_at_keys, make_log_agreement, store_chores
from services.notifier.service import Notifier
from services.notifier.webhooks import Webhooks
from services.operating import Operations
from services.runtime.clock import Clock, SystemClock
from services.runtime.files.datadir import LOG_FILE, STORE_FILE, locked
from services.runtime.letters.writing import CountedLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Service
from services.runtime.retention import Housekeeper, log_chore
from services.runtime.sql.own_file import keep_own_file
from services.runtime.sql.relay import OutboxRelay
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.runtime.stages.embedded import EmbeddedRunner
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stopping import Stopping
from services.settings import Settings

MakeCollector = Callable[[Engine, SqliteLog], Collector]

_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Embedded:
    """An installation in this process, ready to run."""

    settings: Settings
    engine: Engine
    log: SqliteLog
    collector: Collector
    services: tuple[Service, ...]
    runner: EmbeddedRunner
    operations: Operations
    clock: Clock

    def run(self, stop: threading.Event, beside: Sequence[AbstractContextManager[object]] = ()) -> None:
        """Go on until `stop` is set, shown to operators and taking pushes. Raises UsageError for a port in use.

        `beside`: what is entered while it runs, such as the portal.
        """
        settings, shown = self.settings, self.operations
        probes = settings.probes
        with ExitStack() as stack:
            stack.enter_context(shown.pauses)
            stack.enter_context(self.collector)
            if settings.ingest.push.enabled:
                push = make_push_server(
                    settings.ingest,
                    engine=self.engine,
                    producer=CountedLetters(self.log, shown.meter),
                    clock=self.clock,
                    pauses=shown.pauses,
                    metrics=shown.metrics,
                )
                stack.enter_context(push)
            for server in beside:
                stack.enter_context(server)
            stack.enter_context(
                shown.shown(
                    self.runner,
                    worker=_worker(settings),
                    host=probes.host,
                    port=probes.embedded_port if probes.enabled else None,
                    stuck_after_s=probes.stuck_after_s,
                    lag_by_status=True,
                    needs_store=True,
                )
            )
            # Not before: what is refused until here ends the start.
            say_where(settings.mail, paused=shown.pauses().sending)
            self.runner.run(stop, tick_every_s=settings.tick_every_s)


@contextmanager
def embedded(
    settings: Settings,
    *,
    clock: Clock | None = None,
    chance: Random | None = None,
    make_own: MakeCollector | None = None,
    lanes: LaneSettings | None = None,
    with_housekeeper: bool = True,
    read: Callable[[], Settings] | None = None,
) -> Iterator[Embedded]:
    """Open log and store, migrated, and wire every service. One process at a time has a data folder.

    `read` reads the settings anew, so that metrics tell what of them is not taken up. `make_own` makes another
    collector than the settings describe (the demo's). Raises UsageError, UnavailableError.
    """
    clock = clock or SystemClock()
    with ExitStack() as hold_open:
        hold = hold_open.enter_context(locked(settings.data))
        # Behind the lock, which keeps why a start was refused.
        try_out(settings.mail)
        engine = hold_open.enter_context(_migrated_store(settings))
        log = hold_open.enter_context(SqliteLog(settings.data / LOG_FILE, clock=clock))
        hold_open.callback(hold.check_emptied)
        shown = Operations(lambda: engine, settings, clock)
        shown.pauses.refresh()
        if read is not None:
            shown.follow_settings(read)
        shown.follow_way_in()
        collector = (
            make_own(engine, log)
            if make_own is not None
            else make_collector(
                settings.ingest,
                engine=engine,
                producer=CountedLetters(log, shown.meter),
                chance=chance or SystemRandom(),
                worker=_worker(settings),
                paused=shown.paused_sources,
            )
        )
        stopping = Stopping()
        ids = settings.ids()
        look_at_keys(engine, ids, settings.mail, clock.now())
        if (file := settings.data / STORE_FILE).is_file():
            keep_own_file(engine, file, clock.now())
        notifier = build_notifier(
            engine,
            ids,
            settings.mail,
            settings.notifier,
            check=make_log_agreement(engine, log).check,
            stopping=stopping,
            metrics=shown.metrics,
            consent=settings.portal.consent,
        )
        webhooks = build_webhooks(engine, ids, settings.mail, settings.notifier, stopping, shown.metrics, chance)
        normaliser = hold_open.enter_context(normaliser_over(log, settings.ingest, stopping=stopping))
        reading = (collector, normaliser)
        services = _services(settings, engine, log, reading, (notifier, webhooks), with_housekeeper)
        runner = EmbeddedRunner(
            tuple(shown.measured(service) if service.inputs else service for service in services),
            log,
            clock=clock,
            settings=lanes,
            guard=hold.check,
            meter=shown.meter,
            paused=shown.pauses.holds,
            stopping=stopping,
        )
        yield Embedded(settings, engine, log, collector, services, runner, shown, clock)


def _worker(settings: Settings) -> str:
    """Its name, by which others see whether it lives."""
    return settings.worker or f"embedded@{socket.gethostname()}"


@contextmanager
def _migrated_store(settings: Settings) -> Iterator[Engine]:
    """The store with the tables of this program; what somebody should know of a migration is logged."""
    engine = open_store(settings.store_url, settings.store_limits)
    try:
        for note in migrate(engine, lambda: settings.ids().secret):
            _events.warning("the store was migrated, with a note", note=note)
        yield engine
    finally:
        engine.dispose()


def _services(
    settings: Settings,
    engine: Engine,
    log: SqliteLog,
    reading: tuple[Collector, Service],
    notifying: tuple[Notifier, Webhooks],
    tidy: bool,
) -> tuple[Service, ...]:
    """In the order of the flow, so that what one writes the next reads in the same step."""
    relay = OutboxRelay(SqlOutbox(engine), log)
    collector, normaliser = reading
    matcher = make_matcher(log, settings.matcher, settings.data)
    flow: Sequence[Service] = (collector, relay, normaliser, matcher, *notifying)
    return (*flow, Housekeeper((log_chore(log), *store_chores(engine)))) if tidy else tuple(flow)
