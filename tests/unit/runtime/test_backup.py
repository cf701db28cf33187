"""Backup and restore: one moment, verified, all or nothing."""

import hashlib
import json
import resource
import shutil
import stat
import threading
import warnings
import zipfile
from contextlib import closing
from pathlib import Path

import pytest

from services.runtime.backup import backup, restore
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.files.datadir import LOG_FILE, RESTORED, STORE_FILE, locked, run_since
from services.runtime.log.sqlite import SqliteLog
from services.runtime.sql.sqlite import DamagedError, connect
from services.runtime.sql.store import open_store
from tests.support.logs import NOON, TOPIC, out, outs, values


@pytest.fixture
def data(tmp_path: Path) -> Path:
    """A data folder with 20 records and as many effects."""
    folder = tmp_path / "data"
    with SqliteLog(folder / LOG_FILE) as log:
        log.produce(outs(20))
    with closing(connect(folder / STORE_FILE)) as store:
        store.execute("CREATE TABLE effects (number INTEGER PRIMARY KEY)")
        store.executemany("INSERT INTO effects VALUES (?)", [(number,) for number in range(20)])
    return folder


def records(folder: Path) -> list[str]:
    with SqliteLog(folder / LOG_FILE) as log:
        return sorted(values(list(log.read_all(TOPIC))))


def effects(folder: Path) -> int:
    with closing(connect(folder / STORE_FILE)) as store:
        return int(store.execute("SELECT count(*) FROM effects").fetchone()[0])


def test_a_restore_gives_back_the_state(data: Path, tmp_path: Path) -> None:
    (data / "secret").write_bytes(b"s3cret")
    manifest = backup(data, tmp_path / "b.zip", now=NOON, also=["secret", "absent"])
    assert manifest.files[LOG_FILE].rows["records"] == manifest.files[STORE_FILE].rows["effects"] == 20
    assert restore(tmp_path / "b.zip", tmp_path / "new") == manifest
    assert records(tmp_path / "new") == records(data)
    assert effects(tmp_path / "new") == 20
    assert (tmp_path / "new" / "secret").read_bytes() == b"s3cret"
    assert {file.name for file in (tmp_path / "new").iterdir()} >= {LOG_FILE, STORE_FILE}
    assert not list((tmp_path / "new").glob(".restore-*"))


def test_what_is_made_and_what_is_restored_is_for_its_owner_only(data: Path, tmp_path: Path) -> None:
    (data / "secret").write_bytes(b"s3cret")
    backup(data, tmp_path / "b.zip", now=NOON, also=["secret"])
    restore(tmp_path / "b.zip", tmp_path / "new")
    open_store(f"sqlite:///{tmp_path / 'third' / STORE_FILE}").dispose()
    with locked(data), SqliteLog(data / LOG_FILE), closing(connect(data / STORE_FILE)):
        (data / "secret").unlink()
        for folder in (data, tmp_path / "new", tmp_path / "third"):
            assert folder.stat().st_mode & 0o777 == 0o700
            modes = {file.name: file.stat().st_mode & 0o777 for file in folder.iterdir()}
            assert set(modes.values()) == {0o600}, modes


def test_the_archive_is_for_its_owner_only_and_leaves_nothing_beside_it(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "b.zip", now=NOON)
    assert (tmp_path / "b.zip").stat().st_mode & 0o777 == 0o600
    assert sorted(file.name for file in tmp_path.iterdir()) == ["b.zip", "data"]


def test_log_and_store_are_of_one_moment_while_both_are_written(data: Path, tmp_path: Path) -> None:
    """The writer appends, then makes the effect, then commits: so effects are never ahead of records, nor commits of
    effects, in whatever order they are copied."""
    stop = threading.Event()

    def write() -> None:
        with SqliteLog(data / LOG_FILE) as log, closing(connect(data / STORE_FILE)) as store:
            number = 20
            while not stop.is_set():
                log.produce([out("k", str(number), topic="matches.v1")])
                store.execute("INSERT INTO effects VALUES (?)", (number,))
                log.commit("g", "matches.v1", 0, number)
                number += 1

    writer = threading.Thread(target=write)
    writer.start()
    try:
        for turn in range(8):
            backup(data, tmp_path / f"{turn}.zip", now=NOON)
    finally:
        stop.set()
        writer.join()
    counts = set()
    for turn in range(8):
        folder = tmp_path / f"new {turn}"
        restore(tmp_path / f"{turn}.zip", folder)
        with SqliteLog(folder / LOG_FILE) as log:
            produced = 19 + sum(log.ends("matches.v1"))
            committed = log.committed("g", "matches.v1", 0)
        with closing(connect(folder / STORE_FILE)) as store:
            made = store.execute("SELECT max(number) FROM effects").fetchone()[0]
        assert committed <= made <= produced
        assert produced - made <= 1
        counts.add(made)
    assert len(counts) > 1


