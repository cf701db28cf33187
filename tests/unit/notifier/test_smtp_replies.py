"""What a mail server's replies mean, against a real server: whose fault it is, and what of its words is not kept."""

import base64
from collections.abc import Iterator

import pytest
from pydantic import SecretStr

from services.notifier.adapters.mail.smtp import Reply, SmtpMailer, broken_off, reply_of
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import MailBusyError, MailDeferredError, MailerAtFaultError, MailRefusedError
from tests.support.digests import email
from tests.support.mailbox import Inbox, smtp_server

SENDER = "alerts@harbour.example"


@pytest.fixture
def server() -> Iterator[tuple[Inbox, SmtpMailer]]:
    with smtp_server() as (inbox, port):
        yield inbox, SmtpMailer(SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_s=5))


@pytest.mark.parametrize(
    ("reply", "fault"),
    [
        ("550 5.1.1 no such user here", "mailbox"),
        ("550 5.1.2 no such domain", "mailbox"),
        ("553 5.1.3 bad address", "mailbox"),
        ("551 5.1.6 moved, no forwarding", "mailbox"),
        ("556 5.1.10 the domain takes no mail", "mailbox"),
        ("550 5.2.1 mailbox disabled", "mailbox"),
        ("550 no such user here", "message"),  # words alone may mean anything
        ("550 User unknown 5.1.1", "message"),
        ("550 4.1.1 codes that do not agree", "message"),
        ("550 5.1.11 not a code of a mailbox", "message"),
        ("552 5.2.2 mailbox full", "message"),
        ("550 5.7.1 blocked: your address is on a list", "policy"),
        ("554 5.7.26 not authenticated by SPF or DKIM", "policy"),
    ],
)
def test_only_codes_that_say_so_mean_that_there_is_no_such_mailbox(
    server: tuple[Inbox, SmtpMailer], reply: str, fault: str
) -> None:
    inbox, mailer = server
    inbox.answers["RCPT"] = reply
    with pytest.raises(MailRefusedError) as refused:
        mailer.send(email())
    assert refused.value.fault == fault
    assert reply in str(refused.value)


def test_no_mailbox_is_missing_because_a_message_was_refused(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    inbox.answers["DATA"] = "550 5.1.1 odd, but about the message"
    with pytest.raises(MailRefusedError) as refused:
        mailer.send(email())
    assert refused.value.fault == "message"


@pytest.mark.parametrize(
    "reply", ["550 5.7.1 not your domain", "553 sender rejected", "550 5.4.5 daily quota exceeded"]
)
def test_a_sender_that_is_refused_gives_up_no_mail(server: tuple[Inbox, SmtpMailer], reply: str) -> None:
    inbox, mailer = server
    inbox.answers["MAIL"] = reply
    with pytest.raises(MailerAtFaultError, match=r"it must let mail\.sender_address send"):
        mailer.send(email())


@pytest.mark.parametrize("reply", ["552 5.3.4 too large", "552 too large"])
def test_a_message_that_is_too_large_is_refused(server: tuple[Inbox, SmtpMailer], reply: str) -> None:
    inbox, mailer = server
    inbox.answers["MAIL"] = reply
    with pytest.raises(MailRefusedError):
        mailer.send(email())


def test_a_passing_reply_is_the_servers_and_a_missing_server_is_away(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    inbox.answers["RCPT"] = "451 4.7.1 greylisted"
    with pytest.raises(MailBusyError):
        mailer.send(email())
    away = SmtpMailer(SmtpSettings(host="127.0.0.1", port=1, security="none", timeout_s=2))
    with pytest.raises(MailDeferredError) as refused:
        away.send(email())
    assert refused.value.fault == "away"


def test_a_server_without_encryption_is_a_fault_of_the_settings_that_says_what_to_set() -> None:
    with smtp_server() as (_, port):
        plain = SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_s=2)
        with pytest.raises(MailerAtFaultError, match=r'offers no STARTTLS: set mail\.smtp\.security to "tls"'):
            SmtpMailer(plain.model_copy(update={"security": "starttls"})).send(email())
        with pytest.raises(MailerAtFaultError, match="offers no login"):
            SmtpMailer(plain.model_copy(update={"username": "u", "password": SecretStr("p")})).send(email())
        with pytest.raises(MailerAtFaultError, match="no TLS is spoken there"):
            SmtpMailer(plain.model_copy(update={"security": "tls"})).send(email())


def test_a_probe_goes_as_far_as_a_send_and_sends_nothing(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    assert "mail from the sender would be taken" in mailer.probe(SENDER)
    assert not inbox.messages
    for command, error in (("MAIL", MailerAtFaultError), ("RCPT", MailRefusedError)):
        inbox.answers = {command: "550 5.7.1 go away"}
        with pytest.raises(error, match=r"5\.7\.1 go away"):
            mailer.probe(SENDER)


def test_a_servers_words_are_kept_without_the_address_that_it_quotes(server: tuple[Inbox, SmtpMailer]) -> None:
    inbox, mailer = server
    inbox.answers["RCPT"] = "550 5.1.1 <ines@mail.example>: no such user"
    with pytest.raises(MailRefusedError) as refused:
        mailer.send(email())
    assert "ines" not in str(refused.value)
    assert "no such user" in str(refused.value)


@pytest.mark.parametrize("password", ["hunter2", "a long pass/word+with=signs"])
def test_a_server_that_quotes_a_login_puts_no_password_anywhere(password: str) -> None:
    settings = SmtpSettings(host="mail.example", username="jobs", password=SecretStr(password))
    plain = base64.b64encode(f"\0jobs\0{password}".encode()).decode()
    alone = base64.b64encode(password.encode()).decode()
    for quoted in (plain, alone, password):
        reply = reply_of(535, f"5.7.8 AUTH PLAIN {quoted} rejected".encode(), settings)
        assert reply == Reply(535, "5.7.8 AUTH PLAIN (secret hidden) rejected")
        said = str(broken_off(OSError(f"broken at {quoted}"), settings))
        assert quoted not in said
