"""What a command is given to search by: a saved search, or a file."""

from pathlib import Path
from typing import NamedTuple

from schemas.criteria import Criteria
from services.cli.opened import open_installation
from services.cli.searches import read_json
from services.notifier.domain.people import FieldError, preferred_places_of
from services.notifier.importing import criteria_of
from services.runtime.errors import UsageError
from services.runtime.named_files import is_file


class Asked(NamedTuple):
    """Criteria, canonical, with the places that are preferred besides."""

    criteria: Criteria
    preferred_places: tuple[str, ...]


def asked_for(search: str, config: Path | None) -> Asked:
    """What a saved search asks for, by its id, or a JSON file: of criteria, or of a search. Raises UsageError."""
    if not is_file(Path(search)):
        saved = open_installation(config, create=False).searches.get(search)
        return Asked(saved.criteria, saved.preferred_places)
    value = read_json(Path(search))
    try:
        if not isinstance(value, dict) or "criteria" not in value:
            return Asked(criteria_of(value), ())
        return Asked(criteria_of(value["criteria"]), preferred_places_of(value.get("preferred_places")))
    except FieldError as error:
        raise UsageError(f"{search}: {error}") from None
