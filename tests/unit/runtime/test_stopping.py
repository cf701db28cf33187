import threading
from datetime import datetime
from pathlib import Path

from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.runtime.stages.embedded import EmbeddedRunner
from services.runtime.stages.stopping import Stopping
from tests.support.logs import Collecting


def test_the_end_has_come_when_the_event_is_set_or_a_runner_says_so() -> None:
    stop, stopping = threading.Event(), Stopping()
    assert not stopping()
    stopping.follow(stop)
    assert not stopping()
    stop.set()
    assert stopping()
    asked = Stopping()
    asked.ask()
    assert asked()


def test_a_tick_of_the_embedded_runner_hears_of_the_end(tmp_path: Path) -> None:
    stop, stopping, heard = threading.Event(), Stopping(), []

    def tick(now: datetime) -> list[Outgoing]:
        stop.set()
        heard.append(stopping())
        return []

    with SqliteLog(tmp_path / "log.sqlite") as log:
        EmbeddedRunner([Collecting(on_tick=tick)], log, stopping=stopping).run(stop)
    assert heard == [True]
