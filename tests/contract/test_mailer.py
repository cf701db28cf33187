"""What every mailer keeps, on each of them."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from email import message_from_bytes, policy
from pathlib import Path

import pytest

from services.notifier.adapters.folder import FolderMailer
from services.notifier.adapters.mime import mime_bytes
from services.notifier.adapters.smtp import SmtpMailer
from services.notifier.mail_settings import SmtpSettings
from services.notifier.ports import MailDeferredError, Mailer, MailRefusedError
from tests.support.digests import email
from tests.support.mailbox import free_port, smtp_server


@dataclass(frozen=True)
class Way:
    """A mailer, what arrived through it, and the same mailer with nothing at its other end."""

    mailer: Mailer
    arrived: Callable[[], list[bytes]]
    stranded: Mailer


def _smtp(port: int) -> SmtpMailer:
    return SmtpMailer(SmtpSettings(host="127.0.0.1", port=port, security="none", timeout_s=5))


@pytest.fixture(params=["folder", "smtp"])
def way(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Way]:
    if request.param == "folder":
        folder = tmp_path / "mails"
        file = tmp_path / "a file"
        file.write_text("not a folder")
        yield Way(
            FolderMailer(folder),
            lambda: [one.read_bytes() for one in sorted(folder.iterdir())],
            FolderMailer(file / "x"),
        )
        return
    with smtp_server() as (inbox, port):
        yield Way(_smtp(port), lambda: inbox.messages, _smtp(free_port()))


def test_an_accepted_message_arrives_byte_for_byte_with_a_receipt(way: Way) -> None:
    receipt = way.mailer.send(email())
    assert receipt.provider_id
    assert way.arrived() == [mime_bytes(email())]


def test_messages_of_two_deliveries_both_arrive(way: Way) -> None:
    for delivery_id in ("d-1", "d-2"):
        way.mailer.send(email(delivery_id=delivery_id))
    assert len(set(way.arrived())) == 2


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
    way.mailer.send(email(to_address="zoë@bücher.example", sender_name="Häfen, Jobs & “Co”"))
    (data,) = way.arrived()
    assert message_from_bytes(data, policy=policy.SMTP)["From"].addresses[0].display_name == "Häfen, Jobs & “Co”"
    assert "\r\nTo: zoë@bücher.example\r\n".encode() in data


def test_a_header_cannot_be_smuggled_in(way: Way) -> None:
    way.mailer.send(email(subject="Jobs\r\nBcc: all@z.example\r\n\r\nbody", sender_name="A\nX-Evil: yes"))
    (message,) = (message_from_bytes(one, policy=policy.SMTP) for one in way.arrived())
    assert "Bcc" not in message
    assert "X-Evil" not in message
    assert message.is_multipart()
