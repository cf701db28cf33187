"""`jobchime migrate`, `backup` and `restore`."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import say
from services.cli.options import Config, moment
from services.cli.output import progress
from services.settings import load_settings
from services.usecases import state


def migrate(config: Config = None) -> None:
    """Bring the store's tables up to date; safe to run twice."""
    state.migrate(load_settings(config), tell=say)
    typer.echo("The store is up to date.")


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, a .zip; it holds addresses and the secret.")],
    config: Config = None,
) -> None:
    """Write log, store and secret, as they are at one moment, into one archive; services may run on."""
    manifest = state.backup(load_settings(config), file, moment(None), progress=progress)
    size = sum(member.bytes for member in manifest.files.values())
    typer.echo(
        f"Wrote {file}: {counted(len(manifest.files), 'file')}, {size:,} bytes before compression."
        " Keep it as you keep addresses."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also over a state that is there.")] = False,
    config: Config = None,
) -> None:
    """Put the state of an archive into the data folder, verified first."""
    manifest = state.restore(load_settings(config), file, force=force)
    typer.echo(
        f"Restored the state of {manifest.created_at:%Y-%m-%d %H:%M} UTC. What was mailed since may be mailed again."
    )
