"""What `jobchime doctor` says of an installation that was just made, on the real engines."""

from pathlib import Path

import pytest

from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.sql.store import open_store
from tests.support.command_line import run
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.notifying import NOW

pytestmark = pytest.mark.live

SETTINGS = """
data = "data"
secret = "0123456789abcdef0123456789abcdef"
[kafka]
bootstrap = ["{kafka.bootstrap[0]}"]
prefix = "{kafka.prefix}"
[elasticsearch]
urls = ["{search.urls[0]}"]
prefix = "{search.prefix}"
[matcher]
index = "elasticsearch"
"""


def test_an_installation_whose_matcher_never_ran_is_sound(tmp_path: Path) -> None:
    config = tmp_path / "jobchime.toml"
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search:
        config.write_text(SETTINGS.format(kafka=kafka, search=search))
        assert run("doctor", "-c", config).code == 1
        assert not (tmp_path / "data").exists(), "what is looked at is not made by it"
        assert run("topics", "create", "-c", config).code == 0
        assert run("migrate", "-c", config).code == 0
        told = run("doctor", "-c", config)
        assert told.code == 0, told.out
        assert told.out.count("not there yet") == 2

        engine = open_store(f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}")
        SqlHeartbeats(engine, "matcher@here", NOW).publish([Heartbeat("matcher", ready=True)], NOW)
        engine.dispose()
        told = run("doctor", "-c", config)
        assert told.code == 1
        assert told.out.count("`jobchime reindex`") == 2
