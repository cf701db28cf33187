"""The victim of test_kill: the whole embedded system, run until a signal."""

import sys
from datetime import datetime
from pathlib import Path

from services.ingest.domain.warm import warm_up
from services.runtime.garbage import no_collecting
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from tests.support.fast_clock import FastClock
from tests.support.victim_system import system
from tests.support.victims import Ready, serve


def main(folder: Path, clock: FastClock) -> None:
    configure_logging(level="error")
    with no_collecting():
        warm_up()  # once, before the victims are forked: short lives are then all work

    def live(ready: Ready) -> None:
        with stop_on_signals() as stop, system(folder, clock) as running:
            running.runner.load()
            ready()
            running.runner.run(stop, tick_every_s=0.05, idle_s=0.005)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]), FastClock(datetime.fromisoformat(sys.argv[2]), float(sys.argv[3]), float(sys.argv[4])))
