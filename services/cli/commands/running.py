"""`jobchime run`: the embedded form, continuously."""

import sys
from contextlib import AbstractContextManager, suppress
from pathlib import Path
from typing import Annotated

import typer

from schemas.counted import counted
from services.cli.options import Config
from services.embedded import Embedded, embedded
from services.runtime.health.status import RunnerStatus
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings, settings_path
from services.usecases import workers
from services.usecases.installation import Installation


def run(
    config: Config = None,
    once: Annotated[bool, typer.Option("--once", help="Do what is due now, then exit.")] = False,
) -> None:
    """Poll the sources, match postings, and send the mails that are due, until you stop it."""
    settings, (file, _) = load_settings(config), settings_path(config)
    configure_logging(level=settings.log_level, sentry_dsn=settings.sentry_dsn.get_secret_value())
    if not settings.ingest.sources and not settings.ingest.push.enabled:
        print("no source is in the settings; add one, see `jobchime config init`", file=sys.stderr)
    if once:
        with embedded(settings.in_one_go()) as form:
            _once(form)
        return
    # The signals are caught around the closing too: an interrupt in the midst of it would be logged as a fault.
    with stop_on_signals() as stop, embedded(settings, read=lambda: load_settings(config)) as form:
        form.run(stop, (*_portal(form), *_console(form, file)))


def _portal(form: Embedded) -> tuple[AbstractContextManager[object], ...]:
    if not form.settings.portal.enabled:
        return ()
    from services.portal.app import PortalServer

    installation = Installation(form.settings, form.engine)
    server = PortalServer(installation, form.clock.now)
    return server, workers.present(installation, workers.PORTAL, form.clock)


def _console(form: Embedded, file: Path) -> tuple[AbstractContextManager[object], ...]:
    if not form.settings.console.enabled:
        return ()
    from services.console.app import ConsoleServer

    server = ConsoleServer(Installation(form.settings, form.engine), form.clock.now, file)
    with suppress(OSError):  # as its log, it may be read by nobody, or lie on a disk that is full
        print(f"console: {server.way_in}", file=sys.stderr, flush=True)
    return (server,)


def _once(form: Embedded) -> None:
    form.runner.load()
    form.runner.once(form.clock.now())
    form.operations.keep_hours()
    status: RunnerStatus = form.runner.status()
    for service in status.services:
        print(
            f"{service.name}: {counted(service.handled, 'record')}, lag {service.lag:,}{_error(service.last_error)}",
            file=sys.stderr,
        )


def _error(text: str | None) -> str:
    return f", last error: {text}" if text else ""
