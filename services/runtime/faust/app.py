"""A Faust app for one service: no tables, no topics of its own, no web server, and it produces nothing.

What it fetches goes into the log of the stage, and it hands on where some has arrived. So nothing depends on what Faust
does with a message: one that it skips, holds back or gives twice costs no record.
"""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import faust
import structlog
from aiokafka import TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord
from faust.app.base import BootStrategy, logger
from faust.auth import SASLCredentials, SSLCredentials
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver

from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.connection import ssl_context
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.stages.stage import Place
from services.runtime.throttle import Throttle

LIBRARIES = ("faust", "mode", "aiokafka", "asyncio")
_FETCH_BYTES = 1 << 20
_RECORDS_AT_ONCE = 500
ARRIVALS_AT_ONCE = 16
"""Of so many records or bytes each: what a worker holds in memory while the service is slow or an engine away."""
_FETCH_WAIT_MS = 250
"""An idle fetch asks for partitions of before a rebalance: those that came with it wait for its end."""
_NOTHING_TAKEN_S = 86_400.0
"""A worker that fetches nothing for so long leaves its group: an operator may pause it, an engine may be away."""
_events = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Harmless:
    """What a library calls a warning or an error, and is none where partitions change hands."""

    logger: str
    words: re.Pattern[str]
    """Found anywhere in the message, its values filled in: its library gives a log entry no other mark, neither a code
    nor an exception. A test finds the words in the library as it is pinned."""
    why: str


HARMLESS = (
    Harmless(
        "faust.transport.drivers.aiokafka",
        re.compile(r"No active partitions for "),
        "Faust's watchdog looks at each partition while the group shares them out and nobody has any; that a worker"
        " waits for its partitions is told by its readiness.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"OffsetCommit failed for group .* due to group error .*will rejoin"),
        "A commit met a group that is sharing out: whoever has the partition next begins at the last commit, and what"
        " is handled twice has no second effect.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"OffsetCommit failed before join, ignoring"),
        "The same, of the last commit before a worker joins anew.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"Heartbeat failed for group .* because it is rebalancing"),
        "So the members hear of every takeover; they join again.",
    ),
)
"""Lowered to info. Whatever else a library calls an error stays one."""


def harmless(logger: str, message: str) -> Harmless | None:
    """What is known of a library's message, if it is one of those."""
    return next((known for known in HARMLESS if known.logger == logger and known.words.search(message)), None)


class SayOnce(logging.Filter):
    """Lets a warning pass once a minute, told apart by its words without their values; lowers what is harmless."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._throttle = Throttle(monotonic)

    def filter(self, record: logging.LogRecord) -> bool:
        known = harmless(record.name, record.getMessage())
        words = str(record.msg) if known is None else known.words.pattern
        if not self._throttle.passes(words):
            return False
        if known is not None:
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        if record.exc_info and isinstance(record.exc_info[1], KafkaError | OSError):
            record.exc_info = None  # that a broker is away is no bug
        return True


def quieten() -> None:
    """Have the libraries warn once a minute of one thing, and say nothing less than a warning."""
    once = SayOnce()
    for name in (*LIBRARIES, *logging.root.manager.loggerDict):
        if name.partition(".")[0] not in LIBRARIES:
            continue
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(known, SayOnce) for known in logger.filters):
            logger.addFilter(once)


class _ConsumerOnly(BootStrategy):
    """No producer, since `kafka.producer` does that."""

    enable_kafka_producer = False


class _NoTables(TableManager):
    """There are none: no second to register them in before streams may begin."""

    async def on_start(self) -> None:
        """Begin at once."""
        await self._update_channels()
        await self.recovery.start()


class _App(faust.App):
    BootStrategy = _ConsumerOnly

    async def on_first_start(self) -> None:
        """Without Faust's folders: there are no tables, and so nothing to keep."""


