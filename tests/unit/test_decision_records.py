"""The decisions in docs/adr are numbered one after another, and whoever refers to one names it by its number."""

import re
from pathlib import Path

from tests.support.in_one_test import in_one_test

ROOT = Path(__file__).parents[2]
RECORDS = sorted((ROOT / "docs" / "adr").glob("*.md"))
LINK = re.compile(r"\[ADR (\d+)\]\((?:\S*/)?(\d{4}-[\w-]+\.md)\)")


def test_the_numbers_have_no_gaps_and_no_doubles() -> None:
    assert [int(record.name[:4]) for record in RECORDS] == list(range(1, len(RECORDS) + 1))


@in_one_test("record", RECORDS)
def test_a_title_begins_with_the_number_of_its_file(record: Path) -> None:
    assert record.read_text("utf-8").startswith(f"# {int(record.name[:4])}. ")


def test_links_name_the_decision_that_they_lead_to() -> None:
    names = {record.name for record in RECORDS}
    pages = [*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "services").rglob("*.md")]
    links = [link.groups() for page in pages for link in LINK.finditer(page.read_text("utf-8"))]
    assert links
    assert [(number, name) for number, name in links if name not in names or int(name[:4]) != int(number)] == []
