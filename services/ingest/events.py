"""What the collectors send: raw postings, and dead letters of what could not be read."""

import json
import re
from collections.abc import Callable, Container, Iterable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from pydantic_core import to_json

from schemas.codec import digest_of, encode
from schemas.giving import OWN_WORDS
from schemas.headers import headers_of
from schemas.posting import Attribution, posting_id_of
from schemas.raw import RawPosting
from schemas.topics import RAW, dead_of
from services.ingest.domain.dates import read_date
from services.ingest.domain.draft import Draft
from services.ingest.domain.pay.reading import is_in_another_unit
from services.ingest.domain.polling.changed import Differs, differs, words_of_title
from services.ingest.domain.polling.giving import ODD_PAY
from services.ingest.domain.polling.listing import KnownItem, ListedItem, sent_hash
from services.ingest.faults import FeedFault, too_large
from services.ingest.ports import Broken, Format, Item, JsonObject, UnusableItemError
from services.rules.money import rates_before
from services.rules.text import collapsed
from services.rules.web_address import web_address
from services.runtime.chunks import chunked
from services.runtime.letters.writing import fault_headers
from services.runtime.privacy.redaction import redacted, without_addresses
from services.runtime.privacy.secrets import without_keys
from services.runtime.records import Outgoing

COLLECTOR = "ingest.collector"
MOST_ITEM = 900_000
"""Bytes of one item: a record of a log is at most 1 MB."""
_EXCERPT = 500
_AT_ONCE = 500
_A_DAY = timedelta(days=1)
_DIGITS = re.compile(r"\d+")
_ANY_TAG = re.compile(r"<[^<>]{0,2000}(?:>|\Z)")
_OPENING, _READ_FOR_OPENING = 25, (250, 2_000)
"""Characters in which texts differ, but for a banner as short as "This position has been filled"; and of how much they
are read, as tags stand before and between them: of little first, for each row of each poll is read."""
_TEASER = 500
"""Characters of markup that hold a few sentences: what is cut to be shown in a list is no longer."""


def seen_of(found: Format, item: Item, now: datetime) -> ListedItem | Broken:
    """Read of an item what the ledger keeps: its content hash and its dates. Broken where it cannot be written down."""
    if not _is_text(item.source_id):
        fault = FeedFault("bad_id", "an item's id holds characters that are none", "id")
        return Broken(fault, repr(item.source_id)[:_EXCERPT])
    try:
        canonical = json.dumps(found.fingerprint(item.data), sort_keys=True, separators=(",", ":"))
        size = len(to_json({"item": item.data}))
    except (ValueError, TypeError, RecursionError) as error:
        fault = FeedFault("not_writable", f"an item cannot be written as JSON: {redacted(error, 100)}")
        return Broken(fault, source_id=item.source_id)
    if size > MOST_ITEM:
        fault = too_large("item_too_large", "an item is", MOST_ITEM, "bytes")
        return Broken(fault, source_id=item.source_id)
    try:
        draft = found.draft(item.data)
    except UnusableItemError:
        # Still sent on: the normaliser gives it its dead letter, so that a better one can take it up again.
        draft = Draft(item.source_id, "", "")
    posted_at = read_date("posted_at", draft.posted_at, fetched_at=now).value
    return ListedItem(
        source_id=item.source_id,
        format=found.name,
        content_hash=digest_of(found.name, canonical),
        posted_at=posted_at,
        expires_at=read_date("expires_at", draft.expires_at, fetched_at=now).value,
        says=_stated(draft, posted_at, now),
        host=_host_of(draft.url or draft.apply_url or ""),
        titled=words_of_title(draft.title),
    )


def _host_of(url: str) -> str:
    with suppress(ValueError):
        return urlsplit(url).hostname or ""
    return ""


def other_jobs(
    found: Format, changed: Mapping[str, JsonObject], before: Mapping[str, JsonObject], now: datetime
) -> Mapping[str, Differs]:
    """Which of the items that changed may be other jobs now, and in what they differ; `before`: these as they were."""
    rates, others = rates_before(now.date()), {}
    for source_id, item in before.items():
        # What cannot be read is told of itself.
        with suppress(UnusableItemError):
            if in_what := differs(found.draft(changed[source_id]), found.draft(item), rates):
                others[source_id] = in_what
    return others


