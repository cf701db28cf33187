"""A matcher is killed and another has its partitions: nobody is alarmed but by what says so, and it is named."""

import json
import signal
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import kafka_of_my_own
from tests.support.installed import Installation, started
from tests.support.postgresql import empty_database
from tests.support.pushing import Client, posting
from tests.support.waiting import ended, until

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1)]

MEMORY = '[matcher]\nindex = "memory"\n'


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with kafka_of_my_own() as kafka, empty_database() as store:
        made = Installation(tmp_path, kafka, store, more=MEMORY)
        assert made.command("topics", "create")[0] == 0
        assert made.command("migrate")[0] == 0
        yield made


def alive(it: Installation) -> int:
    found: int = it.service("matcher")["alive"]
    return found


def ready(it: Installation, workers: int) -> bool:
    beats = [worker for worker in it.service("matcher")["workers"] if not worker["stopped"]]
    return sum(beat["heartbeat"]["ready"] for beat in beats) == workers and alive(it) == workers


def alarms(log: Path) -> list[str]:
    """Lines of level error or worse; one that is no JSON is a traceback or a print, and as bad."""
    lines = [line for line in log.read_text().splitlines() if line]
    return [line for line in lines if not line.startswith("{") or json.loads(line)["level"] in ("error", "critical")]


def test_a_killed_matcher_is_named_and_its_takeover_writes_no_error(installation: Installation) -> None:
    it, client = installation, Client(installation.push_port)
    second_log = it.folder / "matcher-2.log"
    with it.running():
        until(lambda: ready(it, 1), "a matcher works")
        second = started("matcher", it.config, second_log)
        until(lambda: ready(it, 2), "two matchers work")
        assert client.push([posting(str(number)) for number in range(20)]).status == 202
        until(lambda: it.topic("matches.v1")["end"] == 20, "they match")
        (name,) = [worker["worker"] for worker in it.service("matcher")["workers"] if worker["pid"] == second.pid]
        second.send_signal(signal.SIGKILL)
        ended(second)
        lost = 'jobchime_workers{service="matcher",state="lost"} 1.0'
        until(lambda: lost in it.probe("notifier", "/metrics")[1], "another process tells of it")
        (loss,) = [trouble for trouble in it.status()["troubles"] if name in trouble["what"]]
        assert f"the worker {name} of matcher is lost" in loss["what"]
        assert "1 works on" in loss["what"]
        assert client.push([posting(str(number)) for number in range(20, 40)]).status == 202
        # At least: what the killed one had matched and not committed is matched once more, and stored once.
        until(lambda: it.topic("matches.v1")["end"] >= 40, "the other matches all")
        assert it.command("worker", "forget", name)[0] == 0
        assert not any(name in trouble["what"] for trouble in it.status()["troubles"])
        third = started("matcher", it.config, it.folder / "matcher-3.log")
        until(lambda: ready(it, 2), "a third shares the partitions")
        third.terminate()
        assert ended(third) == 0
        until(lambda: ready(it, 1), "and has left again")
    logs = [it.folder / f"{service}.log" for service in ("ingest", "matcher", "notifier", "matcher-3")]
    assert {log.name: found for log in (*logs, second_log) if (found := alarms(log))} == {}
