"""What a card is made from: jobs, their reader, and which parts of it are the same for others."""

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property

from services.notifier.domain.model import FoundBy, Item
from services.notifier.domain.weights import Doubt
from services.notifier.domain.wording.view import Reader
from services.notifier.ports import Links
from services.wording.words import Words


class _Key:
    """A value to find something by, whose hash is worked out once: that takes as long as the rest of finding it."""

    __slots__ = ("_hash", "_of")

    def __init__(self, of: Hashable) -> None:
        self._of, self._hash = of, hash(of)

    def __hash__(self) -> int:
        return self._hash

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Key) and self._of == other._of


@dataclass(slots=True)
class Stack:
    """Cards one below the other, for one reader."""

    reader: Reader
    due_at: datetime
    links: Links
    goes_without_saying: bool
    """Which search found a job."""
    html: list[str] = field(default_factory=list)
    text: list[str] = field(default_factory=list)
    first_job: str = ""
    """Where the first one is, and why it was found."""


@dataclass(frozen=True)
class Wanted:
    """What a personal card is made from."""

    card: Sequence[Item]
    item: Item
    """What the card tells once."""
    explained_by: FoundBy
    near: bool
    stack: Stack
    offered: tuple[bool, ...]
    """Which of the actions."""
    against: tuple[Doubt, ...]

    @property
    def words(self) -> Words:
        return self.stack.reader.words

    @cached_property
    def shared(self) -> Hashable:
        """What decides all that the readers of one language share of it."""
        return (
            self.near,
            tuple((item.posting.posting_id, item.posting.version) for item in self.card),
            self.words.locale,
        )

    @property
    def floor(self) -> Hashable:
        """What decides where the floor stands."""
        floor = self.explained_by.search.criteria.salary_floor
        return None if floor is None else (floor.amount, floor.currency, floor.period)

    @property
    def whole(self) -> Hashable:
        """What decides all of it: with the time zone also the day of the posting, with the country and the places which
        are the reader's own."""
        reader, places = self.stack.reader, self.explained_by.search.criteria.places
        of_reader = (reader.currency, reader.zone.key, reader.country, self.stack.due_at, self.offered, places)
        return self.shared, of_reader, self.floor, self.said

    def misses(self, criterion: str) -> bool:
        """Whether it is what a near miss is off by, and is said to be."""
        reasons = self.explained_by.verdict.reasons
        return any(reason.fit == "near" and reason.criterion == criterion for reason in reasons)

    @cached_property
    def said(self) -> Hashable:
        """What decides what is said for and against it."""
        found, item = self.explained_by, self.item
        return _Key((found.verdict.reasons, found.preferred, self.against, item.known, item.suits))
