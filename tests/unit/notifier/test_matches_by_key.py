"""What is held of matches gives each window what reading them anew would give, whatever came and went meanwhile."""

from itertools import pairwise
from random import Random

import pytest
from sqlalchemy import delete

from schemas.sql.tables import matches
from services.notifier.adapters.sql.windows import by_key
from services.notifier.adapters.sql.windows.by_key import MatchesByKey
from services.notifier.adapters.sql.windows.cuts import newest_cut
from services.notifier.adapters.sql.windows.window_matches import Chosen, best_postings
from services.notifier.domain.windows import Cut
from services.runtime.sql.store import reading, writing
from tests.support.notifying import NOW, NotifierStore, arrival, posting

_KEYS = 40


@pytest.mark.parametrize("most", [0, 300, 1_500, 64 << 20])
def test_whatever_is_held_windows_hold_the_same(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch, most: int
) -> None:
    monkeypatch.setattr(by_key, "_ROWS", 7)
    monkeypatch.setattr(by_key, "_UNPACKED_AT_ONCE", 60)
    dice = Random(most)
    held = MatchesByKey(most)
    for _ in range(25):
        _come(store, dice)
        to = store.windows.take_cut(NOW)
        for _ in range(3):
            cuts = {number: Cut(number, _earlier(to, dice)) for number in range(2)}
            wanted = {number: dice.sample(range(_KEYS), 10) for number in cuts}
            anew = _best(store, MatchesByKey(0), wanted, cuts, to)
            assert _best(store, held, wanted, cuts, to) == anew
        assert sum(run.size for runs in held._held.values() for run in runs) <= most
        assert all(run.end <= after.start for runs in held._held.values() for run, after in pairwise(runs))


def test_what_is_held_is_not_read_again(store: NotifierStore) -> None:
    store.matches.store(0, [arrival(number, posting(str(number)), [1]) for number in range(4)], NOW)
    to, held = store.windows.take_cut(NOW), MatchesByKey()
    before = _best(store, held, {0: [1]}, {0: Cut(0, {})}, to)
    with writing(store.engine) as connection:
        connection.execute(delete(matches).where(matches.c.offset == 2))
        connection.execute(matches.update().values(matched=b""))
    after = _best(store, held, {0: [1]}, {0: Cut(0, {})}, to)
    gone = posting("2").posting_id
    assert [own for own in before[0, 1].matched if own != gone] == list(after[0, 1].matched)


def test_of_each_partition_as_much_is_held_as_of_any_other(
    store: NotifierStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(by_key, "_ROWS", 5)
    for partition in range(3):
        came = [arrival(number, posting(f"{partition} {number}"), [1, 2, 3]) for number in range(60)]
        store.matches.store(partition, came, NOW)
    to, held = store.windows.take_cut(NOW), MatchesByKey(3 * 1_000)
    _best(store, held, {0: [1]}, {0: Cut(0, {})}, to)
    sizes = {partition: sum(run.size for run in runs) for partition, runs in held._held.items()}
    assert len(sizes) == 3
    assert all(0 < size <= 1_000 for size in sizes.values()), sizes
    assert all(runs[-1].end == to.position(partition) for partition, runs in held._held.items()), "the newest"


def test_a_store_that_was_set_back_is_read_anew(store: NotifierStore) -> None:
    held = MatchesByKey()
    store.matches.store(0, [arrival(number, posting(str(number)), [1]) for number in range(4)], NOW)
    _best(store, held, {0: [1]}, {0: Cut(0, {})}, store.windows.take_cut(NOW))
    with writing(store.engine) as connection:
        connection.execute(matches.update().values(matched=b"\x02"))
    found = _best(store, held, {0: [1, 2]}, {0: Cut(0, {})}, Cut(1, {0: 2}))
    assert {key: len(own.matched) for (_, key), own in found.items()} == {2: 2}


def _come(store: NotifierStore, dice: Random) -> None:
    """Some records of some partition, a few of which bring nothing, and close what was open."""
    partition, to = dice.randrange(2), _positions(store)
    start = to.get(partition, 0)
    arrivals = []
    for offset in range(start, start + dice.randrange(12)):
        keys, near = (dice.sample(range(_KEYS), dice.randrange(9)) for _ in range(2))
        status = "closed" if dice.random() < 0.1 else "open"
        arrivals.append(arrival(offset, posting(str(dice.randrange(60)), status=status), keys, near))
    if arrivals:
        store.matches.store(partition, arrivals, NOW)


def _positions(store: NotifierStore) -> dict[int, int]:
    store.windows.take_cut(NOW)
    with reading(store.engine) as connection:
        return dict(newest_cut(connection).positions)


def _earlier(to: Cut, dice: Random) -> dict[int, int]:
    return {partition: dice.randrange(end + 1) for partition, end in to.positions.items()}


def _best(
    store: NotifierStore, held: MatchesByKey, wanted: dict[int, list[int]], cuts: dict[int, Cut], to: Cut
) -> Chosen:
    with reading(store.engine) as connection:
        return best_postings(connection, held, wanted, cuts, to)
