"""A relay that is stopped in the midst of sending, past its lease, on the real engines: the newest state comes last."""

import os
import signal
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pytest

from schemas.codec import decode
from schemas.criteria import CriteriaRecord
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.topics import create
from services.runtime.sql.relay import OutboxRelay, SqlLease
from services.runtime.sql.store import open_store
from tests.support.engines import kafka_of_my_own
from tests.support.notifying import NOW, NotifierStore
from tests.support.stores import new_url

pytestmark = pytest.mark.live

LENGTH_S = 2.0
SENDING_S = 0.2
PATIENCE_S = 30.0

CHILD = f"""
import sys
from datetime import UTC, datetime, timedelta
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.sql.relay import SqlLease
from services.runtime.sql.relay import OutboxRelay
from services.runtime.sql.store import open_store

url, bootstrap, prefix = sys.argv[1:]
engine = open_store(url)
producer = RecordProducer(KafkaSettings(bootstrap=(bootstrap,), prefix=prefix))

class Held:
    def produce(self, records):
        print("sending", flush=True)
        sys.stdin.readline()
        producer.produce(records)

lease = SqlLease(engine, "relay", "first", timedelta(seconds={LENGTH_S}))
OutboxRelay(SqlOutbox(engine), Held(), lease=lease, sending_s={SENDING_S}, drop=producer.close).tick(datetime.now(UTC))
print("done", flush=True)
"""


def test_what_a_stopped_relay_sends_late_does_not_stay_the_last(tmp_path: Path) -> None:
    with kafka_of_my_own() as kafka, new_url("postgresql", tmp_path) as url:
        create(kafka)
        store = NotifierStore(open_store(url))
        store.search(store.person("ada"))
        first = subprocess.Popen(
            [sys.executable, "-c", CHILD, url, kafka.bootstrap[0], kafka.prefix],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        try:
            assert first.stdout is not None
            assert first.stdin is not None
            assert first.stdout.readline() == "sending\n"
            os.kill(first.pid, signal.SIGSTOP)
            store.search(store.person("bob"))
            with RecordProducer(kafka) as producer:
                lease = SqlLease(store.engine, "relay", "second", timedelta(seconds=LENGTH_S))
                second = OutboxRelay(
                    SqlOutbox(store.engine), producer, lease=lease, sending_s=SENDING_S, drop=producer.close
                )
                drain(store, second)
                first.stdin.write("go on\n")
                first.stdin.flush()
                os.kill(first.pid, signal.SIGCONT)
                assert "done\n" in iter(first.stdout.readline, "")
                drain(store, second)
        finally:
            first.kill()
            first.communicate()
            store.engine.dispose()
        records = [decode(CriteriaRecord, record.value) for record in RecordReader(kafka).read_all(CRITERIA.name)]
        assert [record.version for record in records] == [1, 2, 1, 2]


def drain(store: NotifierStore, relay: OutboxRelay) -> None:
    """Let a relay tick until nothing is left to publish."""
    until = time.monotonic() + PATIENCE_S
    while store.outbox.pending(1):
        assert time.monotonic() < until, "the relay never took over"
        relay.tick(NOW)
        time.sleep(0.1)
