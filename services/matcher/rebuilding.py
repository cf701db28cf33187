"""Rebuilds an index from its topic while it is written to and searched: a new generation, filled, then swapped in.

Nothing is lost between the two, whenever a worker learns of the new generation:

1. The new generation is made, and from then on named to writers. A writer asks for the names after it has read its
   records. One that asked before the new generation was made therefore writes records that were in the topic before.
2. The topic is read from its start to the ends of now, after step 1. Those records are among them.
3. All is made visible in the new generation, and readers are turned to it in one step.

Every write carries its own version, so the order of the two writers does not matter. Killed in between, a rebuild
leaves a generation that is written to and not read; the next one drops it. A lease keeps two from rebuilding one index
at once.
"""

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final, TypeVar

import structlog

from schemas.codec import UnreadableError, decode
from schemas.criteria import CriteriaRecord
from schemas.posting import PostingCore
from services.matcher.adapters.elasticsearch.generations import BusyError, Generations, Lease, target_of
from services.runtime.chunks import chunked
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.errors import UnavailableError
from services.runtime.records import Record, TopicReader

M = TypeVar("M", CriteriaRecord, PostingCore)
T = TypeVar("T")

Advance = Callable[[int], None]

_events = structlog.get_logger(__name__)
_AT_ONCE: Final = 5_000
_GRACE_S: Final = 5.0
"""Requests that went to the old generation have been answered by then."""
_WAIT_S: Final = 1.0
_PATIENT_S: Final = 15.0


@dataclass(frozen=True, slots=True)
class RebuiltIndex:
    """One index and where it comes from."""

    name: str
    topic: str
    generations: Generations
    write: Callable[[Sequence[Record], str], None]
    """Write what can be read of some records through a write alias."""
    since: Callable[[], datetime | None]
    """From when on records are needed; None: all."""


class Rebuilder:
    """Makes indices anew from their topics."""

    def __init__(
        self,
        engine: SearchEngine,
        reader: TopicReader,
        *,
        lease_s: float = 20.0,
        grace_s: float = _GRACE_S,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._engine = engine
        self._reader = reader
        self._lease_s = lease_s
        self._grace_s = grace_s
        self._sleep = sleep

    def ensure(self, kept: RebuiltIndex) -> None:
        """See that an index is there, of the form that this release writes, and not emptied beside a full topic.

        An index that is read was whole when readers were turned to it, so its presence says that it is whole; where it
        is missing or empty (a new installation, a cluster made anew) it is built from the topic. Raises
        UnavailableError while another worker does so, or where it is of another form.
        """
        read = kept.generations.current()
        if read and read.schema != kept.generations.schema:
            raise UnavailableError(
                f"the index of {kept.name} is of the form {read.schema or 'unknown'} and this release writes"
                f" {kept.generations.schema}: run `jobchime reindex`",
                mend="reindex",
            )
        anything = not (read and self._engine.count(read.name)) and self._anything(kept)
        if anything:
            _events.warning("builds an index from its topic", index=kept.name, missing=not read)
        if anything or not read:
            self.rebuild(kept)

    def rebuild(self, kept: RebuiltIndex, advance: Advance = lambda count: None, *, wait: bool = False) -> str:
        """Build a new generation, turn readers to it, drop the others; its name.

        With `wait`, wait for another rebuild to end, or for the lease of one that was killed. Else BusyError.
        """
        lease = Lease(self._engine, kept.name, seconds=self._lease_s)
        if wait:
            self._await(lease, advance)
        else:
            lease.take()
        try:
            return self._rebuild(kept, lease, advance)
        finally:
            lease.give_back()

    def _await(self, lease: Lease, advance: Advance) -> None:
        announced = False
        while True:
            try:
                return lease.take()
            except BusyError as error:
                if not announced:
                    _events.warning("waits", error=str(error))
                announced = True
                # Whoever is told may break it off, here as later.
                advance(0)
                self._sleep(_WAIT_S)

    def _rebuild(self, kept: RebuiltIndex, lease: Lease, advance: Advance) -> str:
        generations = kept.generations
        self._drop_unread(generations)
        name = generations.make()
        for records in chunked(self._reader.read_all(kept.topic, kept.since()), _AT_ONCE):
            kept.write(records, target_of(name))
            lease.renew()
            advance(len(records))
        self._engine.refresh(name, timeout_s=_PATIENT_S)
        lease.renew()
        generations.read_from(name)
        _events.info("readers turned to a new index", index=name)
        if len(generations.listed()) > 1:
            self._sleep(self._grace_s)
            lease.renew()
            self._drop_unread(generations)
        return name

    def _drop_unread(self, generations: Generations) -> None:
        for generation in generations.listed():
            if not generation.read:
                generations.drop(generation.name)

    def _anything(self, kept: RebuiltIndex) -> bool:
        records = self._reader.read_all(kept.topic, kept.since())
        return next(iter(records), None) is not None


def readable(kind: type[M], records: Iterable[Record]) -> list[M]:
    """The messages of records; what is unreadable is for whoever handles it to report."""
    found: list[M] = []
    for record in records:
        try:
            found.append(decode(kind, record.value))
        except UnreadableError:
            continue
    return found
