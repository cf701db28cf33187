"""JSON of strangers: what means nothing certain is refused in words, not read as something.

One reader for feeds, pushes and files. It is lenient only where a text can mean one thing alone: control characters
within strings, and what follows the value.
"""

import json
import math
import re
from typing import Any, Literal

MOST_DEPTH = 32
"""Of nesting within one value. The deepest known feed has 7."""
MOST_DIGITS = 18
"""Of an integer; one of more may not fit into 64 bits."""
MOST_ID_DIGITS = 40
"""Of an integer that is kept as a text, for it may be an id (64 or 128 bits); no number of a feed means more."""
_TOO_DEEP = f"nested deeper than {MOST_DEPTH}"
_MOST_KEY = 60
"""Characters of a key that a reason shows."""
_SPACE = re.compile(r"[ \t\r\n]*+")
_UNSAFE = re.compile("[\x00\ud800-\udfff]")


Refusal = Literal["bad_encoding", "key_twice", "not_a_number", "number_too_large", "number_too_long", "too_deep"]
"""Why whole JSON is not taken."""


class RefusedValueError(ValueError):
    """Whole JSON that is not taken, with the reason in words."""

    def __init__(self, code: Refusal, reason: str, *, key: str | None = None, end: int | None = None) -> None:
        super().__init__(reason)
        self.code: Refusal = code
        self.key = key
        """The key at fault, at most 60 characters; None where it is the whole value, or a place below MOST_DEPTH."""
        self.end = end
        """Where the value ends in its text, where that is known."""


class _Refused:
    """Stands in a value that was read for what is refused in it."""

    def __init__(self, code: Refusal, reason: str, key: str | None = None) -> None:
        self.code: Refusal = code
        self.reason = reason
        self.key = key

    def error(self, under: str | None = None, end: int | None = None) -> RefusedValueError:
        """What is raised for it, where it stands under a key."""
        what = "the value" if under is None else f'"{_shown(under)}"'
        key = self.key or (None if under is None else _shown(under))
        return RefusedValueError(self.code, f"{what} {self.reason}", key=key, end=end)


def _integer(digits: str) -> int | str | _Refused:
    if len(digits) <= MOST_DIGITS:
        return int(digits)
    if len(digits) <= MOST_ID_DIGITS:
        return digits
    return _Refused("number_too_long", f"is a number of {len(digits.lstrip('-')):,} digits")


def _real(digits: str) -> float | _Refused:
    value = float(digits)
    return (
        value
        if math.isfinite(value)
        else _Refused("number_too_large", f"is a number beyond all bounds ({digits[:20]})")
    )


def _constant(name: str) -> _Refused:
    return _Refused("not_a_number", f"is {name}, which is no number")


def _object(pairs: list[tuple[str, Any]]) -> dict[str, Any] | _Refused:
    members = dict(pairs)
    if len(members) == len(pairs):
        return members
    met: set[str] = set()
    for name, _ in pairs:
        if name in met:
            break
        met.add(name)
    return _Refused("key_twice", f'has the key "{_shown(name)}" twice', _shown(name))


_DECODER = json.JSONDecoder(
    parse_int=_integer, parse_float=_real, parse_constant=_constant, object_pairs_hook=_object, strict=False
)


def read_value(text: str, at: int = 0) -> tuple[Any, int]:
    """Read the JSON value at `at`: it, and where it ends. What follows it is the caller's.

    An integer of 19 to 40 digits becomes a text; lone surrogates and NUL become U+FFFD. Raises ValueError, in words:
    JSONDecodeError for bad JSON, RefusedValueError for NaN and Infinity, for numbers that are too long or too large,
    for a key that an object has twice, and for nesting below MOST_DEPTH.
    """
    value, end = parse(text, at)
    try:
        return clean(value), end
    except RefusedValueError as error:
        error.end = end
        raise


def parse(text: str, at: int = 0) -> tuple[Any, int]:
    """`read_value` of what holds many values, of which each part that is used goes through `clean`."""
    start = _SPACE.match(text, at)
    try:
        value, end = _DECODER.raw_decode(text, start.end() if start else at)
    except RecursionError:
        raise RefusedValueError("too_deep", _TOO_DEEP) from None
    if isinstance(value, _Refused):
        raise value.error(end=end)
    return value, end


def clean(value: Any) -> Any:
    """What was parsed, with U+FFFD for lone surrogates and NUL, which UTF-8 cannot hold. Raises RefusedValueError."""
    try:
        return _clean(value, MOST_DEPTH)
    except RefusedValueError as error:
        raise _first_refused(value) or error from None


def read_alone(text: str | bytes) -> Any:
    """The one value that a text holds, with nothing after it. Raises ValueError as `read_value`, also for no UTF-8."""
    try:
        whole = text if isinstance(text, str) else text.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise RefusedValueError("bad_encoding", f"not UTF-8 (byte {error.start:,}); save it as UTF-8") from None
    value, end = read_value(whole)
    after = _SPACE.match(whole, end)
    if after and after.end() < len(whole):
        raise json.JSONDecodeError("more after the value", whole, after.end())
    return value


def reason_of(error: ValueError) -> str:
    """Why a text was not taken, for a sentence that goes on: `not JSON: ...`, or what in it is refused."""
    if isinstance(error, RefusedValueError):
        return str(error)
    why = error.msg if isinstance(error, json.JSONDecodeError) else str(error)
    return f"not JSON: {why[:1].lower()}{why[1:]}"


def _clean(value: Any, depth: int) -> Any:
    if isinstance(value, str):
        return _UNSAFE.sub("�", value) if _UNSAFE.search(value) else value
    if isinstance(value, _Refused):
        raise value.error()
    if not isinstance(value, (dict, list)):
        return value
    if depth == 0:
        raise RefusedValueError("too_deep", _TOO_DEEP)
    if isinstance(value, list):
        return [_clean(part, depth - 1) for part in value]
    return {_clean(key, depth): _clean(part, depth - 1) for key, part in value.items()}


def _first_refused(value: Any, key: str | None = None, depth: int = MOST_DEPTH) -> RefusedValueError | None:
    """What is refused in a value, by the key it stands under; None where nothing is above `depth`."""
    if isinstance(value, _Refused):
        return value.error(key)
    if depth == 0 or not isinstance(value, (dict, list)):
        return None
    parts = value.items() if isinstance(value, dict) else ((key, part) for part in value)
    return next((found for name, part in parts if (found := _first_refused(part, name, depth - 1))), None)


def _shown(key: str) -> str:
    return _UNSAFE.sub("�", key[:_MOST_KEY])
