"""The normaliser: raw.v1 in, postings.v1 out."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime

from schemas.codec import UnreadableError, decode, digest_of, encode
from schemas.headers import headers_of
from schemas.raw import RawPosting
from schemas.topics import POSTINGS, RAW
from services.ingest.domain.normalise import normalise
from services.ingest.domain.warm import warm_up
from services.ingest.ports import Format, UnusableItemError
from services.rules.money import Rates
from services.runtime.errors import PoisonError
from services.runtime.records import Outgoing, Record


class Normaliser:
    """Normalises each raw posting on its own; it holds no state, so a record redone gives the same bytes.

    `rates_before` gives the last rates published before a day: `services.rules.money.rates_before`.
    """

    name = "ingest.normaliser"
    inputs = (RAW.name,)

    def __init__(self, formats: Mapping[str, Format], rates_before: Callable[[date], Rates]) -> None:
        self._formats = formats
        self._rates_before = rates_before

    def load(self) -> None:
        """Make the tables of the rules, so that the first record does not wait for them; nothing else is held."""
        warm_up()

    def handle(self, batch: Sequence[Record]) -> Sequence[Outgoing]:
        """Normalise a batch. Raises PoisonError for a record that is no raw posting or can be no posting."""
        return [self._normalised(record) for record in batch]

    def tick(self, now: datetime) -> Sequence[Outgoing]:
        """Nothing is due by time."""
        return ()

    def _normalised(self, record: Record) -> Outgoing:
        try:
            raw = decode(RawPosting, record.value)
        except UnreadableError as error:
            raise PoisonError(str(error), offset=record.offset) from error
        known = self._formats.get(raw.format)
        if known is None:
            raise PoisonError(
                f'no format is called "{raw.format}"; this normaliser knows {", ".join(sorted(self._formats))}',
                offset=record.offset,
            )
        try:
            draft = known.draft(raw.item)
        except UnusableItemError as error:
            raise PoisonError(f"{raw.source} {raw.source_id}: {error}", offset=record.offset) from error
        posting = normalise(draft, raw=raw, rates=self._rates_before(raw.fetched_at.date()))
        value = encode(posting)
        headers = headers_of(
            id=digest_of(POSTINGS.name, value),
            type=f"{POSTINGS.name}.{posting.status}",
            source=self.name,
            at=record.appended_at,
            after=record.headers,
        )
        return Outgoing(POSTINGS.name, record.key, value, headers)
