"""Which days a demo simulates, and what its feeds say when nothing more has arrived."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from services.ingest.domain.polling.schedule import Validators
from services.ingest.settings import SourceSettings
from services.runtime.clock import FixedClock
from services.usecases.simulation.shelf import Shelf, ShelfFetcher, busiest_days

START, DAY = datetime(2026, 11, 1, tzinfo=UTC), timedelta(days=1)
HOURS = st.lists(st.none() | st.integers(0, 24 * 40), max_size=30)


@given(HOURS, st.integers(1, 9))
def test_no_other_days_hold_more(hours: list[int | None], days: int) -> None:
    posted = [None if hour is None else START + timedelta(hours=hour) for hour in hours]
    found = busiest_days(posted, days)
    ends = [at for at in posted if at is not None]
    if found is None:
        assert not ends
        return
    counts = {end: sum(end - days * DAY < other <= end for other in ends) for end in ends}
    assert found.of == len(posted)
    assert found.postings == max(counts.values())
    assert found.end == max(end for end in ends if counts[end] == found.postings)


def test_the_days_are_said_in_words() -> None:
    def said(end: datetime) -> str:
        return str(busiest_days([None, end], 4))

    assert said(datetime(2026, 11, 20, 17, tzinfo=UTC)) == "16 to 20 November 2026 hold 1 of 2 postings"
    assert said(datetime(2026, 12, 2, tzinfo=UTC)) == "28 November to 2 December 2026 hold 1 of 2 postings"
    assert said(datetime(2027, 1, 2, tzinfo=UTC)) == "29 December 2026 to 2 January 2027 hold 1 of 2 postings"


def test_a_feed_is_unchanged_until_more_of_it_arrives(tmp_path: Path) -> None:
    file = tmp_path / "jobs.jsonl"
    items = [
        {"id": str(at), "title": "Engineer", "company": "Acme", "url": f"https://acme.example/{at}",
         "description_html": "<p>Python</p>", "posted_at": (START + at * DAY).isoformat()}
        for at in range(3)
    ]  # fmt: skip
    file.write_text("".join(json.dumps(item) + "\n" for item in items), encoding="utf-8")
    clock = FixedClock(START)
    fetcher, source = ShelfFetcher(Shelf(clock)), SourceSettings(name="jobs", url=str(file))
    seen, validators = [], Validators()
    for half_days in range(6):
        clock.set(START + half_days * DAY / 2)
        fetched = fetcher.fetch(source, str(file), validators, clock.now())
        seen.append(fetched.unchanged)
        validators = validators if fetched.unchanged else fetched.validators
    assert seen == [False, True] * 3


def test_a_feed_of_which_something_is_skipped_is_read_each_time_so_that_it_is_counted(tmp_path: Path) -> None:
    file = tmp_path / "jobs.jsonl"
    line = json.dumps({"id": "1", "title": "Engineer", "company": "Acme", "url": "https://acme.example/1"}) + "\n"
    file.write_text(2 * line, encoding="utf-8")
    fetcher, source = ShelfFetcher(Shelf(FixedClock(START))), SourceSettings(name="jobs", url=str(file))
    first = fetcher.fetch(source, str(file), Validators(), START)
    assert first.body
    assert fetcher.fetch(source, str(file), first.validators, START).body == first.body
