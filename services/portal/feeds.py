"""Feeds: the newest jobs for criteria, as Atom (RFC 4287) and JSON Feed 1.1, for whoever reads them in a reader."""

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from typing import Final, Literal
from urllib.parse import urlsplit

import orjson
from fastapi import APIRouter
from starlette.requests import Request
from starlette.responses import Response

from schemas.posting import PostingCore
from services.portal.accounts.guard import FormGuard
from services.portal.answers import answers, query
from services.portal.door import Door, ForgedError
from services.portal.forms import fault_in
from services.portal.pages import words_for
from services.portal.search_form import ASKING, DEFAULTS, search_of
from services.runtime.errors import UnavailableError, UsageError
from services.usecases import searches
from services.usecases.errors import WrongFieldError
from services.usecases.live_previews import LivePreviews
from services.usecases.searches import query_of
from services.usecases.wording import shown_job
from services.wording.catalogues import words_of
from services.wording.words import Words, mark

Kind = Literal["atom", "json"]
_MEDIA: Final[dict[Kind, str]] = {"atom": "application/atom+xml", "json": "application/feed+json"}
_FRESH_S: Final = 300
_PRIVATE: Final = {"Cache-Control": f"private, max-age={_FRESH_S}"}
_FOR_ALL: Final = {
    "Cache-Control": f"public, max-age={_FRESH_S}",
    # What anybody may read, a script of any page may show.
    "Access-Control-Allow-Origin": "*",
    "Cross-Origin-Resource-Policy": "cross-origin",
}
_ASKED: Final = (*ASKING, "time_zone")
"""What the address of a feed for criteria may say."""
_BEYOND_XML: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535))
"""Characters that no document of XML 1.0 may hold."""


@dataclass(frozen=True, slots=True)
class Entry:
    """A job of a feed."""

    id: str
    title: str
    url: str
    """Empty where the posting has none that may be followed."""
    content_text: str
    date_published: str
    date_modified: str
    """RFC 3339, as the other."""


@dataclass(frozen=True, slots=True)
class Feed:
    """Jobs, the newest first, in the words of a reader."""

    title: str
    own_url: str
    alerts_url: str
    """Where one signs up for mails of such jobs: the page that a reader leads to."""
    updated: datetime
    entries: Sequence[Entry]


def routes(door: Door, guard: FormGuard, live: LivePreviews) -> APIRouter:
    """`GET /feed.atom` and `/feed.json`, whose criteria are fields of the form of a search; `GET /f/KEY.atom`."""
    kinds = {"atom": "string", "json": "object"}
    documents = {media: {"schema": {"type": kinds[kind]}} for kind, media in _MEDIA.items()}
    router = APIRouter(
        responses={**answers(400, 404, 429, 503), 200: {"content": documents}, 304: {"description": "As it was."}}
    )

    @router.get("/feed.{kind}", openapi_extra=query(*_ASKED))
    async def feed(request: Request, kind: Kind) -> Response:
        """The newest jobs that fit what the address asks for."""
        guard.check_feed(request)
        words = words_for(request)
        try:
            made = await door.work(partial(_public, door, live, request, words))
        except WrongFieldError as error:
            return door.show(
                "failed", words, 400, title=words.say(mark("That could not be done")), text=fault_in(error, words)
            )
        return answered(request, kind, made, door, words, _FOR_ALL)

    @router.get("/f/{key}.{kind}")
    async def own(request: Request, key: str, kind: Kind) -> Response:
        """The newest jobs that mails of somebody's search would hold, by the secret address that they made."""
        found = await door.work(lambda: searches.with_feed(door.installation, key))
        guard.check_feed(request, key if found else "")
        if found is None:
            raise ForgedError
        saved, reader = found
        words = words_of(reader.locale)
        query = query_of(saved)
        newest = partial(live.passing, query, reader, door.clock())
        made = await door.work(
            partial(made_of, door, live, saved.name, newest, f"{door.base}{request.url.path}", words)
        )
        return answered(request, kind, made, door, words, _PRIVATE)

    return router


