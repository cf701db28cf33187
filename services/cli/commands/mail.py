"""`jobchime mail`: whether mails go out and arrive, and those that come back."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.opened import open_installation, say
from services.cli.options import AsJson, Config, moment
from services.cli.output import print_json
from services.runtime.errors import UnavailableError
from services.settings import load_settings
from services.usecases import mail as mails

app = typer.Typer(no_args_is_help=True)


@app.callback()
def mail() -> None:
    """Whether mails go out and arrive."""


@app.command("test")
def send_trial(
    address: Annotated[str, typer.Argument(help="Your own address, or one that you may mail.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Send one test mail. It uses the mailer of the settings, and prints the mail server's answer.

    It is sent even if sending is paused, but only to an address that mail.allow contains.
    """
    accepted = mails.send_trial(load_settings(config), address, moment(None), tell=say)
    if as_json:
        print_json({"mailer": accepted.mailer, "where": accepted.where, "answer": accepted.answer})
    else:
        typer.echo(f"Accepted by {accepted.where}: {accepted.answer}")
        typer.echo("Now check that it arrives, and not in the spam folder.")


_TRY_AGAIN = 75
"""EX_TEMPFAIL of sysexits.h: a mail server that pipes a mail in keeps it and tries again."""


@app.command("bounces")
def bounces(
    place: Annotated[str, typer.Argument(help="A maildir, to read and mark its new mails; or - to read one mail.")],
    config: Config = None,
) -> None:
    """Read mails that bounced to mail.smtp.return_path. Settles deliveries, and suppresses addresses.

    Run this on the maildir every few minutes, or let the mail server pipe each mail in. Each mail counts once.
    """
    installation = open_installation(config, create=False)
    if place == "-":
        try:
            _print_taken(mails.take_returned(installation, [sys.stdin.buffer.read()], moment(None)))
        except UnavailableError as error:
            print(error, file=sys.stderr)
            raise typer.Exit(_TRY_AGAIN) from None
        return
    _print_taken(mails.take_maildir(installation, Path(place), moment(None)))


def _print_taken(found: mails.TakenEvents) -> None:
    taken = counted(found.taken, "mail")
    typer.echo(f"{taken} taken, {found.aside:,} of them without a report; {found.known:,} were known.")
