"""Due windows inverted together give each due search what looking at every row for it alone would give."""

from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from schemas.keys import keys_of, pack
from services.notifier.adapters.sql.windows.window_matches import DueKeys, WindowHits
from services.notifier.domain.windows import Cut

_KEYS = st.integers(0, 12) | st.sampled_from([1_000, 70_000])


@dataclass(frozen=True)
class Row:
    partition: int
    offset: int
    posting_id: str
    seen: int
    keys: frozenset[int]


@st.composite
def _rows(draw: st.DrawFn) -> list[Row]:
    many = draw(
        st.lists(st.tuples(st.integers(0, 1), st.integers(0, 5), st.frozensets(_KEYS, max_size=8)), max_size=30)
    )
    return [
        Row(partition, offset, f"p{offset * 7 % 30:02}", seen, keys)
        for offset, (partition, seen, keys) in enumerate(many)
    ]


_CUTS = st.lists(st.tuples(st.integers(0, 30), st.integers(0, 30)), min_size=1, max_size=4)


@given(_rows(), _CUTS, st.data(), st.integers(1, 4), st.integers(1, 20), st.integers(1, 7))
def test_each_window_holds_its_best_rows(
    rows: list[Row], positions: list[tuple[int, int]], data: st.DataObject, most: int, most_hits: int, slice_: int
) -> None:
    cuts = {number: Cut(number, dict(enumerate(position))) for number, position in enumerate(positions)}
    wanted = {number: sorted(data.draw(st.frozensets(_KEYS, max_size=6))) for number in cuts}
    hits = WindowHits(DueKeys(wanted, cuts), most, most_hits)
    for partition in (0, 1):
        own = [row for row in rows if row.partition == partition]
        for start in range(0, len(own), slice_):
            some = own[start : start + slice_]
            facts = [(row.posting_id, row.seen, row.offset) for row in some]
            hits.add(partition, facts, [pack(keys_of(row.keys)) for row in some])
    assert dict(hits.chosen()) == _expected(rows, cuts, wanted, most)


def test_more_pairs_and_rows_than_32_bits_tell_apart() -> None:
    keys, rows = 2**17 + 1, 2**15 + 1
    hits = WindowHits(DueKeys({0: range(keys)}, {0: Cut(0, {})}), 2)
    matched = [(number % 3, keys - 1 - number % 2) for number in range(rows)]
    facts = [(f"p{number}", number, number) for number in range(rows)]
    hits.add(0, facts, [pack(keys_of(some)) for some in matched])
    found = dict(hits.chosen())
    last = rows - 1
    assert found == {
        (0, key): [f"p{number}" for number in range(last, -1, -1) if key in matched[number]][:2]
        for key in (0, 1, 2, keys - 2, keys - 1)
    }


def _expected(
    rows: list[Row], cuts: dict[int, Cut], wanted: dict[int, list[int]], most: int
) -> dict[tuple[int, int], list[str]]:
    found = {}
    for number, keys in wanted.items():
        for key in keys:
            inside = [row for row in rows if key in row.keys and row.offset >= cuts[number].position(row.partition)]
            best = sorted(inside, key=lambda row: (-row.seen, row.posting_id))[:most]
            if best:
                found[number, key] = [row.posting_id for row in best]
    return found
