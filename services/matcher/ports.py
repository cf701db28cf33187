"""What the matcher needs of the outside, in its own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from schemas.criteria import Criteria, CriteriaRecord
from schemas.keys import Keys
from schemas.posting import PostingCore


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
        """Add or replace by newer version; a closed posting replaces its open version. Visible when this returns."""
        ...

    def search(self, criteria: Criteria, since: datetime, most: int, *, backlog: bool = True) -> list[BackwardHit]:
        """The newest `most` open postings seen since then that `verdict` accepts or nearly accepts, newest first.

        Without `backlog`, only those that may be alerted.
        """
        ...

    def forget(self, before: datetime) -> int:
        """Drop what was seen before then; returns how many."""
        ...
