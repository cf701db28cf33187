"""An operator's walk through the console in Chromium over the deployed form, each service a process."""

import json
from pathlib import Path

import pytest

from services.runtime.kafka.producer import RecordProducer
from services.runtime.kafka.topics import create
from tests.support.consenting import OPTIONS
from tests.support.console import TOKEN
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.feed_server import feed_server, status
from tests.support.installed import SERVICES, Installation, searching
from tests.support.loopback import free_port, probe
from tests.support.operating_walk import FORMAT, SOURCE, WANTED, operate
from tests.support.postgresql import migrated_database
from tests.support.waiting import until
from tests.support.walking import Letterbox, browser_page

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=3)]
ADDRESS = "ada@example.com"
PERSON = {
    "address": ADDRESS,
    "name": "Ada",
    "time_zone": "UTC",
    "currency": "EUR",
    "searches": [{"name": WANTED, "cadence": "instant", "criteria": {"text": WANTED}}],
}
SETTINGS = """
[console]
port = {port}
token = "{token}"
[[ingest.sources]]
name = "{name}"
url = "{url}"
format = "{format}"
every = "5s"
allow_private = true
robots = false
"""


@pytest.mark.timeout(900)
def test_an_operator_mends_a_feed_and_a_record_and_lets_a_late_mail_go(tmp_path: Path) -> None:
    port = free_port()
    with (
        kafka_of_my_own() as kafka,
        elasticsearch_of_my_own() as search,
        migrated_database() as store,
        feed_server() as board,
        browser_page(scripts=True) as page,
    ):
        create(kafka)
        given = SETTINGS.format(port=port, token=TOKEN, name=SOURCE, url=board.on("/feed", status(404)), format=FORMAT)
        place = Installation(tmp_path, kafka, store, tick_every_s=0.2, more=searching(search) + given)
        people = tmp_path / "people.jsonl"
        people.write_text(json.dumps(PERSON) + "\n")
        code, said = place.command("subscriber", "import", str(people), *OPTIONS)
        assert code == 0, said
        with place.running(*SERVICES, "console"):
            place.until_ready()
            base = f"http://127.0.0.1:{port}"
            until(lambda: probe(port, "/readyz")[0] == 200, "the console answers")
            until(lambda: place.service("console")["workers"], "the console is heard of")
            letters = Letterbox(tmp_path / "mails", ADDRESS)
            with RecordProducer(kafka) as records:
                operate(page, base, board, letters, produce=records.produce, go=lambda: None, look=lambda _: None)
    assert [path.name for path in tmp_path.glob("*.log") if "Traceback" in path.read_text()] == []
