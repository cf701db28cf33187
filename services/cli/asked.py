"""What a command is given to search by: a saved search, or a file."""

from pathlib import Path

from services.cli.commands.searches import read_json
from services.cli.opened import open_installation
from services.runtime.errors import UsageError
from services.runtime.files.named import is_file
from services.usecases.errors import WrongFieldError
from services.usecases.searches import Query, query_from, saved_query


def asked_for(search: str, config: Path | None) -> Query:
    """What a saved search asks for, by its id, or a JSON file: of criteria, or of a search. Raises UsageError."""
    file = Path(search)
    if not is_file(file):
        return saved_query(open_installation(config, create=False), search)
    value = read_json(file)
    try:
        return query_from(value, file.stem)
    except WrongFieldError as error:
        raise UsageError(f"{search}: {error}") from None
