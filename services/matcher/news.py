"""Which criteria records ask something new, told from what a shared index held before it took them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from schemas.criteria import CriteriaRecord
from services.matcher.ports import HeldCriteria


@dataclass(frozen=True, slots=True)
class _State:
    """What a key asks at some point of its log."""

    version: int
    criteria_id: str
    removed: bool


def asks_new(found: Sequence[CriteriaRecord], held: Mapping[int, HeldCriteria]) -> list[bool]:
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
    states: dict[int, HeldCriteria] = dict(held)
    return [_asks_new(one, states) for one in found]


def _asks_new(found: CriteriaRecord, states: dict[int, HeldCriteria]) -> bool:
    held = states.get(found.key)
    if held is None or found.version > held.version:
        states[found.key] = _State(found.version, found.criteria_id, found.removed)
    if found.removed:
        return False
    asked_already = held is not None and not held.removed and held.criteria_id == found.criteria_id
    if held is not None and held.version >= found.version:
        return asked_already
    return not asked_already
