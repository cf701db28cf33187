"""Frames between our own processes: four bytes of length, then that many bytes."""

import struct
from typing import IO

LENGTH = struct.Struct(">I")
MOST_FRAME = 128 * 1024**2


def read_frame(source: IO[bytes]) -> bytes | None:
    """Read one; None where the other side ended before, or its length is beyond MOST_FRAME."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MOST_FRAME:
        return None
    body = source.read(length)
    return body if len(body) == length else None


def write_frame(target: IO[bytes], body: bytes) -> None:
    """Write one, and have it sent."""
    target.write(LENGTH.pack(len(body)) + body)
    target.flush()


def limit_memory(most: int) -> None:
    """Have this process fail rather than take more memory, where the system can do that."""
    try:
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (most, most))
    except (ImportError, OSError, ValueError):
        return
