"""An installation of the deployed form on real engines, with names of its own, gone at the end."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final, Literal
from urllib.request import urlopen

import pytest
from kafka.admin import KafkaAdminClient
from kafka.structs import OffsetAndMetadata, TopicPartition

from bench.stopwatch import processor_s
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.topics import create
from services.runtime.metrics.catalogue import ASSIGNED
from services.settings import Settings, load_settings
from tests.support.engines import delete_indices, delete_topics, elasticsearch, fresh_prefix, kafka
from tests.support.loopback import free_ports
from tests.support.postgresql import migrated_database

Index = Literal["memory", "elasticsearch"]
SERVICES: Final = ("ingest", "matcher", "notifier")
_ROOT: Final = Path(__file__).resolve().parents[1]
_COMMAND: Final = (sys.executable, "-c", "from services.cli import main; main()")
_STOP_S: Final = 20.0
_LOOK_EVERY_S: Final = 0.1
_KIB: Final = 1024


@dataclass(frozen=True)
class Running:
    """One service as a process."""

    name: str
    process: subprocess.Popen[bytes]
    probes: str
    log: Path

    def wait_ready(self, patience_s: float) -> None:
        """Wait until it is loaded and has its share of the partitions."""
        until = time.monotonic() + patience_s
        while not self._ready():
            if self.process.poll() is not None or time.monotonic() > until:
                raise RuntimeError(f"the {self.name} is not ready:\n{self.log.read_text()[-2_000:]}")
            time.sleep(_LOOK_EVERY_S)

    @property
    def memory_mib(self) -> float:
        """What it holds of the machine's memory."""
        pages = int(Path(f"/proc/{self.process.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE") / _KIB**2

    @property
    def cpu_s(self) -> float:
        """Processor time so far."""
        return processor_s(self.process.pid)

    def stop(self) -> None:
        """End it in order, or else at all."""
        self.process.send_signal(signal.SIGTERM)
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(_STOP_S)
        self.process.kill()
        self.process.wait()

    def _ready(self) -> bool:
        try:
            with urlopen(f"{self.probes}/readyz", timeout=5), urlopen(f"{self.probes}/metrics", timeout=5) as answer:
                metrics = answer.read().decode()
        except OSError:
            return False
        return any(line.startswith(ASSIGNED.name) and not line.endswith(" 0.0") for line in metrics.splitlines())


@dataclass(frozen=True)
class Installation:
    """Settings of a deployed form whose topics and tables are made."""

    folder: Path
    settings: Settings
    file: Path

    @contextmanager
    def running(self, *names: str) -> Iterator[list[Running]]:
        """These services, one worker each; the caller waits until they are ready."""
        started: list[Running] = []
        try:
            started += map(self._start, names)
            yield started
        finally:
            for service in started:
                service.stop()

    def count_as_handled(self, service: str, topic: str) -> None:
        """Commit a topic's ends for a service, as where what it holds came long ago."""
        with Offsets(self.settings.kafka) as offsets:
            ends = offsets.ends((topic,))
        admin = KafkaAdminClient(bootstrap_servers=list(self.settings.kafka.bootstrap))
        name = self.settings.kafka.topic(topic)
        places = {TopicPartition(name, number): OffsetAndMetadata(end, "", -1) for (_, number), end in ends.items()}
        admin.alter_group_offsets(self.settings.kafka.group(service), places)
        admin.close()

    def _start(self, name: str) -> Running:
        log = self.folder / f"{name}.log"
        port = self.settings.probes.port_of(name)
        with log.open("ab") as out:
            process = subprocess.Popen(
                [*_COMMAND, name, "--config", str(self.file)],
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                env={**os.environ, "PYTHONPATH": str(_ROOT)},
            )
        return Running(name, process, f"http://127.0.0.1:{port}", log)


@contextmanager
def installation(index: Index) -> Iterator[Installation]:
    """Topics, tables and settings; all of it is deleted at the end. Ends the program where an engine is missing."""
    try:
        bootstrap, search = kafka(), elasticsearch()
    except (pytest.skip.Exception, pytest.fail.Exception) as missing:
        sys.exit(str(missing))
    prefix = fresh_prefix()
    with TemporaryDirectory() as name, migrated_database() as store:
        folder = Path(name)
        file = folder / "jobchime.toml"
        file.write_text(_settings(bootstrap, search, store, prefix, index, free_ports(len(SERVICES))), encoding="utf-8")
        settings = load_settings(file)
        create(settings.kafka)
        try:
            yield Installation(folder, settings, file)
        finally:
            delete_topics(bootstrap, prefix)
            delete_indices(search, prefix)


def _settings(bootstrap: str, search: str, store: str, prefix: str, index: Index, ports: Sequence[int]) -> str:
    ingest_port, matcher_port, notifier_port = ports
    return f"""
data = "state"
secret = "a secret of these figures alone"
store = "{store}"
log_level = "warning"

[kafka]
bootstrap = ["{bootstrap}"]
prefix = "{prefix}"

[elasticsearch]
urls = ["{search}"]
prefix = "{prefix.rstrip("-")}"

[matcher]
index = "{index}"

[probes]
ingest_port = {ingest_port}
matcher_port = {matcher_port}
notifier_port = {notifier_port}
"""
