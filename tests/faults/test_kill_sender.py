"""Sending through SendGrid under SIGKILL and a provider that fails: nobody gets a mail twice, and no state lies."""

import random
import time
from collections import Counter
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

import pytest

from services.runtime.sql.store import open_store
from tests.support.fake_sendgrid import RECORD, Seen, Step, recorded
from tests.support.fast_clock import FastClock
from tests.support.long_form import LONG
from tests.support.notifying import NOW, NotifierStore
from tests.support.sending import open_deliveries, sendgrid_process, states_of
from tests.support.stores import new_url
from tests.support.victims import Nursery
from tests.support.waiting import until

DELIVERIES = 300 if LONG else 60
KILLS = 40 if LONG else 8
SEED = 20_260_915
FACTOR = 600
"""A second is ten minutes, so that what is deferred comes again within the test."""
FAILS = (
    (0.03, Step(do="cut")),
    (0.03, Step(do="cut", accepted=False)),
    (0.03, Step(do="close")),
    (0.03, Step(status=503, accepted=True)),
    (0.03, Step(status=503, accepted=False)),
    (0.03, Step(do="raw", raw="HTTP/1.1 202 Accepted\r\nX-Mess")),
    (0.05, Step(status=429, headers={"Retry-After": "5"})),
)


def requests_in(mails: Path) -> int:
    return (mails / RECORD).read_bytes().count(b"\n")


def await_requests(mails: Path, wanted: int, most_s: float = 1.0) -> None:
    """Let a victim live until so many came in all; for a while where they do not."""
    end = time.monotonic() + most_s
    while requests_in(mails) < wanted and time.monotonic() < end:
        time.sleep(0.001)


def send_amid_kills(url: str, store: NotifierStore, host: str, in_flight: int, clock: FastClock, folder: Path) -> None:
    """Let victims live and die until all is sent as far as it can be."""
    chance, mails = random.Random(SEED), folder / "mails"
    facts = (NOW.isoformat(), str(clock.started), str(FACTOR))
    child = ("tests.faults.sender_child", url, host, str(in_flight), *facts)
    with Nursery(*child, errors=folder / "errors") as nursery:
        while nursery.kills < KILLS:
            wanted = requests_in(mails) + chance.randint(1, 8)
            nursery.start()
            await_requests(mails, wanted)
            time.sleep(chance.uniform(0, 0.01))
            nursery.kill()
        nursery.start()
        until(
            lambda: not {"pending", "claimed", "sending"} & set(states_of(store).values()),
            lambda: str(Counter(states_of(store).values())),
        )
        nursery.stop()


@pytest.mark.parametrize(
    ("engine", "in_flight"),
    [("sqlite", 1), ("sqlite", 6), pytest.param("postgresql", 6, marks=[pytest.mark.live, pytest.mark.decisive])],
)
def test_kills_send_nothing_twice(tmp_path: Path, engine: str, in_flight: int) -> None:
    mails = tmp_path / "mails"
    with new_url(engine, tmp_path) as url, sendgrid_process(mails, 0.004, FAILS, SEED) as host:
        store = NotifierStore(open_store(url))
        ids = open_deliveries(store, DELIVERIES, NOW)
        clock = FastClock(NOW, time.monotonic(), FACTOR)
        send_amid_kills(url, store, host, in_flight, clock, tmp_path)
        check(store, ids, recorded(mails), clock.now())
        store.engine.dispose()


def check(store: NotifierStore, ids: Sequence[str], requests: Sequence[Seen], now: datetime) -> None:
    """Nothing went out twice, and each state says what is known."""
    out = Counter(request.delivery_id for request in requests if request.accepted)
    states = states_of(store)
    assert set(states) == set(ids)
    assert [request.faults for request in requests if request.faults] == []
    assert [own for own, times in out.items() if times > 1] == []
    assert {own for own, state in states.items() if state == "accepted"} <= set(out)
    assert {states[own] for own in out} <= {"accepted", "unknown"}
    assert set(states.values()) == {"accepted", "unknown"}
    unknown = {own for own, state in states.items() if state == "unknown"}

    # Signed events settle what went out, however often they come; the rest stays unknown and is not sent again.
    for own in sorted(out) * 2:
        store.deliveries.settle(own, "delivered", now)
    states = states_of(store)
    assert {own for own, state in states.items() if state == "delivered"} == set(out)
    assert {own for own, state in states.items() if state == "unknown"} == set(ids) - set(out)
    print(f"kills: {KILLS}, requests: {len(requests)}, mails out: {len(out)}, none twice")
    print(f"unknown: {len(unknown)}, of which {len(unknown & set(out))} had gone out and were settled by events")
