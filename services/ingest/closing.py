"""Sending word of postings that have closed, and what every poll works with."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import groupby, islice
from typing import TypeVar

from schemas.posting import Attribution
from services.ingest.domain.polling.listing import Known, pending
from services.ingest.events import raw_record
from services.ingest.ports import Format, KeptItem, SourceLedger
from services.ingest.settings import IngestSettings
from services.runtime.errors import UsageError
from services.runtime.records import Producer

AT_ONCE = 200
"""Items sent and written down together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """What a poll works with."""

    settings: IngestSettings
    ledger: SourceLedger
    producer: Producer
    format_named: Callable[[str], Format]

    def attribution(self, source: str, format_name: str) -> Attribution | None:
        """Whom a source asks to name: by its settings, else by its format; both may be gone since an item was seen."""
        stated = self.settings.attribution_of(source)
        if stated is not None:
            return stated
        try:
            return self.format_named(format_name).attribution
        except UsageError:
            return None


def close(tools: Tools, rows: Iterable[Known], now: datetime) -> int:
    """Send closed events with the items as last seen; gives how many.

    Written down as pending before and as closed after: a crash in between sends them again, and if the source lists one
    again by then, that goes out.
    """
    count = 0
    by_source = groupby(sorted(rows, key=lambda row: (row.source, row.source_id)), key=lambda row: row.source)
    for source, of_source in by_source:
        for held in chunks(of_source):
            _close(tools, source, held, now)
            count += len(held)
    return count


def _close(tools: Tools, source: str, held: Sequence[Known], now: datetime) -> None:
    items = tools.ledger.items(source, [row.source_id for row in held])
    tools.ledger.keep(KeptItem(pending(row)) for row in held)
    tools.producer.produce(
        [
            raw_record(
                row,
                items.get(row.source_id, {}),
                closed=True,
                attribution=tools.attribution(source, row.format),
                now=now,
            )
            for row in held
        ]
    )
    tools.ledger.keep(KeptItem(replace(row, is_open=False)) for row in held)


def close_ended(tools: Tools, now: datetime, most: int) -> int:
    """Close up to `most` postings, of any source, whose end has come; gives how many."""
    return close(tools, tools.ledger.ended(now, most), now)


def chunks(parts: Iterable[T], most: int = AT_ONCE) -> Iterator[list[T]]:
    """Cut into lists of at most `most`."""
    left = iter(parts)
    while some := list(islice(left, most)):
        yield some
