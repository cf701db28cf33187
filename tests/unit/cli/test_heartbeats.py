"""`jobchime worker`: who has been heard of, and forgetting one that is gone."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.runtime.clock import SystemClock
from services.runtime.figures.stream import read_figures
from services.runtime.files.datadir import STORE_FILE
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.sql.link_key import keep_link_key
from services.runtime.sql.revisions import migrate
from services.runtime.sql.store import open_store
from services.settings import load_settings
from services.usecases import workers
from services.usecases.installation import open_installation
from tests.support.command_line import run
from tests.support.waiting import until


@pytest.fixture
def config(tmp_path: Path) -> Path:
    """An installation with a matcher that is alive and one that is lost."""
    file = tmp_path / "jobchime.toml"
    file.write_text('data = "data"\n')
    (tmp_path / "data").mkdir()
    engine = open_store(f"sqlite:///{tmp_path / 'data' / STORE_FILE}")
    migrate(engine)
    now = datetime.now(UTC)
    for name, silent in (("matcher@a", 0), ("matcher@b", 600)):
        SqlHeartbeats(engine, name, now).publish([Heartbeat("matcher", ready=True)], now - timedelta(seconds=silent))
    engine.dispose()
    return file


def states(config: Path) -> dict[str, str]:
    lines = run("worker", "list", "--json", "-c", config).out.splitlines()
    return {worker["worker"]: worker["state"] for worker in map(json.loads, lines)}


def test_a_lost_worker_is_listed_until_it_is_forgotten(config: Path) -> None:
    assert states(config) == {"matcher@a": "alive", "matcher@b": "lost"}
    assert "matcher@b" in run("worker", "list", "-c", config).out
    assert run("worker", "forget", "matcher@b", "-c", config).code == 0
    assert states(config) == {"matcher@a": "alive"}


@pytest.mark.parametrize(("name", "said"), [("matcher@a", "it was heard of a moment ago"), ("nobody", "no worker")])
def test_one_that_runs_or_is_unknown_cannot_be_forgotten(config: Path, name: str, said: str) -> None:
    ran = run("worker", "forget", name, "-c", config)
    assert (ran.code, said in ran.err) == (2, True)


def test_a_portal_says_that_it_runs_for_as_long_as_it_does(config: Path) -> None:
    with (
        open_installation(load_settings(config), create=False, tell=print) as installation,
        workers.present(installation, workers.PORTAL, SystemClock()),
    ):
        until(lambda: "alive" in [state for name, state in states(config).items() if name.startswith("portal@")])
    assert [state for name, state in states(config).items() if name.startswith("portal@")] == ["stopped"]


def test_a_portal_of_another_secret_than_the_notifiers_does_not_work_and_says_why(config: Path) -> None:
    now = SystemClock().now()
    with open_installation(load_settings(config), create=False, tell=print) as installation:

        def heard() -> list[Heartbeat]:
            known = [seen.heartbeat for seen in workers.listed(installation) if not seen.stopped]
            return [beat for beat in known if beat.service == workers.PORTAL]

        def told(signed_with: str) -> Heartbeat:
            keep_link_key(installation.engine, [signed_with], now)
            with workers.present(installation, workers.PORTAL, SystemClock()):
                until(lambda: bool(heard()))
                return heard()[0]

        own = installation.link_keys.names(now)[0]
        other = told("4711aaaa")
        assert (other.ready, other.mend) == (False, "secret")
        assert "its secret is not that by which notifiers sign" in str(other.reason)
        assert told(own).ready


def test_a_console_that_is_started_again_and_again_is_no_worker_that_dies_after_each_start(config: Path) -> None:
    with open_installation(load_settings(config), create=False, tell=print) as installation:

        def restarts_after_three_starts(service: str) -> int:
            for _ in range(3):
                with workers.present(installation, service, SystemClock()):
                    until(lambda: any(seen.alive(SystemClock().now()) for seen in heard(service)))
            return len(read_figures(installation.engine, SystemClock().now(), ()).restarts)

        def heard(service: str) -> list[workers.Worker]:
            return [seen for seen in workers.listed(installation) if seen.heartbeat.service == service]

        assert restarts_after_three_starts(workers.CONSOLE) == 0
        assert restarts_after_three_starts(workers.PORTAL) == 1
