"""An index begun from the file of another is the other: whatever was applied before, whatever comes after."""

import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from services.matcher.adapters.memory import snapshot
from services.matcher.adapters.memory.index import KernelName, MemoryCriteriaIndex, Sizes
from services.matcher.adapters.memory.snapshot import Snapshot, SnapshotError
from tests.support import generate
from tests.support.index_walk import some_criteria, some_postings, walk
from tests.support.long_form import examples
from tests.support.strategies import seeds
from tests.support.truth import same_hits

SIZES = Sizes(memtable=5, piece=3, least_small=8, small_share=4, most_small=20)


class Restarting:
    """An index that is now and then written to a file and begun anew from it."""

    def __init__(self, make: Callable[[], MemoryCriteriaIndex], path: Path) -> None:
        self._make, self._path = make, path
        self._index = make()
        self.apply, self.match = self._index.apply, self._index.match

    def __len__(self) -> int:
        return len(self._index)

    def perhaps(self, random_: random.Random) -> None:
        if random_.random() < 0.5:
            assert snapshot.write(self._path, self._index.snapshot())
            self._index = self._make()
            self._index.take(snapshot.read(self._path))
            self.apply, self.match = self._index.apply, self._index.match


@pytest.mark.parametrize("kernel", get_args(KernelName))
@settings(max_examples=examples(25), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(seed=seeds, keys=st.sampled_from((5, 40, 200)), batch=st.integers(1, 30))
def test_the_hits_are_right_through_restarts(
    kernel: KernelName, tmp_path: Path, seed: int, keys: int, batch: int
) -> None:
    index = Restarting(lambda: MemoryCriteriaIndex(kernel, SIZES), tmp_path / "criteria.snapshot")
    walk(index, seed, keys, batch, index.perhaps)


def test_a_version_beyond_32_bits_and_a_removal_are_known_after_a_restart(tmp_path: Path) -> None:
    index, again = MemoryCriteriaIndex(), MemoryCriteriaIndex()
    far, gone = generate.records(some_criteria()[:2], version=2**40)
    index.apply([far, gone, gone.model_copy(update={"version": 2**40 + 1, "removed": True})])
    snapshot.write(tmp_path / "file", index.snapshot())
    again.take(snapshot.read(tmp_path / "file"))
    again.apply([far.model_copy(update={"version": 2**40 - 1, "removed": True}), gone])
    assert len(again) == 1
    assert same_hits(again.match(some_postings()), index.match(some_postings()))


@pytest.fixture(scope="module")
def whole(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    index, path = MemoryCriteriaIndex(), tmp_path_factory.mktemp("snapshot") / "file"
    index.apply(generate.records(some_criteria()[:60]))
    snapshot.write(path, index.snapshot())
    return path.read_bytes()


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True))
def test_a_file_that_is_cut_anywhere_is_rejected(whole: bytes, tmp_path: Path, share: float) -> None:
    (tmp_path / "file").write_bytes(whole[: int(share * len(whole))])
    with pytest.raises(SnapshotError):
        snapshot.read(tmp_path / "file")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(share=st.floats(0, 1, exclude_max=True), bit=st.integers(0, 7))
def test_a_file_with_another_bit_is_rejected_or_the_same(whole: bytes, tmp_path: Path, share: float, bit: int) -> None:
    torn = bytearray(whole)
    torn[int(share * len(whole))] ^= 1 << bit
    (tmp_path / "file").write_bytes(torn)
    try:
        found = snapshot.read(tmp_path / "file")
    except SnapshotError:
        return
    (tmp_path / "file").write_bytes(whole)
    same = snapshot.read(tmp_path / "file")
    assert found.facts == same.facts  # It was a byte between two columns.
    assert all(np.array_equal(found.columns[name], column) for name, column in same.columns.items())


def test_a_file_of_another_format_or_of_other_rules_is_rejected(
    whole: bytes, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_bytes(whole)
    with monkeypatch.context() as patched:
        patched.setattr(snapshot, "FORMAT", 99)
        with pytest.raises(SnapshotError, match="format"):
            snapshot.read(tmp_path / "file")
    monkeypatch.setattr(snapshot, "made_by", lambda: "others")
    with pytest.raises(SnapshotError, match="other rules"):
        snapshot.read(tmp_path / "file")


def test_what_is_written_to_a_mapped_column_stays_with_who_wrote_it(whole: bytes, tmp_path: Path) -> None:
    (tmp_path / "file").write_bytes(whole)
    first, second = snapshot.read(tmp_path / "file"), snapshot.read(tmp_path / "file")
    first.columns["ledger.versions"][:] = 77
    assert second.columns["ledger.versions"].max() < 77
    assert (tmp_path / "file").read_bytes() == whole


def test_its_owner_alone_reads_the_file(tmp_path: Path) -> None:
    snapshot.write(tmp_path / "file", Snapshot({}, {}))
    assert (tmp_path / "file").stat().st_mode & 0o077 == 0


_WRITER = """
import sys
from pathlib import Path
import numpy as np
from services.matcher.adapters.memory import snapshot
number = 0
while True:
    number += 1
    column = np.full(500_000, number, dtype=np.uint32)
    snapshot.write(Path(sys.argv[1]), snapshot.Snapshot({"one": column, "other": column}, {"number": number}))
    print(number, flush=True)
"""


@pytest.mark.parametrize("seed", range(4))
def test_a_writer_killed_at_any_moment_leaves_the_last_whole_file(tmp_path: Path, seed: int) -> None:
    path = tmp_path / "file"
    writer = subprocess.Popen([sys.executable, "-c", _WRITER, str(path)], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for _ in range(2):
        writer.stdout.readline()
    time.sleep(random.Random(seed).random() / 5)
    os.kill(writer.pid, signal.SIGKILL)
    versions = [int(line) for line in writer.communicate()[0].split()]
    found = snapshot.read(path)
    assert found.facts["number"] >= max(versions, default=2)
    assert all((column == found.facts["number"]).all() for column in found.columns.values())
    assert snapshot.write(path, Snapshot({}, {"number": 0}))
    assert snapshot.read(path).facts == {"number": 0}
