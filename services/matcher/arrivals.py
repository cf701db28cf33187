"""Which record of the criteria log brought what its key now asks."""

from dataclasses import dataclass

from schemas.criteria import CriteriaRecord
from services.runtime.letters.marks import REPLAY_OF
from services.runtime.records import Record


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

    def __init__(self) -> None:
        self._by_key: dict[int, _Arrival] = {}

    def note(self, record: Record, found: CriteriaRecord) -> None:
        """Take in a record; one that is not newer than what is known changes nothing."""
        held = self._by_key.get(found.key)
        if held is not None and found.version <= held.version:
            return
        asks = None if found.removed else found.criteria_id
        unchanged = held is not None and held.criteria_id == asks
        partition, offset = (held.partition, held.offset) if held and unchanged else (record.partition, record.offset)
        self._by_key[found.key] = _Arrival(asks, found.version, partition, offset)

    def brought_by(self, record: Record, found: CriteriaRecord) -> bool:
        """Whether this very record (again, perhaps) brought what its key still asks; so does a replayed dead letter."""
        held = self._by_key.get(found.key)
        if held is None or found.removed or held.criteria_id != found.criteria_id:
            return False
        return (held.partition, held.offset) == (record.partition, record.offset) or REPLAY_OF in record.headers
