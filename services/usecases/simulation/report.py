"""What the demo did: in numbers, and its digests as pages to look at, an index beside each mail in light and dark."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_date, format_datetime
from jinja2 import FileSystemLoader
from sqlalchemy import Engine, func, select

from schemas.codec import decode
from schemas.counted import counted
from schemas.keys import from_text
from schemas.match import Matches
from schemas.raw import RawPosting
from schemas.sql.tables import digest_items
from schemas.topics import MATCHES, POSTINGS, RAW, dead_of
from services.embedded import Embedded
from services.ingest.adapters.sql import SqlSourceLedger
from services.notifier.adapters.mail.folder import file_name_of, write_whole
from services.notifier.adapters.rendering.jinja import environment
from services.notifier.adapters.sql.digests.digest_rows import KeptDigest
from services.notifier.domain.people import Subscriber
from services.notifier.ports import Email
from services.runtime.files.private import private_folder
from services.runtime.sql.store import reading
from services.usecases.installation import Installation
from services.wording.lines import one_line, zone_of

_TEMPLATES = Path(__file__).parent / "templates"
PAGES = "pages"
"""The folder beside the index that holds the mails' pages."""
_DARK_RULE = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
_SCHEMES = re.compile(r"((?:supported-)?color-schemes?\b[^;>]{0,30}?)light dark")
_LOCALE = "en"


@dataclass(frozen=True, slots=True)
class SourceLine:
    """One source."""

    source: str
    format: str
    raw: int
    """Raw postings: new and changed items."""
    dead: int
    skipped: int


@dataclass(frozen=True, slots=True)
class PersonLine:
    """One subscriber."""

    name: str
    time_zone: str
    searches: int
    mailed: int
    holds: int
    """Due times at which nothing was worth a mail."""
    last_subject: str
    search_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoReport:
    """All of it."""

    sources: tuple[SourceLine, ...]
    dead: tuple[tuple[str, int], ...]
    """Dead letters by reason."""
    postings: int
    closed: int
    criteria: int
    matches: int
    near: int
    people: tuple[PersonLine, ...]


def report_of(form: Embedded, people: Mapping[str, tuple[Subscriber, int]], history: list[KeptDigest]) -> DemoReport:
    """Count what is in the log and the store. `people` are the subscribers with their number of searches, by id."""
    raw, dead, reasons = Counter[str](), Counter[str](), Counter[str]()
    for record in form.log.read_all(RAW.name):
        raw[decode(RawPosting, record.value).source] += 1
    for topic in (RAW, POSTINGS, MATCHES):
        for record in form.log.read_all(dead_of(topic.name)):
            reasons[record.headers.get("error", "unknown")] += 1
            dead[record.headers.get("source") or _source_of(record.value)] += 1
    open_ids, closed_ids, hits, near, keys = set[str](), set[str](), 0, 0, set[int]()
    for record in form.log.read_all(MATCHES.name):
        found = decode(Matches, record.value)
        (closed_ids if found.posting.status == "closed" else open_ids).add(found.posting.posting_id)
        matched = from_text(found.keys)
        hits, near = hits + matched.size, near + from_text(found.near).size
        keys.update(matched.tolist())
    healths = SqlSourceLedger(form.engine).healths()
    return DemoReport(
        sources=tuple(
            SourceLine(h.source, h.format or "unknown", raw[h.source], dead[h.source], h.counts.skipped)
            for h in healths
        ),
        dead=tuple(reasons.most_common()),
        postings=len(open_ids | closed_ids),
        closed=len(closed_ids),
        criteria=len(keys),
        matches=hits,
        near=near,
        people=tuple(_person(form, person, history) for person, _ in people.values()),
    )


def _person(form: Embedded, person: Subscriber, history: list[KeptDigest]) -> PersonLine:
    searches = Installation(form.settings, form.engine).searches.all(person.subscriber_id)
    own = [kept for kept in history if kept.subscriber_id == person.subscriber_id]
    mailed = [kept for kept in own if kept.outcome == "digest"]
    return PersonLine(
        name=person.profile.name,
        time_zone=person.profile.time_zone,
        searches=len(searches),
        mailed=len(mailed),
        holds=len(own) - len(mailed),
        last_subject=mailed[-1].subject if mailed else "",
        search_ids=tuple(search.search_id for search in searches),
    )


def _source_of(value: bytes) -> str:
    try:
        return decode(RawPosting, value).source
    except ValueError:
        return "unknown"


