"""Measures a process: a registry of its own, filled by the runner and by what wraps its services."""

import math
import platform
import threading
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from importlib.metadata import version

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, InfoMetricFamily
from prometheus_client.metrics_core import Metric as Family
from prometheus_client.registry import Collector

from schemas.topics import TOPICS
from services.runtime.figures.cut_off import NOBODY_MAILED
from services.runtime.figures.hours import LEFT_UNREAD, HourCounts
from services.runtime.figures.mail import FAULTS
from services.runtime.figures.sources import SOURCE_STATES
from services.runtime.figures.stream import DELIVERY_STATES, DIGEST_OUTCOMES, StoreFigures
from services.runtime.figures.webhooks import WEBHOOK_STATES
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.catalogue import Metric
from services.runtime.metrics.meter import RunnerMeter

OTHER = "other"
_MOST_VALUES = 40
"""Of one label that is taken from what happened, such as an error's type: what comes later counts as `other`."""
_TOPICS = frozenset(topic.name for topic in TOPICS)


class Metrics:
    """Everything that one process measures. Nothing of a person, and no label without bound."""

    def __init__(self, hours: HourCounts | None = None) -> None:
        """`hours`: what is kept of them in the store as well."""
        self._hours = hours
        # A series more for each would say only when the process first met it.
        disable_created_metrics()  # type: ignore[no-untyped-call]  # the library has no types there
        self.registry = CollectorRegistry(auto_describe=False)
        self._counters = {metric: self._counter(metric) for metric in listed.METRICS if metric.kind == "counter"}
        self._histograms = {metric: self._histogram(metric) for metric in listed.METRICS if metric.kind == "histogram"}
        process_gauges = [metric for metric in listed.METRICS if metric.kind == "gauge" and metric.origin == "process"]
        self._gauges = {
            metric: Gauge(metric.name, metric.help, metric.labels, registry=self.registry) for metric in process_gauges
        }
        self._error_types = Bounded()
        self.registry.register(_Build())

    def meter(self, service: str) -> "ServiceMeter":
        """What a runner tells of one service."""
        return ServiceMeter(self, service)

    def count(self, metric: Metric, *labels: str, by: float = 1) -> None:
        """Add to a counter."""
        counter = self._counters[metric]
        (counter.labels(*labels) if labels else counter).inc(by)
        if self._hours is not None and metric.hourly is not None:
            self._hours.count(metric, labels, by)

    def by_hour(self, part: str, counts: Mapping[str, int]) -> None:
        """Add to the hours alone, by measure, what came of a source or topic at one time."""
        if self._hours is not None:
            self._hours.of_part(part, counts)

    def observe(self, metric: Metric, value: float, *labels: str) -> None:
        """Put a value into a histogram."""
        histogram = self._histograms[metric]
        (histogram.labels(*labels) if labels else histogram).observe(value)
        if self._hours is not None and metric.hourly is not None:
            self._hours.observe(metric, value)

    def set(self, metric: Metric, value: float, *labels: str) -> None:
        """Set a gauge."""
        gauge = self._gauges[metric]
        (gauge.labels(*labels) if labels else gauge).set(value)

    def follow(self, metric: Metric, read: Callable[[], float | None], *labels: str) -> None:
        """Have a gauge read at each scrape; it is no number where that gives None."""
        gauge = self._gauges[metric]

        def number() -> float:
            value = read()
            return math.nan if value is None else value

        (gauge.labels(*labels) if labels else gauge).set_function(number)

    def drop(self, metric: Metric, *labels: str) -> None:
        """Forget a gauge's value for these labels."""
        self._gauges[metric].remove(*labels)

    def watch_store(self, read: Callable[[], StoreFigures | None]) -> None:
        """Have the store's gauges read at each scrape; None where it does not answer."""
        self.registry.register(_StoreGauges(read))

    def error_type(self, name: str) -> str:
        """An error's type as a label."""
        return self._error_types.of(name)

    def _counter(self, metric: Metric) -> Counter:
        return Counter(metric.name, metric.help, metric.labels, registry=self.registry)

    def _histogram(self, metric: Metric) -> Histogram:
        return Histogram(metric.name, metric.help, metric.labels, buckets=metric.buckets, registry=self.registry)


class Bounded:
    """Lets the first values of a label through and calls the rest `other`."""

    def __init__(self) -> None:
        self._met = set[str]()
        self._lock = threading.Lock()

    def of(self, value: str) -> str:
        """The value, or `other`."""
        with self._lock:
            if value in self._met:
                return value
            if len(self._met) >= _MOST_VALUES or not value.isidentifier():
                return OTHER
            self._met.add(value)
            return value


