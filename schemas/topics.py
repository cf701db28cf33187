"""The one list of topics: who writes, who reads, how they are keyed, split and kept."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True, slots=True)
class Topic:
    """A log of records. Order holds within a partition, so what must stay in order shares a key."""

    name: str
    carries: str
    key: str
    producers: tuple[str, ...]
    consumers: tuple[str, ...]
    partitions: int
    """In the deployed form; the embedded log has `EMBEDDED_PARTITIONS`."""
    retention: timedelta | None
    """None: kept for ever."""
    compacted: bool = False
    """Only the newest record of a key need be kept."""


DEAD_SUFFIX = ".dead"
EMBEDDED_PARTITIONS = 2
"""More than one, so that the embedded form meets whatever depends on the order between partitions."""

RAW = Topic(
    name="raw.v1",
    carries="one item as its source served it",
    key="posting_id",
    producers=("ingest.collector", "ingest.push"),
    consumers=("ingest.normaliser",),
    partitions=12,
    retention=timedelta(days=30),
)
POSTINGS = Topic(
    name="postings.v1",
    carries="a posting, normalised",
    key="posting_id",
    producers=("ingest.normaliser",),
    consumers=("matcher",),
    partitions=12,
    retention=timedelta(days=30),
)
CRITERIA = Topic(
    name="criteria.v1",
    carries="the newest state of one criteria key",
    key="criteria key",
    producers=("outbox relay",),
    consumers=("matcher",),
    partitions=12,
    retention=None,
    compacted=True,
)
MATCHES = Topic(
    name="matches.v1",
    carries="a posting and the keys that it matched",
    key="posting_id",
    producers=("matcher",),
    consumers=("notifier",),
    partitions=12,
    retention=timedelta(days=30),
)

TOPICS = (RAW, POSTINGS, CRITERIA, MATCHES)


def dead_of(topic: str) -> str:
    """The topic that holds the dead letters of `topic`."""
    return topic if topic.endswith(DEAD_SUFFIX) else topic + DEAD_SUFFIX


def inputs_of_services() -> dict[str, tuple[str, ...]]:
    """The topics that each service reads."""
    services = dict.fromkeys(service for topic in TOPICS for service in topic.consumers)
    return {service: tuple(topic.name for topic in TOPICS if service in topic.consumers) for service in services}
