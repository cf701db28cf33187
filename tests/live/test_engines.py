"""What tests get of the real engines: room of their own, gone afterwards."""

from datetime import UTC, datetime

import pytest
from elasticsearch import Elasticsearch
from kafka.admin import KafkaAdminClient, NewTopic
from sqlalchemy import Engine, create_engine, insert, inspect, select, text
from sqlalchemy.exc import OperationalError

from schemas.sql import metadata
from schemas.sql.tables import flags
from schemas.sql.workers import operator_acts
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.postgresql import empty_database, migrated_database
from tests.support.waiting import until

pytestmark = pytest.mark.live

_AN_ACT = {"at": datetime(2026, 8, 3, tzinfo=UTC), "operator": "night", "act": "pause", "about": "matcher"}


def test_topics_of_my_own_are_gone_afterwards() -> None:
    with kafka_of_my_own() as mine, kafka_of_my_own() as other:
        admin = KafkaAdminClient(bootstrap_servers=list(mine.bootstrap))
        topics = [mine.topic("raw.v1"), other.topic("raw.v1")]
        admin.create_topics([NewTopic(name=topic, num_partitions=1, replication_factor=1) for topic in topics])
        until(lambda: set(topics) <= set(admin.list_topics()), "they are listed")
    left = set(admin.list_topics())
    admin.close()

    assert left.isdisjoint(topics)


def test_indices_of_my_own_are_gone_afterwards() -> None:
    with elasticsearch_of_my_own() as mine:
        client = Elasticsearch(mine.urls[0])
        client.indices.create(index=f"{mine.prefix}criteria")
        assert client.indices.exists(index=f"{mine.prefix}criteria")
    left = client.indices.exists(index=f"{mine.prefix}criteria")
    client.close()

    assert not left


def test_a_migrated_database_has_all_tables_and_no_rows_of_others() -> None:
    with migrated_database() as first, migrated_database() as two:
        engines = [create_engine(url) for url in (first, two)]
        for engine in engines:
            assert "alembic_version" in inspect(engine).get_table_names()
            with engine.begin() as connection:
                connection.execute(text("CREATE TABLE mine (x int)"))
            engine.dispose()

    with pytest.raises(OperationalError, match="does not exist"):
        create_engine(first).connect()


def test_the_next_migrated_database_holds_nothing_that_a_test_stored_or_numbered() -> None:
    with migrated_database() as before:
        engine = create_engine(before)
        fresh = _rows(engine)
        with engine.begin() as connection:
            connection.execute(insert(operator_acts).values(_AN_ACT))
            connection.execute(insert(flags).values(name="a flag", value="1", changed_at=_AN_ACT["at"]))
        assert _rows(engine) != fresh
        still_open = engine.connect()
    with migrated_database() as after:
        other = create_engine(after)
        assert _rows(other) == fresh
        with other.begin() as connection:
            (key,) = connection.execute(insert(operator_acts).values(_AN_ACT)).inserted_primary_key or ()
        assert key == 1
        other.dispose()
    assert before != after
    with pytest.raises(OperationalError):
        still_open.execute(text("SELECT 1"))


def _rows(engine: Engine) -> dict[str, list[tuple[object, ...]]]:
    with engine.connect() as connection:
        return {
            table.name: sorted(tuple(row) for row in connection.execute(select(table)))
            for table in metadata.sorted_tables
        }


def test_an_empty_database_has_no_tables() -> None:
    with empty_database() as url:
        engine = create_engine(url)
        assert inspect(engine).get_table_names() == []
        engine.dispose()
