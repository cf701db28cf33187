"""Sorted criteria keys, delta-coded: about 1.3 bytes a key where they are dense."""

import base64
import binascii
from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
"""Sorted, distinct uint32."""

_SEVEN = np.uint64(7)
_MOST_BYTES = 5


class KeysError(ValueError):
    """Packed keys that are cut short, too long or out of order."""


def keys_of(values: Iterable[int]) -> Keys:
    """Sort and deduplicate."""
    return np.unique(np.fromiter(values, dtype=np.uint32))


def pack(keys: Keys) -> bytes:
    """Code sorted distinct keys as LEB128 gaps (Protocol Buffers' varint): the first key, then each difference."""
    if keys.size == 0:
        return b""
    gaps: npt.NDArray[np.uint64] = np.diff(keys.astype(np.uint64), prepend=np.uint64(0)).astype(np.uint64)
    if (gaps.size > 1 and not gaps[1:].all()) or (keys[1:] < keys[:-1]).any():
        raise KeysError("keys must be sorted and distinct")
    shifts = np.arange(_MOST_BYTES, dtype=np.uint64) * _SEVEN
    groups = gaps[:, None] >> shifts[None, :]
    used = np.maximum((groups != 0).sum(axis=1), 1)
    place = np.arange(_MOST_BYTES)[None, :]
    more = place < (used - 1)[:, None]
    coded = ((groups & np.uint64(0x7F)) | (more.astype(np.uint64) << _SEVEN)).astype(np.uint8)
    return bytes(coded[place < used[:, None]].tobytes())


def unpack(data: bytes) -> Keys:
    """Undo `pack`. Raises KeysError for bytes that it cannot have made."""
    if not data:
        return np.empty(0, dtype=np.uint32)
    raw = np.frombuffer(data, dtype=np.uint8)
    last = raw < 0x80
    if not last[-1]:
        raise KeysError("packed keys are cut short")
    ends = np.flatnonzero(last)
    starts = np.concatenate(([0], ends[:-1] + 1))
    if (ends - starts).max() >= _MOST_BYTES:
        raise KeysError("a packed key is longer than five bytes")
    place = np.arange(raw.size) - np.repeat(starts, ends - starts + 1)
    parts = (raw & 0x7F).astype(np.uint64) << (place.astype(np.uint64) * _SEVEN)
    gaps = np.add.reduceat(parts, starts)
    if gaps.size > 1 and not gaps[1:].all():
        raise KeysError("packed keys repeat")
    keys = np.cumsum(gaps, dtype=np.uint64)
    if keys[-1] > np.iinfo(np.uint32).max or gaps.max() > np.iinfo(np.uint32).max:
        raise KeysError("a packed key does not fit into 32 bits")
    return keys.astype(np.uint32)


def to_text(keys: Keys) -> str:
    """`pack`, as base64 for JSON."""
    return base64.b64encode(pack(keys)).decode("ascii")


def from_text(text: str) -> Keys:
    """Undo `to_text`. Raises KeysError."""
    try:
        data = base64.b64decode(text, validate=True)
    except (binascii.Error, ValueError) as error:
        raise KeysError("packed keys are not base64") from error
    return unpack(data)
