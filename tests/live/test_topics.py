"""The topics of the deployed form on a real broker: made, checked, required, compacted; lag and dead letters."""

import json
import re
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from kafka import KafkaConsumer, KafkaProducer, TopicPartition
from kafka.admin import ConfigResource, KafkaAdminClient
from kafka.structs import OffsetAndMetadata

from schemas.topics import CRITERIA, RAW, TOPICS, dead_of, inputs_of_services
from services.runtime.errors import JobchimeError, UnavailableError, UsageError
from services.runtime.kafka.offsets import Offsets, lags
from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.reader import KafkaLetterLog, KafkaTail, RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import Planned, check, compared, create, planned, require
from services.runtime.letters.dead import DeadLetters
from services.runtime.letters.writing import letter_of
from services.runtime.records import Record, partition_of
from tests.support.command_line import run
from tests.support.engines import kafka_of_my_own
from tests.support.logs import NOON, TOPIC, out, outs, values
from tests.support.record_logs import AT_ONCE, small_topics
from tests.support.waiting import until

pytestmark = pytest.mark.live
COMPACTED_WITHIN_S = 90.0


@pytest.fixture
def settings() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as mine:
        yield mine


@pytest.fixture
def admin(settings: KafkaSettings) -> Iterator[KafkaAdminClient]:
    client = KafkaAdminClient(bootstrap_servers=list(settings.bootstrap))
    yield client
    client.close()


def config_of(admin: KafkaAdminClient, name: str) -> dict[str, str]:
    found = admin.describe_configs([ConfigResource("TOPIC", name)], config_filter="all")["topic"][name]
    return {config: setting["value"] for config, setting in found.items()}


def test_topics_are_made_once_as_the_list_says(settings: KafkaSettings, admin: KafkaAdminClient) -> None:
    assert {finding.what for finding in check(settings)} == {"missing"}
    assert len(create(settings)) == 2 * len(TOPICS)
    assert create(settings) == check(settings) == ()
    partitions = {
        topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics() if not topic["is_internal"]
    }
    for topic in TOPICS:
        assert partitions[settings.topic(topic.name)] == topic.partitions
        assert partitions[settings.topic(dead_of(topic.name))] == 1
    day = 24 * 3_600 * 1_000
    raw, criteria = config_of(admin, settings.topic(RAW.name)), config_of(admin, settings.topic(CRITERIA.name))
    assert (raw["cleanup.policy"], raw["retention.ms"]) == ("delete", str(30 * day))
    assert (criteria["cleanup.policy"], criteria["retention.ms"]) == ("compact", "-1")
    assert criteria["min.compaction.lag.ms"] == str(7 * day)
    assert config_of(admin, settings.topic(dead_of(CRITERIA.name)))["retention.ms"] == str(90 * day)


def test_what_differs_is_told_with_how_to_mend_it_and_mended(settings: KafkaSettings, admin: KafkaAdminClient) -> None:
    create(settings)
    admin.delete_topics([settings.topic("matches.v1"), settings.topic("raw.v1")])
    gone = {settings.topic("matches.v1"), settings.topic("raw.v1")}
    until(lambda: not gone & set(admin.list_topics()), "the topics are gone")
    wanted = next(topic for topic in planned(settings) if topic.name == "raw.v1")
    create(settings, [replace(wanted, partitions=3)])
    admin.alter_configs([ConfigResource("TOPIC", settings.topic("criteria.v1"), {"cleanup.policy": "delete"})])
    assert [(fault.topic, fault.what) for fault in check(settings)] == [
        ("raw.v1", "3 partitions, not 12"),
        ("criteria.v1", "cleanup.policy is delete, not compact"),
        ("matches.v1", "missing"),
    ]
    assert all("jobchime topics create" in fault.mend for fault in check(settings))
    assert {made.topic for made in create(settings)} == {"raw.v1", "criteria.v1", "matches.v1"}
    assert check(settings) == ()


