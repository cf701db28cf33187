"""Reads feeds with feedparser in a process of its own, which its parent can kill.

Run as a script. On standard input: four bytes of length, then a feed in UTF-8; on standard output, likewise framed,
JSON: {"feed": {"title", "language"}, "entries": [...], "more": bool}. Ends with its input. See `feed_reader`.
"""

import io
import json
import struct
import sys
from contextlib import suppress
from typing import IO, Any

LENGTH = struct.Struct(">I")
MOST_FRAME = 128 * 1024**2
MOST_MEMORY = 2 * 1024**3
MOST_ENTRIES = 20_000
"""Of one feed. A plain feed holds its newest few hundred; the answer is held in memory whole."""
_OWN = frozenset({"id", "link", "title", "summary", "published", "updated", "author", "tags", "content"})


def main() -> None:
    """Answer each feed until the input ends."""
    _limit_memory()
    import feedparser

    source, target = sys.stdin.buffer, sys.stdout.buffer
    while (body := read_frame(source)) is not None:
        # A file-like object: bytes and strings would be tried as an address first.
        parsed = feedparser.parse(io.BytesIO(body), sanitize_html=False, resolve_relative_uris=False)
        answer = {
            "feed": {name: _text(parsed.feed.get(name)) for name in ("title", "language")},
            "entries": [_entry(entry, parsed.version) for entry in parsed.entries[:MOST_ENTRIES]],
            "more": len(parsed.entries) > MOST_ENTRIES,
        }
        data = json.dumps(answer).encode("ascii")
        target.write(LENGTH.pack(len(data)) + data)
        target.flush()


def _entry(entry: Any, version: str) -> dict[str, Any]:
    return {
        "id": _text(entry.get("id")),
        "link": _text(entry.get("link")),
        "title": _text(entry.get("title")),
        "summary": _text(entry.get("summary")),
        "content": [_text(part.get("value")) for part in entry.get("content", [])],
        "published": _text(entry.get("published")),
        "updated": _text(entry.get("updated")),
        "tags": [_text(tag.get("term")) for tag in entry.get("tags", [])],
        "author": _byline(entry, version),
        "fields": {
            name: value
            for name, value in entry.items()
            if isinstance(value, str) and value.strip() and name not in _OWN and not name.endswith("_detail")
        },
    }


def _byline(entry: Any, version: str) -> str:
    """Atom's author has a name of its own; RSS's is one text, which feedparser cuts badly where it holds an address."""
    if version.startswith("atom"):
        return _text((entry.get("author_detail") or {}).get("name"))
    author = _text(entry.get("author"))
    return "" if "@" in author else author


def _text(value: Any) -> str:
    return value.strip() if isinstance(value, str) else ""


def read_frame(source: IO[bytes]) -> bytes | None:
    """Read a length and that many bytes; None where the other side ended before, or the length is beyond MOST_FRAME."""
    head = source.read(LENGTH.size)
    if len(head) < LENGTH.size:
        return None
    (length,) = LENGTH.unpack(head)
    if length > MOST_FRAME:
        return None
    body = source.read(length)
    return body if len(body) == length else None


def _limit_memory() -> None:
    with suppress(ImportError, OSError, ValueError):
        import resource

        resource.setrlimit(resource.RLIMIT_AS, (MOST_MEMORY, MOST_MEMORY))


if __name__ == "__main__":
    main()
