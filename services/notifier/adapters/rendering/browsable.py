"""Digests as pages to look at: an index beside each mail in light and dark."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from babel.dates import format_date, format_datetime

from schemas.counted import counted
from services.notifier.adapters.mail.folder import file_name_of, write_whole
from services.notifier.adapters.rendering.jinja import environment
from services.runtime.files.private import private_folder
from services.wording.lines import one_line, zone_of

PAGES = "pages"
"""The folder beside the index that holds the mails' pages."""

_DARK_RULE = re.compile(r"@media\s*\(prefers-color-scheme:\s*dark\)")
_SCHEMES = re.compile(r"((?:supported-)?color-schemes?\b[^;>]{0,30}?)light dark")
_LOCALE = "en"


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
    jobs: int
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
    jobs = sum(row.mail.jobs for row in rows)
    page = (
        environment()
        .get_template("index.html.j2")
        .render(title=one_line(title), note=note, rows=rows, people=people, jobs=jobs)
    )
    index = folder / "index.html"
    write_whole(index, page.encode("utf-8"))
    return index


def in_scheme(html: str, scheme: str) -> str:
    """The same mail as a reader with that colour scheme sees it, whatever this browser prefers."""
    forced = _DARK_RULE.sub("@media all" if scheme == "dark" else "@media not all", html)
    return _SCHEMES.sub(rf"\g<1>{scheme}", forced)


def _row(mail: BrowsableMail) -> _Row:
    local = mail.due_at.astimezone(zone_of(mail.time_zone))
    counts = [counted(mail.jobs, "job")]
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
