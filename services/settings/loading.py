"""The settings in force: defaults, over them the file, over it the environment; and where each came from."""

import json
import os
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, get_args

from pydantic import BaseModel, SecretStr, ValidationError

from schemas.annotations import LISTS, container_of, is_optional, model_of, within
from schemas.faults import Fault, faults, nearest
from services.ingest.mapping.files import with_files
from services.runtime.errors import UsageError
from services.runtime.files.toml import TomlFile, read_toml
from services.runtime.privacy.secrets import remember, remember_url
from services.settings.model import Settings

PREFIX = "JOBCHIME_"
_PARTS = "__"
_NOT_SETTINGS = re.compile(
    # The settings file; what deploy/compose.yaml asks of whoever starts it.
    r"JOBCHIME_(CONFIG|DATABASE_PASSWORD|PUSH_KEY"
    # Tests, benches and the engines that they run on.
    r"|SHARED|LIVE|ONCE_MORE|EXAMPLES|KILL_SEEDS|(TEST|RACES|FAULTS|ENGINES)(_.*)?"
    # What Kubernetes and Docker links tell every container of a service that is called jobchime or jobchime-matcher.
    r"|([A-Z0-9]+_)*(SERVICE_(HOST|PORT(_[A-Z0-9_]+)?)|PORT_[0-9]+_(TCP|UDP|SCTP)(_(ADDR|PORT|PROTO))?))=.*"
    r"|JOBCHIME_([A-Z0-9]+_)*PORT=(TCP|UDP|SCTP)://.*",
    re.DOTALL,
)
"""Variables with our prefix, `NAME=VALUE`, that are no settings; all others that are none are mistakes."""


@dataclass(frozen=True, slots=True)
class Variable:
    """A setting that the environment gives."""

    name: str
    place: tuple[str, ...]
    value: Any
    """Text, or of lists and tables what is in it."""


def variables(model: type[BaseModel], environ: Mapping[str, str], named: Collection[str] = ()) -> list[Variable]:
    """The settings in the environment, whole tables first. `named` are variables that settings name: they hold keys.

    Raises UsageError for a variable that is no setting, with the nearest that is one, and for JSON that is none.
    """
    given = {name: value for name, value in environ.items() if name.upper().startswith(PREFIX)}
    places = {name: place_of(model, name) for name in given}
    unknown = [name for name, place in places.items() if place is None]
    strange = sorted(name for name in unknown if name not in named and not _is_for_others(name, given[name]))
    if strange:
        raise UsageError("; ".join(_unknown(model, name) for name in strange))
    known = [(name, place) for name, place in places.items() if place is not None]
    return [
        Variable(name, place, _value(name, _type_at(model, place), given[name]))
        for name, place in sorted(known, key=lambda entry: (len(entry[1]), entry))
    ]


def _is_for_others(name: str, value: str) -> bool:
    return _NOT_SETTINGS.fullmatch(f"{name}={value}".upper()) is not None


def place_of(model: type[BaseModel], name: str) -> tuple[str, ...] | None:
    """The place of the setting that a variable gives; None where it is none."""
    parts = tuple(name[len(PREFIX) :].lower().split(_PARTS))
    return parts if _type_at(model, parts) is not None else None


def name_of(place: tuple[str | int, ...]) -> str:
    """The variable that gives what lies at a place."""
    return PREFIX + _PARTS.join(str(part).upper() for part in place)


def merged(values: Mapping[str, Any], given: list[Variable]) -> dict[str, Any]:
    """What the file says, with what the environment says in its place."""
    result = dict(values)
    for variable in given:
        _put(result, variable.place, variable.value)
    return result


def _put(table: dict[str, Any], place: tuple[str, ...], value: Any) -> None:
    first, *rest = place
    there = table.get(first)
    if rest:
        inner = dict(there) if isinstance(there, Mapping) else {}
        _put(inner, tuple(rest), value)
        table[first] = inner
    elif isinstance(value, Mapping) and isinstance(there, Mapping):
        table[first] = _joined(there, value)
    else:
        table[first] = value


def _joined(below: Mapping[str, Any], above: Mapping[str, Any]) -> dict[str, Any]:
    result = dict(below)
    for key, value in above.items():
        _put(result, (key,), value)
    return result


def _type_at(model: type[BaseModel], place: tuple[str, ...]) -> Any:
    """The type of a setting; None for what is none, as is an item of a list."""
    at: Any = model
    for part in place:
        if not part or container_of(at) in LISTS:
            return None
        at = within(at, part)
    return at


