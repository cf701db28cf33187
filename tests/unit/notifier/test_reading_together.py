"""Building digests reads for many at once: twice the people are no more statements that read."""

import gc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event

from services.notifier.adapters.sql.digests import digests
from services.notifier.adapters.sql.digests.digest_rows import item_rows
from services.notifier.domain.curation.judging import JudgedPosting
from services.notifier.domain.model import Digest
from services.notifier.domain.people import timing_of
from services.notifier.domain.weights import Chance
from services.runtime.sql.store import WRITES
from tests.support.notifying import NOW, PYTHON, NotifierStore, posting, sqlite_store
from tests.support.simulated_days import Days

DAY = timedelta(days=1)


@contextmanager
def counted(store: NotifierStore) -> Iterator[Counter[str]]:
    """Statements outside of transactions that write, by the table that they begin with."""
    seen: Counter[str] = Counter()

    def count(connection: Any, _cursor: Any, statement: str, *_: Any) -> None:
        if not connection.get_execution_options().get(WRITES):
            seen[statement] += 1

    event.listen(store.engine, "before_cursor_execute", count)
    yield seen
    event.remove(store.engine, "before_cursor_execute", count)


def reads(folder: Path, people: int, cadence: str) -> int:
    """How many statements read while so many are served, each with a job of their own besides the common one."""
    days = Days(sqlite_store(folder), folder / "mails")
    for number in range(people):
        person = days.store.person(f"person{number}")
        criteria = PYTHON.model_copy(update={"text": f"own{number} OR common"})
        days.store.searches.add(person.subscriber_id, "python", criteria, timing_of({"cadence": cadence}), NOW)
        days.publish(posting(f"own{number}"), NOW)
    days.publish(posting("common"), NOW)
    days.live(NOW + DAY)
    assert len(days.files()) == people
    days.publish(posting("common-two", description_text="Common, and new."), NOW + DAY)
    with counted(days.store) as seen:
        days.notifier.handle(days.log[-1:])
        days.notifier.tick(NOW + 2 * DAY)
    assert len(days.files()) == 2 * people
    days.store.engine.dispose()
    return seen.total()


def test_daily_digests_are_read_together(tmp_path: Path) -> None:
    assert reads(tmp_path / "few", 3, "daily") == reads(tmp_path / "many", 30, "daily")


def test_instant_digests_are_read_together(tmp_path: Path) -> None:
    assert reads(tmp_path / "few", 3, "instant") == reads(tmp_path / "many", 30, "instant")


def test_a_digest_that_cannot_be_kept_costs_those_kept_with_it_nothing(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    people = [days.store.person(f"person{number}").subscriber_id for number in range(3)]
    for person in people:
        days.store.searches.add(person, "python", PYTHON, timing_of({"cadence": "daily"}), NOW)
    days.publish(posting("one"), NOW)

    def keep_others(digest_id: str, digest: Digest) -> Any:
        if digest.recipient.subscriber_id == people[1]:
            raise ZeroDivisionError
        return item_rows(digest_id, digest)

    monkeypatch.setattr(digests, "item_rows", keep_others)
    days.live(NOW + DAY)
    assert {own.subscriber_id for own in days.store.digests.history()} == {people[0], people[2]}
    monkeypatch.undo()
    days.notifier.tick(NOW + DAY + timedelta(hours=1))
    assert len(days.files()) == 3, "tried again once the lease has ended"
    days.store.engine.dispose()


def test_what_was_judged_for_people_who_are_served_is_let_go(tmp_path: Path) -> None:
    days = Days(sqlite_store(tmp_path), tmp_path / "mails")
    person = days.store.person("ada").subscriber_id
    days.store.searches.add(person, "python", PYTHON, timing_of({"cadence": "daily"}), NOW)
    gc.collect()
    before = judged()
    days.publish(posting("one"), NOW)
    days.live(NOW + DAY)
    assert len(days.files()) == 1
    assert judged() == before, "by reference counts alone: who looks for garbage has the less to look through"
    days.store.engine.dispose()


def judged() -> int:
    """How many pairs of a search and a posting are held, and chances of such."""
    return sum(isinstance(thing, JudgedPosting | Chance) for thing in gc.get_objects())
