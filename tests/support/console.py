"""The console over a store, asked over HTTP as a browser asks it."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx2
from pydantic import SecretStr

from services.console.app import ConsoleServer
from services.settings import Settings
from services.settings.console import ConsoleSettings
from services.usecases.installation import Installation, has_store, open_installation
from tests.support.notifying import NOW, SECRET
from tests.support.stores import sqlite_url

TOKEN = "a token of sixteen bytes"


@dataclass
class ServedConsole:
    """A console that answers, and the time that it goes by."""

    installation: Installation
    server: ConsoleServer
    client: httpx2.Client
    now: datetime = field(default=NOW)

    def sign_in(self, secret: str = TOKEN) -> httpx2.Response:
        return self.client.post("/enter", data={"secret": secret})

    def form_token(self) -> str:
        page = self.client.get("/").text
        return page.partition('name="token" value="')[2].partition('"')[0]


@contextmanager
def served_console(
    folder: Path, console: ConsoleSettings | None = None, file: Path | None = None, **more: Any
) -> Iterator[ServedConsole]:
    """A console over a store of its own in a folder. `more` settings, and the file of which they are."""
    settings = Settings(
        data=folder,
        secret=SecretStr(SECRET.decode()),
        console=console or ConsoleSettings(port=0, token=SecretStr(TOKEN)),
        **more,
    )
    if not has_store(settings):
        sqlite_url(folder)  # as it would be made, which takes a tenth of a second
    with (
        open_installation(settings, create=True, tell=lambda _: None) as installation,
        httpx2.Client(timeout=120, follow_redirects=False, verify=False) as client,
    ):
        server = ConsoleServer(installation, lambda: served.now, file)
        served = ServedConsole(installation, server, client)
        with server:
            client.base_url = httpx2.URL(f"http://{server.address}")
            yield served
