"""What the ledger keeps and what goes out, in an order that loses nothing: kept as pending, sent, kept as sent.

A crash in between repeats work and never loses it: what is pending goes out when it is next met.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import TypeVar

from schemas.posting import Attribution
from services.ingest.adapters.sql import SqlSourceLedger
from services.ingest.domain.polling.listing import KnownItem, pending
from services.ingest.events import raw_record
from services.ingest.ports import Format, JsonObject, KeptItem
from services.ingest.settings import IngestSettings
from services.runtime.chunks import chunked
from services.runtime.errors import UsageError
from services.runtime.records import Producer

AT_ONCE = 200
"""Items sent and written down together."""

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tools:
    """What polls and pushes work with."""

    settings: IngestSettings
    ledger: SqlSourceLedger
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


@dataclass(frozen=True, slots=True)
class Change:
    """An item as it was found, or as it was last seen where it is to be closed."""

    row: KnownItem
    item: JsonObject
    goes_out: bool = True
    renews_item: bool = True
    """The ledger keeps the item in place of the one that it has."""
    closes: bool = False


def send(tools: Tools, changes: Sequence[Change], now: datetime) -> None:
    """Write changes down and send those that go out. Raises UnavailableError; the same may then be done again."""
    attribution = cache(tools.attribution)
    going = [change for change in changes if change.goes_out]
    tools.ledger.keep(KeptItem(pending(change.row), None if change.closes else change.item) for change in going)
    tools.producer.produce(
        [
            raw_record(
                change.row,
                change.item,
                closed=change.closes,
                attribution=attribution(change.row.source, change.row.format),
                now=now,
            )
            for change in going
        ]
    )
    tools.ledger.keep(
        KeptItem(
            replace(change.row, is_open=False) if change.closes else change.row,
            # What went out is kept already, since it was pending.
            change.item if change.renews_item and not change.goes_out else None,
        )
        for change in changes
    )


def close(tools: Tools, rows: Iterable[KnownItem], now: datetime) -> int:
    """Send closed events with the items as last seen; gives how many. If a source lists one again, that goes out."""
    count = 0
    by_source = groupby(sorted(rows, key=lambda row: (row.source, row.source_id)), key=lambda row: row.source)
    for source, of_source in by_source:
        for some in chunked(of_source, AT_ONCE):
            items = tools.ledger.items(source, [row.source_id for row in some])
            send(tools, [Change(row, items.get(row.source_id, {}), closes=True) for row in some], now)
            count += len(some)
    return count


def close_ended(tools: Tools, now: datetime, most: int) -> int:
    """Close up to `most` postings, of any source, whose end has come; gives how many."""
    return close(tools, tools.ledger.ended(now, most), now)
