"""The mailer that the configuration names."""

from services.notifier.adapters.folder import FolderMailer
from services.notifier.adapters.smtp import SmtpMailer
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Mailer


def mailer_of(settings: MailSettings) -> Mailer:
    """Build the chosen mailer. Raises UsageError where it must not start."""
    settings.check()
    if settings.mailer == "smtp":
        return SmtpMailer(settings.smtp)
    return FolderMailer(settings.folder)
