"""A pushed body to records, each for itself: one bad record costs its neighbours nothing."""

import json
from collections.abc import Iterator
from dataclasses import dataclass

from services.ingest.adapters.formats.json_rows import rows
from services.ingest.ports import Broken, JsonObject
from services.runtime.strict_json import read_value, reason_of

MOST_RECORD_BYTES = 1_000_000
"""Of one posting; a log takes no record that is several times as large."""
_GIVEN_UP = 100
"""Malformed records of one body, after which the rest is no longer read."""


class UnreadableBodyError(ValueError):
    """A body with no record in it that could be judged, with the reason in one sentence: 400."""


class TooManyRecordsError(ValueError):
    """More records than one request may hold: 413."""


@dataclass(frozen=True, slots=True)
class PushedRecord:
    """One record of a body, by its index from 0; either the object or why it is none."""

    index: int
    row: JsonObject | None = None
    fault: str | None = None


def records_of(body: bytes, *, lines: bool, most: int) -> list[PushedRecord]:
    """Cut a body: JSON lines, or one JSON object, or a list of them. UTF-8 alone.

    A list that is cut short gives its whole records, then one that says so. Raises UnreadableBodyError and
    TooManyRecordsError.
    """
    try:
        text = body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise UnreadableBodyError(f"the body is not UTF-8 at byte {error.start:,}") from None
    found: list[PushedRecord] = []
    may_be_too_large = len(body) > MOST_RECORD_BYTES
    for record in _lines(text) if lines else _document(text):
        if len(found) == most:
            raise TooManyRecordsError(f"the body holds more than {most:,} postings; send them in several requests")
        found.append(_bounded(record) if may_be_too_large else record)
    if not found:
        raise UnreadableBodyError("the body holds no posting")
    if all(record.row is None for record in found) and (len(found) == 1 or found[-1].fault == _more(len(found) - 1)):
        raise UnreadableBodyError(found[0].fault or "the body holds no posting")
    return found


def _lines(text: str) -> Iterator[PushedRecord]:
    """Each line that holds something. Only a newline ends a line: U+2028 may stand within a text."""
    index = faults = start = number = 0
    while start < len(text):
        end = text.find("\n", start)
        line = text[start : end if end >= 0 else len(text)].strip(" \t\r")
        start = end + 1 if end >= 0 else len(text)
        number += 1
        if not line:
            continue
        record = _line(index, number, line)
        yield record
        index += 1
        faults += record.row is None
        if faults == _GIVEN_UP:
            if text[start:].strip():
                yield PushedRecord(index, fault=_more(faults))
            return


def _line(index: int, number: int, line: str) -> PushedRecord:
    try:
        value, end = read_value(line)
    except ValueError as error:
        return PushedRecord(index, fault=f"line {number:,}: {_why(error)}")
    if line[end:].strip():
        return PushedRecord(index, fault=f"line {number:,}: more after the object: {line[end:].strip()[:40]}")
    return _judged(index, value, f"line {number:,}: ")


def _document(text: str) -> Iterator[PushedRecord]:
    opening = text.lstrip(" \t\r\n")[:1]
    if opening == "[":
        for index, value in enumerate(rows(text, None, alone=True)):
            yield PushedRecord(index, fault=value.reason) if isinstance(value, Broken) else _judged(index, value)
        return
    if opening != "{":
        raise UnreadableBodyError("the body holds no posting: it is neither a JSON object nor a list of them")
    try:
        value, end = read_value(text)
    except ValueError as error:
        raise UnreadableBodyError(_why(error)) from None
    if text[end:].strip(" \t\r\n"):
        raise UnreadableBodyError(
            "the body goes on after its object; several postings are a list, or lines sent as application/x-ndjson"
        )
    yield _judged(0, value)


def _bounded(record: PushedRecord) -> PushedRecord:
    size = len(json.dumps(record.row, ensure_ascii=False).encode()) if record.row is not None else 0
    if size <= MOST_RECORD_BYTES:
        return record
    return PushedRecord(record.index, fault=f"a posting has {MOST_RECORD_BYTES:,} bytes at most, and this {size:,}")


def _judged(index: int, value: object, where: str = "") -> PushedRecord:
    if not isinstance(value, dict):
        return PushedRecord(index, fault=f"{where}a posting is an object of fields, not {type(value).__name__}")
    return PushedRecord(index, row=value)


def _why(error: ValueError) -> str:
    place = f" (character {error.pos:,})" if isinstance(error, json.JSONDecodeError) else ""
    return f"{reason_of(error)}{place}"


def _more(faults: int) -> str:
    return f"{faults} records are malformed: the rest is not read"
