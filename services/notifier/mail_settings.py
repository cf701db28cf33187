"""How mail leaves: who sends, by which mailer, and what a mailer that sends for real must know first."""

from pathlib import Path
from typing import Literal

from email_validator import EmailNotValidError, validate_email
from pydantic import BaseModel, ConfigDict, Field, SecretStr

from services.notifier.domain.links import MOST_BASE_CHARACTERS, MOST_UNSUBSCRIBE_BYTES, LinkError, public_base
from services.notifier.domain.model import Sender
from services.runtime.errors import UsageError


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)


class SmtpSettings(_Settings):
    """A mail server that takes our messages."""

    host: str = ""
    port: int = Field(default=587, ge=1, le=65535)
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` asks for encryption after connecting, `tls` begins with it, `none` is for a server on this machine."""
    username: str = ""
    """Empty: no login."""
    password: SecretStr = SecretStr("")
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    """How long one step, such as connecting or a reply, may take."""


class MailSettings(_Settings):
    """All about mail in one table of the configuration."""

    mailer: Literal["folder", "smtp"] = "folder"
    folder: Path = Path("mails")
    """Where the folder mailer puts its .eml files."""
    public_url: str = ""
    """Where subscribers reach the portal, https; links in mails start with it."""
    sender_name: str = "Job alerts"
    sender_address: str = ""
    postal_address: str = ""
    """The sender's postal address in one line, which the law asks for in such mail."""
    smtp: SmtpSettings = SmtpSettings()

    @property
    def sender(self) -> Sender:
        """Who sends; the folder mailer makes do with an address that nobody can answer."""
        return Sender(self.sender_name, self.sender_address or "job-alerts@sender.example", self.postal_address)

    def check(self) -> None:
        """Raise UsageError, in one sentence, where something is wrong or is missing that the chosen mailer needs."""
        faults = self._wrong()
        if self.mailer != "folder":
            faults += self._missing()
        if faults:
            raise UsageError(f"the {self.mailer} mailer cannot start: {'; '.join(faults)}")

    def _wrong(self) -> list[str]:
        faults = []
        if self.public_url:
            try:
                longer = len(public_base(self.public_url)) - MOST_BASE_CHARACTERS
            except LinkError as error:
                faults.append(f"mail.public_url: {error}")
            else:
                if longer > 0:
                    faults.append(
                        f"mail.public_url is {longer} characters too long: mail providers break an unsubscribe "
                        f"header over {MOST_UNSUBSCRIBE_BYTES} bytes"
                    )
        if self.sender_address:
            try:
                validate_email(self.sender_address, check_deliverability=False)
            except EmailNotValidError as error:
                faults.append(f"mail.sender_address: {error}")
        return faults

    def _missing(self) -> list[str]:
        needed = {
            "mail.public_url (https, so that everybody can unsubscribe)": self.public_url,
            "mail.sender_name": self.sender_name.strip(),
            "mail.sender_address": self.sender_address,
            "mail.postal_address": self.postal_address.strip(),
        }
        if self.mailer == "smtp":
            needed["mail.smtp.host"] = self.smtp.host
        return [f"set {name}" for name, value in needed.items() if not value]