@dataclass(frozen=True, slots=True)
class BrowsableMail:
    """One mail and where it went."""

    delivery_id: str
    recipient: str
    """What to call the subscriber."""
    time_zone: str
    """IANA name; times are shown in it."""
    about: str
    """A few words beside the name, such as currency and searches."""
    due_at: datetime
    subject: str
    preheader: str
    html: str
    eml_path: str
    """Relative to the index, or empty."""
    postings: int
    """Of those that fit; on a card there may be several."""
    near: int
    left_out: int


@dataclass(frozen=True, slots=True)
class _Row:
    mail: BrowsableMail
    page: str
    day: str
    sort_day: str
    time: str
    counts: str


def write_index(
    out: Path, engine: Engine, people: Mapping[str, tuple[Subscriber, int]], history: list[KeptDigest], note: str
) -> Path:
    """Write index.html and the pages of all digests that were mailed; gives the index."""
    counts = _items(engine)
    mails = [_mail(kept, kept.email, people[kept.subscriber_id], counts) for kept in history if kept.email is not None]
    return write_pages(out, "What everybody got", mails, note)


def _mail(
    kept: KeptDigest, email: Email, owner: tuple[Subscriber, int], counts: Mapping[tuple[str, str], int]
) -> BrowsableMail:
    person, searches = owner
    profile = person.profile
    return BrowsableMail(
        delivery_id=email.delivery_id,
        recipient=profile.name or profile.address,
        time_zone=profile.time_zone,
        about=f"{profile.time_zone}, {profile.currency}, {counted(searches, 'search')}",
        due_at=kept.due_at,
        subject=email.subject,
        preheader="",
        html=email.html,
        eml_path=f"mails/{file_name_of(email.delivery_id)}",
        postings=counts[kept.digest_id, "match"],
        near=counts[kept.digest_id, "near"],
        left_out=0,
    )


def _items(engine: Engine) -> Counter[tuple[str, str]]:
    query = select(digest_items.c.digest_id, digest_items.c.kind, func.count()).group_by(
        digest_items.c.digest_id, digest_items.c.kind
    )
    with reading(engine) as connection:
        return Counter({(digest_id, kind): count for digest_id, kind, count in connection.execute(query).all()})


def write_pages(folder: Path, title: str, mails: Sequence[BrowsableMail], note: str = "") -> Path:
    """Write `index.html` and a light and a dark page for each mail; the same mails give the same bytes.

    All links are relative and nothing is loaded from elsewhere. Returns the index. Raises OSError.
    """
    pages = folder / PAGES
    private_folder(pages)
    ordered = sorted(mails, key=lambda mail: (mail.recipient.casefold(), mail.recipient, mail.due_at, mail.delivery_id))
    rows = [_row(mail) for mail in ordered]
    for row in rows:
        for scheme in ("light", "dark"):
            write_whole(folder / f"{row.page}.{scheme}.html", in_scheme(row.mail.html, scheme).encode("utf-8"))
    people = len({row.mail.recipient for row in rows})
    postings = sum(row.mail.postings for row in rows)
    index_page = environment().overlay(loader=FileSystemLoader(_TEMPLATES)).get_template("index.html.j2")
    page = index_page.render(title=one_line(title), note=note, rows=rows, people=people, postings=postings)
    index = folder / "index.html"
    write_whole(index, page.encode("utf-8"))
    return index


def in_scheme(html: str, scheme: str) -> str:
    """The same mail as a reader with that colour scheme sees it, whatever this browser prefers."""
    forced = _DARK_RULE.sub("@media all" if scheme == "dark" else "@media not all", html)
    return _SCHEMES.sub(rf"\g<1>{scheme}", forced)


def _row(mail: BrowsableMail) -> _Row:
    local = mail.due_at.astimezone(zone_of(mail.time_zone))
    counts = [counted(mail.postings, "posting")]
    if mail.near:
        counts.append(f"{mail.near} near")
    if mail.left_out:
        counts.append(f"{mail.left_out} more")
    return _Row(
        mail=mail,
        page=f"{PAGES}/{file_name_of(mail.delivery_id).removesuffix('.eml')}",
        day=format_date(local.date(), "EEEE, d MMMM y", locale=_LOCALE),
        sort_day=local.date().isoformat(),
        time=format_datetime(local, "EEE d MMM, HH:mm", locale=_LOCALE),
        counts=" · ".join(counts),
    )
