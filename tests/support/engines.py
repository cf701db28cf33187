"""Where the real engines are, and room of one's own on them: a prefix, a database.

An address is the one in JOBCHIME_TEST_KAFKA, JOBCHIME_TEST_ELASTICSEARCH or JOBCHIME_TEST_POSTGRESQL, else that of what
`make engines` started. Where there is none, the test skips; in CI's run of the live tests it fails instead.
"""

import os
import secrets
import socket
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from functools import cache
from pathlib import Path
from urllib.error import URLError
from urllib.request import urlopen

import pytest
from elasticsearch import Elasticsearch
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, UnknownTopicOrPartitionError
from sqlalchemy import create_engine, text
from sqlalchemy.exc import SQLAlchemyError

from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.settings import KafkaSettings

_ROOT = Path(__file__).resolve().parents[2]
_CONNECT_S = 5
_DELETE_S = 20


def kafka() -> str:
    """The broker, `host:port`."""
    return _address("JOBCHIME_TEST_KAFKA", "Kafka", _kafka_answers)


def elasticsearch() -> str:
    """The URL of Elasticsearch."""
    return _address("JOBCHIME_TEST_ELASTICSEARCH", "Elasticsearch", _elasticsearch_answers)


def postgresql() -> str:
    """A SQLAlchemy URL of a database of PostgreSQL whose user may make others."""
    return _address("JOBCHIME_TEST_POSTGRESQL", "PostgreSQL", _postgresql_answers)


def fresh_prefix() -> str:
    """A prefix that nobody else uses; it may stand before topics, groups and indices alike."""
    return f"t{secrets.token_hex(6)}-"


@contextmanager
def kafka_of_my_own() -> Iterator[KafkaSettings]:
    """Settings with a fresh prefix; its topics and groups are deleted at the end."""
    bootstrap, prefix = kafka(), fresh_prefix()
    try:
        yield KafkaSettings(bootstrap=(bootstrap,), prefix=prefix)
    finally:
        delete_topics(bootstrap, prefix)


@contextmanager
def elasticsearch_of_my_own() -> Iterator[ElasticsearchSettings]:
    """Settings with a fresh prefix; its indices are deleted at the end."""
    url, prefix = elasticsearch(), fresh_prefix()
    try:
        yield ElasticsearchSettings(urls=(url,), prefix=prefix)
    finally:
        delete_indices(url, prefix)


def delete_topics(bootstrap: str, prefix: str) -> None:
    """Delete all topics whose name begins with the prefix, and all groups that have no member left."""
    if not prefix:
        raise ValueError("an empty prefix would delete the topics of everybody")
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    try:
        groups = [group["group_id"] for group in admin.list_groups() if group["group_id"].startswith(prefix)]
        if groups:
            with suppress(KafkaError):  # a group whose members were killed has them until their session ends
                admin.delete_groups(groups)
        deadline = time.monotonic() + _DELETE_S
        while topics := [topic for topic in admin.list_topics() if topic.startswith(prefix)]:
            if time.monotonic() > deadline:
                raise TimeoutError(f"topics are still listed {_DELETE_S} s after they were deleted: {topics}")
            with suppress(UnknownTopicOrPartitionError):  # deleted, and still listed for a moment
                admin.delete_topics(topics)
            time.sleep(0.05)
    finally:
        admin.close()


def delete_indices(url: str, prefix: str) -> None:
    """Delete all indices whose name begins with the prefix."""
    if not prefix:
        raise ValueError("an empty prefix would delete the indices of everybody")
    with Elasticsearch(url, request_timeout=60) as client:
        names = list(client.indices.get(index=f"{prefix}*", expand_wildcards="all", allow_no_indices=True).body)
        if names:  # by name: servers may refuse to delete by a pattern
            client.indices.delete(index=names)


@cache
def _address(variable: str, engine: str, answers: Callable[[str], bool]) -> str:
    named = os.environ.get(variable)
    if named:
        return named if answers(named) else pytest.fail(f"{engine} does not answer at {named} ({variable})")
    started = _started().get(variable)
    if started and answers(started):
        return started
    message = f"{engine} does not run: `make engines` starts it, or {variable} says where it is"
    if os.environ.get("CI") == "true" and os.environ.get("JOBCHIME_LIVE") == "1":
        pytest.fail(message)
    pytest.skip(message)


def _started() -> dict[str, str]:
    """What deploy/engines/engines.sh wrote down of the engines that it started."""
    file = Path(os.environ.get("JOBCHIME_ENGINES") or _ROOT / ".engines") / "env"
    if not file.is_file():
        return {}
    return dict(line.split("=", 1) for line in file.read_text(encoding="utf-8").splitlines() if "=" in line)


def _kafka_answers(address: str) -> bool:
    host, _, port = address.rpartition(":")
    try:
        socket.create_connection((host, int(port)), _CONNECT_S).close()
    except OSError:
        return False
    return True


def _elasticsearch_answers(address: str) -> bool:
    try:
        with urlopen(address, timeout=_CONNECT_S):
            return True
    except (URLError, OSError):
        return False


def _postgresql_answers(address: str) -> bool:
    engine = create_engine(address, connect_args={"connect_timeout": _CONNECT_S})
    try:
        with engine.connect() as connection:
            connection.execute(text("SELECT 1"))
    except SQLAlchemyError:
        return False
    finally:
        engine.dispose()
    return True
