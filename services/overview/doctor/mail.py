"""Whether mails can go out, will be taken for genuine, and lead to a portal that answers, for `jobchime doctor`."""

import ssl
from collections.abc import Iterator
from datetime import datetime

from services.notifier.adapters.mail.mailers import probe
from services.notifier.domain.links import LOOPBACK, LinkError, public_base
from services.notifier.mail_settings import MailSettings
from services.notifier.ports import MailDeferredError, MailerAtFaultError, MailRefusedError
from services.overview.doctor.diagnosis import Diagnosis, Grade
from services.runtime.errors import UnavailableError
from services.runtime.files.private import is_open_to_others
from services.runtime.http.certificate import Certificate, certificate_of
from services.runtime.http.fetch import Limits, get
from services.runtime.http.names import TextRecords
from services.runtime.http.trust import trusting
from services.runtime.privacy.redaction import redacted
from services.sender import sender_records
from services.way_in import LET_POSTS_THROUGH, tried_to_leave

PATIENCE_S = 5.0
"""For one step, such as connecting or a reply."""
_PORTAL_LIMITS = Limits(connect=PATIENCE_S, headers=PATIENCE_S, read=PATIENCE_S, total=2 * PATIENCE_S, redirects=0)


def mailer_diagnoses(mail: MailSettings) -> Iterator[Diagnosis]:
    """What a send needs is tried, and nothing is sent. Raises UsageError for settings that are wrong."""
    try:
        tried = probe(mail, PATIENCE_S)
    except MailerAtFaultError as error:
        said = f"no mail can go out: {redacted(error)}"
        yield Diagnosis("mailer", "wrong", said, f"mend [mail] and mail.{mail.mailer} in the settings")
        return
    except MailDeferredError as error:
        mend = f"see mail.{mail.mailer} in the settings, the firewall, and that the server runs"
        yield Diagnosis("mailer", "wrong", f"no mail can go out now: {redacted(error)}", mend)
        return
    except MailRefusedError as error:
        yield _of_sender(error)
        return
    if mail.mailer == "folder" and is_open_to_others(mail.folder):
        said = f"{tried}; others on this machine may read it, with the addresses and links in it"
        yield Diagnosis("mailer", "note", said, f"chmod -R go= {mail.folder}")
        return
    if mail.mailer != "folder" and "*" not in mail.allow:
        tried = f"{tried}; mails go to {len(mail.allow)} allowed addresses or domains only"
    yield Diagnosis("mailer", "well", tried)


def _of_sender(error: MailRefusedError) -> Diagnosis:
    """The sender as a reader was refused: that says nothing of others where only its mailbox is missing."""
    if error.fault == "mailbox":
        said = f"takes mail, and has no mailbox for answers to the sender: {redacted(error)}"
        return Diagnosis("mailer", "note", said, "let mail.sender_address be a mailbox that somebody reads")
    return Diagnosis(
        "mailer", "wrong", f"a mail to the sender itself would be refused: {redacted(error)}",
        "have the mail server let mail.sender_address send",
    )  # fmt: skip


def portal_diagnoses(mail: MailSettings, now: datetime) -> Iterator[Diagnosis]:
    """Whether links in mails lead anywhere, and the mail provider's events come back."""
    sends = mail.mailer != "folder"
    if not mail.public_url:
        grade: Grade = "wrong" if sends else "note"
        yield Diagnosis("public URL", grade, "not set: mails carry no links", "set mail.public_url")
        return
    try:
        base = public_base(mail.public_url)
    except LinkError as error:
        yield Diagnosis("public URL", "wrong", str(error), "mend mail.public_url")
        return
    yield Diagnosis("public URL", "well", mail.public_url)
    trusts = trusting("mail.ca_file", mail.ca_file)
    yield _portal(base, trusts, grade="wrong" if sends else "note")
    if (leaving := tried_to_leave(base, PATIENCE_S, trusts)).refused:
        said = f"who presses a mail program's own button is not unsubscribed: {leaving.refused}"
        yield Diagnosis("unsubscribing", "wrong" if sends else "note", said, LET_POSTS_THROUGH)
    if found := certificate_of(base, PATIENCE_S, trusts):
        yield _certificate(found, now)
    if mail.mailer == "sendgrid" and not mail.sendgrid.event_key:
        to_strangers = "*" in mail.allow and not mail.sendgrid.sandbox
        yield Diagnosis(
            "mail events", "wrong" if to_strangers else "note",
            "mail.sendgrid.event_key is not set: bounces and complaints are not heard of, and stop nothing",
            'set it to the key of "Signed Event Webhook" at SendGrid; see docs/sending.md',
        )  # fmt: skip
    elif mail.mailer == "sendgrid":
        yield Diagnosis("mail events", "well", f"taken at {base}/events/sendgrid")


def _certificate(found: Certificate, now: datetime) -> Diagnosis:
    grade: Grade = "wrong" if (severity := found.severity(now)) == "grave" else severity
    said = f"ends {found.ends:%Y-%m-%d}" if found.ends else f"is refused: {found.refused}"
    renew = "renew it at the server that speaks TLS for mail.public_url, and see that this happens by itself"
    return Diagnosis("certificate", grade, f"that of {found.host} {said}", renew * (grade != "well"))


def _portal(base: str, trusts: ssl.SSLContext, grade: Grade) -> Diagnosis:
    """Asked where subscribers ask it, by a page that changes nothing and names nobody."""
    mend = "run `jobchime portal`, and let the server that speaks TLS for mail.public_url pass all to it"
    at_home = base.startswith("http://") or any(f"//{host}" in base for host in LOOPBACK)
    try:
        answer = get(f"{base}/privacy", headers={}, limits=_PORTAL_LIMITS, allow_private=True, tls=trusts)
    except UnavailableError as error:
        return Diagnosis("portal", grade, f"links in mails lead nowhere: {redacted(error)}", mend)
    if answer.status != 200:
        return Diagnosis("portal", grade, f"{base}/privacy answers {answer.status} and not 200", mend)
    return Diagnosis("portal", "well", f"answers at {base}{', on this machine alone' * at_home}")


def sender_diagnoses(mail: MailSettings, texts: TextRecords) -> Iterator[Diagnosis]:
    """What the sender's domain says of who may send for it."""
    for record in sender_records(mail, texts):
        yield Diagnosis(record.what, record.grade, record.said, record.mend)
