"""`jobchime pause` and `resume`: of sending, and of a service. Kept in the store, obeyed within a second."""

from typing import Annotated

import typer

from services.cli.opened import open_installation
from services.cli.options import Config, moment
from services.usecases.workers import NAMES, SENDING, hold, require_name

What = Annotated[str, typer.Argument(metavar="SERVICE|sending", help=f"One of {', '.join(NAMES)}.")]


def pause(what: What, config: Config = None) -> None:
    """Hold a service, or only the sending of mails, until it is resumed; nothing is lost meanwhile."""
    require_name(what)
    hold(open_installation(config, create=True), what, moment(None), paused=True)
    if what == SENDING:
        typer.echo("Sending is paused: digests are built and wait. `jobchime resume sending` goes on.")
    else:
        typer.echo(f"{what} is paused: it takes nothing and stays alive. `jobchime resume {what}` goes on.")


def resume(what: What, config: Config = None) -> None:
    """Go on with what `pause` held."""
    require_name(what)
    hold(open_installation(config, create=True), what, moment(None), paused=False)
    typer.echo(f"{'Sending' if what == SENDING else what} goes on.")
