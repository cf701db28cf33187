"""What of Faust is replaced: it starts no producer and no tables, and says only where records have come.

What it fetches goes into the log of the stage. So nothing depends on what Faust does with a message: one that it skips,
holds back or gives twice costs no record.
"""

import asyncio
import logging
import re
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.errors import IllegalStateError, KafkaError, NoOffsetForPartitionError, OffsetOutOfRangeError
from aiokafka.structs import ConsumerRecord
from faust.app.base import BootStrategy
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver

from services.runtime.kafka.connection import REQUEST_S, reached
from services.runtime.stages.stage import Place
from services.runtime.throttle import Throttle

LIBRARIES = ("faust", "mode", "aiokafka", "asyncio")
_RECORDS_AT_ONCE = 500
_FETCH_WAIT_MS = 250
"""An idle fetch asks for partitions of before a rebalance: those that came with it wait for its end."""
_NOTHING_TAKEN_MS = 86_400_000
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


class ConsumerOnly(BootStrategy):
    """No producer, since `kafka.producer` does that."""

    enable_kafka_producer = False


class NoTables(TableManager):
    """There are none: no second to register them in before streams may begin."""

    async def on_start(self) -> None:
        """Begin at once."""
        await self._update_channels()
        await self.recovery.start()


class FetchThread(driver.AIOKafkaConsumerThread):
    """As Faust's, but what it fetches goes into the log, and it begins each assignment at what is committed."""

    app: Any
    _thread_running: Any

    async def on_start(self) -> None:
        """Find a broker. Where it is away, whoever starts the app hears of it, and no thread dies with a traceback."""
        try:
            await super().on_start()
        except (KafkaError, OSError) as error:
            self.parent_loop.call_soon_threadsafe(self._thread_running.set_exception, error)

    async def getmany(self, active_partitions: Any, timeout: float) -> Any:
        """Fetch, but not in the queue of the thread, where commits would wait behind it; Faust asks again and again."""
        fetching = self._fetch([TopicPartition(*tp) for tp in active_partitions], timeout)
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(fetching, self.thread_loop))

    async def seek_to_committed(self) -> Mapping[Any, int]:
        """Nothing: Faust asks for it when it has dropped messages in a rebalance, and no record goes with those."""
        return {}

    def highwater(self, tp: Any) -> int:
        """For Faust's monitor, which nobody asks: there may be none yet, or a rebalance took it away just now."""
        return 0

    def _create_consumer(self, loop: Any) -> AIOKafkaConsumer:
        """A client that resets no offset by itself, and does not see what a transaction takes back."""
        settings, group = self.app.settings, self.app.conf.id
        rebalance_s = max(settings.session_timeout_s, 10.0)
        return AIOKafkaConsumer(
            **reached(settings),
            client_id=group,
            group_id=group,
            enable_auto_commit=False,
            auto_offset_reset="none",
            isolation_level="read_committed",
            fetch_max_wait_ms=_FETCH_WAIT_MS,
            max_poll_records=_RECORDS_AT_ONCE,
            max_poll_interval_ms=_NOTHING_TAKEN_MS,
            session_timeout_ms=int(settings.session_timeout_s * 1_000),
            heartbeat_interval_ms=int(settings.session_timeout_s / 12 * 1_000),
            rebalance_timeout_ms=int(rebalance_s * 1_000),
            request_timeout_ms=int((rebalance_s + REQUEST_S) * 1_000),
        )

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
        starts = await consumer.beginning_offsets(consumer.assignment())
        begins = {tp: start if (at := await consumer.committed(tp)) is None else at for tp, start in starts.items()}
        if generation != self.app.consumer_generation_id:
            return
        for tp, offset in begins.items():
            consumer.seek(tp, offset)
        self.app.fetched.begin(generation, {self._place(tp): offset for tp, offset in begins.items()})
        self.app.stage.meter.assigned(len(begins))

    async def _pass_over(self, consumer: Any, gone: Mapping[Any, int]) -> None:
        """Go on where a topic now starts, since what was to be read has left it."""
        for tp, start in (await consumer.beginning_offsets(list(gone))).items():
            where = {"topic": tp.topic, "partition": tp.partition}
            _events.warning("records left the topic unread", **where, offset=gone[tp], until=start)
            self.app.stage.meter.left_unread(self._place(tp)[0], start - gone[tp])
            consumer.seek(tp, start)

    def _place(self, tp: Any) -> Place:
        return tp.topic.removeprefix(self.app.settings.prefix), tp.partition


class Consumer(driver.Consumer):
    """Faust's consumer with that thread."""

    def _new_consumer_thread(self) -> FetchThread:
        return FetchThread(self, loop=self.loop, beacon=self.beacon)


FetchThread.logger = Consumer.logger = driver.logger  # else they would log under our name, and as much as they like
