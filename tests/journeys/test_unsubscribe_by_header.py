"""A mail as it was sent says in its headers how to leave: who does that as a mail program does gets nothing more."""

import email
import email.policy
import re
from collections.abc import Iterator
from datetime import timedelta
from email.message import EmailMessage
from pathlib import Path

import httpx2
import pytest

from schemas.posting import Skill
from services.notifier.app import build_notifier
from services.notifier.mail_settings import MailSettings
from tests.support.notifying import GO, PYTHON, arrival, new_store, posting
from tests.support.portal import FORM, ServedPortal, served_portal
from tests.support.stores import ENGINES

pytestmark = pytest.mark.one_of("reader")
"""What is shown stands above SQL, which other suites hold over both databases."""

BASE = "https://alerts.example"
MULTIPART = "multipart/form-data; boundary=of-a-mail-program"


class Reader:
    """Somebody with two searches, whose mails lie in a folder, and the portal that links in these lead to."""

    def __init__(self, portal: ServedPortal, folder: Path) -> None:
        self.portal, self.store, self.folder = portal, portal.store, folder
        self.jobs, self.seen = 0, set[Path]()
        sender = {"sender_name": "Harbour Jobs", "sender_address": "jobs@harbour.example", "public_url": BASE}
        mail = MailSettings.model_validate(sender | {"postal_address": "1 Quay Street, Porto", "folder": folder})
        self.notifier = build_notifier(self.store.engine, self.store.ids, mail)
        ada = self.store.person()
        self.searches = {
            "Python": self.store.search(ada, "Python work", PYTHON, hour=8),
            "Go": self.store.search(ada, "Go work", GO, hour=8),
        }

    def day(self) -> list[EmailMessage]:
        """A job of each kind comes; the mails of the day."""
        for language, search in self.searches.items():
            self.jobs += 1
            about = {"title": f"{language} engineer", "description_text": f"You write {language}."}
            skills = (Skill(name=language, core=True),)
            made = posting(f"job{self.jobs}", fetched_at=self.portal.now, skills=skills, **about)
            self.store.matches.store(0, [arrival(self.jobs, made, [search.key])], self.portal.now)
        for _ in range(24):
            self.portal.now += timedelta(hours=1)
            self.notifier.tick(self.portal.now)
        new = sorted(set(self.folder.glob("*.eml")) - self.seen)
        self.seen |= set(new)
        return [email.message_from_bytes(path.read_bytes(), policy=email.policy.default) for path in new]

    def leave_by(self, mail: EmailMessage, *, multipart: bool) -> httpx2.Response:
        """As RFC 8058 has a mail program do it: what the one header says, posted to where the other does; no cookie."""
        body, kind = str(mail["List-Unsubscribe-Post"]), FORM
        if multipart:
            name, value = body.split("=")
            part = f'Content-Disposition: form-data; name="{name}"\r\n\r\n{value}'
            body, kind = f"--of-a-mail-program\r\n{part}\r\n--of-a-mail-program--\r\n", MULTIPART
        with httpx2.Client(
            base_url=self.portal.client.base_url, timeout=30, follow_redirects=False, verify=False
        ) as client:
            return client.post(self.path_in(mail), content=body, headers={"Content-Type": kind})

    def path_in(self, mail: EmailMessage) -> str:
        """Where its header leads: the first address of https in angle brackets."""
        found = re.match(rf"<{BASE}(/[^>\s]+)>", str(mail["List-Unsubscribe"]))
        assert found is not None
        return found[1]


@pytest.fixture(params=ENGINES)
def reader(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Reader]:
    with new_store(request.param, tmp_path) as store, served_portal(store, public_url=BASE) as portal:
        yield Reader(portal, tmp_path / "mails")


def languages_in(mail: EmailMessage) -> set[str]:
    body = mail.get_body(("plain",))
    assert body is not None
    return set(re.findall(r"(Python|Go) engineer", body.get_content()))


@pytest.mark.parametrize("multipart", [False, True])
def test_who_unsubscribes_by_the_headers_of_a_mail_gets_nothing_more(reader: Reader, multipart: bool) -> None:
    [mail] = reader.day()
    assert languages_in(mail) == {"Python", "Go"}
    looked = reader.portal.get(reader.path_in(mail))
    assert looked.status_code == 200
    assert len(reader.day()) == 1, "a look, as scanners of mail take it, changes nothing"
    answer = reader.leave_by(mail, multipart=multipart)
    assert (answer.status_code, "set-cookie" in answer.headers) == (200, False)
    assert reader.day() == reader.day() == []
    assert reader.leave_by(mail, multipart=multipart).status_code == 200, "said again it is done"
    assert reader.day() == []


def test_who_leaves_one_search_on_the_page_of_that_address_gets_the_other_and_then_nothing(reader: Reader) -> None:
    [mail] = reader.day()
    page = reader.portal.get(reader.path_in(mail)).text
    assert reader.searches["Go"].search_id in page
    form = {"do": "pause-search", "search": reader.searches["Go"].search_id}
    assert reader.portal.post(reader.path_in(mail), **form).status_code == 200
    [mail] = reader.day()
    assert languages_in(mail) == {"Python"}
    assert reader.leave_by(mail, multipart=False).status_code == 200
    assert reader.day() == []
