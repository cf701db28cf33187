"""The deployed form: each service a process of its own, over Kafka, Elasticsearch and a server store. It only wires.

What makes a service is imported with it: a process starts in less time without the other two.
"""

import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from dataclasses import dataclass
from datetime import timedelta
from random import SystemRandom
from typing import Literal

from sqlalchemy import Engine

from schemas.topics import CRITERIA, POSTINGS, TOPICS, dead_of
from services.operating import Operations
from services.runtime.clock import Clock
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.faust.runner import FaustRunner
from services.runtime.health.ground import Ground, Grounded
from services.runtime.health.heartbeat import own_name
from services.runtime.health.notes import Failure
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaTail
from services.runtime.kafka.topics import require
from services.runtime.letters.writing import CountedLetters
from services.runtime.logging import named
from services.runtime.records import Service
from services.runtime.retention import Housekeeper
from services.runtime.sql.relay import OutboxRelay, SqlLease
from services.runtime.sql.revisions import require_revision
from services.runtime.sql.store import store_at
from services.runtime.stages.lane import LaneSettings
from services.runtime.stages.stopping import Stopping
from services.runtime.stages.ticks import Ticker
from services.settings import Settings

ServiceName = Literal["ingest", "matcher", "notifier"]

_RELAY_PATIENCE_S = 2.0
_RELAY_SENDING_S = 3 * _RELAY_PATIENCE_S
"""One sending waits for what was left in doubt, for the topic and for the records."""
_RELAY_LEASE = timedelta(seconds=20)
"""How long criteria wait when the notifier that publishes them is killed; renewed while two sendings still fit."""

_ASKED_S = 3.0
"""For how long Kafka is asked whether it is there: a stop waits for it."""


@dataclass(frozen=True, slots=True)
class _Place:
    """What a process stands on while it is open."""

    settings: Settings
    clock: Clock
    worker: str
    producer: RecordProducer
    engine: Engine
    """Of the store, which may be away."""
    shown: Operations
    stopping: Stopping
    stack: ExitStack


@dataclass(frozen=True, slots=True)
class _Parts:
    """What a process is made of."""

    service: Service
    others: tuple[Service, ...] = ()
    """Services without inputs, which tick beside it."""
    together: bool = False
    """Whether the service takes records of several partitions in one batch."""
    tick_apart: bool = False
    """Whether the service's ticks need not wait for its batches."""
    beside: tuple[AbstractContextManager[object], ...] = ()
    """Entered while the worker runs."""


@dataclass(frozen=True, slots=True)
class Deployed:
    """One worker of one service, ready to run."""

    name: ServiceName
    runner: FaustRunner
    ticker: Ticker
    _ground: Ground
    _place: _Place
    _beside: tuple[AbstractContextManager[object], ...]

    def run(self, stop: threading.Event) -> None:
        """Wait for what it needs, then go on until `stop` is set, shown to operators all the while.

        What is in hand is finished then. Raises UsageError for what waiting does not mend, such as a missing topic.
        """
        probes = self._place.settings.probes
        with ExitStack() as stack:
            stack.enter_context(
                self._place.shown.shown(
                    Grounded(self.runner, self._ground),
                    worker=self._place.worker,
                    host=probes.host,
                    port=probes.port_of(self.name) if probes.enabled else None,
                    stuck_after_s=probes.stuck_after_s,
                    or_any_port=True,
                    others=self._others,
                )
            )
            if not self._ground.wait(stop, self.runner.pulse):
                return
            stack.enter_context(self._place.shown.pauses)
            for beside in self._beside:
                stack.enter_context(beside)
            stack.enter_context(self.ticker)
            self.runner.run(stop)

    def once(self, stop: threading.Event) -> None:
        """Do what is due now, process all that its topics hold, and return. Raises JobchimeError where it cannot."""
        self._ground.check()
        self.ticker.once()
        self.runner.run(stop)

    def _others(self) -> Mapping[str, Failure | None]:
        failure = self._ground.failure
        return self.ticker.states if failure is None else dict.fromkeys(self.ticker.states, failure)


@contextmanager
def deployed(
    settings: Settings,
    name: ServiceName,
    *,
    clock: Clock,
    once: bool = False,
    read: Callable[[], Settings] | None = None,
) -> Iterator[Deployed]:
    """Make a worker of the service, whose engines may be away. Raises UsageError, UnavailableError.

    `read` reads the settings anew, so that metrics of who polls tell what of them is not taken up.
    """
    if not settings.deployed:
        raise UsageError(
            f"`jobchime {name}` runs on Kafka: set kafka.bootstrap in the settings, or use `jobchime run`, which needs"
            " no other server"
        )
    with ExitStack() as stack:
        worker = stack.enter_context(own_name(settings.data, name, settings.worker))
        stack.enter_context(named(worker=worker))
        producer = stack.enter_context(RecordProducer(settings.kafka, clock=clock))
        engine = store_at(settings.store_url, settings.store_limits)
        stack.callback(engine.dispose)
        shown = Operations(lambda: engine, settings, clock)
        if read is not None and name == "ingest":
            shown.follow_settings(read)
        if name == "notifier":
            shown.follow_way_in()
            shown.follow_topics()
        place = _Place(settings, clock, worker, producer, engine, shown, Stopping(), stack)
        parts = _MAKERS[name](place)
        runner = FaustRunner(
            shown.measured(parts.service),
            producer,
            settings.kafka,
            clock=clock,
            lane=LaneSettings(batch=settings.kafka.batch, together=parts.together),
            tick_every_s=settings.tick_every_s,
            tick_apart=parts.tick_apart,
            once=once,
            meter=shown.meter(parts.service.name),
            paused=lambda: shown.pauses.holds(parts.service.name),
            stopping=place.stopping,
        )
        ticker = Ticker(
            parts.others,
            producer,
            clock=clock,
            every_s=settings.tick_every_s,
            paused=shown.pauses.holds,
            meter=shown.meter,
        )
        ground = Ground(_needs(place, name), clock=clock)
        yield Deployed(name, runner, ticker, ground, place, parts.beside)


