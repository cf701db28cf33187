"""`jobchime migrate`, `backup` and `restore`."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from services.cli.options import Config
from services.cli.output import progress
from services.runtime import backup as archives
from services.runtime.datadir import SECRET_FILE
from services.runtime.errors import UsageError
from services.runtime.store import migrate as migrate_store
from services.runtime.store import open_store
from services.settings import Settings, load_settings


def migrate(config: Config = None) -> None:
    """Bring the store's tables up to date; safe to run twice."""
    settings = load_settings(config)
    engine = open_store(settings.store_url, settings.store_limits)
    for note in migrate_store(engine, lambda: settings.ids().secret):
        typer.echo(f"Note: {note}.", err=True)
    typer.echo("The store is up to date.")


def backup(
    file: Annotated[Path, typer.Argument(help="The archive to write, a .zip; it holds addresses and the secret.")],
    config: Config = None,
) -> None:
    """Write log, store and secret, as they are at one moment, into one archive; services may run on."""
    settings = load_settings(config)
    _check_embedded(settings, "backup", "pg_dump --format=custom")
    with progress("Backing up") as advance:
        last = 0

        def told(done: int, of: int) -> None:
            nonlocal last
            advance(done - last)
            last = done

        manifest = archives.backup(settings.data, file, now=datetime.now(UTC), also=(SECRET_FILE,), progress=told)
    size = sum(member.bytes for member in manifest.files.values())
    typer.echo(
        f"Wrote {file}: {len(manifest.files)} files, {size:,} bytes before compression. Keep it as you keep addresses."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Also over a state that is there.")] = False,
    config: Config = None,
) -> None:
    """Put the state of an archive into the data folder, verified first."""
    settings = load_settings(config)
    _check_embedded(settings, "restore", "pg_restore")
    manifest = archives.restore(file, settings.data, force=force)
    typer.echo(
        f"Restored the state of {manifest.created_at:%Y-%m-%d %H:%M} UTC. What was mailed since may be mailed again."
    )


def _check_embedded(settings: Settings, command: str, own_tool: str) -> None:
    """An archive of the data folder would hold nothing of a store that is elsewhere. Raises UsageError."""
    if settings.store.get_secret_value():
        raise UsageError(
            f"`jobchime {command}` takes what is in the data folder, and this store is elsewhere: use `{own_tool}`,"
            " and keep the secret beside it"
        )
