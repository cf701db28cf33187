"""The embedded form over one feed in a file, without probes and portal."""

import json
from collections.abc import Iterable
from pathlib import Path

_SETTINGS = """
data = "data"
tick_every_s = 0.2
[probes]
enabled = false
[mail]
folder = "mails"
{ingest}
[[ingest.sources]]
name = "bakery"
url = "{feed}"
"""


def settings_over(folder: Path, texts: Iterable[str], ingest: str = "") -> Path:
    """Write the feed, a posting of each text, and settings that poll it; `ingest`: lines of that section."""
    rows = [
        {"id": f"b{n}", "title": f"Baker {n}", "company": "Thorn", "url": f"https://thorn.example/{n}"}
        | {"description": text}
        for n, text in enumerate(texts)
    ]
    feed, config = folder / "feed.jsonl", folder / "jobchime.toml"
    feed.write_text("\n".join(map(json.dumps, rows)))
    config.write_text(_SETTINGS.format(feed=feed, ingest=f"[ingest]\n{ingest}"))
    return config
