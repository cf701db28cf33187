"""`jobchime mail`: whether mails go out and arrive."""

from typing import Annotated

import typer

from services.cli.opened import say
from services.cli.options import AsJson, Config, moment
from services.cli.output import print_json
from services.settings import load_settings
from services.usecases import mail as mails

app = typer.Typer(no_args_is_help=True)


@app.callback()
def mail() -> None:
    """Whether mails go out and arrive."""


@app.command("test")
def send_trial(
    address: Annotated[str, typer.Argument(help="Yours, or one that you may mail.")],
    config: Config = None,
    as_json: AsJson = False,
) -> None:
    """Send one mail, marked as a test, by the mailer of the settings, and print the mail server's answer.

    It goes out while sending is paused too, and only to an address that mail.allow names.
    """
    accepted = mails.send_trial(load_settings(config), address, moment(None), tell=say)
    if as_json:
        print_json({"mailer": accepted.mailer, "where": accepted.where, "answer": accepted.answer})
    else:
        typer.echo(f"Accepted by {accepted.where}: {accepted.answer}")
        typer.echo("Now see that it arrives, and whether among spam.")
