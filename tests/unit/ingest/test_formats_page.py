"""The page that lists the formats says what is so."""

import re
from datetime import timedelta
from pathlib import Path

from services.ingest.adapters.formats.registry import named_formats
from services.ingest.settings import source_for

PAGE = Path(__file__).resolve().parents[3] / "docs" / "formats.md"
POLLED = {timedelta(hours=1): "hourly", timedelta(hours=6): "every 6 hours"}


def rows() -> list[list[str]]:
    """The cells of the page's tables, by row."""
    lines = PAGE.read_text(encoding="utf-8").splitlines()
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in lines if line.startswith("| `")]


def test_the_page_lists_every_format_with_its_addresses_and_terms() -> None:
    expected = [
        [
            f"`{known.name}`",
            known.title,
            ", ".join(f"`{address}`" for address in known.addresses) or "any",
            POLLED[source_for("https://board.example").interval(known.every)],
            "yes" if known.complete else "no",
            known.attribution.name if known.attribution else "",
        ]
        for known in named_formats()
    ]
    assert [row for row in rows() if len(row) == 6] == expected


def test_the_page_says_which_listings_lack_something_and_how_many_calls_that_costs() -> None:
    counts = {row[0]: int(row[2]) for row in rows() if len(row) == 4}
    assert counts == {f"`{known.name}`": known.details.most for known in named_formats() if known.details is not None}


def test_the_addresses_are_such_as_a_source_may_have() -> None:
    for known in named_formats():
        for address in known.addresses:
            filled = re.sub(r"\{\w+\}", "x", address)
            assert source_for(filled).is_web
            details = known.details
            assert details is None or details.address(filled, "1") is not None
