"""A service that is started while a topic is missing: it ends at once, and says which and what makes it."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from services.runtime.kafka.topics import create, planned
from tests.support.engines import kafka_of_my_own
from tests.support.installed import Installation, started
from tests.support.postgresql import migrated_database
from tests.support.waiting import ended

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Tables made, no topic yet."""
    with kafka_of_my_own() as kafka, migrated_database() as store:
        yield Installation(tmp_path, kafka, store, more='[matcher]\nindex = "memory"')


def make_all_but(installation: Installation, topic: str) -> None:
    wanted = [topic_planned for topic_planned in planned(installation.kafka) if topic_planned.name != topic]
    assert len(wanted) == len(planned(installation.kafka)) - 1
    create(installation.kafka, wanted)


def tried(installation: Installation, service: str, *options: str) -> tuple[int, list[str]]:
    """What it ends with by itself, and the lines it said."""
    log = installation.folder / f"{service}.log"
    return ended(started(service, installation.config, log, *options)), log.read_text().splitlines()


@pytest.mark.parametrize(
    ("service", "topic"),
    [
        ("ingest", "raw.v1"),
        ("ingest", "postings.v1"),
        ("matcher", "criteria.v1"),
        ("matcher", "postings.v1.dead"),
        ("notifier", "matches.v1"),
    ],
)
def test_a_service_refuses_and_begins_once_the_topic_is_made_as_it_says(
    installation: Installation, service: str, topic: str
) -> None:
    make_all_but(installation, topic)
    code, said = tried(installation, service)
    assert code == 2
    name = installation.kafka.topic(topic)
    assert said[-1] == f"jobchime: Kafka lacks the topic {name}: make it with `jobchime topics create`"
    assert not any("Traceback" in line or '"event": "running"' in line for line in said)
    assert tried(installation, service, "--once") == (2, said[-1:])

    assert installation.command("topics", "create")[0] == 0
    with installation.running(service):
        installation.until_ready(service)


def test_every_missing_topic_is_named_at_once(installation: Installation) -> None:
    code, said = tried(installation, "matcher")
    assert code == 2
    assert all(
        installation.kafka.topic(topic_planned.name) in said[-1] for topic_planned in planned(installation.kafka)
    )
    assert said[-1].endswith("make them with `jobchime topics create`")
