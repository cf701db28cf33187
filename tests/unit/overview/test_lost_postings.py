"""Rows of postings that somebody deleted are told, and how they come back."""

from dataclasses import replace
from datetime import timedelta
from pathlib import Path

from sqlalchemy import delete, insert

from schemas.posting import posting_id_of
from schemas.sql.ingest import source_items
from schemas.sql.tables import postings
from services.overview.stream.model import Overview, Remedy, ServiceView
from services.overview.stream.troubles.every import troubles
from services.runtime.figures.lost_postings import LostPostings, read_lost_postings
from services.runtime.sql.store import writing
from tests.support.installed_store import installation_in
from tests.support.logs import NOON


def stored(posting_id: str) -> dict[str, object]:
    row = {"version": 1, "status": "open", "backlog": False, "seen_at": NOON, "document": b"", "stored_at": NOON}
    return {"posting_id": posting_id, **row}


def test_rows_that_are_gone_though_their_source_lists_them_are_counted_once_they_had_time_to_be_stored(
    tmp_path: Path,
) -> None:
    def listed(source_id: str, hours: int, *, is_open: bool = True) -> dict[str, object]:
        moment = NOON - timedelta(hours=hours)
        return {
            "source": "board", "source_id": source_id, "format": "ashby", "content_hash": "h", "is_open": is_open,
            "backlog": False, "first_seen": moment, "last_seen": NOON, "ends_at": NOON + timedelta(days=9), "misses": 0,
        }  # fmt: skip

    with installation_in(tmp_path) as installation:
        engine = installation.engine
        ids = [f"job {at}" for at in range(40)]
        with writing(engine) as connection:
            gone = listed("gone", 9, is_open=False)
            connection.execute(
                insert(source_items), [*(listed(one, 2) for one in ids), listed("new", 0), listed("old", 24 * 8), gone]
            )
            connection.execute(insert(postings), [stored(posting_id_of("board", one)) for one in ids])
        assert read_lost_postings(engine, NOON) == LostPostings(40, 0)
        with writing(engine) as connection:
            some = [posting_id_of("board", one) for one in ids[:12]]
            connection.execute(delete(postings).where(postings.c.posting_id.in_(some)))
        assert read_lost_postings(engine, NOON) == LostPostings(40, 12)
        with writing(engine) as connection:
            # As after a board of many was added within the hour, or of one that has listed the same for long.
            more = [listed(f"{hours} {at}", hours) | {"ends_at": NOON + timedelta(days=20)} for hours in (0, 24 * 8)
                    for at in range(1_000)]  # fmt: skip
            connection.execute(insert(source_items), more)
        assert read_lost_postings(engine, NOON) == LostPostings(40, 12), "however many end later"


def test_many_rows_that_are_gone_are_a_failure_unless_a_service_has_yet_to_store_them() -> None:
    gone = Overview(NOON, "deployed", lost_postings=LostPostings(500, 60))
    [told] = troubles(gone)
    assert told.what.startswith("of 500 open postings that came within a week the store lacks 60")
    assert (told.remedy, told.grave) == (Remedy("sources again"), True)
    behind = ServiceView("matcher", 900, needed=False)
    assert [*troubles(replace(gone, services=(behind,)))] == []
    assert troubles(replace(gone, services=(replace(behind, lag=30),))) != (), "so few are no reason that 60 lack"
    held = ServiceView("matcher", 0, paused=True)
    beside = ServiceView("console", None, paused=True)
    assert "the store lacks 60" in " ".join(
        trouble.what for trouble in troubles(replace(gone, services=(held, beside)))
    ), "nothing waits for what is paused"
    for few in (LostPostings(500, 50), LostPostings(20, 9)):
        assert troubles(replace(gone, lost_postings=few)) == ()
