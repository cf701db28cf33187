"""The topics of `schemas.topics` on a cluster: making them, and saying what is not as it should be."""

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from kafka.admin import ConfigResource
from kafka.errors import for_code

from schemas.topics import TOPICS, Topic, dead_of
from services.runtime.errors import UnavailableError, UsageError
from services.runtime.kafka.findings import Kept, TopicFinding
from services.runtime.kafka.offsets import Offsets
from services.runtime.kafka.producer import MOST_RECORD_BYTES
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.privacy.redaction import redacted
from services.runtime.retention import DEAD_RETENTION

COMPACTION_LAG = timedelta(days=7)
"""How long a compacted topic keeps all: a consumer that has read ahead must not find gone what it has to handle."""

_SEGMENT = timedelta(days=1)
_A_NIGHT = timedelta(days=1)
"""Records that go sooner are lost where nobody looks before the morning."""
_MOST_BATCH_BYTES = MOST_RECORD_BYTES + (64 << 10)
_LARGE_BYTES = 1_000_000
"""A posting may be nearly as large; Kafka's own bound, where nobody set one, lies above."""
_ALREADY_THERE = 36
_ASKED_S = 4.0
"""For how long a person who asks waits for a broker that is away."""
_SHOWN_WITHIN_S = 30.0
_POLL_S = 0.1
_CREATE = "`jobchime topics create` sets it"


@dataclass(frozen=True, slots=True)
class Planned:
    """A topic as it should be on the cluster, by its name without the prefix."""

    name: str
    partitions: int
    replication: int
    configs: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Described:
    partitions: int
    led: int
    """Partitions that have a leader, and so can be written to."""
    replication: int
    configs: Mapping[str, str]


def planned(settings: KafkaSettings, *, for_ever: bool = False) -> tuple[Planned, ...]:
    """The topics and their dead letters, as they should be.

    `for_ever`: nothing is dropped and any time is taken, for simulated days: a broker goes by its own clock.
    """
    found: list[Planned] = []
    for topic in TOPICS:
        found.append(_planned(settings, topic.name, topic.partitions, _cleanup(topic)))
        # One partition: letters are few, and are listed in the order in which they came.
        found.append(_planned(settings, dead_of(topic.name), 1, _deleted_after(DEAD_RETENTION)))
    if not for_ever:
        return tuple(found)
    timeless = {"retention.ms": "-1", "message.timestamp.after.max.ms": str(2**63 - 1)}
    return tuple(
        Planned(topic.name, topic.partitions, topic.replication, dict(topic.configs) | timeless) for topic in found
    )


def create(
    settings: KafkaSettings, wanted: Sequence[Planned] | None = None, *, only_missing: bool = False
) -> tuple[TopicFinding, ...]:
    """Make what is missing and mend what differs, by default of all topics; what was done, nothing the second time.

    `only_missing`: what is there stays as it is, since services may run. Raises UnavailableError where Kafka is away or
    refuses.
    """
    wanted = planned(settings) if wanted is None else wanted
    done: list[TopicFinding] = []
    with Offsets(settings) as offsets:
        found = offsets.ask(lambda admin: _described(admin, settings, wanted))
        missing = [topic for topic in wanted if topic.name not in found]
        present = [] if only_missing else [topic for topic in wanted if topic.name in found]
        with offsets.changing() as admin:
            for topic in missing:
                _create(admin, settings, topic)
                done.append(TopicFinding(topic.name, f"made, with {_count(topic.partitions, 'partition')}"))
            for topic in present:
                done += _mend(admin, settings, topic, found[topic.name])
        if missing or present:
            _until_shown(offsets, settings, (*missing, *present))
    return tuple(done)


def check(settings: KafkaSettings, wanted: Sequence[Planned] | None = None) -> tuple[TopicFinding, ...]:
    """What is not as it should be, each with how to mend it. Raises UnavailableError where Kafka is away."""
    with Offsets(settings, patience_s=_ASKED_S) as offsets:
        return compared(offsets, settings, wanted)


