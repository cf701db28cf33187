"""`jobchime ingest` to be killed: all is imported once, and each life is a worker of its own. Argument: settings."""

import sys
from importlib import import_module
from pathlib import Path

from services.deployed import deployed
from services.ingest.domain.warm import warm_up
from services.runtime.clock import SystemClock
from services.runtime.garbage import no_collecting
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings
from tests.support.victims import Ready, serve


def main(file: Path) -> None:
    settings = load_settings(file)
    configure_logging(level=settings.log_level)
    # Once, before the victims are forked: what a life imports late, and the tables of the rules.
    with no_collecting():
        for module in ("services.ingest.app", "services.ingest.push_app"):
            import_module(module)
        warm_up()

    def live(ready: Ready) -> None:
        with stop_on_signals() as stop, deployed(settings, "ingest", clock=SystemClock()) as worker:
            ready()
            worker.run(stop)

    serve(live)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
