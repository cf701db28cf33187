"""Mails that come back to an SMTP sender: whose they were, what they say, and what follows."""

import mailbox
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.notifier.adapters.mail.smtp import SmtpMailer
from services.notifier.adapters.mail.smtp_bounces import event_of, return_address
from services.notifier.mail_settings import MailSettings, SmtpSettings
from services.runtime.errors import UsageError
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.digests import email
from tests.support.mailbox import smtp_server
from tests.support.notifying import NOW, NotifierStore, sqlite_store
from tests.support.sending import open_deliveries, states_of
from tests.support.serving import LEASE

PATH = "bounces@harbour.example"
OWN = "0" * 32
SETTINGS = f"""
data = "jobchime-data"
secret = "a secret for tests only"
[mail.smtp]
return_path = "{PATH}"
"""


def report(action: str, status: str, to: str = f"bounces+{OWN}@harbour.example", said: str = "550 no") -> bytes:
    """As mail servers write one (RFC 3464), with the mail that it is of."""
    return (
        "From: MAILER-DAEMON@mx.example\r\n"
        f"To: <{to}>\r\n"
        "Subject: Undelivered Mail Returned to Sender\r\n"
        "Date: Wed, 1 Jul 2026 06:30:00 +0000\r\n"
        "MIME-Version: 1.0\r\n"
        'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n'
        "\r\n--b\r\nContent-Type: text/plain\r\n\r\nIt could not be delivered.\r\n"
        "\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n"
        "Reporting-MTA: dns; mx.example\r\n\r\n"
        f"Final-Recipient: rfc822; person0@example.com\r\nAction: {action}\r\nStatus: {status}\r\n"
        f"Diagnostic-Code: smtp; {said}\r\n"
        "\r\n--b\r\nContent-Type: text/rfc822-headers\r\n\r\nSubject: 3 new jobs\r\n\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("action", "status", "kind"),
    [
        ("failed", "5.1.1", "bounced"),
        ("Failed", "5.2.1 (disabled)", "bounced"),
        ("failed", "5.2.2", "soft_bounced"),
        ("failed", "5.7.1", "soft_bounced"),
        ("failed", "4.4.1", "soft_bounced"),
        ("failed", "", "soft_bounced"),
        ("delayed", "4.4.1", "deferred"),
        ("delivered", "2.0.0", "delivered"),
        ("expanded", "2.0.0", "unknown"),
    ],
)
def test_a_report_says_what_became_of_which_mail(action: str, status: str, kind: str) -> None:
    found = event_of(report(action, status), PATH, NOW)
    assert (found.kind, found.delivery_id) == (kind, OWN)
    assert found.at <= NOW


def test_a_servers_words_are_kept_without_addresses() -> None:
    found = event_of(report("failed", "5.1.1", said="550 5.1.1 <person0@example.com> unknown"), PATH, NOW)
    assert "550 5.1.1" in found.reason
    assert "person0" not in found.reason


@pytest.mark.parametrize(
    "to", ["bounces@harbour.example", f"bounces+{OWN}@elsewhere.example", "bounces+x@harbour.example"]
)
def test_a_mail_to_no_address_of_a_delivery_is_kept_aside(to: str) -> None:
    assert event_of(report("failed", "5.1.1", to), PATH, NOW).kind == "unknown"


@given(st.binary(max_size=300))
def test_whatever_comes_into_the_mailbox_is_read(data: bytes) -> None:
    assert event_of(data, PATH, NOW).at <= NOW


@given(st.integers(0, 900), st.binary(max_size=8))
def test_a_report_that_is_cut_or_broken_is_read_too(at: int, junk: bytes) -> None:
    whole = report("failed", "5.1.1")
    assert event_of(whole[:at] + junk + whole[at + 3 :], PATH, NOW).kind in ("bounced", "soft_bounced", "unknown")
    assert event_of(whole[:at], PATH, NOW).kind in ("bounced", "soft_bounced", "unknown")


def test_each_mail_returns_to_an_address_of_its_own() -> None:
    assert return_address(PATH, OWN) == f"bounces+{OWN}@harbour.example"
    assert return_address(PATH, "test-20260701") == PATH
    with smtp_server() as (inbox, port):
        settings = SmtpSettings(host="127.0.0.1", port=port, security="none", return_path=PATH)
        SmtpMailer(settings).send(email(delivery_id=OWN))
        assert inbox.envelopes[0][0] == f"bounces+{OWN}@harbour.example"
        assert PATH.encode() not in inbox.messages[0]
        SmtpMailer(settings).probe("alerts@harbour.example")


def test_a_return_path_that_leaves_no_room_is_refused() -> None:
    for wrong in ("nobody", f"{'b' * 32}@harbour.example"):
        with pytest.raises(UsageError, match="return_path"):
            MailSettings(smtp=SmtpSettings(return_path=wrong)).check()


@pytest.fixture
def installed(tmp_path: Path) -> Iterator[tuple[Path, NotifierStore]]:
    """An installation with two mails that an SMTP server has taken."""
    config = tmp_path / "jobchime.toml"
    config.write_text(SETTINGS)
    store = sqlite_store(tmp_path / "jobchime-data")
    open_deliveries(store, 2, NOW)
    for claimed in store.deliveries.claim("w", "smtp", NOW, LEASE, 2):
        assert store.deliveries.begin([claimed], NOW, LEASE)
    yield config, store
    store.engine.dispose()


def test_a_maildir_is_read_once_and_who_has_no_mailbox_is_mailed_no_more(
    installed: tuple[Path, NotifierStore], tmp_path: Path
) -> None:
    config, store = installed
    folder = mailbox.Maildir(tmp_path / "bounces")
    other = f"bounces+{1:032x}@harbour.example"
    for message in (report("failed", "5.1.1"), report("failed", "5.2.2", other), b"Subject: on holiday\r\n\r\nHello"):
        folder.add(message)
    ran = run("mail", "bounces", tmp_path / "bounces", "-c", config)
    assert (ran.code, ran.out.strip()) == (0, "3 mails taken, 1 of them without a report; 0 were known."), ran.err
    assert set(states_of(store).values()) == {"bounced"}
    assert "came back for good" in str(store.suppressions.reason("person0@example.com"))
    assert store.suppressions.reason("person1@example.com") is None
    assert run("mail", "bounces", tmp_path / "bounces", "-c", config).out.startswith("0 mails taken")
    assert len(list((tmp_path / "bounces" / "cur").iterdir())) == 3


def test_a_mail_is_piped_in_and_counts_once(installed: tuple[Path, NotifierStore]) -> None:
    config, store = installed
    for said in ("1 mail taken, 0 of them without a report; 0 were known.", "0 mails taken, 0 of them"):
        ran = run("mail", "bounces", "-", "-c", config, stdin=report("failed", "5.1.1"))
        assert ran.out.startswith(said), ran.err
    assert store.suppressions.reason("person0@example.com") is not None


def test_without_a_return_path_that_is_said(tmp_path: Path) -> None:
    config = tmp_path / "jobchime.toml"
    config.write_text("")
    run("subscriber", "add", "ada@example.com", *OPTIONS, "--time-zone", "UTC", "--currency", "EUR", "-c", config)
    ran = run("mail", "bounces", "-", "-c", config, stdin=b"x")
    assert (ran.code, "mail.smtp.return_path" in ran.err) == (2, True)
    assert run("mail", "bounces", tmp_path, "-c", config).code == 2


def test_dates_of_reports_lie_in_no_future() -> None:
    assert event_of(report("failed", "5.1.1"), PATH, datetime(2026, 7, 1, 6, 0, tzinfo=UTC)).at == NOW
