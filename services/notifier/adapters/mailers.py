"""The mailer that the configuration names."""

from services.notifier.adapters.folder import FolderMailer
from services.notifier.adapters.smtp import SmtpMailer
from services.notifier.domain.allow import AllowRule
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Concurrent, Email, Mailer, MailWithheldError, Receipt


class GuardedMailer:
    """A mailer that really sends, behind the rule of who may be mailed: there is no way around it."""

    def __init__(self, mailer: Mailer, rule: AllowRule) -> None:
        self.name = mailer.name
        self.in_flight = mailer.in_flight if isinstance(mailer, Concurrent) else 1
        self._mailer = mailer
        self._rule = rule

    def send(self, email: Email) -> Receipt:
        """Hand over what the rule allows. Raises MailWithheldError, and what the mailer raises."""
        if not self._rule.allows(email.to_address):
            raise MailWithheldError("mail.allow in the settings does not name this address")
        if not email.unsubscribe_url:
            raise MailWithheldError("it was made before mail.public_url was set, so nobody could unsubscribe by it")
        return self._mailer.send(email)


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
    if settings.mailer == "folder":
        return FolderMailer(settings.folder)
    return GuardedMailer(_sending(settings), AllowRule(settings.allow))


def _sending(settings: MailSettings) -> Mailer:
    if settings.mailer == "smtp":
        return SmtpMailer(settings.smtp)
    # Imported here: the library takes a third of a second to load, and most commands send nothing.
    from services.notifier.adapters.sendgrid import SendGridMailer

    return SendGridMailer(settings.sendgrid)
