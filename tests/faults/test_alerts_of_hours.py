"""Alerts of what lasts for hours, floods, hangs and upgrades that do not end: by real faults, in time-lapse.

The long form alone (`make test-alerts`). Where hours must pass, the rows of the store are aged by as much; of a flood
a first sign-up comes through the portal, and the others are copies of its row. What metrics say of it is read as ever.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

import httpx2
import pytest
from sqlalchemy import Engine, create_engine, text

from services.runtime.kafka.topics import create
from services.settings import load_settings
from services.usecases import webhooks
from services.usecases.installation import open_installation
from tests.support.alerting import (
    PATIENCE_S,
    Faults,
    load,
    number,
    ordered,
    people_of,
    prometheus,
    tables,
    until_serves,
)
from tests.support.engines import kafka_of_my_own
from tests.support.fake_sendgrid import fake_sendgrid
from tests.support.feed_server import Exchange, feed_server
from tests.support.forking import ROOT, START
from tests.support.installed import Installation, started
from tests.support.loopback import free_port
from tests.support.postgresql import migrated_database
from tests.support.pushing import Client
from tests.support.waiting import ended, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow(minutes=10),
    pytest.mark.timeout(3_600),
    pytest.mark.skipif(not os.environ.get("JOBCHIME_TEST_ALERTS"), reason="the long form is `make test-alerts`"),
]

FLOOD = 50_001
MINUTE = 60_000_000
"""In the units of the store."""
STUCK_AFTER_S = 300.0
"""Of its rule."""
OTHER = "0.0.1"
"""A release that is the same but for its name."""
HANGS = f"import signal, time; signal.signal(signal.SIGUSR1, lambda *_: time.sleep(3_600)); {START}"
"""A service whose loop stands still from a signal on, as in a call that never returns; its other threads go on."""
TICK_HANGS = f"""
import signal, threading, time
from services.runtime.sql.relay import OutboxRelay
goes_on, asked = OutboxRelay.tick, threading.Event()
signal.signal(signal.SIGUSR1, lambda *_: asked.set())
OutboxRelay.tick = lambda self, now: time.sleep(3_600) if asked.is_set() else goes_on(self, now)
{START}
"""
"""A notifier of whose threads one stands still from a signal on: that of the relay, in which nothing else is done."""
WEBHOOKS = """
[notifier.webhooks]
allow_private = true
"""


class Receiver:
    """Takes the challenge of a webhook, and no job."""

    def __init__(self) -> None:
        self.proven = False
        self.refused = 0

    def __call__(self, exchange: Exchange) -> None:
        event = json.loads(exchange.asked.body)
        if event["type"] == "webhook.challenge":
            self.proven = True
            exchange.reply(200, json.dumps({"challenge": event["data"]["challenge"]}).encode())
        else:
            self.refused += 1
            exchange.reply(503)


def of_other_release(folder: Path) -> Path:
    """The files of this release as one of another name."""
    for name in ("schemas", "services"):
        shutil.copytree(ROOT / name, folder / name)
    facts = folder / f"jobchime-{OTHER}.dist-info"
    facts.mkdir()
    (facts / "METADATA").write_text(f"Metadata-Version: 2.1\nName: jobchime\nVersion: {OTHER}\n")
    return folder


@contextmanager
def process(
    program: str, service: str, config: Path, log: Path, files: Path = ROOT
) -> Iterator["subprocess.Popen[bytes]"]:
    """A service by another program than its command, or of other files; killed at the end."""
    command = [sys.executable, "-P", "-W", "ignore", "-c", program, service, "-c", str(config)]
    with log.open("ab") as file:
        running = subprocess.Popen(command, env=os.environ | {"PYTHONPATH": str(files)}, stdout=file, stderr=file)
    try:
        yield running
    finally:
        running.kill()
        running.wait(30)


@contextmanager
def locked(store: Engine, rows: str) -> Iterator[None]:
    """Have a session change rows and not end, as one that somebody left open."""
    with store.connect() as session:
        session.execute(text(rows))
        yield
        session.rollback()


def run(store: Engine, statement: str) -> int:
    """Run a statement; how many rows it changed."""
    with store.begin() as connection:
        return connection.execute(text(statement)).rowcount


def minutes_ago(minutes: int) -> int:
    return time.time_ns() // 1_000 - minutes * MINUTE


def test_each_alert_of_hours_fires_by_a_fault(tmp_path: Path) -> None:
    with ExitStack() as stack:
        kafka = stack.enter_context(kafka_of_my_own())
        url = stack.enter_context(migrated_database())
        provider = stack.enter_context(fake_sendgrid(tmp_path / "mails"))
        receivers = stack.enter_context(feed_server())
        create(kafka)
        store = create_engine(url)
        stack.callback(store.dispose)
        portal = free_port()
        more = tables(provider.host, portal) + WEBHOOKS
        (tmp_path / "first").mkdir()
        (tmp_path / "other").mkdir()
        first = Installation(tmp_path / "first", kafka, url, more=more)
        other = Installation(tmp_path / "other", kafka, url, more=more)
        daily = {"name": "daily", "cadence": "daily", "criteria": {"text": "gardener"}}
        ordered(first, "subscriber", "import", str(people_of(tmp_path, daily)))

        for name, port in (("ingest", first.ports[0]), ("portal", portal)):
            forked = started(name, first.config, tmp_path / f"{name}.log")
            stack.callback(ended, forked)
            stack.callback(forked.terminate)
            until_serves(forked, port, name)
        matcher = stack.enter_context(process(HANGS, "matcher", first.config, tmp_path / "matcher.log"))
        until_serves(matcher, first.ports[1], "the matcher")
        notifier = stack.enter_context(process(TICK_HANGS, "notifier", first.config, tmp_path / "notifier.log"))
        until_serves(notifier, first.ports[2], "the notifier")
        files = of_other_release(tmp_path / "files")
        newer = stack.enter_context(process(START, "ingest", other.config, tmp_path / "other.log", files))
        until_serves(newer, other.ports[0], "the worker of another release")
        upgrading_since = time.monotonic()
        ports = [*first.ports[:3], other.ports[0]]
        fault = Faults(stack.enter_context(prometheus(tmp_path / "prometheus", ports)))

        receiver = Receiver()
        _webhook_of_the_first_person(first, receivers.on("/hook", receiver))
        until(lambda: receiver.proven, "the webhook is proven", PATIENCE_S)
        with load(Client(first.push_port), 0.2):
            until(lambda: receiver.refused > 0, "a job is posted, and not taken", PATIENCE_S)
            until(lambda: len(provider.seen) >= 3, "mails go out", PATIENCE_S)
            ordered(first, "pause", "sending")
            pending = "SELECT count(*) FROM deliveries WHERE state = 'pending'"
            until(lambda: number(store, pending) > 0, "mails wait", PATIENCE_S)
        run(store, f"UPDATE deliveries SET not_before = not_before - {20 * MINUTE} WHERE state = 'pending'")
        with locked(store, "UPDATE deliveries SET reason = reason WHERE state = 'pending'"):
            ordered(first, "resume", "sending")
            fault("a session left open holds the mails that wait", ("JobchimeMailsNotHandedOver", ""))

        aged = f"UPDATE deliveries SET accepted_at = accepted_at - {180 * MINUTE} WHERE state = 'accepted'"
        assert run(store, aged)
        fault("the provider posts no events", ("JobchimeMailEventsSilent", ""))

        wish = {"address": "somebody@example.com", "skills": "Python", "time_zone": "UTC"}
        assert httpx2.post(f"http://127.0.0.1:{portal}/sign-up", data=wish).status_code == 200
        until(lambda: number(store, "SELECT count(*) FROM sign_ups") == 1, "a sign-up waits", PATIENCE_S)
        copies = f"""
            INSERT INTO sign_ups (token_hash, address, address_hash, wanted, wording, expires_at)
            SELECT token_hash || n, n || address, address_hash || n, wanted, wording, expires_at
            FROM sign_ups, generate_series(2, {FLOOD}) AS n
            """
        run(store, copies)
        fault("50,001 sign-ups wait to be confirmed", ("JobchimeSignUpsFlood", ""))

        built = "SELECT count(*) FROM flags WHERE name = 'canary_digest' AND value <> ''"
        until(lambda: number(store, built) > 0, "the first canary comes to a digest", PATIENCE_S)
        matcher.send_signal(signal.SIGUSR1)
        hangs_since = time.monotonic()
        # The next one is due, goes its way to the matcher, and no further.
        assert run(store, f"UPDATE flags SET changed_at = changed_at - {30 * MINUTE} WHERE name LIKE 'canary%'") == 2
        fault("the matcher holds up the canary", ("JobchimeCanaryLost", ""))
        notifier.send_signal(signal.SIGUSR1)
        tick_hangs_since = time.monotonic()

        run(store, f"UPDATE saved_searches SET next_due_at = {minutes_ago(1)} WHERE cadence = 'daily'")
        run(store, f"UPDATE webhook_events SET not_before = {minutes_ago(16)} WHERE state = 'waiting'")
        with locked(store, "UPDATE subscribers SET status = status"):
            fault(
                "a session left open holds the people",
                ("JobchimeDigestsLate", ""), ("JobchimeWebhooksBehind", ""),
            )  # fmt: skip
        fault("an upgrade does not end", ("JobchimeTwoReleases", ""), since=upgrading_since)
        patience_s = STUCK_AFTER_S + PATIENCE_S
        fault("the matcher's loop hangs", ("JobchimeStuck", "main"), since=hangs_since, patience_s=patience_s)
        alert = ("JobchimeStuck", "outbox.relay")
        fault("a tick of the relay does not end", alert, since=tick_hangs_since, patience_s=patience_s)
    assert fault.missed == {}


def _webhook_of_the_first_person(first: Installation, address: str) -> None:
    settings = load_settings(first.config)
    with open_installation(settings, create=False, tell=lambda said: None) as installation:
        person = installation.subscribers.with_address("person0@example.com")
        assert person is not None
        webhooks.add(installation, person, address, "", datetime.now(UTC))
