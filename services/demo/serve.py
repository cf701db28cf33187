"""The portal over what a demo left behind, so that the links in its mails answer."""

import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from services.demo.simulate import demo_settings
from services.portal.app import PortalServer
from services.runtime.errors import UsageError
from services.settings.portal import PortalSettings
from services.usecases.installation import open_installation

HOST = "127.0.0.1"


def address_at(port: int) -> str:
    """What the mails of a served demo link to. Raises UsageError where the port is not free."""
    try:
        with socket.create_server((HOST, port)) as tried:
            return f"http://{HOST}:{tried.getsockname()[1]}"
    except OSError as error:
        raise UsageError(f"the port {port} cannot be had: {error.strerror}; name another with --port") from None


@contextmanager
def served(out: Path, feeds: Path, public_url: str, now: datetime) -> Iterator[None]:
    """Serve the portal while this is entered; its time goes on from `now`, when the simulated days ended."""
    settings = demo_settings(out, feeds, public_url)
    portal = PortalSettings(host=HOST, port=int(public_url.rpartition(":")[2]))
    settings = settings.model_copy(update={"portal": portal})
    with (
        open_installation(settings, create=False, tell=lambda _: None) as installation,
        PortalServer(installation, _from(now)),
    ):
        yield


def _from(start: datetime) -> Callable[[], datetime]:
    begun = time.monotonic()
    return lambda: start + timedelta(seconds=time.monotonic() - begun)
