"""`jobchime config`: write and show the settings file."""

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import typer
from pydantic import BaseModel, SecretStr

from services.cli.options import AsJson, Config
from services.cli.output import print_json
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.files.private import privately
from services.runtime.privacy.secrets import without_keys
from services.settings import DEFAULT_FILE, load
from services.settings.writing import settings_file, written

app = typer.Typer(no_args_is_help=True)
_MASKED = '"********"'


@app.command("init")
def init(file: Annotated[Path, typer.Argument(help="The file to write.")] = DEFAULT_FILE) -> None:
    """Write a settings file. It lists and explains every setting, with its default."""
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
    """Show the settings that are used, and where each comes from. Secrets and keys in addresses are masked."""
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
