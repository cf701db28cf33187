"""What a listing lacks, asked for posting by posting: a few calls a poll, and none for what is known already."""

import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from schemas.codec import digest_of
from services.ingest.adapters.formats.contacts import without_contacts
from services.ingest.adapters.formats.reading import MOST_BYTES, read_text
from services.ingest.domain.dates import read_date
from services.ingest.domain.polling.schedule import Validators
from services.ingest.ports import DETAIL_STATE, Details, Fetched, FetchFailedError, Format, Item, JsonObject
from services.ingest.settings import SourceSettings
from services.runtime.privacy.redaction import redacted
from services.runtime.strict_json import read_value

Fetch = Callable[[str, Validators], Fetched]
"""Gets one address of a source. Raises FetchFailedError."""
LastSeenItems = Callable[[Collection[str]], Mapping[str, JsonObject]]
"""Items as they were last seen, by id."""

ASKED_AGAIN = timedelta(days=7)
"""Details are asked for anew after this long: a text may change while its row stays the same."""
TRIED_AGAIN = timedelta(days=1)
_MOST_FAILURES = 3
"""Calls of one poll that may fail before no more are made."""


@dataclass(slots=True)
class Completed:
    """The items of a listing that are ready to be judged."""

    items: list[Item] = field(default_factory=list)
    renewed: set[str] = field(default_factory=set)
    """Those whose state has changed, be their content as before or not."""


class DetailReader:
    """Completes the items of one poll.

    Which row a posting's details were asked for, and when, is kept within its item (`DETAIL_STATE`): a row that is as
    before costs no call. A new posting for which there is no room is left out where its details are awaited
    (`waiting`), to come with a later poll; whose call failed goes out without.
    """

    def __init__(
        self,
        source: SourceSettings,
        *,
        fetch: Fetch,
        kept: LastSeenItems,
        now: datetime,
        in_time: Callable[[], bool] = lambda: True,
    ) -> None:
        """`in_time` says whether the poll may go on with calls: slow ones must not outlast its hold on the source."""
        self._in_time = in_time
        self._source = source
        self._fetch = fetch
        self._kept = kept
        self._now = now
        self._asked = 0
        self._failures: list[str] = []
        self._put_off = False
        self._full: str | None = None
        """Why no more calls are made."""
        self._are_served = False
        """Some posting of this source has its details, so that one without may be gone."""
        self.waiting = 0
        self.gone = 0

    def complete(self, found: Format, items: Sequence[Item]) -> Completed:
        """Complete the items of one body, or of a part of it."""
        details = found.details
        if details is None or not wants_details(self._source, found):
            return Completed(list(items))
        kept = self._kept([item.source_id for item in items])
        self._are_served = self._are_served or any(_state(item).get("whole") is True for item in kept.values())
        done = Completed()
        for item in items:
            self._take(found, details, item, kept.get(item.source_id), done)
        return done

    def notes(self) -> list[str]:
        """What there is to say of the calls."""
        lines = [f"{len(self._failures)} calls for details failed: {self._failures[0]}"] if self._failures else []
        if self.waiting:
            lines.append(f"{self.waiting} wait for their details ({self._full})")
        if self.gone:
            lines.append(f"{self.gone} listed, but gone when their details were asked for")
        return lines

    def _take(self, found: Format, details: Details, item: Item, kept: JsonObject | None, done: Completed) -> None:
        before = kept or {}
        state = _state(before)
        had = {name: before[name] for name in details.members if name in before}
        row = digest_of(json.dumps(found.fingerprint(item.data), sort_keys=True))
        if self._is_current(state, row):
            done.items.append(_joined(item, had, state))
            return
        address = details.address(self._source.url, item.source_id)
        if address is None:
            done.items.append(item)
            return
        if self._has_room(details):
            self._ask(details, item, address, (had, state, row), done)
        elif kept is not None:
            # With what is known of it, and with its old state, so that the next poll asks.
            done.items.append(_joined(item, had, state))
        elif details.awaited:
            self.waiting += 1
        else:
            done.items.append(item)

    def _ask(
        self, details: Details, item: Item, address: str, known: tuple[JsonObject, JsonObject, str], done: Completed
    ) -> None:
        had, state, row = known
        self._asked += 1
        asked: dict[str, str | bool | None] = {"row": row, "at": self._now.isoformat()}
        validators = Validators(_text(state, "etag"), _text(state, "last_modified")) if had else Validators()
        try:
            fetched = self._fetch(address, validators)
        except FetchFailedError as error:
            if error.gone and self._are_served:
                self.gone += 1
                if details.awaited and not state:
                    return
            else:
                self._failures.append(redacted(error))
            self._put_off = self._put_off or error.hung or error.retry_after is not None
            added, whole = had, False
        else:
            added, whole = (had, True) if fetched.unchanged else self._added(details, fetched, had)
            # Those of an answer that was of no use would vouch for it the next time.
            kept = Validators() if not whole else validators if fetched.unchanged else fetched.validators
            asked |= {"etag": kept.etag, "last_modified": kept.last_modified}
            self._are_served = self._are_served or whole
        done.items.append(_joined(item, added, {**asked, "whole": whole}))
        done.renewed.add(item.source_id)

    def _added(self, details: Details, fetched: Fetched, had: JsonObject) -> tuple[JsonObject, bool]:
        read = details_in(fetched.body, details) if fetched.cut is None else None
        if read is None or (details.awaited and not read):
            self._failures.append("an answer is not whole, or holds no details")
            return had, False
        return read, True

    def _is_current(self, state: JsonObject, row: str) -> bool:
        at = read_date("posted_at", _text(state, "at"), fetched_at=self._now).value
        lasts = ASKED_AGAIN if state.get("whole") is True else TRIED_AGAIN
        return state.get("row") == row and at is not None and self._now - at < lasts

    def _has_room(self, details: Details) -> bool:
        if self._put_off or len(self._failures) >= _MOST_FAILURES:
            self._full = "its server is in trouble"
        elif self._asked >= most_calls(self._source, details):
            self._full = "max_details"
        elif not self._in_time():
            self._full = "its server is slow"
        return self._full is None


def wants_details(source: SourceSettings, found: Format) -> bool:
    """Whether calls are made for what the listings of a source, in this format, lack."""
    return found.details is not None and source.is_web and most_calls(source, found.details) > 0


def most_calls(source: SourceSettings, details: Details) -> int:
    """Calls a poll: as the source's settings say, else the format."""
    return details.most if source.max_details is None else source.max_details


def _state(item: JsonObject) -> JsonObject:
    state = item.get(DETAIL_STATE)
    return state if isinstance(state, dict) else {}


def _text(state: JsonObject, name: str) -> str | None:
    value = state.get(name)
    return value if isinstance(value, str) else None


def _joined(item: Item, details: JsonObject, state: JsonObject) -> Item:
    stored_state = {DETAIL_STATE: state} if state else {}
    return Item(item.source_id, {**item.data, **details, **stored_state})


def details_in(body: bytes, details: Details) -> JsonObject | None:
    """Those of the members that an answer holds, which may be none; None of what is no object. Never raises.

    An error page is no object, nor is a body that is cut short.
    """
    if len(body) > MOST_BYTES:
        return None
    try:
        value, _ = read_value(read_text(body).text)
    except ValueError:
        return None
    if not isinstance(value, dict):
        return None
    return without_contacts({name: part for name, part in value.items() if name in details.members})
