"""What happened to one dead letter, and what was done about it, in the order of time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from services.runtime.letters.marks import Death, Marks, id_of
from services.runtime.records import Record

Kind = Literal["died", "died again", "sent back", "seen to"]


@dataclass(frozen=True, slots=True)
class LetterEvent:
    """One thing of it."""

    at: datetime
    kind: Kind
    letter: str
    """The id of the death that it is, or that it was done about."""
    said: str = ""
    """Of a death its error, of what was seen to why."""
    attempts: str = ""
    """Of a death: how often its service had tried."""
    consumer: str = ""
    """Of a death: the service."""
    by: str = ""
    """The operator who did it in the console; empty of what a command did."""
    mended: bool = False
    """Of what was sent back: with another value."""


def history_of(record: Record, deaths: Sequence[Death], marks: Marks) -> tuple[LetterEvent, ...]:
    """Of the letter that first died as this record, and then these further times."""
    first = id_of(record)
    found = [_death("died", record.appended_at, str(first), record.headers)]
    found += [_death("died again", death.appended_at, str(death.id), death.headers) for death in deaths]
    for letter_id in (str(first), *(str(death.id) for death in deaths)):
        for mark in marks.done.get(letter_id, ()):
            kind: Kind = "seen to" if mark.discarded else "sent back"
            found.append(LetterEvent(mark.at, kind, letter_id, mark.why, by=mark.by, mended=mark.mended))
    return tuple(sorted(found, key=lambda event: event.at))


def _death(kind: Kind, at: datetime, letter: str, headers: Mapping[str, str]) -> LetterEvent:
    error, consumer = headers.get("error", "unknown"), headers.get("consumer", "unknown")
    return LetterEvent(at, kind, letter, error, headers.get("attempts", ""), consumer)
