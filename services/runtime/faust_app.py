"""A Faust app for one service, which commits what the runner has done and nothing else.

Faust acks whatever leaves an agent, whether it was processed or not, and every record that it skips during a rebalance;
its count of acked records stops for good before a gap that follows offset 0, as compaction leaves one. So the topics of
this app have no acks. The runner names the next offset of a partition when everything below it is done.
"""

import asyncio
import ssl
import tempfile
from collections.abc import Awaitable, Callable, Collection, Coroutine, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.auth import SASLCredentials, SSLCredentials
from faust.tables import TableManager
from faust.transport.drivers import aiokafka as driver

from services.runtime.faust_logs import quieten
from services.runtime.kafka.connection import ssl_context
from services.runtime.kafka.settings import KafkaSettings

Take = Callable[[Sequence[Any]], Awaitable[None]]
"""Takes a batch of Faust's events; must not raise."""

_LAST_COMMIT_S = 2.0
_FETCH_WAIT_MS = 250
_FETCH_BYTES = 4 << 20
_BATCHES_AHEAD = 2


class _ConsumerThread(driver.AIOKafkaConsumerThread):
    def _create_worker_consumer(self, transport: Any) -> Any:
        """As Faust, but not to see what a transaction takes back, and with a shorter wait for new records.

        A question to the broker waits behind that wait.
        """
        consumer = super()._create_worker_consumer(transport)
        consumer._fetch_max_wait_ms = _FETCH_WAIT_MS
        consumer._isolation_level = "read_committed"
        return consumer


class DoneConsumer(driver.Consumer):
    """Faust's consumer with commits of our own."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._done: dict[Any, int] = {}
        self.sought: int | None = None
        """The generation of the group at whose committed offsets it reads."""

    def done(self, tp: Any, offset: int) -> None:
        """Say that every record of a partition below `offset` is done."""
        self._done[tp] = offset

    def committed(self) -> Mapping[Any, int | None]:
        """By partition of the assignment: the next offset as last committed, None where nothing is."""
        return {tp: self._committed_offset[tp] for tp in self.assignment()}

    def _new_consumer_thread(self) -> _ConsumerThread:
        return _ConsumerThread(self, loop=self.loop, beacon=self.beacon)

    async def perform_seek(self) -> None:
        """Go to the committed offsets, as after each rebalance."""
        generation = self.app.consumer_generation_id
        await super().perform_seek()
        self.sought = generation

    @property
    def in_touch(self) -> bool:
        """Whether it knows a broker that keeps its group."""
        return self._thread._ensure_consumer()._coordinator.coordinator_id is not None

    async def commit_and_end_transactions(self) -> None:
        """Nothing more at the stop, where it might wait for ever: the session has committed before."""

    async def force_commit(self, topics: Any = None, start_new_transaction: bool = True) -> bool:
        """Commit what is done; not during a rebalance, where it would only wait behind it."""
        return False if self.app.rebalancing else await self._commit_done()

    async def read_again(self, tp: Any, offset: int) -> None:
        """Go back to an offset of a partition that is ours."""
        self._read_offset[tp] = offset

        async def seek() -> None:
            self._thread.seek(tp, offset)

        await self._at_once(seek())

    async def starts(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The first offset that each partition still holds."""
        found: Mapping[Any, int] = await self._at_once(self._thread._ensure_consumer().beginning_offsets(tps))
        return found

    async def ends(self, tps: Collection[Any]) -> Mapping[Any, int]:
        """The offset that each partition's next record will have."""
        found: Mapping[Any, int] = await self._at_once(self._thread._ensure_consumer().end_offsets(tps))
        return found

    async def _commit_done(self) -> bool:
        generation, mine = self.app.consumer_generation_id, self.assignment()
        offsets = {
            tp: offset for tp, offset in self._done.items() if tp in mine and offset > (self._committed_offset[tp] or 0)
        }
        if not offsets or not await self._commit(offsets):
            return False
        if generation == self.app.consumer_generation_id:
            self._committed_offset.update(offsets)
        return True

    async def _commit(self, offsets: Mapping[Any, int]) -> bool:
        return bool(await self._at_once(self._thread._commit(offsets)))

    async def _at_once(self, asked: Coroutine[Any, Any, Any]) -> Any:
        """Ask in the consumer's thread, but not in its queue, where all wait behind an idle fetch for a second."""
        return await asyncio.wrap_future(asyncio.run_coroutine_threadsafe(asked, self._thread.thread_loop))

    async def on_partitions_revoked(self, revoked: Any) -> None:
        """Commit once more before partitions go, so that who gets them repeats little."""
        with suppress(TimeoutError):
            await asyncio.wait_for(self._commit_done(), _LAST_COMMIT_S)
        await super().on_partitions_revoked(revoked)
        self._done.clear()


