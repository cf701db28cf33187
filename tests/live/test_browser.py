"""A subscriber's walk in Chromium over the deployed form: postings are pushed, and each service is a process."""

from collections.abc import Iterator
from itertools import count

import pytest

from services.runtime.kafka.topics import create
from tests.support.engines import elasticsearch_of_my_own, kafka_of_my_own
from tests.support.installed import SERVICES, Installation, of_a_board, searching
from tests.support.loopback import free_port
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client, posting
from tests.support.waiting import until
from tests.support.walking import Letterbox, answers, browser_page, walk

pytestmark = [pytest.mark.live, pytest.mark.slow(minutes=1)]


@pytest.fixture(scope="module")
def base() -> str:
    """Where the portal is."""
    return f"http://127.0.0.1:{free_port()}"


@pytest.fixture(scope="module")
def place(base: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Installation]:
    """All services, ready; their logs are without a traceback at the end."""
    folder = tmp_path_factory.mktemp("place")
    with kafka_of_my_own() as kafka, elasticsearch_of_my_own() as search, migrated_database() as store:
        create(kafka)
        made = Installation(folder, kafka, store, tick_every_s=0.2, more=of_a_board(base) + searching(search))
        with made.running(*SERVICES, "portal"):
            made.until_ready()
            until(lambda: answers(base), "the portal answers")
            yield made
    assert [path.name for path in folder.glob("*.log") if "Traceback" in path.read_text()] == []


@pytest.mark.timeout(600)
@pytest.mark.one_of("scripts")  # the demo is walked both ways: `tests/journeys/test_browser.py`
@pytest.mark.parametrize("scripts", [True, False], ids=["with scripts", "without scripts"])
def test_somebody_signs_up_gets_a_digest_and_leaves(place: Installation, base: str, scripts: bool) -> None:
    # What the one walk was fed is old news to who comes later.
    skill, numbers = ("Python", "Rust")[scripts], count()
    address = f"{skill.lower()}@example.org"
    letters, board = Letterbox(place.folder / "mails", address), Client(place.push_port)

    def push() -> None:
        text = f"You will write {skill} all day. Required: {skill}, five years of it. Remote, worldwide."
        source_id = f"{skill}-{next(numbers)}"
        answer = board.push(posting(source_id, title=f"Senior {skill} Engineer", description=text))
        assert answer.status == 202, answer

    with browser_page(scripts=scripts) as page:
        walk(page, base, letters, address, skills=skill, feed=push, scripts=scripts)
    until(lambda: place.service("notifier")["lag"] == 0, "the second feed is matched")
    assert letters.new() == []
