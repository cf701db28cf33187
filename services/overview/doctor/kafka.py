"""Kafka, looked at: its brokers, its topics, and whether what they hold agrees with the store."""

from collections.abc import Iterator

from sqlalchemy import Engine

from schemas.counted import counted
from schemas.topics import CRITERIA
from services.notifier.adapters.sql.criteria.outbox import SqlOutbox
from services.notifier.adapters.sql.criteria.repair import CriteriaRepair, Drift, published_of
from services.notifier.app import make_agreement
from services.overview.doctor.diagnosis import Diagnosis
from services.overview.engines import Engines
from services.overview.stream.ways_out import WAYS_OUT
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.reader import RecordReader
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import check as check_topics
from services.runtime.kafka.topics import planned
from services.runtime.sql.revisions import revision_of
from services.settings import Settings

PATIENCE_S = 4.0
"""For one answer of an engine."""
_MEND_AGREEMENT, _ = WAYS_OUT["republish"]


def cluster_diagnoses(settings: Settings, engines: Engines) -> Iterator[Diagnosis]:
    """Whether enough brokers answer. Raises UnavailableError where none does."""
    with engines.offsets(PATIENCE_S) as offsets:
        brokers = offsets.ask(lambda admin: len(admin.describe_cluster()["brokers"]))
    if brokers < settings.kafka.replication:
        yield Diagnosis(
            "Kafka", "wrong", f"{brokers} brokers, and kafka.replication is {settings.kafka.replication}",
            "start more brokers, or lower kafka.replication",
        )  # fmt: skip
        return
    yield Diagnosis("Kafka", "well", f"{', '.join(settings.kafka.bootstrap)}, {counted(brokers, 'broker')}")


def topic_diagnoses(settings: Settings) -> Iterator[Diagnosis]:
    """Whether all topics are there, and as they should be. Raises UnavailableError."""
    if said := _without_leader(settings):
        yield Diagnosis("partitions", "wrong", said, "start the broker, or see its log: its disk may be gone")
    found = check_topics(settings.kafka)
    for fault in found:
        yield Diagnosis(f"topic {fault.topic}", "wrong", fault.what, fault.mend)
    if not found and not said:
        yield Diagnosis("topics", "well", f"all {len(planned(settings.kafka))} are as they should be")


def agreement_diagnoses(settings: Settings, engines: Engines) -> Iterator[Diagnosis]:
    """Of a store and topics that are there; what is missing was told before."""
    if not engines.has_store() or _is_lacking(settings):
        return
    with engines.store() as engine:
        if revision_of(engine).usable:
            yield from _agreement_of(engine, settings.kafka)


def _agreement_of(engine: Engine, kafka: KafkaSettings) -> Iterator[Diagnosis]:
    """What was lost on one side and not on the other. Raises UnavailableError where one of them is away."""
    if said := make_agreement(engine, kafka).standing().said():
        yield Diagnosis("positions", "wrong", said, _MEND_AGREEMENT)
    else:
        yield Diagnosis("positions", "well", "store and topics agree on how far the notifier has come")
    yield _criteria(engine, kafka)


def _criteria(engine: Engine, kafka: KafkaSettings) -> Diagnosis:
    repair = CriteriaRepair(engine)
    found = _drift(repair, kafka)
    if found and not SqlOutbox(engine).pending(1):
        # What was on its way at the first look has arrived at the second.
        second = _drift(repair, kafka)
        found = Drift(_both(found.newest, second.newest), _both(found.strangers, second.strangers))
    if not found:
        return Diagnosis("criteria", "well", f"{CRITERIA.name} tells what the store does")
    if SqlOutbox(engine).pending(1):
        return Diagnosis("criteria", "note", "some wait to be published", "see that a notifier runs")
    lacking, strangers = len(found.newest), len(found.strangers)
    said = (
        f"{CRITERIA.name} lacks the newest state of {lacking:,}, and holds {strangers:,} that the store does not know"
    )
    return Diagnosis("criteria", "wrong", said, _MEND_AGREEMENT)


def _drift(repair: CriteriaRepair, kafka: KafkaSettings) -> Drift:
    with RecordReader(kafka) as reader:
        return repair.drift(published_of(reader.read_all(CRITERIA.name)))


def _both(first: tuple[int, ...], second: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(sorted(set(first) & set(second)))


def _without_leader(settings: Settings) -> str:
    with Offsets(settings.kafka, patience_s=PATIENCE_S) as offsets:
        return offsets.without_leader([topic.name for topic in planned(settings.kafka)]).said


def _is_lacking(settings: Settings) -> bool:
    return bool(_without_leader(settings)) or any(fault.what == "missing" for fault in check_topics(settings.kafka))
