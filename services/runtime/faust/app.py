"""A Faust app for one service: no tables, no topics of its own, no web server, and it produces nothing."""

import logging
import re
import time
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka.errors import KafkaError
from faust.app.base import BootStrategy, logger
from faust.auth import SASLCredentials, SSLCredentials
from faust.tables import TableManager

from services.runtime.faust.fetch import Consumer
from services.runtime.faust.log import FetchedLog
from services.runtime.kafka.connection import ssl_context
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.throttle import Throttle

LIBRARIES = ("faust", "mode", "aiokafka", "asyncio")
_FETCH_BYTES = 1 << 20
_RECORDS_AT_ONCE = 500
ARRIVALS_AT_ONCE = 16
"""Of so many records or bytes each: what a worker holds in memory while the service is slow or an engine away."""
_NOTHING_TAKEN_S = 86_400.0
"""A worker that fetches nothing for so long leaves its group: an operator may pause it, an engine may be away."""


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
    return next((one for one in HARMLESS if one.logger == logger and one.words.search(message)), None)


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


_App.logger = logger  # as Faust's own, not ours, see `logs`


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
