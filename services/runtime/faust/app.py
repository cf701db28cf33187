"""A Faust app for one service: no tables, no topics of its own, no web server, and it produces nothing."""

import ssl
import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import faust
from faust.app.base import BootStrategy
from faust.auth import SASLCredentials, SSLCredentials
from faust.tables import TableManager

from services.runtime.faust.consumer import DoneTransport
from services.runtime.faust.logs import quieten
from services.runtime.kafka.connection import ssl_context
from services.runtime.kafka.settings import KafkaSettings

Take = Callable[[Sequence[Any]], Awaitable[None]]
"""Takes a batch of Faust's events, each with a chunk of records; must not raise."""

_FETCH_BYTES = 1 << 20
_CHUNKS_AT_ONCE = 16
_NOTHING_TAKEN_S = 86_400.0
"""A worker that fetches nothing for so long leaves its group: an operator may pause it, an engine may be away."""


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
        broker_max_poll_interval=_NOTHING_TAKEN_S,
        broker_commit_interval=settings.commit_every_s,
        consumer_auto_offset_reset="earliest",
        consumer_max_fetch_size=_FETCH_BYTES,
        stream_buffer_maxsize=_CHUNKS_AT_ONCE,
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
        async for events in stream.take_events(_CHUNKS_AT_ONCE, within=settings.linger_s):
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
