"""What a listing holds and cannot be read: counted, and each fault of it given one dead letter."""

from collections.abc import Iterable, Iterator
from datetime import datetime

from services.ingest.events import dead_letter, earlier_fault_of, fault_of
from services.ingest.ports import Broken, Skip
from services.ingest.sending import Tools


class Unread:
    """Of one poll of one source."""

    def __init__(self, source: str, now: datetime, tools: Tools) -> None:
        self._source = source
        self._now = now
        self._tools = tools
        self._letters = 0
        self._skipped = 0
        self.broken = 0
        self.ids: set[str] = set()
        """Of rows that cannot be read: what they are is not gone."""
        self.nameless = 0
        """Rows without an id, each of which may be any posting."""

    @property
    def rows(self) -> int:
        """Rows that may be jobs, of which nothing could be read."""
        return self.broken + self._skipped

    def skip(self, row: Skip) -> None:
        """Count a row that is empty, or has the id of another."""
        self._skipped += 1
        self._cannot_read(row)

    def bury(self, broken: list[Broken]) -> list[str]:
        """Give each fault one dead letter, however many polls meet it; gives the reasons of those that end the feed."""
        if not broken:
            return []
        self.broken += len(broken)
        for part in broken:
            self._cannot_read(part)
        name, ledger = self._source, self._tools.ledger
        faults = {fault_of(name, part): part for part in broken}
        fresh = self._fresh(broken, ledger.new_faults(name, faults))
        room = self._tools.settings.max_dead_letters - self._letters
        letters = [fault for fault in faults if fault in fresh][:room]
        self._tools.producer.produce([dead_letter(name, faults[fault], self._now) for fault in letters])
        ledger.note_faults(name, {*letters, *(faults.keys() - fresh)}, self._now)
        self._letters += len(letters)
        return [part.reason for part in broken if part.ends_feed]

    def notes(self) -> Iterator[str]:
        if self._letters >= self._tools.settings.max_dead_letters:
            yield f"only the first {self._letters} faults have dead letters (max_dead_letters)"

    def _cannot_read(self, part: Skip | Broken) -> None:
        if part.source_id is None:
            self.nameless += 1
        else:
            self.ids.add(part.source_id)

    def _fresh(self, broken: Iterable[Broken], unmet: frozenset[str]) -> frozenset[str]:
        """Of the faults that are not known by their names, those that are not by their earlier names either."""
        if not unmet:
            return unmet
        now_by_earlier = {
            earlier_fault_of(self._source, part): fault
            for part in broken
            if (fault := fault_of(self._source, part)) in unmet
        }
        met = now_by_earlier.keys() - self._tools.ledger.new_faults(self._source, now_by_earlier)
        return unmet - {now_by_earlier[earlier] for earlier in met}
