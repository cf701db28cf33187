"""Partitions of Kafka that have no leader are named, with the brokers that hold them."""

from typing import Any

from services.runtime.kafka.findings import leaderless_in


def topic(name: str, *leaders: int, error_code: int = 0) -> dict[str, Any]:
    """With a partition for each leader, -1 for none, which broker 2 holds then."""
    partitions = [
        {"partition_index": at, "leader_id": leader, "replica_nodes": [2 if leader < 0 else leader]}
        for at, leader in enumerate(leaders)
    ]
    return {"name": name, "error_code": error_code, "partitions": partitions}


def test_nothing_is_said_where_each_has_one() -> None:
    assert leaderless_in([topic("p-raw.v1", 1, 2), topic("p-gone.v1", error_code=3)], "p-").said == ""


def test_how_many_have_none_and_who_holds_them_is_said_with_the_topic_that_has_most() -> None:
    found = leaderless_in([topic("p-raw.v1", -1, 1), topic("p-postings.v1", 1, -1, -1, -1, -1)], "p-")
    assert found.said == (
        "5 of 7 partitions have no leader, such as postings.v1 1, 2, 3: see to broker 2, which holds them"
    )
