"""A complete listing that shrinks suspiciously closes nothing until it is confirmed, by time or by an operator."""

import json
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.polling.listing import Shrunk, is_confirmed, shrinking
from services.overview.stream.troubles.sources import source_troubles
from services.runtime.figures.sources import Expected, read_source_figures
from tests.support import feed_server as serve
from tests.support.collecting import DAY, HOUR, NOON, Bench, bench, board, job, source
from tests.support.feed_server import FeedServer

ALL = board(*(job(str(number)) for number in range(200)))
ONE = board(job("0"))
NONE = board()


def polled(server: FeedServer, folder: Path, *bodies: bytes) -> Bench:
    """A board after a first poll."""
    on = bench(folder, source(server.on("/feed", *map(serve.served, bodies))))
    assert on.poll().counts.new == 200
    on.sent.events()
    return on


def closed(on: Bench) -> int:
    return sum(event.startswith("closed") for event in on.sent.events())


def test_a_listing_that_shrinks_to_one_closes_nothing_at_once(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE)
    for polls in range(1, 24):
        report = on.poll()
        assert report.shrunk == Shrunk(NOON + HOUR, polls, listed=1, lacking=199)
        assert "1 listed, 199 open ones not; they stay open until that is confirmed" in report.notes
    assert closed(on) == 0
    health = on.ledger.health("board")
    assert health is not None
    assert health.shrunk == Shrunk(NOON + HOUR, 23, listed=1, lacking=199)


def test_it_closes_once_it_has_lasted_a_day_and_is_well_then(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE)
    for _ in range(25):
        report = on.poll()
    assert (closed(on), report.shrunk) == (199, None)
    assert on.poll().shrunk is None


def test_few_polls_confirm_nothing_however_far_apart(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE)
    for _ in range(3):
        on.poll(after=DAY)
    assert closed(on) == 0
    on.poll(after=DAY)
    assert closed(on) == 199


def test_a_listing_that_recovers_loses_nothing(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE, ONE, ONE, ALL, ONE, ONE)
    for _ in range(4):
        report = on.poll()
    assert report.shrunk is None
    on.now += 2 * DAY
    assert [on.poll().shrunk is not None for _ in range(2)] == [True, True]
    assert on.sent.events() == []


def test_an_operators_word_closes_at_the_next_poll(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE)
    on.poll()
    assert on.ledger.accept_shrunk("board") is not None
    on.tick(after=timedelta(minutes=1))
    assert closed(on) == 199


def test_a_word_for_one_shrinking_is_none_for_the_next(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, ONE, ALL, ONE)
    on.poll()
    on.ledger.accept_shrunk("board")
    for _ in range(4):
        on.poll()
    assert closed(on) == 0


def test_an_empty_listing_is_shown_and_closes_by_an_operators_word_alone(server: FeedServer, tmp_path: Path) -> None:
    on = polled(server, tmp_path, ALL, NONE)
    for _ in range(10):
        report = on.poll(after=DAY)
    assert report.shrunk == Shrunk(NOON + HOUR, 10, listed=0, lacking=200)
    assert closed(on) == 0
    on.ledger.accept_shrunk("board")
    on.poll()
    assert closed(on) == 200


def test_an_empty_listing_that_is_not_modified_is_read_anew_for_an_operators_word(
    server: FeedServer, tmp_path: Path
) -> None:
    on = bench(
        tmp_path, source(server.on("/feed", serve.conditional(ALL, '"a"'), *[serve.conditional(NONE, '"b"')] * 9))
    )
    on.poll()
    on.poll()
    report = on.poll()
    assert report.unchanged
    assert report.shrunk == Shrunk(NOON + HOUR, 1, listed=0, lacking=200)
    on.sent.events()
    on.ledger.accept_shrunk("board")
    on.poll()
    assert closed(on) == 200


@pytest.mark.parametrize("complete", [True, False])
def test_a_few_postings_of_a_source_that_lists_none_any_more_are_closed_at_once_by_a_word(
    server: FeedServer, tmp_path: Path, complete: bool
) -> None:
    some = board(job("1"), job("2"))
    feed = server.on("/feed", *map(serve.served, (some, NONE)))
    on = bench(tmp_path, source(feed, complete=complete))
    on.poll()
    on.sent.events()
    for _ in range(3):
        report = on.poll()
    assert report.shrunk == Shrunk(NOON + HOUR, 3, listed=0, lacking=2)
    assert closed(on) == 0
    on.ledger.accept_shrunk("board")
    on.poll()
    assert closed(on) == 2


def test_what_is_not_modified_is_listed_still(server: FeedServer, tmp_path: Path) -> None:
    """A 304 has no items of its own, and vouches for those that were listed before."""
    on = bench(tmp_path, source(server.on("/feed", serve.conditional(ONE, '"a"')), complete=False))
    on.poll()
    report = on.poll(after=2 * DAY)
    assert report.unchanged
    assert report.shrunk is None


def test_what_is_not_modified_says_again_what_it_said(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.conditional(ALL, '"a"'), serve.conditional(ONE, '"b"'))
    on = bench(tmp_path, source(url))
    for _ in range(26):
        on.poll()
    assert closed(on) == 199


