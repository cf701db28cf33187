"""A mailer that notes what it is handed, and the notifier that it is of."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Email, Receipt
from services.notifier.service import Notifier
from services.notifier.settings import ConsentSettings, NotifierSettings
from tests.support.notifying import NotifierStore

MAIL = MailSettings(sender_name="Harbour Jobs", sender_address="a@harbour.example", public_url="https://a.example")
SPANS = {"ask_after": "20d", "answer_within": "6d", "erase_after": "12d"}
"""Short ones: on a disk that is slow, a year of days takes long."""


class Post:
    """A mailer that notes, or fails as told; and the notifier that it is of."""

    name = "noting"

    def __init__(self, store: NotifierStore, settings: NotifierSettings | None = None, **consent: Any) -> None:
        self.sent: list[Email] = []
        self.fault: Exception | None = None
        asks = ConsentSettings.model_validate(SPANS | consent)
        self.notifier: Notifier = build_notifier(
            store.engine, store.ids, MAIL, settings or NotifierSettings(quiet_days=0), mailer=self, consent=asks
        )

    def send(self, email: Email) -> Receipt:
        if self.fault is not None:
            raise self.fault
        self.sent.append(email)
        return Receipt("taken")

    @property
    def subjects(self) -> Sequence[str]:
        return [email.subject for email in self.sent]

    def run(self, since: datetime, days: int) -> datetime:
        """Tick once a day; gives the time after it."""
        for day in range(days):
            self.notifier.tick(since + day * timedelta(days=1))
        return since + timedelta(days=days)
