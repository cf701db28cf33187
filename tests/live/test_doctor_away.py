"""`jobchime doctor` while an engine is away: it says which and what to do, soon, and looks at all the others."""

import json
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import make_url

from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from tests.support.command_line import run
from tests.support.cut_line import cut_line
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.loopback import free_port
from tests.support.postgresql import migrated_database

pytestmark = pytest.mark.live

REFUSED_S, HUNG_S = 20.0, 60.0
"""Within which it is done, of an engine that refuses connections and of three that hang."""
NAMES = {"kafka": "Kafka", "elasticsearch": "Elasticsearch", "postgresql": "store"}
"""What doctor calls them."""
SETTINGS = """
data = "data"
secret = "0123456789abcdef0123456789abcdef"
store = "{store}"
[kafka]
bootstrap = ["127.0.0.1:{kafka_port}"]
prefix = "{kafka.prefix}"
[elasticsearch]
urls = ["http://127.0.0.1:{search_port}"]
prefix = "{search.prefix}"
[matcher]
index = "elasticsearch"
[mail]
folder = "mails"
"""


@dataclass(frozen=True)
class Place:
    """An installation in order, on real engines."""

    folder: Path
    kafka: KafkaSettings
    search: ElasticsearchSettings
    store: str

    @property
    def ports(self) -> dict[str, int]:
        return {
            "kafka": int(self.kafka.bootstrap[0].rpartition(":")[2]),
            "elasticsearch": urlsplit(self.search.urls[0]).port or 9200,
            "postgresql": make_url(self.store).port or 5432,
        }

    def doctor(self, ports: dict[str, int]) -> "Told":
        """What it says with the engines at these ports."""
        config = self.folder / "jobchime.toml"
        store = make_url(self.store).set(port=ports["postgresql"]).render_as_string(hide_password=False)
        config.write_text(
            SETTINGS.format(
                store=store, kafka=self.kafka, kafka_port=ports["kafka"],
                search=self.search, search_port=ports["elasticsearch"],
            )
        )  # fmt: skip
        began = time.monotonic()
        ran = run("doctor", "--json", "-c", config)
        seconds = time.monotonic() - began
        assert ran.err == ""
        return Told(ran.code, [json.loads(line) for line in ran.out.splitlines()], seconds)


@dataclass(frozen=True)
class Told:
    code: int
    findings: list[dict[str, str]]
    seconds: float

    def of(self, what: str) -> dict[str, str]:
        """The one finding of a name."""
        (found,) = [finding for finding in self.findings if finding["what"] == what]
        return found

    def wrong(self) -> dict[str, str]:
        """What is wrong: how to mend it, by name."""
        return {finding["what"]: finding["mend"] for finding in self.findings if finding["grade"] == "wrong"}


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Place]:
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search, migrated_database() as store:
        create(kafka)
        yield Place(tmp_path, kafka, search, store)


@pytest.mark.parametrize("away", ["kafka", "elasticsearch", "postgresql"])
def test_the_engine_that_is_away_is_named_and_the_others_are_looked_at(place: Place, away: str) -> None:
    port = free_port()
    ran = place.doctor(place.ports | {away: port})
    assert ran.code == 1
    assert list(ran.wrong()) == [NAMES[away]], "what only follows from it is no fault of its own"
    found = ran.of(NAMES[away])
    assert f"127.0.0.1:{port}" in found["said"]
    assert found["mend"].startswith("start it, or mend ")
    assert {ran.of(name)["grade"] for engine, name in NAMES.items() if engine != away} == {"well"}
    assert ran.of("mailer")["grade"] == "well"
    assert ran.seconds < REFUSED_S


def test_engines_that_all_hang_are_told_in_time(place: Place) -> None:
    with ExitStack() as lines:
        ports = {}
        for engine, port in place.ports.items():
            line = lines.enter_context(cut_line("127.0.0.1", port))
            line.falls_silent()
            ports[engine] = line.port
        ran = place.doctor(ports)
    assert ran.code == 1
    assert set(ran.wrong()) == set(NAMES.values())
    for engine, name in NAMES.items():
        assert f"127.0.0.1:{ports[engine]}" in ran.of(name)["said"]
    assert ran.of("mailer")["grade"] == "well"
    assert ran.seconds < HUNG_S
