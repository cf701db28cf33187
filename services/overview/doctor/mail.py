"""Whether mails can go out, will be taken for genuine, and lead to a portal that answers, for `jobchime doctor`."""

import base64
import binascii
import re
import ssl
from collections.abc import Iterator, Mapping, Sequence
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
from services.way_in import LET_POSTS_THROUGH, tried_to_leave

PATIENCE_S = 5.0
"""For one step, such as connecting or a reply."""
_PORTAL_LIMITS = Limits(connect=PATIENCE_S, headers=PATIENCE_S, read=PATIENCE_S, total=2 * PATIENCE_S, redirects=0)
_SPF = re.compile(r"v=spf1(?=\s|$)", re.IGNORECASE)
_LOOKS_UP = re.compile(r"[+?~-]?(include:|a([:/]|$)|mx([:/]|$)|ptr([:]|$)|exists:)|redirect=", re.IGNORECASE)
_MOST_LOOKUPS = 10
"""RFC 7208 section 4.6.4."""
_LEAST_RSA_BYTES = 150
"""An RSA key of 1024 bits is 162 bytes long, one of 768 bits 124."""


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
    """What the sender's domain says of who may send for it; nothing where no mail leaves this machine.

    Where no resolver answers that is a note, and no fault of the sender.
    """
    domain = mail.sender_address.rpartition("@")[2].lower()
    returns = mail.smtp.return_path.rpartition("@")[2].lower() if mail.mailer == "smtp" else ""
    if mail.mailer == "folder" or not domain:
        return
    try:
        found = [_spf(mail, returns or domain, texts), *_dkim(mail, domain, texts), _dmarc(domain, texts)]
    except UnavailableError as error:
        by_hand = f"look at them from elsewhere: `dig TXT {domain}`, `dig TXT _dmarc.{domain}`"
        yield Diagnosis("SPF, DKIM, DMARC", "note", f"not looked at: {redacted(error)}", by_hand)
        return
    yield from found


def _spf(mail: MailSettings, domain: str, texts: TextRecords) -> Diagnosis:
    """RFC 7208, of the domain that mails return to; SendGrid publishes one of its own below the sender's."""
    records = [text for text in texts.of(domain) if _SPF.match(text)]
    own_path = mail.mailer == "sendgrid"
    if not records:
        said = f"{domain} says of no server that it may send"
        if own_path:
            mend = (
                'nothing, if "Domain Authentication" is on at SendGrid: mails then return to a name of its own below it'
            )
            return Diagnosis("SPF", "note", said, mend)
        return Diagnosis("SPF", "wrong", said, f'publish TXT {domain} "v=spf1 … -all" naming your mail server')
    if len(records) > 1:
        said = f"{domain} has {len(records)} records where one is allowed, so that none counts"
        return Diagnosis("SPF", "wrong", said, "join them into one")
    terms = records[0].split()[1:]
    if any(term.lower() in ("all", "+all") for term in terms):
        return Diagnosis("SPF", "wrong", "anybody may send as this domain (+all)", "end the record in -all or ~all")
    lookups = sum(bool(_LOOKS_UP.match(term)) for term in terms)
    if lookups > _MOST_LOOKUPS:
        said = f"it takes {lookups} look-ups, and {_MOST_LOOKUPS} are the most"
        return Diagnosis("SPF", "wrong", said, "name networks (ip4:, ip6:) in place of names")
    return Diagnosis("SPF", "well", records[0])


def _dkim(mail: MailSettings, domain: str, texts: TextRecords) -> Iterator[Diagnosis]:
    """RFC 6376 section 3.6.1, and RFC 8301 of the length of keys."""
    selectors = mail.dkim_selectors or (("s1", "s2") if mail.mailer == "sendgrid" else ())
    if not selectors:
        said = "not looked at: which key your mail server signs with is not known here"
        yield Diagnosis(
            "DKIM", "note", said, 'name it: mail.dkim_selectors = ["…"], the s= of the DKIM-Signature of a mail'
        )
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        yield _key(f"DKIM {selector}", name, texts.of(name), by_sendgrid=mail.mailer == "sendgrid")


def _key(what: str, name: str, records: Sequence[str], *, by_sendgrid: bool) -> Diagnosis:
    publish = (
        'publish the records that "Domain Authentication" at SendGrid shows'
        if by_sendgrid
        else f"publish TXT {name} with the key that your mail server signs with, or mend mail.dkim_selectors"
    )
    if not records:
        return Diagnosis(what, "wrong", f"there is no {name}: mails are not taken for genuine", publish)
    tags = _tags(records[0])
    key = re.sub(r"\s", "", tags.get("p", ""))
    if not key:
        return Diagnosis(what, "wrong", f"the key at {name} is withdrawn, or missing", publish)
    try:
        length = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return Diagnosis(what, "wrong", f"the key at {name} cannot be read", publish)
    if tags.get("k", "rsa").lower() == "rsa" and length < _LEAST_RSA_BYTES:
        return Diagnosis(what, "wrong", f"the key at {name} is shorter than 1024 bits", "make one of 2048 bits")
    if "y" in tags.get("t", "").lower().split(":"):
        said = f"{name} says that it is on trial: mails are taken as if they were not signed"
        return Diagnosis(what, "note", said, "take t=y out once mails pass")
    return Diagnosis(what, "well", name)


def _dmarc(domain: str, texts: TextRecords) -> Diagnosis:
    """RFC 7489, asked for by the domain and then by each domain above it."""
    labels = domain.split(".")
    for depth in range(len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[depth:])}"
        records = [text for text in texts.of(name) if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(records) > 1:
            said = f"{name} has {len(records)} records where one is allowed, so that none counts"
            return Diagnosis("DMARC", "wrong", said, "leave one")
        if records:
            return _policy(name, _tags(records[0]), inherited=depth > 0)
    said = "there is none, which Gmail and Yahoo ask of whoever sends to many"
    return Diagnosis("DMARC", "wrong", said, f'publish TXT _dmarc.{domain} "v=DMARC1; p=none; rua=mailto:…"')


def _policy(name: str, tags: Mapping[str, str], *, inherited: bool) -> Diagnosis:
    policy = (tags.get("sp") if inherited else None) or tags.get("p", "")
    if policy.lower() not in ("none", "quarantine", "reject"):
        return Diagnosis("DMARC", "wrong", f"{name} has no policy that is known", "say p=none, quarantine or reject")
    if policy.lower() == "none":
        mend = "once its reports show nobody else, say p=quarantine: forged mails in your name are taken as they are"
        return Diagnosis("DMARC", "note", f"{name}: p=none", mend)
    return Diagnosis("DMARC", "well", f"{name}: p={policy}")


def _tags(record: str) -> dict[str, str]:
    """`a=1; b=2` as both DKIM and DMARC write it; of a tag that comes twice the first."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
