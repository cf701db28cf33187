"""A push endpoint in a process of its own, to be killed. Arguments: folder, and what to do after producing."""

import os
import signal
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from services.runtime.clock import SystemClock
from services.runtime.log.sqlite import SqliteLog
from services.runtime.logging import configure_logging
from services.runtime.records import Outgoing
from tests.support.pushing import pushing


class DiesAfterwards:
    """A log that takes records, and then the process dies: nothing written down, nobody answered."""

    def __init__(self, log: SqliteLog) -> None:
        self._log = log

    def produce(self, records: Sequence[Outgoing]) -> None:
        self._log.produce(records)
        if records:
            os.kill(os.getpid(), signal.SIGKILL)


def main() -> None:
    """Serve until killed; the port is the first line of the output."""
    configure_logging(level="warning")
    folder, dies = Path(sys.argv[1]), sys.argv[2] == "dies"
    with pushing(folder, clock=SystemClock(), around=DiesAfterwards if dies else lambda log: log) as pushed:
        print(pushed.client.port, flush=True)
        while True:
            time.sleep(60)


if __name__ == "__main__":
    main()
