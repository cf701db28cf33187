"""Wires the push endpoint."""

from collections.abc import Callable

from sqlalchemy import Engine

from services.ingest.adapters.formats.catalogue import Catalogue
from services.ingest.adapters.formats.posting_lines import FIELDS, PostingLines
from services.ingest.adapters.push.web import PushApi, push_app
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.push import Pusher, PushFormat
from services.ingest.sending import Tools
from services.ingest.settings import IngestSettings
from services.runtime.clock import Clock
from services.runtime.metrics.process import Metrics
from services.runtime.pauses import Pauses
from services.runtime.records import Producer
from services.runtime.web.server import ConnectionLimits, WebServer


def make_push_server(
    settings: IngestSettings,
    *,
    engine: Engine,
    producer: Producer,
    clock: Clock,
    pauses: Callable[[], Pauses],
    metrics: Metrics,
) -> WebServer:
    """The push endpoint over a migrated store, bound and to be entered. Raises UsageError."""
    lines = PostingLines()
    tools = Tools(settings, SqlSourceLedger(engine), producer, Catalogue(settings.mappings).format_named)
    pusher = Pusher(tools, PushFormat(lines, lines.part, FIELDS), clock, turn_s=settings.push.wait_s)
    api = PushApi(pusher, settings.push, pauses=pauses, metrics=metrics)
    return WebServer(
        push_app(api),
        host=settings.push.host,
        port=settings.push.port,
        what="the push endpoint",
        setting="[ingest.push]",
        limits=ConnectionLimits(
            connections=settings.push.connections,
            of_one_peer=settings.push.connections_of_one,
            proxies=settings.push.proxies,
            head_s=settings.push.head_s,
            answer_s=settings.push.answer_s,
        ),
    )
