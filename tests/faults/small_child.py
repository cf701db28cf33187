"""The victim of test_kill_runner: the small services, run until a signal."""

import sys
from pathlib import Path

from services.runtime.files.datadir import locked
from services.runtime.log.sqlite import SqliteLog
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from tests.support.small_services import LOG, Effects, small_runner
from tests.support.victims import Ready, serve


def main(folder: Path) -> None:
    configure_logging(level="error")

    def live(ready: Ready) -> None:
        with locked(folder), stop_on_signals() as stop, SqliteLog(folder / LOG) as log:
            runner = small_runner(folder, log, Effects(folder))
            runner.load()
            ready()
            runner.run(stop, tick_every_s=0.01, idle_s=0.002)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
