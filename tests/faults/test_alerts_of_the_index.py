"""The alert of an index that lost postings: by a real one, of which some are deleted behind the matcher's back.

The long form alone (`make test-alerts`).
"""

import os
from contextlib import ExitStack
from pathlib import Path

import pytest
from sqlalchemy import create_engine

from services.matcher.adapters.elasticsearch.postings import ElasticsearchRecentPostings
from services.runtime.elasticsearch.client import SearchEngine
from services.runtime.kafka.topics import create
from tests.support.alerting import PATIENCE_S, Faults, number, ordered, prometheus, until_serves
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import SERVICES, Installation, searching, started
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.waiting import ended, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow(minutes=3),
    pytest.mark.timeout(1_800),
    pytest.mark.skipif(not os.environ.get("JOBCHIME_TEST_ALERTS"), reason="the long form is `make test-alerts`"),
]


def test_an_index_that_lost_postings_is_told_until_it_is_built_anew(tmp_path: Path) -> None:
    with ExitStack() as stack:
        kafka = stack.enter_context(kafka_of_my_own())
        search = stack.enter_context(elasticsearch_of_my_own())
        url = stack.enter_context(migrated_database())
        create(kafka)
        store = create_engine(url)
        stack.callback(store.dispose)
        place = Installation(tmp_path, kafka, url, more=searching(search))
        for name, port in zip(SERVICES, place.ports, strict=False):
            service = started(name, place.config, tmp_path / f"{name}.log")
            stack.callback(ended, service)
            stack.callback(service.terminate)
            until_serves(service, port, name)
        watch = stack.enter_context(prometheus(tmp_path / "prometheus", [*place.ports[:3]]))
        fault = Faults(watch)

        Client(place.push_port).push([posting(f"p{at}", description=f"You grow ferns. {at}") for at in range(20)])
        until(lambda: number(store, "SELECT count(*) FROM postings") == 20, "they are stored", PATIENCE_S)
        engine = SearchEngine(search)
        index = ElasticsearchRecentPostings(engine)
        index.refresh()
        assert engine.delete_some(index.generations.write_alias, {"match_all": {}}, 5) == 5
        index.refresh()
        fault("five of 20 postings are deleted from the index", ("JobchimeIndexShort", "postings"))
        ordered(place, "reindex")
        watch.until_quiet("JobchimeIndexShort")
    assert fault.missed == {}
