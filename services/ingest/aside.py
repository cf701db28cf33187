"""Jobs of a listing that may be another board's: nobody is mailed them before somebody could look.

They are set aside until the listing has come whole, and sent then, or not at all: nothing is written down of what is
held, so that the next poll finds it again and decides anew.
"""

from collections import Counter
from dataclasses import replace
from datetime import datetime

from services.ingest.domain.polling.giving import is_recycled, others_wait
from services.ingest.domain.polling.listing import KnownItem, Shrunk, Terms, is_confirmed, is_hardly_any
from services.ingest.domain.polling.schedule import SourceHealth
from services.ingest.ports import KeptItem
from services.ingest.sending import AT_ONCE, Change, Tools, send
from services.ingest.settings import SourceSettings
from services.runtime.chunks import chunked


class Aside:
    """Of one poll of one source."""

    def __init__(self, source: SourceSettings, health: SourceHealth, now: datetime, tools: Tools) -> None:
        self._source = source
        self._health = health
        self._now = now
        self._tools = tools
        self._open_before: int | None = None
        self.new: list[Change] = []
        """New ones of a complete listing, while hardly any that was known is listed."""
        self.others: list[tuple[Change, KnownItem]] = []
        """Known ids that may be other jobs now, each with its row as it was."""
        self.differ: Counter[str] = Counter()
        """How many of these do in what."""
        self.recycled = 0
        """How many these were, where they are so many that somebody has to look."""

    @property
    def in_what(self) -> str:
        """In what most of these differ, where they are so many; empty else."""
        return self.differ.most_common(1)[0][0] if self.recycled else ""

    def takes_new(self, known: int, terms: Terms) -> bool:
        """Whether what is new is set aside, where so many known ones are listed so far; once not, it is sent."""
        if not terms.complete or terms.first_poll or self._source.turns_over:
            return False
        if self._open_before is None:
            self._open_before = self._tools.ledger.count_open(self._source.name)
        known -= len(self.others)
        waits = is_hardly_any(known, self._open_before - known)
        if not waits:
            self._send_new()
        return waits

    def settle_new(self, shrunk: Shrunk | None) -> int:
        """Send what is new, unless the listing may be another's; gives how many are held. After `settle_others`."""
        may_be = shrunk and shrunk.held and not is_confirmed(shrunk, self._health.shrunk_accepted, self._now)
        if may_be or self.others:
            return len(self.new)
        self._send_new()
        return 0

    def settle_others(self, known: int) -> int:
        """Send other jobs under known ids, unless so many are so that somebody has to look; gives how many are held.

        What the ledger has of those that are held stays as it is, and counts as listed.
        """
        self.recycled = len(self.others) if is_recycled(len(self.others), known) else 0
        if self.recycled and others_wait(self._health.giving, self._health.giving_accepted, self._now):
            rows = [
                replace(row, last_seen=self._now, ends_at=change.row.ends_at, misses=0) for change, row in self.others
            ]
            self._tools.ledger.keep(KeptItem(row) for row in rows)
            return len(rows)
        for some in chunked([change for change, _ in self.others], AT_ONCE):
            send(self._tools, some, self._now)
        self.others.clear()
        return 0

    def _send_new(self) -> None:
        for some in chunked(self.new, AT_ONCE):
            send(self._tools, some, self._now)
        self.new.clear()
