"""A posting can be followed through the topics: each record has its identity, and the trace of where it entered."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog
from structlog.contextvars import merge_contextvars

from schemas.criteria import Criteria
from schemas.headers import trace_of
from schemas.topics import MATCHES, POSTINGS, RAW, TOPICS, dead_of
from services.ingest.app import make_normaliser
from services.ingest.domain.polling.listing import KnownItem
from services.ingest.events import dead_letter, raw_record
from services.ingest.faults import FeedFault
from services.ingest.ports import Broken
from services.matcher.app import make_matcher
from services.runtime.clock import FixedClock
from services.runtime.errors import PoisonError
from services.runtime.letters.dead import DeadLetters
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing, Record
from services.runtime.stages.embedded import EmbeddedRunner
from tests.support.logs import Collecting
from tests.support.matching import criteria_out

NOON = datetime(2026, 8, 12, 12, tzinfo=UTC)
IDENTITY = {"ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "traceparent"}
ITEM = {
    "title": "Data Engineer",
    "companyName": "Nimbus Fern",
    "guid": "https://board.example/jobs/1",
    "description": "<p>SQL</p>",
    "locationRestrictions": ["Spain"],
    "pubDate": 1786449600,
}


def entered(source_id: str, item: dict[str, object]) -> Outgoing:
    known = KnownItem(
        "board", source_id, "himalayas", "hash", True, False, NOON, None, NOON, NOON, NOON + timedelta(days=9)
    )
    return raw_record(known, item, closed=False, attribution=None, now=NOON)


def run(log: SqliteLog) -> None:
    runner = EmbeddedRunner([make_normaliser(), make_matcher(log)], log, clock=FixedClock(NOON))
    runner.load()
    runner.drain()


def all_of(log: SqliteLog, topic: str) -> list[Record]:
    return list(log.read_all(topic))


def test_a_trace_goes_from_where_a_posting_entered_to_its_matches_and_its_dead_letter(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.sqlite", clock=FixedClock(NOON)) as log:
        first, second, bad = entered("1", ITEM), entered("2", ITEM | {"title": "Cook"}), entered("3", {"no": "title"})
        log.produce([criteria_out(1, Criteria()), first, second, bad])
        run(log)
        postings, matches, letters = (all_of(log, name) for name in (POSTINGS.name, MATCHES.name, dead_of(RAW.name)))
    good = {trace_of(first.headers), trace_of(second.headers)}
    assert len(good) == 2
    assert None not in good
    assert {trace_of(record.headers) for record in postings} == good
    assert good <= {trace_of(record.headers) for record in matches}
    assert [trace_of(record.headers) for record in letters] == [trace_of(bad.headers)]


def test_every_record_of_every_topic_has_an_identity(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.sqlite", clock=FixedClock(NOON)) as log:
        foreign = Outgoing(RAW.name, b"k", b"no message", {"note": "somebody else's"})
        log.produce([entered("1", ITEM), entered("2", {"no": "title"}), foreign])
        log.produce([dead_letter("board", Broken(FeedFault("cut_short", "cut short"), "excerpt"), NOON)])
        run(log)
        letters = DeadLetters(log)
        assert letters.replay(letters.find()).sent == 2
        written = [record for topic in TOPICS for record in all_of(log, dead_of(topic.name))]
        written += all_of(log, POSTINGS.name) + all_of(log, MATCHES.name)
    assert len(written) == 7  # three letters, two marks, a posting, its matches
    assert all(record.headers.keys() >= IDENTITY for record in written)
    assert len({record.headers["ce_id"] for record in written}) == 7


def test_a_redone_batch_gives_the_same_headers(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.sqlite", clock=FixedClock(NOON)) as log:
        log.produce([entered("1", ITEM), entered("2", ITEM)])
        batch = all_of(log, RAW.name)
        assert make_normaliser().handle(batch) == make_normaliser().handle(batch)


def test_what_is_logged_about_one_record_names_its_trace(tmp_path: Path) -> None:
    def judge(record: Record) -> None:
        structlog.get_logger("test").warning("looked at", offset=record.offset)
        raise PoisonError("no")

    with SqliteLog(tmp_path / "log.sqlite", clock=FixedClock(NOON), partitions=1) as log:
        sent = [entered("1", ITEM), entered("2", ITEM)]
        log.produce(sent)
        runner = EmbeddedRunner([Collecting(judge=judge)], log, clock=FixedClock(NOON))
        with structlog.testing.capture_logs(processors=[merge_contextvars]) as events:
            runner.load()
            runner.drain()
    traces = [trace_of(record.headers) for record in sent]
    assert [event.get("trace") for event in events if event["event"] == "looked at"] == [None, *traces]
    assert [event.get("trace") for event in events if event["event"] == "dead letter"] == traces


def test_matches_backwards_begin_a_trace_of_their_own(tmp_path: Path) -> None:
    with SqliteLog(tmp_path / "log.sqlite", clock=FixedClock(NOON)) as log:
        log.produce([entered("1", ITEM)])
        run(log)
        log.produce([criteria_out(1, Criteria())])
        run(log)
        forward, backward = all_of(log, MATCHES.name)
    assert trace_of(backward.headers) not in (None, trace_of(forward.headers))
