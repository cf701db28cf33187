"""The portal over a store, asked over HTTP as a browser or a mail program asks it."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

import httpx2
from pydantic import SecretStr

from services.notifier.domain.curation.curate import CurateSettings
from services.notifier.domain.links import PATHS, Purpose, token
from services.notifier.domain.model import Sender
from services.notifier.domain.people import Subscriber
from services.notifier.domain.wording.letters import Letter, write_letter
from services.notifier.mail_settings import MailSettings
from services.portal.app import PortalServer
from services.portal.postman import Postman
from services.settings import Settings
from services.settings.portal import PortalSettings
from services.usecases.installation import Installation
from services.wording.catalogues import english
from tests.support.notifying import NOW, SECRET, NotifierStore

FORM = "application/x-www-form-urlencoded"


@dataclass
class ServedPortal:
    """A portal that answers, and the time that it goes by."""

    store: NotifierStore
    client: httpx2.Client
    postman: Postman
    now: datetime = field(default=NOW)

    def path(self, purpose: Purpose, person: Subscriber | str, about: str = "", secret: bytes = SECRET) -> str:
        own_id = person if isinstance(person, str) else person.subscriber_id
        return f"/{PATHS[purpose]}/{token(secret, purpose, own_id, about)}"

    def get(self, path: str, **headers: str) -> httpx2.Response:
        return self.client.get(path, headers=headers)

    def post(self, path: str, **fields: str) -> httpx2.Response:
        return self.client.post(path, data=fields)


def jobs_that_fit(page: str) -> int:
    """Of the headline of a preview; -1 where there is none."""
    found = re.search(r"<h2[^>]*>(?:[^<]*; )?([\d,.]+)", page)
    return int(re.sub(r"\D", "", found[1])) if found else -1


def subject_of(letter: Letter) -> str:
    """What a letter of the board is called."""
    sender = Sender("Harbour Jobs", "a@harbour.example", "")
    return write_letter(letter, "", sender, english(), {"contact": "", "day": "", "address": ""}).subject


def settings_of(portal: PortalSettings | None = None, /, **mail: object) -> Settings:
    """Settings of a portal; `mail` beside the name of the board."""
    named = {"sender_name": "Harbour Jobs", "postal_address": "1 Quay Street, Porto"}
    return Settings(
        secret=SecretStr(SECRET.decode()),
        mail=MailSettings.model_validate(named | mail),
        portal=portal or PortalSettings(port=0),
    )


@contextmanager
def served_portal(
    store: NotifierStore,
    portal_settings: PortalSettings | None = None,
    /,
    curate: CurateSettings | None = None,
    **mail: object,
) -> Iterator[ServedPortal]:
    """A portal over a store; `mail` are settings of mail beside the name of the board, `curate` those of choosing."""
    settings = settings_of(portal_settings, **mail)
    if curate:
        chooses = settings.notifier.model_copy(update={"curate": curate})
        settings = settings.model_copy(update={"notifier": chooses})
    # Without certificates, which take longer to read than most tests take.
    with httpx2.Client(timeout=30, follow_redirects=False, verify=False) as client:
        made = PortalServer(Installation(settings, store.engine), lambda: portal.now)
        portal = ServedPortal(store, client, made.postman)
        with made as server:
            client.base_url = httpx2.URL(f"http://{server.address}")
            yield portal
