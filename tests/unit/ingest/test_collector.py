"""Polling real bytes from a real server into a real store."""

from datetime import timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from schemas.posting import Attribution, posting_id_of
from services.ingest.adapters.sql import SqlSourceLedger
from services.runtime.errors import UnavailableError, UsageError
from tests.support import feed_server as serve
from tests.support.collecting import DAY, HOUR, NOON, bench, board, browse_page, job, json_lines, line, source
from tests.support.feed_server import FeedServer


def test_only_what_is_new_or_changed_is_sent(server: FeedServer, tmp_path: Path) -> None:
    first = board(job("1"), job("2"))
    second = board(job("1"), job("2", title="Lead Engineer"), job("3"))
    on = bench(tmp_path, source(server.on("/feed", serve.served(first), serve.served(first), serve.served(second))))
    assert on.poll().counts.new == 2
    assert on.sent.events() == ["seen 1", "seen 2"]
    assert on.poll().counts.new == 0
    assert on.sent.events() == []
    report = on.poll()
    assert (report.counts.items, report.counts.new, report.counts.changed) == (3, 1, 1)
    assert sorted(on.sent.events()) == ["seen 2", "seen 3"]


def test_after_the_log_was_lost_a_source_is_asked_at_once_and_what_is_open_goes_out_again(
    server: FeedServer, tmp_path: Path
) -> None:
    listing = serve.served(board(job("1"), job("2", posted=NOON - 9 * DAY)))
    address = server.on("/feed", listing)
    on = bench(tmp_path, source(address), source(server.on("/other", listing), "other"))
    on.tick()
    assert sorted(on.sent.events()) == ["seen 1", "seen 1", "seen 2", "seen 2"]
    assert isinstance(on.ledger, SqlSourceLedger)
    assert on.ledger.send_again("board") == 2
    on.tick(after=HOUR / 100)
    raw = on.sent.raw()
    assert [(posting.source, posting.source_id, posting.backlog) for posting in raw] == [
        ("board", "1", False),
        ("board", "2", True),
    ]
    on.sent.events()
    on.tick(after=2 * HOUR)
    assert on.ledger.send_again(None) == 4
    on.tick()
    assert len(on.sent.events()) == 4
    on.tick(after=2 * HOUR)
    on.tick()
    assert on.sent.events() == []


def test_a_raw_posting_says_where_it_comes_from(server: FeedServer, tmp_path: Path) -> None:
    asked_for = Attribution(name="Fern Board", url="https://fern.example")
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1")))), attribution=asked_for))
    on.poll()
    raw, record = on.sent.raw()[0], on.sent.records[0]
    assert (raw.source, raw.source_id, raw.format, raw.event, raw.fetched_at) == ("board", "1", "ashby", "seen", NOON)
    assert raw.attribution == asked_for
    assert raw.item["title"] == "Data Engineer"
    assert record.key.decode() == raw.posting_id == posting_id_of("board", "1")
    assert record.headers["ce_type"] == "raw.v1.seen"


def test_the_formats_own_attribution_stands_where_the_settings_name_none(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(browse_page("1")))))
    on.poll()
    attribution = on.sent.raw()[0].attribution
    assert attribution is not None
    assert attribution.name == "Himalayas"


def test_the_first_poll_is_backlog_but_for_the_last_three_days(server: FeedServer, tmp_path: Path) -> None:
    old = [
        job("fresh", posted=NOON - 2 * DAY),
        job("old", posted=NOON - 4 * DAY),
        job("undated", posted=None),
    ]
    later = [*old[:1], job("old", posted=NOON - 4 * DAY, title="Edited"), job("late", posted=NOON - 30 * DAY)]
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(*old)), serve.served(board(*later)))))
    on.poll()
    assert {raw.source_id: raw.backlog for raw in on.sent.raw()} == {"fresh": False, "old": True, "undated": True}
    on.sent.events()
    on.poll()
    # An edit of an old job is no news; what turns up later is, however it is dated.
    assert {raw.source_id: raw.backlog for raw in on.sent.raw()} == {"old": True, "late": False}


