"""Dead letters: counted, found, shown, sent back, and discarded once somebody has seen to them."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from schemas.faults import meant
from schemas.topics import dead_of
from services.ingest.faults import FAULT_CODES
from services.runtime.chunks import chunked
from services.runtime.errors import UsageError
from services.runtime.letters.dead import (
    DeadLetter,
    DeadLetters,
    LetterCount,
    LetterReplay,
    counted_by_fault,
)
from services.runtime.letters.history import LetterEvent
from services.runtime.letters.marks import LetterId, letter_ids
from services.settings import Settings
from services.usecases.errors import NothingChosenError
from services.usecases.installation import open_letters
from services.usecases.progress import Progress, unseen

__all__ = [
    "Chosen",
    "DeadLetter",
    "Discarded",
    "LetterCount",
    "LetterEvent",
    "LetterReplay",
    "Listing",
    "counts",
    "discard",
    "find",
    "listing",
    "replay",
    "replay_mended",
    "show",
    "show_with_history",
]

_AT_ONCE = 50
"""Letters of a replay between two looks at how far it has come."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Which letters are meant: those of a range, or all that share a topic, an error or code, and a source."""

    letters: str | None = None
    """One, or a range: `postings.v1.dead:0:12-20`."""
    topic: str | None = None
    error: str | None = None
    """An error type, or words of the error."""
    source: str | None = None
    code: str | None = None
    """Of the fault of a feed or push."""
    fault: str | None = None
    """As `DeadLetter.fault` has it."""


@dataclass(frozen=True, slots=True)
class Discarded:
    """How many letters a discard had count as seen to, and how many were before."""

    discarded: int
    skipped: int


def counts(settings: Settings, topic: str | None, since: datetime) -> tuple[LetterCount, ...]:
    """How many there are by topic and fault, the most frequent first. Raises UsageError, UnavailableError."""
    with open_letters(settings) as log:
        return DeadLetters(log).counts(topic=topic, since=since)


def find(settings: Settings, chosen: Chosen, since: datetime) -> list[DeadLetter]:
    """Letters that died since then, topic by topic and oldest first. Raises UsageError, UnavailableError."""
    with open_letters(settings) as log:
        letters = DeadLetters(log)
        return list(_letters(letters, chosen, since))


@dataclass(frozen=True, slots=True)
class Listing:
    """All letters of a time by fault, and those that were chosen."""

    counts: tuple[LetterCount, ...]
    letters: tuple[DeadLetter, ...]
    """Topic by topic and oldest first."""


def listing(settings: Settings, chosen: Chosen, since: datetime) -> Listing:
    """Both by one reading of what died since then. Raises UsageError, UnavailableError."""
    _check_code(chosen)
    with open_letters(settings) as log:
        found = tuple(DeadLetters(log).find(since=since))
    topic = None if chosen.topic is None else dead_of(chosen.topic)
    letters = tuple(
        letter
        for letter in found
        if topic in {None, letter.id.topic} and letter.fits(chosen.error, chosen.code, chosen.source)
    )
    return Listing(counted_by_fault(found), letters)


def show(settings: Settings, letter: str) -> DeadLetter:
    """One letter with its record. Raises UsageError, UnavailableError."""
    with open_letters(settings) as log:
        return DeadLetters(log).show(_letter_id(letter))


def show_with_history(settings: Settings, letter: str) -> tuple[DeadLetter, tuple[LetterEvent, ...]]:
    """The same, and all that happened to it, the oldest first. Raises UsageError, UnavailableError."""
    with open_letters(settings) as log:
        return DeadLetters(log).show_with_history(_letter_id(letter))


def replay(
    settings: Settings, chosen: Chosen, *, again: bool, by: str = "", progress: Progress = unseen
) -> LetterReplay:
    """Send letters back to where they came from; `again`: those too that were replayed or discarded before; `by` whom.

    Where it breaks off, what was not sent yet still waits: the same once more sends the rest.

    Raises NothingChosenError, UsageError, UnavailableError.
    """
    with open_letters(settings) as log:
        letters = DeadLetters(log)
        meant, done = _chosen(letters, chosen), LetterReplay(0, 0)
        with progress("Dead letters", len(meant)) as advance:
            for some in chunked(meant, _AT_ONCE):
                done += letters.replay(some, again=again, by=by)
                advance(len(some))
    return done


def replay_mended(settings: Settings, letter: str, value: bytes, *, by: str = "") -> None:
    """Send one letter back with another value, as somebody mended it. Raises UsageError, UnavailableError."""
    with open_letters(settings) as log:
        letters = DeadLetters(log)
        found = letters.show(_letter_id(letter))
        if not found.origin_topic:
            raise UsageError(f"{letter} came from a feed, not from a topic: the next poll of its source is its replay")
        letters.replay([replace(found, value=value, whole_bytes=None)], again=True, by=by, mended=True)


def discard(settings: Settings, chosen: Chosen, why: str, *, by: str = "") -> Discarded:
    """Have letters count as seen to, and keep why. Raises NothingChosenError, UsageError, UnavailableError."""
    with open_letters(settings) as log:
        letters = DeadLetters(log)
        meant = _chosen(letters, chosen)
        done = letters.discard(meant, why, by=by)
    return Discarded(done, len(meant) - done)


def _letter_id(letter: str) -> LetterId:
    ids = letter_ids(letter)
    if len(ids) > 1:
        raise UsageError("name one letter, not a range")
    return ids[0]


def _chosen(letters: DeadLetters, chosen: Chosen) -> Sequence[DeadLetter]:
    if chosen.letters is not None:
        return letters.present(letter_ids(chosen.letters))
    if not any((chosen.topic, chosen.error, chosen.source, chosen.code, chosen.fault)):
        raise NothingChosenError
    return tuple(_letters(letters, chosen))


def _letters(letters: DeadLetters, chosen: Chosen, since: datetime | None = None) -> Iterator[DeadLetter]:
    _check_code(chosen)
    found = letters.find(topic=chosen.topic, reason=chosen.error, code=chosen.code, source=chosen.source, since=since)
    return (letter for letter in found if chosen.fault in {None, letter.fault})


def _check_code(chosen: Chosen) -> None:
    if chosen.code is not None and chosen.code not in FAULT_CODES:
        raise UsageError(f"there is no code {chosen.code!r}; {meant(chosen.code, FAULT_CODES)}")
