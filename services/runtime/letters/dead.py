"""Dead letters: records that could not be processed, kept with their error until they are replayed or discarded."""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple, dataclass
from datetime import datetime
from typing import Literal, Protocol

from schemas.headers import without_own
from schemas.topics import DEAD_SUFFIX, TOPICS, dead_of
from services.runtime.chunks import chunked
from services.runtime.clock import Clock, SystemClock
from services.runtime.errors import UsageError
from services.runtime.letters.history import LetterEvent, history_of
from services.runtime.letters.marks import (
    REPLAY_OF,
    Death,
    Discard,
    LetterId,
    Marks,
    discard_mark,
    id_of,
    is_mark,
    marks_of,
    replay_mark,
)
from services.runtime.letters.writing import CODE, FIELD, LETTER_HEADERS, VALUE_CUT
from services.runtime.privacy.redaction import redacted
from services.runtime.records import Outgoing, Producer, Record, TopicReader

_REPLAY_AT_ONCE = 200
_READ_AT_ONCE = 1_000


class LetterLog(Producer, TopicReader, Protocol):
    """What dead letters need of a log."""

    def read(self, topic: str, partition: int, offset: int, most: int) -> list[Record]: ...


@dataclass(frozen=True, slots=True)
class DeadLetter:
    """A record that could not be processed. `headers` are its own, as they were.

    A replay that failed again is the same letter: what is said of its error is of the last time.
    """

    id: LetterId
    error: str
    error_type: str
    code: str | None
    """Of its fault, as feeds and pushes have one (`services.ingest.faults`); None of other errors and older letters."""
    field: str | None
    """The field, path or key at fault."""
    attempts: int
    """In all, those of its replays included."""
    consumer: str
    origin_topic: str
    """Empty where what failed never was a record."""
    origin: str
    """Topic, partition and offset of the record that failed; empty likewise."""
    failed_at: str
    key: bytes
    value: bytes
    headers: Mapping[str, str]
    latest: LetterId
    """Of its last death; that of its first where it was not replayed in vain."""
    replayed: bool
    """Since it last died."""
    discarded: Discard | None = None
    whole_bytes: int | None = None
    """How many bytes the value had, where the letter holds only its beginning."""

    @property
    def fault(self) -> str:
        """What others may share with it: its code and field, whatever it says; without a code, its sentence."""
        return self.error if self.code is None else f"{self.code} {self.field or ''}".strip()

    @property
    def waiting(self) -> bool:
        """Whether somebody has yet to see to it."""
        return not self.replayed and self.discarded is None

    @property
    def state(self) -> Literal["waiting", "replayed", "discarded"]:
        """What was done about it last."""
        return "discarded" if self.discarded is not None else "replayed" if self.replayed else "waiting"

    def fits(self, reason: str | None, code: str | None, source: str | None) -> bool:
        """Whether it is of an error type or has words of a reason, of a code and of a source; None: of any."""
        of_reason = reason is None or reason == self.error_type or reason.casefold() in self.error.casefold()
        return of_reason and code in {None, self.code} and source in {None, self.source}

    @property
    def source(self) -> str | None:
        """The source of what died, where it tells."""
        if "source" in self.headers:
            return self.headers["source"]
        try:
            named = json.loads(self.value)["source"]
        except (ValueError, TypeError, LookupError, RecursionError):
            return None
        return named if isinstance(named, str) else None


@dataclass(frozen=True, slots=True)
class LetterCount:
    """How many dead letters share a topic and a fault, and how many of them nobody has seen to.

    What is said of its error is of the last of them.
    """

    topic: str
    fault: str
    """As `DeadLetter.fault` has it."""
    error_type: str
    code: str | None
    field: str | None
    error: str
    letters: int
    waiting: int
    discarded: int
    returnable: int
    """Of those waiting that were records of a topic: only these can be sent back."""


@dataclass(frozen=True, slots=True)
class LetterReplay:
    """What a replay did."""

    sent: int
    skipped: int
    """Replayed or discarded before, and not asked for again."""
    without_origin: int = 0
    """Of what never was a record, such as a fault in a feed: the source's next poll is their replay."""
    cut: int = 0
    """Of which only the beginning was kept, so that there is nothing to send."""

    def __add__(self, more: "LetterReplay") -> "LetterReplay":
        """Both together."""
        pairs = zip(astuple(self), astuple(more), strict=True)
        return LetterReplay(*(count + other for count, other in pairs))


