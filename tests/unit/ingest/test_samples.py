"""The sample feeds beside those of the demo: read whole, each by its own format, and a demo over them gives mail."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from samples.make import further
from services.demo.simulate import simulate
from services.ingest.adapters.formats.registry import named_formats
from services.ingest.ports import Broken, Item, Skip

SAMPLES = Path(__file__).resolve().parents[3] / "samples"
FORMATS = {"hackernews.json": ("hackernews", 80), "themuse.json": ("themuse", 40), "jobicy-job.json": ("jobicy", 1)} | {
    "page.html": ("jsonld", 1)
}


@pytest.mark.parametrize("name", FORMATS)
def test_each_is_known_by_one_format_and_read_whole(name: str) -> None:
    body = (SAMPLES / "further" / name).read_bytes()
    (known,) = [known for known in named_formats() if known.detects(body)]
    parts = list(known.split(body))
    drafts = [known.draft(part.data) for part in parts if isinstance(part, Item)]
    assert (known.name, len(drafts)) == FORMATS[name]
    assert not [part for part in parts if isinstance(part, Broken)]
    assert all(draft.title and draft.company and draft.url and draft.html for draft in drafts)


def test_the_files_are_what_is_written_anew() -> None:
    assert further() == {name: (SAMPLES / "further" / name).read_text(encoding="utf-8") for name in FORMATS}


def test_titles_and_companies_of_comments_are_those_that_their_lines_name() -> None:
    body = (SAMPLES / "further" / "hackernews.json").read_bytes()
    known = next(known for known in named_formats() if known.name == "hackernews")
    found = list(known.split(body))
    assert sum(isinstance(part, Skip) for part in found) == 3
    drafts = [known.draft(part.data) for part in found if isinstance(part, Item)]
    as_they_stand = [draft.title for draft in drafts if "|" in draft.title]
    assert len(as_they_stand) <= 1, "one lists a role by no noun of work, below its first line"
    assert len([draft for draft in drafts if draft.title in draft.company]) <= 1, "one begins with such a role"


def test_a_demo_over_them_mails_somebody(tmp_path: Path) -> None:
    people = (SAMPLES / "subscribers.jsonl").read_text(encoding="utf-8")
    now = datetime(2026, 11, 20, 17, 0, tzinfo=UTC)
    ran = simulate(SAMPLES / "further", people, now=now, days=1, out=tmp_path, advance=lambda _: None)
    assert sum(person.mailed for person in ran.people) > 0
