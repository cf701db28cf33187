"""A notifier that lives through simulated days, and may be killed at any step."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

from sqlalchemy import Connection, event

from schemas.posting import PostingCore
from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings, WarmUpSettings
from services.notifier.ports import Email, Receipt
from services.notifier.service import Notifier
from services.notifier.settings import NotifierSettings
from services.rules.verdict import verdict
from services.runtime.records import Record
from services.runtime.sql.store import WRITES
from tests.support.notifying import NotifierStore, match_record


class KilledError(BaseException):
    """Stands for SIGKILL: nothing in the program may catch it."""


@dataclass
class Killer:
    """Counts the steps that a kill can fall between, and kills at one of them."""

    at: int = 0
    """The step; 0 is never."""
    again: bool = False
    """Kill after as many steps again, and so on."""
    steps: int = 0
    armed: bool = False
    """Only the notifier is killed, not whoever watches it."""
    wrote: bool = False

    def step(self) -> None:
        self.steps += self.armed
        if self.armed and self.steps == self.at:
            self.steps = 0 if self.again else self.steps
            raise KilledError

    def watch(self, store: NotifierStore) -> None:
        """Make each commit a step, and what comes right after it; one that only read is like none."""
        event.listen(store.engine, "begin", self._on_begin)
        event.listen(store.engine, "commit", self._on_commit)

    def _on_begin(self, _connection: Connection) -> None:
        if self.wrote:
            self.wrote = False
            self.step()

    def _on_commit(self, connection: Connection) -> None:
        if connection.get_execution_options().get(WRITES):
            self.step()
            self.wrote = True


class WatchedMailer:
    """The folder mailer, with a step on either side of a message."""

    name = "folder"

    def __init__(self, folder: Path, killer: Killer, refuse: Callable[[Email], None]) -> None:
        self._mailer = FolderMailer(folder)
        self._killer = killer
        self._refuse = refuse
        self.sends: list[str] = []

    def send(self, email: Email) -> Receipt:
        self._killer.step()
        self._refuse(email)
        receipt = self._mailer.send(email)
        self.sends.append(email.delivery_id)
        self._killer.step()
        return receipt

    def find(self, delivery_id: str) -> Receipt | None:
        return self._mailer.find(delivery_id)


@dataclass
class Days:
    """A store, a folder of mails and a log of matches, of which the notifier reads from where it committed."""

    store: NotifierStore
    folder: Path
    killer: Killer = field(default_factory=Killer)
    settings: NotifierSettings = field(default_factory=NotifierSettings)
    log: list[Record] = field(default_factory=list)
    committed: int = 0
    kills: int = 0
    refuse: Callable[[Email], None] = lambda email: None
    """Raises what a mailer raises of a mail that does not go out."""
    warm_up: WarmUpSettings = field(default_factory=WarmUpSettings)

    def __post_init__(self) -> None:
        self.mailer = WatchedMailer(self.folder, self.killer, self.refuse)
        self.notifier = self._start()

    def publish(self, posting: PostingCore, at: datetime) -> None:
        """Write what a matcher would: the keys that the truth accepts, and those that it nearly accepts."""
        outcomes = {search.key: verdict(search.criteria, posting).outcome for search in self.store.searches.all()}
        keys = [key for key, outcome in outcomes.items() if outcome == "match"]
        near = [key for key, outcome in outcomes.items() if outcome == "near"]
        self.log.append(match_record(len(self.log), posting, keys, near, at=at))

    def live(self, now: datetime) -> None:
        """Read what is new and tick, starting again after a kill until it is done."""
        while True:
            self.killer.armed = True
            try:
                batch = self.log[self.committed :]
                self.notifier.handle(batch)
                self.killer.step()
                self.committed = len(self.log)
                self.notifier.tick(now)
                return
            except KilledError:
                self.kills += 1
                self.notifier = self._start()
            finally:
                self.killer.armed = False

    def live_until(self, start: datetime, end: datetime, step: timedelta, postings: Sequence[PostingCore]) -> None:
        """Let time pass; each posting is published at the tick that follows its fetching."""
        waiting = sorted(postings, key=lambda posting: posting.fetched_at)
        for now in moments(start, end, step):
            while waiting and waiting[0].fetched_at <= now:
                self.publish(waiting.pop(0), now)
            self.live(now)

    def files(self) -> dict[str, bytes]:
        """The mails by file name."""
        if not self.folder.exists():
            return {}
        return {file.name: file.read_bytes() for file in sorted(self.folder.glob("*.eml"))}

    def mails(self, address: str) -> list[EmailMessage]:
        """The mails to one address, the earliest first."""
        mails = [message_from_bytes(data, policy=default) for data in self.files().values()]
        own = [mail for mail in mails if isinstance(mail, EmailMessage) and mail["To"] == address]
        return sorted(own, key=sent_at)

    def _start(self) -> Notifier:
        mail = MailSettings(folder=self.folder, public_url="https://jobs.example.com", warm_up=self.warm_up)
        notifier = build_notifier(self.store.engine, self.store.ids, mail, self.settings, self.mailer)
        notifier.load()
        return notifier


def moments(start: datetime, end: datetime, step: timedelta) -> Iterator[datetime]:
    now = start
    while now <= end:
        yield now
        now += step


def sent_at(mail: EmailMessage) -> datetime:
    """What its Date says."""
    at: datetime = mail["Date"].datetime
    return at


def text_of(mail: EmailMessage) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    return str(body.get_content())
