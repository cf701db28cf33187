"""Which criteria records ask something new, and so are matched backwards: told by the log, or by what an index held."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from schemas.criteria import CriteriaRecord
from services.matcher.adapters.elasticsearch.criteria import Entry
from services.matcher.adapters.memory.columns import Column
from services.runtime.letters.marks import REPLAY_OF
from services.runtime.records import Record

_ID_BYTES: Final = 16


@dataclass(frozen=True, slots=True)
class _Arrival:
    criteria_id: str | None
    """None: removed."""
    version: int
    partition: int
    offset: int
    """Of the first record since which the key has asked this."""


class Arrivals:
    """Tells records that ask something new from those that only bump a version, from the log alone.

    What the index holds cannot tell: it follows the log to its end, beyond what was handled. A record brought what its
    key asks if no earlier record since the last change or removal asked the same. An earlier one lies in the same
    partition, and so was or will be handled before. Records must be noted in the log's order and without gaps: one left
    out may be the removal after which a key came back.
    """

    def __init__(self, kept: Mapping[str, Column] | None = None) -> None:
        """`kept`: the `columns` of an earlier one, which stay as they are."""
        self._kept = kept or _columns(())
        self._by_key: dict[int, _Arrival] = {}
        """What came since."""

    def columns(self) -> Mapping[str, Column]:
        """What is known, by key, rising. Raises ValueError where an id is no hash."""
        if not self._by_key:
            return self._kept
        fresh = _columns(sorted(self._by_key.items()))
        old = ~np.isin(self._kept["key"], fresh["key"], assume_unique=True)
        every = {name: np.concatenate((column[old], fresh[name])) for name, column in self._kept.items()}
        order = np.argsort(every["key"], kind="stable")
        return {name: column[order] for name, column in every.items()}

    def _known(self, key: int) -> _Arrival | None:
        found = self._by_key.get(key)
        keys = self._kept["key"]
        if found is not None or not keys.size:
            return found
        at = int(np.searchsorted(keys, key))
        if at == keys.size or keys[at] != key:
            return None
        kept = {name: column[at].item() for name, column in self._kept.items() if name != "id"}
        asks = None if kept["removed"] else self._kept["id"][at].tobytes().hex()
        return _Arrival(asks, kept["version"], kept["partition"], kept["offset"])

    def note(self, record: Record, found: CriteriaRecord) -> None:
        """Take in a record; one that is not newer than what is known changes nothing."""
        known = self._known(found.key)
        if known is not None and found.version <= known.version:
            return
        asks = None if found.removed else found.criteria_id
        unchanged = known is not None and known.criteria_id == asks
        partition, offset = (
            (known.partition, known.offset) if known and unchanged else (record.partition, record.offset)
        )
        self._by_key[found.key] = _Arrival(asks, found.version, partition, offset)

    def brought_by(self, record: Record, found: CriteriaRecord) -> bool:
        """Whether this very record (again, perhaps) brought what its key still asks; so does a replayed dead letter."""
        known = self._known(found.key)
        if known is None or found.removed or known.criteria_id != found.criteria_id:
            return False
        return (known.partition, known.offset) == (record.partition, record.offset) or REPLAY_OF in record.headers


def _columns(arrivals: Sequence[tuple[int, _Arrival]]) -> Mapping[str, Column]:
    every = [arrival for _, arrival in arrivals]
    ids = b"".join(
        bytes(_ID_BYTES) if arrival.criteria_id is None else bytes.fromhex(arrival.criteria_id) for arrival in every
    )
    return {
        "key": np.array([key for key, _ in arrivals], dtype=np.uint32),
        "id": np.frombuffer(ids, dtype=f"V{_ID_BYTES}", count=len(every)),
        "removed": np.array([arrival.criteria_id is None for arrival in every], dtype=np.bool_),
        "version": np.array([arrival.version for arrival in every], dtype=np.int64),
        "partition": np.array([arrival.partition for arrival in every], dtype=np.int32),
        "offset": np.array([arrival.offset for arrival in every], dtype=np.int64),
    }


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
