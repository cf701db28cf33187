"""The collector of the deployed form, killed at random: it loses no item, and vouches for nothing that is not sent."""

import os
import random
import time
from collections.abc import Mapping
from contextlib import closing
from pathlib import Path

import pytest
from sqlalchemy import Engine

from services.runtime.kafka.topics import create
from services.runtime.sql.store import open_store
from tests.support.collecting import json_lines, line
from tests.support.engines import kafka_of_my_own
from tests.support.feed_server import feed_server
from tests.support.growing import Arrived, GrowingBoard, in_flight, said_too_early, sources_at
from tests.support.installed import Installation
from tests.support.long_form import LONG
from tests.support.postgresql import migrated_database
from tests.support.victims import Nursery
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow, pytest.mark.decisive]

SEED = int(os.environ.get("JOBCHIME_FAULTS_SEED", "22"))
LIVES = 12 if LONG else 3
BOARDS = ("fern", "kelp", "moss")


def drop(folder: Path, lives: int) -> set[tuple[str, str]]:
    """The next file of a board that drops files into a folder; what all of them hold."""
    there = [f"dropped {life} {at}" for life in range(lives) for at in range(20)]
    part = folder / "postings.jsonl.part"
    part.write_bytes(json_lines(*(line(number, title=f"Gardener {number}") for number in there)))
    part.rename(folder / "postings.jsonl")
    return {(number, f"Gardener {number}") for number in there}


def test_kills_at_random_lose_no_item_and_nothing_is_vouched_for_too_early(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    boards = {name: GrowingBoard(name, random.Random(chance.random())) for name in BOARDS}
    folder = tmp_path / "dropped"
    folder.mkdir()
    with kafka_of_my_own() as kafka, migrated_database() as url, feed_server() as server:
        create(kafka)
        urls = {name: board.on(server) for name, board in boards.items()} | {"folder": str(folder)}
        place = Installation(tmp_path, kafka, url, tick_every_s=0.05, more=sources_at(urls))
        store = open_store(url)
        with (
            closing(Arrived(kafka)) as arrived,
            Nursery("tests.faults.ingest_child", str(place.config), errors=tmp_path / "errors") as nursery,
        ):
            caught = 0
            for life in range(LIVES):
                dropped = drop(folder, life + 1)
                caught += _live_and_die(nursery, boards, chance, store, arrived)
            for board in boards.values():
                board.grows = False
            nursery.start()
            for name, board in boards.items():
                until(lambda board=board: arrived.look().holds(board), f"all that {name} lists is there")
            until(lambda: dropped <= arrived.look().seen, "all that was dropped is there")
            _check_vouching_goes_on(boards)
            nursery.stop()
            assert said_too_early(store, arrived, boards) == []
        store.dispose()
    listed = sum(len(board.jobs) + len(board.gone) for board in boards.values()) + len(dropped)
    print(
        f"{listed} items in {arrived.records} records over {LIVES} kills, {caught} amid a sending; 0 lost (seed {SEED})"
    )


def _live_and_die(
    nursery: Nursery, boards: Mapping[str, GrowingBoard], chance: random.Random, store: Engine, arrived: Arrived
) -> bool:
    """A life that ends a moment after a board has sent a listing; whether items were in flight then."""
    hit = boards[chance.choice(BOARDS)]
    nursery.start()
    hit.served.clear()
    until(hit.served.is_set, f"{hit.name} is asked in this life")
    time.sleep(chance.random() * chance.choice((0.02, 0.1, 0.4)))
    nursery.kill()
    assert said_too_early(store, arrived, boards) == []
    return in_flight(store) > 0


def _check_vouching_goes_on(boards: Mapping[str, GrowingBoard]) -> None:
    """Held back too long it would be no merit: each board is asked by its etag again."""
    for name, board in boards.items():
        before = board.vouched
        until(lambda board=board, before=before: board.vouched > before, f"{name} is asked by its etag")
