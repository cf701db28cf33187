"""SIGTERM to a notifier whose provider is slow: no delivery is left in doubt, and nobody is mailed twice."""

import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from services.runtime.clock import SystemClock
from services.runtime.kafka.topics import create
from services.runtime.sql.store import open_store
from services.settings import load_settings
from tests.support.engines import kafka_of_my_own
from tests.support.fake_sendgrid import recorded
from tests.support.installed import by_a_provider, started
from tests.support.notifying import NotifierStore
from tests.support.postgresql import migrated_database
from tests.support.sending import open_deliveries, sendgrid_process, states_of
from tests.support.waiting import until

pytestmark = [pytest.mark.live, pytest.mark.slow]

DELIVERIES = 30
LATENCY_S = 12.0
"""Longer than a stop waits for a batch."""
SETTINGS = """
data = "data"
store = "{store}"
secret = "0123456789abcdef0123456789abcdef"
[kafka]
bootstrap = ["{bootstrap}"]
prefix = "{prefix}"
[probes]
enabled = false
[mail]
{provider}
in_flight = {in_flight}
"""


@pytest.mark.parametrize("in_flight", [1, 8])
def test_what_is_on_its_way_is_heard_of_and_the_rest_waits(tmp_path: Path, in_flight: int) -> None:
    mails, config = tmp_path / "mails", tmp_path / "jobchime.toml"
    with kafka_of_my_own() as kafka, migrated_database() as url, sendgrid_process(mails, LATENCY_S) as host:
        where = {"store": url, "bootstrap": kafka.bootstrap[0], "prefix": kafka.prefix}
        config.write_text(SETTINGS.format(provider=by_a_provider(host), in_flight=in_flight, **where))
        settings = load_settings(config)
        create(settings.kafka)
        store = NotifierStore(open_store(url), ids=settings.ids())
        open_deliveries(store, DELIVERIES, SystemClock().now())
        process = started("notifier", config, tmp_path / "log")
        try:
            until(lambda: len(recorded(mails)) >= in_flight, "the first mails are on their way")
            process.send_signal(signal.SIGTERM)
            began = time.monotonic()
            assert process.wait(45) == 0, (tmp_path / "log").read_text()
            took = time.monotonic() - began
        finally:
            process.kill()
        states = states_of(store)
        store.engine.dispose()
    sent = Counter(mail.delivery_id for mail in recorded(mails))
    print(f"{in_flight} at once: ended after {took:.1f} s with {dict(Counter(states.values()))}")
    assert {own for own, state in states.items() if state == "accepted"} == set(sent)
    assert set(states.values()) == {"accepted", "pending"}
    assert max(sent.values()) == 1
    assert took < LATENCY_S + 15
