"""`jobchime console`: the pages by which operators watch and steer the stream."""

import sys
from typing import Annotated

import typer

from services.cli.options import Config
from services.console.access import hash_password
from services.console.app import ConsoleServer
from services.runtime.clock import SystemClock
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings, settings_path
from services.usecases import workers
from services.usecases.installation import open_installation


def console(
    config: Config = None,
    hashing: Annotated[
        bool,
        typer.Option("--hash-password", help="Ask for a password, print its hash for the settings, and exit."),
    ] = False,
) -> None:
    """Serve the pages on which operators watch and steer the stream, until you stop it."""
    if hashing:
        print(hash_password(typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)))
        return
    settings, clock = load_settings(config), SystemClock()
    configure_logging(level=settings.log_level, sentry_dsn=settings.sentry_dsn.get_secret_value())
    with (
        stop_on_signals() as stop,
        open_installation(settings, create=True, tell=lambda note: print(note, file=sys.stderr)) as installation,
        ConsoleServer(installation, clock.now, settings_path(config)[0]) as server,
        workers.present(installation, workers.CONSOLE, clock),
    ):
        print(f"console: {server.way_in}", file=sys.stderr, flush=True)
        stop.wait()
