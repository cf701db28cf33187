"""Alerts that need no engine: by faults of the embedded form, whose metrics Prometheus reads.

The long form alone (`make test-alerts`). What days must bring, and what only Kafka or a mail provider tells, is written
into the store as services write it.
"""

import json
import os
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import Engine, create_engine, text

from schemas.topics import RAW
from services.runtime.figures.hours import LEFT_UNREAD, MAIL_EVENTS, add_to_hours, counted_at
from services.runtime.files.datadir import STORE_FILE
from tests.support.alerting import PATIENCE_S, Faults, prometheus, until_serves
from tests.support.command_line import run
from tests.support.consenting import OPTIONS
from tests.support.feed_server import Exchange, feed_server, served
from tests.support.forking import Forked, fork
from tests.support.loopback import free_port
from tests.support.mailbox import smtp_server
from tests.support.pushing import posting
from tests.support.waiting import ended, until

pytestmark = [
    pytest.mark.live,
    pytest.mark.slow(minutes=3),
    pytest.mark.timeout(1_800),
    pytest.mark.skipif(not os.environ.get("JOBCHIME_TEST_ALERTS"), reason="the long form is `make test-alerts`"),
]

SETTINGS = """
data = "data"
secret = "{secret}"
suppression_key = "0123456789abcdef0123456789abcdef"
tick_every_s = 0.2
[probes]
embedded_port = {port}
[mail]
folder = "mails"
[notifier.curate]
least_chance = 0
least_mail_chance = 0
[ingest]
polls_at_once = 1
[[ingest.sources]]
name = "one"
url = "{one}"
every = "5s"
allow_private = true
robots = false
[[ingest.sources]]
name = "two"
url = "{two}"
every = "5s"
allow_private = true
robots = false
"""
MORE = """
[[ingest.sources]]
name = "three"
url = "{url}"
allow_private = true
"""
ADDRESS, ANOTHER = "ada@example.com", "ben@example.com"


SMTP = """
mailer = "smtp"
public_url = "https://localhost:{pages}"
sender_address = "alerts@harbour.example"
postal_address = "1 Quay Street, Porto"
allow = ["*"]
[mail.smtp]
host = "127.0.0.1"
port = {port}
security = "none"
"""


OTHER = {
    "name": "c",
    "text": "You keep the orchards of an island, by boat and on foot, for whoever lives there.",
    "title": "Gardener of an island",
    "company": "Tern Orchards",
}
"""Another job than those that were mailed."""


def listing(ends: datetime, name: str = "b", text: str = "You grow ferns.", **more: str) -> bytes:
    """A board's twelve jobs, each with an end."""
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    last = f"{ends:%Y-%m-%d}"
    rows = [
        posting(f"{name}{number}", posted_at=today, description=f"{text} {number}", expires_at=last, **more)
        for number in range(12)
    ]
    return b"".join(json.dumps(row).encode() + b"\n" for row in rows)


def hang(exchange: Exchange) -> None:
    """Let the time of a poll run out."""
    time.sleep(25)


@contextmanager
def serving(config: Path, port: int, log: Path) -> Iterator[Forked]:
    running = fork("run", "-c", config, log=log)
    try:
        until_serves(running, port, "jobchime")
        yield running
    finally:
        running.terminate()
        ended(running)


def ordered(config: Path, *words: str) -> None:
    ran = run(*words, "-c", str(config))
    assert ran.code == 0, ran.err


def change(store: Engine, statement: str, **values: int) -> int:
    with store.begin() as connection:
        return connection.execute(text(statement), values).rowcount


def count(store: Engine, measure: str, part: str, number: int) -> None:
    with store.begin() as connection:
        add_to_hours(connection, dict.fromkeys(counted_at(datetime.now(UTC), measure, part), number))


def micros(ahead: timedelta) -> int:
    return time.time_ns() // 1_000 + int(ahead.total_seconds() * 1_000_000)


