"""Mails as files: whole, replaced by their own resend, and honest about the disk."""

import resource
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.embedded import embedded
from services.notifier.adapters.mail import folder
from services.notifier.adapters.mail.folder import FolderMailer, file_name_of
from services.notifier.adapters.mail.mailers import try_out
from services.notifier.mail_settings import MailSettings, SmtpSettings
from services.notifier.ports import MailDeferredError
from services.runtime.errors import UsageError
from services.runtime.files.datadir import last_words
from services.settings import Settings
from tests.support.digests import email


def test_a_resend_replaces_its_own_file(tmp_path: Path) -> None:
    first = FolderMailer(tmp_path).send(email())
    before = (tmp_path / first.provider_id).read_bytes()
    assert FolderMailer(tmp_path).send(email()) == first
    assert [file.name for file in tmp_path.iterdir()] == ["d-0001.eml"]
    assert (tmp_path / first.provider_id).read_bytes() == before


def test_of_many_at_once_none_is_taken_before_its_name_is_durable(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    durable: set[str] = set()
    syncs: list[int] = []

    def sync(path: Path) -> None:
        there = {file.name for file in path.glob("*.eml")}
        time.sleep(0.005)
        durable.update(there)
        syncs.append(len(there))

    monkeypatch.setattr(folder, "_sync_folder", sync)
    mailer = FolderMailer(tmp_path)

    def is_durable_once_taken(number: int) -> bool:
        return mailer.send(email(delivery_id=f"d-{number}")).provider_id in durable

    with ThreadPoolExecutor(8) as threads:
        assert all(threads.map(is_durable_once_taken, range(64)))
    assert len(syncs) < 64, "one serves several"


@pytest.mark.parametrize("delivery_id", ["../up", "/etc/passwd", "", ".hidden", "a/b", "x" * 200, "a\nb", "nul\0"])
def test_no_id_leaves_the_folder(delivery_id: str, tmp_path: Path) -> None:
    name = file_name_of(delivery_id)
    assert (tmp_path / name).resolve().parent == tmp_path.resolve()
    assert not name.startswith(".")


def test_ids_that_are_no_plain_names_do_not_collide() -> None:
    assert len({file_name_of(delivery_id) for delivery_id in ("", "a/b", "a\\b", "a b", "A/b")}) == 5


def test_a_folder_that_is_tried_out_is_there_and_empty(tmp_path: Path) -> None:
    FolderMailer(tmp_path / "new" / "mails").try_out()
    assert list((tmp_path / "new" / "mails").iterdir()) == []
    FolderMailer(tmp_path / "new" / "mails").try_out()


def test_a_folder_that_cannot_be_made_is_told_at_the_start(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with pytest.raises(
        UsageError, match=r"^the folder mailer cannot start: .*file/mails \(Not a directory\); .*mail.folder"
    ):
        try_out(MailSettings(folder=tmp_path / "file" / "mails"))


def test_a_folder_that_cannot_be_written_is_told_at_the_start_and_left_clean(tmp_path: Path) -> None:
    with files_of_at_most(1), pytest.raises(UsageError, match="cannot write mails to"):
        FolderMailer(tmp_path).try_out()
    assert list(tmp_path.iterdir()) == []


def test_trying_out_a_mail_server_touches_no_folder(tmp_path: Path) -> None:
    whole = MailSettings(
        mailer="smtp",
        folder=tmp_path / "mails",
        public_url="https://jobs.harbour.example",
        sender_address="alerts@harbour.example",
        postal_address="1 Quay Street, Porto",
        allow=("*",),
        smtp=SmtpSettings(host="mail.harbour.example"),
    )
    try_out(whole)
    assert not (tmp_path / "mails").exists()
    with pytest.raises(UsageError, match=r"mail\.smtp\.host"):
        try_out(whole.model_copy(update={"smtp": SmtpSettings()}))


def test_the_embedded_form_does_not_start_over_a_folder_that_takes_no_mails(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    settings = Settings(data=tmp_path / "data", mail=MailSettings(folder=tmp_path / "file" / "mails"))
    with pytest.raises(UsageError, match="the folder mailer cannot start"), embedded(settings):
        pytest.fail("it started")
    assert [file.name for file in (tmp_path / "data").iterdir()] == ["run.lock"]
    words = last_words(tmp_path / "data", datetime.now(UTC)) or ("", "")
    assert "the folder mailer cannot start" in words[1], "for whoever looks"


@contextmanager
def files_of_at_most(size: int) -> Iterator[None]:
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def test_a_file_that_cannot_be_written_defers_and_leaves_nothing_behind(tmp_path: Path) -> None:
    with files_of_at_most(100), pytest.raises(MailDeferredError, match=r"cannot write mails to .*too large") as caught:
        FolderMailer(tmp_path).send(email(html="x" * 9_000))
    assert caught.value.retry_after_s
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_defers_in_one_sentence(tmp_path: Path) -> None:
    # The part file is a link to the device that is always full.
    (tmp_path / ".d-0001.eml.part").symlink_to("/dev/full")
    with pytest.raises(MailDeferredError, match="No space left on device"):
        FolderMailer(tmp_path).send(email())
    assert list(tmp_path.iterdir()) == []
