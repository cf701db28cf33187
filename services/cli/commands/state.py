"""`jobchime migrate`, `backup`, `restore` and `opt-outs`."""

from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation, say, warn
from services.cli.options import AsJson, Config, moment
from services.cli.output import console, progress, table
from services.runtime.files.named import read_named
from services.settings import load_settings
from services.usecases import state


def migrate(config: Config = None) -> None:
    """Bring the store's tables up to date. Safe to run twice."""
    state.migrate(load_settings(config), tell=say)
    typer.echo("The store is up to date.")


def backup(
    file: Annotated[Path, typer.Argument(help="The .zip to write. It contains addresses and the secret.")],
    config: Config = None,
) -> None:
    """Save log, store and secret, as of one moment, in one archive. Services can run meanwhile."""
    manifest = state.backup(load_settings(config), file, moment(None), progress=progress)
    size = sum(member.bytes for member in manifest.files.values())
    typer.echo(
        f"Wrote {file}: {counted(len(manifest.files), 'file')}, {size:,} bytes before compression."
        " Protect it as you protect addresses."
    )


def restore(
    file: Annotated[Path, typer.Argument(help="An archive that `backup` wrote.")],
    force: Annotated[bool, typer.Option("--force", help="Replace a state that exists.")] = False,
    config: Config = None,
) -> None:
    """Verify an archive, and restore its state into the data folder."""
    restored = state.restore(load_settings(config), file, moment(None), force=force, tell=say)
    since = f"{restored.manifest.created_at:%Y-%m-%d %H:%M} UTC"
    typer.echo(f"Restored the state of {since}. What was mailed since may be mailed again.")
    if restored.replayed is None:
        warn(
            f"this store does not know who was erased, unsubscribed, paused or suppressed since {since}, so they may be"
            " mailed again; if you kept the list of `jobchime opt-outs list --json`, apply it with `jobchime opt-outs"
            " replay FILE`"
        )
    else:
        _print_replayed(restored.replayed)


opt_outs = typer.Typer(no_args_is_help=True)


@opt_outs.command("list")
def list_(as_json: AsJson = False, config: Config = None) -> None:
    """List who must not be mailed. Also lists what gives access. Keep it with your backups, as --json."""
    found = state.opt_outs(open_installation(config, create=False), moment(None))
    if as_json:
        for line in state.as_lines(found):
            typer.echo(line)
        return
    rows = [(opt_out.kind, *_owner_and_time(opt_out)) for opt_out in found]
    console().print(table("Opt-outs", ("what", "id or hash", "at"), rows))


def _owner_and_time(opt_out: state.OptOut) -> tuple[str, str]:
    if opt_out.kind == "suppressed":
        lifted = opt_out.suppression.lifted_at
        at = f"{opt_out.suppression.since:%Y-%m-%d %H:%M}Z"
        return opt_out.address_hash, at + (f", lifted {lifted:%Y-%m-%d %H:%M}Z" if lifted else "")
    who = counted(len(opt_out.names), opt_out.what) if opt_out.kind == "in_force" else opt_out.subscriber_id
    return who, f"{opt_out.at:%Y-%m-%d %H:%M}Z"


@opt_outs.command("replay")
def replay(
    file: Annotated[Path, typer.Argument(help="What `opt-outs list --json` wrote, or - for standard input.")],
    config: Config = None,
) -> None:
    """Apply opt-outs again, after you restored an older backup.

    Erases, unsubscribes, pauses and suppresses whoever was since then. Also revokes the sessions, tokens, feeds and
    webhooks that were revoked since then.
    """
    known = state.opt_outs_in(read_named(file).decode("utf-8", "replace"))
    _print_replayed(state.replay(open_installation(config, create=False), known, moment(None)))


_MEND = {
    "erased": "do it by `jobchime subscriber erase {who}`",
    "unsubscribed": "do it by `jobchime subscriber pause {who}`",
    "paused": "do it by `jobchime subscriber pause {who}`",
    "suppressed": "set suppression_key in the settings to what it was there",
}


def _print_replayed(replayed: state.OptOutReplay) -> None:
    """Say what became of them; exit code 1 where some of it could not be done."""
    for kind in ("erased", "unsubscribed", "paused"):
        if number := replayed.done.get(kind):
            typer.echo(f"{counted(number, 'person', 'people')} {kind} again.")
    if number := replayed.done.get("suppressed"):
        typer.echo(f"{counted(number, 'suppression')} taken over.")
    for kind in ("session", "token", "feed", "webhook"):
        if number := replayed.done.get(kind):
            typer.echo(f"{counted(number, kind)} revoked again.")
    for failure in replayed.failed:
        mend = _MEND[failure.kind].format(who=failure.who)
        warn(f"{failure.who} could not be {failure.kind} again: {failure.why}; {mend}")
    if replayed.failed:
        raise typer.Exit(1)
