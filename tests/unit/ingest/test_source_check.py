"""What a feed would give, told before it is added."""

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from schemas.posting import Posting
from schemas.raw import RawPosting
from services.ingest.app import make_reader
from services.ingest.check import CheckReport, check, lines
from services.ingest.domain.draft import Draft
from services.ingest.domain.normalise import normalise
from services.ingest.settings import IngestSettings, SourceSettings
from services.rules.money import rates_before
from tests.support import feed_server as serve
from tests.support.collecting import DAY, NOON, board, browse_page, job, json_lines, line, source, written
from tests.support.feed_server import FeedServer, feed_server


@pytest.fixture
def server() -> Iterator[FeedServer]:
    with feed_server() as running:
        yield running


def checked(made: SourceSettings) -> CheckReport:
    rates = rates_before(NOON.date())

    def to_posting(draft: Draft, raw: RawPosting) -> Posting:
        return normalise(draft, raw=raw, rates=rates)

    settings = IngestSettings(gap=0.001, read_timeout=1, total_timeout=2)
    return check(made, reader=make_reader(settings, Random(1)), normalise=to_posting, now=NOON)


def test_counts_and_fields_are_told(server: FeedServer) -> None:
    jobs = [
        job("1", title="Senior Python Developer", employmentType="FullTime"),
        job("2", posted=NOON - 9 * DAY),
        job("3", isListed=False),
        job("4", title=""),
    ]
    report = checked(source(server.on("/feed", serve.served(board(*jobs)))))
    assert (report.items, report.postings, report.backlog) == (3, 2, 1)
    assert report.fallen["skip"] == {"an unlisted job": 1}
    assert report.fallen["dead letter"].total() == 1
    assert report.complete
    assert (report.filled["title"], report.filled["employment"]) == (2, 1)
    assert report.sample is not None
    assert report.sample.title == "Senior Python Developer"
    told = "\n".join(lines(report))
    assert "3 items: 2 postings (1 too old for a first poll to alert to), 1 dead letters, 1 skipped, 0 merged" in told
    assert "What vanishes from it closes." in told
    assert "employment" in told
    assert "1 of 2   50%" in told


def test_evidence_stands_beside_the_sample(tmp_path: Path) -> None:
    row = line("1", title="Python Developer", location="Berlin, Germany", salary="€60,000 - €70,000 a year")
    told = "\n".join(lines(checked(source(str(written(tmp_path / "feed.jsonl", json_lines(row)))))))
    assert "For example: Python Developer — Nimbus Fern" in told
    assert "salary: €60,000 - €70,000 a year" in told


def test_few_pages_are_enough_and_the_attribution_is_told(server: FeedServer) -> None:
    def page(exchange: serve.Exchange) -> None:
        number = len(server.asked)
        exchange.reply(200, browse_page(str(number), cursor=f"c{number}"))

    report = checked(source(server.on("/feed", page)))
    assert len(server.asked) == report.pages == 3
    assert any("It asks to be named: Himalayas" in told for told in lines(report))


@pytest.mark.parametrize(
    ("body", "told"),
    [(b"<html>hello</html>", "of no known format"), (b"", "empty"), (board(), "It would give no posting")],
)
def test_a_feed_that_gives_nothing_is_told(server: FeedServer, body: bytes, told: str) -> None:
    report = checked(source(server.on("/feed", serve.served(body))))
    assert not report.usable
    assert told in "\n".join(lines(report))


def test_a_feed_that_cannot_be_had_is_told(server: FeedServer, tmp_path: Path) -> None:
    refused = checked(source(server.on("/feed", serve.served(board())), allow_private=False))
    assert "set allow_private" in "\n".join(lines(refused))
    assert "there is no file or folder" in "\n".join(lines(checked(source(str(tmp_path / "none")))))


def test_a_cut_feed_is_told_with_what_was_whole(server: FeedServer) -> None:
    body = board(*(job(str(number)) for number in range(9)))
    report = checked(source(server.on("/feed", serve.cut_after(body, len(body) // 2))))
    assert 0 < report.postings < 9
    assert any("not whole: the body broke off" in told for told in lines(report))


def test_hostile_items_are_dead_letters(tmp_path: Path) -> None:
    rows = [line("a\0b"), line("fine"), {"id": "x"}, line("\ud800")]
    report = checked(source(str(written(tmp_path / "feed.jsonl", json_lines(*rows)))))
    assert report.postings >= 1
    assert report.items + 1 >= report.postings + report.fallen["dead letter"].total() >= 4
    assert list(lines(report))