class DeadLetters:
    """Lists, shows, replays and discards the dead letters of a log."""

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
        code: str | None = None,
        source: str | None = None,
        since: datetime | None = None,
        waiting: bool = False,
    ) -> Iterator[DeadLetter]:
        """Dead letters, topic by topic and oldest first.

        `topic` is an origin or dead topic; `reason` an error type, or words of the error; `code` that of its fault;
        `source` where it came from; `since` when it last died; `waiting` leaves out what was replayed or discarded.
        """
        for dead_topic in self._dead_topics(topic):
            marks = self._marks(dead_topic)
            died_again = since is not None and any(death.appended_at >= since for death in marks.every_death())
            for record in self._log.read_all(dead_topic, None if died_again else since):
                if is_mark(record) or marks.is_death(record):
                    continue
                deaths = tuple(marks.deaths_of(id_of(record)))
                if since is not None and max((record.appended_at, *(d.appended_at for d in deaths))) < since:
                    continue
                letter = _letter(record, marks, deaths)
                if (letter.waiting or not waiting) and letter.fits(reason, code, source):
                    yield letter

    def counts(self, *, topic: str | None = None, since: datetime | None = None) -> tuple[LetterCount, ...]:
        """How many there are by topic and fault, the most frequent first; `since` when they died."""
        return counted_by_fault(self.find(topic=topic, since=since))

    def show(self, letter_id: LetterId) -> DeadLetter:
        """One dead letter, also by the id of one of its further deaths. Raises UsageError where there is none."""
        return self.show_with_history(letter_id)[0]

    def show_with_history(self, letter_id: LetterId) -> tuple[DeadLetter, tuple[LetterEvent, ...]]:
        """The same, and all that happened to it, the oldest first. Raises UsageError where there is none."""
        self._dead_topics(letter_id.topic)
        marks = self._marks(letter_id.topic)
        for record in self._records((marks.first_of(letter_id),)):
            deaths = tuple(marks.deaths_of(id_of(record)))
            return _letter(record, marks, deaths), history_of(record, deaths, marks)
        raise UsageError(f"there is no dead letter {letter_id}; `jobchime dead list` names those that there are")

    def present(self, ids: Sequence[LetterId]) -> tuple[DeadLetter, ...]:
        """Those of a range that are there. Raises UsageError where none is."""
        found: list[DeadLetter] = []
        for topic in dict.fromkeys(letter_id.topic for letter_id in ids):
            self._dead_topics(topic)
            marks = self._marks(topic)
            firsts = tuple(dict.fromkeys(marks.first_of(letter) for letter in ids if letter.topic == topic))
            found += [_letter(r, marks, tuple(marks.deaths_of(id_of(r)))) for r in self._records(firsts)]
        if not found:
            raise UsageError(f"there is no dead letter {' or '.join(map(str, ids[:2]))}; see `jobchime dead list`")
        return tuple(found)

    def replay(
        self, letters: Iterable[DeadLetter], *, again: bool = False, by: str = "", mended: bool = False
    ) -> LetterReplay:
        """Send letters back to where they came from, and mark each: `by` which operator, `mended` or as they were.

        Record and mark are one write where the log can; else the mark comes second, and a letter that was sent and not
        marked may be sent again, which does no harm. A letter that was replayed or discarded before is skipped, unless
        `again`.
        """
        due: list[DeadLetter] = []
        skipped = without_origin = cut_short = 0
        for letter in letters:
            if not letter.origin_topic:
                without_origin += 1
            elif letter.whole_bytes is not None:
                cut_short += 1
            elif not letter.waiting and not again:
                skipped += 1
            else:
                due.append(letter)
        out = [record for letter in due for record in _replay(letter, self._clock.now(), by, mended)]
        for batch in chunked(out, 2 * _REPLAY_AT_ONCE):
            self._log.produce(batch)
        return LetterReplay(len(due), skipped, without_origin, cut_short)

    def discard(self, letters: Iterable[DeadLetter], why: str, *, by: str = "") -> int:
        """Have letters count as seen to, and keep why and by which operator; gives how many were waiting.

        They stay, and can be replayed. Raises UsageError where no reason is given.
        """
        said = " ".join(why.split())
        if not said:
            raise UsageError("say why, so that whoever looks later knows: --reason TEXT")
        now, kept = self._clock.now(), redacted(Exception(said))
        due = [discard_mark(letter.latest, letter.key, kept, now, by=by) for letter in letters if letter.waiting]
        for batch in chunked(due, _REPLAY_AT_ONCE):
            self._log.produce(batch)
        return len(due)

    def _dead_topics(self, topic: str | None) -> tuple[str, ...]:
        if topic is None:
            return self._topics
        if dead_of(topic) not in self._topics:
            raise UsageError(f"there is no topic {topic!r}; records die in {', '.join(self._topics)}")
        return (dead_of(topic),)

    def _records(self, ids: Sequence[LetterId]) -> Iterator[Record]:
        """The letters of these ids that there are, in pages: an engine answers a range as fast as one."""
        wanted = set(ids)
        for topic, partition in dict.fromkeys((letter.topic, letter.partition) for letter in ids):
            self._dead_topics(topic)
            offsets = [letter.offset for letter in ids if (letter.topic, letter.partition) == (topic, partition)]
            at, last = min(offsets), max(offsets)
            while at <= last and (page := self._log.read(topic, partition, at, min(last - at + 1, _READ_AT_ONCE))):
                at = page[-1].offset + 1
                for record in page:
                    if id_of(record) in wanted and not is_mark(record):
                        yield record

    def _marks(self, dead_topic: str) -> Marks:
        return marks_of(self._log.read_all(dead_topic))


