"""`jobchime ingest`, `matcher` and `notifier`: the services of the deployed form, each a process of its own."""

from collections.abc import Callable
from typing import Annotated

import typer

from services.cli.options import Config, Now, moment
from services.deployed import ServiceName, deployed
from services.runtime.clock import FixedClock, SystemClock
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings

Once = Annotated[bool, typer.Option("--once", help="Do what is due, process all that waits, then exit.")]


def worker_command(name: ServiceName, help_text: str) -> Callable[..., None]:
    """The command that runs one worker of a service; several may run at once."""

    def command(config: Config = None, once: Once = False, now: Now = None) -> None:
        loaded = load_settings(config)
        settings = loaded.in_one_go() if once else loaded
        configure_logging(level=settings.log_level, sentry_dsn=settings.sentry_dsn.get_secret_value())
        clock = SystemClock() if now is None else FixedClock(moment(now))
        with (
            stop_on_signals() as stop,
            deployed(settings, name, clock=clock, once=once, read=lambda: load_settings(config)) as worker,
        ):
            if once:
                worker.once(stop)
            else:
                worker.run(stop)

    command.__doc__ = help_text
    return command


ingest = worker_command("ingest", "Poll the sources, take pushes, and normalise postings, until it is stopped.")
matcher = worker_command("matcher", "Match postings with all criteria, until it is stopped.")
notifier = worker_command("notifier", "Store matches, build digests and hand them over, until it is stopped.")
