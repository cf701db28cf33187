"""Sorted criteria keys, delta-coded: about 1.3 bytes a key where they are dense."""

import base64
import binascii
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint32]
"""Sorted, distinct uint32."""

_MOST_BYTES = 5
_MOST_KEY = 2**32 - 1
_LOW = np.uint8(0x7F)
_MORE = np.uint8(0x80)


class KeysError(ValueError):
    """Packed keys that are cut short, too long or out of order."""


def keys_of(values: Iterable[int]) -> Keys:
    """Sort and deduplicate."""
    return np.unique(np.fromiter(values, dtype=np.uint32))


def joined(keys: Keys, other: Keys) -> Keys:
    """What either holds."""
    if not keys.size or not other.size:
        return keys if keys.size else other
    both = np.concatenate((keys, other))
    both.sort(kind="stable")  # merges the two; np.unique would hash each number first, at forty times the cost
    return both[np.concatenate(([True], both[1:] != both[:-1]))]


def without(keys: Keys, known: Keys) -> Keys:
    """What only the first holds."""
    if not keys.size or not known.size:
        return keys
    return np.setdiff1d(keys, known, assume_unique=True)


def pack(keys: Keys) -> bytes:
    """Code sorted distinct keys as LEB128 gaps (Protocol Buffers' varint): the first key, then each difference."""
    if keys.size == 0:
        return b""
    if not (keys[1:] > keys[:-1]).all():
        raise KeysError("keys must be sorted and distinct")
    gaps = keys.copy()
    gaps[1:] -= keys[:-1]
    sizes = np.ones(gaps.size, dtype=np.int64)
    for place in range(1, _MOST_BYTES):
        sizes += gaps >= (1 << 7 * place)
    ends = np.cumsum(sizes)
    starts = ends - sizes
    coded = np.empty(ends[-1], dtype=np.uint8)
    coded[starts] = gaps & _LOW | (sizes > 1) * _MORE
    for place in range(1, sizes.max()):
        long = np.flatnonzero(sizes > place)
        coded[starts[long] + place] = gaps[long] >> (7 * place) & _LOW | (sizes[long] > place + 1) * _MORE
    return coded.tobytes()


def unpack(data: bytes) -> Keys:
    """Undo `pack`. Raises KeysError for bytes that it cannot have made."""
    if not data:
        return np.empty(0, dtype=np.uint32)
    raw = np.frombuffer(data, dtype=np.uint8)
    last = raw <= _LOW
    if not last[-1]:
        raise KeysError("packed keys are cut short")
    gaps = _gaps(raw, last)
    if not gaps[1:].all():
        raise KeysError("packed keys repeat")
    return _fitting(np.cumsum(gaps, dtype=np.uint64), gaps)


def unpack_each(packed: Sequence[bytes]) -> tuple[Keys, npt.NDArray[np.int64]]:
    """The keys of several, one after another, and how many each has. Raises KeysError."""
    raw = np.frombuffer(b"".join(packed), dtype=np.uint8)
    lengths = np.fromiter(map(len, packed), dtype=np.int64, count=len(packed))
    if not raw.size:
        return np.empty(0, dtype=np.uint32), lengths
    last = raw <= _LOW
    bounds = np.cumsum(lengths)
    if not last[bounds[lengths > 0] - 1].all():
        raise KeysError("packed keys are cut short")
    gaps = _gaps(raw, last)
    totals = np.concatenate(([0], np.cumsum(last)))[bounds]
    sizes = np.diff(totals, prepend=0)
    filled = sizes > 0
    firsts = (totals - sizes)[filled]
    zero = gaps == 0
    zero[firsts] = False
    if zero.any():
        raise KeysError("packed keys repeat")
    keys = np.cumsum(gaps, dtype=np.uint64)
    keys -= np.repeat(keys[firsts] - gaps[firsts], sizes[filled])
    return _fitting(keys, gaps), sizes


def _fitting(keys: npt.NDArray[np.uint64], gaps: npt.NDArray[np.uint64]) -> Keys:
    if max(keys.max(), gaps.max()) > _MOST_KEY:
        raise KeysError("a packed key does not fit into 32 bits")
    return keys.astype(np.uint32)


def _gaps(raw: npt.NDArray[np.uint8], last: npt.NDArray[np.bool_]) -> npt.NDArray[np.uint64]:
    """What the bytes code; `last` says of each whether it ends a number."""
    if last.all():
        return raw.astype(np.uint64)
    ends = np.flatnonzero(last)
    sizes = np.diff(ends, prepend=-1)
    if sizes.max() > _MOST_BYTES:
        raise KeysError("a packed key is longer than five bytes")
    starts = ends - sizes + 1
    gaps = (raw[starts] & _LOW).astype(np.uint64)
    for place in range(1, sizes.max()):
        long = np.flatnonzero(sizes > place)
        gaps[long] |= (raw[starts[long] + place] & _LOW).astype(np.uint64) << np.uint64(7 * place)
    return gaps


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
