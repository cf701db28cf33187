"""A portal whose time stands still: `python -m bench.portal_at TIME SETTINGS`, for `bench.web`."""

import sys
from datetime import datetime
from pathlib import Path

from services.portal.app import PortalServer
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings
from services.usecases.installation import open_installation

if __name__ == "__main__":
    now, config = datetime.fromisoformat(sys.argv[1]), Path(sys.argv[2])
    with (
        stop_on_signals() as stop,
        open_installation(load_settings(config), create=False, tell=print) as installation,
        PortalServer(installation, lambda: now),
    ):
        stop.wait()
