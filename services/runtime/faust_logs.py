"""Keeps the logs of Faust and its libraries short: they tell each failed attempt, many a second while Kafka is away."""

import logging
import time
from collections.abc import Callable

from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

LIBRARIES = ("faust", "mode", "aiokafka")
_SAY_AGAIN_S = 60.0


class SayOnce(logging.Filter):
    """Lets a warning pass once a minute, told apart by its words before values are filled in."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._monotonic = monotonic
        self._said_at: dict[str, float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        now = self._monotonic()
        if now - self._said_at.get(str(record.msg), float("-inf")) < _SAY_AGAIN_S:
            return False
        self._said_at[str(record.msg)] = now
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
