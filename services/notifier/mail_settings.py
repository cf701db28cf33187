"""How mail leaves: who sends, by which mailer, and what a mailer that sends for real must know first."""

from datetime import UTC, date, datetime, time
from pathlib import Path
from typing import Annotated, Final, Literal
from urllib.parse import urlsplit

from email_validator import EmailNotValidError, validate_email
from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, SecretStr, model_validator

from services.notifier.domain.allow import AllowError, AllowRule
from services.notifier.domain.brand import Brand, brand_of
from services.notifier.domain.links import (
    LOOPBACK,
    MOST_BASE_CHARACTERS,
    MOST_UNSUBSCRIBE_BYTES,
    FormerKey,
    LinkError,
    LinkKeys,
    public_base,
)
from services.notifier.domain.model import Sender
from services.runtime.errors import UsageError

LEAST_LINK_SECRET = 16
"""Bytes."""
LOGO_TYPES: Final = {
    ".svg": "image/svg+xml", ".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".webp": "image/webp",
    ".gif": "image/gif",
}  # fmt: skip
_DRAWN_IN_MAILS: Final = (".png", ".jpg", ".jpeg", ".gif")
MOST_LOGO_BYTES: Final = 65_536
_MOST_RETURN_LOCAL = 31
"""With a plus and the 32 characters of a delivery that is 64, which RFC 5321 lets an address have before its @."""


