"""An installation on engines of its own: topics, tables, a settings file, and the command line over them."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from sqlalchemy import Engine

from services.runtime.kafka.topics import create
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.settings import Settings, load_settings
from tests.support.forking import fork
from tests.support.own_engines import OwnEngines
from tests.support.streams.sizes import Index, Size

MAILS = "mails"
_PATIENCE_S = 900


@dataclass(frozen=True)
class Installation:
    """What the services and the harness work on."""

    folder: Path
    file: Path
    settings: Settings
    engines: OwnEngines
    store: Engine

    @property
    def mails(self) -> Path:
        return self.folder / MAILS

    def environment(self) -> dict[str, str]:
        return {name: value for name, value in os.environ.items() if not name.startswith("JOBCHIME_")}

    def run(self, *arguments: str) -> None:
        """One command, which must end well."""
        log = self.folder / "command.log"
        done = fork(*arguments, "--config", self.file, log=log, environment=self.environment()).wait(_PATIENCE_S)
        assert done == 0, f"jobchime {' '.join(arguments)} ended with {done}: {log.read_text()[-4_000:]}"


@contextmanager
def installation(folder: Path, engines: OwnEngines, size: Size, index: Index) -> Iterator[Installation]:
    """Made from nothing."""
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / "jobchime.toml"
    file.write_text(_settings(engines, size, index), encoding="utf-8")
    settings = load_settings(file)
    store = open_store(settings.store_url)
    try:
        migrate(store)
        create(settings.kafka)
        yield Installation(folder, file, settings, engines, store)
    finally:
        store.dispose()


def _settings(engines: OwnEngines, size: Size, index: Index) -> str:
    """No sources: raw postings come from outside. Nothing fitting is left out of a digest for want of room."""
    return f"""
data = "state"
secret = "not-a-secret-but-long-enough"
store = "{engines.postgresql}"
[kafka]
bootstrap = ["{engines.kafka}"]
session_timeout_s = {size.session_s}
[elasticsearch]
urls = ["{engines.elasticsearch}"]
[probes]
enabled = false
[matcher]
index = "{index}"
[notifier]
passes_a_tick = 100
most_instant = 48
[notifier.curate]
most_items = 100000
most_near = 100000
most_per_company = 100000
least_chance = 0.0
least_mail_chance = 0.0
[mail]
folder = "{MAILS}"
public_url = "https://alerts.example"
sender_address = "alerts@jobs.example"
postal_address = "Example Board, 1 Example Street, Exampletown"
"""
