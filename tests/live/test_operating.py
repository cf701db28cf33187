"""What an operator sees of the deployed form: three services as processes, on the real engines."""

import json
import re
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from sqlalchemy import create_engine, text

from services.runtime.elasticsearch.settings import ElasticsearchSettings
from services.runtime.kafka.reader import RecordReader
from services.runtime.log.sqlite import all_topics
from tests.support.consenting import OPTIONS
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import SERVICES, Installation, searching
from tests.support.postgresql import empty_database
from tests.support.pushing import Client, posting
from tests.support.somebody import SUBSCRIBER, assert_nobody_in
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1)]


@pytest.fixture
def search() -> Iterator[ElasticsearchSettings]:
    with elasticsearch_of_my_own() as settings:
        yield settings


@pytest.fixture
def installation(
    tmp_path: Path, search: ElasticsearchSettings, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setenv("JOBCHIME_LOG_LEVEL", "debug")
    with kafka_of_my_own() as kafka, empty_database() as store:
        yield Installation(tmp_path, kafka, store, more=searching(search))


def test_what_is_missing_is_told_made_and_then_seen_to_work(
    installation: Installation, search: ElasticsearchSettings
) -> None:
    it = installation
    see_what_is_missing(it)
    client = Client(it.push_port)
    with it.running():
        it.until_ready()
        let_somebody_search(it)
        assert it.command("pause", "sending")[0] == 0
        assert client.push([posting("1"), posting("2"), posting("2", title="")]).status == 207
        until(lambda: it.topic("matches.v1")["end"] == 2, "both postings came through")
        until(lambda: it.status()["healthy"], "all is well")
        assert {service["alive"] for service in it.status()["services"]} == {1}
        last = "jobchime_matched_to_stored_seconds_count 2.0"
        until(lambda: last in it.probe("notifier", "/metrics")[1], "freshness")
        for stage in ("fetched_to_stored", "published_to_matched", "normalised_to_matched"):
            assert f"jobchime_{stage}_seconds_count 2.0" in it.probe("notifier", "/metrics")[1]
        assert 'topic="postings.v1"} 2.0' in it.probe("matcher", "/metrics")[1]
        hold_the_matcher(it, client)
        hold_the_source(it, client)
        let_mails_go(it)
        lose_a_table(it)
        nobody_is_named(it, search)
    said = {trouble["what"].partition(",")[0] for trouble in it.status()["troubles"]}
    assert "no worker of matcher runs" in said, "workers that stopped said goodbye"
    for service in SERVICES:
        assert_nobody_in(f"the log of {service}", (it.folder / f"{service}.log").read_bytes())


def see_what_is_missing(it: Installation) -> None:
    """And make it."""
    code, said = it.command("doctor")
    assert code == 1
    for missing in ("`jobchime migrate`", "`jobchime topics create`", "topic raw.v1"):
        assert missing in said
    assert not it.status()["healthy"]
    assert it.command("topics", "create")[0] == 0
    assert it.command("migrate")[0] == 0
    code, said = it.command("doctor")
    assert code == 0, said
    troubles = {trouble["what"] for trouble in it.status()["troubles"]}
    lacking = ("ingest.normaliser", "matcher", "notifier and outbox.relay")
    assert {f"no worker of {name} runs" for name in lacking} <= troubles


def let_somebody_search(it: Installation) -> None:
    people = it.folder / "people.jsonl"
    people.write_text(json.dumps(SUBSCRIBER) + "\n")
    assert it.command("subscriber", "import", str(people), *OPTIONS)[0] == 0
    until(lambda: it.topic("criteria.v1")["end"] == 1 and it.service("matcher")["lag"] == 0, "the matcher knows it")


def hold_the_matcher(it: Installation, client: Client) -> None:
    assert it.command("pause", "matcher")[0] == 0
    until(lambda: it.probe("matcher", "/readyz")[0] == 503, "the matcher is paused")
    assert "paused by operator" in it.probe("matcher", "/readyz")[1]
    assert it.probe("matcher", "/livez")[0] == 200
    assert client.push(posting("3")).status == 202
    until(lambda: it.service("matcher")["lag"] == 1, "its lag is seen")
    # Of a service that takes none nothing is fetched, and still it is known how much waits.
    assert client.push([posting(f"cook-{number}", title="Cook") for number in range(60)]).status == 202
    until(lambda: lag_measured(it) == 61, "its lag is measured")
    time.sleep(1.5)
    assert it.topic("matches.v1")["end"] == 2
    assert it.status()["healthy"], "a pause that an operator made is no fault"
    assert it.command("resume", "matcher")[0] == 0
    until(lambda: it.topic("matches.v1")["end"] == 63, "the matcher goes on")
    until(lambda: it.probe("matcher", "/readyz")[0] == 200, "the matcher is ready again")


def lag_measured(it: Installation) -> float:
    lag = re.findall(
        r'^jobchime_consumergroup_lag\{.*topic="postings.v1".*\} (.+)$', it.probe("matcher", "/metrics")[1], re.M
    )
    return sum(map(float, lag))


def hold_the_source(it: Installation, client: Client) -> None:
    assert it.command("source", "pause", "acme")[0] == 0
    until(lambda: client.push(posting("4")).status == 503, "the source is held")
    before = it.topic("raw.v1")["end"]
    assert client.push(posting("5")).status == 503
    assert it.topic("raw.v1")["end"] == before
    assert it.command("source", "resume", "acme")[0] == 0
    until(lambda: client.push(posting("5")).status == 202, "the source goes on")


def let_mails_go(it: Installation) -> None:
    """Sending was held since before there was anything to mail."""
    until(lambda: it.status()["figures"]["deliveries"].get("pending", 0) > 0, "a mail waits")
    time.sleep(1.5)
    assert list((it.folder / "mails").glob("**/*.eml")) == []
    assert "jobchime_sending_paused 1.0" in it.probe("notifier", "/metrics")[1]
    assert it.command("resume", "sending")[0] == 0
    until(lambda: bool(list((it.folder / "mails").glob("**/*.eml"))), "the mail is out")


def lose_a_table(it: Installation) -> None:
    """It handles records all the while, and what it does by the clock fails."""
    store = create_engine(it.store)
    with store.begin() as connection:
        connection.execute(text("ALTER TABLE deliveries RENAME TO mislaid"))
    until(lambda: it.probe("notifier", "/readyz")[0] == 503, "the notifier is not ready")
    assert (
        "notifier: what it does by the clock fails: the store's tables are not those of this version"
        in (it.probe("notifier", "/readyz")[1])
    )
    with store.begin() as connection:
        connection.execute(text("ALTER TABLE mislaid RENAME TO deliveries"))
    until(lambda: it.probe("notifier", "/readyz")[0] == 200, "the notifier is ready again")
    store.dispose()


def nobody_is_named(it: Installation, search: ElasticsearchSettings) -> None:
    """Neither topics, indices, metrics nor the status page hold an address or a name."""
    with RecordReader(it.kafka) as reader:
        records = [record for topic in all_topics() for record in reader.read_all(topic)]
    topics = b"".join(record.key + record.value + json.dumps(dict(record.headers)).encode() for record in records)
    with Elasticsearch(search.urls[0]) as server:
        server.indices.refresh(index=f"{search.prefix}*")
        found = server.search(index=f"{search.prefix}*", size=1_000).body
    indices = json.dumps(found).encode()
    assert b"Gardener" in topics
    assert b"Gardener" in indices
    assert b"criteria_id" in indices
    assert_nobody_in("topics", topics)
    assert_nobody_in("indices", indices)
    assert_nobody_in("status", json.dumps(it.status()).encode())
    for service in SERVICES:
        assert_nobody_in(f"the metrics of {service}", it.probe(service, "/metrics")[1].encode())
