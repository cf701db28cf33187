"""Wires the matcher."""

from schemas.topics import CRITERIA, POSTINGS
from services.matcher.adapters.memory import MemoryCriteriaIndex
from services.matcher.adapters.memory_recent import MemoryRecentPostings
from services.matcher.own import OwnHoldings
from services.matcher.service import Matcher
from services.matcher.settings import MatcherSettings
from services.runtime.records import Tail
from services.runtime.tail import LogTail, ReadLog


def make_matcher(log: ReadLog, settings: MatcherSettings | None = None) -> Matcher:
    """The matcher with criteria and recent postings in its memory, over a log of this process."""
    return make_own_matcher(LogTail(log, CRITERIA.name), LogTail(log, POSTINGS.name), settings)


def make_own_matcher(criteria: Tail, postings: Tail, settings: MatcherSettings | None = None) -> Matcher:
    """The matcher with criteria and recent postings in its memory, followed by their tails."""
    settings = settings or MatcherSettings()
    return Matcher(OwnHoldings(MemoryCriteriaIndex(), MemoryRecentPostings(), criteria, postings, settings), settings)
