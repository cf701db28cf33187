"""The criteria that a command is given: of a saved search, or of a file."""

from pathlib import Path

from schemas.criteria import Criteria
from services.cli.opened import open_installation
from services.cli.searches import read_json
from services.notifier.domain.people import FieldError
from services.notifier.importing import criteria_of
from services.runtime.errors import UsageError


def asked_criteria(search: str, config: Path | None) -> Criteria:
    """The criteria of a saved search by its id, or of a JSON file, canonical. Raises UsageError."""
    if not Path(search).is_file():
        return open_installation(config, create=False).searches.get(search).criteria
    value = read_json(Path(search))
    try:
        return criteria_of(value.get("criteria", value) if isinstance(value, dict) else value)
    except FieldError as error:
        raise UsageError(f"{search}: {error}") from None
