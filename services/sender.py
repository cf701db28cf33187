"""What the domain of `mail.sender_address` says of who may send for it, without which mails are taken for spam."""

import base64
import binascii
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

from services.notifier.mail_settings import MailSettings
from services.runtime.errors import UnavailableError
from services.runtime.http.names import TextRecords
from services.runtime.privacy.redaction import redacted

_SPF = re.compile(r"v=spf1(?=\s|$)", re.IGNORECASE)
_LOOKS_UP = re.compile(r"[+?~-]?(include:|a([:/]|$)|mx([:/]|$)|ptr([:]|$)|exists:)|redirect=", re.IGNORECASE)
_MOST_LOOKUPS = 10
"""RFC 7208 section 4.6.4."""
_LEAST_RSA_BYTES = 150
"""An RSA key of 1024 bits is 162 bytes long, one of 768 bits 124."""


@dataclass(frozen=True, slots=True)
class SenderRecord:
    """One thing that a domain says, or does not."""

    what: str
    grade: Literal["well", "note", "wrong"]
    said: str
    mend: str = ""
    """What to do; of what is well, empty."""


def asked_again_s(records: Sequence[SenderRecord]) -> float:
    """After how many seconds a domain that said this is asked again: sooner while somebody may be mending it."""
    return 300.0 if any(record.grade == "wrong" for record in records) else 3_600.0


def sender_records(mail: MailSettings, texts: TextRecords) -> Iterator[SenderRecord]:
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
        yield SenderRecord("SPF, DKIM, DMARC", "note", f"not looked at: {redacted(error)}", by_hand)
        return
    yield from found


def _spf(mail: MailSettings, domain: str, texts: TextRecords) -> SenderRecord:
    """RFC 7208, of the domain that mails return to; SendGrid publishes one of its own below the sender's."""
    records = [text for text in texts.of(domain) if _SPF.match(text)]
    own_path = mail.mailer == "sendgrid"
    if not records:
        said = f"{domain} has no SPF record, which names the servers that may send for it"
        if own_path:
            mend = (
                'nothing, if "Domain Authentication" is on at SendGrid: mails then return to a name of its own below it'
            )
            return SenderRecord("SPF", "note", said, mend)
        return SenderRecord("SPF", "wrong", said, f'publish TXT {domain} "v=spf1 … -all" naming your mail server')
    if len(records) > 1:
        said = f"{domain} has {len(records)} records where one is allowed, so that none counts"
        return SenderRecord("SPF", "wrong", said, "join them into one")
    terms = records[0].split()[1:]
    if any(term.lower() in ("all", "+all") for term in terms):
        return SenderRecord("SPF", "wrong", "anybody may send as this domain (+all)", "end the record in -all or ~all")
    lookups = sum(bool(_LOOKS_UP.match(term)) for term in terms)
    if lookups > _MOST_LOOKUPS:
        said = f"it takes {lookups} look-ups, and {_MOST_LOOKUPS} are the most"
        return SenderRecord("SPF", "wrong", said, "name networks (ip4:, ip6:) in place of names")
    return SenderRecord("SPF", "well", records[0])


def _dkim(mail: MailSettings, domain: str, texts: TextRecords) -> Iterator[SenderRecord]:
    """RFC 6376 section 3.6.1, and RFC 8301 of the length of keys."""
    selectors = mail.dkim_selectors or (("s1", "s2") if mail.mailer == "sendgrid" else ())
    if not selectors:
        said = "not looked at: which key your mail server signs with is not known here"
        yield SenderRecord(
            "DKIM", "note", said, 'name it: mail.dkim_selectors = ["…"], the s= of the DKIM-Signature of a mail'
        )
    for selector in selectors:
        name = f"{selector}._domainkey.{domain}"
        yield _key(f"DKIM {selector}", name, texts.of(name), by_sendgrid=mail.mailer == "sendgrid")


def _key(what: str, name: str, records: Sequence[str], *, by_sendgrid: bool) -> SenderRecord:
    publish = (
        'publish the records that "Domain Authentication" at SendGrid shows'
        if by_sendgrid
        else f"publish TXT {name} with the key that your mail server signs with, or mend mail.dkim_selectors"
    )
    if not records:
        return SenderRecord(what, "wrong", f"there is no {name}: mails are not taken for genuine", publish)
    tags = _tags(records[0])
    key = re.sub(r"\s", "", tags.get("p", ""))
    if not key:
        return SenderRecord(what, "wrong", f"the key at {name} is withdrawn, or missing", publish)
    try:
        length = len(base64.b64decode(key, validate=True))
    except (binascii.Error, ValueError):
        return SenderRecord(what, "wrong", f"the key at {name} cannot be read", publish)
    if tags.get("k", "rsa").lower() == "rsa" and length < _LEAST_RSA_BYTES:
        return SenderRecord(what, "wrong", f"the key at {name} is shorter than 1024 bits", "make one of 2048 bits")
    if "y" in tags.get("t", "").lower().split(":"):
        said = f"{name} says that it is on trial: mails are taken as if they were not signed"
        return SenderRecord(what, "note", said, "take t=y out once mails pass")
    return SenderRecord(what, "well", name)


def _dmarc(domain: str, texts: TextRecords) -> SenderRecord:
    """RFC 7489, asked for by the domain and then by each domain above it."""
    labels = domain.split(".")
    for depth in range(len(labels) - 1):
        name = f"_dmarc.{'.'.join(labels[depth:])}"
        records = [text for text in texts.of(name) if re.match(r"v\s*=\s*DMARC1\s*(;|$)", text)]
        if len(records) > 1:
            said = f"{name} has {len(records)} records where one is allowed, so that none counts"
            return SenderRecord("DMARC", "wrong", said, "leave one")
        if records:
            return _policy(name, _tags(records[0]), inherited=depth > 0)
    said = f"{domain} has no DMARC record, which Gmail and Yahoo require of whoever sends to many"
    return SenderRecord("DMARC", "wrong", said, f'publish TXT _dmarc.{domain} "v=DMARC1; p=none; rua=mailto:…"')


def _policy(name: str, tags: Mapping[str, str], *, inherited: bool) -> SenderRecord:
    policy = (tags.get("sp") if inherited else None) or tags.get("p", "")
    if policy.lower() not in ("none", "quarantine", "reject"):
        return SenderRecord("DMARC", "wrong", f"{name} has no policy that is known", "say p=none, quarantine or reject")
    if policy.lower() == "none":
        mend = "once its reports show nobody else, say p=quarantine: forged mails in your name are taken as they are"
        return SenderRecord("DMARC", "note", f"{name}: p=none", mend)
    return SenderRecord("DMARC", "well", f"{name}: p={policy}")


def _tags(record: str) -> dict[str, str]:
    """`a=1; b=2` as both DKIM and DMARC write it; of a tag that comes twice the first."""
    tags: dict[str, str] = {}
    for part in record.split(";"):
        name, equals, value = part.partition("=")
        if equals:
            tags.setdefault(name.strip().lower(), value.strip())
    return tags
