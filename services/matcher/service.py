"""The matcher: postings against all criteria, and new criteria against recent postings."""

from collections.abc import Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.keys import keys_of
from schemas.match import Cause
from schemas.posting import PostingCore
from schemas.topics import CRITERIA, POSTINGS
from services.matcher.arrivals import Arrivals
from services.matcher.outgoing import outgoing_matches
from services.matcher.ports import CriteriaIndex, Hits, RecentPostings
from services.matcher.settings import MatcherSettings
from services.runtime.errors import PoisonError
from services.runtime.records import Outgoing, Record, TopicReader

M = TypeVar("M", CriteriaRecord, PostingCore)

_LOAD_AT_ONCE = 5_000


class Matcher:
    """`Service` over postings.v1 and criteria.v1.

    The order closes the race between the two inputs: a posting is held before it is matched, and criteria are visible
    in the index before the held postings are searched. Whichever comes second sees the first.
    """

    name = "matcher"
    inputs = (CRITERIA.name, POSTINGS.name)

    def __init__(
        self,
        index: CriteriaIndex,
        recent: RecentPostings,
        reader: TopicReader,
        settings: MatcherSettings | None = None,
    ) -> None:
        self._index = index
        self._recent = recent
        self._reader = reader
        self._settings = settings or MatcherSettings()
        self._arrivals = Arrivals()

    def load(self) -> None:
        """Read all criteria and the recent postings from the log. An unreadable record is for `handle` to report."""
        criteria: list[CriteriaRecord] = []
        for record in self._reader.read_all(CRITERIA.name):
            found = _readable(CriteriaRecord, record)
            if found is None:
                continue
            self._arrivals.note(record, found)
            criteria.append(found)
            if len(criteria) == _LOAD_AT_ONCE:
                self._index.apply(criteria)
                criteria.clear()
        self._index.apply(criteria)
        self._load_postings()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Match a batch of one topic. Raises PoisonError for a record that is not what its topic carries."""
        if not batch:
            return []
        if batch[0].topic == POSTINGS.name:
            return self._forward(batch)
        return self._backward(batch)

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Forget postings that new criteria would no longer be matched with."""
        self._recent.forget(now - self._settings.backwards)
        return []

    def _load_postings(self) -> None:
        """Keep those of the last days, reckoned from the newest record: there is no other clock here."""
        held: list[PostingCore] = []
        newest: datetime | None = None
        for record in self._reader.read_all(POSTINGS.name):
            found = _readable(PostingCore, record)
            newest = record.appended_at if newest is None else max(newest, record.appended_at)
            if found is not None and found.seen_at >= newest - self._settings.backwards:
                held.append(found)
            if len(held) == _LOAD_AT_ONCE:
                self._recent.put(held)
                self._recent.forget(newest - self._settings.backwards)
                held.clear()
        self._recent.put(held)
        if newest is not None:
            self._recent.forget(newest - self._settings.backwards)

    def _forward(self, batch: Sequence[Record]) -> list[Outgoing]:
        """One record a posting always, so that its newest version and its closing reach the store.

        A backlog posting is held for previews and sent without keys: it is no news to anybody.
        """
        postings = [_decoded(PostingCore, record) for record in batch]
        self._recent.put(postings)
        news = [posting for posting in postings if not posting.backlog]
        hits = iter(self._index.match(news))
        nobody = Hits(keys_of(()), keys_of(()))
        found = (nobody if posting.backlog else next(hits) for posting in postings)
        return list(
            chain.from_iterable(
                outgoing_matches(posting, hit, _cause(record), record.appended_at, self._settings.keys_a_record)
                for record, posting, hit in zip(batch, postings, found, strict=True)
            )
        )

    def _backward(self, batch: Sequence[Record]) -> list[Outgoing]:
        """Match criteria that are new, or ask something new, with the recent postings, grouped by posting."""
        records = [_decoded(CriteriaRecord, record) for record in batch]
        for record, found in zip(batch, records, strict=True):
            self._arrivals.note(record, found)
        self._index.apply(records)
        newest = max(record.appended_at for record in batch)
        since = newest - self._settings.backwards
        postings: dict[str, PostingCore] = {}
        matched: dict[str, tuple[list[int], list[int]]] = {}
        for record, found in zip(batch, records, strict=True):
            if not self._arrivals.brought_by(record, found):
                continue
            for hit in self._recent.search(found.criteria, since, self._settings.backwards_most, backlog=False):
                postings[hit.posting.posting_id] = hit.posting
                matched.setdefault(hit.posting.posting_id, ([], []))[hit.near].append(found.key)
        return list(
            chain.from_iterable(
                outgoing_matches(
                    postings[posting_id],
                    Hits(keys_of(keys), keys_of(near)),
                    "backfill",
                    newest,
                    self._settings.keys_a_record,
                )
                for posting_id, (keys, near) in sorted(matched.items())
            )
        )


def _cause(record: Record) -> Cause:
    """A replay of old raw postings says so in a header, so that nobody is mailed for it."""
    return "replay" if record.headers.get("cause") == "replay" else "forward"


def _decoded(kind: type[M], record: Record) -> M:
    try:
        return decode(kind, record.value)
    except UnreadableError as error:
        raise PoisonError(str(error)) from error


def _readable(kind: type[M], record: Record) -> M | None:
    try:
        return decode(kind, record.value)
    except UnreadableError:
        return None
