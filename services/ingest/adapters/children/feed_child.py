"""Reads feeds with feedparser in a process of its own, which its parent can kill.

Run as a module. A frame in is a feed in UTF-8, a frame out JSON: {"feed": {"title", "language"}, "entries": [...],
"more": bool}. Ends with its input. See `formats/syndication.py`.
"""

import io
import json
import sys
from typing import Any

from services.runtime.child import limit_memory, read_frame, write_frame

MOST_MEMORY = 2 * 1024**3
MOST_ENTRIES = 20_000
"""Of one feed. A plain feed holds its newest few hundred; the answer is held in memory whole."""
_OWN = frozenset({"id", "link", "title", "summary", "published", "updated", "author", "tags", "content"})


def main() -> None:
    """Answer each feed until the input ends."""
    limit_memory(MOST_MEMORY)
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
        write_frame(target, json.dumps(answer).encode("ascii"))


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


if __name__ == "__main__":
    main()
