"""The beginning of a JSON body, to tell formats apart by: cheap for any length, and safe for any bytes."""

from dataclasses import dataclass, field
from typing import Any

from services.ingest.adapters.formats.json_rows import GAP, end_of, members, past
from services.ingest.adapters.formats.reading import head_text, read_text
from services.runtime.strict_json import read_value

_PEEK_BYTES = 256 * 1024
_PEEK_ROWS = 3
_JSON_FEED = "https://jsonfeed.org/version/"


@dataclass(frozen=True, slots=True)
class Peek:
    """The beginning of a JSON body: enough to tell formats apart."""

    is_list: bool = False
    wrapper: dict[str, Any] = field(default_factory=dict)
    """Members of the outermost object; those that are not whole within the beginning are None."""
    firsts: tuple[dict[str, Any], ...] = ()
    """The first objects of the list, as far as they go."""


def peek(body: bytes, array: str | None) -> Peek:
    """Look at the beginning of a body. Anything that is not JSON of that shape gives an empty Peek; never raises."""
    return peek_text(head_text(body, _PEEK_BYTES), array)


def is_json_feed(body: bytes) -> bool:
    """Whether a body is a JSON Feed, by its version; its items may hold a JobPosting each."""
    version = peek(body, "items").wrapper.get("version")
    return isinstance(version, str) and version.startswith(_JSON_FEED)


def wrapper(body: bytes, array: str) -> dict[str, Any]:
    """The members of the outermost object but its list, those behind it too; never raises. As long as the body takes.

    Behind a list of more than two million characters nothing is found.
    """
    text = read_text(body).text
    start = past(GAP, text, 0)
    if text[start : start + 1] != "{":
        return {}
    return {key: _sound(text, place) for key, place in members(text, start) if key != array}


def peek_text(text: str, array: str | None) -> Peek:
    """`peek`, of a text."""
    text = text[:_PEEK_BYTES]
    start = past(GAP, text, 0)
    opening = text[start : start + 1]
    if opening == "[" and array is None:
        return Peek(is_list=True, firsts=_firsts(text, start))
    if opening != "{" or array is None:
        return Peek()
    wrapper = _sound_members(text, start)
    at = next((at for key, at in members(text, start) if key == array and text[at : at + 1] == "["), None)
    return Peek(wrapper=wrapper, firsts=() if at is None else _firsts(text, at))


def _firsts(text: str, at: int) -> tuple[dict[str, Any], ...]:
    found: list[dict[str, Any]] = []
    at = past(GAP, text, at + 1)
    while len(found) < _PEEK_ROWS and text[at : at + 1] == "{":
        found.append(_sound_members(text, at))
        end = end_of(text, at)
        if end is None:
            break
        at = past(GAP, text, end)
    return tuple(found)


def _sound_members(text: str, at: int) -> dict[str, Any]:
    return {key: _sound(text, place) for key, place in members(text, at)}


def _sound(text: str, at: int) -> Any:
    try:
        return read_value(text, at)[0]
    except ValueError:
        return None
