"""Dead letters: records that could not be processed, kept with their error until somebody replays them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.codec import digest_of
from schemas.headers import headers_of, without_own
from schemas.topics import DEAD_SUFFIX, TOPICS, dead_of
from services.runtime.clock import Clock, SystemClock
from services.runtime.errors import UsageError
from services.runtime.privacy import told
from services.runtime.records import Outgoing, Producer, Record, TopicReader, chunked

REPLAY_OF = "replay_of"
"""On a replayed record: the id of its dead letter."""

VALUE_CUT = "value_cut"
"""On a dead letter that holds only the beginning of its record: how many bytes the value had."""

_REPLAYED = "replayed"
_LETTER_HEADERS = (
    "error",
    "error_type",
    "attempts",
    "consumer",
    "origin_topic",
    "origin_partition",
    "origin_offset",
    "failed_at",
    VALUE_CUT,
)
_CUT_VALUE, _CUT_KEY, _CUT_HEADERS = 64 << 10, 1 << 10, 16 << 10
_REPLAY_AT_ONCE = 200
_READ_AT_ONCE = 1_000


class LetterLog(Producer, TopicReader, Protocol):
    """What dead letters need of a log."""

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]: ...


@dataclass(frozen=True, slots=True)
class LetterId:
    """Where a dead letter lies; written `postings.v1.dead:0:12`."""

    topic: str
    partition: int
    offset: int

    def __str__(self) -> str:
        return f"{self.topic}:{self.partition}:{self.offset}"


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be processed. `headers` are its own, as they were."""

    id: LetterId
    error: str
    error_type: str
    attempts: int
    consumer: str
    origin_topic: str
    """Empty where what failed never was a record."""
    origin: str
    """Topic, partition and offset of the record that failed; empty likewise."""
    failed_at: str
    key: bytes
    value: bytes
    headers: Mapping[str, str]
    replayed: bool
    whole_bytes: int | None = None
    """How many bytes the value had, where the letter holds only its beginning."""


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many dead letters share a topic and a reason, and how many of them nobody has replayed."""

    topic: str
    error_type: str
    error: str
    letters: int
    waiting: int


@dataclass(frozen=True, slots=True)
class Replayed:
    """What a replay did."""

    sent: int
    skipped: int
    """Replayed before, and not asked for again."""
    without_origin: int = 0
    """Of what never was a record, such as a fault in a feed: the source's next poll is their replay."""
    cut: int = 0
    """Of which only the beginning was kept, so that there is nothing to send."""


def letter_of(record: Record, error: BaseException, *, attempts: int, consumer: str, failed_at: datetime) -> Outgoing:
    """Make the dead letter of a record: its key, value and headers, and what went wrong.

    A record that has no identity among its headers, one of somebody else's, gets the letter's.
    """
    topic = dead_of(record.topic)
    own = (
        {}
        if "ce_id" in record.headers
        else _identity(topic, f"{record.topic}:{record.partition}:{record.offset}", consumer, failed_at)
    )
    headers = (
        own
        | dict(record.headers)
        | {
            "error": told(error),
            "error_type": type(error).__name__,
            "attempts": str(attempts),
            "consumer": consumer,
            "origin_topic": record.topic,
            "origin_partition": str(record.partition),
            "origin_offset": str(record.offset),
            "failed_at": failed_at.isoformat(),
        }
    )
    return Outgoing(topic, record.key, record.value, headers)


def cut(letter: Outgoing) -> Outgoing:
    """A letter that its topic takes for certain, for one that it refuses: the beginning of a record that is too large.

    It says so in a header, and keeps of the record's own headers what has room.
    """
    kept = {name: value for name, value in letter.headers.items() if name in _LETTER_HEADERS}
    room = _CUT_HEADERS
    for name, value in letter.headers.items():
        room -= len(name) + len(value.encode())
        if room < 0:
            break
        kept[name] = value
    kept[VALUE_CUT] = str(len(letter.value))
    return Outgoing(letter.topic, letter.key[:_CUT_KEY], letter.value[:_CUT_VALUE], kept)


def _identity(topic: str, of: str, source: str, at: datetime) -> dict[str, str]:
    return headers_of(id=digest_of(topic, of), type=topic, source=source, at=at)


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


