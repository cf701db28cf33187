"""`jobchime portal`: the pages that links in mails lead to, in a process of their own."""

import sys

from services.cli.options import Config
from services.portal.app import PortalServer
from services.runtime.clock import SystemClock
from services.runtime.logging import configure_logging
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings
from services.usecases import workers
from services.usecases.installation import open_installation


def portal(config: Config = None) -> None:
    """Serve the pages for subscribers, to which links in mails lead, until you stop it."""
    settings = load_settings(config)
    configure_logging(level=settings.log_level, sentry_dsn=settings.sentry_dsn.get_secret_value())
    clock = SystemClock()
    if not settings.mail.public_url:
        print("mails have no links: set mail.public_url to the address that this is reached at", file=sys.stderr)
    with (
        stop_on_signals() as stop,
        open_installation(settings, create=True, tell=lambda note: print(note, file=sys.stderr)) as installation,
        PortalServer(installation, clock.now),
        workers.present(installation, workers.PORTAL, clock),
    ):
        stop.wait()