def count_renumbered(
    formats: Mapping[str, Format],
    lacking: Iterable[KnownItem],
    items_of: Callable[[list[str]], Mapping[str, JsonObject]],
    listed: Container[object],
    now: datetime,
) -> int:
    """How many have a title that is listed, by the hash of its words, as of a board that gives its jobs other ids."""
    count = 0
    for some in chunked(lacking, _AT_ONCE):
        format_of = {row.source_id: formats[row.format] for row in some if row.format in formats}
        for source_id, item in items_of([*format_of]).items():
            seen = seen_of(format_of[source_id], Item(source_id, item), now)
            count += isinstance(seen, ListedItem) and hash(seen.titled) in listed
    return count


def _stated(draft: Draft, posted_at: datetime | None, now: datetime) -> Mapping[str, str]:
    """What a mapping may lose of all rows and no single one shows: many postings say none of it."""
    stated: dict[str, object] = {
        "pay": draft.pay_text or any(band.min is not None or band.max is not None for band in draft.pay),
        "place": draft.locations or draft.restriction or draft.restriction_open or draft.workplace,
        # A date alone is read as its first moment, in a zone that may be ahead.
        "date": posted_at is not None and posted_at < now + _A_DAY,
        "title": draft.title,
        "text": draft.html,
        "opening": _opening(draft.html),
        "whole text": len(draft.html) > _TEASER,
        "link": (link := web_address(draft.url) or web_address(draft.apply_url)),
        "page": link.partition("?")[0],
        "company": draft.company,
        "town": draft.locations,
        ODD_PAY: is_in_another_unit(draft, rates_before(now.date())),
    }
    return {name: str(value) if name in OWN_WORDS else "" for name, value in stated.items() if value}


def _opening(markup: str) -> str:
    """How a text begins, in lower case and without its tags; empty of a text that is no longer than that."""
    for most in _READ_FOR_OPENING:
        words = collapsed(_ANY_TAG.sub(" ", markup[:most]))
        if len(words) > _OPENING:
            return words[:_OPENING].casefold()
    return ""


def _is_text(text: str) -> bool:
    # A NUL cannot be stored, half of a surrogate pair cannot be sent.
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)


def raw_record(
    known: KnownItem, item: JsonObject, *, closed: bool, attribution: Attribution | None, now: datetime
) -> Outgoing:
    """A raw posting on its way to raw.v1."""
    posting_id = posting_id_of(known.source, known.source_id)
    raw = RawPosting(
        posting_id=posting_id,
        source=known.source,
        source_id=known.source_id,
        format=known.format,
        event="closed" if closed else "seen",
        item=item,
        content_hash=sent_hash(known),
        fetched_at=now,
        backlog=known.backlog,
        attribution=attribution,
    )
    headers = headers_of(
        id=digest_of(posting_id, raw.event, raw.content_hash, now.isoformat()),
        type=f"{RAW.name}.{raw.event}",
        source=COLLECTOR,
        at=now,
    )
    return Outgoing(RAW.name, posting_id.encode(), encode(raw), headers)


def fault_of(source: str, broken: Broken) -> str:
    """Name a fault, the same at each poll and whatever its sentence."""
    fault = broken.fault
    return digest_of(source, "fault", fault.code, fault.field or "", _place_of_fault(broken))


def earlier_fault_of(source: str, broken: Broken) -> str:
    """The name of a fault until 2026-11, by its sentence: what a store remembers of then has its dead letter already.

    It may go, with its one caller, once `ingest.keep_closed` has passed since an upgrade: by then they are pruned.
    """
    return digest_of(source, _DIGITS.sub("#", broken.reason), _place_of_fault(broken))


def _place_of_fault(broken: Broken) -> str:
    return broken.source_id if broken.source_id is not None else "" if broken.ends_feed else broken.excerpt


def dead_letter(source: str, broken: Broken, now: datetime) -> Outgoing:
    """The dead letter of a fault in a feed. It has no origin in a log, so it cannot be replayed; a poll tries again."""
    source_id = (broken.source_id or "").encode("utf-8", "replace").decode()
    topic = dead_of(RAW.name)
    headers = headers_of(
        id=digest_of(topic, fault_of(source, broken), now.isoformat()), type=topic, source=COLLECTOR, at=now
    )
    headers |= {
        "error": without_addresses(without_keys(broken.reason)),
        "error_type": "FeedFault",
        "attempts": "1",
        "consumer": COLLECTOR,
        "origin_topic": "",
        "origin_partition": "",
        "origin_offset": "",
        "failed_at": now.isoformat(),
        "source": source,
        "source_id": without_addresses(without_keys(source_id))[:_EXCERPT],
    }
    headers |= fault_headers(broken.fault.code, broken.fault.field)
    key = posting_id_of(source, source_id) if source_id else source
    excerpt = without_addresses(without_keys(broken.excerpt))[:_EXCERPT].encode("utf-8", "replace")
    return Outgoing(topic, key.encode(), excerpt, headers)
