"""Sources whose servers, or name servers, say nothing: others reach their mail, status tells, and a stop is heeded."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from tests.support import feed_server as serve
from tests.support.collecting import json_lines, line
from tests.support.command_line import run
from tests.support.engines import kafka_of_my_own
from tests.support.feed_server import feed_server
from tests.support.growing import sources_at
from tests.support.installed import Installation
from tests.support.long_form import met
from tests.support.postgresql import migrated_database
from tests.support.waiting import ended, until

ROOT = Path(__file__).parents[2]
STOPS_WITHIN_S = 110
"""Seldom more than one; but a machine under load is slow, and whoever waits for a source waits for 500 s here."""
SETTINGS = """
data = "data"
tick_every_s = 0.2
[probes]
enabled = false
[mail]
folder = "mails"
{sources}
"""
_START = """
import socket, threading
real = socket.getaddrinfo
def look_up(host, *args, **more):
    if host == "silent.example":
        threading.Event().wait(600)
    return real(host, *args, **more)
socket.getaddrinfo = look_up
import sys
sys.argv[0] = "jobchime"
from services.cli import main
main()
"""


def silent(exchange: serve.Exchange) -> None:
    exchange.stopping.wait(600)


@contextmanager
def process(folder: Path, config: Path, *command: str) -> Iterator["subprocess.Popen[bytes]"]:
    with (folder / "log").open("wb") as log:
        started = subprocess.Popen([sys.executable, "-c", _START, *command, "-c", str(config)], cwd=ROOT, stderr=log)
    try:
        yield started
    finally:
        started.kill()
        started.wait()


def stop(running: "subprocess.Popen[bytes]", number: signal.Signals) -> float:
    """Ask for the end; gives how long it took."""
    asked = time.monotonic()
    running.send_signal(number)
    assert ended(running) == 0
    return time.monotonic() - asked


def slow(urls: dict[str, str]) -> str:
    patient = 'connect_timeout = "500s"\nread_timeout = "500s"\nheader_timeout = "500s"'
    return sources_at(urls).replace("[ingest]", f"[ingest]\n{patient}", 1)


def listed(config: Path) -> dict[str, Any]:
    said = run("source", "list", "--json", "-c", config).out
    return {source["source"]: source for source in map(json.loads, said.splitlines())}


@pytest.mark.slow
def test_the_embedded_form_goes_on_and_stops_while_sources_hang(tmp_path: Path) -> None:
    """By the signal that no other test of the two forms sends, and in the long form by both."""
    for number in met(0, (signal.SIGINT, signal.SIGTERM), 2):
        goes_on_and_stops(tmp_path / number.name, number)


def goes_on_and_stops(folder: Path, number: signal.Signals) -> None:
    folder.mkdir()
    config = folder / "jobchime.toml"
    with feed_server() as server:
        hanging = {f"held{at}": server.url("/held", host) for at, host in enumerate(("localhost", "127.1", "127.0.1"))}
        server.on("/held", silent)
        fine = server.on("/fine", serve.served(json_lines(line("1"))))
        names = {**hanging, "lost": "http://silent.example/feed", "fine": fine}
        config.write_text(SETTINGS.format(sources=slow(names)))
        with process(folder, config, "run") as running:
            until(lambda: run("source", "list", "-c", config).code == 0, "there is a store")
            until(lambda: listed(config)["fine"].get("last_success") is not None, "the sound source is polled")
            state = listed(config)
            assert [state[name]["last_success"] for name in (*hanging, "lost")] == [None] * 4
            assert all(state[name]["asked_since"] for name in (*hanging, "lost"))
            assert stop(running, number) < STOPS_WITHIN_S
        assert b"Traceback" not in (folder / "log").read_bytes()


@pytest.mark.live
@pytest.mark.slow
def test_the_deployed_form_goes_on_and_stops_while_sources_hang(tmp_path: Path) -> None:
    from services.runtime.kafka.topics import create

    with kafka_of_my_own() as kafka, migrated_database() as url, feed_server() as server:
        create(kafka)
        server.on("/held", silent)
        fine = server.on("/fine", serve.served(json_lines(line("1"))))
        names = {"held": server.url("/held", "localhost"), "lost": "http://silent.example/feed", "fine": fine}
        place = Installation(tmp_path, kafka, url, more=slow(names))
        with process(tmp_path, place.config, "ingest") as running:
            until(
                lambda: listed(place.config).get("fine", {}).get("last_success") is not None, "the sound one is polled"
            )
            assert stop(running, signal.SIGTERM) < STOPS_WITHIN_S
        assert b"Traceback" not in (tmp_path / "log").read_bytes()
