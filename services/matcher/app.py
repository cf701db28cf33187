"""Wires the matcher."""

from services.matcher.adapters.memory import MemoryCriteriaIndex
from services.matcher.adapters.memory_recent import MemoryRecentPostings
from services.matcher.service import Matcher
from services.matcher.settings import MatcherSettings
from services.runtime.records import TopicReader


def make_matcher(reader: TopicReader, settings: MatcherSettings | None = None) -> Matcher:
    """The matcher with its index and recent postings in memory, loaded from `reader`."""
    return Matcher(MemoryCriteriaIndex(), MemoryRecentPostings(), reader, settings)
