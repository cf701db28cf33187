"""Mails as .eml files in a folder: nothing leaves the machine."""

import os
import re
import threading
from collections.abc import Collection
from email.parser import BytesHeaderParser
from hashlib import blake2b
from pathlib import Path

from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.domain.ids import Ids
from services.notifier.ports import Email, MailDeferredError, MailUnknownError, Receipt
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.private import private_folder, privately

_PLAIN = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,119}")
_RETRY_AFTER_S = 60.0


class FolderMailer:
    """Writes each message once it is whole; sent again, the same delivery replaces its own file."""

    name = "folder"
    in_flight = 50
    """Each waits for the disk, which takes several at once as quickly as one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._names = _SharedSync(folder)

    def try_out(self) -> None:
        """Make the folder and write to it as `send` would. Raises UsageError where that cannot be done."""
        trial = self._folder / f".trial-{os.getpid()}"
        try:
            private_folder(self._folder)
            write_whole(trial, b"This folder takes mails.\n")
            trial.unlink()
        except OSError as error:
            raise UsageError(
                f"the folder mailer cannot start: it cannot write mails to {self._folder} "
                f"({error.strerror or error}); make that possible or set mail.folder to another folder"
            ) from error

    def probe(self, sender_address: str) -> str:
        """Write as `send` would. Raises MailDeferredError."""
        try:
            self.try_out()
        except UsageError as error:
            raise MailDeferredError(str(error)) from error
        return f"writes into {self._folder}; nothing leaves this machine"

    def send(self, email: Email) -> Receipt:
        """Raises MailRefusedError for an address that is none, MailDeferredError where the disk will not take it."""
        file_name = file_name_of(email.delivery_id)
        message = mime_bytes(email)
        try:
            private_folder(self._folder)
            put_in_place(self._folder / file_name, message)
            self._names.sync()
        except OSError as error:
            reason = f"cannot write mails to {self._folder}: {error.strerror or error}"
            raise MailDeferredError(reason, retry_after_s=_RETRY_AFTER_S) from error
        return Receipt(provider_id=file_name)

    def find(self, delivery_id: str) -> Receipt | None:
        """The receipt of a message whose file is there; None where none is. Raises MailUnknownError."""
        file_name = file_name_of(delivery_id)
        try:
            (self._folder / file_name).stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise MailUnknownError(f"cannot look into {self._folder}: {error.strerror or error}") from error
        return Receipt(provider_id=file_name)


def forget_mails(folder: Path, ids: Ids, hashes: Collection[str], subscriber_id: str) -> int:
    """Delete each mail to an address with one of these hashes, or with a link of this person; returns how many.

    Raises UnavailableError.
    """
    links, gone = re.compile(rf"/{re.escape(subscriber_id)}[.>]".encode()), 0
    try:
        for path in folder.glob("*.eml") if folder.is_dir() else ():
            data = path.read_bytes()
            to = BytesHeaderParser().parsebytes(data)["To"]
            if ids.address_hash(str(to)) in hashes or links.search(data.replace(b"=\r\n", b"")):
                path.unlink(missing_ok=True)
                gone += 1
        if gone:
            _sync_folder(folder)
    except OSError as error:
        raise UnavailableError(f"cannot delete mails in {folder}: {error.strerror or error}") from error
    return gone


def file_name_of(delivery_id: str) -> str:
    """The .eml file of a delivery: its id where that is a plain name, else a hash of it."""
    if _PLAIN.fullmatch(delivery_id):
        return f"{delivery_id}.eml"
    return f"{blake2b(delivery_id.encode('utf-8', 'surrogatepass'), digest_size=16).hexdigest()}.eml"


def write_whole(path: Path, data: bytes) -> None:
    """Put a file in place whole or not at all, durably, for its owner alone: nobody ever sees half of it."""
    put_in_place(path, data)
    _sync_folder(path.parent)


def put_in_place(path: Path, data: bytes) -> None:
    """The same, but that its name is durable only once its folder is synced."""
    part = path.with_name(f".{path.name}.part")
    try:
        with open(part, "wb", opener=privately) as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        part.replace(path)
    except OSError:
        part.unlink(missing_ok=True)
        raise


class _SharedSync:
    """Makes the names in a folder durable, for all threads that wait for that at once."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._counting = threading.Lock()
        self._syncing = threading.Lock()
        self._begun = self._done = 0

    def sync(self) -> None:
        """Return once what has its name by now keeps it. Raises OSError."""
        with self._counting:
            # One that has begun may have missed it.
            enough = self._begun + 1
        with self._syncing:
            if self._done >= enough:
                return
            with self._counting:
                self._begun += 1
            _sync_folder(self._folder)
            self._done = self._begun


def _sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
