"""Who was erased stays erased: mails in the folder go, later backups know nobody, older ones erase them again."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import open_store
from services.settings import load_settings
from services.usecases import state
from tests.support.command_line import Ran, run
from tests.support.digests import email
from tests.support.traces import Traces, in_files, in_store

WHO = Traces("Ada.Unforgettable@fern.example", "Ada Unforgettable")
NOW = datetime(2026, 11, 2, tzinfo=UTC)


class Place:
    """An installation of the embedded form with Ada and Bob, and the backup that knows both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config, self.backup = folder, folder / "jobchime.toml", folder / "older.zip"
        self.config.write_text('data = "data"\n[mail]\nfolder = "mails"\n')
        for address, name in ((WHO.address, WHO.name), ("bob@fern.example", "Bob")):
            assert self.run("subscriber", "add", address, "--name", name, "--time-zone", "UTC").code == 0
        assert self.run("run", "--once").code == 0
        assert self.run("backup", self.backup).code == 0

    def run(self, *words: str | Path) -> Ran:
        return run(*words, "-c", self.config)

    def addresses(self) -> list[str]:
        lines = self.run("subscriber", "list", "--json").out.splitlines()
        return sorted(json.loads(line)["address"] for line in lines)

    def traces(self) -> list[str]:
        engine = open_store(load_settings(self.config).store_url)
        found = in_store(engine, WHO)
        engine.dispose()
        return found + in_files(self.folder / "data", WHO) + in_files(self.folder / "mails", WHO)


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path)


def test_mails_in_the_folder_go_and_a_backup_made_later_knows_nobody(place: Place) -> None:
    mailer = FolderMailer(place.folder / "mails")
    own_id = json.loads(place.run("subscriber", "show", WHO.address).out)["subscriber"]["subscriber_id"]
    to_before = f"https://a.example/u/{own_id}.abcdefgh"
    mailer.send(email(delivery_id="one", to_address=WHO.address.upper()))
    mailer.send(email(delivery_id="two", to_address="an.older.address@fern.example", unsubscribe_url=to_before))
    mailer.send(email(delivery_id="three", to_address="bob@fern.example"))
    assert place.traces() != []
    assert place.run("subscriber", "erase", WHO.address, "--yes").code == 0
    assert place.traces() == []
    assert [file.name for file in (place.folder / "mails").glob("*.eml")] == ["three.eml"]
    assert place.run("backup", place.folder / "later.zip").code == 0
    with zipfile.ZipFile(place.folder / "later.zip") as packed:
        assert {name for name in packed.namelist() if WHO.within(packed.read(name))} == set()


def test_an_older_backup_erases_them_again_before_it_is_in_place(place: Place) -> None:
    place.run("subscriber", "erase", WHO.address, "--yes")
    restored = place.run("restore", place.backup, "--force")
    assert (restored.code, "1 person erased again" in restored.out) == (0, True)
    assert (place.addresses(), place.traces()) == (["bob@fern.example"], [])
    # What was restored knows it too, and so does its next restore.
    assert "1 person erased again" in place.run("restore", place.backup, "--force").out
    assert place.addresses() == ["bob@fern.example"]


def test_where_nobody_knows_who_was_erased_it_says_so_and_the_list_kept_elsewhere_does_it(place: Place) -> None:
    place.run("subscriber", "erase", WHO.address, "--yes")
    listed = place.folder / "erasures.jsonl"
    listed.write_text(place.run("erasures", "list", "--json").out)
    assert WHO.within(listed.read_bytes()) == []
    for file in (place.folder / "data").iterdir():
        file.unlink()
    restored = place.run("restore", place.backup)
    assert (restored.code, "nobody here knows who was erased since" in restored.err) == (0, True)
    assert WHO.address in place.addresses()
    assert place.run("erasures", "replay", listed).out == "1 person erased again.\n"
    assert (place.addresses(), place.traces()) == (["bob@fern.example"], [])
    assert place.run("erasures", "replay", listed).code == 0
    assert place.run("erasures", "replay", place.config).code == 2


def test_a_restore_that_is_cut_short_while_it_erases_leaves_what_was_there(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    place.run("subscriber", "erase", WHO.address, "--yes")

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr(state, "replay", killed)
        with pytest.raises(KeyboardInterrupt):
            state.restore(load_settings(place.config), place.backup, NOW, force=True, tell=print)
    assert place.addresses() == ["bob@fern.example"]


def test_it_says_whom_it_could_not_erase_again(place: Place, monkeypatch: pytest.MonkeyPatch) -> None:
    own_id = json.loads(place.run("subscriber", "show", WHO.address).out)["subscriber"]["subscriber_id"]
    place.run("subscriber", "erase", WHO.address, "--yes")

    def away(*_: object) -> None:
        raise UnavailableError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(SqlSubscribers, "erase", away)
        restored = place.run("restore", place.backup, "--force")
    assert restored.code == 1
    assert f"{own_id} could not be erased again: the disk is full" in restored.err
    # It stays in no ledger as gone, so that the next try finds them.
    assert place.run("subscriber", "erase", own_id, "--yes").code == 0
    assert place.addresses() == ["bob@fern.example"]
