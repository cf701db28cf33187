"""Captured feeds, served by a real server that is busy, redirects, compresses, answers 304 and hangs up."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.ingest.adapters.formats.registry import detect
from services.ingest.ports import Item
from tests.support import feed_server as serve
from tests.support.collecting import Bench, bench, source
from tests.support.feed_server import Exchange, FeedServer
from tests.support.shared import captures

TAKEN = datetime(2026, 5, 20, tzinfo=UTC)
"""Before anything in these captures has expired."""
FILES = (
    "ashby/stapply_n8n.json",
    "greenhouse/careerkit_greenhouse.json",
    "lever/lalalune_lever.json",
    "himalayas/nacefmoula_himalayas.json",
    "remoteok/nacefmoula_remoteok.json",
    "company_rss/srdobolo_rss.xml",
)


def _bench(folder: Path, url: str) -> Bench:
    on = bench(folder, source(url, max_pages=1), max_age="3000d", total_timeout=20)
    on.now = TAKEN
    return on


def _items(body: bytes) -> list[str]:
    found = detect(body)
    assert found is not None
    return [part.source_id for part in found.split(body) if isinstance(part, Item)]


def _compressed(body: bytes, etag: str) -> serve.Serve:
    """gzip for whoever has nothing yet, 304 for whoever has it."""

    def answer(exchange: Exchange) -> None:
        if exchange.asked.headers.get("if-none-match") == etag:
            exchange.reply(304, b"", ETag=etag)
        else:
            exchange.reply(200, serve.gzipped(body), ETag=etag, Content_Encoding="gzip")

    return answer


@pytest.mark.parametrize("name", FILES)
def test_a_captured_feed_comes_whole_through_a_busy_server_a_redirect_and_gzip(
    name: str, server: FeedServer, tmp_path: Path
) -> None:
    body = (captures() / name).read_bytes()
    server.on("/moved", _compressed(body, '"one"'))
    busy = serve.status(429, Retry_After="1")
    url = server.on("/feed", busy, serve.redirect("/moved"))
    on = _bench(tmp_path, url)
    report = on.poll()
    assert report.error is None
    assert sorted(raw.source_id for raw in on.sent.raw()) == sorted(set(_items(body)))
    assert max(on.slept, default=0) >= 1, "the server asked for a second"
    sent = len(on.sent.records)
    again = on.poll(after=timedelta(hours=1))
    assert again.error is None
    assert len(on.sent.records) == sent, "what came before is not sent again"
    if report.whole:
        assert server.asked[-1].headers.get("if-none-match") == '"one"'


@pytest.mark.parametrize("name", FILES)
def test_a_captured_feed_that_is_cut_delivers_what_was_whole_and_says_so(
    name: str, server: FeedServer, tmp_path: Path
) -> None:
    body = (captures() / name).read_bytes()
    cut = body[: len(body) * 2 // 3]
    whole = _items(cut)
    on = _bench(tmp_path, server.on("/feed", serve.cut_after(body, len(cut)), serve.cut_after(body, len(cut))))
    report = on.poll()
    assert report.error is not None
    assert not report.whole
    got = {raw.source_id for raw in on.sent.raw()}
    assert got == set(whole)
    assert got < set(_items(body))
    server.on("/feed", serve.served(body))
    assert on.poll().error is None
    assert {raw.source_id for raw in on.sent.raw()} == set(_items(body)), "nothing is lost once the server is well"