def test_each_alert_of_the_embedded_form_fires_by_a_fault(tmp_path: Path) -> None:
    with ExitStack() as stack:
        boards = stack.enter_context(feed_server())
        good, over = (served(listing(datetime.now(UTC) + timedelta(days=days))) for days in (30, -30))
        # What is past its end by its dates is nothing that a source gives.
        urls = {name: boards.on(f"/{name}", over) for name in ("one", "two")}
        port, config = free_port(), tmp_path / "jobchime.toml"
        config.write_text(SETTINGS.format(secret="0" * 32, port=port, **urls))
        fault = Faults(stack.enter_context(prometheus(tmp_path / "prometheus", [port])))
        search = tmp_path / "search.json"
        search.write_text('{"text": "gardener"}')
        for address in (ADDRESS, ANOTHER):
            ordered(config, "subscriber", "add", address, *OPTIONS)
        ordered(config, "search", "add", ADDRESS, str(search), "--cadence", "daily")
        store = create_engine(f"sqlite:///{tmp_path / 'data' / STORE_FILE}")
        stack.callback(store.dispose)

        with serving(config, port, tmp_path / "first.log"):
            fault("all that both boards list is past its end", ("JobchimeNothingComes", ""))

            count(store, LEFT_UNREAD, RAW.name, 40)
            fault("Kafka deleted 40 records unread", ("JobchimeLeftUnread", RAW.name))
            count(store, MAIL_EVENTS, "delivered", 20)
            count(store, MAIL_EVENTS, "unsubscribed", 9)
            fault("nine readers of 20 mails unsubscribe", ("JobchimeReadersLeave", "unsubscribed"))

            due = "UPDATE saved_searches SET next_due_at = :at"
            assert change(store, due, at=micros(timedelta(days=100)))
            fault("a daily search is due in 100 days", ("JobchimeClockAhead", ""))

            for name in urls:
                boards.on(f"/{name}", hang)
            change(store, "UPDATE sources SET next_due = :at", at=micros(-timedelta(minutes=20)))
            fault("two boards hang, and one is asked at a time", ("JobchimePollsLate", ""))
            for name in urls:
                boards.on(f"/{name}", good)
            for address in (ADDRESS, ANOTHER):
                ordered(config, "search", "add", address, str(search), "--name", "at once", "--cadence", "instant")
            by_smtp = "UPDATE deliveries SET mailer = 'smtp' WHERE state = 'accepted'"
            until(lambda: change(store, by_smtp) > 1, "two are mailed, as once for real", PATIENCE_S)
            fault("mails went out by a server, and go into a folder", ("JobchimeNobodyMailed", "folder"))

            more = boards.on("/three", good)
            config.write_text(f"{config.read_text()}{MORE.format(url=more)}")
            fault("a source is added to the settings of what runs", ("JobchimeSourcesNotTakenUp", ""))

        config.write_text(SETTINGS.format(secret="1" * 32, port=port, **urls))
        with serving(config, port, tmp_path / "second.log"):
            fault("it is started with another secret", ("JobchimeLinksLost", ""))
            for name in urls:
                ordered(config, "source", "pause", name)
            fault("both of its sources are paused", ("JobchimeSourcesPaused", ""))
            for name in urls:
                ordered(config, "source", "resume", name)

        pages = stack.enter_context(feed_server(tls=True))
        inbox, smtp = stack.enter_context(smtp_server())
        inbox.answers["RCPT"] = "451 4.7.1 greylisted"
        config.write_text(config.read_text().replace('folder = "mails"', SMTP.format(port=smtp, pages=pages.port)))
        boards.on("/one", served(listing(datetime.now(UTC) + timedelta(days=30), **OTHER)))
        with serving(config, port, tmp_path / "greylisted.log"):
            fault("the mail server greylists all", ("JobchimeMailsPutOff", ""))
            fault("mails lead to a server whose certificate nobody vouches for", ("JobchimeCertificateFails", ""))

        silent = stack.enter_context(closing(socket.create_server(("localhost", 0))))
        settings = config.read_text().replace("robots = false", "enabled = false")
        config.write_text(settings.replace(f"localhost:{pages.port}", f"localhost:{silent.getsockname()[1]}"))
        with serving(config, port, tmp_path / "third.log"):
            fault("its sources are turned off in the settings", ("JobchimeNoSource", ""))
            fault("mails lead to a server that takes connections and says nothing", ("JobchimeLinksFail", "no portal"))
    assert fault.missed == {}
