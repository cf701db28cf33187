"""An email as bytes of RFC 5322, the same bytes each time."""

import hashlib
import re
import string
from base64 import b64encode
from datetime import UTC
from email.header import Header
from email.utils import format_datetime, quote
from functools import lru_cache

from email_validator import EmailNotValidError, ValidatedEmail, validate_email

from services.notifier.ports import Email, MailRefusedError
from services.wording.lines import one_line

_END = "\r\n"
_LINE = 76
_PLAIN = b"\t\n\r" + bytes(range(32, 127))
"""What may stand in quoted-printable as it is, but for the sign that quotes."""
_AROUND_WORD = len("=?utf-8?q??=")
_PLAIN_IN_WORDS = frozenset("-!*+/ " + string.ascii_letters + string.digits)
_IN_WORDS = [
    "_" if byte == ord(" ") else chr(byte) if chr(byte) in _PLAIN_IN_WORDS else f"={byte:02X}" for byte in range(256)
]
"""A space is written as a low line; the others of these stand for themselves."""
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
    lines = [f'Content-Type: multipart/alternative;{_END} boundary="{boundary}"', "MIME-Version: 1.0", ""]
    # The last part is the preferred one (RFC 2046, 5.1.4).
    for text, kind in ((email.text, "plain"), (email.html, "html")):
        lines += [f"--{boundary}", f'Content-Type: text/{kind}; charset="utf-8"', "MIME-Version: 1.0"]
        lines += ["Content-Transfer-Encoding: quoted-printable", "", _quoted_printable(text)]
    return _END.join((*lines, f"--{boundary}--", "")).encode("ascii")


def _quoted_printable(text: str) -> str:
    """As the library's `body_encode` cuts it (RFC 2045, 6.7), which looks at each character by itself."""
    data = text.encode("utf-8", "replace").replace(b"=", b"=3D")
    for byte in set(data.translate(None, _PLAIN)):
        data = data.replace(bytes((byte,)), b"=%02X" % byte)
    coded = data.decode("ascii")
    lines = list[str]()
    for line in coded.splitlines():
        at, size = 0, len(line)
        while size - at > _LINE:
            end = at + _LINE - 1
            # No quoted character is cut in two.
            end -= 1 if line[end - 1] == "=" else 2 if line[end - 2] == "=" else 0
            lines.append(f"{line[at:end]}=")
            at = end
        rest = line[at:] if at else line
        if rest.endswith((" ", "\t")):
            lines += _ended_by_blank(rest)
        else:
            lines.append(rest)
    return _END.join((*lines, "") if coded.endswith(("\r", "\n")) else lines)


def _ended_by_blank(rest: str) -> tuple[str, ...]:
    """The rest of a line: the blank at its end is quoted, or what is cut ends behind it."""
    quoted = f"={ord(rest[-1]):02X}"
    if len(rest) < _LINE - 1:
        return (rest[:-1] + quoted,)
    return (f"{rest}=", "") if len(rest) == _LINE - 1 else (f"{rest[:-1]}=", quoted)


def _mailbox(name: str, address: ValidatedEmail) -> str:
    shown = one_line(name, _MOST_NAME)
    if not shown:
        return wire_address(address)
    if shown.isascii() and len(shown) <= _MOST_QUOTED_NAME and "=?" not in shown:
        return f'"{quote(shown)}" <{wire_address(address)}>'
    # Encoded words hold no comma or quote of their own, so that no reader can take the name for two.
    return f"{_encoded_words(shown, 'From')}{_END} <{wire_address(address)}>"


def _words(text: str, field: str) -> str:
    line = one_line(text, _MOST_SUBJECT)
    # A plain word longer than a line could only be folded by breaking it, an encoded one can be cut anywhere.
    plain = line.isascii() and "=?" not in line and all(len(word) < _LINE - len(field) - 2 for word in line.split())
    if plain and len(line) <= _LINE - len(field) - 2:
        return line
    if plain:
        return Header(line, "us-ascii", maxlinelen=_LINE, header_name=field).encode(linesep=_END)
    return _encoded_words(line, field)


def _encoded_words(line: str, field: str) -> str:
    """As the library's `Header` writes them in UTF-8 (RFC 2047), which measures each word anew with each character."""
    sizes = [len(char.encode()) for char in line]
    quoted = [1 if char in _PLAIN_IN_WORDS else 3 * size for char, size in zip(line, sizes, strict=True)]
    by_base64 = 4 * -(-sum(sizes) // 3) < sum(quoted)
    lengths = sizes if by_base64 else quoted
    words, start, length = list[str](), 0, 0
    room = _LINE - len(field) - 2 - _AROUND_WORD
    for at, own in enumerate(lengths):
        length += own
        if (4 * -(-length // 3) if by_base64 else length) > room:
            words.append(_encoded_word(line[start:at], by_base64=by_base64))
            start, length, room = at, own, _LINE - 1 - _AROUND_WORD
    words.append(_encoded_word(line[start:], by_base64=by_base64))
    return f"{_END} ".join(words)


def _encoded_word(part: str, *, by_base64: bool) -> str:
    data = part.encode()
    if by_base64:
        return f"=?utf-8?b?{b64encode(data).decode()}?="
    return f"=?utf-8?q?{''.join(_IN_WORDS[byte] for byte in data)}?="


def _extra(name: str, value: str) -> tuple[str, str]:
    if not _FIELD_NAME.fullmatch(name) or name.lower() in _OWN_FIELDS or name.lower().startswith("content-"):
        raise ValueError(f"the header {name!r} cannot be added to a digest")
    return name, _words(value, name)


def _is_https(url: str) -> bool:
    return url.startswith("https://") and url.isascii() and url.isprintable() and not set(url) & set(" <>")
