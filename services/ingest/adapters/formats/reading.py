"""Bytes to text, whatever their encoding claims to be."""

import codecs
import re
from dataclasses import dataclass

from services.ingest.faults import FeedFault, bad_encoding

MOST_BYTES = 64 * 1024 * 1024
"""Of one body. The largest listing known is a board of 13.5 MB; beyond this a body is refused unread."""

_BOMS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
_DECLARED = re.compile(rb"""^\s{0,64}<\?xml[^>]{0,200}?encoding\s{0,8}=\s{0,8}["']([A-Za-z0-9._:-]{1,40})["']""")
_FAMILIES = ("utf8", "iso8859", "cp", "koi8", "mac", "gb", "big5", "euc", "shift", "ascii", "tis")
"""Codecs of text. Others of the standard library decompress, rotate or take quadratic time."""


@dataclass(frozen=True, slots=True)
class Text:
    """A decoded body, without a byte order mark."""

    text: str
    fault: FeedFault | None = None
    """What the bytes were not, where some had to be replaced by U+FFFD."""


def read_text(body: bytes) -> Text:
    """Decode by byte order mark, XML declaration or UTF-16's zeros, else as UTF-8; what does not fit is replaced."""
    for mark, marked in _BOMS:
        if body.startswith(mark):
            return _decode(body[len(mark) :], marked)
    if wide := _wide(body[:4]):
        return _decode(body, wide)
    declared = _DECLARED.match(body)
    return _decode(body, _known(declared[1].decode("ascii")) if declared else "utf-8")


def head_text(body: bytes, most: int) -> str:
    """Decode the first `most` bytes, for looking at."""
    return read_text(body[:most]).text


def _decode(body: bytes, encoding: str) -> Text:
    try:
        return Text(body.decode(encoding))
    except UnicodeDecodeError as error:
        where = error.start
    text = body.decode(encoding, errors="replace")
    return Text(text, bad_encoding(encoding, where))


def _wide(head: bytes) -> str | None:
    """Tell UTF-16 and UTF-32 without a mark by the zeros around an ASCII first character (RFC 4627, section 3)."""
    if len(head) < 4:
        return None
    pattern = "".join("0" if byte == 0 else "x" for byte in head)
    return {"x0x0": "utf-16-le", "0x0x": "utf-16-be", "x000": "utf-32-le", "000x": "utf-32-be"}.get(pattern)


def _known(declared: str) -> str:
    try:
        name = codecs.lookup(declared).name
    except (LookupError, ValueError):
        return "utf-8"
    # UTF-16 and UTF-32 are not listed: this declaration was legible byte by byte.
    return name if name.replace("-", "").startswith(_FAMILIES) else "utf-8"