def test_a_poll_that_fails_neither_confirms_nor_clears(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.served(ALL), serve.served(ONE), serve.status(404), serve.served(ONE))
    on = bench(tmp_path, source(url))
    shrunk = [on.poll().shrunk for _ in range(4)]
    assert [shrinking and shrinking.polls for shrinking in shrunk] == [None, 1, 1, 2]


def test_new_ids_for_all_are_no_shrinking(server: FeedServer, tmp_path: Path) -> None:
    renamed = board(*(job(f"new {number}") for number in range(200)))
    on = polled(server, tmp_path, ALL, renamed)
    on.poll()
    on.poll()
    assert closed(on) == 200


@given(listed=st.integers(0, 400), lacking=st.integers(0, 400))
def test_it_takes_ten_and_more_than_half_or_all_to_be_suspicious(listed: int, lacking: int) -> None:
    found = shrinking(None, listed=listed, known=listed, lacking=lacking, now=NOON)
    assert (found is not None) == (lacking > 0 if listed == 0 else lacking >= 10 and lacking > listed)


def test_it_lists_nothing_since_it_lists_nothing_and_not_since_it_shrank() -> None:
    shrank = Shrunk(NOON - DAY, 9, listed=1, lacking=20)
    assert shrinking(shrank, listed=0, known=0, lacking=21, now=NOON) == Shrunk(NOON, 1, listed=0, lacking=21)


@given(polls=st.integers(1, 50), hours=st.integers(0, 100), listed=st.integers(0, 2))
def test_time_confirms_what_still_lists_something_or_had_its_last_jobs(polls: int, hours: int, listed: int) -> None:
    shrunk = Shrunk(NOON, polls, listed=listed, lacking=100)
    now = NOON + hours * HOUR
    assert is_confirmed(shrunk, None, now) == (listed > 0 and polls >= 4 and hours >= 24)
    assert is_confirmed(replace(shrunk, lacking=2), None, now) == (polls >= 4 and hours >= 24)
    assert is_confirmed(shrunk, NOON, now)
    assert not is_confirmed(Shrunk(NOON, 1, listed, 100), NOON - HOUR, NOON)


def listing(kind: str, jobs: int = 12) -> bytes:
    return board(*(job(f"{kind} {at}", title=f"{kind} {at}") for at in range(jobs)))


FORMER, OTHERS = listing("a"), listing("b")


def others_after(server: FeedServer, folder: Path, *bodies: bytes, **more: Any) -> Bench:
    """A board that listed its own jobs once."""
    on = bench(folder, source(server.on("/feed", *map(serve.served, (FORMER, *bodies))), **more))
    on.poll()
    assert len(on.sent.events()) == 12
    return on


def test_a_listing_of_others_alone_sends_and_closes_nothing_and_is_over_where_the_former_come_back(
    server: FeedServer, tmp_path: Path
) -> None:
    on = others_after(server, tmp_path, OTHERS, OTHERS, OTHERS, FORMER)
    for polls in range(1, 4):
        report = on.poll()
        assert report.shrunk == Shrunk(NOON + HOUR, polls, listed=12, lacking=12, held=12)
        assert (report.held, report.counts.new) == (12, 0)
        [figures] = read_source_figures(on.ledger._engine, on.now, [Expected("board", DAY)])
        assert (figures.state, figures.held) == ("shrunk", 12)
        assert report.notes == (
            "12 listed, 12 open ones not; they stay open until that is confirmed; 12 new ones wait too",
        )
    assert (on.poll().shrunk, on.sent.events()) == (None, [])


def test_a_board_that_gives_its_jobs_other_ids_and_says_more_in_their_titles_is_the_same(
    server: FeedServer, tmp_path: Path
) -> None:
    trades = (
        "Koch",
        "Bäcker",
        "Maurer",
        "Schneider",
        "Dachdecker",
        "Klempner",
        "Schweißer",
        "Küfer",
        "Tischler",
        "Glaser",
    )
    before = board(*(job(f"a {at}", title=f"{trade}/in") for at, trade in enumerate(trades)))
    after = board(*(job(f"b {at}", title=f"{trade} (m/w/d) - {at + 4_700}") for at, trade in enumerate(trades)))
    on = bench(tmp_path, source(server.on("/feed", *map(serve.served, (before, after)))))
    on.poll()
    report = on.poll()
    assert (report.counts.new, report.held, report.shrunk) == (10, 0, None)


def test_others_are_sent_and_the_former_closed_once_it_has_been_so_for_a_day(
    server: FeedServer, tmp_path: Path
) -> None:
    on = others_after(server, tmp_path, OTHERS)
    for _ in range(24):
        on.poll()
    assert on.sent.events() == []
    report = on.poll()
    assert (report.shrunk, report.counts.new, report.counts.closed) == (None, 12, 12)
    assert {event.split()[0] for event in on.sent.events()} == {"seen", "closed"}
    assert not any(raw.backlog for raw in on.sent.raw())
    assert on.poll().shrunk is None