def compared(
    offsets: Offsets, settings: KafkaSettings, wanted: Sequence[Planned] | None = None
) -> tuple[TopicFinding, ...]:
    """The same, by who asks the cluster already."""
    wanted = planned(settings) if wanted is None else wanted
    found = offsets.ask(lambda admin: _described(admin, settings, wanted))
    return tuple(finding for topic in wanted for finding in _compared(topic, found.get(topic.name)))


def require(settings: KafkaSettings, names: Iterable[str], *, patience_s: float = 10.0) -> None:
    """Refuse to go on while a topic is missing. Raises UsageError, and UnavailableError where Kafka is away."""
    wanted = sorted({settings.topic(name) for name in names})
    with Offsets(settings, patience_s=patience_s) as offsets:
        found = offsets.ask(lambda admin: admin.describe_topics(wanted))
    there = {topic["name"] for topic in found if not topic["error_code"]}
    if missing := [name for name in wanted if name not in there]:
        which, them = ("the topic", "it") if len(missing) == 1 else ("the topics", "them")
        sentence = f"Kafka lacks {which} {', '.join(missing)}: make {them} with `jobchime topics create`"
        raise UsageError(sentence, mend="topics")


def _planned(settings: KafkaSettings, name: str, partitions: int, cleanup: dict[str, str]) -> Planned:
    configs = {
        "max.message.bytes": str(_MOST_BATCH_BYTES),
        "message.timestamp.type": "CreateTime",
        # One copy may be away; with three or more an acknowledged record still is on two.
        "min.insync.replicas": str(max(settings.replication - 1, 1)),
    }
    return Planned(name, partitions, settings.replication, configs | cleanup)


def _cleanup(topic: Topic) -> dict[str, str]:
    if not topic.compacted:
        return _deleted_after(topic.retention)
    policy = "compact" if topic.retention is None else "compact,delete"
    return _deleted_after(topic.retention) | {
        "cleanup.policy": policy,
        "min.compaction.lag.ms": str(_ms(COMPACTION_LAG)),
        # The newest segment is never compacted, so that it must not grow for the usual week.
        "segment.ms": str(_ms(_SEGMENT)),
    }


def _deleted_after(retention: timedelta | None) -> dict[str, str]:
    # A bound by bytes deletes records whatever their age.
    ages = {"retention.ms": "-1" if retention is None else str(_ms(retention)), "retention.bytes": "-1"}
    return {"cleanup.policy": "delete"} | ages


def _ms(span: timedelta) -> int:
    return span // timedelta(milliseconds=1)


def _described(admin: Any, settings: KafkaSettings, wanted: Sequence[Planned]) -> dict[str, _Described]:
    names = {settings.topic(topic.name): topic.name for topic in wanted}
    there = [topic for topic in admin.describe_topics(list(names)) if not topic["error_code"]]
    resources = [ConfigResource("TOPIC", topic["name"]) for topic in there]
    configs = admin.describe_configs(resources, config_filter="all")["topic"] if resources else {}
    return {
        names[topic["name"]]: _Described(
            partitions=len(topic["partitions"]),
            led=sum(partition["leader_id"] >= 0 for partition in topic["partitions"]),
            replication=min((len(partition["replica_nodes"]) for partition in topic["partitions"]), default=0),
            configs={name: config["value"] for name, config in configs[topic["name"]].items()},
        )
        for topic in there
    }


