"""Sources that hang: they hold up no other, are shown as what they are, and do not hold up the end of a process."""

import threading
from dataclasses import dataclass, field, replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from services.ingest.collector import Collector
from services.ingest.settings import SourceSettings
from tests.support import feed_server as serve
from tests.support.collecting import NOON, Bench, bench, board, browse_page, job, source
from tests.support.feed_server import Exchange, FeedServer
from tests.support.waiting import until

NAMES_OF_LOOPBACK = ("localhost", "127.1", "127.0.1", "2130706433", "0x7f.0.0.1")
"""Each a host of its own, as politeness counts."""


@dataclass(slots=True)
class Holding:
    """Answers once it is told to; says how many requests it holds, and held at most."""

    body: bytes
    go: threading.Event = field(default_factory=threading.Event)
    lock: threading.Lock = field(default_factory=threading.Lock)
    requests: int = 0
    most: int = 0

    def __call__(self, exchange: Exchange) -> None:
        with self.lock:
            self.requests += 1
            self.most = max(self.most, self.requests)
        self.go.wait(60)
        with self.lock:
            self.requests -= 1
        exchange.reply(200, self.body)


def hanging(server: FeedServer, hosts: int, **more: Any) -> list[SourceSettings]:
    return [source(server.url("/held", host), f"held-{host}", **more) for host in NAMES_OF_LOOPBACK[:hosts]]


def on_bench(folder: Path, *sources: SourceSettings, **settings: Any) -> Bench:
    return bench(folder, *sources, **{"read_timeout": 60, "total_timeout": 60, "gap": 0.001, **settings})


def test_sources_that_hang_hold_up_no_other(server: FeedServer, tmp_path: Path) -> None:
    holding = Holding(board(job("late")))
    server.on("/held", holding)
    fine = source(server.on("/fine", serve.served(board(job("1")))), "fine")
    on = on_bench(tmp_path, *hanging(server, 4), fine)
    with on.collector:
        on.collector.tick(NOON)
        until(lambda: holding.requests == 4 and on.ledger.health("fine") is not None, "four are asked")
        until(lambda: on.sent.events() == ["seen 1"], "the fifth is polled meanwhile")
        asked = on.ledger.health("held-localhost")
        assert asked is not None
        assert asked.asked_since is not None
        assert NOON <= asked.asked_since <= NOON + timedelta(minutes=1)
        holding.go.set()
        until(lambda: len(on.sent.raw()) == 4, "the others follow")


def test_a_place_is_left_to_others_after_a_while(server: FeedServer, tmp_path: Path) -> None:
    clock = [0.0]
    holding = Holding(board(job("late")))
    server.on("/held", holding)
    on = on_bench(tmp_path, *hanging(server, 5), polls_at_once=1)
    on.collector = Collector(on.tools, on.reader, on.chance, monotonic=lambda: clock[0])
    with on.collector:
        for number in range(1, 7):
            on.collector.tick(NOON)
            until(lambda number=number: holding.requests == min(number, 4), "one more is asked")
            on.collector.tick(NOON)
            assert holding.requests == min(number, 4)
            clock[0] += 11
        holding.go.set()


def test_a_host_is_asked_by_one_poll_at_a_time(server: FeedServer, tmp_path: Path) -> None:
    holding = Holding(board(job("1")))
    server.on("/held", holding)
    on = on_bench(tmp_path, *(source(server.url("/held"), f"held-{number}") for number in range(3)))
    with on.collector:
        on.collector.tick(NOON)
        on.collector.tick(NOON)
        until(lambda: holding.requests == 1, "it is asked")
        holding.go.set()
        until(lambda: len(on.sent.raw()) == 3, "all are polled")
    assert holding.most == 1


