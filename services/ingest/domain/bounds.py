"""How much of a draft is read: far more than any posting needs, and no more, so that an item costs what one may."""

from collections.abc import Iterator
from dataclasses import fields, replace
from typing import Any

from schemas.posting import Evidence
from services.ingest.domain.draft import Draft, Stated
from services.ingest.domain.findings import evidence_of

MOST_NAME = 10_000
"""Characters of a title or a company's name that are looked at; a posting keeps 300."""
MOST_URL = 4_000
"""Of an address; of a longer one nothing is left, since a part of it leads elsewhere."""
MOST_STATED = 200
"""Values of one field."""
MOST_VALUE = 2_000
"""Characters of one value; the longest of 2,731 captured postings has 300."""
MOST_FIELD = 20_000
"""Characters of all values of one field."""


def bounded(draft: Draft) -> tuple[Draft, tuple[Evidence, ...]]:
    """Cut a draft to its bounds, and say of each field what was left out."""
    changes: dict[str, Any] = {}
    said: list[Evidence] = []
    for name, value in ((one.name, getattr(draft, one.name)) for one in fields(draft)):
        cut, why = _bounded(name, value)
        if why is not None:
            changes[name] = cut
            said.append(evidence_of(name, why))
    return (replace(draft, **changes), tuple(said)) if changes else (draft, ())


def left_out(field: str, read: int, length: int) -> tuple[Evidence, ...]:
    """Say that a text is longer than what is read of it; nothing where it is not."""
    return (evidence_of(field, _of(read, length, "characters")),) if length > read else ()


def _bounded(name: str, value: Any) -> tuple[Any, str | None]:
    if isinstance(value, str) and name != "html":
        if name.endswith("url"):
            return None, f"an address of {len(value):,} characters is left out" if len(value) > MOST_URL else None
        return value[:MOST_NAME], _of(MOST_NAME, len(value), "characters") if len(value) > MOST_NAME else None
    if not isinstance(value, tuple):
        return value, None
    kept = tuple(_within(value[:MOST_STATED]))
    whole = sum(len(one.text) for one in value if isinstance(one, Stated))
    read = sum(len(one.text) for one in kept if isinstance(one, Stated))
    if len(kept) < len(value):
        return kept, _of(len(kept), len(value), "values")
    return kept, _of(read, whole, "characters") if read < whole else None


def _within(values: tuple[Any, ...]) -> Iterator[Any]:
    room = MOST_FIELD
    for one in values:
        if not isinstance(one, Stated):
            yield one
            continue
        if room <= 0:
            return
        text = one.text[: min(room, MOST_VALUE)]
        room -= len(text)
        yield one if len(text) == len(one.text) else replace(one, text=text)


def _of(read: int, whole: int, what: str) -> str:
    return f"{read:,} of {whole:,} {what} are read"
