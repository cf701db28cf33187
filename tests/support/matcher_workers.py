"""Matcher workers as processes on real engines, what goes in, and what a store makes of what comes out."""

import signal
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from kafka.admin import KafkaAdminClient
from kafka.errors import RetriableError
from sqlalchemy import Engine

from schemas.codec import decode
from schemas.keys import from_text
from schemas.match import Matches
from schemas.topics import MATCHES
from services.matcher.settings import MatcherSettings
from services.notifier.adapters.sql.windows.matches import SqlMatches
from services.notifier.domain.windows import Arrival
from services.runtime.kafka.offsets import Offsets, lags
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.settings import Settings
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.forking import Forked, fork
from tests.support.stores import new_engine
from tests.support.truth_check import Pair, stored_pairs
from tests.support.waiting import ended

_START_S = 240


@dataclass
class Workers:
    """An installation on real engines, of which only the matcher runs."""

    settings: Settings
    file: Path
    producer: RecordProducer
    reader: RecordReader
    offsets: Offsets
    store: Engine
    running: list[Forked] = field(default_factory=list)
    causes: Counter[str] = field(default_factory=Counter)
    """Of records that brought matches."""
    _stored: dict[int, int] = field(default_factory=dict)

    def start(self, count: int = 1) -> None:
        """Start workers, and wait until all that run have their share."""
        for number in range(count):
            log = self.file.parent / f"worker-{len(self.running) + number}.log"
            self.running.append(fork("matcher", "--config", self.file, log=log, append=True))
        self.shared(_START_S)

    def shared(self, patience_s: float) -> float:
        """Wait until the workers that run have all partitions among them and nobody else has any; for how long."""
        group, began = self.settings.kafka.group("matcher"), time.monotonic()
        admin = KafkaAdminClient(bootstrap_servers=list(self.settings.kafka.bootstrap))
        try:
            while not _settled(admin, group, len(self.running)):
                self._alive()
                waited = time.monotonic() - began
                assert waited < patience_s, f"{len(self.running)} workers did not join in {patience_s} s"
                time.sleep(0.1)
        finally:
            admin.close()
        return time.monotonic() - began

    def command(self, name: str) -> Forked:
        """Start a command on this installation."""
        return fork(name, "--config", self.file, log=self.file.parent / f"{name}.log")

    def kill(self, number: int) -> None:
        """SIGKILL a worker."""
        worker = self.running.pop(number)
        worker.send_signal(signal.SIGKILL)
        worker.wait(60)

    def _alive(self) -> None:
        ended = [worker.returncode for worker in self.running if worker.poll() is not None]
        logs = [file.read_text()[-500:] for file in sorted(self.file.parent.glob("worker-*.log"))] if ended else []
        assert not ended, f"workers ended by themselves: {ended}, having said {logs}"

    def lag(self) -> int:
        """How many records are not yet handled."""
        return sum(lag.lag for lag in lags(self.offsets, {"matcher": ("criteria.v1", "postings.v1")}))

    def until_done(self, patience_s: float = 90) -> None:
        """Wait until all is handled."""
        deadline = time.monotonic() + patience_s
        while lag := self.lag():
            self._alive()
            assert time.monotonic() < deadline, f"{lag} records are not handled after {patience_s} s"
            time.sleep(0.3)

    def pairs(self) -> list[Pair]:
        """All matched pairs, as often as the store has them, after it took in what is in matches.v1."""
        arrived: dict[int, list[Arrival]] = {}
        for record in self.reader.read_all(MATCHES.name):
            if record.offset >= self._stored.get(record.partition, 0):
                found = decode(Matches, record.value)
                self.causes[found.cause] += bool(found.keys)
                arrival = Arrival(record.offset, found.posting, from_text(found.keys), from_text(found.near))
                arrived.setdefault(record.partition, []).append(arrival)
        for partition, arrivals in arrived.items():
            arrivals.sort(key=lambda came: came.offset)
            SqlMatches(self.store).store(partition, arrivals, arrivals[-1].posting.fetched_at)
            self._stored[partition] = arrivals[-1].offset + 1
        return stored_pairs(self.store)[0]


def _settled(admin: KafkaAdminClient, name: str, count: int) -> bool:
    try:
        group = admin.describe_groups([name])[name]
    except RetriableError:  # A busy broker may have no coordinator for a group yet.
        return False
    return len(group["members"]) == count and group["group_state"] == "Stable"


@contextmanager
def matcher_workers(
    folder: Path, index: str, batch: int = 200, *, way: Callable[[str], str] = lambda url: url
) -> Iterator[Workers]:
    """Room on Kafka and Elasticsearch, topics made, no worker yet; all gone at the end.

    `way` gives the address at which the workers reach Elasticsearch.
    """
    with ExitStack() as stack:
        kafka = stack.enter_context(kafka_of_my_own())
        elasticsearch = stack.enter_context(elasticsearch_of_my_own())
        kafka = kafka.model_copy(update={"batch": batch})
        create(kafka)
        file = folder / "jobchime.toml"
        file.write_text(_toml(folder, kafka, way(elasticsearch.urls[0]), elasticsearch.prefix, index), encoding="utf-8")
        workers = Workers(
            settings=Settings(
                kafka=kafka, elasticsearch=elasticsearch, matcher=MatcherSettings.model_validate({"index": index})
            ),
            file=file,
            producer=stack.enter_context(RecordProducer(kafka)),
            reader=stack.enter_context(RecordReader(kafka)),
            offsets=stack.enter_context(Offsets(kafka)),
            store=stack.enter_context(new_engine("sqlite", folder)),
        )
        try:
            yield workers
        finally:
            for worker in workers.running:
                worker.terminate()
            for worker in workers.running:
                ended(worker)


def _toml(folder: Path, kafka: KafkaSettings, url: str, prefix: str, index: str) -> str:
    return f"""
data = "{folder}"
log_level = "warning"
[kafka]
bootstrap = ["{kafka.bootstrap[0]}"]
prefix = "{kafka.prefix}"
batch = {kafka.batch}
[elasticsearch]
urls = ["{url}"]
prefix = "{prefix}"
[matcher]
index = "{index}"
[probes]
enabled = false
"""
