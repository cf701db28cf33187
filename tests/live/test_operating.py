"""What an operator sees of the deployed form: three services as processes, on the real engines."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

import pytest

from services.runtime.kafka.settings import KafkaSettings
from tests.support.command_line import run
from tests.support.engines import kafka_of_my_own
from tests.support.loopback import free_ports, probe
from tests.support.postgresql import empty_database
from tests.support.pushing import KEY, Client, posting
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
SERVICES = ("ingest", "matcher", "notifier")
SETTINGS = """
data = "data"
store = "{store}"
secret = "0123456789abcdef0123456789abcdef"
tick_every_s = 0.5
[kafka]
bootstrap = ["{bootstrap}"]
prefix = "{prefix}"
[probes]
ingest_port = {ports[0]}
matcher_port = {ports[1]}
notifier_port = {ports[2]}
[ingest.push]
port = {ports[3]}
[ingest.push.keys.acme]
source = "acme"
key = "{key}"
[mail]
folder = "mails"
"""


class Installation:
    """The settings, and the three services as processes."""

    def __init__(self, folder: Path, kafka: KafkaSettings, store: str) -> None:
        self.folder = folder
        self.config = folder / "jobchime.toml"
        self.ports = free_ports(4)
        settings = {"store": store, "bootstrap": kafka.bootstrap[0], "prefix": kafka.prefix}
        self.config.write_text(SETTINGS.format(ports=self.ports, key=KEY, **settings))

    def command(self, *words: str) -> tuple[int, str]:
        ran = run(*words, "-c", self.config)
        assert "Traceback" not in ran.err
        return ran.code, ran.out + ran.err

    def status(self) -> dict[str, Any]:
        ran = run("status", "--json", "-c", self.config)
        found: dict[str, Any] = json.loads(ran.out)
        return found

    def service(self, name: str) -> dict[str, Any]:
        found: dict[str, Any] = next(one for one in self.status()["services"] if one["name"] == name)
        return found

    def probe(self, service: str, path: str) -> tuple[int, str]:
        return probe(self.ports[SERVICES.index(service)], path)

    @contextmanager
    def running(self) -> Iterator[None]:
        with ExitStack() as stack:
            for service in SERVICES:
                stack.enter_context(self._process(service))
            yield

    @contextmanager
    def _process(self, service: str) -> Iterator[None]:
        start = "from services.cli import main; import sys; sys.argv[0] = 'jobchime'; main()"
        with (self.folder / f"{service}.log").open("wb") as log:
            command = [sys.executable, "-W", "ignore", "-c", start, service, "-c", str(self.config)]
            process = subprocess.Popen(command, cwd=ROOT, stdout=log, stderr=log)
            try:
                yield
            finally:
                process.send_signal(signal.SIGTERM)
                assert process.wait(40) == 0


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with kafka_of_my_own() as kafka, empty_database() as store:
        yield Installation(tmp_path, kafka, store)


def test_what_is_missing_is_told_made_and_then_seen_to_work(installation: Installation) -> None:
    code, said = installation.command("doctor")
    assert code == 1
    for missing in ("`jobchime migrate`", "`jobchime topics create`", "topic raw.v1"):
        assert missing in said
    assert not installation.status()["healthy"]
    assert installation.command("topics", "create")[0] == 0
    assert installation.command("migrate")[0] == 0
    code, said = installation.command("doctor")
    assert code == 0, said
    told = {one["what"] for one in installation.status()["troubles"]}
    assert {f"no worker of {name} runs" for name in ("ingest.normaliser", "matcher", "notifier")} <= told

    client = Client(installation.ports[3])
    with installation.running():
        for service in SERVICES:
            until(lambda service=service: installation.probe(service, "/readyz")[0] == 200, f"{service} is ready")  # type: ignore[misc]
        assert client.push([posting("1"), posting("2"), posting("2", title="")]).status == 207
        until(lambda: topic(installation, "matches.v1")["end"] == 2, "both postings came through")
        until(lambda: installation.status()["healthy"], "all is well")
        assert {one["alive"] for one in installation.status()["services"]} == {1}
        until(
            lambda: "jobchime_fetched_to_stored_seconds_count 2.0" in installation.probe("notifier", "/metrics")[1],
            "freshness",
        )
        assert 'topic="postings.v1"} 2.0' in installation.probe("matcher", "/metrics")[1]

        assert installation.command("pause", "matcher")[0] == 0
        until(lambda: installation.probe("matcher", "/readyz")[0] == 503, "the matcher is paused")
        assert "paused by operator" in installation.probe("matcher", "/readyz")[1]
        assert installation.probe("matcher", "/livez")[0] == 200
        assert client.push(posting("3")).status == 202
        until(lambda: installation.service("matcher")["lag"] == 1, "its lag is seen")
        time.sleep(3)
        assert topic(installation, "matches.v1")["end"] == 2
        assert installation.status()["healthy"], "a pause that an operator made is no fault"
        assert installation.command("resume", "matcher")[0] == 0
        until(lambda: topic(installation, "matches.v1")["end"] == 3, "the matcher goes on")
        until(lambda: installation.probe("matcher", "/readyz")[0] == 200, "the matcher is ready again")
    told = {one["what"].partition(",")[0] for one in installation.status()["troubles"]}
    assert "no worker of matcher runs" in told, "workers that stopped said goodbye"


def topic(installation: Installation, name: str) -> dict[str, Any]:
    found: dict[str, Any] = next(one for one in installation.status()["topics"] if one["name"] == name)
    return found
