"""Keeps the logs of Faust and its libraries short and their levels true.

They tell each failed attempt, many a second while Kafka is away, and call an error what every takeover brings.
"""

import logging
import re
import time
from collections.abc import Callable
from dataclasses import dataclass

from aiokafka.errors import KafkaError

LIBRARIES = ("faust", "mode", "aiokafka")
_SAY_AGAIN_S = 60.0


@dataclass(frozen=True, slots=True)
class Harmless:
    """What a library calls a warning or an error, and is none where partitions change hands."""

    logger: str
    words: re.Pattern[str]
    """Found anywhere in the message, its values filled in."""
    why: str


HARMLESS = (
    Harmless(
        "faust.transport.drivers.aiokafka",
        re.compile(r"No active partitions for "),
        "Faust's watchdog looks at each partition while the group shares them out and nobody has any; that a worker"
        " waits for its partitions is told by its readiness.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"OffsetCommit failed for group .* due to group error .*will rejoin"),
        "A commit met a group that is sharing out: whoever has the partition next begins at the last commit, and what"
        " is handled twice has no second effect.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"OffsetCommit failed before join, ignoring"),
        "The same, of the last commit before a worker joins anew.",
    ),
    Harmless(
        "aiokafka.consumer.group_coordinator",
        re.compile(r"Heartbeat failed for group .* because it is rebalancing"),
        "So the members hear of every takeover; they join again.",
    ),
)
"""Lowered to info. Whatever else a library calls an error stays one."""


def harmless(logger: str, message: str) -> Harmless | None:
    """What is known of a library's message, if it is one of those."""
    return next((one for one in HARMLESS if one.logger == logger and one.words.search(message)), None)


class SayOnce(logging.Filter):
    """Lets a warning pass once a minute, told apart by its words without their values; lowers what is harmless."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._monotonic()
        known = harmless(record.name, record.getMessage())
        words = str(record.msg) if known is None else known.words.pattern
        if now - self._said_at.get(words, float("-inf")) < _SAY_AGAIN_S:
            return False
        self._said_at[words] = now
        if known is not None:
            record.levelno, record.levelname = logging.INFO, logging.getLevelName(logging.INFO)
        if record.exc_info and isinstance(record.exc_info[1], KafkaError | OSError):
            record.exc_info = None  # that a broker is away is no bug
        return True


def quieten() -> None:
    """Have the libraries warn once a minute of one thing, and say nothing less than a warning."""
    once = SayOnce()
    for name in (*LIBRARIES, *logging.root.manager.loggerDict):
        if name.partition(".")[0] not in LIBRARIES:
            continue
        logger = logging.getLogger(name)
        logger.setLevel(logging.WARNING)
        if not any(isinstance(known, SayOnce) for known in logger.filters):
            logger.addFilter(once)