def _needs(place: _Place, name: ServiceName) -> Sequence[Callable[[], None]]:
    """Pauses come last: a service that an operator holds must not begin for want of knowing."""
    return (
        lambda: require(place.settings.kafka, _all_topics(), patience_s=_ASKED_S),
        lambda: require_revision(place.engine),
        *((lambda: _look_at_keys(place),) if name == "notifier" else ()),
        place.shown.pauses.learn,
    )


def _look_at_keys(place: _Place) -> None:
    from services.notifier.app import look_at_keys

    look_at_keys(place.engine, place.settings.ids(), place.settings.mail, place.clock.now())


def _ingest(place: _Place) -> _Parts:
    from services.ingest.app import make_collector, make_normaliser
    from services.ingest.push_app import make_push_server

    settings, engine = place.settings.ingest, place.engine
    producer = CountedLetters(place.producer, place.shown.meter)
    collector = make_collector(
        settings,
        engine=engine,
        producer=producer,
        chance=SystemRandom(),
        worker=place.worker,
        paused=place.shown.paused_sources,
    )
    beside: list[AbstractContextManager[object]] = [collector]
    if settings.push.enabled:
        push = make_push_server(
            settings,
            engine=engine,
            producer=producer,
            clock=place.clock,
            pauses=place.shown.pauses,
            metrics=place.shown.metrics,
        )
        beside.append(push)
    return _Parts(make_normaliser(settings, stopping=place.stopping), (collector,), beside=tuple(beside))


def _matcher(place: _Place) -> _Parts:
    """Once it has begun, it does without the store: what it matches is in the topics."""
    from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex
    from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
    from services.matcher.app import make_own_matcher, make_shared_matcher
    from services.runtime.elasticsearch.client import SearchEngine

    settings = place.settings
    if settings.matcher.index == "elasticsearch":
        matcher = make_shared_matcher(settings.elasticsearch, settings.kafka, settings.matcher, clock=place.clock)
        search = SearchEngine(settings.elasticsearch)
        criteria_in_index = ElasticsearchCriteriaIndex(search).__len__
        place.shown.follow_index(ElasticsearchRecentPostings(search).count, criteria_in_index)
        # Its tick only asks the indices, which many may at once, to forget what is old.
        return _Parts(matcher, together=True, tick_apart=True)
    criteria = place.stack.enter_context(KafkaTail(settings.kafka, CRITERIA.name))
    since = place.clock.now() - settings.matcher.backwards
    postings = place.stack.enter_context(KafkaTail(settings.kafka, POSTINGS.name, since=since))
    return _Parts(make_own_matcher(criteria, postings, settings.matcher, settings.data), together=True)


def _notifier(place: _Place) -> _Parts:
    """Its tick only talks to the store and the mailer, so that matches are stored while mails go out."""
    from services.notifier.adapters.mail.mailers import try_out
    from services.notifier.app import build_notifier, build_webhooks, make_agreement, store_chores

    settings = place.settings
    if not settings.secret.get_secret_value():
        raise UsageError("set `secret` (or JOBCHIME_SECRET): all notifiers sign links with one secret, kept by you")
    try_out(settings.mail)
    engine = place.engine
    chosen = settings.notifier.model_copy(update={"worker": place.worker})
    agreement = make_agreement(engine, settings.kafka)
    notifier = build_notifier(
        engine,
        settings.ids(),
        settings.mail,
        chosen,
        check=agreement.check,
        stopping=place.stopping,
        metrics=place.shown.metrics,
        consent=settings.portal.consent,
    )
    webhooks = build_webhooks(engine, settings.ids(), settings.mail, chosen, place.stopping, place.shown.metrics)
    others = (_relay(place, engine), webhooks, Housekeeper(store_chores(engine)))
    return _Parts(notifier, others, tick_apart=True, beside=(_where_mails_go(place),))


@contextmanager
def _where_mails_go(place: _Place) -> Iterator[None]:
    """Logged once the pauses are known."""
    from services.notifier.adapters.mail.mailers import say_where

    say_where(place.settings.mail, paused=place.shown.pauses().sending)
    yield


def _relay(place: _Place, engine: Engine) -> OutboxRelay:
    """It sends by a producer of its own, which it may close, and not for long, so that its lease can be short."""
    from services.notifier.adapters.sql.criteria.outbox import SqlOutbox

    quick = place.settings.kafka.model_copy(update={"delivery_timeout_s": _RELAY_PATIENCE_S})
    producer = place.stack.enter_context(RecordProducer(quick, clock=place.clock))
    lease = SqlLease(engine, "outbox.relay", place.worker, _RELAY_LEASE)
    relay = OutboxRelay(SqlOutbox(engine), producer, lease=lease, sending_s=_RELAY_SENDING_S, drop=producer.close)
    place.stack.callback(_close, relay)
    return relay


def _close(relay: OutboxRelay) -> None:
    with suppress(UnavailableError):  # Then its lease runs out by itself.
        relay.close()


_MAKERS = {"ingest": _ingest, "matcher": _matcher, "notifier": _notifier}


def _all_topics() -> Sequence[str]:
    return [name for topic in TOPICS for name in (topic.name, dead_of(topic.name))]
