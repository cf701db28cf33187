"""All who watch the stream share one look, also where it takes long."""

import threading
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import timedelta

from services.console.live import Watch
from services.usecases.overview import Overview
from tests.support.logs import NOON
from tests.support.waiting import until

VIEWERS = 8


@dataclass
class SlowGatherer:
    """A look takes twenty seconds, by a clock that nobody waits for, once it may end."""

    may_end: threading.Event = field(default_factory=threading.Event)
    looks: int = 0
    now: float = 100.0

    def look(self) -> Overview:
        self.looks += 1
        self.may_end.wait(timeout=60)
        self.now += 20.0
        return Overview(NOON + timedelta(seconds=self.looks), "deployed")

    def monotonic(self) -> float:
        return self.now


def test_viewers_of_a_store_that_hangs_wait_for_one_look_and_not_for_each_other() -> None:
    slow = SlowGatherer()
    watch = Watch(slow.look, slow.monotonic)
    asked = threading.Barrier(VIEWERS + 1)

    def view() -> Overview:
        asked.wait(timeout=60)
        return watch.look()

    with ThreadPoolExecutor(VIEWERS) as viewers:
        shown = [viewers.submit(view) for _ in range(VIEWERS)]
        asked.wait(timeout=60)
        until(lambda: slow.looks == 1)
        slow.may_end.set()
        assert {view.result(timeout=60).at for view in shown} == {NOON + timedelta(seconds=1)}
    assert slow.looks == 1


def test_what_was_done_while_it_looked_is_seen_by_the_next_look() -> None:
    slow = SlowGatherer()
    watch = Watch(slow.look, slow.monotonic)
    with ThreadPoolExecutor(1) as viewer:
        before = viewer.submit(watch.look)
        until(lambda: slow.looks == 1)
        slow.now += 1.0
        watch.forget()
        slow.may_end.set()
        assert before.result(timeout=60).at == NOON + timedelta(seconds=1)
    assert watch.look().at == NOON + timedelta(seconds=2)
    assert watch.look().at == NOON + timedelta(seconds=2), "within a second and a half"
    slow.now += 2.0
    assert watch.look().at == NOON + timedelta(seconds=3)