@dataclass(frozen=True, slots=True)
class ServiceMeter(RunnerMeter):
    """What happens to one service."""

    metrics: Metrics
    service: str

    def batch(self, topic: str, count: int, seconds: float) -> None:
        """Count records done with."""
        labels = (self.service, _topic(topic))
        self.metrics.count(listed.RECORDS, *labels, by=count)
        self.metrics.observe(listed.HANDLE, seconds, *labels)

    def retried(self, topic: str, error_type: str) -> None:
        """Count a try that failed."""
        self.metrics.count(listed.RETRIES, self.service, _topic(topic), self.metrics.error_type(error_type))

    def dead(self, topic: str, error_type: str) -> None:
        """Count a dead letter."""
        self.metrics.count(listed.DEAD, self.service, _topic(topic), self.metrics.error_type(error_type))

    def lag(self, topic: str, partition: int, records: int) -> None:
        """Say how far behind a partition is."""
        self.metrics.set(listed.LAG, records, self.service, _topic(topic), str(partition))

    def unassigned(self, topic: str, partition: int) -> None:
        """Forget a partition that another worker has."""
        self.metrics.drop(listed.LAG, self.service, _topic(topic), str(partition))

    def left_unread(self, topic: str, records: int) -> None:
        """Count records that are lost to this service."""
        self.metrics.by_hour(topic, {LEFT_UNREAD: records})

    def assigned(self, partitions: int) -> None:
        """Say how many partitions there are to work on."""
        self.metrics.set(listed.ASSIGNED, partitions, self.service)

    def ticked(self, seconds: float, *, failed: bool) -> None:
        """Count a tick."""
        self.metrics.observe(listed.TICK, seconds, self.service)
        if failed:
            self.metrics.count(listed.TICK_FAILURES, self.service)

    def turns(self, idle_s: Callable[[], float]) -> None:
        """Have it read when its ticks last turned."""
        self.metrics.follow(listed.LOOP, idle_s, self.service)

    def ready(self, ready: bool) -> None:
        """Say whether the service works."""
        self.metrics.set(listed.READY, int(ready), self.service)

    def paused(self, paused: bool) -> None:
        """Say whether an operator holds the service."""
        self.metrics.set(listed.PAUSED, int(paused), self.service)


class _Build(Collector):
    """Which version runs."""

    def collect(self) -> Iterator[Family]:
        facts = {"version": version("jobchime"), "python": platform.python_version()}
        yield InfoMetricFamily(listed.BUILD.name, listed.BUILD.help, value=facts)


class _StoreGauges(Collector):
    """What the store says, read when somebody asks; nothing of it is kept in the process."""

    def __init__(self, read: Callable[[], StoreFigures | None]) -> None:
        self._read = read

    def collect(self) -> Iterator[Family]:
        figures = self._read()
        yield _gauge(listed.STORE_UP, float(figures is not None))
        if figures is None:
            return
        yield _labelled(listed.DELIVERIES, {state: figures.deliveries.get(state, 0) for state in DELIVERY_STATES})
        yield _gauge(listed.MAILS_AHEAD, sum(mails for _, mails in figures.mail.ahead))
        yield _labelled(listed.MAILS_FAILING, {fault: figures.mail.waiting(fault) for fault in FAULTS})
        yield _labelled(listed.MAILS_GIVEN_UP, {fault: figures.mail.over(fault) for fault in FAULTS})
        yield _gauge(listed.SUPPRESSED, figures.mail.suppressed)
        yield _labelled(listed.DIGESTS, {outcome: figures.digests.get(outcome, 0) for outcome in DIGEST_OUTCOMES})
        yield _gauge(listed.DUE, figures.due_subscribers)
        yield _gauge(listed.PUT_OFF, figures.put_off)
        yield _gauge(listed.OUTBOX, figures.outbox)
        states = [source.state for source in figures.sources]
        yield _labelled(listed.SOURCES, {state: states.count(state) for state in SOURCE_STATES})
        yield _gauge(listed.NOTHING_COMES, float(figures.nothing_comes))
        yield _gauge(listed.SENDING_PAUSED, float(figures.sending_paused))
        yield _labelled(listed.PAUSE_PLANNED, _planned(figures))
        yield _gauge(listed.SENDING_STOPPED, float(figures.pauses.confirmations_stopped))
        yield _gauge(listed.SIGN_UPS, figures.sign_ups)
        came_back = {kind: figures.mail.came_back.get(kind, 0) for kind in ("bounced", "soft_bounced")}
        yield _labelled(listed.MAILS_CAME_BACK, came_back)
        yield _labelled(listed.MAILS_NOT_ARRIVING, figures.mail.arriving.failing)
        yield _gauge(listed.MAILS_UNTAKEN, figures.untaken_for.total_seconds())
        yield _gauge(listed.MAILS_UNHEARD, figures.mail.unheard)
        yield _labelled(listed.SUBSCRIBERS, figures.selectivities)
        yield _labelled(listed.WEBHOOKS, {state: figures.webhooks.webhooks.get(state, 0) for state in WEBHOOK_STATES})
        yield _gauge(listed.WEBHOOKS_WAITING, figures.webhooks.overdue)
        since = figures.webhooks.overdue_since
        yield _gauge(listed.WEBHOOKS_OLDEST, (figures.at - since).total_seconds() if since else 0.0)
        yield _gauge(listed.STORED, figures.match_records)
        came = figures.canary.digest_at if figures.canary else None
        age = [] if came is None else [max((figures.at - came).total_seconds(), 0.0)]
        yield GaugeMetricFamily(listed.CANARY_AGE.name, listed.CANARY_AGE.help, value=age[0] if age else None)
        yield from _of_workers(figures)
        yield from _of_what_is_lost(figures)


