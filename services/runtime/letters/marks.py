"""What became of dead letters, as records beside them in their topic tell: replayed, discarded, died again."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from schemas.codec import digest_of
from schemas.headers import headers_of
from schemas.topics import DEAD_SUFFIX
from services.runtime.errors import UsageError
from services.runtime.records import Outgoing, Record

REPLAY_OF = "replay_of"
"""On a replayed record: the id of the dead letter that it was sent back for, and so on the letter of its next death."""

_REPLAYED, _DISCARDED, _WHY = "replayed", "discarded", "discarded_why"
_BY, _MENDED = "done_by", "mended"


@dataclass(frozen=True, slots=True)
class LetterId:
    """Where a dead letter lies; written `postings.v1.dead:0:12`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


def letter_ids(text: str) -> tuple[LetterId, ...]:
    """Read `TOPIC:PARTITION:OFFSET` or `TOPIC:PARTITION:FIRST-LAST`. Raises UsageError."""
    topic, _, rest = text.rpartition(":")
    topic, _, partition = topic.rpartition(":")
    first, _, last = rest.partition("-")
    numbers = (partition, first, last or first)
    if not topic.endswith(DEAD_SUFFIX) or not all(number.isascii() and number.isdigit() for number in numbers):
        raise UsageError(f"{text!r} names no dead letter: write postings.v1{DEAD_SUFFIX}:0:12, or :12-20 for a range")
    low, high = int(first), int(last or first)
    if not low <= high < low + 100_000:
        raise UsageError(f"{text!r} is no range that can be replayed: it must grow, by at most 100,000")
    return tuple(LetterId(topic, int(partition), offset) for offset in range(low, high + 1))


@dataclass(frozen=True, slots=True)
class Discard:
    """An operator's word that a letter need not be seen to."""

    at: str
    why: str


@dataclass(frozen=True, slots=True)
class Mark:
    """Something that was done about a letter."""

    at: datetime
    discarded: bool
    """Else it was sent back."""
    why: str = ""
    by: str = ""
    """The operator; empty of what a command did."""
    mended: bool = False
    """Another value was sent than that of the letter."""


@dataclass(frozen=True, slots=True)
class Death:
    """One more time that a letter's record died, after a replay."""

    id: LetterId
    appended_at: datetime
    headers: Mapping[str, str]


def id_of(record: Record) -> LetterId:
    """Where a record of a topic of dead letters lies."""
    return LetterId(record.topic, record.partition, record.offset)


def is_mark(record: Record) -> bool:
    """Whether a record of a topic of dead letters says something of a letter, and is none."""
    return _REPLAYED in record.headers or _DISCARDED in record.headers


def replay_mark(letter: LetterId, key: bytes, now: datetime, *, by: str = "", mended: bool = False) -> Outgoing:
    """The record that says that a letter was sent back, and by whom; it lies in the letter's own partition."""
    said = {_REPLAYED: str(letter), _BY: by, _MENDED: "true" if mended else ""}
    return _mark(letter, key, now, said)


def discard_mark(letter: LetterId, key: bytes, why: str, now: datetime, *, by: str) -> Outgoing:
    """The record that says that a letter need not be seen to, why, and who says so."""
    return _mark(letter, key, now, {_DISCARDED: str(letter), _WHY: why, _BY: by})


def _mark(letter: LetterId, key: bytes, now: datetime, said: Mapping[str, str]) -> Outgoing:
    given = {name: value for name, value in said.items() if value}
    headers = headers_of(id=digest_of(letter.topic, *given.values()), type=letter.topic, source="dead", at=now)
    return Outgoing(letter.topic, key, b"", headers | given)


@dataclass(slots=True)
class Marks:
    """What one topic says of its letters."""

    replayed: set[str] = field(default_factory=set)
    discarded: dict[str, Discard] = field(default_factory=dict)
    deaths: dict[str, list[Death]] = field(default_factory=dict)
    """By the id of the letter that was replayed: the letters of those replays."""
    done: dict[str, list[Mark]] = field(default_factory=dict)
    """By the id of a letter all that was done about it, the oldest first."""
    _replays: dict[LetterId, str] = field(default_factory=dict)
    _first: dict[int, int] = field(default_factory=dict)

    def is_death(self, record: Record) -> bool:
        """Whether a letter is one more death of an older one that is still there, and none of its own."""
        return self._older(id_of(record)) is not None

    def first_of(self, letter: LetterId) -> LetterId:
        """The letter that one is a further death of; itself where it is none."""
        while (older := self._older(letter)) is not None:
            letter = older
        return letter

    def deaths_of(self, letter: LetterId) -> Iterator[Death]:
        """All further deaths, of replays of replays too, in no order."""
        for death in self.deaths.get(str(letter), ()):
            yield death
            yield from self.deaths_of(death.id)

    def every_death(self) -> Iterator[Death]:
        """All further deaths of all letters."""
        return (death for deaths in self.deaths.values() for death in deaths)

    def _older(self, letter: LetterId) -> LetterId | None:
        named = _letter_id(self._replays.get(letter, ""))
        if named is None or named.topic != letter.topic:
            return None
        first = self._first.get(named.partition)
        # A replay comes after its letter; one that says otherwise is somebody else's.
        is_before = named.partition != letter.partition or named.offset < letter.offset
        return named if first is not None and first <= named.offset and is_before else None


def marks_of(records: Iterable[Record]) -> Marks:
    """Read all records of a topic of dead letters, each partition's in order."""
    found = Marks()
    for record in records:
        headers = record.headers
        if _REPLAYED in headers:
            found.replayed.add(headers[_REPLAYED])
            mark = Mark(record.appended_at, discarded=False, by=headers.get(_BY, ""), mended=_MENDED in headers)
            found.done.setdefault(headers[_REPLAYED], []).append(mark)
        elif _DISCARDED in headers:
            at, why = record.appended_at, headers.get(_WHY, "")
            found.discarded[headers[_DISCARDED]] = Discard(at.isoformat(), why)
            mark = Mark(at, discarded=True, why=why, by=headers.get(_BY, ""))
            found.done.setdefault(headers[_DISCARDED], []).append(mark)
        else:
            found._first.setdefault(record.partition, record.offset)
            if REPLAY_OF in headers:
                death = Death(id_of(record), record.appended_at, headers)
                found.deaths.setdefault(headers[REPLAY_OF], []).append(death)
                found._replays[death.id] = headers[REPLAY_OF]
    return found


def _letter_id(text: str) -> LetterId | None:
    topic, _, rest = text.rpartition(":")
    topic, _, partition = topic.rpartition(":")
    numbers = (partition, rest)
    return LetterId(topic, int(partition), int(rest)) if all(n.isascii() and n.isdigit() for n in numbers) else None
