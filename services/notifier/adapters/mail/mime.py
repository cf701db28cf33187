"""An email as bytes of RFC 5322, the same bytes each time."""

import hashlib
import re
from binascii import b2a_qp
from datetime import UTC
from email.header import Header
from email.utils import format_datetime, quote
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from services.notifier.ports import Email, MailRefusedError
from services.wording.lines import one_line

_END = "\r\n"
_LINE = 76
_BLANK_ENDS = re.compile(r"[ \t]+$", re.MULTILINE)
_LIST_NAME = "job-alerts"
_ONE_CLICK = "List-Unsubscribe=One-Click"
_MOST_SUBJECT = 250
_MOST_NAME = 120
_MOST_QUOTED_NAME = 60
_FIELD_NAME = re.compile(r"[!-9;-~]{1,60}")
_OWN_FIELDS = frozenset({
    "from", "to", "cc", "bcc", "sender", "reply-to", "subject", "date", "message-id", "mime-version", "list-id",
    "auto-submitted", "list-unsubscribe", "list-unsubscribe-post",
})  # fmt: skip


def mime_bytes(email: Email) -> bytes:
    """Build the whole message, lines ended by CRLF.

    Message-ID and boundary derive from `delivery_id`, so that a message made again is the same message. One-click
    unsubscribing (RFC 8058) is offered for an https address only. Raises MailRefusedError for an address that is none,
    ValueError for an extra header that is not ours to set.
    """
    sender, recipient = address_of(email.sender_address), address_of(email.to_address)
    fields = [
        ("From", _mailbox(email.sender_name, sender)),
        ("To", wire_address(recipient)),
        ("Subject", _words(email.subject, "Subject")),
        ("Date", format_datetime(email.date.astimezone(UTC))),
        *_own_fields(email, sender),
        *(_extra(name, value) for name, value in email.headers),
    ]
    head = "".join(f"{name}: {value}{_END}" for name, value in fields)
    return head.encode("utf-8") + _body(email, boundary=f"=_{_seed(email)[:32]}")


def header_fields(email: Email, sender: ValidatedEmail) -> list[tuple[str, str]]:
    """The fields beside From, To, Subject and Date, unfolded, for whoever builds the message itself.

    Raises ValueError for an extra header that is not ours to set.
    """
    extra = [_extra(name, value) for name, value in email.headers]
    return [(name, value.replace(_END, "")) for name, value in (*_own_fields(email, sender), *extra)]


@lru_cache(maxsize=32)
def address_of(address: str) -> ValidatedEmail:
    """Check an address and give its forms. Raises MailRefusedError with why it is none; nothing is looked up.

    A few are kept, for the sender's own comes with every mail.
    """
    try:
        return validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        raise MailRefusedError(f"the address cannot be mailed: {error}") from None


def wire_address(address: ValidatedEmail) -> str:
    """The address as mail servers take it: ASCII where that can be had, else with its own characters (RFC 6531)."""
    return address.ascii_email or address.normalized


def _own_fields(email: Email, sender: ValidatedEmail) -> list[tuple[str, str]]:
    fields = [
        ("Message-ID", f"<{_seed(email)[:40]}@{sender.ascii_domain}>"),
        ("List-Id", f"<{_LIST_NAME}.{sender.ascii_domain}>"),
        ("Auto-Submitted", "auto-generated"),
    ]
    if _is_https(email.unsubscribe_url):
        fields += [("List-Unsubscribe", f"<{email.unsubscribe_url}>"), ("List-Unsubscribe-Post", _ONE_CLICK)]
    return fields


def _seed(email: Email) -> str:
    return hashlib.sha256(email.delivery_id.encode("utf-8", "surrogatepass")).hexdigest()


def _body(email: Email, boundary: str) -> bytes:
    """As the library's `MIMEMultipart` writes it, which takes many times as long (tests/unit/notifier/test_mime.py)."""
    opening, closing = f"--{boundary}{_END}", f"{_END}--{boundary}--{_END}"
    head = f'Content-Type: multipart/alternative;{_END} boundary="{boundary}"{_END}MIME-Version: 1.0{_END}{_END}'
    # The last part is the preferred one (RFC 2046, 5.1.4).
    parts = [_part(kind, text) for text, kind in ((email.text, "plain"), (email.html, "html"))]
    between = f"{_END}{opening}".encode("ascii")
    return b"".join((f"{head}{opening}".encode("ascii"), between.join(parts), closing.encode("ascii")))


def _part(kind: str, text: str) -> bytes:
    head = f'Content-Type: text/{kind}; charset="utf-8"{_END}MIME-Version: 1.0{_END}'
    head += f"Content-Transfer-Encoding: quoted-printable{_END}{_END}"
    return head.encode("ascii") + _quoted_printable(text)


def _quoted_printable(text: str) -> bytes:
    """Lines of at most 76 characters (RFC 2045, 6.7), ended as mail ends them; blanks at their ends are dropped."""
    lines = text.replace("\r\n", "\n").replace("\r", "\n")
    # With one at the end of a line of 75 the library would write 77. To look at every blank takes longer than all else.
    if " \n" in lines or "\t\n" in lines or lines.endswith((" ", "\t")):
        lines = _BLANK_ENDS.sub("", lines)
    return b2a_qp(lines.encode("utf-8", "replace"), istext=True).replace(b"\n", b"\r\n")


def _mailbox(name: str, address: ValidatedEmail) -> str:
    shown = one_line(name, _MOST_NAME)
    if not shown:
        return wire_address(address)
    if shown.isascii() and len(shown) <= _MOST_QUOTED_NAME and "=?" not in shown:
        return f'"{quote(shown)}" <{wire_address(address)}>'
    # Encoded words hold no comma or quote of their own, so that no reader can take the name for two.
    words = Header(shown, "utf-8", maxlinelen=_LINE, header_name="From").encode(linesep=_END)
    return f"{words}{_END} <{wire_address(address)}>"


def _words(text: str, field: str) -> str:
    line = one_line(text, _MOST_SUBJECT)
    # A plain word longer than a line could only be folded by breaking it, an encoded one can be cut anywhere.
    plain = line.isascii() and "=?" not in line and all(len(word) < _LINE - len(field) - 2 for word in line.split())
    if plain and len(line) <= _LINE - len(field) - 2:
        return line
    charset = "us-ascii" if plain else "utf-8"
    return Header(line, charset, maxlinelen=_LINE, header_name=field).encode(linesep=_END)


def _extra(name: str, value: str) -> tuple[str, str]:
    if not _FIELD_NAME.fullmatch(name) or name.lower() in _OWN_FIELDS or name.lower().startswith("content-"):
        raise ValueError(f"the header {name!r} cannot be added to a digest")
    return name, _words(value, name)


def _is_https(url: str) -> bool:
    return url.startswith("https://") and url.isascii() and url.isprintable() and not set(url) & set(" <>")