def test_a_retention_that_somebody_shortened_is_told_by_what_it_loses(
    settings: KafkaSettings, admin: KafkaAdminClient
) -> None:
    create(settings)
    kept = {
        ("raw.v1", "retention.ms"): (60_000, "not a day"),
        ("matches.v1", "retention.ms"): (2 * 86_400_000, "shorter"),
        ("postings.v1", "retention.ms"): (-1, "as planned"),
        ("criteria.v1", "retention.ms"): (30 * 86_400_000, "as planned"),  # compacted alone, so that it deletes nothing
        ("matches.v1.dead", "retention.bytes"): (1 << 30, "shorter"),
        ("raw.v1.dead", "max.message.bytes"): (700, "not at all"),
        ("postings.v1.dead", "max.message.bytes"): (1_048_588, "as planned"),  # as Kafka has it where nobody set it
    }
    for (topic, name), (value, _) in kept.items():
        admin.alter_configs([ConfigResource("TOPIC", settings.topic(topic), {name: str(value)})])
    with Offsets(settings) as offsets:
        until(lambda: len(compared(offsets, settings)) == len(kept), "each shows")
        found = {(fault.topic, fault.what.partition(" ")[0]): fault.kept for fault in compared(offsets, settings)}
    assert found == {place: how for place, (_, how) in kept.items()}
    admin.alter_configs([ConfigResource("TOPIC", settings.topic("criteria.v1"), {"cleanup.policy": "compact,delete"})])
    of_criteria = ("criteria.v1", "cleanup.policy is compact,delete, not compact", "as planned")
    until(lambda: of_criteria in [(fault.topic, fault.what, fault.kept) for fault in check(settings)], "it shows")
    assert {
        fault.kept for fault in check(settings) if "retention.ms" in fault.what and fault.topic == "criteria.v1"
    } == {"not a day"}
    create(settings)
    assert check(settings) == ()


def test_too_few_copies_are_told_and_more_than_there_are_brokers_are_refused(settings: KafkaSettings) -> None:
    create(settings, small_topics(settings))
    thrice = settings.model_copy(update={"replication": 3})
    found = {fault.what for fault in check(thrice, small_topics(thrice))}
    assert found == {"replicated 1 time, not 3", "min.insync.replicas is 1, not 2"}
    with pytest.raises(UnavailableError, match=r"does not make the topic .*raw\.v1"):
        create(thrice.model_copy(update={"prefix": settings.prefix + "x-"}))


def test_a_service_refuses_to_start_while_a_topic_is_missing(settings: KafkaSettings) -> None:
    with pytest.raises(
        UsageError, match=r"lacks the topics .*criteria\.v1, .*raw\.v1: make them with `jobchime topics"
    ):
        require(settings, ["raw.v1", "criteria.v1"])
    create(settings, small_topics(settings))
    require(settings, ["raw.v1", "criteria.v1"])


def test_lag_counts_what_is_there_where_nothing_was_committed(settings: KafkaSettings) -> None:
    create(settings, small_topics(settings))
    with RecordProducer(settings) as producer, Offsets(settings) as offsets:
        producer.produce(outs(100))
        found = lags(offsets)
        assert {lag.service for lag in found} == set(inputs_of_services())
        assert sum(lag.lag for lag in found) == 100
        assert {lag.committed for lag in found} == {None}
        consumer = KafkaConsumer(
            bootstrap_servers=list(settings.bootstrap),
            group_id=settings.group("ingest.normaliser"),
            enable_auto_commit=False,
        )
        place = TopicPartition(settings.topic(TOPIC), 1)
        consumer.commit({place: OffsetAndMetadata(7, "", -1)})
        consumer.close()
        assert offsets.committed(["ingest.normaliser", "matcher"]) == {
            "ingest.normaliser": {(TOPIC, 1): 7},
            "matcher": {},
        }
        assert sum(lag.lag for lag in lags(offsets)) == 93


def test_lag_counts_from_the_first_record_that_is_still_there(settings: KafkaSettings, admin: KafkaAdminClient) -> None:
    create(settings, small_topics(settings))
    with RecordProducer(settings) as producer, Offsets(settings) as offsets:
        producer.produce([out("k", str(number)) for number in range(50)])
        (partition,) = {place for place, end in offsets.ends([TOPIC]).items() if end}
        admin.delete_records({TopicPartition(settings.topic(TOPIC), partition[1]): 20})
        (found,) = (lag for lag in lags(offsets) if lag.end)
    assert (found.start, found.end, found.lag, found.lost) == (20, 50, 30, 0)


def test_marks_of_transactions_do_not_stop_a_reader(settings: KafkaSettings) -> None:
    create(settings, small_topics(settings))
    client = KafkaProducer(bootstrap_servers=list(settings.bootstrap), transactional_id=settings.topic("test"))
    client.init_transactions()
    with RecordReader(settings, patience_s=10) as reader, KafkaTail(settings, TOPIC, patience_s=10) as tail:
        followed = 0
        for outcome in (client.commit_transaction, client.abort_transaction, client.commit_transaction):
            client.begin_transaction()
            for partition in (0, 1):
                client.send(settings.topic(TOPIC), b"value", key=b"key", partition=partition)
            outcome()
            followed += len(list(tail.catch_up()))
        end = time.monotonic() + 10
        while followed < 4 and time.monotonic() < end:  # a broker ends a transaction soon after it says so
            followed += len(list(tail.catch_up()))
        assert followed == 4
        assert len(list(reader.read_all(TOPIC))) == 4
    client.close()


