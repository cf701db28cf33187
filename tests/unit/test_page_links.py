"""A link from one page to another leads to a file that is there, and to a heading that stands in it."""

import re
from collections import Counter
from functools import cache
from pathlib import Path

from tests.support.in_one_test import in_one_test

ROOT = Path(__file__).parents[2]
FOLDERS = ("bench", "deploy", "docs", "samples", "schemas", "services")
PAGES = sorted([*ROOT.glob("*.md"), *(page for folder in FOLDERS for page in (ROOT / folder).rglob("*.md"))])
LINK = re.compile(r"\]\((?![a-z]+:)([^)\s#]*)(?:#([^)\s]*))?\)")
HEADING = re.compile(r"^#{1,6} (.+)$", re.MULTILINE)
FENCED = re.compile(r"^```.*?^```", re.MULTILINE | re.DOTALL)


@cache
def anchors(page: Path) -> frozenset[str]:
    """As GitHub makes them of headings: of several alike all but the first are numbered."""
    found, met = set(), Counter[str]()
    for heading in HEADING.findall(FENCED.sub("", page.read_text("utf-8"))):
        words = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).strip().lower()
        anchor = re.sub(r"[^\w\- ]", "", words).replace(" ", "-")
        found.add(f"{anchor}-{met[anchor]}" if met[anchor] else anchor)
        met[anchor] += 1
    return frozenset(found)


def leads_nowhere(page: Path, file: str, anchor: str) -> bool:
    target = (page.parent / file).resolve() if file else page
    return not target.exists() or bool(anchor and target.suffix == ".md" and anchor not in anchors(target))


def test_an_anchor_is_made_as_github_makes_it(tmp_path: Path) -> None:
    page = tmp_path / "page.md"
    page.write_text("# Eight o'clock\n## `jobchime run`, again\n```\n# no heading\n```\n## [Twice](a.md)\n## Twice\n")
    assert anchors(page) == {"eight-oclock", "jobchime-run-again", "twice", "twice-1"}


@in_one_test("page", PAGES)
def test_a_link_leads_to_a_heading_that_is_there(page: Path) -> None:
    assert [link for link in LINK.findall(page.read_text("utf-8")) if leads_nowhere(page, *link)] == []
