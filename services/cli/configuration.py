"""`jobchime config`: write and show the settings file."""

import json
from pathlib import Path
from typing import Annotated

import typer

from services.cli.config_file import TEMPLATE
from services.cli.options import Config
from services.runtime.errors import UnavailableError, UsageError
from services.settings import DEFAULT_FILE, load_settings

app = typer.Typer(no_args_is_help=True)


@app.command("init")
def init(file: Annotated[Path, typer.Argument(help="Where to write it.")] = DEFAULT_FILE) -> None:
    """Write a commented settings file with every default."""
    try:
        with file.open("x", encoding="utf-8") as out:
            out.write(TEMPLATE)
    except FileExistsError:
        raise UsageError(f"{file} exists already; name another file or move it away") from None
    except OSError as error:
        raise UnavailableError(f"{file} cannot be written: {error.strerror}") from None
    typer.echo(f"Wrote {file}. Add a source to it, then `jobchime run`.")


@app.command("show")
def show(config: Config = None) -> None:
    """Print the settings in force; secrets are masked."""
    typer.echo(json.dumps(load_settings(config).model_dump(mode="json"), indent=2, ensure_ascii=False))
