"""Postings of a source that nobody asks any more are told of: nobody learns when they are gone."""

from datetime import timedelta
from pathlib import Path

from sqlalchemy import event, insert

from schemas.sql.ingest import sources
from services.overview.stream.troubles.sources import left_open
from services.runtime.figures.sources import Expected, LeftOpen, left_open_in
from services.runtime.figures.stream import read_figures
from services.runtime.sql.store import reading, writing
from tests.support import feed_server as serve
from tests.support.collecting import bench, board, job, source
from tests.support.feed_server import FeedServer
from tests.support.notifying import NOW, sqlite_store

DAY = timedelta(days=1)


def test_open_postings_of_a_source_that_is_off_or_no_longer_in_the_settings_are_a_note(
    server: FeedServer, tmp_path: Path
) -> None:
    on = bench(tmp_path, source(server.on("/feed", serve.served(board(job("1"), job("2"))))))
    on.poll()

    def left(*expected: Expected) -> tuple[LeftOpen, ...]:
        return read_figures(on.ledger._engine, on.now, expected).left_open

    assert left(Expected("board", DAY)) == ()
    [off], [gone] = left(Expected("board", DAY, enabled=False)), left(Expected("other", DAY))
    assert (off.number, off.is_off, gone.is_off) == (2, True, False)
    [note] = left_open(read_figures(on.ledger._engine, on.now, ()))
    assert not note.grave
    assert note.what.startswith("2 postings of the source board, which is no longer in the settings, may be mailed")


def test_however_many_sources_are_off_open_postings_are_gone_through_once(tmp_path: Path) -> None:
    store = sqlite_store(tmp_path)
    with writing(store.engine) as connection:
        every = {"added_at": NOW, "next_due": NOW, "failures": 0, "counts": "{}"}
        connection.execute(insert(sources), [{"source": f"s{number}"} | every for number in range(20)])
    asked: list[str] = []
    event.listen(store.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    with reading(store.engine) as connection:
        assert left_open_in(connection, [Expected("s0", DAY, enabled=False)]) == ()
    assert sum("source_items" in statement for statement in asked) == 1
