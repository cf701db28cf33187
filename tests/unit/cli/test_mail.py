"""Whether mails go out, as an operator sees it: `mail test`, `doctor`, `status`, `suppression lift`."""

import json
import socket
from collections.abc import Iterator
from datetime import UTC, datetime
from email import message_from_bytes
from pathlib import Path

import pytest
from structlog.testing import capture_logs

from services.notifier.adapters.mail.mailers import say_where
from services.settings import load_settings
from tests.support.command_line import run
from tests.support.fake_sendgrid import KEY, Step, fake_sendgrid
from tests.support.mailbox import Inbox, smtp_server
from tests.support.notifying import NotifierStore, sqlite_store
from tests.support.sending import open_deliveries

OWN = "ops@harbour.example"
COMMON = """
data = "jobchime-data"
secret = "a secret for tests only"
[mail]
mailer = "{mailer}"
public_url = "https://alerts.harbour.example"
sender_name = "Harbour Jobs"
sender_address = "alerts@harbour.example"
postal_address = "1 Quay Street, Porto"
allow = ["@harbour.example", "@example.com"]
"""


class Installation:
    """A folder with a settings file."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.config = folder / "jobchime.toml"
        self.folder_mailer()

    def folder_mailer(self) -> None:
        self.config.write_text(COMMON.format(mailer="folder"))

    def smtp(self, port: int, security: str = "none") -> None:
        more = f'[mail.smtp]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "{security}"\ntimeout_s = 5\n'
        self.config.write_text(COMMON.format(mailer="smtp") + more)

    def sendgrid(self, host: str, key: str = KEY) -> None:
        more = f'[mail.sendgrid]\nhost = "{host}"\napi_key = "{key}"\ntimeout_s = 5\n'
        self.config.write_text(COMMON.format(mailer="sendgrid") + more)

    def mailer_finding(self) -> dict[str, str]:
        ran = run("doctor", "--json", "-c", self.config)
        [found] = [finding for line in ran.out.splitlines() if (finding := json.loads(line))["what"] == "mailer"]
        return found

    def troubles(self) -> list[dict[str, str]]:
        return json.loads(run("status", "--json", "-c", self.config).out)["troubles"]


@pytest.fixture
def installed(tmp_path: Path) -> Installation:
    return Installation(tmp_path)


@pytest.fixture
def server() -> Iterator[tuple[Inbox, int]]:
    with smtp_server() as running:
        yield running


@pytest.fixture
def waiting(installed: Installation) -> Iterator[NotifierStore]:
    """Three mails that wait."""
    made = sqlite_store(installed.folder / "jobchime-data")
    open_deliveries(made, 3, datetime.now(UTC))
    yield made
    made.engine.dispose()


def test_one_mail_marked_as_a_test_goes_out_and_the_servers_answer_is_printed(
    installed: Installation, server: tuple[Inbox, int]
) -> None:
    inbox, port = server
    installed.smtp(port)
    ran = run("mail", "test", OWN, "-c", installed.config)
    assert ran.code == 0
    assert f"127.0.0.1:{port}: 2.0.0 kept as 7F3A" in ran.out
    [message] = [message_from_bytes(mail) for mail in inbox.messages]
    assert (message["To"], message["Subject"]) == (OWN, "Test mail from Harbour Jobs")
    assert message["List-Unsubscribe"] is None
    assert "This is a test mail" in message.get_payload(0).get_payload(decode=True).decode()


def test_a_test_mail_into_the_folder_says_which_file(installed: Installation) -> None:
    ran = run("mail", "test", OWN, "--json", "-c", installed.config)
    outcome = json.loads(ran.out)
    assert outcome["mailer"] == "folder"
    assert (installed.folder / "mails" / outcome["answer"]).is_file()


def test_a_test_mail_through_sendgrid_gives_its_message_id(installed: Installation, tmp_path: Path) -> None:
    with fake_sendgrid(tmp_path / "sendgrid") as running:
        installed.sendgrid(running.host)
        ran = run("mail", "test", OWN, "-c", installed.config)
        assert ran.code == 0
        assert "SendGrid" in ran.out
        [seen] = running.seen
        assert seen.request["subject"] == "Test mail from Harbour Jobs"


@pytest.mark.parametrize(
    ("command", "reply", "said"),
    [
        ("RCPT", "550 5.1.1 no such user", "the test mail was refused: "),
        ("RCPT", "451 4.7.1 greylisted", "the test mail was not sent: "),
        ("DATA", "cut", "nobody knows whether the test mail went out: "),
    ],
)
def test_a_test_mail_that_does_not_go_out_fails_with_the_servers_words(
    installed: Installation, server: tuple[Inbox, int], command: str, reply: str, said: str
) -> None:
    inbox, port = server
    installed.smtp(port)
    inbox.answers[command] = reply
    ran = run("mail", "test", OWN, "-c", installed.config)
    assert ran.code == 1
    assert said in ran.err
    assert OWN not in ran.err
    assert reply == "cut" or reply in ran.err


@pytest.mark.parametrize("address", ["nobody", "stranger@elsewhere.example"])
def test_a_test_mail_goes_to_nobody_whom_the_settings_do_not_name(
    installed: Installation, server: tuple[Inbox, int], address: str
) -> None:
    installed.smtp(server[1])
    assert run("mail", "test", address, "-c", installed.config).code == 2
    assert not server[0].messages


def test_doctor_goes_as_far_as_a_send_and_sends_nothing(installed: Installation, server: tuple[Inbox, int]) -> None:
    inbox, port = server
    installed.smtp(port)
    found = installed.mailer_finding()
    assert (found["grade"], found["mend"]) == ("well", "")
    assert "mail from the sender would be taken" in found["said"]
    inbox.answers["MAIL"] = "550 5.7.1 not your domain"
    found = installed.mailer_finding()
    assert found["grade"] == "wrong"
    assert "550 5.7.1 not your domain" in found["said"]
    inbox.answers = {"RCPT": "550 5.1.1 nobody reads this"}
    assert installed.mailer_finding()["grade"] == "note"
    installed.smtp(port, "starttls")
    found = installed.mailer_finding()
    assert found["grade"] == "wrong"
    assert "offers no STARTTLS" in found["said"]
    assert not inbox.messages


def test_doctor_has_sendgrid_check_a_mail_that_it_does_not_send(installed: Installation, tmp_path: Path) -> None:
    refusing = Step(status=403, errors=[{"message": "The from address does not match a verified Sender Identity"}])
    with fake_sendgrid(tmp_path / "sendgrid", Step(status=200, accepted=False), refusing) as running:
        installed.sendgrid(running.host)
        assert installed.mailer_finding()["grade"] == "well"
        found = installed.mailer_finding()
        assert found["grade"] == "wrong"
        assert "verified Sender Identity" in found["said"]
        assert all(seen.request["mail_settings"]["sandbox_mode"]["enable"] for seen in running.seen)
        installed.sendgrid(running.host, "SG.another.key")
        assert "401" in installed.mailer_finding()["said"]


def test_status_is_not_well_while_no_mail_can_go_out(
    installed: Installation, waiting: NotifierStore, server: tuple[Inbox, int]
) -> None:
    installed.smtp(server[1], "starttls")
    run("run", "--once", "-c", installed.config)
    [trouble] = [trouble for trouble in installed.troubles() if "waiting" in trouble["what"]]
    assert trouble["grave"]
    assert "3 mails waiting, as none can go out" in trouble["what"]
    assert "offers no STARTTLS" in trouble["what"]
    assert "`jobchime doctor`" in trouble["do"]


@pytest.mark.parametrize("reply", ["550 5.7.1 <person0@example.com>: blocked", "550 refused, person0@example.com"])
def test_status_tells_of_mails_that_were_refused_without_addresses(
    installed: Installation, waiting: NotifierStore, server: tuple[Inbox, int], reply: str
) -> None:
    installed.smtp(server[1])
    server[0].answers["RCPT"] = reply
    ran = run("run", "--once", "-c", installed.config)
    [trouble] = [trouble for trouble in installed.troubles() if "mails refused" in trouble["what"]]
    assert trouble["grave"]
    assert "3 mails refused" in trouble["what"]
    assert "550" in trouble["what"]
    assert "person0" not in json.dumps(installed.troubles()) + ran.err


def test_a_hard_bounce_is_shown_and_lifted_by_who_says_why(
    installed: Installation, waiting: NotifierStore, server: tuple[Inbox, int]
) -> None:
    installed.smtp(server[1])
    server[0].answers["RCPT"] = "550 5.1.1 no such user"
    run("run", "--once", "-c", installed.config)
    shown = json.loads(run("subscriber", "show", "person0@example.com", "-c", installed.config).out)
    assert shown["suppression"]["in_force"]
    assert "550 5.1.1 no such user" in shown["suppression"]["reason"]
    listing = ("subscriber", "list", "-c", installed.config)
    listed = [json.loads(line) for line in run(*listing, "--json").out.splitlines()]
    assert listed[0]["status"] == "suppressed"
    assert "suppressed" in run(*listing).out
    refused = run("mail", "test", "person0@example.com", "-c", installed.config)
    assert (refused.code, "suppressed" in refused.err) == (2, True)
    lifting = ("suppression", "lift", "person0@example.com", "-c", installed.config)
    asked = run(*lifting, stdin=b"she mended it\n")
    assert asked.code == 0
    assert "Why may it be mailed again?" in asked.out + asked.err
    shown = json.loads(run("subscriber", "show", "person0@example.com", "-c", installed.config).out)
    assert not shown["suppression"]["in_force"]
    assert json.loads(run(*listing, "--json").out.splitlines()[0])["status"] == "active"
    assert shown["suppression"]["lifted_because"] == "she mended it"
    again = run(*lifting, "--why", "twice")
    assert (again.code, again.err) == (2, "jobchime: that address is not suppressed\n")


def test_doctor_notes_a_folder_of_mails_into_which_others_may_look(installed: Installation) -> None:
    (installed.folder / "mails").mkdir()
    (installed.folder / "mails").chmod(0o755)
    found = installed.mailer_finding()
    assert found["grade"] == "note"
    assert "chmod" in found["mend"]


@pytest.mark.parametrize(
    ("mailer", "paused", "event"),
    [("folder", False, "mails are written"), ("smtp", False, "mails go to a server"), ("smtp", True, "mails wait")],
)
def test_a_start_says_where_mails_go(installed: Installation, mailer: str, paused: bool, event: str) -> None:
    if mailer == "smtp":
        installed.smtp(2525)
    with capture_logs() as logs:
        say_where(load_settings(installed.config).mail, paused=paused)
    [said] = logs
    assert said["event"].startswith(event)
    assert said["where"] == (
        f"the folder {installed.folder / 'mails'}" if mailer == "folder" else "the mail server 127.0.0.1:2525"
    )


def test_a_start_that_is_refused_says_nothing_of_mails(installed: Installation) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        more = f'[ingest.push]\nport = {taken.getsockname()[1]}\n[ingest.push.keys.acme]\nsource = "acme"\n'
        installed.config.write_text(
            installed.config.read_text() + more + 'key = "k-0123456789abcdef0123456789abcdef"\n'
        )
        ran = run("run", "-c", installed.config)
    assert ran.code == 2
    assert "mails" not in ran.err
