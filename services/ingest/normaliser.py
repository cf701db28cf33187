"""The normaliser: raw.v1 in, postings.v1 out."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime

from cachetools import FIFOCache

from schemas.codec import UnreadableError, decode, digest_of, encode
from schemas.headers import headers_of
from schemas.posting import Posting
from schemas.raw import RawPosting
from schemas.topics import POSTINGS, RAW
from services.ingest.domain.draft import Draft
from services.ingest.domain.normalise import Reading, read_together
from services.ingest.domain.warm import warm_up
from services.ingest.faults import FeedFault
from services.ingest.ports import Format, UnusableItemError
from services.runtime.chunks import chunked
from services.runtime.errors import PoisonError, UnavailableError
from services.runtime.garbage import no_collecting
from services.runtime.records import Outgoing, Record

Begin = Callable[[Draft, RawPosting], Reading]

READ_TOGETHER = 32
"""Postings that go through the rules together: with more no time was saved, and a stop waits for all of them."""
_MOST_REMEMBERED = 1_000
_UNREAD = "No longer listed"
"""The title of a closed posting whose mapping is gone, or was edited so that its last row gives none."""


class Normaliser:
    """Normalises each raw posting on its own, so that a record redone gives the same bytes."""

    name = "ingest.normaliser"
    inputs = (RAW.name,)

    def __init__(
        self, formats: Mapping[str, Format], begin: Begin, *, stopping: Callable[[], bool] = lambda: False
    ) -> None:
        """`stopping` says that the end of the process has been asked for: no further record is begun then."""
        self._formats = formats
        self._begin = begin
        self._stopping = stopping
        self._too_long: FIFOCache[tuple[int, int], PoisonError] = FIFOCache(_MOST_REMEMBERED)
        """Why records took too long, by partition and offset: a lane tries each once more alone, and would wait."""

    def load(self) -> None:
        """Make the tables of the rules, so that the first record does not wait for them; nothing else is held."""
        with no_collecting():  # among tables that all stay
            warm_up()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Normalise a batch. Raises PoisonError for a record that is no raw posting or can be no posting.

        Raises UnavailableError where the end of the process has been asked for.
        """
        return [outgoing for some in chunked(batch, READ_TOGETHER) for outgoing in self._normalised(some)]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Nothing is due by time."""
        return ()

    def _normalised(self, records: Sequence[Record]) -> Iterator[Outgoing]:
        postings = read_together([self._begun(record) for record in records])
        yield from map(self._sent, records, postings)

    def _sent(self, record: Record, posting: Posting) -> Outgoing:
        value = encode(posting)
        headers = headers_of(
            id=digest_of(POSTINGS.name, value),
            type=f"{POSTINGS.name}.{posting.status}",
            source=self.name,
            at=record.appended_at,
            after=record.headers,
        )
        return Outgoing(POSTINGS.name, record.key, value, headers)

    def _begun(self, record: Record) -> Reading:
        if self._stopping():
            raise UnavailableError("the end of the process has been asked for")
        try:
            raw = decode(RawPosting, record.value)
        except UnreadableError as error:
            raise PoisonError(str(error), offset=record.offset) from error
        draft = self._draft(raw, record.offset)
        place = record.partition, record.offset
        try:
            if place in self._too_long:
                known = self._too_long[place]
                raise PoisonError(str(known), code=known.code, field=known.field)
            return self._begin(draft, raw)
        except PoisonError as error:
            self._too_long[place] = error
            said = f"{raw.source} {raw.source_id}: {error}"
            raise PoisonError(said, offset=record.offset, code=error.code, field=error.field) from error

    def _draft(self, raw: RawPosting, offset: int) -> Draft:
        """The draft of an item; of one that has closed and cannot be read, as little as closes its posting."""
        known = self._formats.get(raw.format)
        try:
            if known is not None:
                return known.draft(raw.item)
            names = ", ".join(sorted(self._formats))
            fault = FeedFault("unknown_format", f'no format is called "{raw.format}"; this normaliser knows {names}')
        except UnusableItemError as error:
            fault = error.fault.at(f"{raw.source} {raw.source_id}: ")
        if raw.event == "closed":
            return Draft(source_id=raw.source_id, title=_UNREAD, company="")
        raise PoisonError(fault.sentence, offset=offset, code=fault.code, field=fault.field)
