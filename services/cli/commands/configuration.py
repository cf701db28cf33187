"""`jobchime config`: write and show the settings file."""

import json
import re
import textwrap
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any, get_args, get_origin

import typer
from pydantic import BaseModel, SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined

from schemas.annotations import LISTS, model_of
from services.cli.options import AsJson, Config
from services.cli.output import print_json
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.private import privately
from services.runtime.privacy.secrets import without_keys
from services.settings import DEFAULT_FILE, Settings, load

app = typer.Typer(no_args_is_help=True)
_MASKED = '"********"'


@app.command("init")
def init(file: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_FILE) -> None:
    """Write a settings file with every setting, its default and what it is for."""
    try:
        # Passwords may be written into it.
        with open(file, "x", encoding="utf-8", opener=privately) as out:
            out.write(settings_file())
    except FileExistsError:
        raise UsageError(f"{file} exists already; name another file or move it away") from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(f"Wrote {file}. Add a source to it, then `jobchime run`.")


@app.command("show")
def show(config: Config = None, as_json: AsJson = False) -> None:
    """Print the settings in force, and where each came from; secrets and keys in addresses are masked."""
    loaded = load(config)
    if as_json:
        print_json(_redacted(loaded.settings.model_dump(mode="json")))
        return
    for place, value in _leaves(loaded.settings, ()):
        line = f"{'.'.join(map(str, place))} = {_masked(value)}"
        typer.echo(f"{line:<60}  # {loaded.origin(place)}")


def _leaves(value: Any, place: tuple[str | int, ...]) -> Iterator[tuple[tuple[str | int, ...], Any]]:
    """Each setting with its place, tables and lists of tables taken apart."""
    if isinstance(value, BaseModel):
        for name in type(value).model_fields:
            yield from _leaves(getattr(value, name), (*place, name))
    elif isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(inner, (*place, name))
    elif isinstance(value, tuple) and any(isinstance(inner, BaseModel) for inner in value):
        for number, inner in enumerate(value):
            yield from _leaves(inner, (*place, number))
    else:
        yield place, value


def _masked(value: Any) -> str:
    if value is None:
        return "unset"
    if isinstance(value, SecretStr) and value.get_secret_value():
        return _MASKED
    return written(_redacted(value))


def _redacted(value: Any) -> Any:
    """The same, with addresses as they may be shown."""
    if isinstance(value, str) and value.lower().startswith(("http://", "https://")):
        return without_keys(value)
    if isinstance(value, Mapping):
        return {name: _redacted(inner) for name, inner in value.items()}
    if isinstance(value, list | tuple):
        return [_redacted(inner) for inner in value]
    return value


_WIDTH = 118
_NAME = "acme"
"""Stands for a name that the operator chooses."""
_HEADING = (
    "jobchime: the settings of one installation. Each line such as `#name = value` is a setting at its default, or an"
    " example where it says so; take the # away and change it. A variable has the last word: JOBCHIME_MAIL__SMTP__PORT"
    " is mail.smtp.port, and lists are given as a,b or as JSON; secrets are better given so. `jobchime config show`"
    " says what is in force, and from where."
)


def settings_file() -> str:
    """The whole file; it holds nothing but comments and the heads of tables."""
    return "\n".join([*_wrapped(_HEADING), "", *_table(Settings, ())]) + "\n"


def written(value: Any) -> str:
    """A value as TOML has it; `""` for a secret, which is shown nowhere."""
    if isinstance(value, SecretStr):
        return '""'
    if isinstance(value, timedelta):
        return f'"{_span(value)}"'
    if isinstance(value, bool | int | float):
        return json.dumps(value)
    if isinstance(value, BaseModel):
        return written({name: getattr(value, name) for name in type(value).model_fields})
    if isinstance(value, Mapping):
        inner = ", ".join(f"{_key(key)} = {written(each)}" for key, each in value.items())
        return f"{{ {inner} }}" if inner else "{}"
    if isinstance(value, LISTS):
        ordered = sorted(value) if isinstance(value, set | frozenset) else value
        return f"[{', '.join(map(written, ordered))}]"
    return json.dumps(str(value), ensure_ascii=False).replace("\x7f", "\\u007f")


def _table(model: type[BaseModel], place: tuple[str, ...], mark: str = "") -> Iterator[str]:
    """The settings of a table, then the tables within it; `mark` stands before its head where it is an example."""
    within = [(name, field) for name, field in model.model_fields.items() if _head(name, field, place) is not None]
    for name, field in model.model_fields.items():
        if (name, field) not in within:
            yield from _setting(name, field)
    for name, field in within:
        head, inner, example = _head(name, field, place) or ("", model, False)
        yield ""
        yield from _wrapped("-" * 110) if not place else ()
        yield from _wrapped((inner.__doc__ or "").split("\n\n")[0])
        yield f"{'#' if example or mark else ''}{head}"
        yield from _table(inner, (*place, name), "#" if example or mark else "")


def _setting(name: str, field: FieldInfo) -> Iterator[str]:
    yield from _wrapped(field.description or "")
    default = None if field.default is PydanticUndefined else field.get_default(call_default_factory=True)
    if field.examples and not default:
        yield f"#{name} = {written(field.examples[0])}  # an example"
    else:
        yield f"#{name} = {written(default)}"


def _head(name: str, field: FieldInfo, place: tuple[str, ...]) -> tuple[str, type[BaseModel], bool] | None:
    """The head of a table within, its model, and whether it is one of several that the operator adds."""
    kind = field.annotation
    path = ".".join((*place, name))
    inner = model_of(get_args(kind)[-1 if get_origin(kind) is dict else 0]) if get_args(kind) else model_of(kind)
    if inner is None or field.examples:
        return None
    if get_origin(kind) is dict:
        return f"[{path}.{_NAME}]", inner, True
    return (f"[[{path}]]", inner, True) if get_origin(kind) in LISTS else (f"[{path}]", inner, False)


def _wrapped(text: str) -> list[str]:
    return [f"# {line}" for line in textwrap.wrap(" ".join(text.split()), _WIDTH, break_on_hyphens=False)]


def _key(name: str) -> str:
    return name if re.fullmatch(r"[A-Za-z0-9_-]+", name) else json.dumps(name, ensure_ascii=False)


def _span(value: timedelta) -> str:
    seconds = value.total_seconds()
    for unit, length in (("d", 86_400), ("h", 3_600), ("m", 60)):
        if seconds % length == 0:
            return f"{seconds / length:.0f}{unit}"
    return f"{seconds:g}s"
