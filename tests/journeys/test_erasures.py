"""Who was erased stays erased, and who left has left: later backups know nobody, older ones are told of it."""

import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.sql.people.subscribers import SqlSubscribers
from services.notifier.domain.consent import Consent
from services.runtime.errors import UnavailableError
from services.runtime.sql.store import open_store
from services.settings import load_settings
from services.usecases import state
from tests.support.command_line import Ran, run
from tests.support.consenting import OPTIONS, paused
from tests.support.digests import email
from tests.support.notifying import NotifierStore
from tests.support.traces import Traces, in_files, in_store

WHO = Traces("Ada.Unforgettable@fern.example", "Ada Unforgettable")
NOW = datetime(2026, 11, 2, tzinfo=UTC)


class Place:
    """An installation of the embedded form with Ada and Bob, and the backup that knows both."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.config, self.backup = folder, folder / "jobchime.toml", folder / "older.zip"
        self.config.write_text('data = "data"\n[mail]\nfolder = "mails"\n')
        for address, name in ((WHO.address, WHO.name), ("bob@fern.example", "Bob")):
            assert self.run("subscriber", "add", address, *OPTIONS, "--name", name, "--time-zone", "UTC").code == 0
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
    listed = place.folder / "opt-outs.jsonl"
    listed.write_text(place.run("opt-outs", "list", "--json").out)
    assert WHO.within(listed.read_bytes()) == []
    for file in (place.folder / "data").iterdir():
        file.unlink()
    restored = place.run("restore", place.backup)
    said = "this store does not know who was erased, unsubscribed, paused or suppressed since"
    assert (restored.code, said in restored.err) == (0, True)
    assert WHO.address in place.addresses()
    assert place.run("opt-outs", "replay", listed).out == "1 person erased again.\n"
    assert (place.addresses(), place.traces()) == (["bob@fern.example"], [])
    assert place.run("opt-outs", "replay", listed).code == 0
    assert place.run("opt-outs", "replay", place.config).code == 2


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


def test_an_older_backup_is_told_who_left_and_what_was_suppressed_since(place: Place) -> None:
    place.run("subscriber", "add", "carl@fern.example", *OPTIONS)
    assert place.run("backup", place.folder / "with carl.zip").code == 0
    engine = open_store(load_settings(place.config).store_url)
    store = NotifierStore(engine, load_settings(place.config).ids())
    bob, carl = (store.subscribers.find(f"{name}@fern.example") for name in ("bob", "carl"))
    at = datetime.now(UTC)
    store.subscribers.unsubscribe(bob.subscriber_id, Consent("withdrawn", at, "one-click", "Unsubscribe"))
    store.subscribers.pause(carl.subscriber_id, paused(at))
    engine.dispose()
    for address in (WHO.address, "nobody@fern.example"):
        assert place.run("suppression", "add", address, "--why", "they complained").code == 0
    listed = place.run("opt-outs", "list", "--json").out
    assert WHO.within(listed.encode()) == []
    said = "1 person unsubscribed again.\n1 person paused again.\n2 suppressions taken over.\n"
    restored = place.run("restore", place.folder / "with carl.zip", "--force")
    assert (restored.code, said in restored.out) == (0, True)
    shown = [json.loads(line) for line in place.run("subscriber", "list", "--json").out.splitlines()]
    assert {each["address"].partition("@")[0]: each["status"] for each in shown} == {
        "Ada.Unforgettable": "suppressed", "bob": "unsubscribed", "carl": "paused",
    }  # fmt: skip
    assert json.loads(place.run("subscriber", "show", bob.subscriber_id).out)["consents"][-1]["origin"] == "one-click"
    # By the list alone, where the state is lost; and twice does no harm.
    for file in (place.folder / "data").glob("*.sqlite*"):
        file.unlink()
    kept = place.folder / "opt-outs.jsonl"
    kept.write_text(listed)
    assert place.run("restore", place.folder / "with carl.zip").code == 0
    assert place.run("opt-outs", "replay", kept).out == said
    assert place.run("opt-outs", "replay", kept).out == ""


def test_a_list_of_another_suppression_key_is_not_taken_for_done(place: Place) -> None:
    assert place.run("suppression", "add", WHO.address, "--why", "they complained").code == 0
    kept = place.folder / "opt-outs.jsonl"
    kept.write_text(place.run("opt-outs", "list", "--json").out)
    for file in (place.folder / "data").iterdir():
        file.unlink()
    assert place.run("subscriber", "add", "bob@fern.example", *OPTIONS).code == 0
    replayed = place.run("opt-outs", "replay", kept)
    assert (replayed.code, replayed.out) == (1, "")
    assert "1 address could not be suppressed again: their hashes are of another suppression key" in replayed.err


def test_a_backup_of_before_there_was_a_suppression_key_keeps_what_it_suppressed(place: Place, tmp_path: Path) -> None:
    """Its addresses are hashed with its secret, which becomes the key; also where another key is there already."""
    (tmp_path / "before" / "data").mkdir(parents=True)
    (tmp_path / "before" / "data" / "secret").write_text("a secret of an older release")
    before, older = Place(tmp_path / "before"), tmp_path / "of before.zip"
    assert before.run("suppression", "add", "gone@fern.example", "--why", "they complained").code == 0
    assert before.run("backup", tmp_path / "whole.zip").code == 0
    with zipfile.ZipFile(tmp_path / "whole.zip") as packed, zipfile.ZipFile(older, "w") as rewritten:
        manifest = json.loads(packed.read("manifest.json"))
        del manifest["files"]["suppression-key"]
        for name in manifest["files"]:
            rewritten.writestr(name, packed.read(name))
        rewritten.writestr("manifest.json", json.dumps(manifest))
    restored = place.run("restore", older, "--force")
    assert (restored.code, restored.err) == (0, "")
    assert (place.folder / "data" / "suppression-key").read_text().strip() == "a secret of an older release"
    assert place.run("suppression", "lift", "gone@fern.example", "--why", "they are back").code == 0


def test_a_new_installation_hashes_addresses_with_a_key_that_is_not_its_secret(place: Place) -> None:
    data = place.folder / "data"
    assert (data / "suppression-key").read_bytes() != (data / "secret").read_bytes()
    (data / "secret").unlink()
    assert place.addresses() == sorted([WHO.address, "bob@fern.example"])
    assert place.run("subscriber", "show", WHO.address).code == 0, "found by their address, whatever the secret is"
    assert "another one than the store's" not in place.run("doctor").out
    (data / "suppression-key").write_text("of somewhere else, by mistake")
    ran = place.run("doctor")
    assert (ran.code, "another one than the store's" in ran.out) == (1, True)


def test_a_list_that_is_cut_short_or_empty_is_not_taken_for_whole(place: Place) -> None:
    for address in ("one@fern.example", "two@fern.example"):
        assert place.run("suppression", "add", address, "--why", "they complained").code == 0
    whole = place.run("opt-outs", "list", "--json").out.splitlines()
    # How many there are, two addresses, and what is in force of four kinds.
    assert len(whole) == 1 + 2 + 4
    kept = place.folder / "opt-outs.jsonl"
    for cut in ([], whole[:1], whole[:2], whole[1:]):
        kept.write_text("\n".join(cut))
        refused = place.run("opt-outs", "replay", kept)
        assert (refused.code, refused.out) == (2, "")
    kept.write_text("\n".join(whole))
    assert place.run("opt-outs", "replay", kept).code == 0
