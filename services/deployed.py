"""The deployed form: each service a process of its own, over Kafka, Elasticsearch and a server store. It only wires."""

import socket
import threading
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from random import SystemRandom
from typing import Literal

from sqlalchemy import Engine

from schemas.topics import CRITERIA, POSTINGS, TOPICS, dead_of
from services.ingest.app import make_collector, make_normaliser
from services.matcher.app import make_own_matcher, make_shared_matcher
from services.notifier.adapters.mailers import try_out
from services.notifier.adapters.sql.outbox import SqlOutbox
from services.notifier.app import build_notifier, store_chores
from services.runtime.clock import Clock
from services.runtime.errors import UsageError
from services.runtime.faust_runner import FaustRunner
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import Tail
from services.runtime.kafka.topics import require
from services.runtime.records import Producer, Service
from services.runtime.relay import OutboxRelay
from services.runtime.retention import Housekeeper
from services.runtime.store import open_store
from services.runtime.ticker import Ticker
from services.settings import Settings

ServiceName = Literal["ingest", "matcher", "notifier"]


@dataclass(frozen=True, slots=True)
class Deployed:
    """One worker of one service, ready to run."""

    runner: FaustRunner
    ticker: Ticker

    def run(self, stop: threading.Event) -> None:
        """Go on until `stop` is set; then finish what is in hand and return."""
        with self.ticker:
            self.runner.run(stop)

    def once(self, stop: threading.Event) -> None:
        """Do what is due now, process all that its topics hold, and return. Raises JobchimeError where it cannot."""
        self.ticker.once()
        self.runner.run(stop)


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a process is made of: a service with inputs, those without, and whether ticks wait for batches."""

    service: Service
    others: tuple[Service, ...] = ()
    tick_apart: bool = False


@contextmanager
def deployed(settings: Settings, name: ServiceName, *, clock: Clock, once: bool = False) -> Iterator[Deployed]:
    """Open what a worker of the service needs. Raises UsageError, UnavailableError."""
    if not settings.deployed:
        raise UsageError(
            f"`jobchime {name}` runs on Kafka: set kafka.bootstrap in the settings, or use `jobchime run`, which needs"
            " no other server"
        )
    with ExitStack() as stack:
        producer = stack.enter_context(RecordProducer(settings.kafka, clock=clock))
        parts = _parts(settings, name, producer, stack, clock)
        runner = FaustRunner(
            parts.service,
            producer,
            settings.kafka,
            clock=clock,
            tick_every_s=settings.tick_every_s,
            tick_apart=parts.tick_apart,
            once=once,
            before_start=lambda: require(settings.kafka, _all_topics()),
        )
        yield Deployed(runner, Ticker(parts.others, producer, clock=clock, every_s=settings.tick_every_s))


def worker_name(settings: Settings, name: ServiceName) -> str:
    """Tells a worker from all others, and is the same after a restart: what it held when it was killed is its own."""
    return settings.worker or f"{name}@{socket.gethostname()}"


def _parts(settings: Settings, name: ServiceName, producer: Producer, stack: ExitStack, clock: Clock) -> _Parts:
    if name == "ingest":
        collector = make_collector(
            settings.ingest,
            engine=_store(settings, stack),
            producer=producer,
            chance=SystemRandom(),
            worker=worker_name(settings, name),
        )
        return _Parts(make_normaliser(), (collector,))
    if name == "matcher":
        return _Parts(_matcher(settings, stack, clock))
    return _notifier(settings, producer, _store(settings, stack))


def _matcher(settings: Settings, stack: ExitStack, clock: Clock) -> Service:
    if settings.matcher.index == "elasticsearch":
        return make_shared_matcher(settings.elasticsearch, settings.kafka, settings.matcher, clock=clock)
    criteria, postings = (
        stack.enter_context(Tail(settings.kafka, topic)) for topic in (CRITERIA.name, POSTINGS.name)
    )
    return make_own_matcher(criteria, postings, settings.matcher)


def _notifier(settings: Settings, producer: Producer, engine: Engine) -> _Parts:
    """Its tick only talks to the store and the mailer, and matches are stored while mails go out."""
    if not settings.secret.get_secret_value():
        raise UsageError("set `secret` (or JOBCHIME_SECRET): all notifiers sign links with one secret, kept by you")
    try_out(settings.mail)
    worker = worker_name(settings, "notifier")
    chosen = settings.notifier.model_copy(update={"worker": worker})
    notifier = build_notifier(engine, settings.ids(), settings.mail, chosen)
    relay = OutboxRelay(SqlOutbox(engine), producer)
    return _Parts(notifier, (relay, Housekeeper(store_chores(engine))), tick_apart=True)


def _store(settings: Settings, stack: ExitStack) -> Engine:
    engine = open_store(settings.store_url)
    stack.callback(engine.dispose)
    return engine


def _all_topics() -> Sequence[str]:
    return [name for topic in TOPICS for name in (topic.name, dead_of(topic.name))]