@pytest.mark.slow
def test_gaps_of_compaction_do_not_stop_a_reader(settings: KafkaSettings) -> None:
    create(settings, [Planned(CRITERIA.name, 2, 1, AT_ONCE)])
    with RecordProducer(settings) as producer, RecordReader(settings, patience_s=20) as reader:
        producer.produce([out("once", "first", topic=CRITERIA.name)])
        end = time.monotonic() + COMPACTED_WITHIN_S
        offsets: list[int] = []
        turn = 0
        while not offsets or offsets[-1] < len(offsets):
            assert time.monotonic() < end, "the broker has compacted nothing"
            turn += 1
            newest = {f"key {key}": f"{turn}" for key in range(5)}
            producer.produce([out(key, value, topic=CRITERIA.name) for key, value in newest.items()])
            found = list(reader.read_all(CRITERIA.name))
            # Each key is there as it is now, whatever of the older states the broker has taken.
            assert {record.key.decode(): record.value.decode() for record in found} == newest | {"once": "first"}
            offsets = [record.offset for record in found if record.partition == partition_of(b"once", 2)]
            time.sleep(0.5)
        assert offsets[0] == 0


def test_the_command_tells_makes_and_checks(settings: KafkaSettings, tmp_path: Path) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(f'[kafka]\nbootstrap = ["{settings.bootstrap[0]}"]\nprefix = "{settings.prefix}"\n')
    missing = run("topics", "check", "--config", file)
    assert (missing.code, missing.out.count("`jobchime topics create` makes it")) == (1, 2 * len(TOPICS))
    made = run("topics", "create", "--config", file, "--json")
    assert (made.code, len(made.out.splitlines())) == (0, 2 * len(TOPICS))
    assert json.loads(made.out.splitlines()[0]) == {"topic": "raw.v1", "what": "made, with 12 partitions"}
    for command in ("create", "check"):
        again = run("topics", command, "--config", file)
        assert (again.code, again.out) == (0, f"All {2 * len(TOPICS)} topics are as they should be.\n")


def test_dead_letters_of_the_deployed_form_are_listed_shown_and_replayed(
    settings: KafkaSettings, tmp_path: Path
) -> None:
    file = tmp_path / "jobchime.toml"
    file.write_text(f'[kafka]\nbootstrap = ["{settings.bootstrap[0]}"]\nprefix = "{settings.prefix}"\n')
    create(settings, small_topics(settings))
    record = Record("raw.v1", 0, 7, b"key", b"the value", {"note": "kept"}, NOON)
    letter = letter_of(record, ValueError("no such field"), attempts=3, consumer="c", failed_at=NOON)
    with RecordProducer(settings) as producer:
        producer.produce([letter])
    listed = run("dead", "list", "--config", file, "--each")
    assert listed.code == 0
    assert "no such field" in listed.out
    (name,) = re.findall(r"raw\.v1\.dead:\d:0", listed.out)
    assert "the value" in run("dead", "show", name, "--config", file).out
    assert run("dead", "replay", name, "--config", file).out.startswith("1 sent back")
    assert run("dead", "replay", name, "--config", file).out.startswith("0 sent back, 1 left out")
    with RecordReader(settings) as reader:
        assert values(list(reader.read_all("raw.v1"))) == ["the value"]


def test_a_replay_cut_off_in_between_is_sent_again_and_never_lost(
    settings: KafkaSettings, admin: KafkaAdminClient
) -> None:
    create(settings, small_topics(settings))
    record = Record("raw.v1", 0, 7, b"key", b"the value", {}, NOON)
    with KafkaLetterLog(settings) as log:
        log.produce([letter_of(record, ValueError("no"), attempts=3, consumer="c", failed_at=NOON)])
        letters = DeadLetters(log)
        (letter,) = letters.find()
        refusing = {"max.message.bytes": "1"}  # the mark cannot be written: as if killed before it
        dead = settings.topic("raw.v1.dead")
        admin.alter_configs([ConfigResource("TOPIC", dead, refusing)])
        # A broker takes a change up once it has heard of it.
        until(lambda: config_of(admin, dead)["max.message.bytes"] == "1")
        with pytest.raises(JobchimeError):
            letters.replay([letter])
        admin.alter_configs([ConfigResource("TOPIC", dead, {"max.message.bytes": "1000000"})])
        until(lambda: config_of(admin, dead)["max.message.bytes"] == "1000000")
        assert not letters.show(letter.id).replayed
        assert letters.replay([letters.show(letter.id)]).sent == 1
        assert letters.show(letter.id).replayed
        assert values(list(log.read_all("raw.v1"))) == ["the value", "the value"]
