"""Every 202 of the push endpoint of the deployed form is on the broker, whenever its process is killed."""

import http.client
import os
import random
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

import pytest

from schemas.codec import decode
from schemas.posting import posting_id_of
from schemas.raw import RawPosting
from services.runtime.kafka.settings import KafkaSettings
from services.runtime.kafka.topics import create
from tests.support.batches import LZ4, Batch, read_with_batches
from tests.support.engines import kafka_of_my_own
from tests.support.installed import Installation
from tests.support.long_form import LONG
from tests.support.postgresql import migrated_database
from tests.support.pushing import Answer, Client, posting
from tests.support.victims import Nursery
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

SEED = int(os.environ.get("JOBCHIME_FAULTS_SEED", "21"))
LIVES = 10 if LONG else 2
_PAUSE_S = 0.02
_DESCRIPTION = "We tend ferns, mosses and kelp. " * 20
"""So that each batch gains by compression, also one of a single record: the client leaves as it is what would grow."""
Kind = Literal["single", "batch", "lines"]
KINDS: tuple[Kind, ...] = ("single", "batch", "lines")


@dataclass
class Pushing:
    """A board that pushes in one way, each time something new, and the same again until it is answered."""

    client: Client
    kind: Kind
    chance: random.Random
    taken: dict[str, str] = field(default_factory=dict)
    """By the id of the board: the posting's, of all that was answered for."""
    refused: set[str] = field(default_factory=set)
    in_doubt: set[str] = field(default_factory=set)
    """What was once pushed without an answer."""
    fault: BaseException | None = None
    _number: int = 0

    def run(self, stop: threading.Event) -> None:
        """Until told to stop and answered for the last."""
        try:
            while not stop.is_set():
                rows = self._rows()
                while not self._is_answered(rows):
                    time.sleep(_PAUSE_S)
                time.sleep(_PAUSE_S)
        except BaseException as error:
            self.fault = error

    def _is_answered(self, rows: list[dict[str, Any]]) -> bool:
        try:
            answer = self._send(rows)
        except ConnectionRefusedError:
            return False
        except (OSError, http.client.HTTPException):
            self.in_doubt |= {row["id"] for row in rows}
            return False
        if answer.status in (429, 503):  # a broker on a busy machine may be slow
            self.in_doubt |= {row["id"] for row in rows}
            return False
        assert answer.status in (202, 207, 422), answer
        self.taken |= {record["id"]: record["posting_id"] for record in answer.body["records"]}
        self.refused |= {rows[error["index"]]["id"] for error in answer.body["errors"]}
        assert len(answer.body["records"]) + len(answer.body["errors"]) == len(rows)
        return True

    def _send(self, rows: list[dict[str, Any]]) -> Answer:
        if self.kind == "lines":
            return self.client.lines(*rows)
        return self.client.push(rows[0] if self.kind == "single" else rows)

    def _rows(self) -> list[dict[str, Any]]:
        """One in ten lacks its title, and must be refused."""
        count = 1 if self.kind == "single" else self.chance.choice((1, 3, 20, 80))
        first, self._number = self._number, self._number + count
        ids = [f"{self.kind} {first + at}" for at in range(count)]
        return [
            posting(own, description=_DESCRIPTION, **({"title": ""} if self.chance.random() < 0.1 else {}))
            for own in ids
        ]


@contextmanager
def flowing(boards: list[Pushing]) -> Iterator[None]:
    stop = threading.Event()
    threads = [threading.Thread(target=board.run, args=(stop,), daemon=True) for board in boards]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        stop.set()
        for thread in threads:
            thread.join(60)
    assert not any(thread.is_alive() for thread in threads)
    assert [board.fault for board in boards] == [None] * len(boards)


@pytest.fixture
def kafka() -> Iterator[KafkaSettings]:
    with kafka_of_my_own() as settings:
        create(settings)
        yield settings


def test_what_was_answered_for_is_on_the_broker_and_nothing_else(tmp_path: Path, kafka: KafkaSettings) -> None:
    boards = _pushed_amid_kills(tmp_path, kafka)
    records, batches = read_with_batches(kafka, "raw.v1")
    there = [decode(RawPosting, record.value) for record in records]
    taken = {source_id: posting_id for board in boards for source_id, posting_id in board.taken.items()}
    refused = {source_id for board in boards for source_id in board.refused}
    in_doubt = {source_id for board in boards for source_id in board.in_doubt}
    assert refused
    assert taken.keys() & refused == set()
    assert {raw.source_id: raw.posting_id for raw in there} == taken
    assert all(posting_id == posting_id_of("acme", source_id) for source_id, posting_id in taken.items())
    assert [record.key.decode() for record in records] == [raw.posting_id for raw in there]
    # Once more is what no answer came for, and it is the same then.
    times = Counter(raw.source_id for raw in there)
    assert {source_id for source_id, count in times.items() if count > 1} <= in_doubt
    assert len({(raw.source_id, raw.content_hash) for raw in there}) == len(times)
    assert set(batches) == {Batch(LZ4, idempotent=True)}
    doubled = sum(count > 1 for count in times.values())
    summary = f"{len(taken)} answered for over {LIVES} kills, 0 lost, {doubled} sent twice; {len(refused)} refused"
    print(f"{summary} (seed {SEED})")


def _pushed_amid_kills(folder: Path, kafka: KafkaSettings) -> list[Pushing]:
    """Boards of each kind, all of whose pushes were answered in the end."""
    chance = random.Random(SEED)
    with migrated_database() as store:
        place = Installation(folder, kafka, store)
        boards = [Pushing(Client(place.push_port), kind, random.Random(chance.random())) for kind in KINDS]
        with Nursery("tests.faults.ingest_child", str(place.config), errors=folder / "errors") as nursery:
            with flowing(boards):
                for _ in range(LIVES):
                    _live(nursery, boards)
                    time.sleep(chance.random() * 0.6)
                    nursery.kill()
                _live(nursery, boards)
            nursery.stop()
    return boards


def _live(nursery: Nursery, boards: list[Pushing]) -> None:
    """Begin a life, and wait until each board was answered in it."""
    nursery.start()
    before = [len(board.taken) for board in boards]

    def all_answered() -> bool:
        assert [board.fault for board in boards] == [None] * len(boards)
        return all(len(board.taken) > then for board, then in zip(boards, before, strict=True))

    until(all_answered, "each board is answered")
