"""Undoing one content-encoding within bounds."""

import zlib
from typing import Protocol

ACCEPTED = "gzip, deflate"
_PIECE = 1 << 20
_ZLIB_HEAD = 2


class EncodingRefusedError(ValueError):
    """A content-encoding that was not offered, or several nested."""


class BrokenEncodingError(ValueError):
    """Bytes that are not of the encoding that they were said to be of."""


class Inflater(Protocol):
    """Takes pieces of a body as sent and gives them as meant."""

    def feed(self, data: bytes, most: int) -> bytes:
        """Undo one piece, at most `most` bytes of it. Raises BrokenEncodingError."""
        ...

    def complete(self) -> bool:
        """Whether the encoded stream came to its own end."""
        ...


def inflater(encodings: str | None) -> Inflater:
    """What undoes a Content-Encoding. Raises EncodingRefusedError for nesting: 1 GiB fits into 2 KB twice over."""
    names = [name for part in (encodings or "").split(",") if (name := part.strip().lower()) not in ("", "identity")]
    if len(names) > 1:
        raise EncodingRefusedError(f"the body is encoded {len(names)} times over")
    if not names:
        return _Plain()
    if names[0] in ("gzip", "x-gzip"):
        return _Zlib(zlib.MAX_WBITS | 16)
    if names[0] == "deflate":
        return _Zlib(zlib.MAX_WBITS)
    raise EncodingRefusedError(f"the body is encoded as {names[0][:40]}, which was not asked for")


class _Plain:
    def feed(self, data: bytes, most: int) -> bytes:
        return data[:most]

    def complete(self) -> bool:
        return True


class _Zlib:
    def __init__(self, window: int) -> None:
        self._window = window
        self._state = zlib.decompressobj(window)
        self._head: bytes | None = b"" if window == zlib.MAX_WBITS else None

    def feed(self, data: bytes, most: int) -> bytes:
        if self._head is not None:
            data = self._head + data
            if len(data) < _ZLIB_HEAD:
                self._head = data
                return b""
            self._head = None
            if not _has_zlib_head(data):
                # Some servers send deflate without the zlib wrapper that RFC 9110, section 8.4.1.2, asks for.
                self._window = -zlib.MAX_WBITS
                self._state = zlib.decompressobj(self._window)
        return self._inflate(data, most)

    def _inflate(self, data: bytes, most: int) -> bytes:
        out = bytearray()
        while len(out) < most:
            if self._state.eof and not self._next_member(data):
                break
            asked = min(_PIECE, most - len(out))
            try:
                piece = self._state.decompress(data, asked)
            except zlib.error as error:
                raise BrokenEncodingError("the body is not encoded as it says") from error
            out += piece
            data = self._state.unused_data if self._state.eof else self._state.unconsumed_tail
            # A full piece may leave output pending although all input is taken.
            if not data and (self._state.eof or len(piece) < asked):
                break
        return bytes(out)

    def _next_member(self, data: bytes) -> bool:
        # A gzip body may be several members one after the other (RFC 1952, section 2.2), padded with zeros.
        if self._window <= zlib.MAX_WBITS or not data.strip(b"\0"):
            return False
        self._state = zlib.decompressobj(self._window)
        return True

    def complete(self) -> bool:
        return self._state.eof


def _has_zlib_head(data: bytes) -> bool:
    """Tell the two bytes that begin a zlib stream (RFC 1950, section 2.2): method 8, and a check by 31."""
    return data[0] & 0x0F == 8 and int.from_bytes(data[:_ZLIB_HEAD], "big") % 31 == 0
