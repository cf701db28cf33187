"""Sources that are files and folders."""

from pathlib import Path

import pytest

from services.ingest.adapters.fetch.files import FileFetcher
from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import FetchFailedError
from tests.support.collecting import NOON, bench, board, browse_page, job, json_lines, line, source, written
from tests.support.shared import captures


def test_a_file_is_read_again_only_when_it_changed(tmp_path: Path) -> None:
    path = written(tmp_path / "feed.json", board(job("1")))
    on = bench(tmp_path / "state", source(str(path)))
    on.poll()
    assert on.poll().unchanged
    assert on.sent.events() == ["seen 1"]
    written(path, board(job("1"), job("2")), changed_at=1)
    on.poll()
    assert on.sent.events() == ["seen 2"]


def test_a_folder_is_one_listing_of_all_its_files_in_any_format(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    written(folder / "a.json", board(job("1")))
    written(folder / "deeper" / "b.jsonl", json_lines(line("2")))
    on = bench(tmp_path / "state", source(str(folder)))
    report = on.poll()
    assert on.sent.events() == ["seen 1", "seen 2"]
    assert report.format == "ashby, posting_lines"
    assert report.whole
    assert on.poll().unchanged
    written(folder / "c.json", board(job("3")))
    on.poll()
    assert on.sent.events() == ["seen 3"]


def test_a_file_that_leaves_a_folder_of_complete_listings_closes_its_postings(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    written(folder / "a.json", board(job("1")))
    written(folder / "b.json", board(job("2")))
    on = bench(tmp_path / "state", source(str(folder)))
    on.poll()
    on.sent.events()
    (folder / "b.json").unlink()
    on.poll()
    on.poll()
    assert on.sent.events() == ["closed 2"]


def test_files_that_are_no_feed_are_told_and_nothing_closes_meanwhile(tmp_path: Path) -> None:
    folder = tmp_path / "feeds"
    written(folder / "a.json", board(job("1")))
    written(folder / "b.json", board(job("2")))
    written(folder / ".hidden", b"nothing")
    written(folder / "c.json.part", b"nothing yet")
    on = bench(tmp_path / "state", source(str(folder)))
    assert on.poll().notes == ()
    written(folder / "b.json", b"half a file", changed_at=1)
    for _ in range(3):
        report = on.poll()
        assert report.error is None
        assert any("b.json: of no known format; it begins: half a file" in note for note in report.notes)
    assert on.sent.events() == ["seen 1", "seen 2"]


def test_a_file_that_breaks_in_the_middle_delivers_what_was_whole(tmp_path: Path) -> None:
    whole = board(*(job(str(number)) for number in range(5)))
    on = bench(tmp_path / "state", source(str(written(tmp_path / "feed.json", whole[:-150]))))
    report = on.poll()
    assert report.counts.new == 4
    assert report.error is not None
    assert len(on.sent.letters()) == 1


def test_a_file_cannot_lead_to_another_page(tmp_path: Path) -> None:
    path = written(tmp_path / "feed.json", browse_page("1", cursor="next"))
    report = bench(tmp_path / "state", source(str(path))).poll()
    assert (report.counts.items, report.whole) == (1, True)


def test_a_file_over_the_bound_is_read_up_to_it(tmp_path: Path) -> None:
    path = written(tmp_path / "feed.jsonl", json_lines(*(line(str(number)) for number in range(100))))
    report = bench(tmp_path / "state", source(str(path), max_bytes=1_500)).poll()
    assert 0 < report.counts.new < 100
    assert report.error is not None
    assert "larger than" in report.error


def test_what_is_not_there_is_told(tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    for path, reason in ((tmp_path / "none", "there is no file or folder"), (tmp_path / "empty", "holds no feed file")):
        report = bench(tmp_path / "state" / path.name, source(str(path))).poll()
        assert report.error is not None
        assert reason in report.error


def test_only_files_of_the_source_are_read(tmp_path: Path) -> None:
    written(tmp_path / "secret.json", board(job("1")))
    written(tmp_path / "feeds" / "a.json", board(job("2")))
    made = source(str(tmp_path / "feeds"))
    with pytest.raises(FetchFailedError, match="is gone"):
        FileFetcher().fetch(made, str(tmp_path / "secret.json"), Validators(), NOON)


def test_the_captured_boards_come_in_whole_and_once(tmp_path: Path) -> None:
    folder = captures() / "ashby"
    on = bench(tmp_path, source(str(folder)))
    report = on.poll()
    assert report.error is None
    assert report.whole
    assert report.counts.broken == 0
    assert report.counts.new == report.counts.items == len({raw.source_id for raw in on.sent.raw()}) > 1_000
    on.sent.events()
    assert on.poll().unchanged
    assert on.sent.events() == []
