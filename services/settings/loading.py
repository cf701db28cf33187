"""The settings in force: defaults, over them the file, over it the environment; and where each came from."""

import os
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, SecretStr, ValidationError

from schemas.faults import Fault, faults
from services.ingest.mapping.files import with_files
from services.runtime.errors import UsageError
from services.runtime.files.toml import TomlFile, read_toml
from services.runtime.privacy.secrets import remember, remember_url
from services.settings.environment import Variable, merged, name_of, variables
from services.settings.model import Settings

DEFAULT_FILE = Path("jobchime.toml")
FILE_VARIABLE = "JOBCHIME_CONFIG"


@dataclass(frozen=True, slots=True)
class Loaded:
    """Settings, and what they were read from."""

    settings: Settings
    file: TomlFile | None
    variables: list[Variable]

    def origin(self, place: tuple[str | int, ...]) -> str:
        """Where what lies at a place came from: a variable, a line of the file, or `default`."""
        variable = _giving(self.variables, place)
        if variable is not None:
            return variable.name
        return self.file.line_named(place) if self.file is not None and self.file.has(place) else "default"


def settings_path(file: Path | None) -> tuple[Path, str | None]:
    """The settings file in force, and what names it: the one named, else that of JOBCHIME_CONFIG, else here."""
    if file is not None:
        return file, "--config"
    named = os.environ.get(FILE_VARIABLE)
    return (Path(named), FILE_VARIABLE) if named else (DEFAULT_FILE, None)


def load_settings(file: Path | None) -> Settings:
    """Read the settings: the file that is named, else jobchime.toml here if there is one, and the environment.

    Raises UsageError with the first fault, named by its variable, or by its line and place in the file.
    """
    return load(file).settings


def load(file: Path | None) -> Loaded:
    """The same, with where each setting came from."""
    path, named = settings_path(file)
    read: TomlFile | None = None
    try:
        read = read_toml(path, "settings file")
    except FileNotFoundError:
        if named is not None:
            by = f", which {named} names" if named == FILE_VARIABLE else ""
            raise UsageError(
                f"there is no settings file {path}{by}; `jobchime config init {path}` writes one"
            ) from None
    values = read.values if read else {}
    given = variables(Settings, os.environ, set(_texts(values)))
    whole = merged(values, given)
    folder = path.resolve().parent if read else Path()
    if "ingest" in whole:
        whole["ingest"] = with_files(whole["ingest"], folder)
    try:
        settings = Settings.model_validate(whole)
    except ValidationError as error:
        raise UsageError(_first_named(faults(error, Settings), read, given)) from None
    _remember_secrets(settings)
    return Loaded(_anchored(settings, folder) if read else settings, read, given)


def _remember_secrets(settings: BaseModel) -> None:
    """Have every secret of the settings kept out of logs and of what servers say."""
    for _, value in settings:
        if isinstance(value, SecretStr):
            remember(value.get_secret_value().strip(), getattr(settings, "username", ""))
            remember_url(value.get_secret_value())
        for part in value.values() if isinstance(value, dict) else (value,):
            if isinstance(part, BaseModel):
                _remember_secrets(part)


def _texts(values: Any) -> Iterator[str]:
    """All texts in the values of a file."""
    if isinstance(values, str):
        yield values
    elif isinstance(values, Mapping):
        for value in values.values():
            yield from _texts(value)
    elif isinstance(values, list):
        for value in values:
            yield from _texts(value)


def _first_named(found: tuple[Fault, ...], file: TomlFile | None, given: list[Variable]) -> str:
    more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
    return f"{_named(found[0], file, given)}{more}"


def _named(fault: Fault, file: TomlFile | None, given: list[Variable]) -> str:
    """A fault with what gave the value: its variable, or its line of the file."""
    variable = _giving(given, fault.place)
    if variable is not None:
        rest = Fault(fault.place[len(variable.place) :], fault.said)
        return f"{variable.name}: {rest}"
    if file is not None and file.has(fault.place[:-1] or fault.place):
        return f"{file.line_named(fault.place)}: {fault}"
    below = [each.name for each in given if each.place[: len(fault.place)] == fault.place]
    beside = [each.name for each in given if each.place[: len(fault.place) - 1] == fault.place[:-1]]
    if below:
        return f"{', '.join(below)}: {fault.said}"
    if beside:
        return f"{name_of(fault.place)}, beside {', '.join(beside)}: {fault.said}"
    return f"{file.line_named(fault.place) if file else 'the settings'}: {fault}"


def _giving(given: list[Variable], place: tuple[str | int, ...]) -> Variable | None:
    """The variable that gave what lies at a place; the innermost where several did."""
    return next((each for each in reversed(given) if each.place == place[: len(each.place)]), None)


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Make relative paths relative to the file that names them."""
    sources = tuple(
        source if source.is_web else source.model_copy(update={"url": str(folder / source.path)})
        for source in settings.ingest.sources
    )
    return settings.model_copy(
        update={
            "data": folder / settings.data,
            "ingest": settings.ingest.model_copy(update={"sources": sources}),
            "mail": settings.mail.model_copy(update={"folder": folder / settings.mail.folder}),
            "kafka": settings.kafka.model_copy(update={"ca_file": _beside(folder, settings.kafka.ca_file)}),
            "elasticsearch": settings.elasticsearch.model_copy(
                update={"ca_file": _beside(folder, settings.elasticsearch.ca_file)}
            ),
        }
    )


def _beside(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path
