"""Sending through SendGrid under SIGKILL and a provider that fails: nobody gets a mail twice, and no state lies."""

import random
import time
from collections import Counter
from pathlib import Path

import pytest

from tests.support.fake_sendgrid import RECORD, Step, recorded
from tests.support.fast_clock import FastClock
from tests.support.notifying import NOW, sqlite_store
from tests.support.sending import open_deliveries, sendgrid_process, states_of
from tests.support.victims import Nursery

DELIVERIES = 300
KILLS = 40
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
    until = time.monotonic() + most_s
    while requests_in(mails) < wanted and time.monotonic() < until:
        time.sleep(0.001)


@pytest.mark.parametrize("in_flight", [1, 6])
def test_forty_kills_send_nothing_twice(tmp_path: Path, in_flight: int) -> None:
    chance = random.Random(SEED)
    store = sqlite_store(tmp_path)
    ids = open_deliveries(store, DELIVERIES, NOW)
    mails = tmp_path / "mails"
    clock = FastClock(NOW, time.monotonic(), FACTOR)
    with sendgrid_process(mails, 0.004, FAILS, SEED) as host:
        told = (NOW.isoformat(), str(clock.started), str(FACTOR))
        child = ("tests.faults.sender_child", str(tmp_path), host, str(in_flight), *told)
        with Nursery(*child, errors=tmp_path / "errors") as nursery:
            while nursery.kills < KILLS:
                wanted = requests_in(mails) + chance.randint(1, 8)
                nursery.start()
                await_requests(mails, wanted)
                time.sleep(chance.uniform(0, 0.01))
                nursery.kill()
            nursery.start()
            until = time.monotonic() + 60
            while {"pending", "claimed", "sending"} & set(states_of(store).values()):
                assert time.monotonic() < until, Counter(states_of(store).values())
                time.sleep(0.1)
            nursery.stop()
    requests = recorded(mails)
    out = Counter(one.delivery_id for one in requests if one.accepted)
    states = states_of(store)
    assert set(states) == set(ids)
    assert [one.faults for one in requests if one.faults] == []
    assert [own for own, times in out.items() if times > 1] == []
    assert {own for own, state in states.items() if state == "accepted"} <= set(out)
    assert {states[own] for own in out} <= {"accepted", "unknown"}
    assert set(states.values()) == {"accepted", "unknown"}
    unknown = {own for own, state in states.items() if state == "unknown"}

    # Signed events settle what went out, however often they come; the rest stays unknown and is not sent again.
    for own in sorted(out) * 2:
        store.deliveries.settle(own, "delivered", clock.now())
    states = states_of(store)
    assert {own for own, state in states.items() if state == "delivered"} == set(out)
    assert {own for own, state in states.items() if state == "unknown"} == set(ids) - set(out)
    store.engine.dispose()
    print(f"kills: {nursery.kills}, requests: {len(requests)}, mails out: {len(out)}, none twice")
    print(f"unknown: {len(unknown)}, of which {len(unknown & set(out))} had gone out and were settled by events")