def _value(name: str, kind: Any, text: str) -> Any:
    """The value of a variable: a list as JSON or by commas, a table as JSON, null where that may be; else text."""
    if is_optional(kind) and text in ("", "null"):
        return None
    start = text.lstrip()[:1]
    container = container_of(kind)
    if container in LISTS and start != "[":
        if any(model_of(item) for item in get_args(kind)):
            raise UsageError(f'{name}: it is a list of tables; write it as JSON, such as [{{"name": "..."}}]')
        return [part.strip() for part in text.split(",") if part.strip()]
    if start == "[" or (start == "{" and (container is dict or model_of(kind))):
        try:
            return json.loads(text)
        except (ValueError, RecursionError):
            raise UsageError(f"{name}: it begins as JSON does and is not JSON") from None
    return text


def _unknown(model: type[BaseModel], name: str) -> str:
    names = [variable[len(PREFIX) :] for variable in _all_names(model, name)]
    near, table = nearest(name[len(PREFIX) :], names), _nearest_table(name, names)
    mend = "unset it; `jobchime config init` writes all that there are"
    if near or table:
        mend = f"did you mean {PREFIX}{near}?" if near else f"did you mean one of {PREFIX}{table}{_PARTS}...?"
    return f"{name} is not a setting; {mend}"


def _nearest_table(name: str, names: Iterable[str]) -> str | None:
    """The table, of those that hold settings, whose name stands most alike before a variable's first parting."""
    tables = dict.fromkeys(variable.partition(_PARTS)[0] for variable in names if _PARTS in variable)
    return nearest(name[len(PREFIX) :].partition(_PARTS)[0], tables)


def _all_names(model: type[BaseModel], near: str) -> Iterator[str]:
    """The variables of all settings; of tables with names of their own, below those that `near` names."""
    yield from (name_of(place) for place in places_in(model))
    parts = tuple(near[len(PREFIX) :].lower().split(_PARTS))
    for count in range(1, len(parts)):
        inner = model_of(_type_at(model, parts[:count]))
        if inner is not None:
            yield from (name_of(parts[:count] + place) for place in places_in(inner))


def places_in(model: type[BaseModel]) -> Iterator[tuple[str, ...]]:
    """The places of all settings of a model, of tables within it too, in their order."""
    for name, field in model.model_fields.items():
        inner = model_of(field.annotation)
        if inner is None:
            yield (name,)
        else:
            yield from ((name, *place) for place in places_in(inner))


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
    return f"{_sentence(found[0], file, given)}{more}"


def _sentence(fault: Fault, file: TomlFile | None, given: list[Variable]) -> str:
    """A fault with what gave the value: its variable, or its line of the file."""
    variable = _giving(given, fault.place)
    if variable is not None:
        rest = Fault(fault.place[len(variable.place) :], fault.said)
        return f"{variable.name}: {rest}"
    if file is not None and file.has(fault.place[:-1] or fault.place):
        return f"{file.line_named(fault.place)}: {fault}"
    below = [other.name for other in given if other.place[: len(fault.place)] == fault.place]
    beside = [other.name for other in given if other.place[: len(fault.place) - 1] == fault.place[:-1]]
    if below:
        return f"{', '.join(below)}: {fault.said}"
    if beside:
        return f"{name_of(fault.place)}, beside {', '.join(beside)}: {fault.said}"
    return f"{file.line_named(fault.place) if file else 'the settings'}: {fault}"


def _giving(given: list[Variable], place: tuple[str | int, ...]) -> Variable | None:
    """The variable that gave what lies at a place; the innermost where several did."""
    return next((variable for variable in reversed(given) if variable.place == place[: len(variable.place)]), None)


def _anchored(settings: Settings, folder: Path) -> Settings:
    """Make relative paths relative to the file that names them."""
    sources = tuple(
        source if source.is_web else source.model_copy(update={"url": str(folder / source.path)})
        for source in settings.ingest.sources
    )
    brand = settings.mail.brand.model_copy(update={"logo": _beside(folder, settings.mail.brand.logo)})
    return settings.model_copy(
        update={
            "data": folder / settings.data,
            "ingest": settings.ingest.model_copy(update={"sources": sources}),
            "mail": settings.mail.model_copy(
                update={
                    "folder": folder / settings.mail.folder,
                    "brand": brand,
                    "ca_file": _beside(folder, settings.mail.ca_file),
                }
            ),
            "console": settings.console.model_copy(update={"labels": _beside(folder, settings.console.labels)}),
            "kafka": settings.kafka.model_copy(update={"ca_file": _beside(folder, settings.kafka.ca_file)}),
            "elasticsearch": settings.elasticsearch.model_copy(
                update={"ca_file": _beside(folder, settings.elasticsearch.ca_file)}
            ),
        }
    )


def _beside(folder: Path, path: Path | None) -> Path | None:
    return None if path is None else folder / path
