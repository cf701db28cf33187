"""Mappings and feeds for tests of mapped feeds."""

import tomllib
from collections.abc import Sequence
from typing import Any

from services.ingest.adapters.mapped.format import Mapped
from services.ingest.domain.draft import Draft
from services.ingest.mapping.files import mapping_of
from services.ingest.ports import Broken, Item, Skip

JSON_FIELDS = """
[fields]
source_id = "id"
title = "title"
company = ["employer.name", "$.board"]
description = "text"
"""
XML_FIELDS = """
[fields]
source_id = "id"
title = "title"
company = ["company", "/jobs/board"]
description = "text"
"""
CSV_FIELDS = """
[fields]
source_id = "Id"
title = "Job Title"
company = { constant = "Nimbus Fern" }
"""


def mapped(toml: str, name: str = "acme") -> Mapped:
    """A format by a mapping as one writes it."""
    return Mapped(name, mapping_of(tomllib.loads(toml), "test"))


def parts(known: Mapped, body: str | bytes) -> list[Item | Skip | Broken]:
    return list(known.split(body.encode() if isinstance(body, str) else body))


def items(known: Mapped, body: str | bytes) -> list[Item]:
    """The items of a feed that has nothing else."""
    found = parts(known, body)
    others = [part for part in found if not isinstance(part, Item)]
    assert others == []
    return [part for part in found if isinstance(part, Item)]


def drafts(known: Mapped, body: str | bytes) -> list[Draft]:
    return [known.draft(item.data) for item in items(known, body)]


def only_draft(known: Mapped, body: str | bytes) -> Draft:
    (draft,) = drafts(known, body)
    return draft


def reasons(known: Mapped, body: str | bytes) -> list[str]:
    """Why rows were not read."""
    return [part.reason for part in parts(known, body) if isinstance(part, Broken)]


def titles(found: Sequence[Any]) -> list[str]:
    return [draft.title for draft in found]