def test_the_backlog_lasts_until_a_poll_has_come_to_its_end(server: FeedServer, tmp_path: Path) -> None:
    listing = board(*(job(str(number), posted=NOON - 9 * DAY) for number in range(40)))
    on = bench(tmp_path, source(server.on("/feed", serve.cut_after(listing, 3_000), serve.served(listing))))
    report = on.poll()
    assert report.error is not None
    assert 0 < report.counts.new < 40
    on.poll()
    raws = on.sent.raw()
    assert len(raws) == 40
    assert all(raw.backlog for raw in raws)


def test_what_vanishes_closes_after_two_complete_polls(server: FeedServer, tmp_path: Path) -> None:
    both, single = board(job("1"), job("2", title="Gone soon")), board(job("1"))
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (both, single, single, single)))))
    on.poll()
    on.sent.events()
    on.poll()
    assert on.sent.events() == []
    assert on.poll().counts.closed == 1
    closed = on.sent.raw()[0]
    assert (closed.event, closed.source_id, closed.item["title"]) == ("closed", "2", "Gone soon")
    assert closed.fetched_at == NOON + 2 * HOUR
    on.sent.events()
    on.poll()
    assert on.sent.events() == []


def test_an_item_that_comes_back_in_between_has_not_vanished(server: FeedServer, tmp_path: Path) -> None:
    both, single = board(job("1"), job("2")), board(job("1"))
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (both, single, both, single, both)))))
    for _ in range(5):
        on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]


def test_empty_and_broken_polls_close_nothing_and_do_not_count(server: FeedServer, tmp_path: Path) -> None:
    both, single, none = board(job("1"), job("2")), board(job("1")), board()
    answers = [
        serve.served(both),
        serve.served(none),
        serve.served(none),
        serve.served(none),
        serve.cut_after(both, len(board(job("1"))) - 2),
        serve.status(500),
        serve.status(500),
        serve.status(500),
        serve.served(b"<html>down for maintenance</html>"),
        serve.served(single),
        serve.served(both[: len(both) - 80]),
        serve.served(single),
    ]
    on = bench(tmp_path, source(server.on("/feed", *answers)))
    for _ in range(8):
        on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]
    on.poll()
    on.poll()
    # Two complete, non-empty polls have lacked it now, with a broken one in between.
    assert on.sent.events() == ["closed 2"]


def test_a_listing_of_the_newest_closes_nothing_that_falls_off_it(server: FeedServer, tmp_path: Path) -> None:
    pages = [browse_page("1", "2"), browse_page("2", "3"), browse_page("3", "4"), browse_page("4", "5")]
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, pages))))
    for _ in pages:
        on.poll()
    assert on.sent.events() == [f"seen {number}" for number in range(1, 6)]


def test_the_settings_may_say_that_a_listing_is_complete(server: FeedServer, tmp_path: Path) -> None:
    listings = [json_lines(line("1"), line("2"))] + [json_lines(line("1"))] * 2
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, listings)), complete=True))
    for _ in listings:
        on.poll()
    assert on.sent.events() == ["seen 1", "seen 2", "closed 2"]


def test_a_posting_that_reappears_is_open_again(server: FeedServer, tmp_path: Path) -> None:
    both, single = board(job("1"), job("2")), board(job("1"))
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (both, single, single, both, both)))))
    for _ in range(3):
        on.poll()
    on.sent.events()
    assert on.poll().counts.changed == 1
    assert on.sent.events() == ["seen 2"]
    on.poll()
    assert on.sent.events() == []


def test_an_item_that_can_no_longer_be_read_is_not_gone(server: FeedServer, tmp_path: Path) -> None:
    nested: object = "x"
    for _ in range(300):
        nested = {"a": nested}
    spoilt = board(job("1"), job("2", address=nested))
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"), job("2"))), serve.served(spoilt))))
    for _ in range(4):
        on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]
    assert len(on.sent.letters()) == 1


