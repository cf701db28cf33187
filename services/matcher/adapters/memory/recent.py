"""Recent postings in memory."""

from bisect import bisect_left, bisect_right, insort
from collections.abc import Iterator, Sequence
from datetime import datetime
from heapq import merge
from itertools import groupby, islice

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.ports import BackwardHit
from services.rules.criterion import ROLES_ANY
from services.rules.prepared import PreparedPosting
from services.rules.verdict import outcome_of

_Entry = tuple[float, str, PreparedPosting]
"""When it was seen, in seconds before 1970; the posting's id, by which equally old ones are ordered; the posting."""
_NewestFirst = list[_Entry]


class MemoryRecentPostings:
    """`RecentPostings` for one process: always in order, so that only what may fit and is wanted is looked at."""

    def __init__(self) -> None:
        self._entries: dict[str, _Entry] = {}
        self._all: _NewestFirst = []
        self._by_skill: dict[str, _NewestFirst] = {}
        """Also by the skills that those of a posting imply."""
        self._by_role: dict[str, _NewestFirst] = {}

    def __len__(self) -> int:
        return len(self._entries)

    def put(self, postings: Sequence[PostingCore]) -> None:
        """Add or replace by newer version; a closed posting is held, so that no late older version reopens it."""
        for posting in postings:
            known = self._entries.get(posting.posting_id)
            if known is None:
                self._add(posting)
            elif _posting_of(known).version < posting.version:
                self._drop(known)
                self._add(posting)

    def refresh(self) -> None:
        """Do nothing: what is put is visible at once."""

    def search(self, criteria: Criteria, since: datetime, most: int, *, backlog: bool = True) -> list[BackwardHit]:
        """The newest `most` open postings seen since then that `verdict` accepts or nearly accepts, newest first."""
        found: list[BackwardHit] = []
        for prepared in self._since(criteria, since):
            if len(found) >= most:
                break
            if prepared.posting.backlog and not backlog:
                continue
            outcome = outcome_of(criteria, prepared)
            if outcome != "reject":
                found.append(BackwardHit(prepared.posting, near=outcome == "near"))
        return found

    def search_each(
        self, asked: Sequence[Criteria], since: datetime, most: int, *, backlog: bool = True
    ) -> list[list[BackwardHit]]:
        """`search`, for several criteria."""
        return [self.search(criteria, since, most, backlog=backlog) for criteria in asked]

    def forget(self, before: datetime) -> int:
        """Drop what was seen before then; returns how many."""
        old = self._all[_end(self._all, before) :]
        for entry in old:
            self._drop(entry)
        return len(old)

    def _add(self, posting: PostingCore) -> None:
        entry = (-posting.seen_at.timestamp(), posting.posting_id, PreparedPosting(posting))
        self._entries[posting.posting_id] = entry
        for some in self._lists_of(entry):
            insort(some, entry)

    def _drop(self, entry: _Entry) -> None:
        del self._entries[_posting_of(entry).posting_id]
        for some in self._lists_of(entry):
            del some[bisect_left(some, entry)]

    def _lists_of(self, entry: _Entry) -> Iterator[_NewestFirst]:
        prepared = entry[2]
        yield self._all
        for name in {*prepared.skills, *prepared.implied}:
            yield self._by_skill.setdefault(name, [])
        for role in ROLES_ANY.terms_of(prepared):
            yield self._by_role.setdefault(role, [])

    def _since(self, criteria: Criteria, since: datetime) -> Iterator[PreparedPosting]:
        """Those that may have the skills, else the roles, from new to old; equally old ones by their ids."""
        asked = criteria.skills
        lists = [self._by_skill.get(name, []) for name in asked.all or asked.any]
        if asked.all:
            lists = [min(lists, key=len)]
        if not lists and (narrowing := ROLES_ANY.narrowing(criteria)):
            lists = [self._by_role.get(role, []) for role in narrowing.terms]
        found = (islice(some, _end(some, since)) for some in (lists or [self._all]))
        return (entry[2] for entry, _ in groupby(merge(*found)))


def _end(some: _NewestFirst, since: datetime) -> int:
    """The place behind the last that was seen since then."""
    return bisect_right(some, -since.timestamp(), key=lambda entry: entry[0])


def _posting_of(entry: _Entry) -> PostingCore:
    return entry[2].posting