def test_a_state_is_not_overwritten_unless_forced(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "b.zip", now=NOON)
    with SqliteLog(data / LOG_FILE) as log:
        log.produce(outs(5, first=20))
    with pytest.raises(UsageError, match=r"has a state already \(log.sqlite, store.sqlite\)"):
        restore(tmp_path / "b.zip", data)
    assert len(records(data)) == 25
    restore(tmp_path / "b.zip", data, force=True)
    assert len(records(data)) == 20


def test_a_backup_is_not_overwritten(data: Path, tmp_path: Path) -> None:
    (tmp_path / "b.zip").write_text("precious")
    with pytest.raises(UsageError, match="exists already"):
        backup(data, tmp_path / "b.zip", now=NOON)
    assert (tmp_path / "b.zip").read_text() == "precious"


def test_a_folder_without_state_has_nothing_to_back_up(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="nothing to back up"):
        backup(tmp_path, tmp_path / "b.zip", now=NOON)


def repacked(source: Path, target: Path, **changed: bytes | None) -> Path:
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            content = changed.get(name.partition(".")[0], old.read(name))
            if content is not None:
                new.writestr(name, content)
    return target


def manifest_with(archive: Path, **changed: object) -> bytes:
    with zipfile.ZipFile(archive) as packed:
        return json.dumps(json.loads(packed.read("manifest.json")) | changed).encode()