def test_a_posting_ends_by_its_expiry_or_its_age(server: FeedServer, tmp_path: Path) -> None:
    listing = json_lines(line("expires", expires=NOON + 5 * DAY), line("ages"))
    on = bench(tmp_path, source(server.on("/feed", serve.served(listing), serve.status(404))))
    on.tick(after=5 * DAY - HOUR)
    assert on.sent.events() == ["seen expires", "seen ages"]
    on.tick(after=HOUR)
    assert on.sent.events() == []
    on.tick(after=0 * DAY)
    assert on.sent.events() == ["closed expires"]
    on.now = NOON + 44 * DAY - HOUR
    on.tick(after=HOUR)
    assert on.sent.events() == []
    on.tick()
    assert on.sent.events() == ["closed ages"]


def test_a_posting_of_a_dead_source_does_not_live_for_ever(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"))), serve.status(404))))
    on.tick(after=44 * DAY)
    on.tick(after=DAY)
    assert on.sent.events() == ["seen 1"]
    on.tick()
    assert on.sent.events() == ["closed 1"]


def test_what_is_listed_past_its_end_is_neither_sent_nor_opened_again(server: FeedServer, tmp_path: Path) -> None:
    listing = json_lines(line("over", expires=NOON - HOUR), line("soon", expires=NOON + HOUR))
    on = bench(tmp_path, source(server.on("/feed", serve.served(listing))))
    assert "2 listed, 1 taken: 1 past their end" in on.poll().notes
    assert on.sent.events() == ["seen soon"]
    for _ in range(3):
        on.tick()
    assert on.sent.events() == ["closed soon"]


def test_not_modified_counts_as_the_same_listing_again(server: FeedServer, tmp_path: Path) -> None:
    both, single = board(job("1"), job("2")), board(job("1"))
    url = server.on("/feed", serve.conditional(both, '"a"'), serve.conditional(single, '"b"'))
    on = bench(tmp_path, source(url))
    on.poll()
    on.poll()
    report = on.poll()
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, '"a"', '"b"']
    assert report.unchanged
    assert report.counts.items == 1
    assert on.sent.events() == ["seen 1", "seen 2", "closed 2"]


def test_an_unchanged_feed_keeps_its_postings_open(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.conditional(json_lines(line("1")), '"a"'))))
    for _ in range(60):
        on.tick(after=DAY)
    assert on.sent.events() == ["seen 1"]
    assert len(server.asked) == 60


def test_a_broken_listing_is_not_asked_for_by_its_validators(server: FeedServer, tmp_path: Path) -> None:
    broken = serve.served(board(job("1"), job("2"))[:-60], ETag='"a"')
    on = bench(tmp_path, source(server.on("/feed", broken)))
    on.poll()
    on.poll()
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, None]


def test_validators_are_not_used_for_another_address(server: FeedServer, tmp_path: Path) -> None:
    answer = serve.conditional(board(job("1")), '"a"')
    bench(tmp_path, source(server.on("/one", answer))).poll()
    bench(tmp_path, source(server.on("/two", answer))).poll()
    assert [asked.headers.get("if-none-match") for asked in server.asked] == [None, None]


def test_pages_are_followed_to_their_end(server: FeedServer, tmp_path: Path) -> None:
    url = server.on(
        "/feed", *map(serve.served, (browse_page("1", cursor="b"), browse_page("2", cursor="c"), browse_page("3")))
    )
    on = bench(tmp_path, source(url))
    assert on.poll().counts.items == 3
    assert server.paths() == ["/feed", "/feed?cursor=b", "/feed?cursor=c"]


def test_pages_that_lead_round_are_left(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(browse_page("1", cursor="a")))))
    report = on.poll()
    assert len(server.asked) == 2
    assert report.counts.items == 1
    assert not report.whole
    assert "the pages lead round in a circle" in report.notes


def test_pages_without_end_stop_at_the_limit(server: FeedServer, tmp_path: Path) -> None:
    def page(exchange: serve.Exchange) -> None:
        number = len(server.asked)
        exchange.reply(200, browse_page(str(number), cursor=f"c{number}"))

    on = bench(tmp_path, source(server.on("/feed", page), max_pages=7))
    report = on.poll()
    assert len(server.asked) == report.counts.items == 7
    assert report.error is None
    assert any("max_pages" in note for note in report.notes)


