"""Engines that a test starts for itself: driven one by one, and what they store outlives a crash."""

import pytest
from kafka.admin import KafkaAdminClient, NewTopic
from sqlalchemy import create_engine, text
from sqlalchemy.exc import OperationalError

from tests.support.engines import kafka, postgresql
from tests.support.own_engines import own_engines

pytestmark = pytest.mark.live


def test_what_a_killed_engine_stored_is_there_when_it_is_back_and_others_run_on() -> None:
    postgresql()  # where no engine can run, this test cannot either
    with own_engines("postgresql") as mine:
        database = create_engine(mine.postgresql)
        with database.begin() as connection:
            connection.execute(text("CREATE TABLE kept AS SELECT 7 AS x"))
        mine.kill("postgresql")
        with pytest.raises(OperationalError), database.begin() as connection:
            connection.execute(text("SELECT 1"))

        mine.start("postgresql")

        with database.begin() as connection:
            assert connection.scalar(text("SELECT x FROM kept")) == 7
        database.dispose()
    with create_engine(postgresql()).connect() as connection:
        assert connection.scalar(text("SELECT 1")) == 1


def test_a_broker_keeps_its_topics_over_a_stop_and_hangs_while_it_is_paused() -> None:
    kafka()
    with own_engines("kafka") as mine:
        admin = KafkaAdminClient(bootstrap_servers=mine.kafka)
        admin.create_topics([NewTopic(name="kept", num_partitions=1, replication_factor=1)])
        admin.close()
        mine.stop("kafka")
        mine.start("kafka")
        admin = KafkaAdminClient(bootstrap_servers=mine.kafka)
        assert "kept" in admin.list_topics()

        mine.pause("kafka")
        hung = not mine.answers("kafka")
        mine.resume("kafka")

        assert hung
        assert "kept" in admin.list_topics()
        admin.close()
