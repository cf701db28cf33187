"""A worker that begins from a snapshot of its criteria, and from what came since."""

import threading
from pathlib import Path

import pytest
import structlog
from structlog.testing import capture_logs

from schemas.codec import encode
from schemas.criteria import CriteriaRecord
from schemas.topics import CRITERIA, POSTINGS
from services.matcher import holdings
from services.matcher.adapters.memory import snapshot
from services.matcher.app import SNAPSHOT_FILE, make_matcher
from services.matcher.service import Matcher
from services.runtime.clock import FixedClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from tests.support.judging import having, skills
from tests.support.matching import NOON, criteria_out, posting_out, sent

GO, RUST = skills(all=("Go",)), skills(all=("Rust",))
KEYS = range(1, 41)


@pytest.fixture(autouse=True)
def soon(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "_MANY", 10)
    structlog.reset_defaults()


def written() -> None:
    """Wait for the snapshot that is being written, if one is."""
    for thread in threading.enumerate():
        if thread.name == "snapshot":
            thread.join()


class Installation:
    """A log, and workers over it that keep their snapshot in a folder."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.log = SqliteLog(folder / "log.sqlite", clock=FixedClock(NOON), partitions=2)

    def put(self, *keys: int, version: int = 1, removed: bool = False, asked=GO) -> None:
        self.log.produce([criteria_out(key, asked, version, removed=removed) for key in keys])

    def worker(self) -> tuple[Matcher, list[str]]:
        """A new process, and what it tells of snapshots."""
        matcher = make_matcher(self.log, folder=self.folder)
        with capture_logs() as logs:
            matcher.load()
            written()
        return matcher, [str(log["event"]) for log in logs if "snapshot" in str(log["event"])]

    def found(self, matcher: Matcher, *names: str) -> set[int]:
        self.log.produce([posting_out(having(*names, source_id="-".join(names)))])
        keys: set[int] = set()
        for partition, end in enumerate(self.log.ends(POSTINGS.name)):
            if end:
                out = sent(matcher.handle(self.log.read(POSTINGS.name, partition, 0, end)))
                keys |= {key for matches in out for key in matches.keys}
        return keys


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    found = Installation(tmp_path)
    found.put(*KEYS)
    return found


def test_a_worker_writes_what_the_next_begins_from(installed: Installation) -> None:
    assert installed.worker()[1] == ["snapshot_written"]
    matcher, events = installed.worker()
    assert events == ["snapshot_read"]
    assert installed.found(matcher, "Go") == set(KEYS)


def test_what_came_since_is_read_from_the_log(installed: Installation) -> None:
    installed.worker()
    installed.put(1, version=2, removed=True)
    installed.put(2, version=2, asked=RUST)
    installed.put(99, asked=RUST)
    matcher, events = installed.worker()
    assert events == ["snapshot_read"]
    assert installed.found(matcher, "Rust") == {2, 99}


def test_another_is_written_once_enough_has_come(installed: Installation) -> None:
    matcher, _ = installed.worker()
    before = (installed.folder / SNAPSHOT_FILE).read_bytes()
    installed.put(*range(100, 105))
    matcher.tick(NOON)
    written()
    assert (installed.folder / SNAPSHOT_FILE).read_bytes() == before
    installed.put(*range(200, 206))
    matcher.tick(NOON)
    written()
    assert (installed.folder / SNAPSHOT_FILE).read_bytes() != before
    again, events = installed.worker()
    assert events == ["snapshot_read"]
    assert installed.found(again, "Go") == {*KEYS, *range(100, 105), *range(200, 206)}


@pytest.mark.parametrize("harm", ["torn", "cut", "empty", "folder"])
def test_a_file_that_is_not_whole_is_rejected_with_a_reason_and_made_anew(installed: Installation, harm: str) -> None:
    installed.worker()
    path = installed.folder / SNAPSHOT_FILE
    whole = path.read_bytes()
    if harm == "folder":
        path.unlink()
        path.mkdir()
    else:
        torn = whole[:-1] + bytes([whole[-1] ^ 1])
        path.write_bytes({"torn": torn, "cut": whole[: len(whole) // 2], "empty": b""}[harm])
    matcher, events = installed.worker()
    assert events[0] == "snapshot_rejected"
    assert events[1:] == (["snapshot_not_written"] if harm == "folder" else ["snapshot_written"])
    assert installed.found(matcher, "Go") == set(KEYS)


def test_the_snapshot_of_another_log_is_rejected(installed: Installation, tmp_path: Path) -> None:
    installed.worker()
    for keys in ((), (7,), range(300, 400)):
        (tmp_path / "other").mkdir(exist_ok=True)
        (tmp_path / "other" / "log.sqlite").unlink(missing_ok=True)
        other = Installation(tmp_path / "other")
        other.put(*keys)
        (other.folder / SNAPSHOT_FILE).write_bytes((installed.folder / SNAPSHOT_FILE).read_bytes())
        matcher, events = other.worker()
        assert events[0] == "snapshot_rejected"
        assert other.found(matcher, "Go") == set(keys)
        other.log.close()


def test_a_log_that_was_compacted_since_is_known_again(installed: Installation) -> None:
    installed.worker()
    installed.put(*range(1, 36), version=2, asked=RUST)
    installed.log.compact(CRITERIA.name)
    matcher, events = installed.worker()
    assert events[0] == "snapshot_read"
    assert installed.found(matcher, "Rust") == set(range(1, 36))


def test_records_that_came_again_are_told_from_new_ones_after_a_restart(installed: Installation) -> None:
    first, _ = installed.worker()
    batches = [installed.log.read(CRITERIA.name, partition, 0, 100) for partition in range(2)]
    installed.log.produce([posting_out(having("Go"))])
    expected = [len(sent(first.handle(batch))) for batch in batches]
    second, events = installed.worker()
    assert events == ["snapshot_read"]
    assert [len(sent(second.handle(batch))) for batch in batches] == expected
    installed.put(1, version=5)  # asks the same: nothing new
    place = next(p for p in range(2) if any(r.key == b"1" for r in batches[p]))
    again = installed.log.read(CRITERIA.name, place, batches[place][-1].offset + 1, 10)
    assert sent(second.handle(again)) == []


def test_what_comes_while_a_snapshot_is_written_is_not_in_it(
    installed: Installation, monkeypatch: pytest.MonkeyPatch
) -> None:
    begun, go_on, write = threading.Event(), threading.Event(), snapshot.write

    def slow(*whole) -> bool:
        begun.set()
        assert go_on.wait(30)
        return write(*whole)

    monkeypatch.setattr(snapshot, "write", slow)
    matcher = make_matcher(installed.log, folder=installed.folder)
    matcher.load()
    assert begun.wait(30)
    installed.put(*range(100, 130), asked=skills(all=("Rust",), none=("PHP",)))
    installed.put(1, version=2, removed=True)
    matcher.tick(NOON)
    go_on.set()
    written()
    monkeypatch.setattr(snapshot, "write", write)
    again, events = installed.worker()
    assert events[0] == "snapshot_read"
    assert installed.found(again, "Go") == set(KEYS) - {1}
    assert installed.found(again, "Rust") - set(KEYS) == set(range(100, 130))


def test_ids_that_are_no_hashes_are_matched_without_a_file(installed: Installation) -> None:
    record = CriteriaRecord(key=77, criteria_id="no hash", version=1, criteria=GO)
    installed.log.produce([Outgoing(CRITERIA.name, b"77", encode(record))])
    matcher, events = installed.worker()
    assert events == ["snapshot_not_written"]
    assert installed.found(matcher, "Go") == {*KEYS, 77}
