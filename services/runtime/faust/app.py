"""A Faust app for one service: no tables, no topics of its own, no web server, and it produces nothing."""

import tempfile
from collections.abc import Awaitable, Callable, Sequence
from pathlib import Path
from typing import Any

import faust
from faust.app.base import BootStrategy, logger
from faust.auth import SASLCredentials, SSLCredentials
from faust.tables import TableManager

from services.runtime.faust.fetch import Transport
from services.runtime.faust.log import FetchedLog
from services.runtime.faust.logs import quieten
from services.runtime.kafka.connection import ssl_context
from services.runtime.kafka.settings import KafkaSettings

_FETCH_BYTES = 1 << 20
_RECORDS_AT_ONCE = 500
_ARRIVALS_AT_ONCE = 16
"""Of so many records or bytes each: what a worker holds in memory while the service is slow or an engine away."""
_NOTHING_TAKEN_S = 86_400.0
"""A worker that fetches nothing for so long leaves its group: an operator may pause it, an engine may be away."""


class _ConsumerOnly(BootStrategy):
    """No producer, since `kafka.producer` does that."""

    enable_kafka_producer = False


class _NoTables(TableManager):
    """There are none: no second to register them in, and no task that recovers them, see `Consumer`."""

    async def on_start(self) -> None:
        """Nothing to register."""

    async def wait_until_tables_registered(self) -> None:
        """None will be."""


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
        stream_buffer_maxsize=_ARRIVALS_AT_ONCE,
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
    app.fetched, app.names = log, {settings.topic(name): name for name in inputs}
    app.transport = Transport(app.conf.broker_consumer, app)
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
