"""SMTP faults, against a real server: what each means for the delivery."""

import shutil
import ssl
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from services.notifier.adapters.mail.smtp import SmtpMailer
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import MailDeferredError, MailRefusedError, MailUnknownError
from tests.support.digests import email
from tests.support.mailbox import PASSWORD, Inbox, smtp_server

Server = tuple[Inbox, SmtpMailer]


def mailer(port: int, tls: ssl.SSLContext | None = None, **settings: Any) -> SmtpMailer:
    fields: dict[str, Any] = {"host": "127.0.0.1", "port": port, "security": "none", "timeout_s": 5}
    return SmtpMailer(SmtpSettings(**(fields | settings)), tls)


@pytest.fixture
def server() -> Iterator[Server]:
    with smtp_server() as (inbox, port):
        yield inbox, mailer(port)


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_permanent_reply_refuses_and_tells_what_the_server_said(server: Server, command: str) -> None:
    inbox, sender = server
    inbox.answers[command] = "550 5.1.1 no such user here"
    with pytest.raises(MailRefusedError, match=r"550 5\.1\.1 no such user here"):
        sender.send(email())
    assert not inbox.messages


@pytest.mark.parametrize("command", ["MAIL", "RCPT", "DATA"])
def test_a_passing_reply_defers(server: Server, command: str) -> None:
    inbox, sender = server
    inbox.answers[command] = "451 4.7.1 try again later"
    with pytest.raises(MailDeferredError, match=r"451 4\.7\.1 try again later"):
        sender.send(email())
    assert not inbox.messages


def test_a_server_that_asks_for_a_login_first_defers(server: Server) -> None:
    inbox, sender = server
    inbox.answers["MAIL"] = "530 5.7.0 log in first"
    with pytest.raises(MailDeferredError):
        sender.send(email())


@pytest.mark.parametrize("moment", ["before the message", "in the message"])
def test_a_cut_before_the_end_of_the_message_defers(server: Server, moment: str) -> None:
    inbox, sender = server
    inbox.answers["cut"] = moment
    with pytest.raises(MailDeferredError, match="cannot hand mail to"):
        sender.send(email(text="0123456789\n" * 400_000))


def test_a_cut_after_the_final_dot_leaves_the_outcome_unknown(server: Server) -> None:
    inbox, sender = server
    inbox.answers["DATA"] = "cut"
    with pytest.raises(MailUnknownError, match="after the whole message was sent"):
        sender.send(email())


def test_silence_after_the_final_dot_leaves_the_outcome_unknown() -> None:
    with smtp_server() as (inbox, port):
        inbox.answers["DATA"] = "silence"
        with pytest.raises(MailUnknownError):
            mailer(port, timeout_s=0.5).send(email())


def test_the_receipt_is_the_servers_word(server: Server) -> None:
    assert server[1].send(email()).provider_id == "2.0.0 kept as 7F3A"


def test_the_envelope_names_sender_and_recipient(server: Server) -> None:
    inbox, sender = server
    sender.send(email())
    assert inbox.envelopes == [("alerts@harbour.example", ["ines@mail.example"])]


def test_an_address_beyond_ascii_is_refused_where_the_server_takes_none() -> None:
    with smtp_server(enable_SMTPUTF8=False) as (inbox, port):
        with pytest.raises(MailRefusedError, match="no SMTPUTF8"):
            mailer(port).send(email(to_address="zoë@mail.example"))
        mailer(port).send(email(to_address="ana@bücher.example"))
        assert inbox.envelopes[0][1] == ["ana@xn--bcher-kva.example"]


def test_encryption_that_the_server_does_not_offer_defers_and_sends_nothing() -> None:
    with smtp_server() as (inbox, port):
        for security in ("starttls", "tls"):
            with pytest.raises(MailDeferredError):
                mailer(port, security=security, timeout_s=2).send(email())
        assert not inbox.messages


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    if shutil.which("openssl") is None:
        pytest.skip("needs the openssl command to make a certificate")
    folder = tmp_path_factory.mktemp("tls")
    key, chain = folder / "key.pem", folder / "cert.pem"
    made = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    named = ["-keyout", str(key), "-out", str(chain), "-days", "2", "-subj", "/CN=localhost"]
    subprocess.run([*made, *named, "-addext", "subjectAltName=DNS:localhost"], check=True, capture_output=True)
    return chain, key


@pytest.fixture
def offered(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*certificate)
    return context


@pytest.fixture
def trusting(certificate: tuple[Path, Path]) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=str(certificate[0]))


def test_over_starttls_the_message_goes_to_a_trusted_server_only(
    offered: ssl.SSLContext, trusting: ssl.SSLContext
) -> None:
    with smtp_server(tls_context=offered, require_starttls=True) as (inbox, port):
        mailer(port, trusting, host="localhost", security="starttls").send(email())
        assert len(inbox.messages) == 1
        with pytest.raises(MailDeferredError, match=r"(?i)certificate"):
            mailer(port, host="localhost", security="starttls").send(email())
        assert len(inbox.messages) == 1


def test_a_login_that_is_taken_and_one_that_is_not(offered: ssl.SSLContext, trusting: ssl.SSLContext) -> None:
    def logging_in(**login: Any) -> SmtpMailer:
        return mailer(port, trusting, host="localhost", security="starttls", **login)

    with smtp_server(tls_context=offered, auth_required=True) as (inbox, port):
        logging_in(username="jobs", password=SecretStr(PASSWORD)).send(email())
        assert len(inbox.messages) == 1
        with pytest.raises(MailDeferredError, match="user name or password"):
            logging_in(username="jobs", password=SecretStr("wrong")).send(email())
        with pytest.raises(MailDeferredError):
            logging_in().send(email())
