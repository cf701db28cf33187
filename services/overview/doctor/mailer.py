"""Whether mails could go out: what a send needs is tried, and nothing is sent."""

from collections.abc import Iterator

from services.notifier.adapters.mail.mailers import probe
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import MailDeferredError, MailerAtFaultError, MailRefusedError
from services.overview.doctor.finding import Finding
from services.runtime.files.private import is_open_to_others
from services.runtime.privacy.redaction import redacted

_PATIENCE_S = 5.0
"""For one step, such as connecting or a reply."""


def examine_mailer(mail: MailSettings) -> Iterator[Finding]:
    """Try the chosen mailer. Raises UsageError for settings that are wrong."""
    try:
        tried = probe(mail, _PATIENCE_S)
    except MailerAtFaultError as error:
        said = f"no mail can go out: {redacted(error)}"
        yield Finding("mailer", "wrong", said, f"mend [mail] and mail.{mail.mailer} in the settings")
        return
    except MailDeferredError as error:
        mend = f"see mail.{mail.mailer} in the settings, the firewall, and that the server runs"
        yield Finding("mailer", "wrong", f"no mail can go out now: {redacted(error)}", mend)
        return
    except MailRefusedError as error:
        yield _of_sender(error)
        return
    if mail.mailer == "folder" and is_open_to_others(mail.folder):
        said = f"{tried}; others on this machine may read it, with the addresses and links in it"
        yield Finding("mailer", "note", said, f"chmod -R go= {mail.folder}")
        return
    if mail.mailer != "folder" and "*" not in mail.allow:
        tried = f"{tried}; mails go to {len(mail.allow)} allowed addresses or domains only"
    yield Finding("mailer", "well", tried)


def _of_sender(error: MailRefusedError) -> Finding:
    """The sender as a reader was refused: that says nothing of others where only its mailbox is missing."""
    if error.fault == "mailbox":
        said = f"takes mail, and has no mailbox for answers to the sender: {redacted(error)}"
        return Finding("mailer", "note", said, "let mail.sender_address be a mailbox that somebody reads")
    return Finding(
        "mailer", "wrong", f"a mail to the sender itself would be refused: {redacted(error)}",
        "have the mail server let mail.sender_address send",
    )  # fmt: skip
