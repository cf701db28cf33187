"""Due windows inverted together give each due search what looking at every row for it alone would give."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from hypothesis import given
from hypothesis import strategies as st

from schemas.keys import keys_of, pack
from services.notifier.adapters.sql.windows.by_key import MatchRun, run_of
from services.notifier.adapters.sql.windows.window_matches import DueKeys, RankedRows, WindowHits
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
    own = {partition: [row for row in rows if row.partition == partition] for partition in (0, 1)}
    hits = WindowHits(DueKeys(wanted, cuts), _ranked(own), most, most_hits)
    for partition, some in own.items():
        for start in range(0, len(some), slice_):
            run = _run(some[start : start + slice_])
            hits.add(partition, run, run.matched)
    assert dict(hits.chosen()) == _expected(rows, cuts, wanted, most)


def test_more_pairs_and_rows_than_32_bits_tell_apart() -> None:
    keys, rows = 2**17 + 1, 2**15 + 1
    some = [Row(0, at, f"p{at}", at, frozenset({at % 3, keys - 1 - at % 2})) for at in range(rows)]
    hits = WindowHits(DueKeys({0: range(keys)}, {0: Cut(0, {})}), _ranked({0: some}), 2)
    run = _run(some)
    hits.add(0, run, run.matched)
    found = dict(hits.chosen())
    last = rows - 1
    assert found == {
        (0, key): [f"p{number}" for number in range(last, -1, -1) if key in some[number].keys][:2]
        for key in (0, 1, 2, keys - 2, keys - 1)
    }


@given(_rows())
def test_a_row_whose_posting_is_not_open_is_in_no_window(rows: list[Row]) -> None:
    own = [row for row in rows if row.partition == 0]
    wanted = sorted({key for row in own for key in row.keys})
    hits = WindowHits(DueKeys({0: wanted}, {0: Cut(0, {})}), _ranked({0: own[::2]}), 30)
    run = _run(own)
    hits.add(0, run, run.matched)
    assert dict(hits.chosen()) == _expected(own[::2], {0: Cut(0, {})}, {0: wanted}, 30)


def _ranked(rows: Mapping[int, Sequence[Row]]) -> RankedRows:
    return RankedRows(
        {partition: [(row.posting_id, row.seen, row.offset) for row in own] for partition, own in rows.items()}
    )


def _run(rows: Sequence[Row]) -> MatchRun:
    offsets = [row.offset for row in rows]
    start, end = (min(offsets), max(offsets) + 1) if offsets else (0, 0)
    return run_of(start, end, offsets, [pack(keys_of(row.keys)) for row in rows], [b""] * len(rows))


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
