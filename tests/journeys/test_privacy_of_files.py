"""What jobchime writes, its owner alone reads, under the umask that most machines have."""

import os
import stat
from pathlib import Path

import pytest

from services.notifier.adapters.mail.folder import FolderMailer
from services.runtime.files.datadir import SECRET_FILE, SUPPRESSION_KEY_FILE
from tests.support.command_line import run
from tests.support.digests import email
from tests.support.notifying import NOW, SECRET, sqlite_store
from tests.support.sending import open_deliveries

ROOT = Path(__file__).parents[2]


def jobchime(*words: str) -> None:
    ran = run(*words)
    assert ran.code == 0, ran.err


def open_to_others(folder: Path) -> list[str]:
    below = [folder, *folder.rglob("*")]
    return [str(path.relative_to(folder)) for path in below if stat.S_IMODE(path.stat().st_mode) & 0o077]


@pytest.fixture(autouse=True)
def usual_umask() -> "object":
    before = os.umask(0o022)
    yield
    os.umask(before)


def test_an_installation_with_mails_and_all_that_commands_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "own"
    folder.mkdir(mode=0o700)
    monkeypatch.chdir(folder)
    jobchime("config", "init")
    open_deliveries(store := sqlite_store(folder / "jobchime-data"), 2, NOW)
    store.engine.dispose()
    (folder / "jobchime-data").chmod(0o700)
    (folder / "jobchime-data" / "store.sqlite").chmod(0o600)
    for kept in (SECRET_FILE, SUPPRESSION_KEY_FILE):
        (folder / "jobchime-data" / kept).write_bytes(SECRET)
        (folder / "jobchime-data" / kept).chmod(0o600)
    jobchime("run", "--once")
    jobchime("mail", "test", "ops@harbour.example")
    jobchime("backup", "kept.zip")
    feed = ROOT / "samples" / "feeds" / "remoteok.json"
    jobchime("normalise", str(feed), "--dead", "dead.jsonl")
    names = {str(path.relative_to(folder)) for path in folder.rglob("*")}
    assert {"jobchime.toml", "kept.zip", "dead.jsonl", "jobchime-data/log.sqlite"} <= names
    assert any(name.endswith(".eml") for name in names)
    assert open_to_others(folder) == []


def test_the_folder_mailer_by_itself(tmp_path: Path) -> None:
    FolderMailer(tmp_path / "mails").send(email())
    assert open_to_others(tmp_path / "mails") == []
