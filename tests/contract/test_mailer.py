"""What every mailer keeps, on each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.mail.mime import mime_bytes
from services.notifier.adapters.mail.sendgrid import SendGridMailer
from services.notifier.adapters.mail.smtp import SmtpMailer
from services.notifier.mail_settings import SendGridSettings, SmtpSettings
from services.notifier.ports import MailDeferredError, Mailer, MailRefusedError
from tests.support.digests import email
from tests.support.fake_sendgrid import KEY, Seen, fake_sendgrid
from tests.support.loopback import free_port
from tests.support.mailbox import smtp_server


@dataclass(frozen=True)
class Arrived:
    """A message as its reader gets it."""

    sender: tuple[str, str]
    to: str
    subject: str
    text: str
    html: str
    headers: dict[str, str]
    """Those beside the sender, the recipient, the subject, the date and what MIME needs; lower-case names."""


@dataclass(frozen=True)
class Way:
    """A mailer, what arrived through it, and the same mailer with nothing at its other end."""

    mailer: Mailer
    arrived: Callable[[], list[Arrived]]
    stranded: Mailer
    foreign: tuple[str, str] = ("zoë@bücher.example", "zoë@bücher.example")
    """An address with letters beyond ASCII, and how it arrives."""


def _read(data: bytes) -> Arrived:
    message = message_from_bytes(data, policy=policy.SMTPUTF8)
    assert isinstance(message, EmailMessage)
    own = ("from", "to", "subject", "date", "mime-version", "content-type")
    text, html = message.get_body(("plain",)), message.get_body(("html",))
    assert text is not None
    assert html is not None
    sender = message["From"].addresses[0]
    return Arrived(
        (sender.display_name, sender.addr_spec),
        str(message["To"]),
        str(message["Subject"]),
        text.get_content().replace("\r\n", "\n"),
        html.get_content().replace("\r\n", "\n"),
        {name.lower(): str(value) for name, value in message.items() if name.lower() not in own},
    )


def _taken(seen: Seen) -> Arrived:
    request = seen.request
    [to] = request["personalizations"][0]["to"]
    bodies = {part["type"]: part["value"] for part in request["content"]}
    return Arrived(
        (request["from"]["name"], request["from"]["email"]),
        to["email"],
        request["subject"],
        bodies["text/plain"],
        bodies["text/html"],
        {name.lower(): value for name, value in request["headers"].items()},
    )


def _smtp(port: int) -> SmtpMailer:
    return SmtpMailer(SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_s=5))


def _sendgrid(host: str) -> SendGridMailer:
    return SendGridMailer(SendGridSettings.model_validate({"api_key": KEY, "host": host, "timeout_s": 5}))


@pytest.fixture(params=["folder", "smtp", "sendgrid"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    if request.param == "folder":
        folder = tmp_path / "mails"
        file = tmp_path / "a file"
        file.write_text("not a folder")
        yield Way(
            FolderMailer(folder),
            lambda: [_read(file.read_bytes()) for file in sorted(folder.iterdir())],
            FolderMailer(file / "x"),
        )
    elif request.param == "smtp":
        with smtp_server() as (inbox, port):
            yield Way(_smtp(port), lambda: [_read(message) for message in inbox.messages], _smtp(free_port()))
    else:
        with fake_sendgrid(tmp_path) as running:
            yield Way(
                _sendgrid(running.host),
                lambda: [_taken(request) for request in running.seen if request.accepted],
                _sendgrid(f"http://127.0.0.1:{free_port()}"),
                ("ana@bücher.example", "ana@xn--bcher-kva.example"),
            )


def test_an_accepted_message_arrives_whole_with_a_receipt(way: Way) -> None:
    receipt = way.mailer.send(email())
    assert receipt.provider_id
    [mail] = way.arrived()
    assert mail == _read(mime_bytes(email()))
    assert mail.sender == ("Harbour Jobs", "alerts@harbour.example")
    assert (mail.to, mail.subject) == ("ines@mail.example", "3 new Python jobs")
    assert mail.text == email().text
    assert mail.headers["list-unsubscribe"] == f"<{email().unsubscribe_url}>"
    assert mail.headers["list-unsubscribe-post"] == "List-Unsubscribe=One-Click"


def test_mime_arrives_byte_for_byte(tmp_path: Path) -> None:
    FolderMailer(tmp_path).send(email())
    assert [file.read_bytes() for file in tmp_path.iterdir()] == [mime_bytes(email())]
    with smtp_server() as (inbox, port):
        _smtp(port).send(email())
        assert inbox.messages == [mime_bytes(email())]


def test_messages_of_two_deliveries_both_arrive(way: Way) -> None:
    for delivery_id in ("d-1", "d-2"):
        way.mailer.send(email(delivery_id=delivery_id))
    assert len({mail.headers["message-id"] for mail in way.arrived()}) == 2


def test_any_delivery_id_will_do(way: Way) -> None:
    for delivery_id in ("../../etc/passwd", "", "ä" * 300, "a b"):
        way.mailer.send(email(delivery_id=delivery_id))
    assert len(way.arrived()) == 4


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b@c.example", "x@y.example\r\nBcc: all@z.example", "a b@c.example"]
)
def test_an_address_that_is_none_is_refused_for_good(way: Way, address: str) -> None:
    with pytest.raises(MailRefusedError, match="cannot be mailed"):
        way.mailer.send(email(to_address=address))


def test_what_cannot_be_handed_over_now_is_deferred_in_one_sentence(way: Way) -> None:
    with pytest.raises(MailDeferredError, match=r"^cannot [^\n]+$"):
        way.stranded.send(email())


def test_foreign_names_and_addresses_arrive_as_they_are(way: Way) -> None:
    given, arriving = way.foreign
    way.mailer.send(email(to_address=given, sender_name="Häfen, Jobs & “Co”"))
    [mail] = way.arrived()
    assert mail.sender[0] == "Häfen, Jobs & “Co”"
    assert mail.to == arriving


def test_a_header_cannot_be_smuggled_in(way: Way) -> None:
    extra = (("X-Ref", "one\r\nX-Evil: yes"),)
    way.mailer.send(email(subject="A\r\nBcc: all@z.example\r\n\r\nbody", sender_name="A\nX-Evil: yes", headers=extra))
    [mail] = way.arrived()
    assert mail.headers["x-ref"] == "one X-Evil: yes"
    assert not {"bcc", "x-evil"} & set(mail.headers)
    assert mail.subject == "A Bcc: all@z.example body"
    assert mail.html == email().html
