"""An installation of the deployed form on engines that are there: its settings, commands, services as processes."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.settings import KafkaSettings
from tests.support.command_line import run
from tests.support.fake_sendgrid import KEY as PROVIDER_KEY
from tests.support.forking import Forked, fork
from tests.support.loopback import free_ports, probe
from tests.support.mail_events import EVENT_KEY
from tests.support.pushing import KEY
from tests.support.waiting import ended, until

SERVICES = ("ingest", "matcher", "notifier")
_SETTINGS = """
data = "data"
store = "{store}"
secret = "0123456789abcdef0123456789abcdef"
tick_every_s = {tick_every_s}
[kafka]
bootstrap = ["{kafka.bootstrap[0]}"]
prefix = "{kafka.prefix}"
delivery_timeout_s = {kafka.delivery_timeout_s}
[probes]
ingest_port = {ports[0]}
matcher_port = {ports[1]}
notifier_port = {ports[2]}
[ingest.push]
port = {ports[3]}
{push}
[ingest.push.keys.acme]
source = "acme"
key = "{key}"
[mail]
folder = "mails"
{more}
"""
_SEARCHING = """
[elasticsearch]
urls = ["{search.urls[0]}"]
prefix = "{search.prefix}"
timeout_s = 30
[matcher]
index = "{index}"
"""
_OF_A_BOARD = """
public_url = "{base}"
sender_name = "Harbour Jobs"
sender_address = "alerts@jobs.example"
postal_address = "1 Quay Street, Porto"
[mail.sendgrid]
event_key = "{key}"
[portal]
port = {port}
"""
_BY_A_PROVIDER = """
mailer = "sendgrid"
public_url = "https://jobs.harbour.example"
sender_address = "alerts@harbour.example"
postal_address = "1 Quay Street, Porto"
allow = ["*"]
[mail.sendgrid]
api_key = "{key}"
host = "{host}"
"""


def by_a_provider(host: str) -> str:
    """Of an installation that mails everybody by a provider at that host; the last table is the provider's."""
    return _BY_A_PROVIDER.format(key=PROVIDER_KEY, host=host)


def searching(search: ElasticsearchSettings, index: str = "elasticsearch") -> str:
    """Tables of an installation whose matcher holds criteria there."""
    return _SEARCHING.format(search=search, index=index)


def of_a_board(base: str) -> str:
    """Tables of an installation whose mails lead to its portal, which is at an address of this machine."""
    return _OF_A_BOARD.format(base=base, port=base.rpartition(":")[2], key=EVENT_KEY)


def started(service: str, config: Path, log: Path, *options: str) -> Forked:
    """A service as a process, which tells a file what it does."""
    return fork(service, "-c", config, *options, log=log)


class Installation:
    """The settings, and the three services as processes.

    `push` are further lines of the settings of the push endpoint, `more` further tables.
    """

    def __init__(
        self,
        folder: Path,
        kafka: KafkaSettings,
        store: str,
        *,
        tick_every_s: float = 0.5,
        push: str = "",
        more: str = "",
    ) -> None:
        self.folder = folder
        self.config = folder / "jobchime.toml"
        self.ports = free_ports(4)
        self.kafka = kafka
        self.store = store
        self.config.write_text(
            _SETTINGS.format(
                ports=self.ports, key=KEY, store=store, kafka=kafka, tick_every_s=tick_every_s, push=push, more=more
            )
        )

    @property
    def push_port(self) -> int:
        return self.ports[3]

    def command(self, *words: str) -> tuple[int, str]:
        """What a command ends with, and all that it said."""
        ran = run(*words, "-c", self.config)
        assert "Traceback" not in ran.err
        return ran.code, ran.out + ran.err

    def status(self) -> dict[str, Any]:
        ran = run("status", "--json", "-c", self.config)
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(service for service in self.status()["services"] if service["name"] == name)
        return found

    def topic(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(topic for topic in self.status()["topics"] if topic["name"] == name)
        return found

    def probe(self, service: str, path: str) -> tuple[int, str]:
        return probe(self.ports[SERVICES.index(service)], path)

    def until_ready(self, *services: str) -> None:
        """Wait until each is, all three where none is named."""
        for service in services or SERVICES:
            until(lambda service=service: self.probe(service, "/readyz")[0] == 200, f"{service} is ready")

    @contextmanager
    def running(self, *services: str) -> Iterator[dict[str, Forked]]:
        """The services, all where none is named, as processes that must end well at the end."""
        with ExitStack() as stack:
            yield {service: stack.enter_context(self._process(service)) for service in services or SERVICES}

    @contextmanager
    def _process(self, service: str) -> Iterator[Forked]:
        process = started(service, self.config, self.folder / f"{service}.log")
        try:
            yield process
        finally:
            process.terminate()
            assert ended(process) == 0
