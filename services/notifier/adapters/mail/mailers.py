"""The mailer that the configuration names."""

import structlog

from services.notifier.adapters.mail.folder import FolderMailer
from services.notifier.adapters.mail.smtp import SmtpMailer
from services.notifier.domain.allow import AllowRule
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import Concurrent, Email, Mailer, MailWithheldError, ProbedMailer, Receipt
from services.runtime.http.trust import trusting

_events = structlog.get_logger(__name__)


class GuardedMailer:
    """A mailer that really sends, behind the rule of who may be mailed: there is no way around it."""

    def __init__(self, mailer: Mailer, rule: AllowRule, *, to_subscribers: bool = True) -> None:
        """`to_subscribers`: nobody is mailed who could not unsubscribe by the mail."""
        self.name = mailer.name
        self.in_flight = mailer.in_flight if isinstance(mailer, Concurrent) else 1
        self._mailer = mailer
        self._rule = rule
        self._to_subscribers = to_subscribers

    def send(self, email: Email) -> Receipt:
        """Hand over what the rule allows. Raises MailWithheldError, and what the mailer raises."""
        if not self._rule.allows(email.to_address):
            raise MailWithheldError("mail.allow in the settings does not name this address")
        if self._to_subscribers and not email.unsubscribe_url:
            raise MailWithheldError("it was made before mail.public_url was set, so nobody could unsubscribe by it")
        return self._mailer.send(email)


def try_out(settings: MailSettings) -> None:
    """Try what can be tried before anything is due: the settings, and that the folder takes mails. Raises UsageError.

    A mail server is not asked: one that is away now may be back when a digest is due.
    """
    settings.check()
    if settings.mailer == "folder":
        FolderMailer(settings.folder).try_out()


def probe(settings: MailSettings, patience_s: float) -> str:
    """Try all that a send needs, each step for so long, without sending anything; says in a sentence what was tried.

    Raises UsageError for settings that are wrong, MailDeferredError, MailRefusedError.
    """
    settings.check()
    mailer = _mailer(settings.patient_for(patience_s))
    return mailer.probe(settings.sender.address)


def mailer_of(settings: MailSettings) -> Mailer:
    """Build the chosen mailer. Raises UsageError where it must not start."""
    settings.check()
    mailer = _mailer(settings)
    return mailer if settings.mailer == "folder" else GuardedMailer(mailer, AllowRule(settings.allow))


def trial_mailer_of(settings: MailSettings) -> Mailer:
    """The chosen mailer for a mail that an operator asks for: only to who may be mailed. Raises UsageError."""
    settings.check()
    mailer = _mailer(settings)
    if settings.mailer == "folder":
        return mailer
    return GuardedMailer(mailer, AllowRule(settings.allow), to_subscribers=False)


def way_of(settings: MailSettings) -> str:
    """Where mails go, in a few words."""
    if settings.mailer == "folder":
        return f"the folder {settings.folder}"
    if settings.mailer == "smtp":
        return f"the mail server {settings.smtp.host}:{settings.smtp.port}"
    return f"SendGrid at {settings.sendgrid.host}{', which checks and sends nothing' * settings.sendgrid.sandbox}"


def say_where(settings: MailSettings, *, paused: bool) -> None:
    """Log where mails go once they do, and whether they may: an operator reads it when a service is up.

    It does not say that they go out: that the mail server takes them shows with the first.
    """
    reach = "everybody" if "*" in settings.allow else f"{len(settings.allow)} addresses or domains of mail.allow"
    way = "mails are written to files" if settings.mailer == "folder" else "mails go to a server"
    _events.info(
        "mails wait: sending is paused, `jobchime resume sending` goes on" if paused else way,
        where=way_of(settings),
        reach="nobody: nothing leaves this machine" if settings.mailer == "folder" else reach,
    )


def _mailer(settings: MailSettings) -> ProbedMailer:
    if settings.mailer == "folder":
        return FolderMailer(settings.folder)
    if settings.mailer == "smtp":
        return SmtpMailer(settings.smtp, tls=trusting("mail.ca_file", settings.ca_file))
    # Imported here: the library takes a third of a second to load, and most commands send nothing.
    from services.notifier.adapters.mail.sendgrid import SendGridMailer

    return SendGridMailer(settings.sendgrid)