class _Settings(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class SmtpSettings(_Settings):
    """The mail server that sends your mails."""

    host: str = Field(default="", examples=["smtp.example.com"])
    """The name of the mail server."""
    port: int = Field(default=587, ge=1, le=65535)
    """The port of the mail server. Most use 587 for `starttls`, 465 for `tls` and 25 for `none`."""
    security: Literal["starttls", "tls", "none"] = "starttls"
    """`starttls` encrypts after connecting, `tls` from the start. `none` is for a server on this machine."""
    username: str = ""
    """The account at the mail server. Empty: no login."""
    password: SecretStr = SecretStr("")
    """The password of that account. Better given as JOBCHIME_MAIL__SMTP__PASSWORD."""
    return_path: str = Field(default="", examples=["bounces@example.com"])
    """Where mails that bounce come back to, each at an address of its own (`bounces+ID@`). `jobchime mail bounces`
    reads them.

    Empty: they go to the sender, and jobchime does not read them.
    """
    timeout_s: float = Field(default=30.0, gt=0, le=600)
    """How long one step may take, such as connecting or a reply."""


class SendGridSettings(_Settings):
    """The account at SendGrid that sends your mails."""

    api_key: SecretStr = SecretStr("")
    """A key that may do "Mail Send" and nothing else. Better given as JOBCHIME_MAIL__SENDGRID__API_KEY."""
    host: str = "https://api.sendgrid.com"
    """The address of SendGrid's API. For a subuser of the EU region, use `https://api.eu.sendgrid.com`."""
    sandbox: bool = False
    """For trials: SendGrid checks and accepts each mail, but sends nothing."""
    reply_to: str = ""
    """Where readers' replies go. Empty: to the sender."""
    categories: tuple[str, ...] = Field(default=("job-alerts",), max_length=10)
    """The categories under which SendGrid's statistics count the mails."""
    event_key: str = ""
    """The public key of "Signed Event Webhook". With it the portal accepts, at `/events/sendgrid`, what became of
    mails."""
    in_flight: int = Field(default=50, ge=1, le=100)
    """How many requests are made at once. If a worker is killed, up to so many deliveries are unknown."""
    connect_timeout_s: float = Field(default=10.0, gt=0, le=60)
    """How long connecting may take, encryption included."""
    timeout_s: float = Field(default=30.0, gt=0, le=120)
    """How long SendGrid may take to answer after connecting."""

    def wrong(self) -> list[str]:
        """What of it cannot work."""
        faults = []
        key = self.api_key.get_secret_value().strip()
        if not (key.isascii() and key.isprintable() and " " not in key):
            faults.append("mail.sendgrid.api_key holds characters that no key has")
        if not _is_safe_host(self.host):
            faults.append(f"mail.sendgrid.host must look like https://api.sendgrid.com, not {self.host!r}")
        if self.event_key and not _is_public_key(self.event_key):
            faults.append('mail.sendgrid.event_key is no public key; copy it from "Signed Event Webhook" at SendGrid')
        if self.reply_to:
            faults += _address_faults("mail.sendgrid.reply_to", self.reply_to)
        sizes = [len(category) for category in self.categories]
        if len(set(self.categories)) < len(sizes) or not all(0 < size < 256 for size in sizes):
            faults.append("mail.sendgrid.categories: each must be another, of 1 to 255 characters")
        return faults


class WarmUpSettings(_Settings):
    """How many mails a new sender sends a day. Mailbox providers take one that begins with thousands for a spammer."""

    since: date | None = Field(default=None, examples=["2027-01-11"])
    """The first day of the plan, in UTC. Nothing is sent before it. Unset: there is no plan."""
    per_day: tuple[Annotated[int, Field(ge=1)], ...] = Field(
        default=(500, 1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 64_000), max_length=100, examples=[[500, 1000, 2000]]
    )
    """How many mails may be sent on the first day, the second and so on. After the last there is no limit."""

    def begins(self, at: datetime) -> datetime | None:
        """When the plan begins, where it has not."""
        since = None if self.since is None else datetime.combine(self.since, time(), UTC)
        return since if since is not None and at < since else None

    def limit(self, at: datetime) -> int | None:
        """How many mails the day of a moment may have; None: any number."""
        if self.since is None:
            return None
        day = (at.astimezone(UTC).date() - self.since).days
        return 0 if day < 0 else self.per_day[day] if day < len(self.per_day) else None


class BrandSettings(_Settings):
    """How mails and the portal look, besides the sender's name and postal address."""

    colour: str = Field(default="", examples=["#8a1538"])
    """The colour of links, buttons and bars, as `#rrggbb`; it must be readable on white. Empty: jobchime's."""
    colour_dark: str = Field(default="", examples=["#ffb3c4"])
    """The same for devices in dark mode. Empty: made from `colour`, as light as needed."""
    logo: Path | None = Field(default=None, examples=["logo.svg"])
    """A picture in place of the name, at the head of pages and mails: SVG, WebP, PNG, JPEG or GIF, 64 KB at most. Mails
    do not show SVG and WebP."""
    website: str = Field(default="", examples=["https://board.example"])
    """The https address that the name at the head of pages links to. Empty: no link."""
    welcome: dict[str, str] = Field(default={}, examples=[{"en": "Jobs at sea, as they come in."}])
    """The first words of the sign-up page, by language (`en`, `de`). Other languages keep jobchime's words."""

    @model_validator(mode="after")
    def _can_be_shown(self) -> "BrandSettings":
        brand_of(self.colour, self.colour_dark)
        if self.website and urlsplit(self.website).scheme != "https":
            raise ValueError(f"website must begin with https://, not {self.website!r}")
        if self.logo is not None and self.logo.suffix.casefold() not in LOGO_TYPES:
            raise ValueError(f"logo must be one of {', '.join(LOGO_TYPES)}, not {self.logo.name!r}")
        return self

    @property
    def brand(self) -> Brand:
        """The colours."""
        return brand_of(self.colour, self.colour_dark)

    def logo_bytes(self) -> tuple[bytes, str] | None:
        """The logo and its media type. Raises UsageError where the file cannot be read or is too large."""
        if self.logo is None:
            return None
        try:
            body = self.logo.read_bytes()
        except OSError as error:
            raise UsageError(f"mail.brand.logo: {self.logo} cannot be read: {error.strerror}") from None
        if len(body) > MOST_LOGO_BYTES:
            raise UsageError(f"mail.brand.logo: {self.logo} has {len(body)} bytes, and {MOST_LOGO_BYTES} are the most")
        return body, LOGO_TYPES[self.logo.suffix.casefold()]


class FormerSecret(_Settings):
    """A secret that signed links in mails before, and until when those links work."""

    secret: SecretStr = SecretStr("")
    """The old secret. Empty: the installation's own, which signs if `link_secret` is empty."""
    until: AwareDatetime = Field(examples=["2027-12-31T00:00:00Z"])
    """Until when those links work. Give it a year: people unsubscribe from old mails too."""


class MailSettings(_Settings):
    """How mails leave: who sends them, by which mailer, and to whom."""

    mailer: Literal["folder", "smtp", "sendgrid"] = "folder"
    """`folder` writes .eml files and sends nothing. `smtp` and `sendgrid` send, and need `public_url`, `sender_name`,
    `sender_address`, `postal_address` and `allow`."""
    folder: Path = Path("mails")
    """Where the folder mailer puts its .eml files."""
    public_url: str = Field(default="", examples=["https://alerts.example.com"])
    """The https address at which subscribers reach the portal. Links in mails start with it."""
    ca_file: Path | None = Field(default=None, examples=["ca.pem"])
    """Certificates to trust in addition to the machine's, such as those of your own CA: for `public_url` and the SMTP
    server."""
    sender_name: str = "Job alerts"
    """The name that mails come from."""
    sender_address: str = Field(default="", examples=["alerts@example.com"])
    """The address that mails come from."""
    postal_address: str = Field(default="", examples=["Example Board, 1 Example Street, Exampletown"])
    """The sender's postal address, on one line. The law asks for it in such mails."""
    brand: BrandSettings = BrandSettings()
    """How mails and the portal look."""
    dkim_selectors: tuple[str, ...] = Field(default=(), examples=[["mail2027"]])
    """The DKIM selectors (`s=`) that mails are signed with, so that `doctor` can check them. Empty: SendGrid's s1 and
    s2."""
    allow: tuple[str, ...] = Field(default=(), examples=[["ada@example.com", "@example.com"]])
    """Who may be mailed by a mailer that sends: addresses, `@domain`, or `*` for everybody. Empty: nobody."""
    clicks: bool = False
    """Whether links to jobs lead through the portal, so that following one is a sign of life. Which link it was is not
    kept."""
    link_secret: SecretStr = SecretStr("")
    """Signs the links in mails; 16 bytes or more. Empty: the installation's own secret."""
    former_link_secrets: tuple[FormerSecret, ...] = ()
    """Secrets that signed links before. When you change `link_secret`, list the old one here."""
    warm_up: WarmUpSettings = WarmUpSettings()
    """How many mails a day a new sender begins with."""
    smtp: SmtpSettings = SmtpSettings()
    """The mail server, for `smtp`."""
    sendgrid: SendGridSettings = SendGridSettings()
    """The account, for `sendgrid`."""

    @property
    def sender(self) -> Sender:
        """Who sends; the folder mailer makes do with an address that nobody can answer."""
        address = self.sender_address or "job-alerts@sender.example"
        looks = self.brand
        shown = self.public_url and looks.logo is not None and looks.logo.suffix.casefold() in _DRAWN_IN_MAILS
        logo = f"{self.public_url.rstrip('/')}/static/logo" if shown else ""
        return Sender(self.sender_name, address, self.postal_address, looks.brand, logo)

    def link_keys(self, own: bytes) -> LinkKeys:
        """What links are signed with; `own` is the installation's secret."""

        def key(secret: SecretStr) -> bytes:
            return secret.get_secret_value().encode() or own

        former = tuple(
            FormerKey(key(former_secret.secret), former_secret.until) for former_secret in self.former_link_secrets
        )
        return LinkKeys(key(self.link_secret), former)

    @property
    def server(self) -> str:
        """The host to which mails are handed; empty where they stay here."""
        hosts = {"folder": "", "smtp": self.smtp.host, "sendgrid": urlsplit(self.sendgrid.host).hostname or ""}
        return hosts[self.mailer]

    def patient_for(self, seconds: float) -> "MailSettings":
        """The same for who does not wait longer than this for one step."""
        smtp = self.smtp.model_copy(update={"timeout_s": min(self.smtp.timeout_s, seconds)})
        sendgrid = self.sendgrid
        shorter = {name: min(getattr(sendgrid, name), seconds) for name in ("connect_timeout_s", "timeout_s")}
        return self.model_copy(update={"smtp": smtp, "sendgrid": sendgrid.model_copy(update=shorter)})

    def check(self) -> None:
        """Raise UsageError, in one sentence, where something is wrong or is missing that the chosen mailer needs."""
        faults = self._wrong()
        if self.mailer != "folder":
            faults += self._missing()
            if urlsplit(self.public_url).scheme == "http":
                faults.append("mail.public_url must be https where mails leave this machine")
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
            faults += _address_faults("mail.sender_address", self.sender_address)
        if self.smtp.return_path:
            faults += _address_faults("mail.smtp.return_path", self.smtp.return_path)
            if len(self.smtp.return_path.rpartition("@")[0]) > _MOST_RETURN_LOCAL:
                faults.append(f"mail.smtp.return_path: at most {_MOST_RETURN_LOCAL} characters before the @")
        given = (self.link_secret, *(former.secret for former in self.former_link_secrets))
        if any(0 < len(secret.get_secret_value().encode()) < LEAST_LINK_SECRET for secret in given):
            faults.append(f"mail.link_secret needs {LEAST_LINK_SECRET} bytes or more; `openssl rand -hex 32` makes one")
        try:
            AllowRule(self.allow)
        except AllowError as error:
            faults.append(f"mail.allow: {error}")
        return faults + self.sendgrid.wrong()

    def _missing(self) -> list[str]:
        needed: dict[str, object] = {
            "mail.public_url (https, so that everybody can unsubscribe)": self.public_url,
            "mail.sender_name": self.sender_name.strip(),
            "mail.sender_address": self.sender_address,
            "mail.postal_address": self.postal_address.strip(),
        }
        if self.mailer == "smtp":
            needed["mail.smtp.host"] = self.smtp.host
        if self.mailer == "sendgrid":
            needed["mail.sendgrid.api_key"] = self.sendgrid.api_key.get_secret_value().strip()
        needed['mail.allow (["*"] to mail everybody; or the addresses and "@domains" that may be mailed)'] = self.allow
        return [f"set {name}" for name, value in needed.items() if not value]


def _address_faults(name: str, address: str) -> list[str]:
    try:
        validate_email(address, check_deliverability=False)
    except EmailNotValidError as error:
        return [f"{name}: {error}"]
    return []


def _is_public_key(text: str) -> bool:
    # Imported where there is one: the library takes longer to import than all settings to read.
    from sendgrid.helpers.eventwebhook import EventWebhook

    try:
        EventWebhook(text)
    except ValueError:
        return False
    return True


def _is_safe_host(url: str) -> bool:
    """Whether it is a bare https address; http only on this machine, as the key would be readable on the way."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname or "", parts.port
    except ValueError:
        return False
    if parts.path.strip("/") or parts.query or parts.fragment or parts.username or not host:
        return False
    return parts.scheme == "https" or (parts.scheme == "http" and host in (*LOOPBACK, "::1"))
