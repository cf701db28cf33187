"""The pages about the normaliser say what is so: each row of their tables is read and compared.

The head of a table names what a row states: the title, the text (⏎ is the end of a line) or a field of the board. `read
as` is what the section's field comes to, `evidence` the field and the words that decided it.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from itertools import chain
from pathlib import Path
from typing import Any

import pytest

from schemas.posting import Posting
from services.ingest.domain.draft import PayBand
from services.ingest.domain.normalise import normalise
from services.rules import sections
from services.rules.signature import same_job
from tests.support.drafting import RATES, a_draft, a_raw, normalised
from tests.support.in_one_test import in_one_test

_DOCS = Path(__file__).resolve().parents[4] / "docs"
_PAGES = (_DOCS / "normaliser.md", _DOCS / "normaliser" / "examples.md")
_NOTHING = "–"
_KINDS = {
    "requirements": "requirements", "nice to have": "nice", "duties": "duties", "benefits": "benefits", "pay": "pay",
    "place": "place", "about the company": "about", "other openings": "others", "process": "process", "legal": "legal",
}  # fmt: skip


@dataclass(frozen=True)
class Row:
    """A row of a table, by the names in its head, under the title of its section."""

    section: str
    cells: dict[str, str]

    def __str__(self) -> str:
        return f"{self.section}: {' | '.join(self.cells.values())}"


def _rows() -> Iterator[Row]:
    section, head = "", []
    for line in chain.from_iterable(page.read_text("utf-8").splitlines() for page in _PAGES):
        if line.startswith("## "):
            section = line[3:]
        if not line.startswith("|"):
            head = []
        elif not set(line) <= set("|-: "):
            cells = [cell.strip().strip("`") for cell in re.split(r"(?<!\\)\|", line)[1:-1]]
            if head:
                yield Row(section, dict(zip(head, cells, strict=True)))
            else:
                head = cells


def _with(head: str) -> list[Row]:
    return [row for row in _rows() if head in row.cells]


def _posting(cells: dict[str, str]) -> Posting:
    text = cells.get("text", "")
    stated: dict[str, Any] = {}
    for cell, field in _FIELDS.items():
        if cells.get(cell):
            stated[field] = _read_cell(field, cells[cell])
    markup = "".join(f"<p>{escape(part, quote=False)}</p>" for part in text.split(" ⏎ "))
    return normalised(cells.get("title") or "Colleague", markup, **stated)


_FIELDS = {
    "restriction field": "restriction", "location field": "locations", "workplace field": "workplace",
    "time zones field": "timezones", "pay field": "pay", "level field": "seniority", "form field": "employment",
    "language field": "language", "tags": "skills", "company": "company", "date field": "posted_at",
}  # fmt: skip


def _read_cell(field: str, cell: str) -> Any:
    if field == "timezones":
        return tuple(float(hours) for hours in cell.split(", "))
    if field == "pay":
        low, high, currency, period = re.split("[ –]", cell, maxsplit=3)
        return (PayBand("salary", Decimal(low), Decimal(high), currency, period),)
    return tuple(cell.split(", ")) if field == "skills" else cell


def _reach(posting: Posting) -> str:
    reach = posting.reach
    named = [*reach.countries, *reach.subdivisions, *reach.groups, *(f"not {code}" for code in reach.excluded)]
    return ", ".join([reach.scope] * (reach.scope != "listed") + named)


def _timezones(posting: Posting) -> str:
    return f"{posting.timezones.min:g} to {posting.timezones.max:g}" if posting.timezones else _NOTHING


def _salary(posting: Posting) -> str:
    pay = posting.salary
    if pay is None:
        return _NOTHING
    low, high = (None if end is None else f"{end:g}" if end < 1_000_000 else f"{end:.0f}" for end in (pay.min, pay.max))
    ends = low if low == high else f"{low}–{high}" if low and high else f"from {low}" if low else f"up to {high}"
    return f"{ends} {pay.currency} {pay.period}"


def _conditions(posting: Posting) -> str:
    return ", ".join(" ".join((condition.kind, *condition.places)) for condition in posting.conditions) or _NOTHING


def _skills(posting: Posting) -> str:
    return ", ".join(f"{skill.name}{' (core)' * skill.core}" for skill in posting.skills) or _NOTHING


_READ: dict[str, tuple[str, Callable[[Posting], str]]] = {
    "Skills": ("skills", _skills),
    "Workplace": ("workplace", lambda posting: posting.workplace),
    "Reach": ("reach", _reach),
    "Time zones": ("timezones", _timezones),
    "Salary": ("salary", _salary),
    "Visa": ("visa", lambda posting: posting.visa),
    "Conditions": ("conditions", _conditions),
    "Seniority": ("seniority", lambda posting: posting.seniority or _NOTHING),
    "Employment": ("employment", lambda posting: ", ".join(posting.forms) or _NOTHING),
    "Language": ("language", lambda posting: posting.language or _NOTHING),
    "Dates": ("posted_at", lambda posting: f"{posting.posted_at:%Y-%m-%d}" if posting.posted_at else _NOTHING),
}


@in_one_test("row", _with("read as"))
def test_a_row_is_read_as_the_page_says(row: Row) -> None:
    field, rendered = _READ[row.section]
    posting = _posting(row.cells)
    assert rendered(posting) == row.cells["read as"]
    if row.cells.get("evidence"):
        source, words = row.cells["evidence"].split(": ", 1)
        assert any(quote.source == source and words in quote.text for quote in posting.evidence[field])


@pytest.mark.parametrize("row", _with("one job"), ids=str)
def test_two_postings_are_one_job_where_the_page_says_so(row: Row) -> None:
    both = [_with_text(row.cells[name]) for name in ("one posting", "another")]
    assert same_job(both[0].cluster, both[1].cluster) == (row.cells["one job"] == "yes")


def _with_text(cell: str) -> Posting:
    """`title; company; location; workplace`, over one text."""
    title, company, location, workplace = (part.strip() for part in cell.split(";"))
    words = (
        "You design pipelines for tide gauges, walk the harbour with a surveyor and write down what no sensor sees. "
    )
    draft = a_draft(title, f"<p>{words * 4}</p>", locations=location, workplace=workplace)
    return normalise(replace(draft, company=company), raw=a_raw(), rates=RATES)


@pytest.mark.parametrize("row", _with("begins"), ids=str)
def test_a_heading_begins_the_section_that_the_page_says(row: Row) -> None:
    for heading in row.cells["headings, for example"].split(", "):
        document = sections.document_of("", f"Hello.\n{heading.strip('`')}\nWords.")
        assert document.kind_at(len(document.text) - 2) == _KINDS[row.cells["begins"]], heading


def test_every_field_that_rules_decide_has_its_section() -> None:
    assert {row.section for row in _with("read as")} == _READ.keys()
