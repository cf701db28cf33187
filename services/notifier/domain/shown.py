"""A digest as its reader sees it: words and addresses, ready for any template."""

from dataclasses import dataclass
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from schemas.posting import PostingCore
from services.notifier.domain import job_wording, wording
from services.notifier.domain.amounts import converted_pay, stated_pay
from services.notifier.domain.lines import capitalised, locale_of, one_line, zone_of
from services.notifier.domain.model import Digest, Item, Sender
from services.notifier.ports import Links


@dataclass(frozen=True, slots=True)
class ShownJob:
    """One job in words. An empty string is left out."""

    title: str
    url: str
    company: str
    where: str
    pay: str
    pay_converted: str
    details: str
    """Level, time zones, that pay is not stated, age."""
    why: str
    fault: str
    """Of a near miss: what is off."""
    found_by: str
    source: str
    source_url: str
    hide_company: str
    not_relevant: str


@dataclass(frozen=True, slots=True)
class ShownDigest:
    """A whole digest in words."""

    language: str
    subject: str
    preheader: str
    headline: str
    day: str
    jobs: tuple[ShownJob, ...]
    near: tuple[ShownJob, ...]
    more: str
    why: str
    manage: str
    unsubscribe: str
    from_name: str
    from_line: str


@dataclass(frozen=True, slots=True)
class _Reader:
    digest: Digest
    links: Links
    zone: ZoneInfo
    locale: str


def show(digest: Digest, links: Links, sender: Sender) -> ShownDigest:
    """Put a digest into its reader's words, currency and calendar."""
    locale = locale_of(digest.recipient.locale)
    reader = _Reader(digest, links, zone_of(digest.recipient.time_zone), locale)
    return ShownDigest(
        language=locale.replace("_", "-"),
        subject=wording.subject(digest, locale),
        preheader=wording.preheader(digest),
        headline=wording.headline(digest),
        day=wording.day_line(digest, reader.zone, locale),
        jobs=tuple(_job(item, reader) for item in digest.items),
        near=tuple(_job(item, reader) for item in digest.near),
        more=wording.more_line(digest.left_out),
        why=wording.why_line(digest),
        manage=web_address(links.manage),
        unsubscribe=web_address(links.unsubscribe),
        from_name=one_line(sender.name),
        from_line=one_line(wording.sender_line(sender)),
    )


def web_address(url: str | None) -> str:
    """The address where it is http(s) with a host and no odd characters, else empty: a feed may hold anything."""
    if not url or not url.isprintable() or any(character in " \"'<>`\\" for character in url):
        return ""
    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        return ""
    return url if usable else ""


def _job(item: Item, reader: _Reader) -> ShownJob:
    posting = item.posting
    details = [
        job_wording.level_line(posting),
        job_wording.timezones_line(posting.timezones),
        job_wording.no_pay_line(posting),
        job_wording.age_line(posting, reader.digest.due_at, reader.zone, reader.locale),
    ]
    pay = stated_pay(posting.salary, reader.locale) if posting.salary else ""
    source, source_url = _source(posting)
    return ShownJob(
        title=one_line(posting.title) or "A job without a title",
        url=web_address(posting.url) or web_address(posting.apply_url),
        company=one_line(posting.company.name),
        where=job_wording.reach_line(posting, reader.locale),
        pay=capitalised(pay),
        pay_converted=(
            converted_pay(posting.salary, reader.digest.recipient.currency, reader.locale) if posting.salary else ""
        ),
        details=capitalised(" · ".join(detail for detail in details if detail)),
        why=job_wording.reason_line(item),
        fault=job_wording.fault_line(item),
        found_by=job_wording.found_line(item.found_by),
        source=source,
        source_url=source_url,
        hide_company=web_address(reader.links.hide_company.get(posting.posting_id)),
        not_relevant=web_address(reader.links.not_relevant.get(posting.posting_id)),
    )


def _source(posting: PostingCore) -> tuple[str, str]:
    if posting.attribution is None:
        return "", ""
    return one_line(posting.attribution.name), web_address(posting.attribution.url)
