"""What a runner of the streams tells of its work, for whoever measures it."""

from collections.abc import Callable


class RunnerMeter:
    """Told by a runner, from several threads; must be quick and never raise. This one measures nothing."""

    def batch(self, topic: str, count: int, seconds: float) -> None:
        """`count` records are done, dead ones included; handling and writing took `seconds`, waiting left out."""

    def retried(self, topic: str, error_type: str) -> None:
        """A batch or record failed and is tried again."""

    def dead(self, topic: str, error_type: str) -> None:
        """A record of `topic` became a dead letter."""

    def lag(self, topic: str, partition: int, records: int) -> None:
        """How many records of a partition assigned to this worker are not processed."""

    def unassigned(self, topic: str, partition: int) -> None:
        """This worker no longer has the partition: its lag is another's to tell."""

    def left_unread(self, topic: str, records: int) -> None:
        """So many records left the topic before they were read."""

    def assigned(self, partitions: int) -> None:
        """A rebalance ended and gave this worker so many partitions."""

    def ticked(self, seconds: float, *, failed: bool) -> None:
        """A tick took `seconds`."""

    def turns(self, idle_s: Callable[[], float]) -> None:
        """Ticks go on in a thread of their own, which last turned so many seconds ago."""

    def ready(self, ready: bool) -> None:
        """Whether the service is loaded, has been given its partitions, and none of them is halted."""
