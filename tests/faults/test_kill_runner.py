"""The runner under SIGKILL: every record processed, every effect once, every dead letter once."""

import random
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from structlog.testing import capture_logs

from services.runtime.letters.dead import DeadLetters
from services.runtime.log.sqlite import SqliteLog
from tests.support.logs import out, values
from tests.support.small_services import CRITERIA, LOG, POSTINGS, RAW, Effects, small_runner
from tests.support.victims import Nursery

KILLS = 60
SEED = 20_260_301


def a_value(chance: random.Random, number: int) -> str:
    kind = chance.choices(("plain", "poison", "flaky"), (96, 2, 2))[0]
    return f"{kind} {number}"


def test_sixty_kills_lose_nothing_and_repeat_no_effect(tmp_path: Path) -> None:
    chance = random.Random(SEED)
    acknowledged: list[str] = []
    effects = Effects(tmp_path)
    versions: dict[str, int] = {}
    with SqliteLog(tmp_path / LOG) as log:
        with Nursery("tests.faults.small_child", str(tmp_path), errors=tmp_path / "errors") as nursery:
            while nursery.kills < KILLS:
                nursery.start()
                until = time.monotonic() + chance.uniform(0, 0.12)
                while time.monotonic() < until:
                    batch = [a_value(chance, len(acknowledged) + n) for n in range(chance.randint(1, 30))]
                    log.produce([out(f"key {value.split()[1]}", value) for value in batch])
                    acknowledged += batch
                    with effects.writing() as connection:
                        for _ in range(chance.randint(0, 4)):
                            key = f"criteria {chance.randint(0, 9)}"
                            versions[key] = versions.get(key, 0) + 1
                            connection.execute("INSERT INTO outbox (key, version) VALUES (?, ?)", (key, versions[key]))
                    time.sleep(chance.uniform(0, 0.02))
                nursery.kill()
            nursery.start()
            nursery.stop()
        runner = small_runner(tmp_path, log, effects)
        with capture_logs():
            runner.load()
            runner.tick(runner.status().at)
            runner.drain()

        poison = {value for value in acknowledged if value.startswith("poison")}
        sound = [value for value in acknowledged if value not in poison]
        assert sum(log.ends(RAW)) == len(acknowledged) > KILLS
        assert {row[0] for row in effects.rows("SELECT value FROM seen")} == set(sound)
        letters = list(DeadLetters(log).find())
        assert sorted(letter.value.decode() for letter in letters) == sorted(poison)
        # What a service sends out is written together with its offset, so not even the log holds it twice.
        assert sorted(values(list(log.read_all(POSTINGS)))) == sorted(sound)
        tries = int(effects.rows("SELECT count(*) FROM tries")[0][0])
        assert tries >= len(sound)

        assert dict(effects.rows("SELECT key, version FROM newest")) == versions
        published = [int(record.value.split()[0]) for record in log.read_all(CRITERIA)]
        assert set(published) == set(range(1, sum(versions.values()) + 1))
        assert runner.status().lag == 0
        with closing(sqlite3.connect(tmp_path / LOG)) as log_file:
            for connection in (log_file, effects.connection):
                assert connection.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
    effects.connection.close()
    print(f"kills: {nursery.kills}")
    print(f"records acknowledged: {len(acknowledged)}, effects expected and found: {len(sound)}")
    print(f"effects made again after a kill: {tries - len(sound)}")
    print(f"dead letters expected: {len(poison)}, found: {len(letters)}")
    print(f"outbox rows: {sum(versions.values())}, published: {len(published)}")