@pytest.mark.parametrize(("hang", "polled"), [(3, True), (4, False)])
def test_what_hangs_leaves_its_host_to_others_but_not_without_end(
    server: FeedServer, tmp_path: Path, hang: int, polled: bool
) -> None:
    clock = [0.0]
    holding = Holding(board(job("late")))
    server.on("/held", holding)
    late = [source(server.url("/held"), f"held-{number}") for number in range(hang)]
    fine = source(server.on("/other", serve.served(board(job("1")))), "other")
    on = on_bench(tmp_path, *late, fine, monotonic=lambda: clock[0])
    on.collector = Collector(on.tools, on.reader, on.chance, monotonic=lambda: clock[0])
    with on.collector:
        for number in range(1, hang + 1):
            on.collector.tick(NOON)
            until(lambda number=number: holding.requests == number, "one more is asked")
            clock[0] += 11
        on.collector.tick(NOON)
        if polled:
            until(lambda: on.sent.events() == ["seen 1"], "another source of the host is polled meanwhile")
        else:
            health = on.ledger.health("other")
            assert health is not None
            assert health.asked_since is None
        holding.go.set()
        until(lambda: len(on.sent.raw()) == hang + (not polled), "the others follow")


def test_a_hang_is_counted_and_asked_again_ever_later(server: FeedServer, tmp_path: Path) -> None:
    silent = serve.dripping(b"", 30, head=b"")
    url = server.on("/feed", silent, silent, serve.status(404), serve.served(board(job("1"))))
    on = bench(tmp_path, source(url), read_timeout=0.2)
    seen = []
    for _ in range(4):
        began = on.now
        report = on.poll()
        health = on.ledger.health("board")
        assert health is not None
        seen.append((report.hung, health.hangs, health.failures, health.next_due - began > timedelta(seconds=100)))
    assert seen == [(True, 1, 1, False), (True, 2, 2, True), (False, 0, 3, True), (False, 0, 0, True)]
    # It is asked once a poll: what let the time run out once would hold its poll three times as long.
    assert len(server.asked) == 4


def test_a_hang_backs_off_from_when_it_was_left(server: FeedServer, tmp_path: Path) -> None:
    clock = [0.0]

    def long_silent(exchange: Exchange) -> None:
        clock[0] += 120
        exchange.stopping.wait(1)

    on = bench(tmp_path, source(server.on("/feed", long_silent), every="1m"), read_timeout=0.2)
    on = replace(on, monotonic=lambda: clock[0])
    assert on.poll().hung
    health = on.ledger.health("board")
    assert health is not None
    assert health.next_due > NOON + timedelta(seconds=120)


def test_a_body_that_drips_counts_as_a_hang_and_gives_what_came(server: FeedServer, tmp_path: Path) -> None:
    first = board(job("1"), job("2"))[:-2]
    on = bench(tmp_path, source(server.on("/feed", _then_dripping(first))), read_timeout=1, total_timeout=0.5)
    report = on.poll()
    assert report.hung
    assert on.sent.events() == ["seen 1", "seen 2"]


def _then_dripping(first: bytes) -> serve.Serve:
    def answer(exchange: Exchange) -> None:
        exchange.head(200, Content_Length="100000")
        exchange.write(first)
        while not exchange.stopping.wait(0.05):
            exchange.write(b" ")

    return answer


def test_the_end_leaves_a_source_that_hangs_and_another_life_polls_it(server: FeedServer, tmp_path: Path) -> None:
    holding = Holding(board(job("1")))
    server.on("/held", holding)
    on = on_bench(tmp_path, *hanging(server, 1))
    with on.collector:
        on.collector.tick(NOON)
        until(lambda: holding.requests == 1, "it is asked")
    assert holding.requests == 1
    threads = [thread for thread in threading.enumerate() if thread.name == "poll"]
    holding.go.set()
    for thread in threads:
        thread.join(30)
    # What came after the end was not taken: log and store may be closed by then.
    assert on.sent.raw() == []
    again = on_bench(tmp_path / "again", *hanging(server, 1))
    replace(again, tools=on.tools).collector.tick(NOON)
    assert on.sent.events() == ["seen 1"]


def test_a_poll_asks_for_no_further_page_once_its_time_is_over(server: FeedServer, tmp_path: Path) -> None:
    clock = [0.0]

    def slowly(exchange: Exchange) -> None:
        clock[0] += 200
        exchange.reply(200, browse_page(str(len(server.asked)), cursor=f"c{len(server.asked)}"))

    on = bench(tmp_path, source(server.on("/feed", slowly)), poll_timeout="5m")
    on = replace(on, monotonic=lambda: clock[0])
    report = on.poll()
    assert len(server.asked) == 2
    assert report.counts.new == 2
    assert report.hung
    assert "poll_timeout" in (report.error or "")
