"""What a push does while another of its source is not done: it waits for its turn, and not without end."""

import threading
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from services.runtime.log.sqlite import SqliteLog
from services.runtime.records import Outgoing
from tests.support.pushing import OTHER_KEY, Client, posting, pushing
from tests.support.waiting import until

TURN_S = 0.3


class Hanging:
    """A log that takes a record called `slow` only once it is let go."""

    def __init__(self, log: SqliteLog) -> None:
        self._log = log
        self.holds = threading.Event()
        self.let_go = threading.Event()

    def produce(self, records: Sequence[Outgoing]) -> None:
        if any(b"slow" in record.value for record in records):
            self.holds.set()
            assert self.let_go.wait(60)
        self._log.produce(records)


def test_a_push_behind_one_that_hangs_is_put_off_in_time_and_other_sources_go_on(tmp_path: Path) -> None:
    made: list[Hanging] = []

    def around(log: SqliteLog) -> Hanging:
        made.append(Hanging(log))
        return made[0]

    with pushing(tmp_path, around=around, wait_s=TURN_S) as pushed, ThreadPoolExecutor(1) as pool:
        (log,) = made
        first = pool.submit(pushed.client.push, posting("slow"))
        try:
            assert log.holds.wait(60)
            began = time.monotonic()
            behind = pushed.client.push(posting("behind"))
            assert time.monotonic() - began >= TURN_S
            closing = pushed.client.close("behind")
            other = Client(pushed.client.port, OTHER_KEY).push(posting("other"))
        finally:
            log.let_go.set()
        assert (behind.status, behind.headers["retry-after"], closing.status) == (429, "5", 429)
        assert other.status == 202
        assert first.result().status == 202
        until(lambda: pushed.client.push(posting("behind")).status == 202, "what was put off is taken")
        assert sorted(raw.source_id for raw in pushed.raw()) == ["behind", "other", "slow"]
