"""What a feed would give, told before it is added."""

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
from tests.support.collecting import DAY, NOON, bench, board, browse_page, job, json_lines, line, source, written
from tests.support.feed_server import FeedServer


def checked(made: SourceSettings) -> CheckReport:
    rates = rates_before(NOON.date())

    def to_posting(draft: Draft, raw: RawPosting) -> Posting:
        return normalise(draft, raw=raw, rates=rates)

    settings = IngestSettings(gap=0.001, read_timeout=1, total_timeout=2)
    return check(
        made, reader=make_reader(settings, Random(1)), normalise=to_posting, now=NOON, max_age=settings.max_age
    )


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
    text = "\n".join(lines(report))
    assert "3 items: 2 postings (1 too old for a first poll to alert to), 1 dead letter, 1 skipped, 0 merged" in text
    assert "What vanishes from it closes." in text
    assert "employment" in text
    assert "1 of 2   50%" in text


def test_a_feed_of_which_all_jobs_have_one_id_is_warned_of(tmp_path: Path) -> None:
    rows = [line("1", title=f"Gardener {number}") for number in range(12)]
    report = checked(source(str(written(tmp_path / "feed.jsonl", json_lines(*rows)))))
    assert (report.postings, report.unread) == (1, 11)
    text = list(lines(report))
    assert "  11 skipped: it has the id of another job of this feed, and each needs one of its own" in text
    assert any(said.startswith("Of 11 rows that may be jobs nothing can be read") for said in text)


def test_evidence_stands_beside_the_sample(tmp_path: Path) -> None:
    row = line("1", title="Python Developer", location="Berlin, Germany", salary="€60,000 - €70,000 a year")
    text = "\n".join(lines(checked(source(str(written(tmp_path / "feed.jsonl", json_lines(row)))))))
    assert "For example: Python Developer — Nimbus Fern" in text
    assert "salary: €60,000 - €70,000 a year" in text


def test_few_pages_are_enough_and_the_attribution_is_told(server: FeedServer) -> None:
    def page(exchange: serve.Exchange) -> None:
        number = len(server.asked)
        exchange.reply(200, browse_page(str(number), cursor=f"c{number}"))

    report = checked(source(server.on("/feed", page)))
    assert len(server.asked) == report.pages == 3
    assert any("It asks to be named: Himalayas" in line for line in lines(report))


@pytest.mark.parametrize(
    ("body", "finding"),
    [(b"<html>hello</html>", "of no known format"), (b"", "empty"), (board(), "It would give no posting")],
)
def test_a_feed_that_gives_nothing_is_told(server: FeedServer, body: bytes, finding: str) -> None:
    report = checked(source(server.on("/feed", serve.served(body))))
    assert not report.usable
    assert finding in "\n".join(lines(report))


def test_a_feed_that_cannot_be_had_is_told(server: FeedServer, tmp_path: Path) -> None:
    refused = checked(source(server.on("/feed", serve.served(board())), allow_private=False))
    assert "set allow_private" in "\n".join(lines(refused))
    assert "there is no file or folder" in "\n".join(lines(checked(source(str(tmp_path / "none")))))


def test_what_cannot_be_fetched_is_headed_by_why_and_not_by_its_format(server: FeedServer) -> None:
    absent = list(lines(checked(source(server.on("/gone", serve.status(404)) + "?key=abc"))))
    assert absent == [f"Nothing came: {server.url('/gone')}?key=… answers 404: there is nothing at this address"]
    silent = list(lines(checked(source(server.on("/silent", serve.dripping(b"", 30, head=b""))))))
    assert silent == [f"Nothing came: {server.url('/silent')} gives no answer: it took too long"]


def test_a_check_takes_what_a_poll_would_take_and_says_why_not_the_rest(server: FeedServer, tmp_path: Path) -> None:
    over = [line(str(number), expires=NOON - DAY) for number in range(50)]
    old = [line(f"old {number}", posted=NOON - 60 * DAY) for number in range(9)]
    for rows, taken in ((over, 0), ([*over, *old], 9), ([*over, line("fresh")], 1)):
        url = server.on("/feed", serve.served(json_lines(*rows)))
        report = checked(source(url))
        on = bench(tmp_path / f"{len(rows)}", source(url))
        polled = on.poll()
        assert report.postings == polled.counts.new == len(on.sent.raw()) == taken
        said = f"{len(rows)} listed, {taken} taken: 50 past their end"
        assert said in "\n".join(lines(report))
        assert said in polled.notes
        health = on.ledger.health("board")
        assert health is not None
        assert health.notes == said
    assert not checked(source(server.on("/feed", serve.served(json_lines(*over))))).usable


def test_progress_is_told_while_a_feed_is_asked(server: FeedServer) -> None:
    said: list[str] = []
    made = source(server.on("/feed", serve.served(board(job("1")))) + "?key=abc")
    settings = IngestSettings(gap=0.001)
    check(
        made,
        reader=make_reader(settings, Random(1)),
        normalise=lambda draft, raw: normalise(draft, raw=raw, rates=rates_before(NOON.date())),
        now=NOON,
        max_age=settings.max_age,
        progress=said.append,
    )
    assert said == [f"asking {server.url('/feed')}?key=…", "reading page 1, 0.00 MB"]


def test_a_cut_feed_is_told_with_what_was_whole(server: FeedServer) -> None:
    body = board(*(job(str(number)) for number in range(9)))
    report = checked(source(server.on("/feed", serve.cut_after(body, len(body) // 2))))
    assert 0 < report.postings < 9
    assert any("not whole: the body broke off" in line for line in lines(report))


def test_hostile_items_are_dead_letters(tmp_path: Path) -> None:
    rows = [line("a\0b"), line("fine"), {"id": "x"}, line("\ud800")]
    report = checked(source(str(written(tmp_path / "feed.jsonl", json_lines(*rows)))))
    assert report.postings >= 1
    assert report.items + 1 >= report.postings + report.fallen["dead letter"].total() >= 4
    assert list(lines(report))
