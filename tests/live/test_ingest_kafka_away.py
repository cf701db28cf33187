"""Ingest while Kafka is away and after: pushes are refused in time, nothing grows, no item is lost, and all goes on."""

import http.client
import itertools
import random
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from services.runtime.sql.store import open_store
from tests.support.engines import fresh_prefix
from tests.support.feed_server import feed_server
from tests.support.growing import Arrived, GrowingBoard, in_flight, said_too_early, sources_at
from tests.support.installed import Installation
from tests.support.own_engines import OwnEngines, own_engines
from tests.support.postgresql import migrated_database
from tests.support.pushing import Answer, Client, posting
from tests.support.victims import Nursery
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1), pytest.mark.decisive]

AWAY_S = 12.0
PATIENCE_S = 3.0
"""How long the service waits for the broker."""
WAIT_S = 2.0
"""How long a push waits for its turn."""
ANSWERED_S = 2 * WAIT_S + 2 * PATIENCE_S + 10.0
CLIENTS = 48
"""More than may wait: some are refused at once."""
BODY = 400_000
MOST_GROWTH = 150 << 20
"""Of memory, of which the producer may take 32 MB and the bodies at work some times their size."""


@dataclass
class Pushing:
    """Clients that push large postings, and what they were answered while Kafka was away."""

    client: Client
    answers: list[Answer] = field(default_factory=list)
    slowest_s: float = 0.0
    faults: list[BaseException] = field(default_factory=list)

    def push_until(self, stop: threading.Event, number: int) -> None:
        try:
            for turn in itertools.count():
                if stop.is_set():
                    return
                began = time.monotonic()
                answer = self.client.push(large(f"away {number} {turn}"), timeout=60)
                self.slowest_s = max(self.slowest_s, time.monotonic() - began)
                self.answers.append(answer)
                stop.wait(0.1)
        except BaseException as error:
            self.faults.append(error)


def large(source_id: str) -> dict[str, object]:
    return posting(source_id, description="fern " * (BODY // 5))


def memory(pid: int) -> int:
    """Bytes that a process holds of the machine's memory."""
    (line,) = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) << 10


@pytest.fixture(scope="module")
def engines() -> Iterator[OwnEngines]:
    with own_engines("kafka") as mine:
        yield mine


@pytest.fixture
def kafka(engines: OwnEngines) -> KafkaSettings:
    """It runs before each test, however the last one left it."""
    engines.start("kafka")
    made = KafkaSettings(bootstrap=(engines.kafka,), prefix=fresh_prefix(), delivery_timeout_s=PATIENCE_S)
    create(made)
    return made


@pytest.mark.timeout(600)
def test_pushes_are_refused_in_time_and_the_collector_waits_until_kafka_is_back(
    tmp_path: Path, engines: OwnEngines, kafka: KafkaSettings
) -> None:
    board = GrowingBoard("fern", random.Random(23))
    with migrated_database() as url, feed_server() as server, closing(Arrived(kafka)) as arrived:
        more = sources_at({"fern": board.on(server)})
        place = Installation(tmp_path, kafka, url, tick_every_s=0.1, push=f"wait_s = {WAIT_S}", more=more)
        store, client = open_store(url), Client(place.push_port)
        with place.running("ingest") as processes:
            (process,) = processes.values()
            until(lambda: place.probe("ingest", "/readyz")[0] == 200, "ingest is ready")
            assert client.push(posting("before")).status == 202
            until(lambda: bool(arrived.look().seen) and board.vouched > 1, "the board is polled")

            engines.kill("kafka")
            pushing = Pushing(client)
            pushed = _push_while_away(pushing, process.pid)
            _check_answers(pushing)
            assert pushed < MOST_GROWTH, f"{pushed >> 20} MB more are held than before"
            assert place.probe("ingest", "/livez")[0] == 200

            engines.start("kafka")
            until(lambda: _is_taken(client, posting("after")), "pushes are taken again")
            assert _is_taken(client, large("away 0 0")), "what was refused is taken when it is sent again"
            assert said_too_early(store, arrived, {"fern": board}) == []
            board.grows = False
            until(lambda: arrived.look().holds(board), "all that the board lists is there")
            before = board.vouched
            until(lambda: board.vouched > before, "the board is asked by its etag again")
            assert process.poll() is None
        assert {"before", "after", "away 0 0"} <= {source_id for source_id, _ in arrived.look().seen}
        store.dispose()
    print(
        f"{len(pushing.answers)} pushes refused, the slowest after {pushing.slowest_s:.1f} s;"
        f" {pushed >> 20} MB more at most; {len(board.jobs)} items listed, all there"
    )


def test_a_collector_killed_while_kafka_is_away_has_vouched_for_nothing_that_is_not_there(
    tmp_path: Path, engines: OwnEngines, kafka: KafkaSettings
) -> None:
    board = GrowingBoard("fern", random.Random(24))
    with migrated_database() as url, feed_server() as server, closing(Arrived(kafka)) as arrived:
        place = Installation(tmp_path, kafka, url, tick_every_s=0.1, more=sources_at({"fern": board.on(server)}))
        store = open_store(url)
        with Nursery("tests.faults.ingest_child", str(place.config), errors=tmp_path / "errors") as nursery:
            nursery.start()
            until(lambda: bool(arrived.look().seen) and board.vouched > 1, "the board is polled")
            engines.kill("kafka")
            board.served.clear()
            board.grow()
            until(board.served.is_set, "the board is polled once more")
            until(lambda: in_flight(store) > 0, "it is amid a sending")
            nursery.kill()
            engines.start("kafka")
            assert said_too_early(store, arrived, {"fern": board}) == []
            assert in_flight(store) > 0
            assert not board.present() <= arrived.seen
            board.grows = False
            nursery.start()
            until(lambda: arrived.look().holds(board), "all that the board lists is there")
            nursery.stop()
        store.dispose()


def _push_while_away(pushing: Pushing, pid: int) -> int:
    """Push from many clients for a while; by how much the process grew at most."""
    before, most, stop = memory(pid), 0, threading.Event()
    with ThreadPoolExecutor(CLIENTS) as pool:
        for number in range(CLIENTS):
            pool.submit(pushing.push_until, stop, number)
        until_s = time.monotonic() + AWAY_S
        while time.monotonic() < until_s:
            most = max(most, memory(pid))
            time.sleep(0.2)
        stop.set()
    return max(most, memory(pid)) - before


def _check_answers(pushing: Pushing) -> None:
    """Each was told in time that it is not taken, and when to come again."""
    assert pushing.faults == []
    # All clients have one key: what is beyond its share is told so, see docs/push.md.
    assert {503} <= {answer.status for answer in pushing.answers} <= {429, 503}
    assert all(int(answer.headers["retry-after"]) > 0 for answer in pushing.answers)
    assert len(pushing.answers) > 2 * CLIENTS
    assert pushing.slowest_s < ANSWERED_S


def _is_taken(client: Client, row: dict[str, object]) -> bool:
    try:
        return client.push(row).status == 202
    except (OSError, http.client.HTTPException):
        return False
