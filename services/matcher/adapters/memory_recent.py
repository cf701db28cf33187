"""Recent postings in memory."""

from collections.abc import Iterator, Sequence
from datetime import datetime

from schemas.criteria import Criteria
from schemas.posting import PostingCore
from services.matcher.ports import BackwardHit
from services.rules.fits import employment_fits, seniority_fits, workplace_fits
from services.rules.prepared import PreparedPosting
from services.rules.verdict import judge


class MemoryRecentPostings:
    """`RecentPostings` for one process: a scan from new to old, with what is cheap to rule out ruled out first."""

    def __init__(self) -> None:
        self._held: dict[str, PreparedPosting] = {}
        self._newest_first: list[PreparedPosting] | None = None

    def __len__(self) -> int:
        return len(self._held)

    def put(self, postings: Sequence[PostingCore]) -> None:
        """Add or replace by newer version; a closed posting is held, so that no late older version reopens it."""
        for posting in postings:
            held = self._held.get(posting.posting_id)
            if held is None or held.posting.version < posting.version:
                self._held[posting.posting_id] = PreparedPosting(posting)
                self._newest_first = None

    def refresh(self) -> None:
        """Do nothing: what is put is visible at once."""

    def search(self, criteria: Criteria, since: datetime, most: int, *, backlog: bool = True) -> list[BackwardHit]:
        """The newest `most` open postings seen since then that `verdict` accepts or nearly accepts, newest first."""
        found: list[BackwardHit] = []
        for prepared in self._since(since):
            if len(found) >= most:
                break
            if (prepared.posting.backlog and not backlog) or not _may_fit(criteria, prepared):
                continue
            outcome = judge(criteria, prepared).outcome
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
        old = [name for name, prepared in self._held.items() if prepared.posting.seen_at < before]
        for name in old:
            del self._held[name]
        if old:
            self._newest_first = None
        return len(old)

    def _since(self, since: datetime) -> Iterator[PreparedPosting]:
        """From new to old; equally old ones by their ids."""
        if self._newest_first is None:
            by_id = sorted(self._held.values(), key=lambda prepared: prepared.posting.posting_id)
            self._newest_first = sorted(by_id, key=lambda prepared: prepared.posting.seen_at, reverse=True)
        for prepared in self._newest_first:
            if prepared.posting.seen_at < since:
                return
            yield prepared


def _may_fit(criteria: Criteria, prepared: PreparedPosting) -> bool:
    """Rule out most postings at the price of some set operations; `judge` decides about the rest."""
    posting, asked = prepared.posting, criteria.skills
    return (
        posting.status == "open"
        and prepared.skills.issuperset(asked.all)
        and prepared.skills.isdisjoint(asked.none)
        and (not asked.any or any(name in prepared.skills or name in prepared.implied for name in asked.any))
        and workplace_fits(criteria.workplace, posting.workplace)
        and seniority_fits(criteria.seniority, posting.seniority)
        and employment_fits(criteria.employment, posting.employment)
    )