class DeadLetters:
    """Lists, shows and replays the dead letters of a log."""

    def __init__(self, log: LetterLog, topics: Iterable[str] | None = None, *, clock: Clock | None = None) -> None:
        """`topics` are the topics that records die in, by default all of `schemas.topics`."""
        names = (topic.name for topic in TOPICS) if topics is None else topics
        self._topics = tuple(dict.fromkeys(dead_of(name) for name in names))
        self._log = log
        self._clock = clock or SystemClock()

    def find(
        self,
        *,
        topic: str | None = None,
        reason: str | None = None,
        since: datetime | None = None,
        waiting: bool = False,
    ) -> Iterator[DeadLetter]:
        """Dead letters, topic by topic and oldest first.

        `topic` is an origin or dead topic; `reason` an error type, or words of the error; `since` when it died;
        `waiting` leaves out what was replayed.
        """
        for dead_topic in self._named(topic):
            replayed = self._replayed(dead_topic)
            for record in self._log.read_all(dead_topic, since):
                if _REPLAYED in record.headers:
                    continue
                letter = _letter(record, replayed)
                if (waiting and letter.replayed) or not _fits(letter, reason):
                    continue
                yield letter

    def counts(self, *, topic: str | None = None, since: datetime | None = None) -> tuple[LetterCount, ...]:
        """How many there are by topic and reason, the most frequent first; `since` when they died."""
        letters: Counter[tuple[str, str, str]] = Counter()
        waiting: Counter[tuple[str, str, str]] = Counter()
        for letter in self.find(topic=topic, since=since):
            reason = (letter.id.topic, letter.error_type, letter.error)
            letters[reason] += 1
            waiting[reason] += not letter.replayed
        return tuple(LetterCount(*reason, count, waiting[reason]) for reason, count in letters.most_common())

    def show(self, letter_id: LetterId) -> DeadLetter:
        """One dead letter. Raises UsageError where there is none."""
        for found in self._read((letter_id,)):
            return _letter(found, self._replayed(letter_id.topic))
        raise UsageError(f"there is no dead letter {letter_id}; `jobchime dead list` names those that there are")

    def present(self, ids: Sequence[LetterId]) -> tuple[DeadLetter, ...]:
        """Those of a range that are there. Raises UsageError where none is."""
        replayed = {topic: self._replayed(topic) for topic in {letter_id.topic for letter_id in ids}}
        records = list(self._read(ids))
        if not records:
            raise UsageError(f"there is no dead letter {' or '.join(map(str, ids[:2]))}; see `jobchime dead list`")
        return tuple(_letter(record, replayed[record.topic]) for record in records)

    def replay(self, letters: Iterable[DeadLetter], *, again: bool = False) -> Replayed:
        """Send letters back to where they came from, as they were, and mark each.

        Record and mark are one write where the log can; else the mark comes second, and a letter that was sent and not
        marked may be sent again, which does no harm. A letter that was replayed before is skipped, unless `again`.
        """
        due: list[DeadLetter] = []
        skipped = without_origin = cut_short = 0
        for letter in letters:
            if not letter.origin_topic:
                without_origin += 1
            elif letter.whole_bytes is not None:
                cut_short += 1
            elif letter.replayed and not again:
                skipped += 1
            else:
                due.append(letter)
        out = [record for letter in due for record in _replay(letter, self._clock.now())]
        for batch in chunked(out, 2 * _REPLAY_AT_ONCE):
            self._log.produce(batch)
        return Replayed(len(due), skipped, without_origin, cut_short)

    def _named(self, topic: str | None) -> tuple[str, ...]:
        if topic is None:
            return self._topics
        if dead_of(topic) not in self._topics:
            raise UsageError(f"there is no topic {topic!r}; records die in {', '.join(self._topics)}")
        return (dead_of(topic),)

    def _read(self, ids: Sequence[LetterId]) -> Iterator[Record]:
        """The letters of these ids that there are, in pages: an engine answers a range as fast as one."""
        wanted = set(ids)
        for topic, partition in dict.fromkeys((one.topic, one.partition) for one in ids):
            self._named(topic)
            offsets = [one.offset for one in ids if (one.topic, one.partition) == (topic, partition)]
            at, last = min(offsets), max(offsets)
            while at <= last and (page := self._log.read(topic, partition, at, min(last - at + 1, _READ_AT_ONCE))):
                at = page[-1].offset + 1
                for record in page:
                    if LetterId(topic, partition, record.offset) in wanted and _REPLAYED not in record.headers:
                        yield record

    def _replayed(self, dead_topic: str) -> frozenset[str]:
        marks = (record.headers.get(_REPLAYED) for record in self._log.read_all(dead_topic))
        return frozenset(mark for mark in marks if mark)


def _letter(record: Record, replayed: frozenset[str]) -> DeadLetter:
    headers = record.headers
    own = without_own(headers) if headers.get("ce_type") == record.topic else headers
    origin_topic = headers.get("origin_topic", record.topic.removesuffix(DEAD_SUFFIX))
    letter_id = LetterId(record.topic, record.partition, record.offset)
    place = f"{origin_topic}:{headers.get('origin_partition', '?')}:{headers.get('origin_offset', '?')}"
    attempts, whole = headers.get("attempts", ""), headers.get(VALUE_CUT, "")
    return DeadLetter(
        id=letter_id,
        error=headers.get("error", "unknown"),
        error_type=headers.get("error_type", "unknown"),
        attempts=int(attempts) if attempts.isdigit() else 0,
        consumer=headers.get("consumer", "unknown"),
        origin_topic=origin_topic,
        origin=place if origin_topic else "",
        failed_at=headers.get("failed_at", record.appended_at.isoformat()),
        key=record.key,
        value=record.value,
        headers={name: value for name, value in own.items() if name not in _LETTER_HEADERS},
        replayed=str(letter_id) in replayed,
        whole_bytes=int(whole) if whole.isdigit() else None,
    )


def _fits(letter: DeadLetter, reason: str | None) -> bool:
    return reason is None or reason == letter.error_type or reason.casefold() in letter.error.casefold()


def _replay(letter: DeadLetter, now: datetime) -> tuple[Outgoing, Outgoing]:
    """The record for its origin, and the mark beside its letter, in the letter's own partition."""
    mark = str(letter.id)
    headers = dict(letter.headers) | {REPLAY_OF: mark}
    return (
        Outgoing(letter.origin_topic, letter.key, letter.value, headers),
        Outgoing(letter.id.topic, letter.key, b"", _identity(letter.id.topic, mark, "dead", now) | {_REPLAYED: mark}),
    )
