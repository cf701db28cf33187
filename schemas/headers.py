"""The headers of every record: what it is (CloudEvents, in its binary mode for Kafka) and the trace that it is part of.

A trace begins where a posting enters, and goes with it to its matches. It is derived from the record's id, so that a
record made again has the same headers.
"""

import re
from collections.abc import Mapping
from datetime import datetime

from schemas.codec import digest_of

CAUSE = "cause"
"""`replay` on a raw posting that is sent again, and on what is made of it: nobody is mailed for it."""

_TRACE = "traceparent"
_TRACEPARENT = re.compile(r"00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-[0-9a-f]{2}")


def headers_of(
    *, id: str, type: str, source: str, at: datetime, after: Mapping[str, str] | None = None
) -> dict[str, str]:
    """The headers of a record.

    `id` is unique within its source and the same when the record is made again; `at` is when what it tells happened;
    `after` are the headers of the record that it is made of, whose trace and cause it carries on. The trace is a
    traceparent (W3C Trace Context, version 00).
    """
    after = after or {}
    headers = {
        "ce_specversion": "1.0",
        "ce_id": id,
        "ce_type": type,
        "ce_source": source,
        "ce_time": at.isoformat(timespec="milliseconds"),
        _TRACE: f"00-{trace_of(after) or digest_of('trace', id)}-{digest_of('span', id)[:16]}-01",
    }
    return headers | ({CAUSE: after[CAUSE]} if CAUSE in after else {})


def trace_of(headers: Mapping[str, str]) -> str | None:
    """The id of the trace that a record is part of, 32 hexadecimal digits; None where it has none."""
    found = _TRACEPARENT.fullmatch(headers.get(_TRACE, ""))
    return found[1] if found else None


def span_of(headers: Mapping[str, str]) -> str | None:
    """The id of the span that made a record, 16 hexadecimal digits; None where it has none."""
    found = _TRACEPARENT.fullmatch(headers.get(_TRACE, ""))
    return found[2] if found else None


def without_own(headers: Mapping[str, str]) -> dict[str, str]:
    """The headers that are not made by `headers_of`, save the cause."""
    return {name: value for name, value in headers.items() if name != _TRACE and not name.startswith("ce_")}
