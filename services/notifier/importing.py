"""Subscribers with their searches from a file of JSON lines or CSV, checked line by line."""

import csv
import io
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from schemas.criteria import Criteria
from schemas.faults import first_fault
from services.notifier.domain.people import (
    FieldError,
    Profile,
    Timing,
    name_of,
    preferred_places_of,
    profile_of,
    timing_of,
)
from services.rules.criteria import CriteriaError, canonical

_SEARCH_FIELDS = {"name", "cadence", "hour", "weekday", "criteria", "preferred_places"}
_PERSON_FIELDS = {"address", "name", "time_zone", "currency", "locale", "searches"}
_MOST_LINE = 1_000_000


@dataclass(frozen=True, slots=True)
class WantedSearch:
    """A search to save, checked and in its canonical form."""

    name: str
    timing: Timing
    criteria: Criteria
    preferred_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to take in."""

    line: int
    profile: Profile
    searches: tuple[WantedSearch, ...]


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken, and why; never the line itself, which holds an address."""

    line: int
    said: str


def read_people(text: str) -> Iterator[Entry | Fault]:
    """Read JSON lines, or CSV with a header line, told by the first character; each line comes to one or the other.

    JSON: `address`, `name`, `time_zone`, `currency`, `locale`, `searches` (each `name`, `cadence`, `hour`, `weekday`,
    `criteria`, `preferred_places`). CSV has the same columns but `searches`, and for one search `search`, `cadence`,
    `hour`, `weekday`, `criteria` as JSON, and `preferred_places` with semicolons between them.
    """
    rows = _json_rows(text) if text.lstrip("\ufeff \t\r\n").startswith("{") else _csv_rows(text)
    seen: dict[str, int] = {}
    for line, row in rows:
        if isinstance(row, str):
            yield Fault(line, row)
            continue
        try:
            entry = _entry(line, row)
        except FieldError as error:
            yield Fault(line, str(error))
            continue
        folded = entry.profile.address.casefold()
        if folded in seen:
            yield Fault(line, f"address: line {seen[folded]} has the same address")
            continue
        seen[folded] = line
        yield entry


def search_of(fields: Mapping[str, Any]) -> WantedSearch:
    """Check one search. Raises FieldError."""
    unknown = sorted(set(fields) - _SEARCH_FIELDS)
    if unknown:
        raise FieldError(unknown[0], f"a search has no such field; it has {', '.join(sorted(_SEARCH_FIELDS))}")
    return WantedSearch(
        name_of(str(fields.get("name") or "")),
        timing_of(fields),
        criteria_of(fields.get("criteria")),
        preferred_places_of(fields.get("preferred_places")),
    )


def criteria_of(value: Any) -> Criteria:
    """Criteria from JSON, canonical. Raises FieldError that names the field."""
    if not isinstance(value, dict):
        raise FieldError("criteria", 'an object such as {"skills": {"all": ["Python"]}} was expected')
    unknown = sorted(set(value) - set(Criteria.model_fields))
    if unknown:
        raise FieldError(f"criteria.{unknown[0]}", f"criteria have {', '.join(Criteria.model_fields)}")
    try:
        return canonical(Criteria.model_validate(value))
    except ValidationError as error:
        fault = first_fault(error)
        raise FieldError(f"criteria.{fault.where}", fault.said) from None
    except CriteriaError as error:
        raise FieldError("criteria", str(error)) from None


def _entry(line: int, row: Mapping[str, Any]) -> Entry:
    unknown = sorted(set(row) - _PERSON_FIELDS)
    if unknown:
        raise FieldError(unknown[0], f"a subscriber has no such field; it has {', '.join(sorted(_PERSON_FIELDS))}")
    wanted = row.get("searches") or []
    if not isinstance(wanted, list) or not all(isinstance(search, dict) for search in wanted):
        raise FieldError("searches", "a list of searches was expected")
    searches = []
    for number, fields in enumerate(wanted, 1):
        try:
            searches.append(search_of(fields))
        except FieldError as error:
            raise FieldError(f"search {number}, {error.field}", error.said) from None
    return Entry(line, profile_of(row), tuple(searches))


def _json_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    for line, content in enumerate(text.removeprefix("\ufeff").split("\n"), 1):
        if not content.strip():
            continue
        if len(content) > _MOST_LINE:
            yield line, f"the line is longer than {_MOST_LINE:,} characters"
            continue
        try:
            row = json.loads(content)
        except (ValueError, RecursionError) as error:
            yield line, f"not JSON: {getattr(error, 'msg', None) or type(error).__name__}"
            continue
        yield line, row if isinstance(row, dict) else "a JSON object was expected"


def _csv_rows(text: str) -> Iterator[tuple[int, dict[str, Any] | str]]:
    reader = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")), strict=True)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield reader.line_num, f"not CSV: {error}"
            return
        if None in row:
            yield reader.line_num, "the line has more fields than the header"
            continue
        yield reader.line_num, _from_columns(row)


def _from_columns(row: dict[str, str | None]) -> dict[str, Any] | str:
    person: dict[str, Any] = {name: value for name, value in row.items() if value}
    if "search" not in person and "criteria" not in person:
        return person
    search: dict[str, Any] = {
        name: person.pop(name)
        for name in ("cadence", "hour", "weekday", "criteria", "preferred_places")
        if name in person
    }
    search["name"] = person.pop("search", "My search")
    try:
        search["criteria"] = json.loads(search.get("criteria", "null"))
    except ValueError:
        return "criteria: not JSON"
    return person | {"searches": [search]}
