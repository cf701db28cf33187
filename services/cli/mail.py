"""`jobchime mail`: whether mails go out and arrive."""

from contextlib import suppress
from datetime import datetime
from html import escape
from pathlib import Path
from typing import Annotated

import typer

from services.cli.opened import open_installation
from services.cli.options import AsJson, Config, moment
from services.cli.output import print_json
from services.notifier.adapters.mailers import trial_mailer_of, way_of
from services.notifier.adapters.sql.suppressions import SqlSuppressions
from services.notifier.domain.people import FieldError, profile_of
from services.notifier.domain.trial import trial_subject, trial_text
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import (
    Email,
    MailDeferredError,
    Mailer,
    MailRefusedError,
    MailUnknownError,
    MailWithheldError,
)
from services.runtime.datadir import STORE_FILE
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.privacy import told
from services.settings import Settings, load_settings

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
    settings = load_settings(config)
    try:
        to = profile_of({"address": address}).address
    except FieldError as error:
        raise UsageError(str(error)) from None
    mailer = trial_mailer_of(settings.mail)
    if reason := _why_suppressed(settings, config, to):
        raise UsageError(f"mails to this address are suppressed: {reason}; `jobchime subscriber unsuppress` lifts that")
    answer, where = _hand_over(mailer, _trial(settings.mail, to, moment(None))), way_of(settings.mail)
    if as_json:
        print_json({"mailer": mailer.name, "where": where, "answer": answer})
    else:
        typer.echo(f"Accepted by {where}: {answer}")
        typer.echo("Now see that it arrives, and whether among spam.")


def _hand_over(mailer: Mailer, email: Email) -> str:
    """The mail server's answer. Raises UsageError or JobchimeError with it where it is no yes."""
    try:
        return mailer.send(email).provider_id
    except MailWithheldError as error:
        raise UsageError(f"nothing was sent: {told(error)}") from None
    except MailRefusedError as error:
        raise JobchimeError(f"the test mail was refused: {told(error)}") from None
    except MailDeferredError as error:
        raise JobchimeError(f"the test mail was not sent: {told(error)}") from None
    except MailUnknownError as error:
        raise JobchimeError(f"nobody knows whether the test mail went out: {told(error)}") from None


def _trial(mail: MailSettings, to: str, now: datetime) -> Email:
    text = trial_text(mail.sender, now)
    return Email(
        delivery_id=f"test-{now:%Y%m%dT%H%M%S%f}",
        sender_name=mail.sender.name,
        sender_address=mail.sender.address,
        to_address=to,
        subject=trial_subject(mail.sender),
        html="".join(f"<p>{escape(line)}</p>\n" for line in text.splitlines()),
        text=text,
        date=now,
        unsubscribe_url="",
    )


def _why_suppressed(settings: Settings, config: Path | None, address: str) -> str | None:
    """As far as there is a store that can say so: mails must be possible to try without one."""
    if not settings.store.get_secret_value() and not (settings.data / STORE_FILE).is_file():
        return None
    with suppress(UnavailableError):
        opened = open_installation(config, create=False)
        return SqlSuppressions(opened.engine, opened.ids).reason(address)
    return None