def test_later_polls_stop_at_the_first_page_without_news(server: FeedServer, tmp_path: Path) -> None:
    pages = [browse_page("1", cursor="b"), browse_page("2", cursor="c"), browse_page("3")]
    again = [browse_page("4", cursor="b"), browse_page("1", cursor="c")]
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, [*pages, *again]))))
    on.poll()
    server.asked.clear()
    assert on.poll().counts.new == 1
    assert len(server.asked) == 2


def test_a_page_that_fails_leaves_what_came_before(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.served(browse_page("1", cursor="b")), serve.status(404))
    on = bench(tmp_path, source(url))
    report = on.poll()
    assert on.sent.events() == ["seen 1"]
    assert report.error is not None
    assert "answers 404" in report.error
    assert not report.whole


def test_a_cut_body_delivers_what_was_whole_and_says_so(server: FeedServer, tmp_path: Path) -> None:
    listing = board(*(job(str(number)) for number in range(30)))
    on = bench(tmp_path, source(server.on("/feed", serve.cut_after(listing, len(listing) // 2))))
    report = on.poll()
    assert 10 < report.counts.new < 16
    assert report.error is not None
    assert "broke off" in report.error
    health = on.ledger.health("board")
    assert health is not None
    assert (health.failures, health.last_success, health.counts.new) == (1, None, report.counts.new)


def test_a_fault_has_one_dead_letter_however_often_it_is_met(server: FeedServer, tmp_path: Path) -> None:
    sound = json_lines(line("1"))
    mixed = sound + b'{"id": "bad", "title": "No company", "contact": "kim@fern.example"}\n'
    moved = json_lines(line("0")) + mixed
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (mixed, mixed, moved)))))
    reports = [on.poll() for _ in range(3)]
    assert [report.counts.broken for report in reports] == [1, 1, 1]
    letters = on.sent.letters()
    assert len(letters) == 1
    headers = letters[0].headers
    assert '"company" is missing' in headers["error"]
    assert (headers["source"], headers["source_id"], headers["attempts"]) == ("board", "bad", "1")
    assert headers["origin_topic"] == headers["origin_partition"] == headers["origin_offset"] == ""
    assert b"No company" in letters[0].value
    assert b"kim@" not in letters[0].value


def test_a_flood_of_faults_has_few_dead_letters(server: FeedServer, tmp_path: Path) -> None:
    rows = [{"id": f"bad {number}", "title": "x"} for number in range(50)]
    on = bench(tmp_path, source(server.on("/feed", serve.served(json_lines(line("1"), *rows)))), max_dead_letters=10)
    report = on.poll()
    assert report.counts.broken == 50
    assert len(on.sent.letters()) == 10
    assert any("max_dead_letters" in note for note in report.notes)


def test_a_body_of_no_known_format_is_told(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(b"hello there"))))
    report = on.poll()
    assert report.error is not None
    assert report.error.endswith("/feed: of no known format; it begins: hello there")
    on.poll()
    health = on.ledger.health("board")
    assert health is not None
    assert health.failures == 2


def test_a_source_that_names_an_unknown_format_is_refused_at_the_start(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match='no format "asby"'):
        bench(tmp_path, source("https://jobs.example", format="asby"))


def test_a_tick_that_waits_polls_all_that_is_due(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.served(board(job("1"))))
    sources = [source(url, f"board-{number}", every="1d") for number in range(5)]
    on = bench(tmp_path, *sources, source(url, "off", enabled=False), polls_at_once=2)
    asked = []
    for _ in range(2):
        on.tick()
        asked.append(len(server.asked))
    assert asked == [5, 5]
    on.now = NOON + 2 * DAY
    on.tick()
    assert len(server.asked) == 10


def test_a_failing_source_is_asked_again_sooner_then_ever_later(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.status(404)), every="6h"))
    waits = []
    for _ in range(12):
        on.poll(after=timedelta())
        health = on.ledger.health("board")
        assert health is not None
        waits.append((health.next_due - on.now) / timedelta(minutes=1))
    assert waits[0] < 1.2
    assert all(later > sooner for sooner, later in pairwise(waits[:9]))
    assert max(waits) <= 6 * 60 * 1.1


