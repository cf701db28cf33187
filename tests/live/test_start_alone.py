"""Workers that are started before their engines, as after a power cut: each waits, says so, and begins by itself."""

import json
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from sqlalchemy import make_url

from services.runtime.clock import SystemClock
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.pauses import SqlPauses
from services.runtime.sql.store import open_store
from tests.support.cut_line import CutLine
from tests.support.engines import kafka_of_my_own
from tests.support.forking import Forked
from tests.support.installed import started
from tests.support.loopback import free_port, probe
from tests.support.postgresql import empty_database, migrated_database
from tests.support.waiting import ended, until

pytestmark = [pytest.mark.live, pytest.mark.slow]

SETTINGS = """
data = "data"
store = "{store}"
secret = "0123456789abcdef0123456789abcdef"
[store_limits]
connect_timeout_s = 2
[kafka]
bootstrap = ["127.0.0.1:{kafka}"]
prefix = "{prefix}"
[probes]
{service}_port = {port}
[mail]
folder = "mails"
"""
BEGUN = '"event": "running"'


class Worker:
    """One worker as a process, and the lines to its engines."""

    def __init__(self, folder: Path, service: str, kafka: KafkaSettings, store: str) -> None:
        host, _, port = kafka.bootstrap[0].partition(":")
        url = make_url(store)
        self.to_kafka, self.to_store = CutLine(host, int(port)), CutLine(url.host or "", url.port or 5432)
        through = url.set(host="127.0.0.1", port=self.to_store.port).render_as_string(hide_password=False)
        self.port = free_port()
        self.config = folder / "jobchime.toml"
        self.config.write_text(
            SETTINGS.format(
                store=through, kafka=self.to_kafka.port, prefix=kafka.prefix, service=service, port=self.port
            )
        )
        self._service = service
        self._log = folder / "log"

    @contextmanager
    def started(self, *options: str) -> Iterator[Forked]:
        process = started(self._service, self.config, self._log, *options)
        try:
            yield process
        finally:
            process.terminate()
            ended(process)
            self.to_kafka.close()
            self.to_store.close()

    @property
    def said(self) -> str:
        return self._log.read_text()

    def probe(self, path: str) -> tuple[int, str]:
        return probe(self.port, path)

    def waits_for(self, what: str) -> bool:
        status, reasons = self.probe("/readyz")
        return status == 503 and what in reasons and self.probe("/livez")[0] == 200


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as settings:
        create(settings)
        yield settings


@pytest.mark.parametrize("service", ["ingest", "matcher", "notifier"])
def test_a_worker_waits_for_each_engine_and_then_begins(tmp_path: Path, service: str, kafka: KafkaSettings) -> None:
    with migrated_database() as store:
        worker = Worker(tmp_path, service, kafka, store)
        worker.to_kafka.breaks()
        worker.to_store.breaks()
        with worker.started() as process:
            until(lambda: worker.waits_for("Kafka at"), lambda: worker.said)
            worker.to_kafka.passes()
            until(lambda: worker.waits_for("the store at"), lambda: worker.said)
            assert BEGUN not in worker.said
            worker.to_store.passes()
            until(lambda: worker.probe("/readyz")[0] == 200, lambda: worker.said)
            process.send_signal(signal.SIGTERM)
            assert process.wait(40) == 0
    warned = [line for line in worker.said.splitlines() if "cannot begin yet" in line]
    assert 2 <= len(warned) <= 4
    assert "Traceback" not in worker.said


def test_a_worker_that_waits_ends_when_it_is_told_to(tmp_path: Path, kafka: KafkaSettings) -> None:
    with migrated_database() as store:
        worker = Worker(tmp_path, "matcher", kafka, store)
        worker.to_kafka.falls_silent()
        with worker.started() as process:
            until(lambda: worker.probe("/livez")[0] == 200, lambda: worker.said)
            process.send_signal(signal.SIGTERM)
            assert process.wait(20) == 0


def test_what_waiting_does_not_mend_ends_at_once_with_its_sentence(tmp_path: Path, kafka: KafkaSettings) -> None:
    with empty_database() as store:
        worker = Worker(tmp_path, "matcher", kafka, store)
        with worker.started() as process:
            assert process.wait(40) == 2
    assert worker.said.splitlines()[-1].endswith("run `jobchime migrate`")
    assert "Traceback" not in worker.said


def test_once_waits_for_nothing(tmp_path: Path, kafka: KafkaSettings) -> None:
    with migrated_database() as store:
        worker = Worker(tmp_path, "matcher", kafka, store)
        worker.to_kafka.breaks()
        with worker.started("--once") as process:
            assert process.wait(40) == 1


def test_what_an_operator_paused_before_the_start_never_begins(tmp_path: Path, kafka: KafkaSettings) -> None:
    with migrated_database() as store:
        engine = open_store(store)
        SqlPauses(engine).set_service("notifier", True, SystemClock().now())
        engine.dispose()
        worker = Worker(tmp_path, "notifier", kafka, store)
        worker.to_store.breaks()
        with worker.started():
            until(lambda: worker.waits_for("the store at"), lambda: worker.said)
            worker.to_store.passes()
            until(lambda: worker.waits_for("paused by operator"), lambda: worker.said)
            _, reasons = worker.probe("/readyz")
            assert {reason.partition(":")[0] for reason in json.loads(reasons)["reasons"]} >= {"notifier"}
            assert 'jobchime_tick_seconds_count{service="notifier"}' not in worker.probe("/metrics")[1]