def test_an_operators_word_sends_others_at_the_next_poll(server: FeedServer, tmp_path: Path) -> None:
    on = others_after(server, tmp_path, OTHERS)
    on.poll()
    on.ledger.accept_shrunk("board")
    on.poll()
    assert sorted(on.sent.events()) == sorted(f"{event} {at}" for event in ("seen b", "closed a") for at in range(12))


def test_a_day_of_others_that_says_not_modified_counts_as_listed_anew(server: FeedServer, tmp_path: Path) -> None:
    url = server.on("/feed", serve.conditional(FORMER, '"a"'), *[serve.conditional(OTHERS, '"b"')] * 40)
    on = bench(tmp_path, source(url))
    for _ in range(26):
        on.poll()
    assert len(on.sent.events()) == 36


def test_others_that_break_off_are_held_like_those_that_came_whole(server: FeedServer, tmp_path: Path) -> None:
    on = others_after(server, tmp_path, OTHERS, OTHERS[:-200])
    on.poll()
    report = on.poll()
    assert report.error is not None
    assert on.sent.events() == []


def test_others_that_break_off_at_first_are_held_and_those_that_never_come_whole_are_sent_in_the_end(
    server: FeedServer, tmp_path: Path
) -> None:
    on = others_after(server, tmp_path, OTHERS[:-200])
    report = on.poll()
    assert (report.error is not None, report.held, on.sent.events()) == (True, 10, [])
    assert report.shrunk == Shrunk(NOON + HOUR, 1, listed=10, lacking=12, held=10)
    [told] = source_troubles(read_source_figures(on.ledger._engine, on.now, [Expected("board", DAY)]), on.now)
    assert "10 new postings wait, as what it lists may be another board's" in told.what
    assert told.do.endswith("; `jobchime source accept board` mails what waits, if it is its own")
    for _ in range(24):
        report = on.poll()
    assert sorted(on.sent.events()) == sorted(f"seen b {at}" for at in range(10))
    assert (report.shrunk, on.poll().shrunk, on.sent.events()) == (None, None, [])


def test_news_of_a_listing_that_breaks_off_is_sent_where_it_begins_with_news(
    server: FeedServer, tmp_path: Path
) -> None:
    longer = json.loads(FORMER)["jobs"]
    news = board(*(job(f"b {at}", title=f"b {at}") for at in range(9)), *longer)
    on = others_after(server, tmp_path, news[: len(news) - len(FORMER) + 300])
    report = on.poll()
    assert (report.error is not None, report.held, len(on.sent.events())) == (True, 0, 9)


def test_after_an_outage_nothing_is_held_however_much_is_lacking(server: FeedServer, tmp_path: Path) -> None:
    on = others_after(server, tmp_path, listing("b", 11), listing("b", 11))
    on.now += 2 * DAY
    report = on.poll()
    assert (report.held, report.counts.new, len(on.sent.events())) == (0, 11, 11)
    assert report.shrunk == Shrunk(NOON + HOUR + 2 * DAY, 1, listed=11, lacking=12)


def test_other_jobs_beside_a_tenth_of_the_known_ones_and_more_are_news(server: FeedServer, tmp_path: Path) -> None:
    some = [job(f"a {at}", title=f"a {at}") for at in range(2)]
    mixed = board(*(job(f"b {at}", title=f"b {at}") for at in range(9)), *some)
    on = others_after(server, tmp_path, mixed)
    assert on.poll().counts.new == 9
    assert len(on.sent.events()) == 9


def test_a_board_that_turns_over_by_design_sends_and_closes_at_once_and_one_that_lists_nothing_is_told(
    server: FeedServer, tmp_path: Path
) -> None:
    days = [body for day in "bcde" for body in (listing(day, 11 if day == "c" else 5 + ord(day) % 9),) * 2]
    on = others_after(server, tmp_path, *days, NONE, turns_over=True)
    for body in days:
        report = on.poll()
        assert (report.shrunk, report.held) == (None, 0), body
    assert closed(on) > 0
    assert on.poll().shrunk is not None
    health = on.ledger.health("board")
    assert health is not None
    assert health.giving.replaced == 0


def test_others_after_an_empty_listing_have_a_day_of_their_own(server: FeedServer, tmp_path: Path) -> None:
    on = others_after(server, tmp_path, *[NONE] * 30, OTHERS)
    for _ in range(30):
        on.poll()
    report = on.poll()
    assert report.shrunk == Shrunk(on.now - HOUR, 1, listed=12, lacking=12, held=12)


def test_a_listing_of_others_alone_is_what_a_board_has_by_then_after_an_outage() -> None:
    recent, long_ago = (shrinking(None, 12, 0, 12, NOON, NOON - ago) for ago in (HOUR, 2 * DAY))
    assert (recent, long_ago) == (Shrunk(NOON, 1, listed=12, lacking=12), None)
    assert shrinking(None, 12, 3, 12, NOON, NOON - HOUR) is None, "some of what was known is listed"
    assert shrinking(None, 12, 0, 9, NOON, NOON - HOUR) is None, "a small board may fill all its jobs at once"
