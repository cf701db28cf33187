"""Kafka lost for good, and a store restored from a dump, on real engines: what operators do, and what comes of it."""

import json
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from kafka import KafkaConsumer
from sqlalchemy import create_engine, select, text
from sqlalchemy.engine import make_url
from sqlalchemy.pool import NullPool

from schemas.codec import decode, encode
from schemas.criteria import CriteriaRecord
from schemas.keys import keys_of, to_text
from schemas.match import Matches
from schemas.sql.tables import matches, positions
from schemas.topics import CRITERIA, MATCHES
from services.notifier.app import make_agreement
from services.runtime.errors import UnavailableError
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.records import Outgoing
from services.runtime.sql.store import open_store, reading
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.engines import delete_topics, kafka_of_my_own, postgresql
from tests.support.notifying import posting
from tests.support.postgresql import empty_database

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

SETTINGS = """
data = "data"
store = "{store}"
secret = "0123456789abcdef0123456789abcdef"
[kafka]
bootstrap = ["{bootstrap}"]
prefix = "{prefix}"
[probes]
enabled = false
[mail]
folder = "mails"
"""


@dataclass(frozen=True)
class Installation:
    """An installation whose notifier runs now and then, and whose matches come from here."""

    kafka: KafkaSettings
    store: str
    config: Path

    def command(self, *words: str, code: int = 0) -> str:
        ran = run(*words, "-c", self.config)
        assert ran.code == code, ran.out + ran.err
        return ran.out + ran.err

    def search(self, name: str, skill: str) -> None:
        file = self.config.parent / "search.json"
        file.write_text(json.dumps({"skills": {"any": [skill]}}))
        self.command("search", "add", "ada@example.com", str(file), "--name", name, "--cadence", "instant")

    def match(self, *names: str, key: int = 0) -> None:
        """New postings that match one criteria."""
        with RecordProducer(self.kafka) as producer:
            for name in names:
                found = Matches(posting=posting(name), keys=to_text(keys_of([key])), near=to_text(keys_of([])))
                producer.produce([Outgoing(MATCHES.name, found.posting.posting_id.encode(), encode(found))])

    def notify(self) -> None:
        self.command("notifier", "--once")

    def disagreement(self) -> str:
        engine = open_store(self.store)
        try:
            make_agreement(engine, self.kafka).check()
        except UnavailableError as error:
            return str(error)
        finally:
            engine.dispose()
        return ""

    def stored(self) -> int:
        """Rows of matches; no two of them at one place, and all below their partition's position."""
        engine = open_store(self.store)
        with reading(engine) as connection:
            found = connection.execute(select(matches.c.partition, matches.c.offset)).all()
            ends = {row.partition: row.position for row in connection.execute(select(positions))}
        engine.dispose()
        assert all(row.offset < ends[row.partition] for row in found)
        return len(found)

    def published(self) -> dict[int, bool]:
        """By key: whether criteria.v1 holds it as wanted."""
        with RecordReader(self.kafka) as reader:
            records = [decode(CriteriaRecord, record.value) for record in reader.read_all(CRITERIA.name)]
        return {record.key: not record.removed for record in sorted(records, key=lambda record: record.version)}


@pytest.fixture
def it(tmp_path: Path) -> Iterator[Installation]:
    with kafka_of_my_own() as kafka, empty_database() as store:
        config = tmp_path / "jobchime.toml"
        config.write_text(SETTINGS.format(store=store, bootstrap=kafka.bootstrap[0], prefix=kafka.prefix))
        made = Installation(kafka, store, config)
        made.command("topics", "create")
        made.command("migrate")
        made.command("subscriber", "add", "ada@example.com", *OPTIONS)
        made.search("python", "Python")
        made.notify()
        yield made


def copied(store: str) -> tuple[Callable[[], None], Callable[[], None]]:
    """A copy of the database as it is now, which stands for a dump: restore it, forget it."""
    name = make_url(store).database

    def administer(*statements: str) -> None:
        engine = create_engine(postgresql(), isolation_level="AUTOCOMMIT", poolclass=NullPool)
        with engine.connect() as connection:
            for statement in statements:
                connection.execute(text(statement))

    def make(new: str, old: str) -> Iterable[str]:
        gone = f"SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{old}'"
        return gone, f'CREATE DATABASE "{new}" TEMPLATE "{old}"'

    administer(*make(f"{name}c", f"{name}"))
    return (
        lambda: administer(f'DROP DATABASE "{name}" WITH (FORCE)', *make(f"{name}", f"{name}c")),
        lambda: administer(f'DROP DATABASE "{name}c" WITH (FORCE)'),
    )


def test_kafka_is_lost(it: Installation) -> None:
    it.match("one", "two", "three")
    it.notify()
    assert it.stored() == 3
    delete_topics(it.kafka.bootstrap[0], it.kafka.prefix)
    it.command("topics", "create")
    it.match("four", "five")
    assert "`jobchime republish`" in it.disagreement()
    assert "not the topics that this store belongs to" in it.command("republish", "--dry-run", code=1)
    said = it.command("doctor", code=1)
    assert said.count("`jobchime republish`, while no notifier runs") == 2
    assert "criteria.v1 lacks the newest state of 1, and holds 0" in said

    it.command("republish")
    it.command("republish")
    assert not it.disagreement()
    it.notify()
    assert it.stored() == 5
    assert it.published() == {0: True}
    it.command("republish", "--dry-run")
    it.command("doctor")
    it.match("six")
    it.notify()
    assert it.stored() == 6


def test_the_store_is_restored_from_a_dump(it: Installation) -> None:
    it.match("one", "two")
    it.notify()
    restore, forget = copied(it.store)
    try:
        it.search("go", "Go")
        it.match("three", "four", "five")
        it.match("of a stranger", key=1)
        it.notify()
        assert (it.stored(), it.published()) == (6, {0: True, 1: True})
        opted_out = it.config.parent / "opt-outs.jsonl"
        opted_out.write_text(run("opt-outs", "list", "--json", "-c", it.config).out)
        restore()
        assert it.stored() == 2
        assert "counts 4 records of matches.v1 as stored that this store lacks" in it.disagreement()
        assert "holds 1 that the store does not know" in it.command("doctor", code=1)

        assert "no mail goes out before it knows: `jobchime opt-outs replay FILE`" in it.command("republish")
        assert not it.disagreement()
        it.search("rust", "Rust")
        it.notify()
        # Its rows are as they were written, as in a copy of the files: by Kafka's count it is known for one.
        assert "copy that was restored" in it.command("status")
        it.command("opt-outs", "replay", str(opted_out))
        assert "copy that was restored" not in it.command("status")
        assert (it.stored(), it.published()) == (6, {0: True, 1: False, 2: True})
        it.command("republish", "--dry-run")
    finally:
        forget()


def test_offsets_are_not_set_beneath_a_worker_that_runs(it: Installation) -> None:
    with Offsets(it.kafka) as offsets:
        group = it.kafka.group("notifier")
        consumer = KafkaConsumer(it.kafka.topic(MATCHES.name), bootstrap_servers=it.kafka.bootstrap, group_id=group)
        try:
            consumer.poll(timeout_ms=5_000)
            with pytest.raises(UnavailableError, match="stop all its workers"):
                offsets.commit("notifier", {(MATCHES.name, 0): 0})
        finally:
            consumer.close()
        offsets.commit("notifier", {(MATCHES.name, 0): 3})
        assert offsets.committed(("notifier",))["notifier"][MATCHES.name, 0] == 3
