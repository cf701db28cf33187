"""A portal whose time stands still: `python -m bench.portal_at TIME SETTINGS`, and served for other figures."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Final

from bench.corpus import NOON
from services.portal.app import PortalServer
from services.runtime.stages.embedded import stop_on_signals
from services.settings import load_settings
from services.usecases.installation import open_installation
from tests.support.loopback import free_port

PATIENCE_S: Final = 120.0
_SETTINGS = """
data = "data"
store = "{store}"
[mail]
folder = "mails"
public_url = "http://127.0.0.1:{port}"
[portal]
port = {port}
connections = {connections}
"""


@dataclass(frozen=True)
class Served:
    """A portal that answers."""

    base: str
    process: subprocess.Popen[bytes]


@contextmanager
def served(folder: Path, store: str, connections: int = 1_024) -> Iterator[Served]:
    port = free_port()
    config = folder / "jobchime.toml"
    config.write_text(_SETTINGS.format(store=store, port=port, connections=connections), encoding="utf-8")
    with (folder / "log").open("wb") as log:
        portal = subprocess.Popen(
            [sys.executable, "-m", "bench.portal_at", NOON.isoformat(), str(config)],
            stdout=log, stderr=log, env=os.environ | {"PYTHONWARNINGS": "ignore"},
        )  # fmt: skip
        try:
            yield Served(f"http://127.0.0.1:{port}", portal)
        finally:
            portal.terminate()
            portal.wait(PATIENCE_S)


if __name__ == "__main__":
    now, config = datetime.fromisoformat(sys.argv[1]), Path(sys.argv[2])
    with (
        stop_on_signals() as stop,
        open_installation(load_settings(config), create=False, tell=print) as installation,
        PortalServer(installation, lambda: now),
    ):
        stop.wait()
