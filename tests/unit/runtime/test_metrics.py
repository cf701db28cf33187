"""What a process measures, and that the list of it is the whole truth."""

import re
import threading
import time
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import get_args

from prometheus_client.exposition import generate_latest
from prometheus_client.parser import text_string_to_metric_families

from schemas.topics import TOPICS
from services.notifier.domain.delivery import State
from services.runtime.cached import Cached
from services.runtime.clock import FixedClock
from services.runtime.figures.sources import SourceFigures
from services.runtime.figures.stream import DELIVERY_STATES, StoreFigures, WorkerFigures
from services.runtime.metrics import catalogue as listed
from services.runtime.metrics.catalogue import METRICS, metrics_table
from services.runtime.metrics.freshness import Measured
from services.runtime.metrics.process import Metrics
from services.runtime.records import Record
from tests.support.logs import NOON, Collecting
from tests.support.promql import promtool
from tests.support.waiting import until

DOCS = Path(__file__).parents[3] / "docs"


def scraped(metrics: Metrics) -> dict[tuple[str, tuple[tuple[str, str], ...]], float]:
    """Samples by name and labels."""
    text = generate_latest(metrics.registry).decode()
    return {
        (sample.name, tuple(sorted(sample.labels.items()))): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def figure(metrics: Metrics, name: str, **labels: str) -> float:
    return scraped(metrics)[name, tuple(sorted(labels.items()))]


def record(topic: str, value: str, **headers: str) -> Record:
    return Record(topic, 0, 0, b"k", value.encode(), headers, NOON)


def test_every_metric_of_the_list_is_registered_and_no_other() -> None:
    metrics = Metrics()
    metrics.watch_store(lambda: StoreFigures(NOON))
    names = {family.name for family in metrics.registry.collect()}
    assert names == {metric.name for metric in METRICS}
    kinds = {family.name: family.type for family in metrics.registry.collect()}
    assert kinds == {metric.name: metric.kind for metric in METRICS}


def test_the_documented_list_is_the_list() -> None:
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    assert "\n".join(metrics_table()) in page, "run `python -m services.runtime.metrics.catalogue` and paste its table"


def test_names_follow_the_rules_of_prometheus() -> None:
    for metric in METRICS:
        assert metric.name.startswith("jobchime_")
        assert metric.help.endswith(".")
        assert not metric.name.endswith("_total")
        assert (metric.kind == "histogram") == bool(metric.buckets)
        assert metric.kind != "histogram" or metric.name.endswith("_seconds")
        assert list(metric.buckets) == sorted(set(metric.buckets))


def test_promtool_finds_no_fault_in_what_is_scraped() -> None:
    metrics = Metrics()
    metrics.watch_store(lambda: StoreFigures(NOON))
    meter = metrics.meter("matcher")
    meter.batch("postings.v1", 3, 0.1)
    meter.lag("postings.v1", 4, 17)
    promtool("check", "metrics", stdin=generate_latest(metrics.registry).decode())


def test_docs_name_only_metrics_that_there_are() -> None:
    page = (DOCS / "metrics.md").read_text(encoding="utf-8")
    shown = {metric.shown_name for metric in METRICS}
    suffixed = {f"{metric.name}{end}" for metric in METRICS for end in ("_bucket", "_sum", "_count") if metric.buckets}
    assert set(re.findall(r"\bjobchime_\w+", page)) <= shown | suffixed


def test_a_service_without_a_worker_is_a_series_that_an_alert_can_see() -> None:
    metrics = Metrics()
    workers = (
        WorkerFigures("matcher", alive=1, lost=1, heard_at=NOON - timedelta(seconds=4)),
        WorkerFigures("notifier"),
    )
    metrics.watch_store(lambda: StoreFigures(NOON, workers=workers))
    assert figure(metrics, "jobchime_workers", service="matcher", state="lost") == 1
    assert figure(metrics, "jobchime_workers", service="notifier", state="alive") == 0
    assert figure(metrics, "jobchime_heartbeat_age_seconds", service="matcher") == 4


def test_two_processes_worth_of_metrics_do_not_meet() -> None:
    first, second = Metrics(), Metrics()
    first.meter("matcher").batch("postings.v1", 3, 0.1)
    assert figure(first, "jobchime_records_total", service="matcher", topic="postings.v1") == 3
    assert not any(name == "jobchime_records_total" for name, _ in scraped(second))


def test_what_a_runner_tells_is_counted() -> None:
    metrics = Metrics()
    meter = metrics.meter("matcher")
    meter.batch("postings.v1", 3, 0.1)
    meter.batch("postings.v1", 2, 0.3)
    meter.dead("postings.v1", "PoisonError")
    meter.retried("criteria.v1", "UnavailableError")
    meter.lag("postings.v1", 4, 17)
    meter.assigned(12)
    meter.ticked(0.2, failed=True)
    meter.ready(True)
    where = {"service": "matcher", "topic": "postings.v1"}
    assert figure(metrics, "jobchime_records_total", **where) == 5
    assert figure(metrics, "jobchime_handle_seconds_count", **where) == 2
    assert figure(metrics, "jobchime_dead_letters_total", **where, error_type="PoisonError") == 1
    retries = {"service": "matcher", "topic": "criteria.v1", "error_type": "UnavailableError"}
    assert figure(metrics, "jobchime_retries_total", **retries) == 1
    assert figure(metrics, "jobchime_consumergroup_lag", **where, partition="4") == 17
    assert figure(metrics, "jobchime_partitions_assigned", service="matcher") == 12
    assert figure(metrics, "jobchime_tick_failures_total", service="matcher") == 1
    assert figure(metrics, "jobchime_ready", service="matcher") == 1


def test_a_partition_that_went_elsewhere_has_no_lag_here() -> None:
    metrics = Metrics()
    meter = metrics.meter("matcher")
    meter.lag("postings.v1", 4, 17)
    meter.unassigned("postings.v1", 4)
    meter.unassigned("postings.v1", 5)
    assert not any(name == "jobchime_consumergroup_lag" for name, _ in scraped(metrics))


def test_labels_are_bounded_whatever_happens() -> None:
    metrics = Metrics()
    meter = metrics.meter("matcher")
    for number in range(500):
        meter.dead("postings.v1", f"Error{number}")
        meter.retried(f"topic {number}", "someone@example.com said no")
    labels = [dict(labels) for _, labels in scraped(metrics)]
    assert len({found["error_type"] for found in labels if "error_type" in found}) <= 41
    assert {found["topic"] for found in labels if "topic" in found} <= {topic.name for topic in TOPICS} | {"other"}
    assert b"example.com" not in generate_latest(metrics.registry)


def test_the_stores_gauges_are_read_at_the_scrape_and_absent_while_it_is_away() -> None:
    metrics = Metrics()
    answers: list[StoreFigures | None] = [
        StoreFigures(NOON, deliveries={"pending": 4}, outbox=2, sources=(SourceFigures("a", "failing"),)),
        None,
    ]
    metrics.watch_store(lambda: answers.pop(0))
    first = scraped(metrics)
    assert first["jobchime_store_up", ()] == 1
    assert first["jobchime_deliveries", (("state", "pending"),)] == 4
    assert first["jobchime_deliveries", (("state", "unknown"),)] == 0
    assert first["jobchime_sources", (("state", "failing"),)] == 1
    assert first["jobchime_outbox_rows", ()] == 2
    second = scraped(metrics)
    assert second["jobchime_store_up", ()] == 0
    assert ("jobchime_outbox_rows", ()) not in second


def test_all_states_of_deliveries_are_told() -> None:
    assert set(DELIVERY_STATES) == set(get_args(State))


def test_figures_are_read_once_for_many_that_ask() -> None:
    reads = 0

    def read() -> StoreFigures:
        nonlocal reads
        reads += 1
        time.sleep(0.05)
        return StoreFigures(NOON)

    figures = Cached(read, keep_s=60)
    found: list[StoreFigures | None] = []
    threads = [threading.Thread(target=lambda: found.append(figures())) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert reads == 1
    assert found == [StoreFigures(NOON)] * 8


def test_a_store_that_hangs_holds_no_scrape_and_one_thread() -> None:
    hanging, reads = threading.Event(), 0

    def read() -> StoreFigures:
        nonlocal reads
        reads += 1
        hanging.wait(120)
        return StoreFigures(NOON)

    figures = Cached(read, keep_s=0, wait_s=0.05)
    began = time.monotonic()
    assert [figures() for _ in range(4)] == [None] * 4
    assert time.monotonic() - began < 60
    assert reads == 1
    hanging.set()
    hanging.set()


def test_what_was_read_last_is_given_while_it_is_read_anew_where_the_first_was_waited_for() -> None:
    answers, slow = iter(("well", "amiss", "well")), threading.Event()

    def read() -> str:
        answer = next(answers)
        if answer == "amiss":
            slow.wait(60)
        return answer

    keeps = {"well": 0.0, "amiss": 60.0}
    found = Cached(read, keep_s=keeps.__getitem__, wait_s=0.05, first_wait_s=60)
    assert [found(), found()] == ["well", "well"]
    slow.set()
    until(lambda: found() == "amiss", "what was slow is read")
    assert found() == "amiss", "it is kept for as long as it is worth"


def test_freshness_is_counted_from_the_fetch() -> None:
    metrics, clock = Metrics(), FixedClock(NOON)
    service = Measured(Collecting(inputs=("postings.v1",)), metrics, clock)
    posted = (NOON - timedelta(hours=2)).isoformat()
    fetched = (NOON - timedelta(seconds=3)).isoformat().replace("+00:00", "Z")
    service.handle([record("postings.v1", f'{{"posted_at":"{posted}","fetched_at":"{fetched}"}}')])
    assert service.freshness_s() == 3
    assert figure(metrics, "jobchime_fetched_to_matched_seconds_sum") == 3
    assert figure(metrics, "jobchime_published_to_fetched_seconds_sum") == 2 * 3600 - 3


def test_freshness_is_that_of_the_last_minutes_and_not_of_an_outage_before() -> None:
    clock = FixedClock(NOON)
    service = Measured(Collecting(inputs=("postings.v1",)), Metrics(), clock)

    def handle(count: int, age: timedelta) -> None:
        fetched = (clock.now() - age).isoformat()
        service.handle([record("postings.v1", f'{{"fetched_at":"{fetched}"}}') for _ in range(count)])

    handle(20, timedelta(seconds=90))
    assert service.freshness_s() == 90
    clock.advance(timedelta(minutes=6))
    assert service.freshness_s() is None
    handle(1, timedelta(seconds=2))
    assert service.freshness_s() == 2


def test_a_match_record_tells_when_its_posting_was_published_normalised_matched_and_stored() -> None:
    metrics, clock = Metrics(), FixedClock(NOON)
    service = Measured(Collecting(inputs=("matches.v1",)), metrics, clock)
    posted, fetched = NOON - timedelta(hours=2), NOON - timedelta(seconds=9)
    normalised, matched = NOON - timedelta(seconds=7), NOON - timedelta(seconds=3)

    def match(facts: str, **headers: str) -> Record:
        value = f'{{"posting":{{{facts}"fetched_at":"{fetched.isoformat()}"}},"keys":"AA=="}}'
        return replace(record("matches.v1", value, **headers), appended_at=matched)

    dated, undated = f'"posted_at":"{posted.isoformat()}",', ""
    service.handle([match(dated, ce_time=normalised.isoformat()), match(undated)])
    assert figure(metrics, "jobchime_published_to_matched_seconds_count") == 2
    assert figure(metrics, "jobchime_published_to_matched_seconds_sum") == (2 * 3600 - 3) + (9 - 3)
    assert figure(metrics, "jobchime_normalised_to_matched_seconds_count") == 1
    assert figure(metrics, "jobchime_normalised_to_matched_seconds_sum") == 7 - 3
    assert figure(metrics, "jobchime_matched_to_stored_seconds_count") == 2
    assert figure(metrics, "jobchime_matched_to_stored_seconds_sum") == 2 * 3

    closed = f'"status":"closed",{dated}'
    service.handle([match(closed, ce_time=normalised.isoformat()), match(dated + '"cause":"backfill",')])
    assert figure(metrics, "jobchime_published_to_matched_seconds_count") == 2, "a closing is no news"
    assert figure(metrics, "jobchime_matched_to_stored_seconds_count") == 3, "a closing is stored like any other"


def test_how_late_a_source_is_is_not_told_by_closings() -> None:
    metrics = Metrics()
    service = Measured(Collecting(inputs=("postings.v1",)), metrics, FixedClock(NOON))
    dates = f'"posted_at":"{(NOON - timedelta(days=30)).isoformat()}","fetched_at":"{NOON.isoformat()}"'
    service.handle([record("postings.v1", f'{{"status":"closed",{dates}}}')])
    assert figure(metrics, "jobchime_published_to_fetched_seconds_count") == 0
    assert figure(metrics, "jobchime_fetched_to_matched_seconds_count") == 1


def test_clocks_that_differ_a_little_measure_nothing_below_zero() -> None:
    metrics = Metrics()
    service = Measured(Collecting(inputs=("matches.v1",)), metrics, FixedClock(NOON))
    ahead = NOON + timedelta(milliseconds=40)
    early = record("matches.v1", f'{{"fetched_at":"{ahead.isoformat()}"}}', ce_time=ahead.isoformat())
    service.handle([early])
    for stage in ("fetched_to_stored", "published_to_matched", "normalised_to_matched", "matched_to_stored"):
        assert figure(metrics, f"jobchime_{stage}_seconds_count") == 1
        assert figure(metrics, f"jobchime_{stage}_seconds_sum") == 0


def test_old_news_and_nonsense_say_nothing_of_freshness() -> None:
    metrics, clock = Metrics(), FixedClock(NOON)
    service = Measured(Collecting(), metrics, clock)
    fetched = NOON.isoformat()
    batch = [
        record("postings.v1", f'{{"backlog":true,"fetched_at":"{fetched}"}}'),
        record("postings.v1", f'{{"fetched_at":"{fetched}"}}', cause="replay"),
        record("matches.v1", f'{{"cause":"backfill","fetched_at":"{fetched}"}}'),
        record("postings.v1", '{"fetched_at":"yesterday evening"}'),
        record("postings.v1", r'{"description_text":"\"fetched_at\":\"2026-01-01T00:00:00Z\""}'),
        record("postings.v1", "no JSON"),
    ]
    for each in batch:
        service.handle([each])
    assert service.freshness_s() is None


def test_a_raw_item_is_dated_by_its_header_alone() -> None:
    metrics, clock = Metrics(), FixedClock(NOON)
    service = Measured(Collecting(inputs=("raw.v1",)), metrics, clock)
    item = '{"item":{"fetched_at":"2020-01-01T00:00:00Z"}}'
    service.handle([record("raw.v1", item, ce_time=(NOON - timedelta(seconds=1)).isoformat()), record("raw.v1", item)])
    assert service.freshness_s() == 1


def test_a_gauge_can_be_followed() -> None:
    metrics = Metrics()
    metrics.follow(listed.LOOP, lambda: 4.5, "main")
    assert figure(metrics, "jobchime_loop_idle_seconds", loop="main") == 4.5