def _letter(record: Record, marks: Marks, deaths: Sequence[Death]) -> DeadLetter:
    headers = record.headers
    own = without_own(headers) if headers.get("ce_type") == record.topic else headers
    origin_topic = headers.get("origin_topic", record.topic.removesuffix(DEAD_SUFFIX))
    place = f"{origin_topic}:{headers.get('origin_partition', '?')}:{headers.get('origin_offset', '?')}"
    last = max(deaths, key=lambda death: (death.appended_at, death.id.offset), default=None)
    latest, said = (id_of(record), headers) if last is None else (last.id, last.headers)
    whole = headers.get(VALUE_CUT, "")
    return DeadLetter(
        id=id_of(record),
        error=said.get("error", "unknown"),
        error_type=said.get("error_type", "unknown"),
        code=said.get(CODE),
        field=said.get(FIELD),
        attempts=sum(_attempts(died) for died in (headers, *(death.headers for death in deaths))),
        consumer=said.get("consumer", "unknown"),
        origin_topic=origin_topic,
        origin=place if origin_topic else "",
        failed_at=said.get("failed_at", record.appended_at.isoformat()),
        key=record.key,
        value=record.value,
        headers={name: value for name, value in own.items() if name not in LETTER_HEADERS},
        latest=latest,
        replayed=str(latest) in marks.replayed,
        discarded=marks.discarded.get(str(latest)),
        whole_bytes=int(whole) if whole.isdigit() else None,
    )


def counted_by_fault(letters: Iterable[DeadLetter]) -> tuple[LetterCount, ...]:
    """How many there are by topic and fault, the most frequent first."""
    groups: dict[tuple[str, str], list[DeadLetter]] = {}
    for letter in letters:
        groups.setdefault((letter.id.topic, letter.fault), []).append(letter)
    return tuple(_counted(some) for some in sorted(groups.values(), key=len, reverse=True))


def _counted(letters: Sequence[DeadLetter]) -> LetterCount:
    last = max(reversed(letters), key=lambda letter: letter.failed_at)
    return LetterCount(
        topic=last.id.topic,
        fault=last.fault,
        error_type=last.error_type,
        code=last.code,
        field=last.field,
        error=last.error,
        letters=len(letters),
        waiting=sum(letter.waiting for letter in letters),
        discarded=sum(letter.discarded is not None for letter in letters),
        returnable=sum(letter.waiting and bool(letter.origin_topic) for letter in letters),
    )


def _attempts(headers: Mapping[str, str]) -> int:
    attempts = headers.get("attempts", "")
    return int(attempts) if attempts.isdigit() else 0


def _replay(letter: DeadLetter, now: datetime, by: str, mended: bool) -> tuple[Outgoing, Outgoing]:
    """The record for its origin, and the mark beside its letter, in the letter's own partition."""
    headers = dict(letter.headers) | {REPLAY_OF: str(letter.latest)}
    return (
        Outgoing(letter.origin_topic, letter.key, letter.value, headers),
        replay_mark(letter.latest, letter.key, now, by=by, mended=mended),
    )