def test_an_archive_that_was_changed_is_refused_and_nothing_is_touched(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    backup(data, archive, now=NOON)
    before = records(data)
    with zipfile.ZipFile(archive) as packed:
        log = bytearray(packed.read(LOG_FILE))
    log[5_000] ^= 1
    cut = tmp_path / "cut.zip"
    cut.write_bytes(archive.read_bytes()[:-200])
    hostile = {
        "../out": {"bytes": 1, "sha256": ""},
        LOG_FILE: {"bytes": 1, "sha256": ""},
        STORE_FILE: {"bytes": 1, "sha256": ""},
    }
    wrong: list[tuple[Path, type[JobchimeError], str]] = [
        (repacked(archive, tmp_path / "1.zip", log=bytes(log)), DamagedError, "log.sqlite is not what was backed up"),
        (repacked(archive, tmp_path / "2.zip", log=bytes(log) * 50), DamagedError, "nothing was restored"),
        (repacked(archive, tmp_path / "3.zip", store=None), UsageError, "only a part of one"),
        (repacked(archive, tmp_path / "4.zip", manifest=b"{}"), UsageError, "manifest cannot be read"),
        (repacked(archive, tmp_path / "5.zip", manifest=None), UsageError, "no backup"),
        (repacked(archive, tmp_path / "6.zip", manifest=manifest_with(archive, format=99)), UsageError, "newer one"),
        (repacked(archive, tmp_path / "7.zip", manifest=manifest_with(archive, files=hostile)), UsageError, "not name"),
        (cut, UsageError, "no backup"),
        (data / LOG_FILE, UsageError, "no backup"),
        (tmp_path / "absent.zip", UsageError, "there is no file"),
    ]
    for source, kind, words in wrong:
        with pytest.raises(kind, match=words):
            restore(source, data, force=True)
        with pytest.raises(kind, match=words):
            restore(source, tmp_path / "fresh")
    assert records(data) == before
    assert not (tmp_path / "fresh").exists()
    assert not (tmp_path / "out").exists()


RESERVED = (
    "run.lock",
    "restored",
    "log.sqlite-wal",
    "store.sqlite-shm",
    "manifest.json",
    "mails",
    "/etc/x",
    "a\\b",
)


@pytest.mark.parametrize("name", RESERVED)
def test_a_file_that_no_backup_writes_spoils_no_data_folder(data: Path, tmp_path: Path, name: str) -> None:
    """Its manifest is right about it: only the name tells."""
    archive, hostile, content = tmp_path / "b.zip", tmp_path / "h.zip", b"x" * 9
    backup(data, archive, now=NOON)
    member = {"bytes": 9, "sha256": hashlib.sha256(content).hexdigest()}
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(hostile, "w") as new:
        manifest = json.loads(old.read("manifest.json"))
        manifest["files"][name] = member
        new.writestr("manifest.json", json.dumps(manifest))
        for each in (LOG_FILE, STORE_FILE):
            new.writestr(each, old.read(each))
        if name != "manifest.json":
            new.writestr(name, content)
    refused_and_untouched(hostile, data, tmp_path, "does not name the files of one")


def test_members_that_the_manifest_does_not_name_or_that_are_no_files_are_refused(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    backup(data, archive, now=NOON)
    more, twice, link = (tmp_path / name for name in ("more.zip", "twice.zip", "link.zip"))
    for target, name in ((more, "run.lock"), (twice, LOG_FILE)):
        shutil.copyfile(archive, target)
        with warnings.catch_warnings(), zipfile.ZipFile(target, "a") as packed:
            warnings.simplefilter("ignore")
            packed.writestr(name, b"x")
        refused_and_untouched(target, data, tmp_path, "just what its manifest names")
    with zipfile.ZipFile(archive) as old, zipfile.ZipFile(link, "w") as new:
        for each in old.infolist():
            info = zipfile.ZipInfo(each.filename)
            info.external_attr = ((stat.S_IFLNK if each.filename == LOG_FILE else stat.S_IFREG) | 0o600) << 16
            new.writestr(info, old.read(each.filename))
    refused_and_untouched(link, data, tmp_path, "something else than files")


def test_a_disk_that_is_full_midway_leaves_what_was_there(data: Path, tmp_path: Path) -> None:
    archive = tmp_path / "b.zip"
    backup(data, archive, now=NOON)
    before, files = records(data), sorted(file.name for file in data.iterdir())
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (8_192, limits[1]))
    try:
        with pytest.raises(UnavailableError):
            restore(archive, data, force=True)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert sorted({file.name for file in data.iterdir()} - {"run.lock"}) == sorted(set(files) - {"run.lock"})
    assert records(data) == before


def refused_and_untouched(archive: Path, data: Path, tmp_path: Path, words: str) -> None:
    before = records(data)
    for folder in (data, tmp_path / "fresh"):
        with pytest.raises(UsageError, match=words):
            restore(archive, folder, force=True)
    assert records(data) == before
    assert not (tmp_path / "fresh").exists()
    with locked(data):
        pass


def test_a_restore_that_was_cut_short_is_finished_by_the_next_run(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "b.zip", now=NOON)
    with SqliteLog(data / LOG_FILE) as log:
        log.produce(outs(5, first=20))
        # Still open: its WAL lies beside the old file, as after a kill.
        restored = data / RESTORED
        restored.mkdir()
        with zipfile.ZipFile(tmp_path / "b.zip") as packed:
            packed.extract(LOG_FILE, restored)
        with locked(data):
            pass
    assert not restored.exists()
    assert len(records(data)) == 20


def test_one_process_at_a_time_holds_a_folder(tmp_path: Path) -> None:
    assert not run_since(tmp_path)
    with locked(tmp_path):
        assert run_since(tmp_path)
    assert not run_since(tmp_path)
    with locked(tmp_path), pytest.raises(UsageError, match="another jobchime runs"), locked(tmp_path):
        pass
    with locked(tmp_path):
        pass


def test_a_folder_that_is_held_is_not_restored_into(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "b.zip", now=NOON)
    with locked(data), pytest.raises(UsageError, match="another jobchime runs"):
        restore(tmp_path / "b.zip", data, force=True)


def test_a_restore_that_is_refused_leaves_a_folder_as_it_was(data: Path, tmp_path: Path) -> None:
    backup(data, tmp_path / "b.zip", now=NOON)
    restore(tmp_path / "b.zip", moved := tmp_path / "moved")
    (moved / "run.lock").unlink()
    before = sorted(moved.iterdir())
    with pytest.raises(UsageError, match="has a state already"):
        restore(tmp_path / "b.zip", moved)
    assert sorted(moved.iterdir()) == before
