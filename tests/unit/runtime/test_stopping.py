import threading
from datetime import datetime
from pathlib import Path

import pytest

from services.runtime.errors import UnavailableError
from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from services.runtime.stages.embedded import EmbeddedRunner
from services.runtime.stages.stopping import Patience, Stopping
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


@pytest.mark.parametrize(("why", "given_up_after"), [("the index is away", 60), (None, 600)])
def test_what_takes_long_without_a_fault_is_given_ten_times_as_long(why: str | None, given_up_after: int) -> None:
    now = [0.0]
    patience = Patience(60, lambda: now[0])
    patience.check("3 handled", why)
    now[0] = given_up_after
    patience.check("3 handled", why)
    now[0] += 1
    with pytest.raises(UnavailableError, match=f"nothing has moved for {given_up_after} s: {why or 'no reason'}"):
        patience.check("3 handled", why)


def test_what_moved_is_given_its_time_again() -> None:
    now = [0.0]
    patience = Patience(60, lambda: now[0])
    patience.check("3 handled", "the index is away")
    now[0] = 59
    patience.check("4 handled", "the index is away")
    now[0] = 118
    patience.check("4 handled", "the index is away")
