"""`jobchime pause` and `resume`: of sending, and of a service. Kept in the store, obeyed within a second."""

from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation
from services.cli.options import Config, logged_in, moment
from services.usecases.workers import NAMES, SENDING, Terms, hold, require_name

What = Annotated[str, typer.Argument(metavar="SERVICE|sending", help=f"One of {', '.join(NAMES)}.")]
Until = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="Until then `status` is well, afterwards NOT WELL. It stays paused until you resume it."
    ),
]
Why = Annotated[str, typer.Option(help="The reason, which is shown with the pause.")]
By = Annotated[str, typer.Option(help="Who does this. Default: the user logged in here.")]


def terms_of(until: str | None, why: str, by: str) -> Terms:
    """What is said of a pause; without `--until` it is told as forgotten after two hours."""
    return Terms(None if until is None else moment(until), why.strip(), by.strip() or logged_in())


def pause(what: What, until: Until = None, why: Why = "", by: By = "", config: Config = None) -> None:
    """Pause a service, or only the sending of mails, until you resume it. Nothing is lost."""
    require_name(what)
    hold(open_installation(config, create=True), what, moment(None), paused=True, terms=terms_of(until, why, by))
    if what == SENDING:
        typer.echo("Sending is paused: digests are built, and wait. To resume: `jobchime resume sending`.")
    else:
        typer.echo(f"{what} is paused: it runs, but takes nothing. To resume: `jobchime resume {what}`.")


def resume(what: What, config: Config = None) -> None:
    """Resume what `pause` has paused."""
    require_name(what)
    given_up = hold(open_installation(config, create=True), what, moment(None), paused=False)
    without = f" without what {counted(given_up, 'search', 'searches')} had last sent" if given_up else ""
    typer.echo(f"{'Sending' if what == SENDING else what} goes on{without}.")
