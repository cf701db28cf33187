"""We Work Remotely's RSS: the newest of one board, whole or by category."""

import re
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from lxml import etree

from services.ingest.adapters.formats.base import Part, cut, opened
from services.ingest.adapters.formats.board import Board
from services.ingest.adapters.formats.fields import plain, stated, text_of
from services.ingest.adapters.formats.reading import head_text
from services.ingest.adapters.formats.xml_rows import items, local_name, text_in
from services.ingest.domain.draft import Draft, Stated
from services.ingest.ports import Broken, JsonObject

_HOST = "weworkremotely.com"
_HEAD_BYTES = 64 * 1024
_OPEN = "anywhere in the world"
_UNSTATED = re.compile(r"other\b", re.IGNORECASE)
"""`Other (don’t specify)`: the board's word for nothing said."""
_ONLY = re.compile(r"\s+only$", re.IGNORECASE)
_FLAG = re.compile("[\U0001f1e6-\U0001f1ff]{2}|\U0001f3f4[\U000e0061-\U000e007f]{1,8}")
_LAST = re.compile(r",?\s+and\s+", re.IGNORECASE)
_JOINT = re.compile(r"(?:,\s*and|,|\s+and)\s*$", re.IGNORECASE)
_HEADER = re.compile(
    r"<p>\s{0,200}<strong>\s{0,20}Headquarters:\s{0,20}</strong>(?P<seat>[^<]{0,300})(?P<rest>(?:(?!</p>).){0,2000})</p>",
    re.DOTALL | re.IGNORECASE,
)
_LINK = re.compile(
    r"<strong>\s{0,20}URL:\s{0,20}</strong>\s{0,20}<a\s[^>]{0,200}?href=\"([^\"]{1,500})\"", re.IGNORECASE
)


class WeWorkRemotely(Board):
    """GET https://weworkremotely.com/remote-jobs.rss and /categories/remote-{category}-jobs.rss."""

    def detects(self, body: bytes) -> bool:
        """By the channel's title or link, or the first item's address: a mention in a text is none."""
        return is_weworkremotely(body)

    def split(self, body: bytes) -> Iterator[Part]:
        """Cut a body into items. Never raises."""
        return opened(body, lambda text: cut(map(_row, items(text)), self.item, self.title_of))

    def draft(self, data: JsonObject) -> Draft:
        """Map an item; its title holds the company, its text a header, and its places stand in one text."""
        draft = super().draft(data)
        company, title = split_title(draft.title)
        header = _HEADER.search(draft.html)
        address = _LINK.search(header["rest"]) if header else None
        return replace(
            draft,
            title=title,
            company=company,
            company_url=address[1] if address else None,
            html=draft.html.replace(header[0], "", 1).strip() if header else draft.html,
            skills=stated("skills", *listed(text_of(data.get("skills")))),
            restriction=_restriction(data),
            restriction_open=_is_open(data),
            headquarters=stated("description: Headquarters", plain(header["seat"]) if header else ""),
        )


def is_weworkremotely(body: bytes) -> bool:
    """Whether the beginning of a body is of the board's channel or items."""
    head = head_text(body, _HEAD_BYTES)
    if "<rss" not in head or _HOST not in head:
        return False
    channel = head.split("<item", 1)[0]
    return "<title>We Work Remotely" in channel or any(
        _of_board(link) for link in re.findall(r"<(?:link|guid)[^<>]{0,100}>\s{0,20}([^<\s]{1,500})", head)
    )


def split_title(title: str) -> tuple[str, str]:
    """Company and role of `Company: Role`, at the first ": "; a title without one is all role."""
    company, colon, role = title.partition(": ")
    return (company.strip(), role.strip()) if colon and role.strip() else ("", title)


def listed(text: str) -> tuple[str, ...]:
    """The parts of `🇪🇸 Spain, 🇫🇷 France, and 🇩🇪 Germany` or `A, B, and C`.

    Flags part the names of countries, so that an "and" within one stays; without flags the last is told by its "and".
    """
    if _FLAG.search(text):
        return tuple(name for part in _FLAG.split(text) if (name := _JOINT.sub("", part).strip()))
    *first, last = text.split(",")
    pieces = [*first, re.sub(r"^\s*and\s+", "", last)] if first else _LAST.split(last)
    return tuple(name for piece in pieces if (name := piece.strip()))


def _restriction(data: JsonObject) -> tuple[Stated, ...]:
    """States and countries, which are more exact than the region; without them the region, where it says something."""
    narrow = (
        *stated("state", *listed(text_of(data.get("state")))),
        *stated("country", *listed(text_of(data.get("country")))),
    )
    region = text_of(data.get("region"))
    return narrow or (() if _UNSTATED.match(region) else stated("region", _ONLY.sub("", region)))


def _is_open(data: JsonObject) -> bool:
    """`Anywhere in the World` is the field's default, so that it stands only where no country or state is given."""
    stands_alone = not text_of(data.get("country")) and not text_of(data.get("state"))
    return stands_alone and text_of(data.get("region")).casefold() == _OPEN


def _of_board(link: str) -> bool:
    try:
        host = urlsplit(link).hostname or ""
    except ValueError:
        return False
    return host == _HOST or host.endswith(f".{_HOST}")


def _row(element: "etree._Element | Broken") -> JsonObject | Broken:
    if isinstance(element, Broken):
        return element
    row: JsonObject = {}
    for child in element:
        name = local_name(child)
        if name:
            row.setdefault(name, text_in(child) or child.get("url", ""))
    return row
