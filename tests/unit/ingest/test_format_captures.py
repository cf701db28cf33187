"""The captured feeds: each known by its own format alone, and every row accounted for. `-s` shows the table."""

import json
import re
import time
from pathlib import Path

import pytest

from services.ingest.adapters.formats.registry import detect, named_formats
from services.ingest.ports import Broken, Item, Skip, UnusableItemError
from tests.support.shared import captures

JSON_OF_ONE_LIST = {
    "arbeitnow": "data",
    "ashby": "jobs",
    "greenhouse": "jobs",
    "himalayas": "jobs",
    "jobicy": "jobs",
    "lever": None,
    "recruitee": "offers",
    "remoteok": None,
    "remotive": "jobs",
    "smartrecruiters": "content",
    "workable": "jobs",
}
WITHOUT_TEXT = "smartrecruiters"
"""Its listing lacks the text, and the one captured answer for a posting lacks its id."""


def files(*folders: str) -> list[Path]:
    return sorted(path for folder in folders for path in (captures() / folder).iterdir())


def rows_in(path: Path) -> int:
    """The rows of a capture, counted without our own code."""
    if path.suffix == ".xml":
        return len(re.findall(r"<item>", path.read_text("utf-8")))
    value = json.loads(path.read_bytes())
    array = JSON_OF_ONE_LIST[path.parent.name]
    if array is None:
        return len(value)
    return len(value[array]) if array in value else 1


def test_every_row_is_an_item_a_skip_or_broken() -> None:
    total = dict.fromkeys(("rows", "items", "skips", "broken"), 0)
    print(f"\n{'file':44}{'format':13}{'rows':>6}{'items':>7}{'skips':>7}{'broken':>8}")
    for path in [*files(*JSON_OF_ONE_LIST), captures() / "company_rss" / "srdobolo_rss.xml"]:
        body = path.read_bytes()
        known = detect(body)
        assert known is not None, path
        found = list(known.split(body))
        counts = [sum(isinstance(part, kind) for part in found) for kind in (Item, Skip, Broken)]
        rows = rows_in(path)
        print(f"{path.parent.name}/{path.name:<{43 - len(path.parent.name)}}{known.name:13}", end="")
        print(f"{rows:6}{counts[0]:7}{counts[1]:7}{counts[2]:8}")
        assert sum(counts) == rows, path
        for name, count in zip(total, (rows, *counts), strict=True):
            total[name] += count
    print(f"{'all':57}{total['rows']:6}{total['items']:7}{total['skips']:7}{total['broken']:8}")
    assert total["broken"] == 1, "the answer for one posting that lacks its id"


@pytest.mark.parametrize("folder", sorted(JSON_OF_ONE_LIST))
def test_a_capture_is_known_by_its_own_format_alone(folder: str) -> None:
    for path in files(folder):
        assert [known.name for known in named_formats() if known.detects(path.read_bytes())] == [folder], path


def test_every_item_of_the_captures_has_a_title_and_a_company() -> None:
    for path in files(*JSON_OF_ONE_LIST):
        body = path.read_bytes()
        known = detect(body)
        assert known is not None
        for part in known.split(body):
            if isinstance(part, Item):
                made = known.draft(part.data)
                assert made.title, path
                assert made.company, (path, part.source_id)
                assert bool(made.html) is (path.parent.name != WITHOUT_TEXT), (path, part.source_id)
                assert made.posted_at, (path, part.source_id)


def test_no_beacon_of_the_captures_is_left() -> None:
    for path in files("remoteok"):
        known = detect(path.read_bytes())
        assert known is not None
        for part in known.split(path.read_bytes()):
            if isinstance(part, Item):
                assert "to show you read the job post" in part.data["description"]
                assert "to show you read the job post" not in known.draft(part.data).html
                assert "to show you read the job post" not in json.dumps(known.fingerprint(part.data))


def test_the_largest_capture_is_read_at_a_fair_rate() -> None:
    path = max(files(*JSON_OF_ONE_LIST), key=lambda path: path.stat().st_size)
    body = path.read_bytes()
    known = detect(body)
    assert known is not None
    began = time.perf_counter()
    found = [part for part in known.split(body) if isinstance(part, Item)]
    cut = time.perf_counter()
    for item in found:
        try:
            known.draft(item.data)
        except UnusableItemError:
            pytest.fail(item.source_id)
    drafted = time.perf_counter()
    print(f"\n{path.name}: {len(body) / 1e6:.1f} MB, {len(found)} items")
    print(f"cut {len(found) / (cut - began):,.0f} items/s, drafted {len(found) / (drafted - cut):,.0f} items/s")
    assert found