def _public(door: Door, live: LivePreviews, request: Request, words: Words) -> Feed:
    """Raises WrongFieldError, UsageError, UnavailableError."""
    asked = dict(request.query_params)
    if unknown := sorted(asked.keys() - {*_ASKED}):
        # To leave it out would be to show what nobody asked for.
        raise UsageError(f"a feed has no field {unknown[0]!r}")
    search = search_of({**DEFAULTS, **asked}, words)
    if search is None:
        raise UsageError("a feed needs something that is asked for")
    own_url = f"{door.base}{request.url.path}?{request.url.query}"
    newest = partial(live.newest, search.criteria)
    return made_of(door, live, search.name, newest, own_url, words, asks=f"?{request.url.query}")


def made_of(
    door: Door,
    live: LivePreviews,
    name: str,
    newest: Callable[[], Sequence[PostingCore]],
    own_url: str,
    words: Words,
    asks: str = "",
) -> Feed:
    """A feed of what `newest` gives. `asks`: the query that fills the form of sign-up.

    Raises UnavailableError while the postings of the last days are being read.
    """
    if not live.ready:
        raise UnavailableError("the postings of the last days are still being read")
    found = newest()
    board = door.installation.settings.mail.sender_name
    entries = []
    for posting in found:
        shown = shown_job(posting, words)
        entries.append(
            Entry(
                id=f"tag:{urlsplit(door.base).hostname or 'localhost'},2026:{posting.posting_id}",
                title=f"{shown.title} · {shown.company}" if shown.company else shown.title,
                url=shown.url,
                content_text=" · ".join(filter(None, (shown.where, shown.pay, *shown.details, shown.source))),
                date_published=_written(min(posting.posted_at or posting.seen_at, posting.fetched_at)),
                date_modified=_written(posting.fetched_at),
            )
        )
    changed = max((posting.fetched_at for posting in found), default=door.clock().replace(hour=0, minute=0, second=0))
    alerts_url = f"{door.base}/sign-up{asks}"
    return Feed(f"{name} · {board}", own_url, alerts_url, changed.replace(microsecond=0), entries)


def answered(request: Request, kind: Kind, feed: Feed, door: Door, words: Words, headers: dict[str, str]) -> Response:
    """The feed, or that whoever asks has it already (RFC 9110, section 13)."""
    body = _json(feed, words) if kind == "json" else _atom(feed, door, words)
    etag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {
        **headers,
        "ETag": etag,
        "Last-Modified": format_datetime(feed.updated.astimezone(UTC), usegmt=True),
        "Vary": "Accept-Language",
    }
    if _is_unchanged(request, etag, feed.updated):
        return Response(status_code=304, headers=headers)
    return Response(body, 200, headers, _MEDIA[kind])


def _is_unchanged(request: Request, etag: str, updated: datetime) -> bool:
    known = request.headers.get("if-none-match")
    if known is not None:
        return known.strip() == "*" or etag in (part.strip().removeprefix("W/") for part in known.split(","))
    try:
        since = parsedate_to_datetime(request.headers.get("if-modified-since", ""))
    except (ValueError, OverflowError):
        return False
    return since.tzinfo is not None and updated <= since


def _json(feed: Feed, words: Words) -> bytes:
    items = [{name: value for name, value in asdict(entry).items() if value} for entry in feed.entries]
    return orjson.dumps(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": feed.title,
            "home_page_url": feed.alerts_url,
            "feed_url": feed.own_url,
            "language": words.tag,
            "items": items,
            "_jobchime": {"alerts": words.say("Get these jobs by mail"), "alerts_url": feed.alerts_url},
        }
    )


def _atom(feed: Feed, door: Door, words: Words) -> bytes:
    page = door.show("feed", words, feed=feed, updated=_written(feed.updated))
    return bytes(page.body).decode().translate(_BEYOND_XML).encode()


def _written(at: datetime) -> str:
    return f"{at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}"
