"""`jobchime migrate`, `backup`, `restore` and `erasures`."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation, say, warn
from services.cli.options import AsJson, Config, moment
from services.cli.output import console, print_json, progress, table
from services.runtime.files.named import read_named
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
    restored = state.restore(load_settings(config), file, moment(None), force=force, tell=say)
    since = f"{restored.manifest.created_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Restored the state of {since}. What was mailed since may be mailed again.")
    if restored.replayed is None:
        warn(
            f"nobody here knows who was erased since {since}, so that they may be back; if you kept the list of"
            " `jobchime erasures list`, `jobchime erasures replay FILE` erases them again"
        )
    else:
        _tell(restored.replayed)


erasures = typer.Typer(no_args_is_help=True)


@erasures.command("list")
def list_(as_json: AsJson = False, config: Config = None) -> None:
    """List who was erased, by ids that name nobody any more; keep it beside your backups, as --json."""
    found = state.erasures(open_installation(config, create=False))
    if as_json:
        for each in found:
            times = {"since": each.since.isoformat(), "erased_at": each.erased_at.isoformat()}
            print_json({"subscriber_id": each.subscriber_id} | times)
        return
    rows = [(each.subscriber_id, f"{each.erased_at:%Y-%m-%d %H:%M}Z") for each in found]
    console().print(table("Erased", ("id", "erased"), rows))


@erasures.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(help="What `erasures list --json` wrote; - is standard input.")],
    config: Config = None,
) -> None:
    """After an older backup was restored: erase again who was erased since."""
    gone = state.erasures_in(read_named(file).decode("utf-8", "replace"))
    _tell(state.replay(open_installation(config, create=False), gone, moment(None)))


def _tell(replayed: state.Replayed) -> None:
    """Say what became of them; exit code 1 where some could not be erased."""
    if replayed.erased:
        typer.echo(f"{counted(replayed.erased, 'person', 'people')} erased again.")
    for subscriber_id, why in replayed.failed:
        warn(f"{subscriber_id} could not be erased again: {why}; do it by `jobchime subscriber erase {subscriber_id}`")
    if replayed.failed:
        raise typer.Exit(1)