class FetchThread(driver.AIOKafkaConsumerThread):
    """As Faust's, but what it fetches goes into the log, and it begins each assignment at what is committed."""

    app: Any

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._ensure_consumer()._coordinator.coordinator_id is not None

    async def getmany(self, active_partitions: Any, timeout: float) -> Any:
        """Fetch; Faust asks again and again."""
        return await self._aside(self._fetch([TopicPartition(*tp) for tp in active_partitions], timeout))

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Nothing: Faust asks for it when it has dropped messages in a rebalance, and no record goes with those."""
        return {}

    async def ends(self, tps: Sequence[Any]) -> Any:
        """Ask the broker for the ends of partitions."""
        return await self._aside(self._ensure_consumer().end_offsets(tps))

    def highwater(self, tp: Any) -> int:
        """The end of a partition as last seen; 0 where nothing was, or a rebalance took it away just now."""
        with suppress(AssertionError):
            return super().highwater(tp) or 0
        return 0

    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A fetch for a partition waits behind that of its neighbours.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer

    def on_crash(self, msg: str, *fmt: Any, **kwargs: Any) -> None:
        """Print no traceback where a broker is away: the membership that is given up for it says so."""
        if not isinstance(sys.exc_info()[1], KafkaError | OSError):
            super().on_crash(msg, *fmt, **kwargs)

    def _start_thread(self) -> None:
        """End with the app, which has crashed then, and not with a traceback of the thread."""
        with suppress(KafkaError, OSError):
            super()._start_thread()

    def _stopped_set(self) -> None:
        """Nothing where it has ended already."""
        with suppress(RuntimeError):
            super()._stopped_set()

    async def _aside(self, work: Coroutine[Any, Any, Any]) -> Any:
        """Have the thread do it, but not in its queue, where commits would wait behind it."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(work, self.thread_loop))

    async def _fetch(self, tps: Sequence[Any], timeout: float) -> Mapping[Any, Sequence[Any]]:
        """By partition one message, its place: of what came, or else of what still lies there."""
        generation, consumer = self.app.consumer_generation_id, self._ensure_consumer()
        log, found = self.app.fetched, {}
        # A rebalance may take partitions away, or give new ones, at any time: those begin at what is committed.
        with suppress(IllegalStateError, NoOffsetForPartitionError):
            if log.assignment[0] != generation:
                await self._begin(consumer, generation)
            try:
                found = await consumer.getmany(*tps, timeout_ms=min(int(timeout * 1000), _FETCH_WAIT_MS))
            except OffsetOutOfRangeError as error:
                await self._pass_over(consumer, error.args[0])
        known, parts = log.assignment
        if known != generation or generation != self.app.consumer_generation_id:
            return {}
        for tp, records in found.items():
            log.put(self._place(tp), records)
        waiting = found or {tp for tp in tps if (part := parts.get(self._place(tp))) and part.fetched}
        # Of an offset that Faust has never gone beyond: it would drop what comes again.
        return {
            tp: [ConsumerRecord(*tp, sys.maxsize, 0, 0, None, self._place(tp), None, 0, 0, ())]
            for tp in tps
            if tp in waiting
        }

    async def _begin(self, consumer: Any, generation: int) -> None:
        """Go to what is committed of each partition, or to its start. Raises IllegalStateError in a rebalance."""
        tps = sorted(consumer.assignment())
        committed = dict(zip(tps, await asyncio.gather(*map(consumer.committed, tps)), strict=True))
        fresh = [tp for tp, offset in committed.items() if offset is None]
        begins = {**committed, **(await consumer.beginning_offsets(fresh) if fresh else {})}
        if generation != self.app.consumer_generation_id:
            return
        for tp, offset in begins.items():
            consumer.seek(tp, offset)
        self.app.fetched.begin(generation, {self._place(tp): offset for tp, offset in begins.items()})

    async def _pass_over(self, consumer: Any, gone: Mapping[Any, int]) -> None:
        """Go on where a topic now starts, since what was to be read has left it."""
        for tp, start in (await consumer.beginning_offsets(list(gone))).items():
            where = {"topic": tp.topic, "partition": tp.partition}
            _events.warning("records left the topic unread", **where, offset=gone[tp], until=start)
            self.app.fetched.meter.left_unread(self._place(tp)[0], start - gone[tp])
            consumer.seek(tp, start)

    def _place(self, tp: Any) -> Place:
        return self.app.names[tp.topic], tp.partition


class Consumer(driver.Consumer):
    """Faust's consumer with that thread."""

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)


# Else they would log under our name, and as much as they like; and so of the app.
FetchThread.logger = Consumer.logger = driver.logger
_App.logger = logger


def build_app(
    service: str,
    inputs: Sequence[str],
    settings: KafkaSettings,
    log: FetchedLog,
    take: Callable[[Any], Awaitable[None]],
    commit: Callable[[], Awaitable[None]],
) -> Any:
    """An app that fetches `inputs` into `log`, hands `take` a stream of arrivals of each, and calls `commit` in turns.

    It makes no topic, table or folder, opens no port, produces nothing, and commits nothing by itself.
    """
    quieten()
    app: Any = _App(
        settings.group(service),
        broker=";".join(f"kafka://{address}" for address in settings.bootstrap),
        broker_credentials=_credentials(settings),
        broker_client_id=settings.group(service),
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 12,
        broker_rebalance_timeout=max(settings.session_timeout_s, 10.0),
        broker_max_poll_interval=_NOTHING_TAKEN_S,
        consumer_auto_offset_reset="none",
        consumer_max_fetch_size=_FETCH_BYTES,
        broker_max_poll_records=_RECORDS_AT_ONCE,
        stream_buffer_maxsize=ARRIVALS_AT_ONCE,
        stream_wait_empty=False,
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        TableManager=_NoTables,
        web_enabled=False,
    )
    app.finalize()
    app.fetched, app.names = log, {settings.topic(name): name for name in inputs}
    app.transport.Consumer = Consumer
    for name in inputs:
        topic = app.topic(settings.topic(name), key_serializer="raw", value_serializer="raw", acks=False)
        app.agent(topic, name=f"{service}.{name}", concurrency=1)(take)
    app.timer(settings.commit_every_s, name="commit", traced=False)(commit)
    return app


def _credentials(settings: KafkaSettings) -> Any:
    if settings.security == "PLAINTEXT":
        return None
    trust = None if settings.security == "SASL_PLAINTEXT" else ssl_context(settings)
    if settings.security == "SSL":
        return SSLCredentials(trust)
    return SASLCredentials(
        username=settings.username,
        password=settings.password.get_secret_value(),
        ssl_context=trust,
        mechanism=settings.sasl_mechanism,
    )
