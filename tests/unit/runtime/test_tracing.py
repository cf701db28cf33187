"""Traces: one posting's way through the topics is one trace, by the ids that its records carry."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import timedelta

import pytest

from schemas.headers import headers_of, span_of, trace_of
from services.runtime.clock import FixedClock
from services.runtime.records import Outgoing, Record
from services.runtime.tracing import Span, Traced, exported_by
from tests.support.logs import NOON, Collecting

FETCHED = NOON - timedelta(seconds=9)


def record(topic: str, id: str, after: dict[str, str] | None = None) -> Record:
    headers = headers_of(id=id, type=topic, source="test", at=FETCHED, after=after)
    return Record(topic, 0, 0, b"k", b"{}", headers, NOON - timedelta(seconds=5))


class Making(Collecting):
    """Makes a record of each that comes."""

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        super().handle(batch)
        return [Outgoing("postings.v1", each.key, b"{}", _made_of(each.headers)) for each in batch]


def _made_of(headers: Mapping[str, str]) -> dict[str, str]:
    return headers_of(id=f"{headers['ce_id']}-made", type="posting", source="test", at=NOON, after=headers)


def traced(service, share: float = 1.0) -> tuple[Traced, list[Span]]:
    spans: list[Span] = []
    return Traced(service, spans.append, share, FixedClock(NOON)), spans


def test_a_way_begins_with_the_fetch_and_each_step_hangs_on_the_one_before() -> None:
    normaliser, spans = traced(Making(inputs=("raw.v1",)))
    raw = record("raw.v1", "item")

    (posting,) = normaliser.handle([raw])

    fetched, normalised = spans
    assert {span.trace for span in spans} == {trace_of(raw.headers)} == {trace_of(posting.headers)}
    assert (fetched.name, fetched.parent, fetched.id) == ("raw.v1", None, span_of(raw.headers))
    assert (fetched.began, fetched.ended) == (FETCHED, raw.appended_at)
    assert (normalised.name, normalised.parent) == ("postings.v1", fetched.id)
    assert normalised.id == span_of(posting.headers)


def test_a_record_of_which_nothing_is_made_ends_a_way() -> None:
    notifier, spans = traced(Collecting(inputs=("matches.v1",)))
    match = record("matches.v1", "match")

    notifier.handle([match])

    (span,) = spans
    assert (span.name, span.parent, span.id) == ("matches.v1 taken in", span_of(match.headers), None)


def test_a_record_that_comes_again_tells_the_same() -> None:
    service, spans = traced(Making(inputs=("raw.v1",)))
    service.handle([record("raw.v1", "item")])
    service.handle([record("raw.v1", "item")])

    assert spans[:2] == spans[2:]


def test_each_service_chooses_the_same_ways() -> None:
    records = [record("raw.v1", f"item {number}") for number in range(400)]
    first, chosen = traced(Collecting(inputs=("raw.v1",)), 0.25)
    second, again = traced(Making(inputs=("postings.v1",)), 0.25)
    first.handle(records)
    second.handle([replace(each, topic="postings.v1") for each in records])

    assert {span.trace for span in chosen} == {span.trace for span in again}
    assert 60 < len({span.trace for span in chosen}) < 140


def test_what_has_no_trace_and_a_share_of_none_say_nothing() -> None:
    service, spans = traced(Making(inputs=("raw.v1",)))
    plain = replace(record("raw.v1", "item"), headers={"ce_id": "item", "traceparent": "nonsense"})
    service.handle([plain])
    none, nothing = traced(Making(inputs=("raw.v1",)), 0.0)
    none.handle([record("raw.v1", "item")])

    assert spans == nothing == []


def test_a_collector_gets_them_with_the_ids_of_the_records_and_nothing_of_a_person() -> None:
    memory = pytest.importorskip("opentelemetry.sdk.trace.export.in_memory_span_exporter")
    export = pytest.importorskip("opentelemetry.sdk.trace.export")
    kept = memory.InMemorySpanExporter()
    tell, end = exported_by(export.SimpleSpanProcessor(kept))
    raw = record("raw.v1", "ada@example.com")
    Traced(Making(inputs=("raw.v1",)), tell, 1.0, FixedClock(NOON)).handle([raw])

    fetched, normalised = kept.get_finished_spans()
    end()

    assert f"{fetched.context.trace_id:032x}" == f"{normalised.context.trace_id:032x}" == trace_of(raw.headers)
    assert f"{fetched.context.span_id:016x}" == span_of(raw.headers)
    assert fetched.parent is None
    assert normalised.parent.span_id == fetched.context.span_id
    assert fetched.end_time - fetched.start_time == 4_000_000_000
    assert fetched.resource.attributes["service.name"] == "jobchime.ingest.collector"
    assert "ada@" not in f"{fetched.to_json()}{normalised.to_json()}"
