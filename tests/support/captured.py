"""Postings of the captured feeds, as the normaliser makes them."""

from datetime import UTC, datetime
from functools import cache

from schemas.posting import Posting, PostingCore
from services.ingest.adapters.formats.registry import detect
from services.ingest.app import make_normalise
from services.ingest.trial import trial
from tests.support.shared import captures

NOW = datetime(2026, 9, 1, tzinfo=UTC)
"""After the newest date in the captures."""


@cache
def captured_postings(most: int) -> tuple[PostingCore, ...]:
    """At most so many, taken in turn from every capture, so that each format has its share. Skips without captures."""
    bodies = [(file.stem, file.read_bytes()) for file in sorted(captures().rglob("*")) if file.suffix in _FEEDS]
    normalise = make_normalise()
    feeds = [trial(body, source=name, found=detect(body), normalise=normalise, now=NOW) for name, body in bodies]
    found: dict[str, PostingCore] = {}
    while feeds and len(found) < most:
        for feed in list(feeds):
            outcome = next(feed, None)
            if outcome is None:
                feeds.remove(feed)
            elif isinstance(outcome, Posting):
                found.setdefault(outcome.posting_id, outcome.core())
            if len(found) == most:
                break
    return tuple(found.values())


_FEEDS = frozenset((".json", ".rss", ".xml", ".html", ".atom", ".jsonl"))