def _compared(wanted: Planned, found: _Described | None) -> list[TopicFinding]:
    if found is None:
        return [TopicFinding(wanted.name, "missing", "`jobchime topics create` makes it")]
    findings = []
    if found.partitions < wanted.partitions:
        findings.append(
            TopicFinding(
                wanted.name,
                f"{_count(found.partitions, 'partition')}, not {wanted.partitions}",
                "stop the services, then `jobchime topics create` raises it: keys move to other partitions",
            )
        )
    if found.replication < wanted.replication:
        findings.append(
            TopicFinding(
                wanted.name,
                f"replicated {_count(found.replication, 'time')}, not {wanted.replication}",
                "move its partitions with Kafka's own kafka-reassign-partitions, or lower kafka.replication",
            )
        )
    return findings + [
        TopicFinding(
            wanted.name,
            f"{name} is {found.configs.get(name)}, not {value}",
            _CREATE,
            kept=_kept(name, found.configs, value),
        )
        for name, value in _differing(wanted, found).items()
    ]


def _kept(name: str, configs: Mapping[str, str], should_be: str) -> Kept:
    """A night in which a service stands still is to lose nothing.

    By age and size Kafka deletes nothing of a topic that is compacted alone, as of one made by hand with a week's
    `retention.ms`; what deletes a topic that is to be compacted is told by its age or size, where either is bounded.
    """
    is_ = configs.get(name) or ""
    if name == "max.message.bytes":
        return "not at all" if is_.isdecimal() and int(is_) < _LARGE_BYTES else "as planned"
    if "delete" not in (configs.get("cleanup.policy") or "delete"):
        return "as planned"
    if name == "retention.bytes":
        return "shorter"
    if name != "retention.ms" or not is_.isdecimal() or (should_be != "-1" and int(is_) >= int(should_be)):
        return "as planned"
    return "not a day" if should_be == "-1" or int(is_) < _ms(_A_NIGHT) else "shorter"


def _differing(wanted: Planned, found: _Described) -> dict[str, str]:
    return {name: value for name, value in wanted.configs.items() if found.configs.get(name) != value}


def _count(number: int, word: str) -> str:
    return f"{number} {word}" if number == 1 else f"{number} {word}s"


def _create(admin: Any, settings: KafkaSettings, wanted: Planned) -> None:
    name = settings.topic(wanted.name)
    options = {
        "num_partitions": wanted.partitions,
        "replication_factor": wanted.replication,
        "configs": dict(wanted.configs),
    }
    for made in admin.create_topics({name: options}, raise_errors=False)["topics"]:
        if made["error_code"] not in (0, _ALREADY_THERE):  # somebody else may be making it too
            why = made.get("error_message") or for_code(made["error_code"]).__name__
            raise UnavailableError(f"Kafka does not make the topic {name}: {why}")


def _mend(admin: Any, settings: KafkaSettings, wanted: Planned, found: _Described) -> list[TopicFinding]:
    done = []
    name = settings.topic(wanted.name)
    if found.partitions < wanted.partitions:
        admin.create_partitions({name: wanted.partitions})
        done.append(TopicFinding(wanted.name, f"raised from {found.partitions} to {wanted.partitions} partitions"))
    if differing := _differing(wanted, found):
        for result in admin.alter_configs([ConfigResource("TOPIC", name, differing)])["topic"].values():
            if result != "OK":
                raise UnavailableError(f"Kafka does not change the topic {name}: {redacted(Exception(result))}")
        done += [TopicFinding(wanted.name, f"set {config} to {value}") for config, value in sorted(differing.items())]
    return done


def _until_shown(offsets: Offsets, settings: KafkaSettings, wanted: Sequence[Planned]) -> None:
    """Wait until what was made shows: a cluster says that it has taken a change before it has made it."""
    until = time.monotonic() + _SHOWN_WITHIN_S
    while True:
        found = offsets.ask(lambda admin: _described(admin, settings, wanted))
        late = [topic.name for topic in wanted if not _shows(topic, found.get(topic.name))]
        if not late:
            return
        if time.monotonic() > until:
            raise UnavailableError(f"Kafka has not brought up {', '.join(late)} in {_SHOWN_WITHIN_S:g} s; try again")
        time.sleep(_POLL_S)


def _shows(wanted: Planned, found: _Described | None) -> bool:
    return found is not None and found.led >= wanted.partitions and not _differing(wanted, found)
