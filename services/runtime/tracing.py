"""Spans of one posting's way through the topics, by OpenTelemetry, where the settings name a collector.

The ids are those that the records carry (`schemas/headers.py`), so that nothing is passed on besides: the span of a
record is what made it, its parent that of the record that it was made of. Whether a trace is sent is told by its id, so
that all services choose the same ones, and a record that comes again makes the same spans again.
"""

import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from pydantic import BaseModel, ConfigDict, Field

from schemas.headers import span_of, trace_of
from schemas.topics import RAW
from services.runtime.clock import Clock
from services.runtime.errors import UsageError
from services.runtime.records import Outgoing, Record, Service, ServiceWrapper

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor


class TracingSettings(BaseModel):
    """Where traces of postings are sent, by OpenTelemetry. Needs `jobchime[observed]`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    endpoint: str = Field(default="", examples=["http://collector.example:4318/v1/traces"])
    """The address of a collector that takes traces over HTTP (OTLP). Empty: no traces are sent."""
    share: float = Field(default=0.01, ge=0, le=1)
    """The share of postings whose traces are sent."""


@dataclass(frozen=True, slots=True)
class Span:
    """What happened to one posting at one service."""

    name: str
    service: str
    trace: str
    parent: str | None
    began: datetime
    ended: datetime
    id: str | None = None
    """Of the record that it made, 16 hexadecimal digits; None: it made none."""


class Traced(ServiceWrapper):
    """A service, and what it made of which record. Tracing changes nothing that it does."""

    def __init__(self, service: Service, tell: Callable[[Span], None], share: float, clock: Clock) -> None:
        super().__init__(service)
        self._tell = tell
        self._below = int(share * 2**32)
        self._clock = clock

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """The service's own; then a span of each record that it made, or of one that ends here."""
        began = self._clock.now()
        outgoing = self._service.handle(batch)
        came = {trace: record for record in batch if (trace := self._chosen(record)) is not None}
        if came:
            self._trace(came, outgoing, began)
        return outgoing

    def _trace(self, came: dict[str, Record], outgoing: Sequence[Outgoing], began: datetime) -> None:
        ended, gone = self._clock.now(), set[str]()
        for trace, record in came.items():
            if record.topic == RAW.name:
                # Where a way begins nobody reads a record, so that whoever reads the first one tells of both.
                self._tell(
                    Span(RAW.name, "ingest.collector", trace, None, _made_at(record), record.appended_at, _id(record))
                )
        for made in outgoing:
            of = trace_of(made.headers)
            if of is not None and of in came:
                gone.add(of)
                self._tell(Span(made.topic, self.name, of, _id(came[of]), began, ended, span_of(made.headers)))
        for trace in came.keys() - gone:
            record = came[trace]
            self._tell(Span(f"{record.topic} taken in", self.name, trace, _id(record), began, ended))

    def _chosen(self, record: Record) -> str | None:
        """The trace of a record, if it is one that is sent."""
        trace = trace_of(record.headers)
        return trace if trace is not None and int(trace[-8:], 16) < self._below else None


def _id(record: Record) -> str | None:
    return span_of(record.headers)


def _made_at(record: Record) -> datetime:
    """When what a record tells happened, as its header says; else when it was sent."""
    try:
        made = datetime.fromisoformat(record.headers.get("ce_time", ""))
    except ValueError:
        return record.appended_at
    return min(made if made.tzinfo else made.replace(tzinfo=UTC), record.appended_at)


def exported_to_collector(endpoint: str) -> tuple[Callable[[Span], None], Callable[[], None]]:
    """What sends spans to a collector, in a thread of its own, and what ends it. Raises UsageError."""
    try:
        from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
        from opentelemetry.sdk.trace.export import BatchSpanProcessor
    except ImportError:
        raise UsageError("tracing.endpoint needs what `pip install jobchime[observed]` brings") from None
    return exported_by(BatchSpanProcessor(OTLPSpanExporter(endpoint=endpoint, timeout=5)))


def exported_by(processor: "SpanProcessor") -> tuple[Callable[[Span], None], Callable[[], None]]:
    """The same by another way out."""
    from opentelemetry import trace as api
    from opentelemetry.sdk.resources import Resource
    from opentelemetry.sdk.trace import TracerProvider
    from opentelemetry.sdk.trace.id_generator import IdGenerator, RandomIdGenerator

    class GivenIds(IdGenerator):
        """Those of the records."""

        def __init__(self) -> None:
            self.trace, self.span = "", ""

        def generate_trace_id(self) -> int:
            return int(self.trace, 16)

        def generate_span_id(self) -> int:
            return int(self.span, 16) if self.span else RandomIdGenerator().generate_span_id()

    ids, lock = GivenIds(), threading.Lock()
    providers: dict[str, TracerProvider] = {}

    def tell(span: Span) -> None:
        context = None
        if span.parent is not None:
            flags = api.TraceFlags(api.TraceFlags.SAMPLED)
            parent = api.SpanContext(int(span.trace, 16), int(span.parent, 16), is_remote=True, trace_flags=flags)
            context = api.set_span_in_context(api.NonRecordingSpan(parent))
        with lock:
            if span.service not in providers:
                resource = Resource.create({"service.name": f"jobchime.{span.service}"})
                providers[span.service] = TracerProvider(resource=resource, id_generator=ids, shutdown_on_exit=False)
                providers[span.service].add_span_processor(processor)
            ids.trace, ids.span = span.trace, span.id or ""
            kind = api.SpanKind.CONSUMER if span.id is None else api.SpanKind.PRODUCER
            tracer = providers[span.service].get_tracer("jobchime")
            made = tracer.start_span(span.name, context, kind, start_time=_nanoseconds(span.began))
        made.end(_nanoseconds(span.ended))

    return tell, processor.shutdown


def _nanoseconds(at: datetime) -> int:
    return int(at.timestamp() * 1_000_000) * 1_000
