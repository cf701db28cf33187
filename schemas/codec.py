"""Bytes to models and back."""

import hashlib
from typing import TypeVar

from pydantic import BaseModel, ValidationError

from schemas.faults import first_fault

M = TypeVar("M", bound=BaseModel)


class UnreadableError(ValueError):
    """Bytes that are not the message they should be: never retry, dead-letter."""


def encode(message: BaseModel) -> bytes:
    """Write a message as compact UTF-8 JSON; fields at their defaults are left out."""
    return message.model_dump_json(exclude_defaults=True).encode()


def decode(kind: type[M], data: bytes | None) -> M:
    """Read a message. Raises UnreadableError with the first fault, in words, and never with the data itself."""
    if data is None:
        raise UnreadableError(f"a {kind.__name__} was expected and the record is empty")
    try:
        return kind.model_validate_json(data)
    except ValidationError as error:
        fault = first_fault(error)
        raise UnreadableError(f"not a {kind.__name__}: {fault.where or 'the whole'}: {fault.said}") from None


def digest_of(*parts: str | bytes) -> str:
    """Hash parts to 32 hexadecimal digits; the parts cannot run into each other."""
    state = hashlib.blake2b(digest_size=16)
    for part in parts:
        data = part.encode("utf-8", "surrogatepass") if isinstance(part, str) else part
        state.update(len(data).to_bytes(8, "big"))
        state.update(data)
    return state.hexdigest()
