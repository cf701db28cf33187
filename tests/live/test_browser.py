"""A subscriber's walk in Chromium over the deployed form: postings are pushed, and each service is a process."""

from itertools import count
from pathlib import Path

import pytest

from services.runtime.kafka.topics import create
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import SERVICES, Installation
from tests.support.loopback import free_port
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.waiting import until
from tests.support.walking import Letterbox, answers, browser_page, walk

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=4)]

ADDRESS = "walker@example.org"
_MORE = """
public_url = "{base}"
sender_name = "Harbour Jobs"
sender_address = "alerts@jobs.example"
postal_address = "1 Quay Street, Porto"
[portal]
port = {port}
[elasticsearch]
urls = ["{url}"]
prefix = "{prefix}"
[matcher]
index = "elasticsearch"
"""


@pytest.mark.timeout(600)
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_up_gets_a_digest_and_leaves(tmp_path: Path, scripts: bool) -> None:
    port, numbers = free_port(), count()
    base = f"http://127.0.0.1:{port}"
    with (
        browser_page(scripts=scripts) as page,
        kafka_of_my_own() as kafka,
        elasticsearch_of_my_own() as search,
        migrated_database() as store,
    ):
        create(kafka)
        more = _MORE.format(base=base, port=port, url=search.urls[0], prefix=search.prefix)
        place = Installation(tmp_path, kafka, store, tick_every_s=0.2, more=more)
        letters = Letterbox(tmp_path / "mails", ADDRESS)

        def push() -> None:
            text = "You will write Python all day. Required: Python, five years of it. Remote, worldwide."
            source_id = f"job-{next(numbers)}"
            answer = board.push(posting(source_id, title="Senior Python Engineer", description=text))
            assert answer.status == 202, answer

        with place.running(*SERVICES, "portal"):
            for service in SERVICES:
                until(lambda service=service: place.probe(service, "/readyz")[0] == 200, f"{service} is ready")
            until(lambda: answers(base), "the portal answers")
            board = Client(place.push_port)
            walk(page, base, letters, ADDRESS, skills="Python", feed=push, scripts=scripts)
            until(lambda: place.service("notifier")["lag"] == 0, "the second feed is matched")
        assert letters.new() == []
        assert [path.name for path in tmp_path.glob("*.log") if "Traceback" in path.read_text()] == []
