"""The mailer that the configuration names."""

from services.notifier.adapters.folder import FolderMailer
from services.notifier.adapters.smtp import SmtpMailer
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Mailer


def try_out(settings: MailSettings) -> None:
    """Try what can be tried before anything is due: the settings, and that the folder takes mails. Raises UsageError.

    A mail server is not asked: one that is away now may be back when a digest is due.
    """
    settings.check()
    if settings.mailer == "folder":
        FolderMailer(settings.folder).try_out()


def mailer_of(settings: MailSettings) -> Mailer:
    """Build the chosen mailer. Raises UsageError where it must not start."""
    settings.check()
    if settings.mailer == "smtp":
        return SmtpMailer(settings.smtp)
    return FolderMailer(settings.folder)