def _planned(figures: StoreFigures) -> dict[str, int]:
    """Of sources it is what was planned for longest that counts: whoever did it knows that none is asked."""
    names = ("sending", *(worker.service for worker in figures.workers))
    pauses = {name: figures.pauses.pause_of(name) for name in names}
    planned = {name: int(pause is not None and pause.is_planned(figures.at)) for name, pause in pauses.items()}
    return planned | {"sources": int(any(pause.is_planned(figures.at) for pause in figures.pauses.of_sources.values()))}


def _of_workers(figures: StoreFigures) -> Iterator[Family]:
    workers = GaugeMetricFamily(listed.WORKERS.name, listed.WORKERS.help, labels=listed.WORKERS.labels)
    ages = GaugeMetricFamily(listed.HEARTBEAT_AGE.name, listed.HEARTBEAT_AGE.help, labels=listed.HEARTBEAT_AGE.labels)
    ahead = GaugeMetricFamily(listed.CLOCK_AHEAD.name, listed.CLOCK_AHEAD.help, labels=listed.CLOCK_AHEAD.labels)
    restarts = _labelled(listed.WORKER_RESTARTS, {worker.service: worker.restarts for worker in figures.workers})
    for worker in figures.workers:
        workers.add_metric((worker.service, "alive"), worker.alive)
        workers.add_metric((worker.service, "lost"), worker.lost)
        if worker.heard_at is not None:
            age = (figures.at - worker.heard_at).total_seconds()
            ages.add_metric((worker.service,), max(age, 0.0))
            ahead.add_metric((worker.service,), max(-age, 0.0))
    yield from (workers, ages, ahead, restarts)


def _of_what_is_lost(figures: StoreFigures) -> Iterator[Family]:
    yield _labelled(listed.LEFT_UNREAD, figures.left_unread)
    silent = figures.silence.mails if figures.silence else 0
    leaving = figures.mail.arriving.leaving | {"suppressed": figures.cut_off.suppressed, "silent": silent}
    yield _labelled(listed.READERS_LEAVING, leaving)
    yield _labelled(listed.NOBODY_MAILED, {why: int(why == figures.cut_off.nobody) for why in NOBODY_MAILED})
    lost = figures.links_lost
    yield GaugeMetricFamily(listed.LINKS_LOST.name, listed.LINKS_LOST.help, value=lost.timestamp() if lost else None)
    yield _gauge(listed.DUE_TOO_LATE, figures.ran_ahead.due_too_late)
    overdue = max((source.overdue(figures.at) for source in figures.sources), default=timedelta())
    paused = figures.pauses.holds("ingest.collector")
    yield _gauge(listed.POLLS_OVERDUE, 0.0 if paused else overdue.total_seconds())


def _gauge(metric: Metric, value: float) -> Family:
    return GaugeMetricFamily(metric.name, metric.help, value=value)


def _labelled(metric: Metric, values: dict[str, int]) -> Family:
    family = GaugeMetricFamily(metric.name, metric.help, labels=metric.labels)
    for label, value in values.items():
        family.add_metric((label,), value)
    return family


def _topic(topic: str) -> str:
    return topic if topic in _TOPICS else OTHER
