"""An operator's walk through the console in Chromium, over the embedded form."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from schemas.criteria import Criteria
from services.embedded import embedded
from services.ingest.settings import IngestSettings
from services.notifier.mail_settings import MailSettings
from services.runtime.clock import FixedClock, SystemClock
from services.runtime.health.heartbeat import Heartbeat, HeartbeatThread, SqlHeartbeats
from services.runtime.health.status import heartbeats_of
from services.runtime.pauses import Pauses
from tests.support.collecting import source
from tests.support.console import served_console
from tests.support.feed_server import feed_server
from tests.support.notifying import NotifierStore
from tests.support.operating_walk import FORMAT, SOURCE, WANTED, operate
from tests.support.walking import Letterbox, browser_page

MINUTE = timedelta(minutes=1)


def test_an_operator_mends_a_feed_and_a_record_and_lets_a_late_mail_go(tmp_path: Path) -> None:
    clock, mails = FixedClock(datetime.now(UTC) - 15 * MINUTE), tmp_path / "mails"
    with feed_server() as board, browser_page(scripts=True) as page:
        feed = source(board.url(), SOURCE, format=FORMAT, every="1m")
        ingest, mail = IngestSettings(sources=(feed,)), MailSettings(folder=mails)
        with (
            served_console(tmp_path, ingest=ingest, mail=mail) as console,
            embedded(console.installation.settings.in_one_go(), clock=clock, with_housekeeper=False) as form,
        ):
            store = NotifierStore(form.engine)
            ada = store.person(now=clock.now())
            store.search(ada, WANTED, Criteria(text=WANTED), clock.now(), cadence="instant")
            heartbeats = SqlHeartbeats(form.engine, "embedded", clock.now())
            form.runner.load()

            def go() -> None:
                for _ in range(3):
                    form.operations.pauses.refresh()
                    form.runner.once(clock.advance(MINUTE))
                console.now = datetime.now(UTC)

            def beats() -> Sequence[Heartbeat]:
                return heartbeats_of(form.runner.status(), Pauses())

            def look(what: str) -> None:
                for width in (390, 1280):
                    page.set_viewport_size({"width": width, "height": 800})
                    page.screenshot(path=tmp_path / f"{what}-{width}.png")

            base = str(console.client.base_url).rstrip("/")
            letters = Letterbox(mails, "ada@example.com")
            with HeartbeatThread(beats, heartbeats, clock=SystemClock()):
                operate(page, base, board, letters, produce=form.log.produce, go=go, look=look)
