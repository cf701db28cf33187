"""Criteria and recent postings in indices that all workers share."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Final

from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.criteria import ElasticsearchCriteriaIndex, Entry
from services.matcher.ports import RecentPostings
from services.matcher.settings import MatcherSettings
from services.runtime.records import Record

_TIDY_EVERY: Final = timedelta(hours=1)
_REMOVED_KEPT: Final = timedelta(days=100)
"""Longer than any record may be late: once a removed key is purged, an older record of it would revive it.

A record comes late from a dead letter, which can be replayed for 90 days, or from reading criteria.v1 anew. Compaction
may leave older records of a key there for any time, but a removal never goes from that topic, and comes after them.
"""


class SharedHoldings:
    """`Holdings` in indices that all workers write to and search. Nothing is held by a worker.

    A posting is indexed before it is matched. Criteria are indexed and visible, then postings are refreshed, then they
    are searched. Take a posting and criteria that fit each other. Either the criteria were visible before the posting
    was matched; or the posting was matched, and so indexed, before they became visible, and so before the refresh after
    which the criteria are searched for. That holds across workers, and while indices are rebuilt: each write goes to
    every generation, and so does the refresh.
    """

    def __init__(
        self,
        index: ElasticsearchCriteriaIndex,
        recent: RecentPostings,
        settings: MatcherSettings,
        prepare: Callable[[], None],
    ) -> None:
        """`prepare` sees to it that both indices are there and whole."""
        self.index = index
        self.recent = recent
        self._settings = settings
        self._prepare = prepare
        self._tidied: datetime | None = None

    def load(self) -> None:
        """Load nothing; have the indices made where they are missing. Raises UnavailableError."""
        self._prepare()

    def hold_postings(self, batch: Sequence[Record], postings: Sequence[PostingCore]) -> None:
        """Index postings."""
        self.recent.put(postings)

    def hold_criteria(self, batch: Sequence[Record], found: Sequence[CriteriaRecord]) -> list[bool]:
        """Index criteria; which of them ask something new, by what was held before: `asks_new`."""
        new = asks_new(found, self.index.entries({record.key for record in found}))
        self.index.apply(found)
        if any(new):
            self.recent.refresh()
        return new

    def tick(self, now: datetime) -> None:
        """Once an hour, forget what is old, some of it a call; any number of workers may, beside their batches."""
        if self._tidied is not None and now - self._tidied < _TIDY_EVERY:
            return
        if not self.recent.forget(now - self._settings.indexed) and not self.index.purge(now - _REMOVED_KEPT):
            self._tidied = now


def asks_new(found: Sequence[CriteriaRecord], indexed: Mapping[int, Entry]) -> list[bool]:
    """Which records of a batch must be matched backwards, given what the index held before the batch.

    A record is left out only where its key surely was, or will be, matched backwards since it asks this:

    * the index held an older version that asks the same and is not removed. It stems from an earlier record of the
      partition, which was handled before, or from an earlier one of this batch: versions of a key come in order, and a
      batch is committed after its effects. A rebuild may have written the held version before its record is handled;
      that record is then handled with the same or a newer version held, and is not left out.
    * it asks nothing any more, or the index holds a newer version that asks something else: that version's own record
      is, or was, the one to be matched.

    Whatever was held in the same version or a newer one that asks the same is done again: this is how a batch looks
    that was applied before its worker was killed. Doing it twice is harmless, the store subtracts what it has.

    Compaction may take the removal after which a key came back. Where the removal had been applied, the index tells;
    where not, the key was never out of the index, and no posting went by it.
    """
    states = dict(indexed)
    return [_asks_new(record, states) for record in found]


def _asks_new(found: CriteriaRecord, states: dict[int, Entry]) -> bool:
    known = states.get(found.key)
    if known is None or found.version > known.version:
        states[found.key] = Entry(found.version, found.criteria_id, found.removed)
    if found.removed:
        return False
    asked_already = known is not None and not known.removed and known.criteria_id == found.criteria_id
    if known is not None and known.version >= found.version:
        return asked_already
    return not asked_already
