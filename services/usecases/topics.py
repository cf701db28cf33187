"""The topics of the deployed form: made where they are missing, and held against what they should be."""

from services.runtime.kafka import topics
from services.runtime.kafka.topics import Finding
from services.settings import Settings

__all__ = ["Finding", "check", "count", "create"]


def create(settings: Settings) -> tuple[Finding, ...]:
    """Make the topics that are missing, and mend what differs; gives what was done. Raises UnavailableError."""
    return topics.create(settings.kafka)


def check(settings: Settings) -> tuple[Finding, ...]:
    """What is missing or not as it should be, and how to mend it. Raises UnavailableError."""
    return topics.check(settings.kafka)


def count(settings: Settings) -> int:
    """How many topics there should be."""
    return len(topics.planned(settings.kafka))