def test_a_wish_to_be_left_alone_is_followed(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.status(429, Retry_After="7200")), every="15m"))
    report = on.poll(after=timedelta())
    health = on.ledger.health("board")
    assert health is not None
    assert health.next_due >= NOON + 2 * HOUR
    assert report.error is not None
    assert "asked too often" in report.error
    assert len(server.asked) == 1


def test_a_warning_is_due_of_a_source_that_is_silent_for_long(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.status(404))
    on = bench(tmp_path, source(url), source(server.on("/ok", serve.served(board(job("1")))), "well"))
    on.tick()
    assert on.collector.silent(NOON + 23 * HOUR) == {}
    on.now = NOON + 24 * HOUR
    with capture_logs() as logged:
        on.tick()
        on.tick()
    assert on.collector.silent(NOON + 24 * HOUR) == {"board": NOON}
    assert [entry["source"] for entry in logged if "given nothing" in entry["event"]] == ["board"]


def test_a_poll_that_fails_is_a_warning_that_says_why(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"))), serve.status(404))))
    with capture_logs() as logged:
        on.poll()
        on.poll()
    (warned,) = (entry for entry in logged if entry["log_level"] == "warning")
    assert (warned["event"], warned["source"]) == ("a poll failed", "board")
    assert "404" in warned["error"]


def test_one_source_that_fails_does_not_stop_the_others(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.served(board(job("1"))))
    bad = [source("http://127.0.0.1:9/", "closed-port"), source("http://10.0.0.1/", "private", allow_private=False)]
    on = bench(tmp_path, *bad, source(str(tmp_path / "none"), "no-file"), source(url), attempts=1)
    on.tick()
    assert on.sent.events() == ["seen 1"]
    errors = {health.source: health.last_error for health in on.ledger.healths()}
    assert errors["board"] is None
    assert "no connection could be made" in (errors["closed-port"] or "")
    assert "set allow_private" in (errors["private"] or "")
    assert "no file or folder" in (errors["no-file"] or "")


def test_nothing_is_lost_when_the_log_is_away(server: FeedServer, tmp_path: Path) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"), job("2"))))))
    on.sent.room = 1
    with pytest.raises(UnavailableError, match="the log is away"):
        on.tick(after=timedelta())
    health = on.ledger.health("board")
    assert health is not None
    assert health.failures == 0
    on.sent.room = None
    on.tick()
    assert on.sent.events() == ["seen 1", "seen 2"]


def test_nothing_is_lost_when_closing_meets_a_log_that_is_away(server: FeedServer, tmp_path: Path) -> None:
    listings = [board(job("1"), job("2"), job("3"))] + [board(job("1"))] * 3
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, listings))))
    on.poll()
    on.poll()
    on.sent.events()
    on.sent.room = 1
    with pytest.raises(UnavailableError):
        on.poll()
    on.sent.room = None
    on.poll()
    assert on.sent.events() == ["closed 2", "closed 3"]


def test_a_posting_sent_just_before_a_crash_is_closed_although_it_was_never_listed_again(
    server: FeedServer, tmp_path: Path
) -> None:
    listings = [board(job("1"), job("2"))] + [board(job("1"))] * 2
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, listings))))
    on.sent.goes_down = True
    with pytest.raises(UnavailableError):
        on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]
    on.now += HOUR
    on.poll()
    on.poll()
    assert on.sent.events() == ["seen 1", "closed 2"]


def test_a_posting_closed_just_before_a_crash_is_open_again_once_it_is_listed(
    server: FeedServer, tmp_path: Path
) -> None:
    both, single = board(job("1"), job("2")), board(job("1"))
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (both, single, single, both)))))
    on.poll()
    on.poll()
    on.sent.events()
    on.sent.goes_down = True
    with pytest.raises(UnavailableError):
        on.poll()
    assert on.sent.events() == ["closed 2"]
    on.poll()
    assert on.sent.events() == ["seen 2"]
