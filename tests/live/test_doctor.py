"""What `jobchime doctor` and `status` say of an installation and its indices, on the real engines."""

import json
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.health.heartbeat import Heartbeat, SqlHeartbeats
from services.runtime.sql.store import open_store
from tests.support.command_line import run
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.notifying import NOW, NotifierStore, arrival, posting

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
        ran = run("doctor", "-c", config)
        assert ran.code == 0, ran.out
        assert ran.out.count("not there yet") == 2

        engine = open_store(f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}")
        SqlHeartbeats(engine, "matcher@here", NOW).publish([Heartbeat("matcher", ready=True)], NOW)
        engine.dispose()
        ran = run("doctor", "-c", config)
        assert ran.code == 1
        assert ran.out.count("`jobchime reindex`") == 2


def test_an_index_that_lost_postings_is_said_to_be_short_of_them(tmp_path: Path) -> None:
    config = tmp_path / "jobchime.toml"

    def short() -> list[str]:
        found = json.loads(run("status", "--json", "-c", config).out)["troubles"]
        return [finding["what"] for finding in found if "index of postings" in finding["what"]]

    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search:
        config.write_text(SETTINGS.format(kafka=kafka, search=search))
        assert run("topics", "create", "-c", config).code == 0
        assert run("migrate", "-c", config).code == 0
        seen = datetime.now(UTC) - timedelta(minutes=5)
        found = [posting(name, fetched_at=seen) for name in ("one", "two", "three")]
        store = NotifierStore(open_store(f"sqlite:///{tmp_path / 'data' / 'store.sqlite'}"))
        store.matches.store(0, [arrival(at, each) for at, each in enumerate(found)], seen)
        store.engine.dispose()
        with closing(SearchEngine(search)) as engine:
            index = ElasticsearchRecentPostings(engine)
            index.generations.ensure()
            index.put(found)
            index.refresh()
            assert short() == []
            lost = {"term": {"posting_id": found[0].posting_id}}
            assert engine.delete_some(index.generations.write_alias, lost, 10) == 1
            index.refresh()
            [said] = short()
        assert said.startswith("the index of postings has 2 of the last week, and the store has 3")
