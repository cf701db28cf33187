"""What the matcher needs of the outside, in its own words."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import Keys
from schemas.posting import PostingCore
from services.matcher.backtest import Far
from services.runtime.records import Record


@dataclass(frozen=True, slots=True)
class Hits:
    """The criteria that one posting matched and nearly matched: sorted, distinct and disjoint."""

    keys: Keys
    near: Keys


class CriteriaIndex(Protocol):
    """All criteria, searchable by posting. It returns exactly what `services.rules.verdict` accepts."""

    def apply(self, records: Sequence[CriteriaRecord]) -> None:
        """Add, change or remove criteria; a record not newer than what is held for its key changes nothing.

        Visible to `match` when this returns.
        """
        ...

    def match(self, postings: Sequence[PostingCore]) -> list[Hits]:
        """The hits of each posting, in the order given."""
        ...

    def __len__(self) -> int: ...


@dataclass(frozen=True, slots=True)
class BackwardHit:
    """A recent posting that new criteria fit."""

    posting: PostingCore
    near: bool


class RecentPostings(Protocol):
    """The newest version of each posting of the last days, searchable by criteria."""

    def put(self, postings: Sequence[PostingCore]) -> None:
        """Add or replace by newer version; a closed posting replaces its open version.

        Durable when this returns, and visible to searches after the next `refresh`.
        """
        ...

    def refresh(self) -> None:
        """Make visible to searches whatever was put before this call, by whichever worker."""
        ...

    def search(self, criteria: Criteria, since: datetime, most: int, *, backlog: bool = True) -> list[BackwardHit]:
        """The newest `most` open postings seen since then that `verdict` accepts or nearly accepts, newest first.

        Without `backlog`, only those that may be alerted. Equally new ones come in the order of their ids.
        """
        ...

    def search_each(
        self, asked: Sequence[Criteria], since: datetime, most: int, *, backlog: bool = True
    ) -> list[list[BackwardHit]]:
        """`search`, for several criteria at once, in the order given."""
        ...

    def forget(self, before: datetime) -> int:
        """Drop some of what was seen before then, the rest at the next call; returns how many, 0 where none is left."""
        ...


class Sieve(Protocol):
    """What tells of postings, without their being read, that criteria are far from matching them."""

    def far(self, criteria: Criteria, versions: Mapping[str, int]) -> dict[str, Far]:
        """Some of the postings, by id and version, that would fail two criteria or more were they open.

        Never one that would not, and none by another version than the one that is asked for: so whoever reads and
        judges all others has judged whatever matters, however little is told. Raises UnavailableError.
        """
        ...


class Holdings(Protocol):
    """The criteria and recent postings that a worker matches with, and how they keep up with the log.

    They close the race between the two inputs: of a posting and criteria that are handled at the same time, by any two
    workers, whichever comes second sees the first. How, each implementation says.
    """

    @property
    def index(self) -> CriteriaIndex: ...

    @property
    def recent(self) -> RecentPostings: ...

    def load(self) -> None:
        """Be ready for the first batch. Raises UnavailableError."""
        ...

    def hold_postings(self, batch: Sequence[Record], postings: Sequence[PostingCore]) -> None:
        """Hold postings, before they are matched."""
        ...

    def hold_criteria(self, batch: Sequence[Record], found: Sequence[CriteriaRecord]) -> list[bool]:
        """Hold criteria, before recent postings are searched; which records ask something new, and so are searched for.

        A record may come again, after a crash also in another batch; one that may not have been searched for counts as
        new, because searching twice does no harm.
        """
        ...

    def tick(self, now: datetime) -> None:
        """Forget some of what is old, never long."""
        ...