class DoneTransport(driver.Transport):
    """Faust's transport with that consumer."""

    Consumer = DoneConsumer


class _ConsumerOnly(BootStrategy):
    """No producer, since `kafka.producer` does that, and no web server."""

    enable_kafka_producer = False
    enable_web = False


class _NoTables(TableManager):
    async def on_start(self) -> None:
        """Without the second that Faust gives tables to register: there are none."""
        await self._update_channels()
        await self.recovery.start()


class _App(faust.App):
    BootStrategy = _ConsumerOnly

    def _create_directories(self) -> None:
        """There are no tables, and so nothing to keep in a folder."""


def build_app(service: str, inputs: Sequence[str], settings: KafkaSettings, take: Take) -> Any:
    """An app that hands batches of events of `inputs` to `take`, one agent a topic and one batch at a time each.

    It makes no topic, table or folder, opens no port and produces nothing.
    """
    quieten()
    app = _App(
        settings.group(service),
        broker=";".join(f"kafka://{address}" for address in settings.bootstrap),
        broker_credentials=_credentials(settings),
        broker_client_id=settings.group(service),
        broker_session_timeout=settings.session_timeout_s,
        broker_heartbeat_interval=settings.session_timeout_s / 12,
        broker_rebalance_timeout=max(settings.session_timeout_s, 10.0),
        broker_commit_interval=settings.commit_every_s,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=_FETCH_BYTES,
        stream_buffer_maxsize=_BATCHES_AHEAD * settings.batch,
        stream_wait_empty=False,
        store="memory://",
        datadir=Path(tempfile.gettempdir()),
        topic_allow_declare=False,
        topic_disable_leader=True,
        table_standby_replicas=0,
        TableManager=_NoTables,
        web_enabled=False,
        web_in_thread=False,
    )
    app.finalize()
    app.transport = DoneTransport(app.conf.broker_consumer, app)
    for name in inputs:
        topic = app.topic(
            settings.topic(name),
            key_type=bytes,
            value_type=bytes,
            key_serializer="raw",
            value_serializer="raw",
            acks=False,
        )
        app.agent(topic, name=f"{service}.{name}", concurrency=1)(_agent(settings, take))
    return app


def _agent(settings: KafkaSettings, take: Take) -> Callable[[Any], Any]:
    async def agent(stream: Any) -> None:
        async for events in stream.take_events(settings.batch, within=settings.linger_s):
            await take(events)

    return agent


def _credentials(settings: KafkaSettings) -> Any:
    if settings.security == "PLAINTEXT":
        return None
    if settings.security == "SASL_PLAINTEXT":
        return _sasl(settings, None)
    trust = ssl_context(settings)
    return SSLCredentials(trust) if settings.security == "SSL" else _sasl(settings, trust)


def _sasl(settings: KafkaSettings, trust: ssl.SSLContext | None) -> Any:
    return SASLCredentials(
        username=settings.username,
        password=settings.password.get_secret_value(),
        ssl_context=trust,
        mechanism=settings.sasl_mechanism,
    )
