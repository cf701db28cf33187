"""What is found of topics on a cluster; in itself it needs no client."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

Kept = Literal["as planned", "shorter", "not a day", "not at all"]
"""`not a day`: or for some time, of what is to be kept for good. `not at all`: what is large is refused.

`shorter`: than it is to be, or by bytes."""
_MOST_NAMED: Final = 3
LOSES: Final[frozenset[Kept]] = frozenset({"not a day", "not at all"})
"""By these records are lost within a night, or at once."""


@dataclass(frozen=True, slots=True)
class TopicFinding:
    """Something that is not as it should be, or what was done about it."""

    topic: str
    what: str
    mend: str = ""
    kept: Kept = "as planned"
    """For how long its records are."""


@dataclass(frozen=True, slots=True)
class Leaderless:
    """Partitions that have no leader, so that nobody can write to or read them."""

    partitions: Mapping[str, Sequence[int]] = field(default_factory=dict)
    """By topic."""
    of: int = 0
    """Partitions that were looked at."""
    brokers: Sequence[int] = ()
    """Those that hold them."""

    @property
    def said(self) -> str:
        """In a sentence, with whom to see to; empty where all have one."""
        if not self.partitions:
            return ""
        number = sum(len(each) for each in self.partitions.values())
        topic, worst = max(self.partitions.items(), key=lambda each: len(each[1]))
        such_as = f"{topic} {', '.join(str(partition) for partition in worst[:_MOST_NAMED])}"
        one, brokers = len(self.brokers) == 1, ", ".join(str(broker) for broker in self.brokers)
        return (
            f"{number:,} of {self.of:,} partitions have no leader, such as {such_as}: see to"
            f" {'broker' if one else 'brokers'} {brokers}, which {'holds' if one else 'hold'} them"
        )


def leaderless_in(described: Iterable[Mapping[str, Any]], prefix: str) -> Leaderless:
    """What a cluster's description of topics says of it; a topic that is missing has none."""
    partitions = [
        (str(topic["name"]).removeprefix(prefix), partition)
        for topic in described
        if not topic["error_code"]
        for partition in topic["partitions"]
    ]
    found: dict[str, list[int]] = {}
    brokers: set[int] = set()
    for topic, partition in partitions:
        if partition["leader_id"] < 0:
            found.setdefault(topic, []).append(int(partition["partition_index"]))
            brokers.update(partition["replica_nodes"])
    return Leaderless({topic: sorted(each) for topic, each in found.items()}, len(partitions), sorted(brokers))
