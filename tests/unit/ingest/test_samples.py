"""The sample feeds: read whole, each by its own format, and written by the script that says so."""

from collections import Counter
from pathlib import Path

import pytest

from samples.make import feeds
from services.ingest.adapters.formats.registry import named_formats
from services.ingest.ports import Broken, Item, Skip

FEEDS = Path(__file__).resolve().parents[3] / "samples" / "feeds"
NAMES = sorted(path.name for path in FEEDS.iterdir())


@pytest.mark.parametrize("name", NAMES)
def test_each_is_known_by_one_format_and_read_whole(name: str) -> None:
    body = (FEEDS / name).read_bytes()
    (known,) = [known for known in named_formats() if known.detects(body)]
    parts = list(known.split(body))
    drafts = [known.draft(part.data) for part in parts if isinstance(part, Item)]
    assert drafts
    assert len([part for part in parts if isinstance(part, Broken)]) == (2 if name == "posting-lines.jsonl" else 0)
    assert all(draft.title and draft.company and draft.url and draft.html for draft in drafts)


def test_the_files_are_what_is_written_anew() -> None:
    assert feeds() == {name: (FEEDS / name).read_text(encoding="utf-8") for name in NAMES}


def test_every_format_has_a_sample() -> None:
    bodies = [(FEEDS / name).read_bytes() for name in NAMES]
    read = Counter(known.name for known in named_formats() for body in bodies if known.detects(body))
    assert set(read) == {known.name for known in named_formats()}


def test_titles_and_companies_of_comments_are_those_that_their_lines_name() -> None:
    known = next(known for known in named_formats() if known.name == "hackernews")
    found = list(known.split((FEEDS / "hackernews.json").read_bytes()))
    assert sum(isinstance(part, Skip) for part in found) == 3
    drafts = [known.draft(part.data) for part in found if isinstance(part, Item)]
    assert not [draft.title for draft in drafts if "|" in draft.title or draft.title in draft.company]
