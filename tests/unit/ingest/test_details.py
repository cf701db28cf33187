"""What a listing lacks, asked for posting by posting, over real connections and a real store."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from structlog.testing import capture_logs

from schemas.codec import digest_of
from services.ingest.app import make_normalise, make_reader
from services.ingest.check import check, lines
from tests.support import feed_server as serve
from tests.support.board_bodies import (
    remotive,
    remotive_job,
    smartrecruiters,
    smartrecruiters_detail,
    smartrecruiters_posting,
)
from tests.support.collecting import DAY, HOUR, NOON, Bench, bench, source
from tests.support.feed_bodies import greenhouse, greenhouse_job
from tests.support.feed_server import Exchange, FeedServer

COMPANY = "/v1/companies/CoralLedger1/postings"
BOARD = "/v1/boards/nimbusfern/jobs"


def posting(number: int, **changes: Any) -> dict[str, Any]:
    return smartrecruiters_posting(number, releasedDate=(NOON - DAY).isoformat(), **changes)


def on_company(server: FeedServer, tmp_path: Path, *postings: dict[str, Any], lease: str = "15m", **how: Any) -> Bench:
    return bench(tmp_path, source(listing(server, *postings), **how), gap=0.01, lease=lease)


def listing(server: FeedServer, *postings: dict[str, Any]) -> str:
    body = smartrecruiters(*postings)
    return server.on(COMPANY, serve.conditional(body, f'"{digest_of(body)}"'))


def detail(server: FeedServer, number: int, text: str = "<p>You set prices.</p>", **changes: Any) -> None:
    server.on(f"{COMPANY}/{number}", serve.served(smartrecruiters_detail(number, text, **changes), ETag=f'"{number}"'))


def later(on: Bench, span: timedelta) -> None:
    """Poll so long after the last time."""
    on.now += span - HOUR
    on.poll()


def calls(server: FeedServer) -> list[str]:
    """The postings whose details were asked for since last time."""
    asked = [path.rpartition("/")[2].partition("?")[0] for path in server.paths() if path.count("/") == 5]
    server.asked.clear()
    return asked


def texts(on: Bench) -> dict[str, str]:
    """The texts sent, by posting, newest last."""
    return {raw.source_id: json.dumps(raw.item.get("jobAd", "none")) for raw in on.sent.raw()}


def test_a_new_posting_comes_with_its_text(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    report = on.poll()
    assert report.error is None
    assert "You set prices." in texts(on)["1"]
    assert report.notes == ()


def test_what_is_known_costs_no_further_call(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    detail(server, 1)
    detail(server, 2)
    on.poll()
    assert calls(server) == ["1", "2"]
    on.sent.records.clear()
    listing(server, posting(1), posting(2), posting(3))
    detail(server, 3)
    on.poll()
    assert calls(server) == ["3"]
    assert on.sent.events() == ["seen 3"], "the others are as they were, text and all"


def test_a_changed_row_asks_again_and_a_changed_text_goes_out(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    on.poll()
    calls(server)
    listing(server, posting(1, name="Senior Pricing Analyst"))
    detail(server, 1, "<p>You lead.</p>")
    on.poll()
    assert calls(server) == ["1"]
    assert on.sent.events() == ["seen 1", "seen 1"]


def test_an_unchanged_row_is_asked_about_once_a_week_and_with_validators(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    on.poll()
    on.sent.records.clear()
    listing(server, posting(1), posting(2))
    detail(server, 2)
    later(on, 6 * DAY)
    assert calls(server) == ["1", "2"], "the first of them at the first poll"

    def not_modified(exchange: Exchange) -> None:
        assert exchange.asked.headers.get("if-none-match") == '"1"'
        exchange.reply(304, b"", ETag='"1"')

    listing(server, posting(1), posting(2), posting(3))
    detail(server, 3)
    server.on(f"{COMPANY}/1", not_modified)
    on.sent.records.clear()
    later(on, 2 * DAY)
    assert calls(server) == ["1", "3"]
    assert on.sent.events() == ["seen 3"], "its text is as it was"
    listing(server, posting(1), posting(2), posting(3), posting(4))
    detail(server, 4)
    on.poll()
    assert calls(server) == ["4"], "that it was asked is remembered, though nothing changed"


def test_a_text_that_changed_behind_its_row_goes_out_within_a_week(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    on.poll()
    on.sent.records.clear()
    detail(server, 1, "<p>You lead.</p>")
    listing(server, posting(1), posting(2))
    detail(server, 2)
    later(on, 8 * DAY)
    assert "You lead." in texts(on)["1"]


def test_calls_are_bounded_and_the_rest_waits_for_the_next_polls(server: FeedServer, tmp_path: Path) -> None:
    old = (NOON - 30 * DAY).isoformat()
    postings = [smartrecruiters_posting(number, releasedDate=old) for number in range(5)]
    on = on_company(server, tmp_path, *postings, max_details=2)
    for number in range(5):
        detail(server, number)
    first = on.poll()
    assert (first.waiting, first.error) == (3, None)
    assert "3 wait for their details (max_details)" in first.notes
    assert on.poll().waiting == 1
    assert on.poll().waiting == 0
    assert calls(server) == ["0", "1", "2", "3", "4"], "the listing came again although it was the same"
    assert all(raw.backlog for raw in on.sent.raw()), "what only had to wait is no news"
    assert sorted(texts(on)) == ["0", "1", "2", "3", "4"]


def test_what_waits_is_listed_and_closes_nothing(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2), max_details=1)
    detail(server, 1)
    detail(server, 2)
    assert on.poll().counts.items == 2
    on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]


def test_a_call_that_fails_costs_the_text_only_and_is_tried_again_after_a_day(
    server: FeedServer, tmp_path: Path
) -> None:
    on = on_company(server, tmp_path, posting(1))
    server.on(f"{COMPANY}/1", serve.status(403))
    report = on.poll()
    assert report.error is None, "the listing itself is well"
    assert any("1 calls for details failed" in note and "403" in note for note in report.notes)
    assert texts(on) == {"1": '"none"'}
    calls(server)
    detail(server, 1)
    listing(server, posting(1), posting(2))
    detail(server, 2)
    on.poll()
    assert calls(server) == ["2"]
    listing(server, posting(1), posting(2), posting(3))
    detail(server, 3)
    later(on, DAY)
    assert "You set prices." in texts(on)["1"]


def test_after_three_failures_no_more_calls_are_made(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, *(posting(number) for number in range(6)))
    for number in range(6):
        server.on(f"{COMPANY}/{number}", serve.status(403))
    report = on.poll()
    assert calls(server) == ["0", "1", "2"]
    assert report.waiting == 3
    on.poll()
    assert calls(server) == ["3", "4", "5"], "those that failed do not keep the others from their turn"
    assert sorted(texts(on)) == ["0", "1", "2", "3", "4", "5"]


def test_a_wish_to_be_left_alone_ends_the_calls(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    server.on(f"{COMPANY}/1", serve.status(429, Retry_After="3600"))
    detail(server, 2)
    assert on.poll().waiting == 1
    assert calls(server) == ["1"]


def test_a_posting_that_is_gone_when_it_is_asked_about_is_not_announced(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    detail(server, 1)
    report = on.poll()
    assert on.sent.events() == ["seen 1"]
    assert "1 listed, but gone when their details were asked for" in report.notes
    assert on.poll().notes == report.notes, "what was served before counts too"
    assert on.sent.events() == []


def test_where_no_posting_has_details_at_all_they_come_without(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, *(posting(number) for number in range(4)))
    report = on.poll()
    assert any("3 calls for details failed" in note and "404" in note for note in report.notes)
    assert on.sent.events() == ["seen 0", "seen 1", "seen 2"]
    assert "1 wait for their details (its server is in trouble)" in report.notes
    on.poll()
    assert on.sent.events() == ["seen 3"], "an address that leads nowhere loses no posting"


def test_an_answer_that_is_cut_short_does_not_vouch_for_the_text_it_lacks(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    on.poll()

    def is_new_and_first_cut_short(exchange: Exchange) -> None:
        body = smartrecruiters_detail(1, "<p>You lead.</p>")
        if exchange.asked.headers.get("if-none-match") == '"new"':
            exchange.reply(304, b"", ETag='"new"')
        elif server.paths().count(f"{COMPANY}/1") == 2:
            exchange.head(200, Content_Length=str(len(body)), ETag='"new"')
            exchange.write(body[:-9])
            exchange.hang_up()
        else:
            exchange.reply(200, body, ETag='"new"')

    server.on(f"{COMPANY}/1", is_new_and_first_cut_short)
    later(on, 8 * DAY)
    assert "You set prices." in texts(on)["1"], "what is known stays"
    later(on, 2 * DAY)
    assert "You lead." in texts(on)["1"]


def test_pay_that_is_known_outlasts_an_answer_that_cannot_be_read(server: FeedServer, tmp_path: Path) -> None:
    job = greenhouse_job(85, first_published=(NOON - DAY).isoformat())
    ranges = [{"min_cents": 5000000, "max_cents": 7500000, "currency_type": "USD", "title": "NYC", "blurb": ""}]
    server.on(f"{BOARD}/85", serve.served(json.dumps({**job, "pay_input_ranges": ranges}).encode()))
    on = bench(tmp_path, source(server.on(BOARD, serve.served(greenhouse(job))), max_details=10))
    on.poll()
    on.sent.events()
    for answer in (serve.served(b"<html>sorry"), serve.cut_after(b"{" * 99, 9)):
        server.on(f"{BOARD}/85", answer)
        later(on, 8 * DAY)
        assert on.sent.events() == []
    server.on(f"{BOARD}/85", serve.served(json.dumps(job).encode()))
    later(on, 8 * DAY)
    assert on.sent.events() == ["seen 85"], "a board that states it no longer is believed"


def test_an_unchanged_listing_is_read_once_a_day_so_that_texts_are_asked_for_again(
    server: FeedServer, tmp_path: Path
) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    detail(server, 1)
    server.on(f"{COMPANY}/2", serve.status(403))
    on.poll()
    detail(server, 2)
    unchanged = 0
    for _ in range(49):
        unchanged += on.poll().unchanged
    assert unchanged == 46, "three bodies in two days: one before its format was known, and one each midnight"
    assert "You set prices." in texts(on)["2"], "it was asked for again after a day"
    detail(server, 1, "<p>You lead.</p>")
    for _ in range(8 * 24):
        on.poll()
    assert "You lead." in texts(on)["1"]


def test_slow_calls_do_not_outlast_the_hold_on_a_source(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2), posting(3), lease="5m")
    clock = [0.0]

    def slowly(exchange: Exchange) -> None:
        clock[0] += 100
        exchange.reply(200, smartrecruiters_detail(1, "<p>You set prices.</p>"))

    for number in (1, 2, 3):
        server.on(f"{COMPANY}/{number}", slowly)
    on = replace(on, monotonic=lambda: clock[0])
    report = on.poll()
    assert calls(server) == ["1", "2"]
    assert report.notes == ("1 wait for their details (its server is slow)",)
    assert on.poll().waiting == 0


def test_what_went_wrong_with_details_is_logged(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    server.on(f"{COMPANY}/1", serve.status(403))
    with capture_logs() as logs:
        on.poll()
    (polled,) = (entry for entry in logs if entry["event"] == "polled")
    assert "1 calls for details failed" in polled["notes"]


@pytest.mark.parametrize("answer", [serve.served(b"<html>sorry"), serve.served(b"{}"), serve.cut_after(b"{" * 99, 9)])
def test_an_answer_that_is_no_detail_counts_as_failed(answer: serve.Serve, server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    server.on(f"{COMPANY}/1", answer)
    report = on.poll()
    assert any("1 calls for details failed" in note for note in report.notes)
    assert texts(on) == {"1": '"none"'}


def test_an_operator_may_do_without(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), max_details=0)
    on.poll()
    assert calls(server) == []
    assert texts(on) == {"1": '"none"'}


def test_a_posting_that_vanishes_closes_with_its_text(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    detail(server, 1)
    detail(server, 2)
    on.poll()
    listing(server, posting(2))
    on.poll()
    on.poll()
    assert on.sent.events() == ["seen 1", "seen 2", "closed 1"]


def test_an_unknown_company_is_answered_with_nothing_and_nothing_closes(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1))
    detail(server, 1)
    on.poll()
    listing(server)
    for _ in range(4):
        on.poll()
    assert on.sent.events() == ["seen 1"]


def test_a_page_of_none_before_the_end_closes_nothing(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, posting(1), posting(2))
    detail(server, 1)
    detail(server, 2)
    on.poll()
    first, none = smartrecruiters(posting(1), total=2), smartrecruiters(offset=1, total=2)
    for _ in range(3):
        server.on(COMPANY, serve.served(first), serve.served(none))
        assert on.poll().error is not None
    assert on.sent.events() == ["seen 1", "seen 2"]


def test_greenhouse_is_asked_for_pay_only_where_an_operator_wants_it(server: FeedServer, tmp_path: Path) -> None:
    job = greenhouse_job(85, first_published=(NOON - DAY).isoformat())
    url = server.on(BOARD, serve.served(greenhouse(job)))
    ranges = [{"min_cents": 5000000, "max_cents": 7500000, "currency_type": "USD", "title": "NYC", "blurb": ""}]
    server.on(f"{BOARD}/85", serve.served(json.dumps({**job, "pay_input_ranges": ranges}).encode()))
    without = bench(tmp_path / "without", source(url))
    without.poll()
    assert "pay_input_ranges" not in without.sent.raw()[0].item
    wanted = bench(tmp_path / "wanted", source(url, max_details=10))
    wanted.poll()
    assert wanted.sent.raw()[0].item["pay_input_ranges"] == ranges
    assert server.paths()[-1] == f"{BOARD}/85?pay_transparency=true"


def test_greenhouse_jobs_do_not_wait_for_their_pay(server: FeedServer, tmp_path: Path) -> None:
    jobs = [greenhouse_job(number, first_published=(NOON - DAY).isoformat()) for number in (1, 2)]
    url = server.on(BOARD, serve.served(greenhouse(*jobs)))
    server.on(f"{BOARD}/1", serve.served(json.dumps(jobs[0]).encode()))
    on = bench(tmp_path, source(url, max_details=1))
    assert on.poll().waiting == 0
    assert on.sent.events() == ["seen 1", "seen 2"]
    server.on(f"{BOARD}/2", serve.served(json.dumps(jobs[1]).encode()))
    on.poll()
    on.poll()
    asked = [path for path in server.paths() if "pay_transparency" in path]
    assert [path.partition("?")[0] for path in asked] == [f"{BOARD}/1", f"{BOARD}/2"], "each once, though without pay"
    assert on.sent.events() == []


def test_a_check_reads_a_few_details_so_that_it_shows_a_text(server: FeedServer, tmp_path: Path) -> None:
    on = on_company(server, tmp_path, *(posting(number) for number in range(6)))
    for number in range(6):
        detail(server, number)
    reader = make_reader(on.settings, Random(7))
    report = check(on.settings.sources[0], reader=reader, normalise=make_normalise(), now=NOON, max_age=DAY)
    assert (report.postings, report.filled["description"], len(calls(server))) == (6, 3, 3)
    assert any("salary" in line for line in lines(report))


def test_boards_are_asked_as_seldom_as_their_terms_say(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/api/remote-jobs", serve.served(remotive(remotive_job())))
    for how, least in (({}, timedelta(hours=5)), ({"every": "30m"}, timedelta(minutes=20))):
        on = bench(tmp_path / str(least), source(url, **how))
        on.poll()
        health = on.ledger.health(on.settings.sources[0].name)
        assert health is not None
        due = health.next_due - (on.now - HOUR)
        assert least <= due <= least * 1.7, "the operator's own word stands"
