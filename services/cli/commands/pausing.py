"""`jobchime pause` and `resume`: of sending, and of a service. Kept in the store, obeyed within a second."""

from typing import Annotated

import typer

from services.cli.opened import open_installation
from services.cli.options import Config, logged_in, moment
from services.usecases.workers import NAMES, SENDING, Terms, hold, require_name

What = Annotated[str, typer.Argument(metavar="SERVICE|sending", help=f"One of {', '.join(NAMES)}.")]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="It is well until then, as over a holiday, and NOT WELL after; it goes on when resumed."
    ),
]
Why = Annotated[str, typer.Option(help="Said beside it wherever it is told.")]
By = Annotated[str, typer.Option(help="Who says so; by default who is logged in here.")]


def terms_of(until: str | None, why: str, by: str) -> Terms:
    """What is said of a pause; without `--until` it is told as forgotten after two hours."""
    return Terms(None if until is None else moment(until), why.strip(), by.strip() or logged_in())


def pause(what: What, until: Until = None, why: Why = "", by: By = "", config: Config = None) -> None:
    """Hold a service, or only the sending of mails, until it is resumed; nothing is lost meanwhile."""
    require_name(what)
    hold(open_installation(config, create=True), what, moment(None), paused=True, terms=terms_of(until, why, by))
    if what == SENDING:
        typer.echo("Sending is paused: digests are built and wait. `jobchime resume sending` goes on.")
    else:
        typer.echo(f"{what} is paused: it takes nothing and stays alive. `jobchime resume {what}` goes on.")


def resume(what: What, config: Config = None) -> None:
    """Go on with what `pause` held."""
    require_name(what)
    hold(open_installation(config, create=True), what, moment(None), paused=False)
    typer.echo(f"{'Sending' if what == SENDING else what} goes on.")
