"""Subscribers with their searches from a file of JSON lines or CSV, checked line by line.

In come bytes, out come entries and faults; with people who are known, what would change of them.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import asdict, dataclass
from typing import Any

from pydantic import ValidationError

from schemas.criteria import Criteria, SalaryFloor, SkillTerms
from schemas.faults import first_fault, meant
from services.notifier.domain.consent import DECLARED, Declaration, declaration_of
from services.notifier.domain.fields import FieldError
from services.notifier.domain.ids import fold_address
from services.notifier.domain.people import (
    Profile,
    SavedSearch,
    Subscriber,
    Timing,
    name_of,
    preferred_places_of,
    profile_of,
    timing_of,
)
from services.notifier.importing.fields import PERSON, SEARCH
from services.notifier.importing.rows import BadRow, rows_of
from services.rules.criteria import CriteriaError, accepted

_MEANT = {
    "email": "address",
    "e-mail": "address",
    "mail": "address",
    "language": "locale",
    "languages": "speaks",
    "timezone": "time_zone",
    "lives": "home",
    "town": "home",
    "experience": "years",
    "roles": "worked_as",
    "skills": "knows",
}
"""Names that other systems have for these fields."""
_TAKEN_BACK = ("home", "years", "worked_as", "knows", "avoids", "selectivity")
"""Facts that an empty text takes back, as a person may; of CSV an empty cell is left out."""


@dataclass(frozen=True, slots=True)
class WantedSearch:
    """A search to save, checked and in its canonical form."""

    name: str
    timing: Timing
    criteria: Criteria
    preferred_places: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class KnownSubscriber:
    """Somebody who is subscribed already."""

    person: Subscriber
    searches: tuple[SavedSearch, ...]
    declared: Declaration | None = None
    """What an operator last declared of them."""

    def search(self, name: str) -> SavedSearch | None:
        """Theirs of that name."""
        return next((search for search in self.searches if search.name == name), None)


@dataclass(frozen=True, slots=True)
class Entry:
    """One person to take in, or to change."""

    line: int
    profile: Profile
    searches: tuple[WantedSearch, ...]
    known: KnownSubscriber | None = None
    """As they are now; fields that the line leaves out are as they are there."""
    declaration: Declaration | None = None
    """That they agreed; None where the line says nothing of it."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A line that cannot be taken, and why; never the line itself, which holds an address."""

    line: int
    said: str


_NOTHING_DECLARED: Mapping[str, str] = {}
Knows = Callable[[str], KnownSubscriber | None]
"""Looks up by address who is subscribed already."""


def nobody(_address: str) -> KnownSubscriber | None:
    """Know nobody: every line is taken for somebody new."""
    return None


def read_people(
    data: bytes | str, knows: Knows = nobody, declared: Mapping[str, str] = _NOTHING_DECLARED
) -> Iterator[Entry | Fault]:
    """Read JSON lines, or CSV with a header line, told by the first character; each line comes to one or the other.

    The fields are those of `services.notifier.importing.fields`. CSV has the same columns but `searches`, and for one
    search `search` (its name), `cadence`, `hour`, `weekday`, `criteria` as JSON, and `preferred_places`. The parts of
    a list have semicolons between them. `declared`: the fields of a declaration for where a line leaves them out.
    """
    seen: dict[str, int] = {}
    for line, row in rows_of(data):
        if isinstance(row, BadRow):
            yield Fault(line, row.said)
            continue
        try:
            entry = _entry(line, row, knows, declared)
        except FieldError as error:
            yield Fault(line, str(error))
            continue
        own = fold_address(entry.profile.address)
        if own in seen:
            yield Fault(line, f"address: line {seen[own]} has the same address")
            continue
        seen[own] = line
        yield entry


def search_of(fields: Mapping[str, Any], saved: SavedSearch | None = None) -> WantedSearch:
    """Check one search; what `fields` leaves out is as in `saved`, where there is one. Raises FieldError."""
    _check_names(fields, [field.name for field in SEARCH], "a search has no such field")
    whole = {**_fields_of(saved), **fields} if saved else fields
    return WantedSearch(
        name_of(str(whole.get("name") or "")),
        timing_of(whole),
        criteria_of(whole.get("criteria")),
        preferred_places_of(whole.get("preferred_places")),
    )


def criteria_of(value: Any) -> Criteria:
    """Criteria from JSON, canonical; those of a saved search as they are. Raises FieldError that names the field."""
    if isinstance(value, Criteria):
        return value
    if not isinstance(value, dict):
        raise FieldError("criteria", 'an object such as {"skills": {"all": ["Python"]}} was expected')
    _check_names(value, Criteria.model_fields, "criteria have no such field", "criteria.")
    for field, model in (("skills", SkillTerms), ("salary_floor", SalaryFloor)):
        if isinstance(value.get(field), dict):
            _check_names(value[field], model.model_fields, f"{field} has no such field", f"criteria.{field}.")
    try:
        return accepted(Criteria.model_validate(value))
    except ValidationError as error:
        fault = first_fault(error, Criteria)
        raise FieldError(f"criteria.{fault.where}", fault.said) from None
    except CriteriaError as error:
        raise FieldError("criteria", str(error), error.code, **error.values) from None


def _entry(line: int, row: Mapping[str, Any], knows: Knows, declared: Mapping[str, str]) -> Entry:
    _check_names(row, [field.name for field in PERSON], "a subscriber has no such field")
    profile = profile_of(row)
    known = knows(profile.address)
    if known is not None:
        given = {
            name: value for name, value in row.items() if value is not None and (value != "" or name in _TAKEN_BACK)
        }
        profile = profile_of(asdict(known.person.profile) | given)
    wanted = row.get("searches") or []
    if not isinstance(wanted, list) or not all(isinstance(search, dict) for search in wanted):
        raise FieldError("searches", "a list of searches was expected")
    searches: list[WantedSearch] = []
    for number, fields in enumerate(wanted, 1):
        try:
            saved = known.search(name_of(str(fields.get("name") or ""))) if known else None
            searches.append(search_of(fields, saved))
            if searches[-1].name in {search.name for search in searches[:-1]}:
                raise FieldError("name", f"the line has another search named {searches[-1].name!r}")
        except FieldError as error:
            raise FieldError(f"search {number}, {error.field}", error.said) from None
    return Entry(line, profile, tuple(searches), known, declaration_of(_declared(row, declared)))


def _declared(row: Mapping[str, Any], declared: Mapping[str, str]) -> dict[str, Any]:
    """What is declared of a line: its own fields, and for the rest those of the file."""
    own = {name: row[name] for name in DECLARED if row.get(name) not in (None, "")}
    return {**declared, **own}


def _check_names(fields: Mapping[str, Any], known: Any, said: str, before: str = "") -> None:
    """Raises FieldError that names the field that an unknown one may have been meant for."""
    unknown = sorted(str(name) for name in set(fields) - set(known))
    if unknown:
        other = _MEANT.get(unknown[0].casefold())
        end = f"did you mean {other}?" if other in known else meant(unknown[0], known)
        raise FieldError(f"{before}{unknown[0]}", f"{said}; {end}")


def _fields_of(search: SavedSearch) -> dict[str, Any]:
    timing = search.timing
    return {
        "name": search.name,
        "cadence": timing.cadence,
        "hour": timing.hour,
        "weekday": timing.weekday or 0,
        "criteria": search.criteria,
        "preferred_places": list(search.preferred_places),
    }
