"""Many who edit one store at once: nobody clashes, and the rules hold."""

import random
import threading
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest
from sqlalchemy import text

from schemas.codec import decode
from schemas.criteria import Criteria, CriteriaRecord, SkillTerms
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.sql.store import ConflictError, is_postgresql, open_store, reading, retried, writing
from tests.support.at_once import WORKERS, at_once
from tests.support.notifying import GO, NOW, PYTHON, NotifierStore
from tests.support.stores import new_url


def test_edits_in_opposite_directions_never_clash(stores: list[NotifierStore]) -> None:
    """Searches move between the same few criteria, come and go, and their people too; the counts come out right."""
    pool = [Criteria(skills=SkillTerms(all=(name,))) for name in ("Python", "Go", "Rust", "Java")]
    people = [stores[0].person(f"person{number}") for number in range(WORKERS)]
    searches = [stores[0].search(person, "first", pool[n % 4]) for n, person in enumerate(people)]

    def act(number: int) -> None:
        chance, store, person = random.Random(number), stores[number], people[number]
        for turn in range(25):
            store.searches.edit(searches[number].search_id, NOW, criteria=chance.choice(pool))
            made = store.search(person, f"turn {turn}", chance.choice(pool))
            if turn % 5 == 4:
                with pytest.raises(UsageError):
                    store.search(person, f"turn {turn}", chance.choice(pool))
            store.searches.delete(made.search_id, NOW)
        if number % 2:
            store.subscribers.erase(person.subscriber_id, NOW)

    at_once(*(lambda number=number: act(number) for number in range(WORKERS)))
    rows = stores[0].outbox.pending(10_000)
    newest: dict[int, CriteriaRecord] = {}
    for record in (decode(CriteriaRecord, row.value) for row in rows):
        before = newest.get(record.key)
        assert record.version == (before.version if before else 0) + 1, "versions of a key are published in order"
        newest[record.key] = record
    used = Counter(search.key for search in stores[0].searches.all())
    assert {key for key, record in newest.items() if not record.removed} == set(used)
    with reading(stores[0].engine) as connection:
        members = {row.key: row.members for row in connection.execute(text("SELECT key, members FROM criteria"))}
    assert members == {key: used.get(key, 0) for key in members}
    assert sorted(members) == list(range(len(members)))


def test_one_person_edited_at_once_keeps_the_rules(stores: list[NotifierStore]) -> None:
    """Of many who save a search under one name at once, one may; the others are told in a sentence."""
    ada = stores[0].person("ada")
    errors: list[str] = []

    def save(store: NotifierStore, criteria: Criteria) -> None:
        try:
            store.search(ada, "same name", criteria)
        except UsageError as error:
            errors.append(str(error))

    at_once(*(lambda n=n: save(stores[n], (PYTHON, GO)[n % 2]) for n in range(WORKERS)))
    assert len(errors) == WORKERS - 1
    assert all("same name" in error for error in errors)
    assert len(stores[0].searches.all()) == 1


@pytest.mark.live
class TestConflicts:
    """PostgreSQL undoes one of two transactions that wait for each other, and it is done anew."""

    @pytest.fixture
    def pair(self, tmp_path: Path) -> Iterator[tuple[NotifierStore, NotifierStore]]:
        with new_url("postgresql", tmp_path) as url:
            first, second = NotifierStore(open_store(url)), NotifierStore(open_store(url))
            assert is_postgresql(first.engine)
            for store in (first, second):
                with writing(store.engine) as connection:
                    connection.execute(text("CREATE TABLE IF NOT EXISTS duel (id int PRIMARY KEY, hits int)"))
                    connection.execute(text("INSERT INTO duel VALUES (1, 0), (2, 0) ON CONFLICT DO NOTHING"))
            yield first, second
            first.engine.dispose()
            second.engine.dispose()

    def test_a_deadlock_is_done_anew_and_nobody_sees_it(self, pair: tuple[NotifierStore, NotifierStore]) -> None:
        meet = threading.Barrier(2)
        met: list[int] = []

        def hit(store: NotifierStore, order: tuple[int, int]) -> None:
            first = True

            @retried
            def act() -> None:
                nonlocal first
                with writing(store.engine) as connection:
                    for number in order:
                        connection.execute(text("UPDATE duel SET hits = hits + 1 WHERE id = :id"), {"id": number})
                        if first and number == order[0]:
                            first = False
                            meet.wait(timeout=60)
                    met.append(order[0])

            act()

        at_once(lambda: hit(pair[0], (1, 2)), lambda: hit(pair[1], (2, 1)))
        assert sorted(met) == [1, 2]
        with reading(pair[0].engine) as connection:
            assert connection.execute(text("SELECT sum(hits) FROM duel")).scalar_one() == 4

    def test_a_conflict_that_comes_again_and_again_is_one_sentence(
        self, pair: tuple[NotifierStore, NotifierStore]
    ) -> None:
        tries: list[int] = []

        @retried
        def act() -> None:
            tries.append(1)
            with writing(pair[0].engine) as connection:
                connection.execute(text("DO $$ BEGIN RAISE EXCEPTION 'x' USING ERRCODE = '40001'; END $$"))

        with pytest.raises(ConflictError, match="do it again") as raised:
            act()
        assert isinstance(raised.value, UnavailableError)
        assert 3 <= len(tries) <= 10
