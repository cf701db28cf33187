"""The same webhook in the deployed form: services as processes, over Kafka, Elasticsearch and PostgreSQL."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from services.runtime.kafka.topics import create, planned
from services.settings import load_settings
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.forking import run_together
from tests.support.postgresql import migrated_database
from tests.support.webhooks import live_through, settings_file

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1), pytest.mark.timeout(600)]


def test_each_job_that_comes_is_posted_once_to_a_proven_address(tmp_path: Path) -> None:
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search, migrated_database() as store:
        engines = f"""
store = "{store}"
[kafka]
bootstrap = {list(kafka.bootstrap)}
prefix = "{kafka.prefix}"
[elasticsearch]
urls = {list(search.urls)}
prefix = "{search.prefix}"
[matcher]
index = "elasticsearch"
[probes]
enabled = false
"""
        file = settings_file(tmp_path, engines)
        settings = load_settings(file)
        create(settings.kafka, planned(settings.kafka, for_ever=True))

        def go(now: datetime) -> None:
            # The notifier ticks before it stores what has matched.
            for service in ("notifier", "ingest", "matcher", "notifier", "notifier"):
                run_together(tmp_path, [service, "--once", "--now", now.isoformat(), "--config", str(file)])

        live_through(file, go, datetime.now(UTC).replace(microsecond=0))
