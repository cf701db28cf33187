"""What an operator sees of the deployed form: three services as processes, on the real engines."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.support.engines import kafka_of_my_own
from tests.support.installed import SERVICES, Installation
from tests.support.postgresql import empty_database
from tests.support.pushing import Client, posting
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow]


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    with kafka_of_my_own() as kafka, empty_database() as store:
        yield Installation(tmp_path, kafka, store)


def test_what_is_missing_is_told_made_and_then_seen_to_work(installation: Installation) -> None:
    code, said = installation.command("doctor")
    assert code == 1
    for missing in ("`jobchime migrate`", "`jobchime topics create`", "topic raw.v1"):
        assert missing in said
    assert not installation.status()["healthy"]
    assert installation.command("topics", "create")[0] == 0
    assert installation.command("migrate")[0] == 0
    code, said = installation.command("doctor")
    assert code == 0, said
    told = {one["what"] for one in installation.status()["troubles"]}
    assert {f"no worker of {name} runs" for name in ("ingest.normaliser", "matcher", "notifier")} <= told

    client = Client(installation.push_port)
    with installation.running():
        for service in SERVICES:
            until(lambda service=service: installation.probe(service, "/readyz")[0] == 200, f"{service} is ready")  # type: ignore[misc]
        assert client.push([posting("1"), posting("2"), posting("2", title="")]).status == 207
        until(lambda: installation.topic("matches.v1")["end"] == 2, "both postings came through")
        until(lambda: installation.status()["healthy"], "all is well")
        assert {one["alive"] for one in installation.status()["services"]} == {1}
        until(
            lambda: "jobchime_fetched_to_stored_seconds_count 2.0" in installation.probe("notifier", "/metrics")[1],
            "freshness",
        )
        for stage in ("published_to_matched", "normalised_to_matched", "matched_to_stored"):
            assert f"jobchime_{stage}_seconds_count 2.0" in installation.probe("notifier", "/metrics")[1]
        assert 'topic="postings.v1"} 2.0' in installation.probe("matcher", "/metrics")[1]

        assert installation.command("pause", "matcher")[0] == 0
        until(lambda: installation.probe("matcher", "/readyz")[0] == 503, "the matcher is paused")
        assert "paused by operator" in installation.probe("matcher", "/readyz")[1]
        assert installation.probe("matcher", "/livez")[0] == 200
        assert client.push(posting("3")).status == 202
        until(lambda: installation.service("matcher")["lag"] == 1, "its lag is seen")
        time.sleep(3)
        assert installation.topic("matches.v1")["end"] == 2
        assert installation.status()["healthy"], "a pause that an operator made is no fault"
        assert installation.command("resume", "matcher")[0] == 0
        until(lambda: installation.topic("matches.v1")["end"] == 3, "the matcher goes on")
        until(lambda: installation.probe("matcher", "/readyz")[0] == 200, "the matcher is ready again")
    told = {one["what"].partition(",")[0] for one in installation.status()["troubles"]}
    assert "no worker of matcher runs" in told, "workers that stopped said goodbye"
