"""The matcher: postings against all criteria, and new criteria against recent postings."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import TypeVar

from schemas.codec import UnreadableError, decode, digest_of, encode
from schemas.criteria import CriteriaRecord
from schemas.headers import CAUSE, headers_of
from schemas.keys import keys_of, to_text
from schemas.match import Cause, Matches
from schemas.posting import PostingCore
from schemas.topics import CRITERIA, MATCHES, POSTINGS
from services.matcher.ports import Hits, Holdings
from services.matcher.settings import MatcherSettings
from services.runtime.errors import PoisonError
from services.runtime.records import Outgoing, Record

M = TypeVar("M", CriteriaRecord, PostingCore)


class Matcher:
    """`Service` over postings.v1 and criteria.v1.

    The order closes the race between the two inputs: a posting is held before it is matched, and criteria are held and
    visible before recent postings are searched. See `Holdings`.
    """

    name = "matcher"
    inputs = (CRITERIA.name, POSTINGS.name)

    def __init__(self, holdings: Holdings, settings: MatcherSettings) -> None:
        self._holdings = holdings
        self._settings = settings

    def load(self) -> None:
        """Have criteria and recent postings at hand."""
        self._holdings.load()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Match a batch of one topic. Raises PoisonError for a record that is not what its topic carries."""
        if not batch:
            return []
        if batch[0].topic == POSTINGS.name:
            return self._forward(batch, [_decoded(PostingCore, record) for record in batch])
        return self._backward(batch, [_decoded(CriteriaRecord, record) for record in batch])

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Forget postings that new criteria would no longer be matched with."""
        self._holdings.tick(now)
        return []

    def _forward(self, batch: Sequence[Record], postings: Sequence[PostingCore]) -> list[Outgoing]:
        """One record a posting always, so that its newest version and its closing reach the store.

        A backlog posting is held for previews and sent without keys: it is no news to anybody.
        """
        self._holdings.hold_postings(batch, postings)
        news = [posting for posting in postings if not posting.backlog]
        hits = iter(self._holdings.index.match(news))
        nobody = Hits(keys_of(()), keys_of(()))
        found = (nobody if posting.backlog else next(hits) for posting in postings)
        return list(
            chain.from_iterable(
                outgoing_matches(
                    posting, hit, _cause(record), record.appended_at, self._settings.keys_a_record, record.headers
                )
                for record, posting, hit in zip(batch, postings, found, strict=True)
            )
        )

    def _backward(self, batch: Sequence[Record], criteria: Sequence[CriteriaRecord]) -> list[Outgoing]:
        """Match criteria that are new, or ask something new, with the recent postings, grouped by posting."""
        asks_new = self._holdings.hold_criteria(batch, criteria)
        new = {record.key: record for record, is_new in zip(criteria, asks_new, strict=True) if is_new}
        newest = max(record.appended_at for record in batch)
        found = self._holdings.recent.search_each(
            [record.criteria for record in new.values()],
            newest - self._settings.backwards,
            self._settings.backwards_most,
            backlog=False,
        )
        postings: dict[str, PostingCore] = {}
        matched: dict[str, tuple[list[int], list[int]]] = {}
        for key, hits in zip(new, found, strict=True):
            for hit in hits:
                postings[hit.posting.posting_id] = hit.posting
                matched.setdefault(hit.posting.posting_id, ([], []))[hit.near].append(key)
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


def outgoing_matches(
    posting: PostingCore,
    hits: Hits,
    cause: Cause,
    at: datetime,
    keys_a_record: int,
    after: Mapping[str, str] | None = None,
) -> Iterator[Outgoing]:
    """A posting's hits as records of at most so many keys, and as many near ones, each with the posting; never none.

    The same hits give the same bytes and, by the CloudEvents id (a hash of them), the same identity. `after` are the
    headers of the posting's record, where that brought them.
    """
    chunks = max(1, -(-max(hits.keys.size, hits.near.size) // keys_a_record))
    for chunk in range(chunks):
        part = slice(chunk * keys_a_record, (chunk + 1) * keys_a_record)
        message = Matches(
            posting=posting,
            keys=to_text(hits.keys[part]),
            near=to_text(hits.near[part]),
            chunk=chunk,
            chunks=chunks,
            cause=cause,
        )
        value = encode(message)
        headers = headers_of(id=digest_of(MATCHES.name, value), type=MATCHES.name, source="matcher", at=at, after=after)
        yield Outgoing(MATCHES.name, posting.posting_id.encode(), value, headers)


def _cause(record: Record) -> Cause:
    """A replay of old raw postings says so in a header, so that nobody is mailed for it."""
    return "replay" if record.headers.get(CAUSE) == "replay" else "forward"


def _decoded(kind: type[M], record: Record) -> M:
    try:
        return decode(kind, record.value)
    except UnreadableError as error:
        raise PoisonError(str(error), offset=record.offset) from error
